/* rest_catalog_calls.c: facts about functions: what they take, what they give, what they SET; and
 * about aggregates that make media types. */
#include "rest.sql.h"
#include "rest_catalog_read.h"

/* The first row whose first column is this oid or a greater one; rows lie in that order. */
static size_t first_of(const struct fn_rows *rows, uint32_t oid)
{
	size_t low = 0, high = rows->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct fn_row row = fn_rows_at(rows, middle);

		if (rest_read_oid(&row, 0) < oid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void give_parameters(struct rest_reading *reading, const struct fn_rows *rows, uint32_t oid,
			    struct rest_function *function)
{
	size_t first = first_of(rows, oid), count = first_of(rows, oid + 1) - first;
	struct rest_parameter *parameters;

	if (count == 0)
		return;
	parameters = fn_arena_alloc(reading->arena, count * sizeof(*parameters));
	for (size_t i = 0; i < count; i++) {
		struct fn_row row = fn_rows_at(rows, first + i);

		parameters[i] = (struct rest_parameter){.name = rest_word(&reading->words,
									  fn_col_text(&row, 1)),
							.type = rest_word(&reading->words,
									  fn_col_text(&row, 2)),
							.required = fn_col_bool(&row, 3),
							.variadic = fn_col_bool(&row, 4)};
	}
	function->parameters = parameters;
	function->parameter_count = count;
}

struct fn_error *rest_read_functions(struct rest_reading *reading)
{
	struct rest_words *words = &reading->words;
	struct rest_fact_function *facts;
	struct fn_rows rows, parameters, settings;

	FN_TRY(fn_db_all(reading->tx, &sql_catalog_functions,
			 FN_ARGS(fn_arg_text(reading->schemas)), &rows));
	FN_TRY(fn_db_all(reading->tx, &sql_catalog_parameters,
			 FN_ARGS(fn_arg_text(reading->schemas)), &parameters));
	FN_TRY(fn_db_all(reading->tx, &sql_catalog_settings, FN_ARGS(fn_arg_text(reading->schemas)),
			 &settings));
	facts = fn_arena_alloc(reading->scratch, (rows.count + 1) * sizeof(*facts));
	for (size_t i = 0; i < rows.count; i++) {
		struct fn_row row = fn_rows_at(&rows, i);
		struct rest_function *function = &facts[i].function;
		uint32_t oid = rest_read_oid(&row, 0);
		size_t at = first_of(&settings, oid);

		facts[i].returns = rest_read_oid(&row, 6);
		*function = (struct rest_function){
			.oid = oid,
			.schema = rest_word(words, fn_col_text(&row, 1)),
			.name = rest_word(words, fn_col_text(&row, 2)),
			.description = rest_word(words, fn_col_text(&row, 3)),
			.result = (enum rest_result)fn_col_int(&row, 4),
			.is_set = fn_col_bool(&row, 5),
			.result_type = rest_word(words, fn_col_text(&row, 7)),
			.volatility = (enum rest_volatility)fn_col_int(&row, 8),
			.media = rest_word(words, fn_col_text(&row, 9)),
			.media_bytes = fn_col_bool(&row, 10),
			.settings = rest_read_list(reading, &settings, &at, fn_col_text(&row, 0), 1,
						   2)};
		give_parameters(reading, &parameters, oid, function);
	}
	reading->facts.functions = facts;
	reading->facts.function_count = rows.count;
	return NULL;
}

struct fn_error *rest_read_handlers(struct rest_reading *reading)
{
	struct rest_words *words = &reading->words;
	struct rest_fact_handler *facts;
	struct fn_rows rows;

	FN_TRY(fn_db_all(reading->tx, &sql_catalog_handlers, FN_ARGS(fn_arg_text(reading->schemas)),
			 &rows));
	facts = fn_arena_alloc(reading->scratch, (rows.count + 1) * sizeof(*facts));
	for (size_t i = 0; i < rows.count; i++) {
		struct fn_row row = fn_rows_at(&rows, i);

		facts[i].relation = rest_read_oid(&row, 2);
		facts[i].handler =
			(struct rest_handler){.schema = rest_word(words, fn_col_text(&row, 0)),
					      .name = rest_word(words, fn_col_text(&row, 1)),
					      .media = rest_word(words, fn_col_text(&row, 3)),
					      .bytes = fn_col_bool(&row, 4)};
	}
	reading->facts.handlers = facts;
	reading->facts.handler_count = rows.count;
	return NULL;
}
