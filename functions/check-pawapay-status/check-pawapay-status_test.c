/* check-pawapay-status_test.c: who may, and when a job is added. */
#include <string.h>

#include "call.h"

#define PAYMENT "7a7a7a7a-4444-4444-8444-7a7a7a7a7a7a"
#define OTHER   "8b8b8b8b-4444-4444-8444-8b8b8b8b8b8b"
#define SECRET  "a secret of sixteen or more"
#define PAIR    "{\"payment_id\":\"" PAYMENT "\",\"deposit_id\":\"" PAYMENT "\"}"
#define READ    "shared.deposit_read"
#define JOB     "check-pawapay-status.schedule"

static int start(void **state)
{
	fn_conf_set("FINALIZE_ORDER_SECRET", SECRET);
	return call_set_up(state);
}

static void check(struct call *c, const char *secret, const char *body)
{
	static struct unit_request like;
	const char *why = NULL, *text;

	fn_request_free(c->req);
	like = (struct unit_request){.method = "POST", .body = body};
	if (secret != NULL)
		like.headers[0] = (struct unit_header){"X-Finalize-Secret", secret};
	c->req = unit_request(&like);
	c->error = NULL;
	c->status = fn_function_run(&fn_function, c->req, &c->error);
	text = unit_reply_text(c->req);
	c->reply = fn_json_parse(fn_request_arena(c->req), text, strlen(text), &why);
}

static void stands(const char *status, const char *state, const char *order_state,
		   const char *tickets)
{
	FAKE_ROW(READ, PAYMENT, NULL, NULL, "pawapay", status, state, order_state, tickets,
		 "MOOV_BFA", NULL, "10200", "XOF", "600", NULL, NULL, NULL);
}

static void an_open_payment_is_looked_at_soon(void **state)
{
	struct call *c = *state;

	stands("pending", "SUBMITTED", "HELD", "f");
	FAKE_ROW(JOB, "9");
	check(c, SECRET, PAIR);
	assert_int_equal(c->status, 200);
	assert_true(fn_json_get_bool(c->reply, "queued", false));
	assert_string_equal(call_text(c, "status"), "pending");
	/* regression: completed was "handled" before there were tickets */
	stands("completed", "SUCCEEDED", "AWAITING_PAYMENT", "f");
	FAKE_ROW(JOB, NULL);
	check(c, SECRET, PAIR);
	assert_true(fn_json_get_bool(c->reply, "queued", false));
}

static void what_is_over_is_over(void **state)
{
	struct call *c = *state;

	stands("completed", "SUCCEEDED", "COMPLETED", "t");
	check(c, SECRET, PAIR);
	assert_true(fn_json_get_bool(c->reply, "ok", false));
	assert_string_equal(call_text(c, "note"), "already handled");
	stands("failed", "FAILED", "HELD", "f");
	check(c, SECRET, PAIR);
	assert_string_equal(call_text(c, "status"), "failed");
	stands("completed", "SUCCEEDED", "UNFULFILLABLE", "f");
	check(c, SECRET, PAIR);
	assert_string_equal(call_text(c, "note"), "already handled");
}

static void without_the_secret_nobody_may(void **state)
{
	static const char *const wrong[] = {NULL, "", "x", SECRET "x"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(wrong); i++) {
		check(c, wrong[i], PAIR);
		call_assert_refused(c, 401, "not_allowed");
		assert_int_equal(c->status, 401);
	}
}

static void a_pair_must_belong_together(void **state)
{
	static const char *const bad[] = {"{}", "{\"payment_id\":\"" PAYMENT "\"}",
					  "{\"payment_id\":\"x\",\"deposit_id\":\"y\"}"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(bad); i++) {
		check(c, SECRET, bad[i]);
		call_assert_refused(c, 400, "ids_required");
	}
	stands("pending", "SUBMITTED", "HELD", "f");
	check(c, SECRET, "{\"payment_id\":\"" PAYMENT "\",\"deposit_id\":\"" OTHER "\"}");
	call_assert_refused(c, 400, "payment_not_found");
	fake_db_no_row(READ);
	check(c, SECRET, PAIR);
	call_assert_refused(c, 400, "payment_not_found");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, call_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_open_payment_is_looked_at_soon),
		TEST(what_is_over_is_over),
		TEST(without_the_secret_nobody_may),
		TEST(a_pair_must_belong_together),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
