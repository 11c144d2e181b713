/* rest_catalog_schema_db_test.c: the catalog of the project's own schema. */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>

#include "fn_time.h"
#include "rest_catalog_db.h"

enum { FILE_MAX = 120 << 10 };

static void apply(const char *path)
{
	static char text[FILE_MAX];
	FILE *file = fopen(path, "r");
	size_t length;

	if (file == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	length = (size_t)snprintf(text, sizeof(text),
				  "SET ROLE temba_owner; SET search_path = pg_catalog, pg_temp;\n");
	length += fread(text + length, 1, sizeof(text) - 1 - length, file);
	text[length] = '\0';
	(void)fclose(file);
	(void)unit_postgres_sql(text);
}

/* What clients embed (data.md 3). */
static const struct embed {
	const char *parent, *target, *hint;
	bool to_one;
} embeds[] = {
	{"tickets", "events", NULL, true},
	{"tickets", "event_id", NULL, true},
	{"tickets", "ticket_types", NULL, true},
	{"tickets", "ticket_type_id", NULL, true},
	{"tickets", "orders", NULL, true},
	{"orders", "events", NULL, true},
	{"orders", "tickets", NULL, false},
	{"orders", "guest_orders", NULL, true}, /* its key is unique */
	{"events", "ticket_types", NULL, false},
	{"events", "orders", NULL, false},
	{"events", "profiles", "events_organizer_id_fkey", true},
	{"ticket_transfers", "tickets", "ticket_transfers_ticket_id_fkey", true},
	{"ticket_transfers", "tickets", "ticket_id", true},
	{"ticket_transfers", "profiles", "ticket_transfers_sender_id_fkey", true},
	{"ticket_transfers", "profiles", "ticket_transfers_recipient_id_fkey", true},
	{"tickets", "events", "event_id", true},
	{"tickets", "ticket_types", "ticket_type_id", true},
	{"payments", "events", NULL, true},
	{"event_artists", "artists", NULL, true},
	{"event_artists", "events", NULL, true},
	{"event_tags", "events", NULL, true},
	{"blog_posts", "profiles", "author_id", true},
	{"blog_posts", "blog_post_categories", NULL, false},
	{"blog_posts", "blog_post_tags", NULL, false},
	{"blog_post_categories", "blog_categories", NULL, true},
	{"blog_post_tags", "blog_tags", NULL, true},
	{"blog_comments", "profiles", "user_id", true},
};

static void assert_embed(const struct embed *embed)
{
	const struct rest_relation *parent =
		rest_catalog_relation(catalog, "public", embed->parent);
	const struct rest_relationship *found;
	struct fn_error *error;

	if (parent == NULL)
		fail_msg("no relation %s", embed->parent);
	error = rest_catalog_find(req, catalog, parent, embed->target, embed->hint, &found);
	if (error != NULL)
		fail_msg("%s -> %s!%s: %s", embed->parent, embed->target,
			 embed->hint != NULL ? embed->hint : "-", error->message->en);
	else if (rest_is_to_one(found) != embed->to_one)
		fail_msg("%s -> %s: to one, or to many?", embed->parent, embed->target);
}

static void loads_the_schema_of_the_project(void **state)
{
	uint64_t began;
	size_t used;
	glob_t files;

	NEEDS_SERVER(state);
	if (glob("migrations/*.sql", 0, NULL, &files) != 0)
		skip(); /* not called from the top of the project */
	(void)unit_postgres_sql(
		"CREATE ROLE temba_owner; CREATE ROLE anon; CREATE ROLE authenticated;"
		"CREATE ROLE service_role BYPASSRLS; CREATE ROLE authenticator LOGIN; CREATE ROLE "
		"fnq LOGIN;"
		"GRANT CREATE, CONNECT, TEMPORARY ON DATABASE postgres TO temba_owner;"
		"ALTER SCHEMA public OWNER TO temba_owner; CREATE SCHEMA private AUTHORIZATION "
		"temba_owner");
	for (size_t i = 0; i < files.gl_pathc; i++)
		apply(files.gl_pathv[i]);
	globfree(&files);

	used = fn_arena_used(arena);
	began = fn_time_monotonic();
	catalog = load("public", NULL, "extensions");
	print_message("%zu relations, %zu relationships, %zu functions: %.1f ms, %zu KiB\n",
		      catalog->relation_count, catalog->relationship_count, catalog->function_count,
		      (double)(fn_time_monotonic() - began) / 1e6,
		      (fn_arena_used(arena) - used) >> 10);
	for (size_t i = 0; i < FN_COUNT(embeds); i++)
		assert_embed(&embeds[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(loads_the_schema_of_the_project, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
