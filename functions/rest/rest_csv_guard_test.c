/* rest_csv_guard_test.c: formulas are defused, numbers and everything else stay as they are. */
#include "rest_csv_guard.h"

#include <string.h>

#include "unit.h"

static const struct {
	const char *csv, *guarded; /* NULL = the same */
} cases[] = {
	{"", NULL},
	{"\n", NULL},
	{"id,name", NULL},
	{"a,b\n1,x\n", NULL},
	{",\n,", NULL},
	{"=1+1", "'=1+1"},
	{"a,=b\n+c,d", "a,'=b\n'+c,d"},
	{"-x,@y", "'-x,'@y"},
	{"\"=SUM(A1,B2)\",ok", "\"'=SUM(A1,B2)\",ok"},
	{"\"\tx\",\"\rx\"", "\"'\tx\",\"'\rx\""},
	{"\"a\n=b\",c", NULL}, /* inside a cell */
	{"\"say \"\"=hi\"\"\",=x", "\"say \"\"=hi\"\"\",'=x"},
	{"\"\"\"=hi\"", NULL},
	{"\"\",=x", "\"\",'=x"},
	{"\"=\"", "\"'=\""},
	{"=", "'="},
	{"x=,y-", NULL},
	/* numbers, as the database prints them */
	{"-5,+5,-0.5,-.5x,1", "-5,+5,-0.5,'-.5x,1"},
	{"-1e10,-1.5E-07,-1e,-1e+,-1e5x", "-1e10,-1.5E-07,'-1e,'-1e+,'-1e5x"},
	{"-Infinity,-Infinite,NaN,-", "-Infinity,'-Infinite,NaN,'-"},
	{"+22670123456,\"+226 70\",-2-3", "+22670123456,\"'+226 70\",'-2-3"},
	{"\"-5\",\"-5 \"", "\"-5\",\"'-5 \""},
	{"2024-01-01,-1 day", "2024-01-01,'-1 day"},
	/* what is no CSV at all does no harm */
	{"\"", NULL},
	{"\"=", "\"'="},
	{"a\"=b,c\"", NULL},
};

static void defuses_formulas_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < FN_COUNT(cases); i++) {
		struct fn_arena *arena = fn_arena_new(1 << 20);
		struct fn_spool *spool = fn_spool_new(arena, 1000);
		char text[200] = "";

		rest_csv_guard(spool, cases[i].csv);
		(void)fn_spool_read(spool, 0, text, sizeof(text) - 1);
		assert_string_equal(text,
				    cases[i].guarded != NULL ? cases[i].guarded : cases[i].csv);
		fn_arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(defuses_formulas_alone)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
