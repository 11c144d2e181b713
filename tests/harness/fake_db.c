/* fake_db.c: answers by the name of the statement. Rows live in the request's arena, as real ones
 * do: a handler that keeps one too long is seen by ASan. */
#include "fake_db.h"

#include <stdio.h>
#include <string.h>

#include "fake_db_row.h"
#include "fn_json.h"
#include "unit.h"

enum { ENTRIES_MAX = 64, TEXT_MAX = 600, TRIES_MAX = 5 };

struct fn_tx {
	struct fn_request *req;
	bool has_failed, has_conflict;
};

enum kind { ROW, NO_ROW, VIOLATION, SILENCE, CONFLICT };

static struct answer {
	const char *statement, *constraint;
	enum kind kind;
	bool is_used;
	const char *values[FAKE_COLUMNS_MAX];
	size_t count;
} answers[ENTRIES_MAX];

static struct run {
	const char *statement;
	char arguments[FAKE_COLUMNS_MAX][TEXT_MAX];
	bool is_null[FAKE_COLUMNS_MAX];
	size_t count;
} runs[ENTRIES_MAX];

struct jobs {
	char last[TEXT_MAX], key[TEXT_MAX];
	bool has_key;
	unsigned count;
};

static struct {
	bool is_strict, is_away, is_committed, is_in_transaction, conflicts_at_commit;
	size_t answer_count, run_count;
	unsigned commits;
	enum fn_isolation level;
	struct jobs jobs, added; /* committed; by the transaction that is open */
} db;

void fake_db_reset(void)
{
	memset(&db, 0, sizeof(db));
}

void fake_db_be_strict(void)
{
	db.is_strict = true;
}

void fake_db_be_away(void)
{
	db.is_away = true;
}

void fake_db_conflict_at_commit(void)
{
	db.conflicts_at_commit = true;
}

/* ---- answers ---- */

static struct answer *lay(const char *statement, enum kind kind)
{
	struct answer *answer = &answers[db.answer_count];

	if (db.answer_count == ENTRIES_MAX)
		fail_msg("more than %d answers", ENTRIES_MAX);
	db.answer_count++;
	*answer = (struct answer){.statement = statement, .kind = kind};
	return answer;
}

void fake_db_row(const char *statement, const char *const *values, size_t count)
{
	struct answer *answer = lay(statement, ROW);

	if (count > FAKE_COLUMNS_MAX)
		fail_msg("more than %d columns", FAKE_COLUMNS_MAX);
	memcpy(answer->values, values, count * sizeof(*values));
	answer->count = count;
}

void fake_db_no_row(const char *statement)
{
	(void)lay(statement, NO_ROW);
}

void fake_db_fail(const char *statement, const char *constraint)
{
	lay(statement, constraint == NULL ? SILENCE : VIOLATION)->constraint = constraint;
}

void fake_db_conflict(const char *statement)
{
	(void)lay(statement, CONFLICT);
}

/* The answer for this call; NULL when none was laid, which a strict test does not allow. */
static struct answer *find_answer(const char *statement)
{
	for (size_t i = 0; i < db.answer_count; i++) {
		struct answer *answer = &answers[i];

		if (answer->is_used)
			continue;
		if (strcmp(answer->statement, statement) == 0) {
			answer->is_used = true;
			return answer;
		}
		if (db.is_strict)
			fail_msg("%s was asked where %s was expected", statement,
				 answer->statement);
	}
	if (db.is_strict)
		fail_msg("%s was asked where nothing was expected", statement);
	return NULL;
}

void fake_db_assert_done(void)
{
	for (size_t i = 0; i < db.answer_count; i++) {
		if (!answers[i].is_used)
			fail_msg("%s was never asked", answers[i].statement);
	}
}

/* ---- what was done ---- */

static const struct run *last_run(const char *statement, unsigned *ret_runs)
{
	const struct run *found = NULL;

	*ret_runs = 0;
	for (size_t i = 0; i < db.run_count; i++) {
		if (strcmp(runs[i].statement, statement) == 0) {
			found = &runs[i];
			(*ret_runs)++;
		}
	}
	return found;
}

unsigned fake_db_runs(const char *statement)
{
	unsigned times;

	(void)last_run(statement, &times);
	return times;
}

const char *fake_db_argument(const char *statement, size_t number)
{
	unsigned times;
	const struct run *run = last_run(statement, &times);

	if (run == NULL || number >= run->count || run->is_null[number])
		return NULL;
	return run->arguments[number];
}

bool fake_db_committed(void)
{
	return db.is_committed;
}

unsigned fake_db_commits(void)
{
	return db.commits;
}

enum fn_isolation fake_db_level(void)
{
	return db.level;
}

unsigned fake_db_jobs(void)
{
	return db.jobs.count;
}

const char *fake_db_job(void)
{
	return db.jobs.count == 0 ? NULL : db.jobs.last;
}

const char *fake_db_job_key(void)
{
	return db.jobs.has_key ? db.jobs.key : NULL;
}

/* ---- statements ---- */

static void note(const struct fn_sql *sql, const struct fn_arg *args, size_t n)
{
	struct run *run = &runs[db.run_count];

	if (db.run_count == ENTRIES_MAX || n > FAKE_COLUMNS_MAX)
		fail_msg("more than %d statements, or %d arguments", ENTRIES_MAX, FAKE_COLUMNS_MAX);
	db.run_count++;
	run->statement = sql->name;
	run->count = n;
	for (size_t i = 0; i < n; i++) {
		run->is_null[i] = args[i].kind == FN_ARG_TEXT && args[i].text == NULL;
		if (args[i].kind == FN_ARG_TEXT)
			(void)snprintf(run->arguments[i], TEXT_MAX, "%s",
				       args[i].text == NULL ? "" : args[i].text);
		else
			(void)snprintf(run->arguments[i], TEXT_MAX, "%lld",
				       (long long)args[i].number);
	}
}

