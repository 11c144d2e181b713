/* pawapay-webhook_test.c: what is written down, and what is not. The callbacks were signed once,
 * with a key that has been thrown away since; the clock stands where they were made. */
#include <string.h>
#include <time.h>

#include "call.h"
#include "fn_http.h"
#include "fn_time.h"
#include "pawapay_keys.h"

#define DEPOSIT_ID "7a7a7a7a-4444-4444-8444-7a7a7a7a7a7a"
#define REFUND_ID  "4ef04ef0-4444-4444-8444-4ef04ef04ef0"
#define KEEP       "pawapay-webhook.keep"

enum { CREATED = 1800000000 };

static const char keys[] = "[{\"id\":\"HTTP_EC_P256_KEY:1\",\"key\":"
			   "\"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEjmI9I6A4qr0AxunHu61wHySqj9hDZsY8s"
			   "yjhOAELWT1hCP+pabIPGgLa3mOFsLi2Q8WJ8fyJsXcgF7NEBjsheQ==\"}]";

struct callback {
	const char *body, *digest, *signature;
};
static const struct callback deposit = {
	"{\"depositId\":\"7A7A7A7A-4444-4444-8444-7a7a7a7a7a7a\",\"status\":\"COMPLETED\","
	"\"amount\":\"10500"
	".00\",\"currency\":\"XOF\"}",
	"sha-512=:GJZ/KNcwxy9RcUKbrP1lXPBZcsl4PMWSh0k/CiQZ6LJcF52yPbNOopjANQdhHJP8+5GhkTJqRKJT7Jy"
	"8bntKxQ==:",
	"sig-pp=:MEUCIQCXZguTsbfjZIH4JCU3Vlcq0VDDiaDO86n2T++rpKlfqwIgCljbyy79Jzan3SxormvLAxHPnEfe"
	"v0Nx2ccE+57UzI4=:",
};
static const struct callback refund = {
	"{\"refundId\":\"4ef04ef0-4444-4444-8444-4ef04ef04ef0\",\"depositId\":\"7a7a7a7a-4444-4444-"
	"8444-"
	"7a7a7a7a7a7a\",\"status\":\"COMPLETED\"}",
	"sha-512=:WwScFWiFJKZ71tRnPpdIERp60hUkzg8FDaQv1uWif0D7KoBvKyWrVMAlgyd2d35fcybt1Jf1Svbn6+P"
	"BU1V1cg==:",
	"sig-pp=:MEYCIQDigvvdL+X1/WuHFqLQVL8ytVZtyufsx7ClIETTNZIj2AIhAOXhJ7nPoVMwL6nySPsG0QPnbf61"
	"OnMwtUbbYqtucn+N:",
};
static const struct callback no_id = {
	"{\"payoutId\":\"4ef04ef0-4444-4444-8444-4ef04ef04ef0\",\"status\":\"COMPLETED\"}",
	"sha-512=:k/juidOsoWsshFnpa6L2MFt4D2KKLOE1nsweD3w2cjj4OInV+2yOnmtFXcoJc4jSIHqD8l8DDE9G2mP"
	"Ve92byg==:",
	"sig-pp=:MEYCIQC/84a/3NvW/BiPv+7D6fcwh8YGfStCwVePpvrMjFmi4gIhANQQQMOD7L8xHM5Jb+T79COahJlI"
	"JBv/Aqu63ZqP/SPI:",
};
static const struct callback no_json = {
	"depositId=7a7a7a7a-4444-4444-8444-7a7a7a7a7a7a",
	"sha-512=:apdXVuVsk3m/sqe7gHm2A3OmXzv97AnH0pLdVA/ylOWmNN5qPYpfQlhqIksgdeoDdL9OLM77iSuuPOt"
	"DXQW88Q==:",
	"sig-pp=:MEQCIARsAUHaORaL5jHyyni6MywMqe4LRrGzsAF9TDiDr75rAiATMRe9wM7EulgsBRulHMKG1xxE+MQD"
	"z1o8RcpHfsmDtg==:",
};

/* In the place of fn_http.o: pawaPay's list of keys. */
static struct fn_http_answer next;
static unsigned asked;

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	(void)req;
	assert_non_null(strstr(call->url, "/v2/public-key/http"));
	asked++;
	return next;
}

static int start(void **state)
{
	(void)call_set_up(state);
	fn_conf_set("PAWAPAY_API_KEY", "key-of-pawapay");
	fn_conf_set("PAWAPAY_CALLBACK_URL", "");
	fn_time_offset(CREATED - (int64_t)time(NULL));
	pawapay_keys_forget();
	next = (struct fn_http_answer){.status = 200, .body = {keys, sizeof(keys) - 1}};
	asked = 0;
	return 0;
}

static void post(struct call *c, const struct callback *callback)
{
	static struct unit_request like;
	const char *why = NULL, *text;

	fn_request_free(c->req);
	like = (struct unit_request){
		.method = "POST",
		.body = callback->body,
		.headers = {
			{"Content-Type", "application/json; charset=UTF-8"},
			{"Content-Digest", callback->digest},
			{"Signature-Date", "2027-01-15T08:00:00.000000Z"},
			{"Signature-Input",
			 "sig-pp=(\"@method\" \"@authority\" \"@path\" \"signature-date\" "
			 "\"content-digest\" \"content-type\");alg=\"ecdsa-p256-sha256\";"
			 "keyid=\"HTTP_EC_P256_KEY:1\";created=1800000000;expires=1800000060"},
			{"Signature", callback->signature},
		}};
	c->req = unit_request(&like);
	c->error = NULL;
	c->status = fn_function_run(&fn_function, c->req, &c->error);
	text = unit_reply_text(c->req);
	c->reply = fn_json_parse(fn_request_arena(c->req), text, strlen(text), &why);
}

