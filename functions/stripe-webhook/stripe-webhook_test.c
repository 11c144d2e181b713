/* stripe-webhook_test.c: what is written down, and what is not. */
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "fn_crypto.h"
#include "fn_time.h"

#define KEEP   "stripe-webhook.keep"
#define SECRET "whsec_of_the_unit_tests"
#define OTHER  "whsec_of_somebody_else"
#define EVENT(type, object)                                                                        \
	"{\n  \"id\": \"evt_1\",\n  \"object\": \"event\",\n  \"type\": \"" type                   \
	"\",\n  \"created\": 1800000000,\n  \"data\": {\n    \"object\": " object "\n  }\n}"
#define INTENT                                                                                     \
	"{\"id\": \"pi_1\", \"object\": \"payment_intent\", \"status\": \"succeeded\", "           \
	"\"client_secret\": \"pi_1_secret_x\", \"receipt_email\": \"a@example.org\", "             \
	"\"metadata\": {\"payment_id\": \"7a7a7a7a-4444-4444-8444-7a7a7a7a7a7a\"}}"

static const char succeeded[] = EVENT("payment_intent.succeeded", INTENT);

static int start(void **state)
{
	(void)call_set_up(state);
	fn_conf_set("STRIPE_WEBHOOK_SECRET", SECRET);
	return 0;
}

