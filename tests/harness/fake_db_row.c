/* fake_db_row.c: arguments and columns, as fn_db.h promises them. */
#include "fake_db_row.h"

#include <stdlib.h>

#include "fn_db.h"
#include "unit.h"

struct fn_arg fn_arg_text(const char *text)
{
	return (struct fn_arg){.kind = FN_ARG_TEXT, .text = text};
}

struct fn_arg fn_arg_uuid(const struct fn_uuid *uuid)
{
	return fn_arg_text(uuid != NULL && uuid->text[0] != '\0' ? uuid->text : NULL);
}

struct fn_arg fn_arg_int(int64_t number)
{
	return (struct fn_arg){.kind = FN_ARG_NUMBER, .number = number};
}

struct fn_arg fn_arg_bool(bool value)
{
	return (struct fn_arg){.kind = FN_ARG_BOOL, .number = value};
}

struct fn_row fn_rows_at(const struct fn_rows *rows, size_t number)
{
	return (struct fn_row){.from = rows->from, .number = number};
}

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

bool fn_col_bool(const struct fn_row *row, size_t column)
{
	const char *text = fn_col_text(row, column);

	return text != NULL && text[0] == 't';
}

int64_t fn_col_int(const struct fn_row *row, size_t column)
{
	const char *text = fn_col_text(row, column);

	return text == NULL ? 0 : strtoll(text, NULL, 10);
}

struct fn_uuid fn_col_uuid(const struct fn_row *row, size_t column)
{
	const char *text = fn_col_text(row, column);
	struct fn_uuid uuid = {0};

	if (text != NULL)
		(void)fn_text_uuid(text, &uuid);
	return uuid;
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
