/* rest_catalog_db_test.c: relations and relationships as a real PostgreSQL tells them: a schema
 * with one of each construct. */
#include "rest_catalog_db.h"

#define assert_links(name, expected)                                                               \
	assert_string_equal(links_of(catalog, relation(name)), expected)

/* ---- relations ---- */

static void holds_relations_of_exposed_schemas_without_partitions(void **state)
{
	const struct rest_relation *const *list;

	NEEDS_SERVER(state);
	assert_int_equal(rest_catalog_relations(catalog, "other", &list), 1);
	assert_string_equal(list[0]->name, "chairs");
	assert_int_equal(rest_catalog_relations(catalog, "hidden", &list), 0);
	assert_int_equal(rest_catalog_relations(catalog, "nowhere", &list), 0);
	assert_int_equal(rest_catalog_relations(catalog, "api", &list), 19);
	assert_string_equal(list[0]->name, "clients");
	assert_string_equal(list[18]->name, "users");
	assert_non_null(rest_catalog_relation(catalog, "api", "logs"));
	assert_null(rest_catalog_relation(catalog, "api", "logs_old"));
	assert_null(rest_catalog_relation(catalog, "hidden", "people"));
	assert_null(rest_catalog_relation(catalog, "extra", "middle"));
	assert_string_equal(relation("clients")->description, "who pays");
	assert_null(relation("users")->description);
}

static void takes_any_name_of_a_schema(void **state)
{
	static const char odd[] = "o\"d,\\d} é";

	NEEDS_SERVER(state);
	(void)unit_postgres_sql("CREATE SCHEMA \"o\"\"d,\\d} é\";"
				"CREATE TABLE \"o\"\"d,\\d} é\".\"a \"\"b\" (\"c'\" integer)");
	catalog = load(odd, "api", odd);
	assert_non_null(rest_catalog_relation(catalog, odd, "a \"b"));
	assert_string_equal(rest_catalog_relation(catalog, odd, "a \"b")->columns[0].name, "c'");
	assert_non_null(relation("clients"));
}

static void says_what_a_relation_accepts(void **state)
{
	NEEDS_SERVER(state);
	assert_false(relation("clients")->is_view);
	assert_true(relation("clients")->insertable && relation("clients")->updatable);
	assert_true(relation("logs")->insertable && relation("logs")->deletable);
	assert_true(relation("profiles")->is_view);
	assert_true(relation("profiles")->updatable && relation("profiles")->deletable);
	assert_true(relation("kept")->is_view);
	assert_false(relation("kept")->insertable || relation("kept")->updatable);
	/* INSTEAD OF INSERT alone */
	assert_true(relation("nested")->insertable);
	assert_false(relation("nested")->updatable || relation("nested")->deletable);
}

static void assert_column(const char *name, const char *type, const char *base,
			  const char *default_text)
{
	const struct rest_column *column = rest_relation_column(relation("projects"), name);

	assert_non_null(column);
	assert_string_equal(column->name, name);
	assert_string_equal(column->type, type);
	assert_string_equal(column->base_type, base);
	if (default_text == NULL)
		assert_null(column->default_text);
	else
		assert_string_equal(column->default_text, default_text);
}

static void knows_types_and_defaults_of_columns(void **state)
{
	const struct rest_column *column;

	NEEDS_SERVER(state);
	assert_int_equal(relation("projects")->column_count, 12);
	assert_string_equal(relation("projects")->columns[0].name, "id");
	assert_column("id", "integer", "integer", "nextval('api.projects_id_seq'::regclass)");
	assert_column("tag", "character(5)", "character", NULL);
	assert_column("price", "numeric(10,2)", "numeric", "1.5");
	assert_column("mood", "api.mood", "api.mood", "'ok'::api.mood");
	assert_column("code", "api.code", "character varying", "'none'::character varying");
	assert_column("pair", "api.pair", "api.pair", NULL);
	assert_column("list", "integer[]", "integer[]", NULL);
	assert_column("words", "tsvector", "tsvector", NULL);
	assert_column("bits", "bit(3)", "bit", NULL);
	assert_column("double", "integer", "integer", NULL);
	column = rest_relation_column(relation("clients"), "id");
	assert_string_equal(column->default_text, "nextval('api.clients_id_seq')");
	assert_null(rest_relation_column(relation("projects"), "gone"));
	assert_null(rest_relation_column(relation("projects"), "zzz"));
	assert_null(rest_relation_column(relation("projects"), ""));
}

