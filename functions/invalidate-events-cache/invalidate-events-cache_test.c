/* invalidate-events-cache_test.c: who may, and what of the cache goes. The service key is tried in
 * tests/http/catalogue.test.mjs. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "call.h"
#include "fn_cache.h"

#define SECRET "0123456789abcdef0123456789abcdef"

static char top[] = "/tmp/invalidate_test_XXXXXX";

static const char *path_of(const char *name)
{
	static char path[200];

	(void)snprintf(path, sizeof(path), "%s/%s", top, name);
	return path;
}

static void keep(const char *name)
{
	int descriptor = open(path_of(name), O_WRONLY | O_CREAT, 0600);

	assert_true(descriptor >= 0);
	(void)close(descriptor);
}

static int group(void **state)
{
	if (mkdtemp(top) == NULL || mkdir(path_of("get-events"), 0700) != 0 ||
	    mkdir(path_of("get-categories"), 0700) != 0 || mkdir(path_of("other"), 0700) != 0)
		return 1;
	fn_conf_set("CACHE_DIR", top);
	fn_conf_set("CACHE_INVALIDATION_SECRET", SECRET);
	return call_group(state);
}

static int group_end(void **state)
{
	(void)state;
	(void)fn_cache_forget(top, NULL);
	(void)rmdir(path_of("get-events"));
	(void)rmdir(path_of("get-categories"));
	(void)rmdir(path_of("other"));
	return rmdir(top);
}

/* Three answers of lists, and one that nobody may name. */
static void fill(void)
{
	keep("get-events/a");
	keep("get-events/b");
	keep("get-categories/c");
	keep("other/d");
}

static void assert_forgot(const struct call *c, size_t keys, int64_t deleted)
{
	assert_null(c->error);
	assert_int_equal(c->status, 200);
	assert_int_equal(fn_json_length(fn_json_get(c->reply, "invalidated")), keys);
	assert_int_equal(fn_json_get_integer(c->reply, "deleted", -1), deleted);
	assert_int_equal(access(path_of("other/d"), F_OK), 0);
}

static void the_secret_forgets_all_lists(void **state)
{
	struct call *c = *state;

	fill();
	call_with_bearer(c, "Bearer " SECRET, NULL);
	assert_forgot(c, 3, 3);
	assert_true(call_text(c, "timestamp")[0] == '2');
	call_with_bearer(c, "bearer " SECRET, "{\"keys\":null}"); /* a repeat */
	assert_forgot(c, 3, 0);
}

static void forgets_what_was_named(void **state)
{
	struct call *c = *state;

	fill();
	call_with_bearer(c, "Bearer " SECRET, "{\"keys\":[\"categories:all\"]}");
	assert_forgot(c, 1, 1);
	call_with_bearer(c, "Bearer " SECRET, "{\"keys\":[\"events:featured\"]}");
	assert_forgot(c, 1, 2);
	call_with_bearer(c, "Bearer " SECRET, "{\"keys\":[]}");
	assert_forgot(c, 0, 0);
}

static void names_nothing_else(void **state)
{
	static const char *const bodies[] = {"{\"keys\":[\"other\"]}",
					     "{\"keys\":[\"categories:all\",\"temba:webhook:x\"]}",
					     "{\"keys\":[\"../../log\"]}",
					     "{\"keys\":[\"get-events\"]}",
					     "{\"keys\":[7]}",
					     "{\"keys\":\"events:published\"}",
					     "{\"keys\":{\"a\":\"events:published\"}}"};
	struct call *c = *state;

	fill();
	for (size_t i = 0; i < FN_COUNT(bodies); i++) {
		call_with_bearer(c, "Bearer " SECRET, bodies[i]);
		call_assert_refused(c, 422, "invalid_fields");
	}
	assert_int_equal(access(path_of("get-events/a"), F_OK), 0);
}

static void an_organizer_may(void **state)
{
	struct call *c = *state;

	fill();
	call_alive();
	FAKE_ROW("invalidate-events-cache.may_invalidate", "1");
	call_as(c, ANA, "{}");
	assert_forgot(c, 3, 3);
	assert_string_equal(fake_db_argument("invalidate-events-cache.may_invalidate", 0), ANA);
}

static void a_visitor_may_not(void **state)
{
	struct call *c = *state;

	fill();
	call_alive();
	fake_db_no_row("invalidate-events-cache.may_invalidate");
	call_as(c, ANA, "{}");
	call_assert_refused(c, 403, "not_allowed");
	FAKE_ROW("shared.caller_alive", "f");
	call_as(c, ANA, "{}");
	call_assert_refused(c, 401, "invalid_session");
	assert_int_equal(access(path_of("get-events/a"), F_OK), 0);
}

static void nobody_may_not(void **state)
{
	static const char *const bearers[] = {NULL,
					      "",
					      "Bearer",
					      "Bearer ",
					      "Bearer x",
					      "Basic " SECRET,
					      SECRET,
					      "Bearer " SECRET "0",
					      "Bearer 0123456789abcdef0123456789abcde"};
	struct call *c = *state;

	fill();
	for (size_t i = 0; i < FN_COUNT(bearers); i++) {
		call_with_bearer(c, bearers[i], "{}");
		assert_int_equal(c->status, 401);
		assert_true(call_text(c, "error")[0] != '\0');
	}
	assert_int_equal(access(path_of("get-events/a"), F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(the_secret_forgets_all_lists),
		CALL_TEST(forgets_what_was_named),
		CALL_TEST(names_nothing_else),
		CALL_TEST(an_organizer_may),
		CALL_TEST(a_visitor_may_not),
		CALL_TEST(nobody_may_not),
	};

	return cmocka_run_group_tests(tests, group, group_end);
}