static void assert_kept(struct call *c)
{
	if (c->error != NULL)
		fail_msg("refused: %s", unit_reply_text(c->req));
	assert_int_equal(c->status, 200);
	assert_string_equal(unit_reply_text(c->req), "OK");
	assert_string_equal(unit_reply_header(c->req, "Content-Type"), "text/plain; charset=utf-8");
	assert_true(fake_db_committed());
}

static void a_deposit_is_written_down_under_its_status(void **state)
{
	struct call *c = *state;

	FAKE_ROW(KEEP, "7");
	post(c, &deposit);
	assert_kept(c);
	/* regression: the key was the deposit alone, so the first news hid the last */
	assert_string_equal(fake_db_argument(KEEP, 0), DEPOSIT_ID ":COMPLETED");
	assert_string_equal(fake_db_argument(KEEP, 1), "deposit.COMPLETED");
	assert_string_equal(fake_db_argument(KEEP, 2), DEPOSIT_ID);
	assert_non_null(strstr(fake_db_argument(KEEP, 3), "\"10500.00\""));
}

static void a_refund_is_another_thing_than_its_deposit(void **state)
{
	struct call *c = *state;

	FAKE_ROW(KEEP, "8");
	post(c, &refund);
	assert_kept(c);
	assert_string_equal(fake_db_argument(KEEP, 0), REFUND_ID ":COMPLETED:refund");
	assert_string_equal(fake_db_argument(KEEP, 1), "refund.COMPLETED");
	assert_string_equal(fake_db_argument(KEEP, 2), REFUND_ID);
}

static void keys_are_asked_for_once(void **state)
{
	struct call *c = *state;

	for (unsigned i = 0; i < 3; i++) {
		FAKE_ROW(KEEP, NULL); /* known already: nothing was added */
		post(c, &deposit);
		assert_kept(c);
	}
	assert_int_equal(asked, 1);
}

static void what_is_not_written_down_is_not_acknowledged(void **state)
{
	struct call *c = *state;

	/* regression: every failure was a 200, and the news was lost */
	fake_db_fail(KEEP, NULL);
	post(c, &deposit);
	assert_int_equal(c->status, 503);
	fake_db_be_away();
	post(c, &deposit);
	assert_int_equal(c->status, 503);
}

static void what_pawapay_did_not_sign_is_refused(void **state)
{
	struct call *c = *state;
	struct callback other = deposit;

	other.signature = NULL;
	post(c, &other);
	call_assert_refused(c, 400, "no_signature");
	assert_int_equal(c->status, 400);
	other = deposit;
	other.digest = NULL;
	post(c, &other);
	call_assert_refused(c, 400, "no_signature");
	other = deposit;
	other.signature = refund.signature;
	post(c, &other);
	call_assert_refused(c, 401, "bad_signature");
	assert_int_equal(c->status, 401);
	other = deposit;
	other.body = refund.body;
	post(c, &other);
	call_assert_refused(c, 401, "bad_signature");
	fn_time_offset(CREATED + 3600 - (int64_t)time(NULL)); /* a replay */
	post(c, &deposit);
	call_assert_refused(c, 401, "bad_signature");
}

static void what_was_meant_for_another_address_is_refused(void **state)
{
	static const struct {
		const char *url;
		bool ours;
	} table[] = {
		{"https://other.merchant.test/functions/v1/pawapay-webhook", false},
		{"http://127.0.0.1:8080/other", false},
		{"http://127.0.0.1:8080/functions/v1/pawapay-webhook", true},
		{"http://127.0.0.1:8080/functions/v1/pawapay-webhook?x=1", true},
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		fn_conf_set("PAWAPAY_CALLBACK_URL", table[i].url);
		if (table[i].ours)
			FAKE_ROW(KEEP, "9");
		post(c, &deposit);
		if (table[i].ours)
			assert_kept(c);
		else
			call_assert_refused(c, 401, "bad_signature");
	}
}

static void without_the_keys_nobody_knows(void **state)
{
	struct call *c = *state;

	next = (struct fn_http_answer){.why = "silent"};
	post(c, &deposit);
	call_assert_refused(c, 503, "no_keys");
	assert_non_null(unit_reply_header(c->req, "Retry-After"));
}

static void what_names_nothing_is_refused(void **state)
{
	struct call *c = *state;

	post(c, &no_id);
	call_assert_refused(c, 400, "no_id");
	post(c, &no_json);
	call_assert_refused(c, 400, "bad_json");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, call_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_deposit_is_written_down_under_its_status),
		TEST(a_refund_is_another_thing_than_its_deposit),
		TEST(keys_are_asked_for_once),
		TEST(what_is_not_written_down_is_not_acknowledged),
		TEST(what_pawapay_did_not_sign_is_refused),
		TEST(what_was_meant_for_another_address_is_refused),
		TEST(without_the_keys_nobody_knows),
		TEST(what_names_nothing_is_refused),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
