/* fake_db_row.c: the columns of rows that a test made; the rest of reading them is fn_db_value.c.
 */
#include "fake_db_row.h"

#include "fn_db.h"
#include "unit.h"

const char *fn_col_text(const struct fn_row *row, size_t column)
{
	const struct fake_row *from = row->from;

	if (from == NULL || column >= from->count) {
		fail_msg("column %zu of a row that has it not", column);
		return NULL;
	}
	return from->values[column];
}

bool fn_col_is_null(const struct fn_row *row, size_t column)
{
	return fn_col_text(row, column) == NULL;
}

/* ---- for programs; here so that nothing pulls in the real one ---- */

const char *fn_db_connect(void)
{
	return NULL;
}

void fn_db_disconnect(void)
{
}

const char *fn_db_check(const struct fn_sql *const *statements, struct fn_arena *arena)
{
	(void)statements;
	(void)arena;
	return NULL;
}

int fn_db_descriptor(void)
{
	return -1;
}

struct fn_error *fn_db_listen(struct fn_request *req, const char *channel)
{
	(void)req;
	(void)channel;
	return NULL;
}

unsigned fn_db_connections(void)
{
	return 0;
}

bool fn_db_notice(struct fn_notice *ret)
{
	(void)ret;
	return false;
}
