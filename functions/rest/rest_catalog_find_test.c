/* rest_catalog_find_test.c: which relationship a target and a hint mean (rest.md 6.2), on a catalog
 * built from facts written by hand. */
#include "fn_json.h"
#include "rest_catalog_test.h"

enum { CEILING = 1 << 20 };
enum oid { CLIENTS = 1, PROJECTS, DETAILS, USERS, MEMBERS, VIEW, STAFF, STAFF_VIEW, ELSEWHERE };

static struct fn_request *req;
static struct fn_arena *arena;
static const struct rest_catalog *catalog;

static const struct rest_fact_relation relations[] = {
	{CLIENTS, {.schema = "api", .name = "clients"}},
	{DETAILS, {.schema = "api", .name = "details"}},
	{MEMBERS, {.schema = "api", .name = "members"}},
	{VIEW, {.schema = "api", .name = "open_clients", .is_view = true}},
	{PROJECTS, {.schema = "api", .name = "projects"}},
	{STAFF, {.schema = "api", .name = "staff"}},
	{STAFF_VIEW, {.schema = "api", .name = "staff_now", .is_view = true}},
	{USERS, {.schema = "api", .name = "users"}},
	{ELSEWHERE, {.schema = "other", .name = "bills"}},
};
static const struct rest_fact_column columns[] = {
	{CLIENTS, 1, {.name = "id"}},         {PROJECTS, 1, {.name = "id"}},
	{PROJECTS, 2, {.name = "client_id"}}, {PROJECTS, 3, {.name = "backup_id"}},
	{DETAILS, 1, {.name = "project_id"}}, {USERS, 1, {.name = "id"}},
	{USERS, 2, {.name = "twin_id"}},      {MEMBERS, 1, {.name = "user_id"}},
	{MEMBERS, 2, {.name = "project_id"}}, {VIEW, 1, {.name = "key"}},
	{STAFF, 1, {.name = "id"}},           {STAFF, 2, {.name = "boss_id"}},
	{STAFF_VIEW, 1, {.name = "id"}},      {STAFF_VIEW, 2, {.name = "boss_id"}},
	{ELSEWHERE, 1, {.name = "id"}},       {ELSEWHERE, 2, {.name = "client_id"}},
};
static const struct rest_fact_origin origins[] = {{VIEW, 1, CLIENTS, 1},
						  {STAFF_VIEW, 1, STAFF, 1},
						  {STAFF_VIEW, 2, STAFF, 2}};
static const int one[] = {1}, two[] = {2}, three[] = {3}, both[] = {1, 2};
static const struct rest_fact_key keys[] = {
	{'p', "p1", PROJECTS, 0, one, NULL, 1},
	{'p', "p2", DETAILS, 0, one, NULL, 1},
	{'p', "p3", MEMBERS, 0, both, NULL, 2},
	{'u', "u1", USERS, 0, two, NULL, 1},
	{'f', "of_client", PROJECTS, CLIENTS, two, one, 1},
	{'f', "of_backup", PROJECTS, CLIENTS, three, one, 1},
	{'f', "of_project", DETAILS, PROJECTS, one, one, 1},
	{'f', "of_user", MEMBERS, USERS, one, one, 1},
	{'f', "in_project", MEMBERS, PROJECTS, two, one, 1},
	{'f', "of_boss", STAFF, STAFF, two, one, 1},
	{'f', "of_twin", USERS, USERS, two, one, 1},
	{'f', "of_bill", ELSEWHERE, CLIENTS, two, one, 1},
};
static const struct rest_fact_computed computed[] = {
	{"api", "newest", CLIENTS, PROJECTS, true},
	{"api", "teams", CLIENTS, PROJECTS, false},
	{"api", "users", MEMBERS, USERS, true},
	{"api", "bills", CLIENTS, ELSEWHERE, false},
};

static int set_up(void **state)
{
	static struct unit_request like = {.method = "GET"};
	static const struct rest_facts facts = {
		.relations = relations,
		.relation_count = FN_COUNT(relations),
		.columns = columns,
		.column_count = FN_COUNT(columns),
		.origins = origins,
		.origin_count = FN_COUNT(origins),
		.keys = keys,
		.key_count = FN_COUNT(keys),
		.computed = computed,
		.computed_count = FN_COUNT(computed),
	};

	(void)state;
	req = unit_request(&like);
	arena = fn_arena_new(CEILING);
	catalog = rest_catalog_build(fn_request_arena(req), arena, &facts);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_request_free(req);
	fn_arena_free(arena);
	return 0;
}

