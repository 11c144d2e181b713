/* rest_plan_parts.h: what the files of the planner share: the tree with names looked up, and the
 * pieces of SQL that each of them writes. */
#ifndef REST_PLAN_PARTS_H
#define REST_PLAN_PARTS_H

#include "rest_error.h"
#include "rest_plan.h"
#include "rest_sql.h"

/* Whose columns are meant: "schema"."name"."column", or without a schema "name"."column". */
struct rest_scope {
	const char *schema, *name;
	const struct rest_relation *relation; /* NULL: rows that are no relation's */
};

struct rest_branch;
struct rest_embed {
	const struct rest_item *item;
	const struct rest_relationship *by;
	bool to_one, spread;
	bool shown;           /* false: joined only, as embed() */
	const char *name;     /* its key in the answer */
	const char *join;     /* alias of the lateral join; of a to-many also its column */
	const char *junction; /* alias of the table between */
	struct rest_branch *parent, *branch;
};

/* A level with its names looked up. */
struct rest_branch {
	const struct rest_level *level;
	struct rest_scope scope;
	bool from_source; /* the rows are those of pgrst_source */
	bool aggregated;
	struct rest_embed *embeds; /* in the order of the items */
	size_t embed_count;
};

struct rest_planner {
	struct fn_request *req;
	const struct rest_catalog *catalog;
	const struct rest_plan_settings *settings;
	const struct rest_query *query;
	struct rest_sql *sql;
	unsigned embeds; /* made so far: their aliases are numbered */
	bool counting;   /* no joins: embeds in conditions become EXISTS */
	bool writing;    /* in the WHERE of a write */
	bool capped;     /* max_rows counts */
};

/* The payload of a write or a call as JSON. */
struct rest_body {
	const char *json;
	bool is_array;
	const char *const *keys; /* columns to write, or arguments */
	size_t key_count;
	size_t row_count; /* with columns= nobody has counted: 1 */
};

/* rest_plan_tree.c */
FN_CHECKED struct fn_error *rest_plan_tree(struct rest_planner *p, const struct rest_level *level,
					   struct rest_scope scope, struct rest_branch **ret);
const struct rest_embed *rest_branch_embed(const struct rest_branch *branch, const char *name);
/* It is `column=eq.value`. */
bool rest_condition_binds(const struct rest_condition *condition, const char *column);
/* One of the conditions is. */
bool rest_level_binds(const struct rest_level *level, const char *column);
const char *rest_item_name(const struct rest_item *item);
/* Names of the columns of the answer, `*` spelled out. */
size_t rest_branch_names(struct rest_planner *p, const struct rest_branch *branch,
			 const char ***ret);
bool rest_branch_is_empty(const struct rest_branch *branch);

/* rest_plan_capability.c: fills in `capabilities` of the plan. */
void rest_plan_capabilities(struct rest_planner *p, const struct rest_branch *root,
			    struct rest_plan *ret);

/* rest_plan_where.c */
void rest_plan_column(struct rest_planner *p, const struct rest_scope *scope, const char *name);
void rest_plan_field(struct rest_planner *p, const struct rest_scope *scope,
		     const struct rest_field *field);
/* " WHERE ...": the join of the embed (NULL = the root), the conditions, and when counting the
 * inner embeds. Nothing when there is none. */
void rest_plan_where(struct rest_planner *p, const struct rest_branch *branch,
		     const struct rest_embed *embed);
/* " FROM ...": the relation of the branch. */
void rest_plan_from(struct rest_planner *p, const struct rest_branch *branch,
		    const struct rest_embed *embed);

/* rest_plan_order.c */
void rest_plan_order(struct rest_planner *p, const struct rest_branch *branch);
void rest_plan_limit(struct rest_planner *p, const struct rest_branch *branch,
		     const struct rest_embed *embed);

/* rest_plan_select.c: SELECT items FROM relation and joins [WHERE] [GROUP BY] ORDER BY LIMIT. */
void rest_plan_select(struct rest_planner *p, const struct rest_branch *branch,
		      const struct rest_embed *embed);

/* rest_plan_media.c: what of Accept is served, and how. */
FN_CHECKED struct fn_error *rest_plan_media(struct rest_planner *p, struct rest_plan *ret);

/* rest_plan_body.c */
/* The columns total to response_status of the envelope; total_text is SQL of our own. */
void rest_plan_envelope(struct rest_planner *p, const struct rest_plan *plan,
			const char *total_text);
/* ", pgrst_rows AS (...)" where the body needs the rows of pgrst_source twice (CSV). */
void rest_plan_rows(struct rest_planner *p, const struct rest_plan *plan,
		    const struct rest_branch *root);
/* " FROM (...) _t": the selection out of pgrst_source. */
void rest_plan_from_rows(struct rest_planner *p, const struct rest_plan *plan,
			 const struct rest_branch *root);
FN_CHECKED struct fn_error *rest_plan_finish(struct rest_planner *p, struct rest_plan *ret);
/* ", pgrst_source_count AS (...)" and count_text; returns the SQL of the total. */
const char *rest_plan_total(struct rest_planner *p, const struct rest_branch *root,
			    struct rest_plan *ret);

/* rest_plan_payload.c */
FN_CHECKED struct fn_error *rest_plan_payload(struct rest_planner *p, struct rest_body *ret);
/* rest_plan_csv.c: lines to a JSON array of objects; names of the first line in *ret. */
FN_CHECKED struct fn_error *rest_plan_csv(struct fn_request *req, struct fn_bytes csv,
					  struct rest_body *ret);
size_t rest_plan_form(struct fn_request *req, struct fn_bytes form, struct rest_argument **ret);

/* rest_plan_write.c, rest_plan_record.c */
FN_CHECKED struct fn_error *rest_plan_write(struct rest_planner *p, struct rest_plan *ret);
void rest_plan_record(struct rest_planner *p, const struct rest_relation *relation,
		      const struct rest_body *body);
void rest_plan_returning(struct rest_planner *p, const struct rest_branch *root);

/* rest_plan_call.c, rest_plan_choose.c */
struct rest_call {
	const struct rest_function *function;
	bool raw;     /* the single unnamed argument takes the body */
	bool by_json; /* arguments in `body`; else in `arguments` */
	struct rest_body body;
	const struct rest_argument *arguments;
	size_t argument_count;
	const struct rest_parameter **given; /* in the function's order */
	size_t given_count;
};
FN_CHECKED struct fn_error *rest_plan_choose(struct rest_planner *p, struct rest_call *call);
FN_CHECKED struct fn_error *rest_plan_call(struct rest_planner *p, struct rest_plan *ret);

#endif
