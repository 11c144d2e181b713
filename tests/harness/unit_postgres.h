/* unit_postgres.h: a PostgreSQL server private to one test program, on a unix socket under /tmp. */
#ifndef UNIT_POSTGRES_H
#define UNIT_POSTGRES_H

#include <stdbool.h>
#include <sys/types.h>

/* False, after a message that says why, when PostgreSQL 15 is not installed: then skip. Anything
 * else that goes wrong fails the test. */
bool unit_postgres_start(void);
void unit_postgres_stop(void);
/* Connection string of the superuser, for FN_DB_URL. */
const char *unit_postgres_url(void);
/* Runs SQL through psql, on a connection of its own; fails the test when it fails. Returns what it
 * printed, unaligned, without the last line's end; valid until the next call. */
const char *unit_postgres_sql(const char *sql);
/* The same in the background, whatever comes of it; the caller waits for the process. */
pid_t unit_postgres_begin_sql(const char *sql);

#endif