static void knows_properties_of_columns(void **state)
{
	const struct rest_relation *projects;
	const struct rest_column *mood;

	NEEDS_SERVER(state);
	projects = relation("projects");
	mood = rest_relation_column(projects, "mood");
	assert_string_equal(mood->enum_values[0], "sad");
	assert_string_equal(mood->enum_values[2], "merry");
	assert_null(mood->enum_values[3]);
	assert_true(mood->nullable);
	assert_null(rest_relation_column(projects, "id")->enum_values);
	assert_false(rest_relation_column(projects, "id")->nullable);
	assert_false(rest_relation_column(projects, "code")->nullable); /* by its domain */
	assert_true(rest_relation_column(projects, "list")->is_array);
	assert_false(rest_relation_column(projects, "tag")->is_array);
	assert_true(rest_relation_column(projects, "pair")->is_composite);
	assert_false(rest_relation_column(projects, "mood")->is_composite);
	assert_true(rest_relation_column(projects, "double")->generated);
	assert_false(rest_relation_column(projects, "price")->generated);
	assert_string_equal(rest_relation_column(relation("clients"), "name")->description,
			    "in full");
}

static void knows_primary_keys_also_of_views(void **state)
{
	NEEDS_SERVER(state);
	assert_string_equal(key_of(relation("projects")), "id");
	assert_string_equal(key_of(relation("members")), "user_id project_id");
	assert_string_equal(key_of(relation("logs")), "id day");
	assert_string_equal(key_of(relation("profiles")), "user_id");
	assert_string_equal(key_of(relation("top")), "who :resno 7");
	assert_string_equal(key_of(relation("kept")), "x y");
	assert_string_equal(key_of(relation("half")), "");
	assert_string_equal(key_of(relation("lost")), "");
}

/* ---- relationships ---- */

static void finds_foreign_keys_both_ways(void **state)
{
	NEEDS_SERVER(state);
	assert_links("tickets", "m2o profiles of_owner owner_id=user_id");
	assert_links("details", "o2o projects of_project project_id=id");
	/* by a unique constraint whose columns stand in another order */
	assert_links("passports", "o2o doubles of_double a=x b=y\n"
				  "o2o kept of_double a=x b=y");
	assert_links("staff", "o2m staff of_boss id=boss_id\n"
			      "m2o staff of_boss boss_id=id\n"
			      "o2m twice of_boss id=boss_id\n"
			      "o2m twice of_boss id=chief_id\n"
			      "m2o twice of_boss boss_id=id");
	assert_links("log_notes", "o2o logs of_note log_id=id log_day=day");
}

static void finds_junctions_inside_their_primary_key(void **state)
{
	NEEDS_SERVER(state);
	assert_links("members", "m2o nested m_user user_id=id\n"
				"m2o projects m_project project_id=id\n"
				"m2o users m_user user_id=id");
	/* none through likes, whose key is its own, and none through hidden.seats */
	assert_links("users",
		     "m2m doubles c_user id=user_id other.chairs c_double double_x=x double_y=y\n"
		     "m2m kept c_user id=user_id other.chairs c_double double_x=x double_y=y\n"
		     "o2m likes l_user id=user_id\n"
		     "o2m members m_user id=user_id\n"
		     "m2m projects m_user id=user_id api.members m_project project_id=id\n"
		     "m2m projects m_user id=who api.top m_project :resno 7=id\n"
		     "o2m top m_user id=who");
	assert_links("projects",
		     "m2o clients of_backup backup_id=id\n"
		     "m2o clients of_client client_id=id\n"
		     "o2o details of_project id=project_id\n"
		     "o2m likes l_project id=project_id\n"
		     "o2m members m_project id=project_id\n"
		     "m2m nested m_project id=project_id api.members m_user user_id=id\n"
		     "m2m nested m_project id=:resno 7 api.top m_user who=id\n"
		     "o2m top m_project id=:resno 7\n"
		     "m2m users m_project id=project_id api.members m_user user_id=id\n"
		     "m2m users m_project id=:resno 7 api.top m_user who=id");
	assert_links("doubles",
		     "m2m nested c_double x=double_x y=double_y other.chairs c_user user_id=id\n"
		     "o2o passports of_double x=a y=b\n"
		     "m2m users c_double x=double_x y=double_y other.chairs c_user user_id=id");
}

