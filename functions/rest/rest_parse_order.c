/* rest_parse_order.c: order=, of columns and of columns of to-one embeds (rest.md 5). */
#include <string.h>

#include "rest_parse.h"
#include "rest_parse_text.h"

static bool ends_term(const char *at)
{
	return *at == '\0' || *at == ',' || *at == '.' || *at == ' ' || *at == '\t';
}

static bool eat_suffix(struct rest_reader *reader, const char *suffix)
{
	size_t length = strlen(suffix);

	if (strncmp(reader->at, suffix, length) != 0 || !ends_term(reader->at + length))
		return false;
	reader->at += length;
	return true;
}

static struct fn_error *read_suffixes(struct rest_reader *reader, struct rest_order *order)
{
	if (eat_suffix(reader, ".asc"))
		order->direction = REST_ASC;
	else if (eat_suffix(reader, ".desc"))
		order->direction = REST_DESC;
	if (eat_suffix(reader, ".nullsfirst"))
		order->nulls = REST_NULLS_FIRST;
	else if (eat_suffix(reader, ".nullslast"))
		order->nulls = REST_NULLS_LAST;
	rest_skip(reader);
	if (*reader->at != ',' && !rest_at_end(reader))
		return rest_unexpected(reader, "\"asc\", \"desc\", \"nullsfirst\", \"nullslast\", "
					       "\",\" or end of input");
	return NULL;
}

static struct fn_error *read_term(struct rest_reader *reader, struct rest_order *order)
{
	FN_TRY(rest_read_name(reader, &order->field.name));
	if (rest_eat(reader, "(")) {
		order->embed = order->field.name;
		FN_TRY(rest_read_field(reader, &order->field));
		if (!rest_eat(reader, ")"))
			return rest_unexpected(reader, "\"->\" or \")\"");
	} else {
		FN_TRY(rest_read_path(reader, &order->field));
	}
	return read_suffixes(reader, order);
}

struct fn_error *rest_parse_order(struct fn_request *req, const char *text, struct rest_level *ret)
{
	struct rest_reader reader = rest_reader(req, "order", text);
	struct rest_order *orders = NULL;

	ret->order_count = 0;
	do {
		struct rest_order order = {.embed = NULL};

		FN_TRY(read_term(&reader, &order));
		if (ret->order_count == REST_ORDERS_MAX)
			return rest_too_much(req, "terms in one order", REST_ORDERS_MAX);
		orders = rest_room(reader.arena, orders, ret->order_count, sizeof(*orders));
		orders[ret->order_count++] = order;
	} while (rest_eat(&reader, ","));
	ret->orders = orders;
	return NULL;
}
