/* rest_parse_logic.c: and=(…), or=(…), not.and=(…), not.or=(…) (rest.md 4). */
#include <string.h>

#include "rest_parse.h"
#include "rest_parse_text.h"

static struct fn_error *read_children(struct rest_reader *reader, struct rest_condition *ret);

/* [ "not." ] ("and" / "or") in front of a parenthesis; moves only then. */
static bool read_connective(struct rest_reader *reader, struct rest_condition *ret)
{
	struct rest_reader ahead = *reader;
	bool negated = rest_eat(&ahead, "not."), is_and = rest_eat(&ahead, "and");

	if (!is_and && !rest_eat(&ahead, "or"))
		return false;
	rest_skip(&ahead);
	if (*ahead.at != '(')
		return false;
	ret->node = is_and ? REST_AND : REST_OR;
	ret->negated = negated;
	reader->at = ahead.at;
	return true;
}

static struct fn_error *read_tree(struct rest_reader *reader, struct rest_condition *ret)
{
	FN_TRY(rest_count_node(reader));
	rest_skip(reader);
	if (read_connective(reader, ret)) {
		FN_TRY(read_children(reader, ret));
	} else {
		FN_TRY(rest_read_field(reader, &ret->field));
		if (!rest_eat(reader, "."))
			return rest_unexpected(reader, "\"->\" or \".\"");
		FN_TRY(rest_read_operation(reader, true, ret));
	}
	rest_skip(reader);
	return NULL;
}

/* "(" tree *( "," tree ) ")" */
static struct fn_error *read_children(struct rest_reader *reader, struct rest_condition *ret)
{
	struct rest_condition *children = NULL;

	rest_skip(reader);
	if (!rest_eat(reader, "("))
		return rest_unexpected(reader, "\"(\"");
	if (++reader->depth > REST_DEPTH_MAX)
		return rest_too_much(reader->req, "levels of and() and or()", REST_DEPTH_MAX);
	do {
		struct rest_condition child = {.node = REST_FILTER};

		FN_TRY(read_tree(reader, &child));
		children = rest_room(reader->arena, children, ret->child_count, sizeof(*children));
		children[ret->child_count++] = child;
	} while (rest_eat(reader, ","));
	ret->children = children;
	reader->depth--;
	if (!rest_eat(reader, ")"))
		return rest_unexpected(reader, "\",\" or \")\"");
	return NULL;
}

struct fn_error *rest_parse_logic(struct fn_request *req, const char *key, const char *value,
				  struct rest_condition *ret)
{
	struct rest_reader name = rest_reader(req, "logic path", key);
	struct rest_reader reader = rest_reader(req, "logic tree", value);
	bool negated = rest_eat(&name, "not.");

	*ret = (struct rest_condition){.negated = negated};
	if (strcmp(name.at, "and") == 0)
		ret->node = REST_AND;
	else if (strcmp(name.at, "or") == 0)
		ret->node = REST_OR;
	else
		return rest_unexpected(&name, "\"and\" or \"or\"");
	return read_children(&reader, ret); /* what follows the list is ignored */
}
