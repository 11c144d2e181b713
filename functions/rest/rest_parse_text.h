/* rest_parse_text.h: what the grammars of a query string share: a reader over one decoded value,
 * names, JSON paths, and the refusal that says where reading ended. Private to the parser. */
#ifndef REST_PARSE_TEXT_H
#define REST_PARSE_TEXT_H

#include "fn_error.h"
#include "fn_request.h"
#include "rest_query.h"

enum {
	REST_NAME_MAX = 255,   /* bytes; PostgreSQL cuts names at 63 */
	REST_STEPS_MAX = 64,   /* of one JSON path */
	REST_ITEMS_MAX = 1664, /* PostgreSQL's limit for the columns of one result */
	REST_NODES_MAX = 4096, /* items or conditions made out of one value */
	REST_DEPTH_MAX = 32,   /* of the readers' recursion, whatever the settings say */
	REST_ORDERS_MAX = 64,  /* terms of one order */
	REST_SEARCH_MAX =
		4 << 10, /* bytes of a text search: its cost grows with the square, a row */
	REST_QUERY_MAX = 128 << 10, /* bytes of a query string */
};

struct rest_reader {
	struct fn_request *req;
	struct fn_arena *arena;
	const char *what; /* "filter": for the message */
	const char *text, *at;
	unsigned depth, nodes;
};

struct rest_reader rest_reader(struct fn_request *req, const char *what, const char *text);
/* 400 PGRST100 for the place where the reader stands. */
struct fn_error *rest_unexpected(const struct rest_reader *reader, const char *expecting);
/* 400 PGRST100 in words: past a ceiling. */
struct fn_error *rest_too_much(struct fn_request *req, const char *what, size_t max);
/* Counts one more item or condition; refuses past REST_NODES_MAX. */
FN_CHECKED struct fn_error *rest_count_node(struct rest_reader *reader);

/* Blanks and tabs. */
void rest_skip(struct rest_reader *reader);
/* Goes past the literal if it stands here. */
bool rest_eat(struct rest_reader *reader, const char *literal);
bool rest_at_end(const struct rest_reader *reader);

/* "…" with \" and \\; false, without moving, when no closing quote comes. */
bool rest_read_quoted(struct rest_reader *reader, const char **ret);
/* A name, quoted or not, with the blanks around it. */
FN_CHECKED struct fn_error *rest_read_name(struct rest_reader *reader, const char **ret);
/* ->key->>0; none is fine. */
FN_CHECKED struct fn_error *rest_read_path(struct rest_reader *reader, struct rest_field *ret);
FN_CHECKED struct fn_error *rest_read_field(struct rest_reader *reader, struct rest_field *ret);
/* name *( "," name ): columns= and on_conflict=; a name that stands twice counts once. */
FN_CHECKED struct fn_error *rest_read_names(struct fn_request *req, const char *what,
					    const char *text, const char *const **ret,
					    size_t *ret_count);

/* Room for one more element: arrays double, what they leave behind is the arena's. */
void *rest_room(struct fn_arena *arena, void *array, size_t count, size_t size);

/* [not.]operator.value; within and() and or() a value ends at , and ). */
FN_CHECKED struct fn_error *rest_read_operation(struct rest_reader *reader, bool in_logic,
						struct rest_condition *ret);

#endif
