/* rest_plan_capability_test.c: which filters open rows to whoever knows a value. */
#include "rest_plan_test.h"

static struct fn_request *kept;

/* "setting=array ..." of a request. */
static const char *opened_by(const struct sent *sent)
{
	struct unit_request like;
	struct fn_request *req;
	struct rest_plan made;
	const char *all = "";

	fn_request_free(kept);
	assert_null(plan(sent, &like, &req, &made));
	kept = req;
	for (const char *const *c = made.capabilities; c != NULL && c[0] != NULL; c += 2)
		all = fn_arena_format(fn_request_arena(req), "%s%s=%s ", all, c[0], c[1]);
	return all;
}

static void equality_that_must_hold_opens(void **state)
{
	static const struct {
		struct sent sent;
		const char *opened;
	} table[] = {
		{GET("/projects", "id=eq.1"), "t.projects={\"1\"} "},
		{GET("/projects", "id=eq.1&id=eq.a,b%22"), "t.projects={\"1\",\"a,b\\\"\"} "},
		{GET("/projects", ""), ""},
		{GET("/projects", "name=eq.1"), ""},
		{GET("/projects", "id=not.eq.1"), ""},
		{GET("/projects", "id=gt.1"), ""},
		{GET("/projects", "id=in.(1,2)"), ""},
		{GET("/projects", "id=is.null"), ""},
		{GET("/projects", "id=eq(any).{1}"), ""},
		{GET("/projects", "data->id=eq.1"), ""},
		{GET("/projects", "or=(id.eq.1,id.eq.2)"), ""},
		{GET("/tasks", "project_id=eq.3"), "t.projects={\"3\"} "},
		{GET("/tasks", "select=id,projects(id)&projects.id=eq.4&id=eq.5"),
		 "t.tasks={\"5\"} t.projects={\"4\"} "},
		{GET("/tasks", "select=id,p:projects!inner(id)&p.id=eq.4"), "t.projects={\"4\"} "},
		{{"PATCH", "/projects", "id=eq.1", "{\"name\":\"x\"}", {TYPED("application/json")}},
		 "t.projects={\"1\"} "},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++)
		assert_string_equal(opened_by(&table[i].sent), table[i].opened);
}

static void a_text_of_another_form_is_refused(void **state)
{
	static const char *const bad[] = {"a",    "a=",   "a=b",    "a=b.",
					  "a=.b", "=a.b", "a=b.c,", "a b.c"};

	(void)state;
	assert_null(rest_capability_read(catalog_arena, "")->setting);
	for (size_t i = 0; i < FN_COUNT(bad); i++)
		assert_null(rest_capability_read(catalog_arena, bad[i]));
}

static int start(void **state)
{
	(void)make_catalog(state);
	capabilities =
		rest_capability_read(catalog_arena,
				     " t.projects=projects.id,tasks.project_id  t.tasks=tasks.id ");
	return capabilities == NULL;
}

static int stop(void **state)
{
	fn_request_free(kept);
	return forget_catalog(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equality_that_must_hold_opens),
		cmocka_unit_test(a_text_of_another_form_is_refused),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
