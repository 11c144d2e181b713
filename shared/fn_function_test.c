/* fn_function_test.c: what is checked around every handler. */
#include "fn_function.h"

#include <string.h>

#include "fn_json.h"
#include "unit.h"

static const struct fn_message no_luck = {409, "no_luck", "Pas de chance", "No luck"};

/* What the handler of these tests does. */
static struct {
	bool authenticates, replies, fails;
	int status;
	unsigned calls;
} plan;

static struct fn_error *handle(struct fn_request *req)
{
	plan.calls++;
	if (plan.authenticates)
		fn_request_set_caller(req, "ana");
	if (plan.replies)
		FN_TRY(fn_reply_json_status(req, plan.status, FN_OBJECT(fn_json_int("n", 1))));
	return plan.fails ? fn_fail(req, &no_luck) : NULL;
}

static struct fn_function function;
static struct fn_request *req;
static const struct fn_error *error;

static int set_up(void **state)
{
	(void)state;
	memset(&plan, 0, sizeof(plan));
	plan.authenticates = plan.replies = true;
	plan.status = 200;
	function = (struct fn_function){.name = "test",
					.methods = FN_GET | FN_POST,
					.auth = FN_AUTH_USER,
					.body_max = 10,
					.errors = FN_ERRORS_SUCCESS,
					.handle = handle};
	req = NULL;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_request_free(req);
	return 0;
}

static int run(struct unit_request *like)
{
	int status;

	fn_request_free(req);
	req = unit_request(like);
	status = fn_function_run(&function, req, &error);
	assert_int_equal(status, fn_request_reply(req)->status);
	return status;
}

static int get(void)
{
	return run(&(struct unit_request){.method = "GET"});
}

static void answers_what_the_handler_replied(void **state)
{
	(void)state;
	plan.status = 201;
	assert_int_equal(get(), 201);
	assert_null(error);
	assert_string_equal(unit_reply_text(req), "{\"n\":1}");
}

static void renders_the_error_of_the_handler(void **state)
{
	(void)state;
	plan.fails = true; /* after it had replied: the error wins */
	assert_int_equal(get(), 409);
	assert_string_equal(error->message->code, "no_luck");
	assert_null(strstr(unit_reply_text(req), "\"n\""));
	function.errors = FN_ERRORS_AS_200;
	assert_int_equal(get(), 200);
	assert_int_equal(error->message->status, 409); /* honest in the log */
}

static void asks_for_no_error_back(void **state)
{
	struct unit_request like = {.method = "GET"};

	(void)state;
	req = unit_request(&like);
	plan.fails = true;
	assert_int_equal(fn_function_run(&function, req, NULL), 409);
}

static void refuses_a_method_that_the_table_does_not_list(void **state)
{
	static const char *const other[] = {"PUT", "DELETE", "HEAD", "OPTIONS", "post", "", NULL};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(other); i++) {
		assert_int_equal(run(&(struct unit_request){.method = other[i]}), 405);
		assert_string_equal(error->message->code, "method_not_allowed");
	}
	function.errors = FN_ERRORS_AS_200;
	assert_int_equal(run(&(struct unit_request){.method = "PUT"}), 405);
	assert_int_equal(plan.calls, 0);
	assert_int_equal(run(&(struct unit_request){.method = "POST"}), 200);
}

static void refuses_a_body_over_the_limit(void **state)
{
	(void)state;
	assert_int_equal(run(&(struct unit_request){.method = "POST", .body = "0123456789"}), 200);
	assert_int_equal(run(&(struct unit_request){.method = "POST", .body = "0123456789a"}), 413);
	assert_string_equal(error->message->code, "body_too_large");
	function.errors = FN_ERRORS_AS_200;
	assert_int_equal(run(&(struct unit_request){.method = "POST", .body = "0123456789a"}), 413);
	assert_int_equal(plan.calls, 1);
}

/* Whatever is wrong with the request, an internal function says that there is nothing here. */
static void an_internal_function_looks_like_none_at_all(void **state)
{
	static struct unit_request outside[] = {
		{.method = "POST"},
		{.method = "PUT"},
		{.method = NULL},
		{.method = "POST", .body = "far more than its limit"},
	};

	(void)state;
	function.auth = FN_AUTH_INTERNAL;
	for (size_t i = 0; i < FN_COUNT(outside); i++) {
		assert_int_equal(run(&outside[i]), 404);
		assert_string_equal(error->message->code, "not_found");
	}
	assert_int_equal(plan.calls, 0);
	assert_int_equal(run(&(struct unit_request){.method = "POST", .internal = true}), 200);
	assert_int_equal(run(&(struct unit_request){.method = "PUT", .internal = true}), 405);
}

static void a_handler_that_forgot_to_ask_who_is_calling_does_not_answer(void **state)
{
	(void)state;
	plan.authenticates = false;
	assert_int_equal(get(), 500);
	assert_string_equal(error->cause, "the handler did not authenticate");
	assert_null(strstr(unit_reply_text(req), "\"n\""));
	function.auth = FN_AUTH_APIKEY;
	assert_int_equal(get(), 500);
	plan.authenticates = true;
	assert_int_equal(get(), 200);
}

static void open_endpoints_need_not_ask(void **state)
{
	static const enum fn_auth_mode modes[] = {FN_AUTH_NONE, FN_AUTH_SIGNATURE, FN_AUTH_MIXED};

	(void)state;
	plan.authenticates = false;
	for (size_t i = 0; i < FN_COUNT(modes); i++) {
		function.auth = modes[i];
		assert_int_equal(get(), 200);
	}
}

static void refusals_need_no_caller(void **state)
{
	(void)state;
	plan.authenticates = false;
	plan.fails = true;
	assert_int_equal(get(), 409);
	plan.fails = false;
	plan.status = 404;
	assert_int_equal(get(), 404);
}

static void a_handler_without_a_reply_is_our_bug(void **state)
{
	(void)state;
	plan.replies = false;
	assert_int_equal(get(), 500);
	assert_string_equal(error->cause, "the handler did not reply");
	assert_non_null(strstr(unit_reply_text(req), "\"code\":\"internal\""));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(answers_what_the_handler_replied),
		TEST(renders_the_error_of_the_handler),
		TEST(asks_for_no_error_back),
		TEST(refuses_a_method_that_the_table_does_not_list),
		TEST(refuses_a_body_over_the_limit),
		TEST(an_internal_function_looks_like_none_at_all),
		TEST(a_handler_that_forgot_to_ask_who_is_calling_does_not_answer),
		TEST(open_endpoints_need_not_ask),
		TEST(refusals_need_no_caller),
		TEST(a_handler_without_a_reply_is_our_bug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
