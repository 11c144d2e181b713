/* rest_csv_guard.h: cells that a spreadsheet would take for formulas. */
#ifndef REST_CSV_GUARD_H
#define REST_CSV_GUARD_H

#include "fn_spool.h"

/* Copies CSV as the database writes it; cells that begin with = + - @, a tab or a carriage return,
 * and are no number, get an apostrophe in front. */
void rest_csv_guard(struct fn_spool *into, const char *csv);

#endif
