/* rest_names.c: are the schemas and the role there that the settings name? */
#include "rest_names.h"

#include "fn.h"
#include "rest.sql.h"

struct names {
	const char *const *schemas;
	const char *role;
	struct fn_arena *arena;
	const char *missing;
};

static struct fn_error *look_for_role(struct fn_tx *tx, struct names *names)
{
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_named_role, FN_ARGS(fn_arg_text(names->role)), &row));
	if (!fn_row_found(&row))
		names->missing = fn_arena_format(names->arena,
						 "there is no role \"%s\" (PGRST_DB_ANON_ROLE)",
						 names->role);
	else if (!fn_col_bool(&row, 0))
		names->missing = fn_arena_format(
			names->arena,
			"%s may not become \"%s\" (PGRST_DB_ANON_ROLE): GRANT \"%s\" TO \"%s\"",
			fn_col_text(&row, 1), names->role, names->role, fn_col_text(&row, 1));
	return NULL;
}

static struct fn_error *look(struct fn_tx *tx, void *arg)
{
	struct names *names = arg;

	names->missing = NULL;
	for (const char *const *schema = names->schemas; *schema != NULL; schema++) {
		struct fn_row row;

		FN_TRY(fn_db_one(tx, &sql_named_schema, FN_ARGS(fn_arg_text(*schema)), &row));
		if (!fn_row_found(&row)) {
			names->missing =
				fn_arena_format(names->arena,
						"there is no schema \"%s\" (PGRST_DB_SCHEMAS)",
						*schema);
			return NULL;
		}
	}
	return names->role == NULL ? NULL : look_for_role(tx, names);
}

const char *rest_names_missing(struct fn_arena *arena, const char *const *schemas,
			       const char *anonymous_role)
{
	struct names names = {.schemas = schemas, .role = anonymous_role, .arena = arena};
	struct fn_request *req = fn_request_new(&(struct fn_request_parts){0});
	const struct fn_error *error = fn_db_transaction(req, FN_READ_COMMITTED, look, &names);

	if (error != NULL)
		names.missing = fn_arena_text(arena, error->cause != NULL ? error->cause
									  : error->message->code);
	fn_request_free(req);
	return names.missing;
}
