/* get-events_test.c: how a query is read, and what is said about keeping the list. The list itself
 * is tests/http/catalogue.test.mjs. */
#include <stdio.h>
#include <string.h>

#include "call.h"

#define LIST "[{\"id\":\"20000000-0000-4000-8000-000000000001\",\"title\":\"Nuit\"}]"

static void ask(struct call *c, const char *query)
{
	c->query = query;
	FAKE_ROW("get-events.list", LIST);
	call_method(c, "GET");
	assert_int_equal(c->status, 200);
}

static const char *argument(size_t number)
{
	return fake_db_argument("get-events.list", number);
}

static void answers_the_list_as_the_database_made_it(void **state)
{
	struct call *c = *state;

	ask(c, NULL);
	assert_string_equal(unit_reply_text(c->req), LIST);
	assert_string_equal(unit_reply_header(c->req, "Content-Type"), "application/json");
	assert_string_equal(unit_reply_header(c->req, "X-Cache-Key"), "events:published");
	assert_string_equal(argument(0), "0");
	assert_null(argument(1));
	assert_null(argument(2));
	assert_string_equal(argument(3), argument(5)); /* as many as there are */
	assert_string_equal(argument(4), "0");
}

static void reads_what_was_asked_for(void **state)
{
	struct call *c = *state;

	ask(c, "featured=true&country=ci&limit=20&offset=40&from=2026-02-28");
	assert_string_equal(unit_reply_header(c->req, "X-Cache-Key"), "events:featured");
	assert_string_equal(argument(0), "1");
	assert_string_equal(argument(1), "ci");
	assert_string_equal(argument(2), "2026-02-28");
	assert_string_equal(argument(3), "20");
	assert_string_equal(argument(4), "40");
}

static void takes_no_other_word_for_featured_and_no_other_length_for_a_country(void **state)
{
	static const char *const queries[] = {"featured=1&country=", "featured=&country=BFA",
					      "featured=TRUE&country=B", "Featured=true"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(queries); i++) {
		ask(c, queries[i]);
		assert_string_equal(argument(0), "0");
		assert_null(argument(1));
	}
}

static void refuses_pages_that_there_are_not(void **state)
{
	static const char *const queries[] =
		{"limit=0",          "limit=",          "limit=-1",      "limit=1e3",
		 "limit=1000000000", "limit=+5",        "offset=-1",     "offset=x",
		 "offset=",          "from=",           "from=tomorrow", "from=2026-02-30",
		 "from=2026-13-01",  "from=0001-01-01", "from=infinity", "from=2026-01-01T00:00",
		 "from=2026-01-01;", "from=99999-01-01"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(queries); i++) {
		c->query = queries[i];
		call_method(c, "GET");
		call_assert_refused(c, 422, "bad_page");
		assert_null(unit_reply_header(c->req, "X-Accel-Expires")); /* nobody keeps it */
	}
}

static void writes_a_day_as_the_database_reads_it(void **state)
{
	ask(*state, "from=2028-2-29");
	assert_string_equal(argument(2), "2028-02-29");
}

static void tells_nginx_to_keep_it_and_browsers_to_ask(void **state)
{
	struct call *c = *state;
	const char *etag;

	ask(c, NULL);
	etag = unit_reply_header(c->req, "ETag");
	assert_int_equal(strlen(etag), 34);
	assert_true(etag[0] == '"' && etag[33] == '"');
	assert_string_equal(unit_reply_header(c->req, "X-Accel-Expires"), "10");
	assert_string_equal(unit_reply_header(c->req, "Cache-Control"), "public, no-cache");
}

/* Asks with If-None-Match; returns the status, and the tag of the answer in `into`. */
static int ask_whether_new(const char *known, char into[static 64])
{
	struct unit_request like = {.method = "GET", .headers = {{"If-None-Match", known}}};
	struct fn_request *req = unit_request(&like);
	int status;

	FAKE_ROW("get-events.list", LIST);
	status = fn_function_run(&fn_function, req, NULL);
	(void)snprintf(into, 64, "%s", unit_reply_header(req, "ETag"));
	assert_int_equal(*unit_reply_text(req) == '\0', status == 304);
	fn_request_free(req);
	return status;
}

static void says_that_nothing_is_new_to_whoever_has_it(void **state)
{
	char etag[64], again[64], list[200];

	(void)state;
	assert_int_equal(ask_whether_new("\"other\"", etag), 200);
	assert_int_equal(ask_whether_new(etag, again), 304);
	assert_string_equal(again, etag);
	(void)snprintf(list, sizeof(list), "\"a\", W/%s", etag);
	assert_int_equal(ask_whether_new(list, again), 304);
	assert_int_equal(ask_whether_new("*", again), 304);
	etag[33] = '\0'; /* a part of it is not it */
	assert_int_equal(ask_whether_new(etag, again), 200);
}

static void an_error_is_nothing_to_keep(void **state)
{
	struct call *c = *state;

	fake_db_fail("get-events.list", NULL);
	call_method(c, "GET");
	assert_int_equal(c->status, 503);
	assert_null(unit_reply_header(c->req, "X-Accel-Expires"));
	FAKE_ROW("get-events.list", NULL);
	call_method(c, "GET");
	assert_int_equal(c->status, 500);
	assert_null(unit_reply_header(c->req, "X-Accel-Expires"));
}

static void takes_get_alone(void **state)
{
	static const char *const methods[] = {"HEAD", "POST", "DELETE"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(methods); i++) {
		call_method(c, methods[i]);
		call_assert_refused(c, 405, "method_not_allowed");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(answers_the_list_as_the_database_made_it),
		CALL_TEST(reads_what_was_asked_for),
		CALL_TEST(takes_no_other_word_for_featured_and_no_other_length_for_a_country),
		CALL_TEST(refuses_pages_that_there_are_not),
		CALL_TEST(writes_a_day_as_the_database_reads_it),
		CALL_TEST(tells_nginx_to_keep_it_and_browsers_to_ask),
		CALL_TEST(says_that_nothing_is_new_to_whoever_has_it),
		CALL_TEST(an_error_is_nothing_to_keep),
		CALL_TEST(takes_get_alone),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
