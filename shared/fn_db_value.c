/* fn_db_value.c: what goes into a statement and what is read out of a row, over fn_col_text().
 * Apart from fn_db.c, so that tests read rows of their own the same way. */
#include <stdlib.h>

#include "fn_db.h"

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
