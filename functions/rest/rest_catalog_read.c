/* rest_catalog_read.c: facts about relations: columns, keys, views, computed relationships. */
#include "rest_catalog_read.h"

#include <stdlib.h>
#include <string.h>

#include "rest.sql.h"

#define SCHEMAS(reading) FN_ARGS(fn_arg_text((reading)->schemas))

static struct fn_error *read_names(struct rest_reading *reading)
{
	struct rest_fact_relation *facts;
	struct fn_rows rows;

	FN_TRY(fn_db_all(reading->tx, &sql_catalog_relations, SCHEMAS(reading), &rows));
	facts = fn_arena_alloc(reading->scratch, (rows.count + 1) * sizeof(*facts));
	for (size_t i = 0; i < rows.count; i++) {
		struct fn_row row = fn_rows_at(&rows, i);

		facts[i] = (struct rest_fact_relation){
			rest_read_oid(&row, 0),
			{.schema = rest_word(&reading->words, fn_col_text(&row, 1)),
			 .name = rest_word(&reading->words, fn_col_text(&row, 2)),
			 .description = rest_word(&reading->words, fn_col_text(&row, 3)),
			 .is_view = fn_col_bool(&row, 4),
			 .insertable = fn_col_bool(&row, 5),
			 .updatable = fn_col_bool(&row, 6),
			 .deletable = fn_col_bool(&row, 7),
			 .insert_by_trigger = fn_col_bool(&row, 8)}};
	}
	reading->facts.relations = facts;
	reading->facts.relation_count = rows.count;
	return NULL;
}

/* ---- columns and the words of their enums ---- */

struct words_of {
	uint32_t type;
	const char *const *words;
};
struct enums {
	struct words_of *list;
	size_t count;
};

static struct fn_error *read_enums(struct rest_reading *reading, struct enums *ret)
{
	struct fn_rows rows;

	FN_TRY(fn_db_all(reading->tx, &sql_catalog_enums, FN_NO_ARGS, &rows));
	ret->list = fn_arena_alloc(reading->scratch, (rows.count + 1) * sizeof(*ret->list));
	ret->count = 0;
	for (size_t at = 0; at < rows.count;) {
		struct fn_row row = fn_rows_at(&rows, at);

		ret->list[ret->count++] =
			(struct words_of){rest_read_oid(&row, 0),
					  rest_read_list(reading, &rows, &at, fn_col_text(&row, 0),
							 1, 1)};
	}
	return NULL;
}

static const char *const *find_enum(const struct enums *enums, uint32_t type)
{
	for (size_t i = 0; i < enums->count; i++) {
		if (enums->list[i].type == type)
			return enums->list[i].words;
	}
	return NULL;
}

static struct fn_error *read_columns(struct rest_reading *reading)
{
	struct rest_fact_column *facts;
	struct enums enums;
	struct fn_rows rows;

	FN_TRY(read_enums(reading, &enums));
	FN_TRY(fn_db_all(reading->tx, &sql_catalog_columns, SCHEMAS(reading), &rows));
	facts = fn_arena_alloc(reading->scratch, (rows.count + 1) * sizeof(*facts));
	for (size_t i = 0; i < rows.count; i++) {
		struct fn_row row = fn_rows_at(&rows, i);
		struct rest_words *words = &reading->words;

		facts[i] = (struct rest_fact_column){
			rest_read_oid(&row, 0),
			(int)fn_col_int(&row, 1),
			{.name = rest_word(words, fn_col_text(&row, 2)),
			 .type = rest_word(words, fn_col_text(&row, 3)),
			 .base_type = rest_word(words, fn_col_text(&row, 4)),
			 .default_text = rest_word(words, fn_col_text(&row, 5)),
			 .description = rest_word(words, fn_col_text(&row, 6)),
			 .nullable = fn_col_bool(&row, 7),
			 .is_array = fn_col_bool(&row, 8),
			 .is_composite = fn_col_bool(&row, 9),
			 .generated = fn_col_bool(&row, 10),
			 .enum_values = find_enum(&enums, rest_read_oid(&row, 11)),
			 .max_length = (int)fn_col_int(&row, 12)}};
	}
	reading->facts.columns = facts;
	reading->facts.column_count = rows.count;
	return NULL;
}

/* ---- keys ---- */