static struct fn_error *find(const char *parent, const char *target, const char *hint,
			     const struct rest_relationship **ret)
{
	const struct rest_relation *from = rest_catalog_relation(catalog, "api", parent);

	if (from == NULL)
		fail_msg("no relation %s", parent);
	return rest_catalog_find(req, catalog, from, target, hint, ret);
}

/* "m2o clients of_client client_id=id" */
static void assert_found(const char *parent, const char *target, const char *hint,
			 const char *expected)
{
	const struct rest_relationship *found;
	struct fn_error *error = find(parent, target, hint, &found);
	struct fn_buf buf;

	if (error != NULL) {
		fail_msg("%s -> %s: %s %s", parent, target, error->message->code,
			 error->message->en);
		return;
	}
	fn_buf_init(&buf, 1000);
	add_link(&buf, found);
	assert_string_equal(buf.bytes, expected);
	fn_buf_free(&buf);
}

static void assert_refused(const char *parent, const char *target, const char *hint, int status,
			   const char *code)
{
	const struct rest_relationship *found;
	struct fn_error *error = find(parent, target, hint, &found);

	if (error == NULL) {
		fail_msg("%s -> %s is found", parent, target);
		return;
	}
	assert_int_equal(error->message->status, status);
	assert_string_equal(error->message->code, code);
	assert_null(found);
}

#define assert_none(parent, target, hint)                                                          \
	assert_refused((parent), (target), (hint), 400, "PGRST200")
#define assert_several(parent, target, hint)                                                       \
	assert_refused((parent), (target), (hint), 300, "PGRST201")

/* ---- without a hint ---- */

static void takes_the_name_of_the_relation(void **state)
{
	(void)state;
	assert_found("details", "projects", NULL, "o2o projects of_project project_id=id");
	assert_found("projects", "details", NULL, "o2o details of_project id=project_id");
	assert_found("members", "projects", NULL, "m2o projects in_project project_id=id");
	assert_found("projects", "members", NULL, "o2m members in_project id=project_id");
}

static void takes_the_name_of_the_constraint(void **state)
{
	(void)state;
	assert_found("projects", "of_client", NULL, "m2o clients of_client client_id=id");
	assert_found("clients", "of_backup", NULL, "o2m projects of_backup id=backup_id");
	assert_none("projects", "of_boss", NULL);
}

static void takes_the_column_of_the_parent(void **state)
{
	(void)state;
	assert_found("projects", "client_id", NULL, "m2o clients of_client client_id=id");
	assert_found("details", "project_id", NULL, "o2o projects of_project project_id=id");
	assert_none("clients", "client_id", NULL); /* the child's */
}

static void reaches_a_view_by_its_name_alone(void **state)
{
	(void)state;
	/* constraint and column mean the table, so the view made nothing ambiguous */
	assert_found("projects", "backup_id", NULL, "m2o clients of_backup backup_id=id");
	assert_several("projects", "open_clients", NULL);
	assert_found("projects", "open_clients", "of_client",
		     "m2o open_clients of_client client_id=key");
	assert_found("open_clients", "of_client", NULL, "o2m projects of_client key=client_id");
	assert_several("open_clients", "key", NULL); /* its own column, of two keys */
}

static void joins_through_junctions(void **state)
{
	(void)state;
	assert_found("projects", "users", NULL,
		     "m2m users in_project id=project_id api.members of_user user_id=id");
	assert_found("users", "projects", "members",
		     "m2m projects of_user id=user_id api.members in_project project_id=id");
	assert_none("users", "projects", "of_user"); /* a constraint does not name a junction */
	assert_none("users", "projects", "id");
}

/* ---- with a hint ---- */

static void takes_constraint_or_column_as_a_hint(void **state)
{
	(void)state;
	assert_found("projects", "clients", "of_client", "m2o clients of_client client_id=id");
	assert_found("projects", "clients", "backup_id", "m2o clients of_backup backup_id=id");
	assert_found("clients", "projects", "backup_id", "o2m projects of_backup id=backup_id");
	assert_several("projects", "clients", "id"); /* the column of both keys */
	assert_none("projects", "clients", "of_project");
	assert_none("projects", "of_client", "client_id"); /* the target must be the relation */
}

/* ---- a key into the table itself ---- */

