/* rest_parse_parts.h: the steps of rest_parse(), in their order. Private to the parser. */
#ifndef REST_PARSE_PARTS_H
#define REST_PARSE_PARTS_H

#include "rest_parse.h"

/* rest_parse_path.c: what is asked of what: path, then profile, then method. */
FN_CHECKED struct fn_error *rest_read_target(struct fn_request *req,
					     const struct rest_parse_settings *settings,
					     struct rest_query *ret);

/* rest_parse_accept.c: rest_parse_accept(); plans are nobody's business where they are off. */
void rest_read_accept(struct fn_request *req, const char *header, bool takes_plans,
		      const struct rest_accept **ret, size_t *ret_count);

/* One parameter that belongs to a level; kept until the whole select is known. */
enum rest_piece_kind {
	REST_PIECE_CONDITION = 1,
	REST_PIECE_ORDER,
	REST_PIECE_LIMIT,
	REST_PIECE_OFFSET
};
struct rest_piece {
	enum rest_piece_kind kind;
	const char *const *path; /* names of embeds; none = the root */
	size_t path_count;
	struct rest_condition condition;
	struct rest_level order;
	int64_t number;
	struct rest_level *level; /* found by the path */
};
struct rest_pieces {
	struct rest_piece *list;
	size_t count;
};

/* rest_parse_query.c: the query string, one parameter after the other. */
FN_CHECKED struct fn_error *rest_read_query(struct fn_request *req, struct rest_query *query,
					    struct rest_pieces *pieces);
/* rest_parse_range.c: a limit or an offset; false when it is no integer. */
bool rest_read_number(const char *text, int64_t *ret);
/* 416 for a limit below zero; limits of the root cut by the Range header. */
FN_CHECKED struct fn_error *rest_read_range(struct fn_request *req, struct rest_pieces *pieces,
					    struct rest_query *query);
/* rest_parse_payload.c: the body: its kind, its keys, its shape. */
FN_CHECKED struct fn_error *rest_read_payload(struct fn_request *req, struct rest_query *query);
/* rest_parse_level.c: gives each level what was said of it, and looks at the ceilings. */
FN_CHECKED struct fn_error *rest_attach(struct fn_request *req,
					const struct rest_parse_settings *settings,
					struct rest_pieces *pieces, struct rest_query *query);

#endif