static const char *sign(const char *secret, int64_t time, const char *body)
{
	static char hex[2 * FN_SHA256_SIZE + 1];
	static char text[16384];
	uint8_t mac[FN_SHA256_SIZE];

	(void)snprintf(text, sizeof(text), "%lld.%s", (long long)time, body);
	fn_crypto_hmac(secret, strlen(secret), text, strlen(text), mac);
	for (size_t i = 0; i < sizeof(mac); i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", mac[i]);
	return hex;
}

static void post_with(struct call *c, const char *header, const char *body)
{
	static struct unit_request like;
	const char *why = NULL, *text;

	fn_request_free(c->req);
	like = (struct unit_request){.method = "POST",
				     .body = body,
				     .headers = {{"Content-Type", "application/json"},
						 {"Stripe-Signature", header}}};
	c->req = unit_request(&like);
	c->error = NULL;
	c->status = fn_function_run(&fn_function, c->req, &c->error);
	text = unit_reply_text(c->req);
	c->reply = fn_json_parse(fn_request_arena(c->req), text, strlen(text), &why);
}

/* Signed by this secret, so many seconds ago. */
static void post(struct call *c, const char *secret, int age, const char *body)
{
	static char header[256];
	int64_t time = fn_time_now() - age;

	(void)snprintf(header, sizeof(header), "t=%lld,v1=%s,v0=00", (long long)time,
		       sign(secret, time, body));
	post_with(c, header, body);
}

static void assert_received(struct call *c)
{
	if (c->error != NULL)
		fail_msg("refused: %s", unit_reply_text(c->req));
	assert_int_equal(c->status, 200);
	assert_string_equal(unit_reply_text(c->req), "{\"received\":true}");
	assert_true(fake_db_committed());
	fake_db_assert_done();
}

static void an_event_is_written_down_before_it_is_answered(void **state)
{
	struct call *c = *state;

	FAKE_ROW(KEEP, "t");
	post(c, SECRET, 2, succeeded);
	assert_received(c);
	assert_string_equal(fake_db_argument(KEEP, 0), "evt_1");
	assert_string_equal(fake_db_argument(KEEP, 1), "payment_intent.succeeded");
	assert_string_equal(fake_db_argument(KEEP, 2), "pi_1");
	assert_non_null(strstr(fake_db_argument(KEEP, 3), "7a7a7a7a-4444-4444-8444-7a7a7a7a7a7a"));
	/* what nobody needs is not kept */
	assert_null(strstr(fake_db_argument(KEEP, 3), "secret"));
	assert_null(strstr(fake_db_argument(KEEP, 3), "example.org"));
}

static void a_repeat_is_received_too(void **state)
{
	struct call *c = *state;

	FAKE_ROW(KEEP, "f");
	post(c, SECRET, 0, succeeded);
	assert_received(c);
	/* regression: a repeat took away the mark that it had been worked on; one statement alone
	 * runs here, and it inserts or does nothing */
	assert_int_equal(fake_db_runs(KEEP), 1);
}

static void refunds_bring_our_key(void **state)
{
	struct call *c = *state;

	FAKE_ROW(KEEP, "t");
	post(c, SECRET, 0,
	     EVENT("refund.updated",
		   "{\"id\": \"re_1\", \"object\": \"refund\", \"payment_intent\": \"pi_1\", "
		   "\"metadata\": {\"refund_key\": \"4ef04ef0-4444-4444-8444-4ef04ef04ef0\"}}"));
	assert_received(c);
	assert_string_equal(fake_db_argument(KEEP, 2), "re_1");
	assert_non_null(strstr(fake_db_argument(KEEP, 3),
			       "\"refund_key\":\"4ef04ef0-4444-4444-8444-4ef04ef04ef0\""));
}

static void what_stripe_did_not_sign_is_refused(void **state)
{
	struct call *c = *state;

	post_with(c, NULL, succeeded);
	call_assert_refused(c, 400, "bad_signature");
	post(c, OTHER, 0, succeeded);
	call_assert_refused(c, 400, "bad_signature");
	post(c, SECRET, 301, succeeded);
	call_assert_refused(c, 400, "bad_signature");
	post(c, SECRET, -302, succeeded);
	call_assert_refused(c, 400, "bad_signature");
}

static void two_secrets_live_while_they_change(void **state)
{
	struct call *c = *state;

	fn_conf_set("STRIPE_WEBHOOK_SECRET", SECRET "," OTHER);
	FAKE_ROW(KEEP, "t");
	post(c, OTHER, 0, succeeded);
	assert_received(c);
}

static void without_a_secret_nobody_is_believed(void **state)
{
	struct call *c = *state;

	/* nothing was handed over: this test comes before the others set it */
	post(c, "", 0, succeeded);
	assert_int_equal(c->status, 500);
	assert_int_equal(fake_db_commits(), 0);
}

static void what_is_not_written_down_is_not_acknowledged(void **state)
{
	struct call *c = *state;

	/* regression: the mark of a repeat was set before the work, and what failed was lost */
	fake_db_fail(KEEP, NULL);
	post(c, SECRET, 0, succeeded);
	assert_int_equal(c->status, 503);
	fake_db_be_away();
	post(c, SECRET, 0, succeeded);
	assert_int_equal(c->status, 503);
}

static void what_is_no_event_is_refused(void **state)
{
	static const char *const bodies[] = {
		"{}",
		"[]",
		"x",
		"{\"id\":\"\",\"type\":\"a\"}",
		"{\"id\":7,\"type\":\"a\"}",
		"{\"id\":\"evt_1\",\"type\":{}}",
		"{\"id\":\"evt_1\",\"type\":\"a\",\"data\":{\"object\":{\"id\":\"\"}}}",
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(bodies); i++) {
		post(c, SECRET, 0, bodies[i]);
		assert_int_equal(c->status, 400);
	}
	/* what we have never heard of is kept all the same, and passed over later */
	FAKE_ROW(KEEP, "t");
	post(c, SECRET, 0, "{\"id\":\"evt_1\",\"type\":\"a.b\",\"data\":[]}");
	assert_received(c);
	assert_null(fake_db_argument(KEEP, 2));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, call_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(without_a_secret_nobody_is_believed),
		TEST(an_event_is_written_down_before_it_is_answered),
		TEST(a_repeat_is_received_too),
		TEST(refunds_bring_our_key),
		TEST(what_stripe_did_not_sign_is_refused),
		TEST(two_secrets_live_while_they_change),
		TEST(what_is_not_written_down_is_not_acknowledged),
		TEST(what_is_no_event_is_refused),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
