/* fake_db.h: the database of a function's unit tests, in the place of fn_db.o. It knows no SQL:
 * each statement gets the answer that the test laid ready for its name. It shows what a handler
 * decides; whether PostgreSQL would say so is tested on PostgreSQL.
 *
 * A test is strict or not. Strict (call.h makes it so): the statements come in exactly the order in
 * which answers were laid, and none is left over. Not strict: each statement takes the first answer
 * of its name, and finds no row when there is none. */
#ifndef FAKE_DB_H
#define FAKE_DB_H

#include <stdbool.h>
#include <stddef.h>

#include "fn_db.h"

/* Forgets all of it; before each test. */
void fake_db_reset(void);
void fake_db_be_strict(void);
/* Fails the test when an answer was laid that nobody asked for. */
void fake_db_assert_done(void);

/* ---- answers ---- */

/* One row of text values, NULL for SQL NULL, that the next call of the statement gets. */
void fake_db_row(const char *statement, const char *const *values, size_t count);
#define FAKE_ROW(statement, ...)                                                                   \
	fake_db_row((statement), (const char *const[]){__VA_ARGS__},                               \
		    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))
/* No row; a statement that changes rows changes none. */
void fake_db_no_row(const char *statement);
/* The next call of the statement fails: constraint NULL = the database does not answer (503). */
void fake_db_fail(const char *statement, const char *constraint);
/* The next call of the statement loses to somebody else (40001): the body runs again. */
void fake_db_conflict(const char *statement);
/* The same at COMMIT: what the body did is undone, and it runs again from the top. */
void fake_db_conflict_at_commit(void);
/* No connection: every transaction is refused (503) before it begins. */
void fake_db_be_away(void);

/* ---- what was done ---- */

/* How often the statement ran, and its argument of the last time, counted from 0 (NULL = SQL NULL
 * or never). Numbers in decimal, truth values as 1 and 0. */
unsigned fake_db_runs(const char *statement);
const char *fake_db_argument(const char *statement, size_t number);
/* The last transaction ended with COMMIT; how many did. */
bool fake_db_committed(void);
unsigned fake_db_commits(void);
/* The level of the last transaction. */
enum fn_isolation fake_db_level(void);
/* Jobs that were added and committed: how many, the last one as "FUNCTION PAYLOAD" (NULL = none),
 * and its key (NULL = none). */
unsigned fake_db_jobs(void);
const char *fake_db_job(void);
const char *fake_db_job_key(void);

#endif