static struct fn_error *failure(struct fn_tx *tx, const struct answer *answer)
{
	bool is_violation = answer->kind == VIOLATION;
	struct fn_error *error =
		fn_fail_because(tx->req, is_violation ? &fn_message_internal : &fn_message_busy,
				"%s fails", answer->statement);

	tx->has_failed = true;
	tx->has_conflict = answer->kind == CONFLICT;
	error->constraint = answer->constraint;
	error->sqlstate = is_violation ? "23505" : NULL;
	error->retry_after = is_violation ? 0 : 1;
	return error;
}

struct fn_error *fn_db_all(struct fn_tx *tx, const struct fn_sql *sql, const struct fn_arg *args,
			   size_t n, struct fn_rows *ret)
{
	struct fn_arena *arena = fn_request_arena(tx->req);
	const struct answer *answer;
	struct fake_row *row;

	*ret = (struct fn_rows){0};
	if (tx->has_failed)
		return fn_fail_because(tx->req, &fn_message_internal,
				       "%s: after a failed statement", sql->name);
	note(sql, args, n);
	answer = find_answer(sql->name);
	if (answer == NULL || answer->kind == NO_ROW)
		return NULL;
	if (answer->kind != ROW)
		return failure(tx, answer);
	row = fn_arena_alloc(arena, sizeof(*row));
	row->count = answer->count;
	for (size_t i = 0; i < answer->count; i++)
		row->values[i] = fn_arena_text(arena, answer->values[i]);
	*ret = (struct fn_rows){.from = row, .count = 1, .affected = 1};
	return NULL;
}

struct fn_error *fn_db_one(struct fn_tx *tx, const struct fn_sql *sql, const struct fn_arg *args,
			   size_t n, struct fn_row *ret)
{
	struct fn_rows rows;

	*ret = (struct fn_row){0};
	FN_TRY(fn_db_all(tx, sql, args, n, &rows));
	if (rows.count == 1)
		*ret = fn_rows_at(&rows, 0);
	return NULL;
}

struct fn_error *fn_db_run(struct fn_tx *tx, const struct fn_sql *sql, const struct fn_arg *args,
			   size_t n, int64_t *ret_affected)
{
	struct fn_rows rows;

	FN_TRY(fn_db_all(tx, sql, args, n, &rows));
	if (ret_affected != NULL)
		*ret_affected = rows.affected;
	return NULL;
}

struct fn_error *fn_db_job(struct fn_tx *tx, const char *function, const char *dedup,
			   struct json_object *payload)
{
	struct jobs *jobs = &db.added;

	(void)tx;
	jobs->count++;
	jobs->has_key = dedup != NULL;
	(void)snprintf(jobs->key, sizeof(jobs->key), "%s", dedup != NULL ? dedup : "");
	(void)snprintf(jobs->last, sizeof(jobs->last), "%s %s", function,
		       fn_json_write(payload, NULL));
	fn_json_drop(payload);
	return NULL;
}

/* ---- transactions ---- */

/* True when the body has to run again. */
static bool end_transaction(const struct fn_tx *tx, const struct fn_error *error, bool keep)
{
	bool commits = !tx->has_failed && (error == NULL || keep);

	if (tx->has_conflict)
		return true;
	if (commits && db.conflicts_at_commit) {
		db.conflicts_at_commit = false;
		return true;
	}
	db.is_committed = commits;
	if (!commits)
		return false;
	db.commits++;
	if (db.added.count > 0) {
		unsigned count = db.jobs.count + db.added.count;

		db.jobs = db.added;
		db.jobs.count = count;
	}
	return false;
}

static struct fn_error *transact(struct fn_request *req, enum fn_isolation level, fn_tx_body *body,
				 void *arg, bool keep)
{
	struct fn_arena_mark mark = fn_arena_mark(fn_request_arena(req));

	db.is_committed = false;
	db.level = level;
	for (unsigned try = 1; !db.is_away; try++) {
		struct fn_tx tx = {.req = req};
		struct fn_error *error;

		assert_false(db.is_in_transaction);
		db.added = (struct jobs){0};
		db.is_in_transaction = true;
		fn_request_count_tries(req, 1);
		error = body(&tx, arg);
		db.is_in_transaction = false;
		if (error == NULL && tx.has_failed && !tx.has_conflict)
			fail_msg("the body dropped a failed statement");
		if (!end_transaction(&tx, error, keep) || try == TRIES_MAX)
			return error;
		fn_arena_reset(fn_request_arena(req), mark);
	}
	return fn_fail_because(req, &fn_message_busy, "no database connection");
}

struct fn_error *fn_db_transaction(struct fn_request *req, enum fn_isolation level,
				   fn_tx_body *body, void *arg)
{
	return transact(req, level, body, arg, false);
}

struct fn_error *fn_db_transaction_keep(struct fn_request *req, enum fn_isolation level,
					fn_tx_body *body, void *arg)
{
	return transact(req, level, body, arg, true);
}

bool fn_db_in_transaction(void)
{
	return db.is_in_transaction;
}

struct fn_request *fn_tx_request(struct fn_tx *tx)
{
	return tx->req;
}

bool fn_db_violates(const struct fn_error *error, const char *constraint)
{
	return error != NULL && error->constraint != NULL &&
	       strcmp(error->constraint, constraint) == 0;
}
