/* rest_catalog_load.c: reads the whole catalog in one transaction, with an empty search path. */
#include <string.h>

#include "fn_buf.h"
#include "rest.sql.h"
#include "rest_catalog_read.h"

/* Rows of a database with tens of thousands of relations, all at once. */
enum { SCHEMAS_MAX = 16 << 10, SCRATCH_MAX = 256 << 20 };

struct load {
	struct rest_reading reading;
	struct fn_arena_mark start; /* of the catalog's arena: a second try begins there again */
	const struct rest_catalog *catalog;
};

uint32_t rest_read_oid(const struct fn_row *row, size_t column)
{
	return (uint32_t)fn_col_int(row, column);
}

static bool is_of(const struct fn_rows *rows, size_t at, const char *group)
{
	struct fn_row row = fn_rows_at(rows, at);

	return strcmp(fn_col_text(&row, 0), group) == 0;
}

const char *const *rest_read_list(struct rest_reading *reading, const struct fn_rows *rows,
				  size_t *at, const char *group, size_t first, size_t last)
{
	size_t begin = *at, count = 0, width = last - first + 1;
	const char **list;

	while (*at < rows->count && is_of(rows, *at, group))
		(*at)++;
	if (*at == begin)
		return NULL;
	list = fn_arena_alloc(reading->arena, ((*at - begin) * width + 1) * sizeof(*list));
	for (size_t i = begin; i < *at; i++) {
		struct fn_row row = fn_rows_at(rows, i);

		for (size_t column = first; column <= last && !fn_col_is_null(&row, first);
		     column++)
			list[count++] = rest_word(&reading->words, fn_col_text(&row, column));
	}
	return count > 0 ? list : NULL;
}

static struct fn_error *read_roles(struct rest_reading *reading)
{
	struct rest_role *roles;
	struct fn_rows rows;
	size_t count = 0;

	FN_TRY(fn_db_all(reading->tx, &sql_catalog_roles, FN_NO_ARGS, &rows));
	roles = fn_arena_alloc(reading->arena, (rows.count + 1) * sizeof(*roles));
	for (size_t at = 0; at < rows.count;) {
		struct fn_row row = fn_rows_at(&rows, at);
		const char *name = fn_col_text(&row, 0);

		roles[count].name = rest_word(&reading->words, name);
		roles[count++].settings = rest_read_list(reading, &rows, &at, name, 1, 2);
	}
	reading->facts.roles = roles;
	reading->facts.role_count = count;
	return NULL;
}

static struct fn_error *load(struct fn_tx *tx, void *arg)
{
	struct load *l = arg;
	struct rest_reading *reading = &l->reading;
	struct fn_arena *scratch = reading->scratch;

	fn_arena_reset(reading->arena, l->start);
	fn_arena_reset(scratch, (struct fn_arena_mark){0});
	reading->tx = tx;
	reading->words = (struct rest_words){.scratch = scratch, .arena = reading->arena};
	reading->facts = (struct rest_facts){0};
	FN_TRY(fn_db_run(tx, &sql_catalog_path, FN_NO_ARGS, NULL));
	FN_TRY(rest_read_relations(reading));
	FN_TRY(rest_read_functions(reading));
	FN_TRY(rest_read_handlers(reading));
	FN_TRY(read_roles(reading));
	l->catalog = rest_catalog_build(scratch, reading->arena, &reading->facts);
	return NULL;
}

/* {"a","b"} */
static const char *make_array(struct fn_arena *arena, const char *const *names)
{
	struct fn_buf buf;
	const char *text;

	fn_buf_init(&buf, SCHEMAS_MAX);
	fn_buf_text(&buf, "{");
	for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
		fn_buf_text(&buf, i == 0 ? "\"" : ",\"");
		for (const char *at = names[i]; *at != '\0'; at++) {
			if (*at == '"' || *at == '\\')
				fn_buf_add(&buf, "\\", 1);
			fn_buf_add(&buf, at, 1);
		}
		fn_buf_text(&buf, "\"");
	}
	fn_buf_text(&buf, "}");
	text = fn_arena_text(arena, buf.bytes);
	fn_buf_free(&buf);
	return text;
}

const struct rest_catalog *rest_catalog_load(struct fn_request *req, struct fn_arena *arena,
					     const struct rest_catalog_settings *settings,
					     struct fn_error **ret_error)
{
	struct fn_arena *names = fn_request_arena(req);
	struct load l = {.reading = {.arena = arena,
				     .scratch = fn_arena_new(SCRATCH_MAX),
				     .schemas = make_array(names, settings->schemas),
				     .extra = make_array(names, settings->extra_search_path)},
			 .start = fn_arena_mark(arena)};

	*ret_error = fn_db_transaction(req, FN_READ_COMMITTED, load, &l);
	fn_arena_free(l.reading.scratch);
	return *ret_error == NULL ? l.catalog : NULL;
}
