/* rest_parse_range.c: limit, offset and the Range header (rest.md 5). */
#include <string.h>

#include "rest_error.h"
#include "rest_parse_parts.h"

/* More than the largest is the largest. */
static int64_t read_digits(const char *at, size_t digits)
{
	int64_t value = 0;

	for (size_t i = 0; i < digits; i++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, at[i] - '0', &value))
			return INT64_MAX;
	}
	return value;
}

bool rest_read_number(const char *text, int64_t *ret)
{
	size_t digits;
	bool negative;

	text += strspn(text, " ");
	negative = *text == '-';
	text += negative;
	digits = strspn(text, "0123456789");
	if (digits == 0 || text[digits + strspn(text + digits, " ")] != '\0')
		return false;
	*ret = read_digits(text, digits);
	if (negative)
		*ret = -*ret;
	return true;
}

static struct fn_error *not_satisfiable(struct fn_request *req, const char *details)
{
	return rest_fail(req, 416, "PGRST103", "Requested range not satisfiable", details, NULL);
}

/* first-[last]; false for what does not look like one. */
static bool read_header(const char *header, int64_t *ret_first, int64_t *ret_last)
{
	size_t first, last;

	if (header == NULL)
		return false;
	first = strspn(header, "0123456789");
	if (first == 0 || header[first] != '-')
		return false;
	last = strspn(header + first + 1, "0123456789");
	if (header[first + 1 + last] != '\0')
		return false;
	*ret_first = read_digits(header, first);
	*ret_last = last == 0 ? INT64_MAX : read_digits(header + first + 1, last);
	return true;
}

/* The rows that both the header and limit and offset mean. */
static struct fn_error *intersect(struct fn_request *req, int64_t first, int64_t last,
				  struct rest_level *root)
{
	int64_t end = INT64_MAX; /* the last row that the parameters ask for */

	if (first > last)
		return not_satisfiable(req, "The lower boundary must be lower than or equal to the "
					    "upper boundary in the Range header.");
	if (root->has_limit && root->limit == 0)
		return NULL;
	if (root->has_limit && root->limit <= INT64_MAX - root->offset)
		end = root->offset + root->limit - 1;
	if (root->offset < first)
		root->offset = first;
	if (end > last)
		end = last;
	if (end < root->offset)
		return not_satisfiable(req, "The Range header, limit and offset have no row in "
					    "common.");
	root->has_limit = root->has_limit || end != INT64_MAX;
	/* only an endless range that begins at 0 does not fit */
	root->limit = end - root->offset < INT64_MAX ? end - root->offset + 1 : INT64_MAX;
	return NULL;
}

/* The first of a repeated limit or offset counts. */
static struct fn_error *take_limits(struct fn_request *req, struct rest_pieces *pieces,
				    struct rest_level *root)
{
	bool has_offset = false;

	for (size_t i = 0; i < pieces->count; i++) {
		struct rest_piece *piece = &pieces->list[i];

		if (piece->kind == REST_PIECE_LIMIT && piece->number < 0)
			return not_satisfiable(req, "Limit should be greater than or equal to "
						    "zero.");
		if (piece->kind == REST_PIECE_OFFSET && piece->number < 0)
			piece->number = 0;
		if (piece->path_count > 0)
			continue;
		if (piece->kind == REST_PIECE_LIMIT && !root->has_limit) {
			root->has_limit = true;
			root->limit = piece->number;
		} else if (piece->kind == REST_PIECE_OFFSET && !has_offset) {
			has_offset = true;
			root->offset = piece->number;
		}
	}
	return NULL;
}

struct fn_error *rest_read_range(struct fn_request *req, struct rest_pieces *pieces,
				 struct rest_query *query)
{
	struct rest_level *root = query->root;
	int64_t first, last;

	FN_TRY(take_limits(req, pieces, root));
	if (fn_request_method(req) == FN_GET &&
	    read_header(fn_request_header(req, "Range"), &first, &last))
		FN_TRY(intersect(req, first, last, root));
	if (query->action == REST_PUT && (root->has_limit || root->offset > 0))
		return rest_fail(req, 400, "PGRST114",
				 "limit/offset querystring parameters are not allowed for PUT",
				 NULL, NULL);
	if (query->action != REST_READ && query->action != REST_CALL) {
		root->has_limit = false; /* they do nothing to writes */
		root->limit = root->offset = 0;
	}
	return NULL;
}
