/* finalize-order_test.c: who may, and what a payment has to be. */
#include <string.h>

#include "call.h"

#define PAYMENT "7a7a7a7a-4444-4444-8444-7a7a7a7a7a7a"
#define SECRET  "a secret of sixteen or more"
#define BODY    "{\"payment_id\":\"" PAYMENT "\",\"provider\":\"stripe\"}"
#define LOOK    "finalize-order.look"
#define DO      "finalize-order.complete"

static int start(void **state)
{
	fn_conf_set("FINALIZE_ORDER_SECRET", SECRET);
	return call_set_up(state);
}

static void ask(struct call *c, const char *secret, const char *body)
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

static void a_paid_order_is_completed(void **state)
{
	struct call *c = *state;

	FAKE_ROW(LOOK, "SUCCEEDED", NULL, "t", "f");
	FAKE_ROW(DO, "completed");
	ask(c, SECRET, BODY);
	assert_int_equal(c->status, 200);
	assert_string_equal(fn_json_get_text(c->reply, "payment_id"), PAYMENT);
}

static void what_is_complete_is_left_alone(void **state)
{
	struct call *c = *state;

	FAKE_ROW(LOOK, "SUCCEEDED", "completed", "t", "t");
	ask(c, SECRET, BODY);
	assert_int_equal(c->status, 200);
	assert_non_null(fn_json_get_text(c->reply, "note"));
	assert_int_equal(fake_db_runs(DO), 0);
}

/* regression: an order that was set COMPLETED without its tickets never got them */
static void completed_without_tickets_is_not_complete(void **state)
{
	struct call *c = *state;

	FAKE_ROW(LOOK, "SUCCEEDED", "completed", "t", "f");
	FAKE_ROW(DO, "completed");
	ask(c, SECRET, BODY);
	assert_int_equal(c->status, 200);
	assert_int_equal(fake_db_runs(DO), 1);
}

/* regression: a pending payment was completed by the call itself */
static void a_payment_that_is_not_confirmed_is_not_completed(void **state)
{
	struct call *c = *state;

	FAKE_ROW(LOOK, "PROCESSING", NULL, "t", "f");
	ask(c, SECRET, BODY);
	assert_int_equal(c->status, 500);
	assert_int_equal(fake_db_runs(DO), 0);
}

/* regression: a refusal inside the database was taken for success */
static void what_cannot_be_tickets_is_said(void **state)
{
	struct call *c = *state;

	FAKE_ROW(LOOK, "SUCCEEDED", NULL, "t", "f");
	FAKE_ROW(DO, "unfulfillable");
	ask(c, SECRET, BODY);
	assert_int_equal(c->status, 409);
	assert_int_equal(fake_db_commits(), 1); /* the refund it led to stays */
}

static void no_payment_no_order_no_id(void **state)
{
	struct call *c = *state;

	fake_db_no_row(LOOK);
	ask(c, SECRET, BODY);
	assert_int_equal(c->status, 500);
	FAKE_ROW(LOOK, "SUCCEEDED", NULL, "f", "f");
	ask(c, SECRET, BODY);
	assert_int_equal(c->status, 500);
	ask(c, SECRET, "{}");
	assert_int_equal(c->status, 400);
	ask(c, SECRET, "{\"payment_id\":\"x\"}");
	assert_int_equal(c->status, 400);
}

static void nobody_without_the_secret(void **state)
{
	struct call *c = *state;

	ask(c, NULL, BODY);
	assert_int_equal(c->status, 401);
	ask(c, "", BODY);
	assert_int_equal(c->status, 401);
	ask(c, SECRET " ", BODY);
	assert_int_equal(c->status, 401);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, call_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_paid_order_is_completed),
		TEST(what_is_complete_is_left_alone),
		TEST(completed_without_tickets_is_not_complete),
		TEST(a_payment_that_is_not_confirmed_is_not_completed),
		TEST(what_cannot_be_tickets_is_said),
		TEST(no_payment_no_order_no_id),
		TEST(nobody_without_the_secret),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
