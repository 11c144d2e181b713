/* courier_http.c: the courier's legs (libcurl). A webhook goes to this machine alone: the addresses
 * come from our own settings. */
#include "courier_http.h"

#include <curl/curl.h>
#include <string.h>

#include "fn_buf.h"
#include "fn_die.h"

enum { SYSTEM_ERROR = 71, ANSWER_MAX = 500 };

struct place {
	CURL *handle;
	struct curl_slist *headers;
	struct fn_buf answer;
	void *letter; /* NULL: free */
};

static CURLM *multi;
static struct place places[COURIER_AT_ONCE];
static size_t under_way;

size_t courier_http_free(void)
{
	return COURIER_AT_ONCE - under_way;
}

/* The beginning is enough: it is for people to read. */
static size_t take_answer(char *bytes, size_t size, size_t count, void *arg)
{
	struct place *place = arg;
	size_t room = ANSWER_MAX - place->answer.length, length = size * count;

	fn_buf_add(&place->answer, bytes, length < room ? length : room);
	return length;
}

static struct place *free_place(void)
{
	for (size_t i = 0; i < COURIER_AT_ONCE; i++) {
		if (places[i].letter == NULL)
			return &places[i];
	}
	fn_die(SYSTEM_ERROR, "no place is free");
}

static void open_multi(void)
{
	if (multi == NULL && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		multi = curl_multi_init();
	if (multi == NULL)
		fn_die(SYSTEM_ERROR, "libcurl does not start");
}

static void open_place(struct place *place)
{
	open_multi();
	if (place->handle != NULL) {
		curl_easy_reset(place->handle);
		return;
	}
	place->handle = curl_easy_init();
	if (place->handle == NULL)
		fn_die(SYSTEM_ERROR, "libcurl does not start");
	fn_buf_init(&place->answer, ANSWER_MAX + 1);
}

#define SET(option, value) (void)curl_easy_setopt(place->handle, (option), (value))

void courier_http_post(const struct courier_post *post)
{
	struct place *place = free_place();

	open_place(place);
	place->letter = post->letter;
	/* no waiting for "100 Continue" */
	place->headers = curl_slist_append(NULL, "Expect:");
	for (const char *const *header = post->headers; *header != NULL; header++)
		place->headers = curl_slist_append(place->headers, *header);
	SET(CURLOPT_URL, post->url);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TIMEOUT_MS, (long)COURIER_TIMEOUT_MS);
	SET(CURLOPT_HTTPHEADER, place->headers);
	SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body.length);
	SET(CURLOPT_POSTFIELDS, post->body.bytes);
	SET(CURLOPT_WRITEFUNCTION, take_answer);
	SET(CURLOPT_WRITEDATA, place);
	SET(CURLOPT_PRIVATE, place);
	fn_buf_clear(&place->answer);
	(void)curl_multi_add_handle(multi, place->handle);
	under_way++;
}

static void finish(struct place *place, CURLcode code,
		   void (*answered)(void *letter, int status, const char *text))
{
	void *letter = place->letter;
	long status = 0;

	(void)curl_easy_getinfo(place->handle, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_multi_remove_handle(multi, place->handle);
	curl_slist_free_all(place->headers);
	place->headers = NULL;
	place->letter = NULL;
	under_way--;
	if (code != CURLE_OK)
		answered(letter, 0, curl_easy_strerror(code));
	else
		answered(letter, (int)status,
			 place->answer.bytes == NULL ? "" : place->answer.bytes);
}

void courier_http_wait(int ms, void (*answered)(void *letter, int status, const char *text))
{
	CURLMsg *message;
	int running, left;

	open_multi();
	(void)curl_multi_perform(multi, &running);
	(void)curl_multi_poll(multi, NULL, 0, ms, NULL);
	(void)curl_multi_perform(multi, &running);
	while ((message = curl_multi_info_read(multi, &left)) != NULL) {
		struct place *place = NULL;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &place);
		finish(place, code, answered);
	}
}

void courier_http_end(void)
{
	for (size_t i = 0; i < COURIER_AT_ONCE; i++) {
		if (places[i].handle == NULL)
			continue;
		(void)curl_multi_remove_handle(multi, places[i].handle);
		curl_slist_free_all(places[i].headers);
		curl_easy_cleanup(places[i].handle);
		fn_buf_free(&places[i].answer);
	}
	(void)curl_multi_cleanup(multi);
	curl_global_cleanup();
}
