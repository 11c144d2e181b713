/* fn_error_test.c: what an error keeps, and how FN_TRY leaves. */
#include "fn_error.h"

#include <string.h>

#include "unit.h"

static const struct fn_message no_such_thing = {404, "no_such_thing", "Rien", "Nothing"};

static void keeps_the_message_and_nothing_else(void **state)
{
	struct unit_request like = {.method = "GET"};
	struct fn_request *req = unit_request(&like);
	struct fn_error *error = fn_fail(req, &no_such_thing);

	(void)state;
	assert_ptr_equal(error->message, &no_such_thing);
	assert_null(error->cause);
	assert_null(error->constraint);
	assert_null(error->sqlstate);
	assert_null(error->detail);
	assert_int_equal(error->retry_after, 0);
	assert_false(error->platform);
	fn_request_free(req);
}

static void formats_a_cause_of_its_own_and_cuts_it(void **state)
{
	struct unit_request like = {.method = "GET"};
	struct fn_request *req = unit_request(&like);
	char long_text[3000];

	(void)state;
	assert_string_equal(fn_fail_because(req, &no_such_thing, "%s %d", "row", 7)->cause,
			    "row 7");
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_int_equal(strlen(fn_fail_because(req, &no_such_thing, "%s", long_text)->cause), 999);
	fn_request_free(req);
}

static struct fn_error some_error;
static bool went_on;

static struct fn_error *step(struct fn_error *outcome, int *calls)
{
	++*calls;
	return outcome;
}

static struct fn_error *story(struct fn_error *outcome, int *calls)
{
	went_on = false;
	FN_TRY(step(outcome, calls));
	went_on = true;
	return NULL;
}

static void leaves_with_the_error_and_goes_on_without(void **state)
{
	int calls = 0;

	(void)state;
	assert_ptr_equal(story(&some_error, &calls), &some_error);
	assert_false(went_on);
	assert_null(story(NULL, &calls));
	assert_true(went_on);
	assert_int_equal(calls, 2); /* the call is made once, not once to look and once to return */
}

static void shared_messages_speak_both_languages(void **state)
{
	static const struct fn_message *const all[] = {
		&fn_message_internal,   &fn_message_busy,       &fn_message_bad_json,
		&fn_message_bad_fields, &fn_message_no_session, &fn_message_bad_session,
		&fn_message_no_key,     &fn_message_not_found,  &fn_message_method,
		&fn_message_too_large,  &fn_message_too_many,
	};
	static const int statuses[] = {500, 503, 400, 422, 401, 401, 401, 404, 405, 413, 429};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(all); i++) {
		assert_int_equal(all[i]->status, statuses[i]);
		assert_true(strlen(all[i]->fr) > 0 && strlen(all[i]->en) > 0);
		assert_string_not_equal(all[i]->fr, all[i]->en);
		assert_int_equal(strspn(all[i]->code, "abcdefghijklmnopqrstuvwxyz_"),
				 strlen(all[i]->code));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(all[i]->code, all[j]->code);
	}
	/* wire.md 3.4: the page shows this text */
	assert_string_equal(fn_message_bad_session.fr, "Authentification invalide");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_message_and_nothing_else),
		cmocka_unit_test(formats_a_cause_of_its_own_and_cuts_it),
		cmocka_unit_test(leaves_with_the_error_and_goes_on_without),
		cmocka_unit_test(shared_messages_speak_both_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
