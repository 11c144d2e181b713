/* rest_parse_test.h: a tree as one line of text, so that tests of the parser are tables of what
 * comes in and what is understood. */
#ifndef REST_PARSE_TEST_H
#define REST_PARSE_TEST_H

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fn_buf.h"
#include "fn_json.h"
#include "rest_error.h"
#include "rest_parse.h"
#include "unit.h"

enum { PRINT_MAX = 1 << 20 };

static inline void print_field(struct fn_buf *into, const struct rest_field *field)
{
	fn_buf_text(into, field->name);
	for (size_t i = 0; i < field->step_count; i++) {
		const struct rest_step *step = &field->steps[i];

		fn_buf_text(into, step->as_text ? "->>" : "->");
		if (step->key != NULL)
			fn_buf_text(into, step->key);
		else
			fn_buf_format(into, "[%" PRId64 "]", step->index);
	}
}

static inline void print_list(struct fn_buf *into, const char *const *list, size_t count)
{
	fn_buf_text(into, "[");
	for (size_t i = 0; i < count; i++) {
		fn_buf_text(into, i > 0 ? "|" : "");
		fn_buf_text(into, list[i]);
	}
	fn_buf_text(into, "]");
}

static inline void print_condition(struct fn_buf *into, const struct rest_condition *condition)
{
	static const char *const operators[] = {[REST_EQ] = "eq",
						[REST_NEQ] = "neq",
						[REST_GT] = "gt",
						[REST_GTE] = "gte",
						[REST_LT] = "lt",
						[REST_LTE] = "lte",
						[REST_LIKE] = "like",
						[REST_ILIKE] = "ilike",
						[REST_MATCH] = "match",
						[REST_IMATCH] = "imatch",
						[REST_IN] = "in",
						[REST_IS] = "is",
						[REST_ISDISTINCT] = "isdistinct",
						[REST_FTS] = "fts",
						[REST_PLFTS] = "plfts",
						[REST_PHFTS] = "phfts",
						[REST_WFTS] = "wfts",
						[REST_CS] = "cs",
						[REST_CD] = "cd",
						[REST_OV] = "ov",
						[REST_SL] = "sl",
						[REST_SR] = "sr",
						[REST_NXL] = "nxl",
						[REST_NXR] = "nxr",
						[REST_ADJ] = "adj"};
	static const char *const is[] = {[REST_IS_NULL] = "null",
					 [REST_IS_NOT_NULL] = "not_null",
					 [REST_IS_TRUE] = "true",
					 [REST_IS_FALSE] = "false",
					 [REST_IS_UNKNOWN] = "unknown"};
	static const char *const quantifiers[] = {"", "(any)", "(all)"};

	fn_buf_text(into, condition->negated ? "not " : "");
	if (condition->node != REST_FILTER) {
		fn_buf_text(into, condition->node == REST_AND ? "and(" : "or(");
		for (size_t i = 0; i < condition->child_count; i++) {
			fn_buf_text(into, i > 0 ? ", " : "");
			print_condition(into, &condition->children[i]);
		}
		fn_buf_text(into, ")");
		return;
	}
	print_field(into, &condition->field);
	fn_buf_format(into, " %s%s", operators[condition->operator],
		      quantifiers[condition->quantifier]);
	if (condition->language != NULL)
		fn_buf_format(into, "(%s)", condition->language);
	fn_buf_text(into, " ");
	if (condition->operator== REST_IN)
		print_list(into, condition->list, condition->list_count);
	else if (condition->operator== REST_IS)
		fn_buf_text(into, is[condition->is]);
	else
		fn_buf_format(into, "<%s>", condition->value);
}

static inline void print_level(struct fn_buf *into, const struct rest_level *level);

