/* fake_db_row.h: what a row of fake_db.c points to. */
#ifndef FAKE_DB_ROW_H
#define FAKE_DB_ROW_H

#include <stddef.h>

enum { FAKE_COLUMNS_MAX = 32 };

struct fake_row {
	size_t count;
	const char *values[FAKE_COLUMNS_MAX];
};

#endif