static void knows_children_by_name_and_parents_by_column(void **state)
{
	(void)state;
	assert_found("staff", "staff", NULL, "o2m staff of_boss id=boss_id");
	assert_found("staff", "boss_id", NULL, "m2o staff of_boss boss_id=id");
	assert_found("staff", "staff", "boss_id", "o2m staff of_boss id=boss_id");
	assert_none("staff", "staff", "of_boss");
	assert_none("staff", "staff", "id");
	assert_none("staff", "of_boss", NULL);
	assert_none("staff", "id", NULL);
	/* one to one, by a unique constraint */
	assert_found("users", "users", NULL, "o2o users of_twin id=twin_id");
	assert_found("users", "twin_id", NULL, "o2o users of_twin twin_id=id");
}

static void lets_a_view_refer_to_itself_and_to_its_table(void **state)
{
	(void)state;
	assert_found("staff", "staff_now", NULL, "o2m staff_now of_boss id=boss_id");
	assert_found("staff_now", "staff_now", NULL, "o2m staff_now of_boss id=boss_id");
	assert_found("staff_now", "boss_id", NULL, "m2o staff of_boss boss_id=id");
	assert_found("staff_now", "staff", NULL, "o2m staff of_boss id=boss_id");
}

/* ---- computed ---- */

static void takes_the_function_of_a_computed_relationship(void **state)
{
	const struct rest_relationship *found;

	(void)state;
	assert_found("clients", "newest", NULL, "fn projects api.newest one");
	assert_found("clients", "teams", NULL, "fn projects api.teams many");
	assert_found("clients", "newest", "whatever", "fn projects api.newest one");
	assert_several("clients", "projects", NULL); /* two keys; the functions have other names */
	assert_found("members", "users", NULL, "fn users api.users one"); /* overrides of_user */
	assert_none("members", "of_user", NULL);
	assert_null(find("clients", "newest", NULL, &found));
	assert_true(rest_is_to_one(found));
	assert_null(find("clients", "teams", NULL, &found));
	assert_false(rest_is_to_one(found));
	assert_null(find("projects", "members", NULL, &found));
	assert_false(rest_is_to_one(found));
	assert_null(find("projects", "details", NULL, &found));
	assert_true(rest_is_to_one(found));
}

static void stays_in_the_schema(void **state)
{
	(void)state;
	assert_none("clients", "bills", NULL);
	assert_none("clients", "of_bill", NULL);
}

/* ---- the words of refusals ---- */

static void says_what_it_searched(void **state)
{
	const struct rest_relationship *found;
	struct fn_error *error = find("users", "staff", "x", &found);

	(void)state;
	assert_string_equal(error->message->en,
			    "Could not find a relationship between 'users' and 'staff' in the "
			    "schema cache");
	assert_string_equal(fn_json_get_text(error->detail, "details"),
			    "Searched for a foreign key relationship between 'users' and 'staff' "
			    "using the hint 'x' in the schema 'api', but no matches were found.");
	assert_non_null(strstr(fn_json_write(error->detail, NULL), "\"hint\":null"));
}

static void lists_the_candidates_in_order(void **state)
{
	const struct rest_relationship *found;
	struct fn_error *error = find("projects", "clients", NULL, &found);

	(void)state;
	assert_string_equal(error->message->en,
			    "Could not embed because more than one relationship was found for "
			    "'projects' and 'clients'");
	assert_string_equal(fn_json_get_text(error->detail, "hint"),
			    "Try changing 'clients' to one of the following: "
			    "'clients!of_backup', 'clients!of_client'. Find the desired "
			    "relationship in the 'details' key.");
	assert_string_equal(
		fn_json_write(fn_json_get(error->detail, "details"), NULL),
		"[{\"cardinality\":\"many-to-one\",\"embedding\":\"projects with clients\","
		"\"relationship\":\"of_backup using projects(backup_id) and clients(id)\"},"
		"{\"cardinality\":\"many-to-one\",\"embedding\":\"projects with clients\","
		"\"relationship\":\"of_client using projects(client_id) and clients(id)\"}]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_name_of_the_relation),
		cmocka_unit_test(takes_the_name_of_the_constraint),
		cmocka_unit_test(takes_the_column_of_the_parent),
		cmocka_unit_test(reaches_a_view_by_its_name_alone),
		cmocka_unit_test(joins_through_junctions),
		cmocka_unit_test(takes_constraint_or_column_as_a_hint),
		cmocka_unit_test(knows_children_by_name_and_parents_by_column),
		cmocka_unit_test(lets_a_view_refer_to_itself_and_to_its_table),
		cmocka_unit_test(takes_the_function_of_a_computed_relationship),
		cmocka_unit_test(stays_in_the_schema),
		cmocka_unit_test(says_what_it_searched),
		cmocka_unit_test(lists_the_candidates_in_order),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
