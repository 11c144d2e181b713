/* get-categories_test.c: it asks for nothing and answers the list. The rest of the story is
 * shared/temba_list.c, tested with get-events. */
#include <string.h>

#include "call.h"

static void answers_the_list_as_the_database_made_it(void **state)
{
	struct call *c = *state;

	c->query = "limit=x&anything=else";
	FAKE_ROW("get-categories.list", "[{\"name\":\"Cinema\",\"event_count\":4}]");
	call_method(c, "GET");
	assert_int_equal(c->status, 200);
	assert_string_equal(unit_reply_text(c->req), "[{\"name\":\"Cinema\",\"event_count\":4}]");
	assert_string_equal(unit_reply_header(c->req, "X-Cache-Key"), "categories:all");
	assert_string_equal(unit_reply_header(c->req, "X-Accel-Expires"), "10");
}

static void an_empty_site_has_an_empty_list(void **state)
{
	struct call *c = *state;

	FAKE_ROW("get-categories.list", "[]");
	call_method(c, "GET");
	assert_string_equal(unit_reply_text(c->req), "[]");
}

static void says_when_the_database_is_away(void **state)
{
	struct call *c = *state;

	fake_db_be_away();
	call_method(c, "GET");
	assert_int_equal(c->status, 503);
	assert_string_equal(call_text(c, "code"), "busy");
	assert_true(strlen(call_text(c, "error")) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(answers_the_list_as_the_database_made_it),
		CALL_TEST(an_empty_site_has_an_empty_list),
		CALL_TEST(says_when_the_database_is_away),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