/* "1 4 2" */
static const int *read_numbers(struct fn_arena *arena, const char *text, size_t *ret_count)
{
	int *numbers = fn_arena_alloc(arena, REST_KEY_COLUMNS_MAX * sizeof(*numbers));
	size_t count = 0;
	char *end;

	for (; text != NULL && *text != '\0' && count < REST_KEY_COLUMNS_MAX; text = end) {
		numbers[count] = (int)strtol(text, &end, 10);
		if (end == text)
			break;
		count++;
	}
	*ret_count = count;
	return numbers;
}

static struct fn_error *read_keys(struct rest_reading *reading)
{
	struct rest_fact_key *facts;
	struct fn_rows rows;

	FN_TRY(fn_db_all(reading->tx, &sql_catalog_keys, FN_NO_ARGS, &rows));
	facts = fn_arena_alloc(reading->scratch, (rows.count + 1) * sizeof(*facts));
	for (size_t i = 0; i < rows.count; i++) {
		struct fn_row row = fn_rows_at(&rows, i);
		size_t ignored;

		facts[i] =
			(struct rest_fact_key){.kind = fn_col_text(&row, 0)[0],
					       .name = rest_word(&reading->words,
								 fn_col_text(&row, 1)),
					       .relation = rest_read_oid(&row, 2),
					       .foreign = rest_read_oid(&row, 3),
					       .foreign_columns = read_numbers(reading->scratch,
									       fn_col_text(&row, 5),
									       &ignored)};
		facts[i].columns = read_numbers(reading->scratch, fn_col_text(&row, 4),
						&facts[i].column_count);
	}
	reading->facts.keys = facts;
	reading->facts.key_count = rows.count;
	return NULL;
}

/* ---- views ---- */

/* Every entry that is read names its column, so this is never less than there are. */
static size_t count_entries(const char *tree)
{
	static const char field[] = ":resorigtbl ";
	size_t count = 0;

	for (const char *at = strstr(tree, field); at != NULL; at = strstr(at + 1, field))
		count++;
	return count;
}

static struct fn_error *read_views(struct rest_reading *reading)
{
	struct rest_fact_origin *facts;
	struct fn_rows rows;
	size_t max = 0, count = 0;

	FN_TRY(fn_db_all(reading->tx, &sql_catalog_views,
			 FN_ARGS(fn_arg_text(reading->schemas), fn_arg_text(reading->extra)),
			 &rows));
	for (size_t i = 0; i < rows.count; i++) {
		struct fn_row row = fn_rows_at(&rows, i);

		max += count_entries(fn_col_text(&row, 1));
	}
	facts = fn_arena_alloc(reading->scratch, (max + 1) * sizeof(*facts));
	for (size_t i = 0; i < rows.count; i++) {
		struct fn_row row = fn_rows_at(&rows, i);

		count += rest_catalog_read_view(fn_col_text(&row, 1), rest_read_oid(&row, 0),
						facts + count, max - count);
	}
	reading->facts.origins = facts;
	reading->facts.origin_count = count;
	return NULL;
}

static struct fn_error *read_computed(struct rest_reading *reading)
{
	struct rest_fact_computed *facts;
	struct fn_rows rows;

	FN_TRY(fn_db_all(reading->tx, &sql_catalog_computed, FN_NO_ARGS, &rows));
	facts = fn_arena_alloc(reading->scratch, (rows.count + 1) * sizeof(*facts));
	for (size_t i = 0; i < rows.count; i++) {
		struct fn_row row = fn_rows_at(&rows, i);

		facts[i] = (struct rest_fact_computed){.schema = rest_word(&reading->words,
									   fn_col_text(&row, 0)),
						       .function = rest_word(&reading->words,
									     fn_col_text(&row, 1)),
						       .from = rest_read_oid(&row, 2),
						       .to = rest_read_oid(&row, 3),
						       .to_one = fn_col_bool(&row, 4)};
	}
	reading->facts.computed = facts;
	reading->facts.computed_count = rows.count;
	return NULL;
}

struct fn_error *rest_read_relations(struct rest_reading *reading)
{
	FN_TRY(read_names(reading));
	FN_TRY(read_columns(reading));
	FN_TRY(read_keys(reading));
	FN_TRY(read_views(reading));
	return read_computed(reading);
}
