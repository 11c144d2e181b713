/* fn_script.c: one transaction of statements made at run time, in as few round trips as can be. */
#include "fn_script.h"

#include <string.h>

#include "fn_log.h"
#include "fn_pq.h"

static const char commit_text[] = "COMMIT";

static void fail(struct fn_script_result *result, const struct fn_pq_answer *answer)
{
	result->state = answer->outcome == FN_PQ_STOPPED ? FN_SCRIPT_STOPPED : FN_SCRIPT_FAILED;
	result->sqlstate = answer->sqlstate;
	result->message = answer->message;
	result->detail = answer->detail;
	result->hint = answer->hint;
}

/* The first step that did not run, or NULL. */
static const struct fn_pq_answer *first_failure(const struct fn_pq_answer *answers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (answers[i].outcome != FN_PQ_FINE)
			return &answers[i];
	}
	return NULL;
}

static bool is_lost(const struct fn_pq_answer *answer)
{
	/* with a SQLSTATE the server itself said why, and the client is told */
	return answer->outcome == FN_PQ_LOST && answer->sqlstate == NULL;
}

/* The server said goodbye instead of BEGIN: a connection that was ended while idle. */
static bool is_refused_at_begin(const struct fn_pq_answer *failed,
				const struct fn_pq_answer *answers)
{
	return failed == &answers[0] && failed->outcome == FN_PQ_LOST;
}

/* What came of it, but for a lost connection. */
static void judge(const struct fn_pq_answer *answers, size_t count, bool commit,
		  struct fn_script_result *ret)
{
	const struct fn_pq_answer *failed = first_failure(answers, count + 1 + commit);

	if (failed != NULL) {
		fn_pq_roll_back();
		fail(ret, failed);
		return;
	}
	for (size_t i = 0; i < count; i++)
		ret->rows[i] = answers[i + 1].rows;
	ret->state = commit ? FN_SCRIPT_COMMITTED : FN_SCRIPT_OPEN;
}

enum trial { ANSWERED, LOST_BEFORE_BEGIN, LOST_SOMEWHERE };

static enum trial attempt(struct fn_request *req, const char *begin,
			  const struct fn_script_step *steps, size_t count, bool commit,
			  struct fn_script_result *ret)
{
	struct fn_pq_step pipeline[FN_SCRIPT_STEPS_MAX + 2] = {{.text = begin}};
	struct fn_pq_answer answers[FN_SCRIPT_STEPS_MAX + 2];
	const struct fn_pq_answer *failed;

	for (size_t i = 0; i < count; i++)
		pipeline[i + 1] =
			(struct fn_pq_step){steps[i].text, steps[i].values, steps[i].count,
					    steps[i].once, steps[i].reader};
	if (commit)
		pipeline[count + 1] = (struct fn_pq_step){.text = commit_text};
	fn_pq_pipeline(fn_request_arena(req), pipeline, count + 1 + commit, answers);
	failed = first_failure(answers, count + 1 + commit);
	if (failed != NULL && (is_lost(failed) || is_refused_at_begin(failed, answers))) {
		fn_db_disconnect();
		ret->message = failed->message;
		return is_lost(failed) ? LOST_SOMEWHERE : LOST_BEFORE_BEGIN;
	}
	judge(answers, count, commit, ret);
	return ANSWERED;
}

void fn_script_run(struct fn_request *req, const char *begin, const struct fn_script_step *steps,
		   size_t count, bool commit, struct fn_script_result *ret)
{
	bool read_only = strstr(begin, "READ ONLY") != NULL;
	enum trial trial = LOST_BEFORE_BEGIN;

	*ret = (struct fn_script_result){.state = FN_SCRIPT_AWAY};
	for (unsigned try = 0; try < 2 && (read_only || trial == LOST_BEFORE_BEGIN); try++) {
		fn_pq_drop_if_dead();
		ret->message = fn_db_connect();
		if (ret->message != NULL)
			return;
		fn_request_count_tries(req, 1);
		trial = attempt(req, begin, steps, count, commit, ret);
		if (trial == ANSWERED)
			return;
	}
	/* without COMMIT on its way nothing can have happened */
	if (commit && !read_only && trial == LOST_SOMEWHERE)
		ret->state = FN_SCRIPT_UNKNOWN;
	if (ret->state == FN_SCRIPT_UNKNOWN)
		fn_log_request(req, FN_ERROR, "uncertain: connection lost around COMMIT");
}

void fn_script_end(struct fn_request *req, bool keep, bool check, struct fn_script_result *result)
{
	struct fn_pq_answer answer = {.outcome = FN_PQ_FINE};
	struct fn_arena *arena = fn_request_arena(req);

	if (keep || check)
		answer = fn_pq_command(arena, keep ? commit_text : "SET CONSTRAINTS ALL IMMEDIATE");
	if (answer.outcome == FN_PQ_FINE) {
		result->state = keep ? FN_SCRIPT_COMMITTED : FN_SCRIPT_ROLLED_BACK;
	} else if (is_lost(&answer)) {
		result->state = keep ? FN_SCRIPT_UNKNOWN : FN_SCRIPT_AWAY;
		result->message = answer.message;
		if (keep)
			fn_log_request(req, FN_ERROR, "uncertain: connection lost during COMMIT");
	} else {
		fail(result, &answer);
	}
	fn_pq_roll_back();
}
