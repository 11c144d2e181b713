/* fn_script.h: one transaction whose statements are made at run time (the data API), in one round
 * trip or two. Unlike fn_db.h it explains failures in the database's own words, because the clients
 * of that API are told SQLSTATE, DETAIL and HINT (contract rest.md 10). */
#ifndef FN_SCRIPT_H
#define FN_SCRIPT_H

#include "fn_db.h"

enum { FN_SCRIPT_STEPS_MAX = 6 };

/* Values in text format and of unknown type; NULL = SQL NULL. */
struct fn_script_step {
	const char *text;
	const char *const *values;
	size_t count;
	bool once; /* the text will not come again; others are prepared and remembered */
	/* gets the rows instead of the result; only where the script begins READ ONLY or ends
	 * without COMMIT, because whatever comes of it in the end, rows have been read. NULL = none
	 */
	const struct fn_row_reader *reader;
};

enum fn_script_state {
	FN_SCRIPT_OPEN, /* all steps ran; fn_script_end() is due */
	FN_SCRIPT_COMMITTED,
	FN_SCRIPT_ROLLED_BACK,
	FN_SCRIPT_FAILED,  /* a statement or COMMIT failed: sqlstate and so on say how; nothing was
			      kept */
	FN_SCRIPT_STOPPED, /* a reader of rows had enough; nothing was kept */
	FN_SCRIPT_AWAY,    /* the database could not be reached: nothing happened */
	FN_SCRIPT_UNKNOWN, /* the connection was lost when COMMIT was on its way: it may have
			      happened */
};

/* Lives as long as the request. */
struct fn_script_result {
	enum fn_script_state state;
	struct fn_rows rows[FN_SCRIPT_STEPS_MAX];
	/* of FAILED; of AWAY and UNKNOWN only message. detail and hint may be NULL */
	const char *sqlstate, *message, *detail, *hint;
};

/* begin: "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY" or the like. commit: send COMMIT along:
 * only when nothing in the answer can still turn into a refusal (decisions 32). A lost connection
 * is made anew and the script run once more when it began READ ONLY, or when it was lost while
 * idle. */
void fn_script_run(struct fn_request *req, const char *begin, const struct fn_script_step *steps,
		   size_t count, bool commit, struct fn_script_result *ret);
/* Ends an OPEN script. keep: COMMIT, whose failure (a deferred constraint) is an answer too. Not
 * keep: constraints are checked all the same, then everything is rolled back (`Prefer:
 * tx=rollback`) when `check` is set. */
void fn_script_end(struct fn_request *req, bool keep, bool check, struct fn_script_result *result);

#endif