static void lets_views_inherit(void **state)
{
	NEEDS_SERVER(state);
	/* the keys point at a private table that only this view shows */
	assert_links("profiles", "o2m tickets of_owner user_id=owner_id");
	assert_links("top", "m2o nested m_user who=id\n"
			    "m2o projects m_project :resno 7=id\n"
			    "m2o users m_user who=id");
	/* a column shown twice: one for each */
	assert_links("twice", "o2m staff of_boss id=boss_id\n"
			      "m2o staff of_boss boss_id=id\n"
			      "m2o staff of_boss chief_id=id\n"
			      "o2m twice of_boss id=boss_id\n"
			      "o2m twice of_boss id=chief_id\n"
			      "m2o twice of_boss boss_id=id\n"
			      "m2o twice of_boss chief_id=id");
	assert_links("kept",
		     "m2m nested c_double x=double_x y=double_y other.chairs c_user user_id=id\n"
		     "o2o passports of_double x=a y=b\n"
		     "m2m users c_double x=double_x y=double_y other.chairs c_user user_id=id");
	assert_links("nested",
		     "m2o clients of_client client_id=id\n"
		     "m2m doubles c_user id=user_id other.chairs c_double double_x=x double_y=y\n"
		     "m2m kept c_user id=user_id other.chairs c_double double_x=x double_y=y\n"
		     "o2m likes l_user id=user_id\n"
		     "o2m members m_user id=user_id\n"
		     "m2m projects m_user id=user_id api.members m_project project_id=id\n"
		     "m2m projects m_user id=who api.top m_project :resno 7=id\n"
		     "o2m top m_user id=who");
	/* a part of the key */
	assert_links("half", "");
	/* over a view that nobody sees */
	assert_links("lost", "");
}

static void skips_what_partitions_inherit(void **state)
{
	NEEDS_SERVER(state);
	assert_links("logs", "m2o clients of_log client_id=id\n"
			     "o2o log_notes of_note id=log_id day=log_day");
}

static void takes_computed_relationships(void **state)
{
	NEEDS_SERVER(state);
	assert_links("clients", "o2m logs of_log id=client_id\n"
				"o2m nested of_client id=client_id\n"
				"o2m projects of_backup id=backup_id\n"
				"o2m projects of_client id=client_id\n"
				"fn projects api.all_projects many\n"
				"fn projects api.first_project one");
	/* overrides the key l_user */
	assert_links("likes", "m2o nested l_user user_id=id\n"
			      "m2o projects l_project project_id=id\n"
			      "fn users api.users one");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			holds_relations_of_exposed_schemas_without_partitions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(takes_any_name_of_a_schema, set_up, tear_down),
		cmocka_unit_test_setup_teardown(says_what_a_relation_accepts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(knows_types_and_defaults_of_columns, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(knows_properties_of_columns, set_up, tear_down),
		cmocka_unit_test_setup_teardown(knows_primary_keys_also_of_views, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(finds_foreign_keys_both_ways, set_up, tear_down),
		cmocka_unit_test_setup_teardown(finds_junctions_inside_their_primary_key, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(lets_views_inherit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(skips_what_partitions_inherit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(takes_computed_relationships, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
