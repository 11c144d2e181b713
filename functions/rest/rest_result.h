/* rest_result.h: what the steps of a script gave -> what is to be answered. */
#ifndef REST_RESULT_H
#define REST_RESULT_H

#include "fn_script.h"
#include "rest_reply.h"

struct rest_result_settings {
	int64_t max_rows;  /* of an estimated count */
	size_t answer_max; /* bytes of an answer that is made row by row */
	bool csv_guard;    /* cells of CSV that look like formulas are defused */
};

/* The body of a row-by-row plan in the making: a JSON array, a row a line. */
struct rest_rows {
	struct fn_row_reader reader; /* for the step of the statement */
	struct fn_spool *body;
	int64_t count;
};
struct rest_rows *rest_rows_new(struct fn_request *req, size_t max);
/* Why its reader had enough. */
struct fn_error *rest_rows_error(struct fn_request *req, const struct rest_rows *rows, size_t max);

struct rest_results {
	const struct fn_rows *main;     /* of the statement; unless */
	struct rest_rows *rows;         /* they went here */
	const struct fn_rows *total;    /* of plan->count_text; NULL = none */
	const struct fn_rows *response; /* response.headers, response.status; NULL = in `main` */
};

FN_CHECKED struct fn_error *
rest_result_read(struct fn_request *req, const struct rest_result_settings *settings,
		 const struct rest_query *query, const struct rest_plan *plan,
		 const struct rest_results *results, struct rest_outcome *ret);

#endif