static inline void print_item(struct fn_buf *into, const struct rest_item *item)
{
	static const char *const aggregates[] = {"",       ".sum()", ".avg()",
						 ".min()", ".max()", ".count()"};

	fn_buf_text(into, item->kind == REST_SPREAD ? "..." : "");
	if (item->alias != NULL)
		fn_buf_format(into, "%s:", item->alias);
	if (item->kind == REST_STAR)
		fn_buf_text(into, "*");
	if (item->kind == REST_COUNT_ALL)
		fn_buf_text(into, "count()");
	if (item->kind == REST_FIELD)
		print_field(into, &item->field);
	if (item->cast != NULL)
		fn_buf_format(into, "::%s", item->cast);
	fn_buf_text(into, aggregates[item->aggregate]);
	if (item->aggregate_cast != NULL)
		fn_buf_format(into, "::%s", item->aggregate_cast);
	if (item->level == NULL)
		return;
	fn_buf_text(into, item->target);
	if (item->hint != NULL)
		fn_buf_format(into, "!%s", item->hint);
	fn_buf_text(into, item->inner ? "!inner(" : "(");
	print_level(into, item->level);
	fn_buf_text(into, ")");
}

static inline void print_order(struct fn_buf *into, const struct rest_order *order)
{
	static const char *const directions[] = {"", " asc", " desc"};
	static const char *const nulls[] = {"", " nullsfirst", " nullslast"};

	if (order->embed != NULL)
		fn_buf_format(into, "%s/", order->embed);
	print_field(into, &order->field);
	fn_buf_text(into, directions[order->direction]);
	fn_buf_text(into, nulls[order->nulls]);
}

/* items ?[conditions] ^[orders] #limit+offset */
static inline void print_level(struct fn_buf *into, const struct rest_level *level)
{
	for (size_t i = 0; i < level->item_count; i++) {
		fn_buf_text(into, i > 0 ? "," : "");
		print_item(into, &level->items[i]);
	}
	for (size_t i = 0; i < level->condition_count; i++) {
		fn_buf_text(into, i > 0 ? ", " : " ?[");
		print_condition(into, &level->conditions[i]);
	}
	fn_buf_text(into, level->condition_count > 0 ? "]" : "");
	for (size_t i = 0; i < level->order_count; i++) {
		fn_buf_text(into, i > 0 ? ", " : " ^[");
		print_order(into, &level->orders[i]);
	}
	fn_buf_text(into, level->order_count > 0 ? "]" : "");
	if (level->has_limit)
		fn_buf_format(into, " #%" PRId64, level->limit);
	if (level->offset > 0)
		fn_buf_format(into, " +%" PRId64, level->offset);
}

/* "code status message" */
static inline void print_refusal(struct fn_buf *into, const struct fn_error *error)
{
	fn_buf_format(into, "%s %d %s", error->message->code, error->message->status,
		      error->message->en);
}

static inline const char *printed(struct fn_request *req, struct fn_buf *buf)
{
	const char *text =
		fn_arena_text(fn_request_arena(req), buf->bytes != NULL ? buf->bytes : "");

	fn_buf_free(buf);
	return text;
}

/* verb schema.name level (columns) (conflict) arguments, or the refusal */
static inline const char *print_query(struct fn_request *req,
				      const struct rest_parse_settings *settings)
{
	static const char *const verbs[] = {"none",   "read", "create",  "update", "put",
					    "delete", "call", "options", "root"};
	struct rest_query query;
	struct fn_error *error = rest_parse(req, settings, &query);
	struct fn_buf buf;

	fn_buf_init(&buf, PRINT_MAX);
	if (error != NULL) {
		print_refusal(&buf, error);
		return printed(req, &buf);
	}
	fn_buf_format(&buf, "%s %s ", verbs[query.action], query.name != NULL ? query.name : "/");
	print_level(&buf, query.root);
	if (query.columns != NULL) {
		fn_buf_text(&buf, " columns ");
		print_list(&buf, query.columns, query.column_count);
	}
	if (query.on_conflict != NULL) {
		fn_buf_text(&buf, " conflict ");
		print_list(&buf, query.on_conflict, query.on_conflict_count);
	}
	for (size_t i = 0; i < query.argument_count; i++)
		fn_buf_format(&buf, " %s:=<%s>", query.arguments[i].name, query.arguments[i].value);
	return printed(req, &buf);
}

#endif
