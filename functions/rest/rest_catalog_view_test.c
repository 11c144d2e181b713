/* rest_catalog_view_test.c: reading the tree of a view's query. */
#include <stdlib.h>
#include <string.h>

#include "rest_catalog_parts.h"
#include "unit.h"

#define ENTRY(expr, number, name, table, column)                                                   \
	"{TARGETENTRY :expr " expr " :resno " number " :resname " name                             \
	" :ressortgroupref 0 :resorigtbl " table " :resorigcol " column " :resjunk false}"
#define VAR         "{VAR :varno 1 :varattno 1}"
#define QUERY(list) "({QUERY :commandType 1 :targetList (" list ") :override 0 :rowMarks <>})"

static struct rest_fact_origin entries[4];

static size_t read_view(const char *tree)
{
	memset(entries, 0, sizeof(entries));
	return rest_catalog_read_view(tree, 9, entries, FN_COUNT(entries));
}

static void assert_entry(size_t place, int number, uint32_t relation, int column)
{
	assert_int_equal(entries[place].view, 9);
	assert_int_equal(entries[place].number, number);
	assert_int_equal(entries[place].relation, relation);
	assert_int_equal(entries[place].column, column);
}

static void reads_every_column_that_is_one_of_a_relation(void **state)
{
	(void)state;
	assert_int_equal(read_view(QUERY(ENTRY(VAR, "1", "id", "4294967290", "3")
						 ENTRY(VAR, "2", "sum", "0", "0")
							 ENTRY(VAR, "3", "other", "70", "1"))),
			 2);
	assert_entry(0, 1, 4294967290, 3);
	assert_entry(1, 3, 70, 1);
}

static void looks_at_the_outer_query_alone(void **state)
{
	(void)state;
	assert_int_equal(
		read_view("({QUERY :rtable ({RTE :subquery {QUERY :targetList (" ENTRY(
			VAR, "1", "in", "50",
			"5") ")}}) :targetList (" ENTRY("{SUBLINK :subselect "
							"{QUERY :targetList (" ENTRY(VAR, "7",
										     "deep", "60",
										     "6") ")}}",
							"1", "out", "70",
							"7") ") "
							     ":returningList (" ENTRY(VAR, "8",
										      "late", "80",
										      "8") ")})"),
		1);
	assert_entry(0, 1, 70, 7);
}

static void is_not_misled_by_names(void **state)
{
	(void)state;
	assert_int_equal(read_view(QUERY(ENTRY(VAR, "1", ":resorigcol\\ 9", "70", "2")
						 ENTRY(VAR, "2", "\\{\\)\\}\\\\", "70", "3")
							 ENTRY(VAR, "3", ":resno", "70", "4"))),
			 3);
	assert_entry(0, 1, 70, 2);
	assert_entry(1, 2, 70, 3);
	assert_entry(2, 3, 70, 4);
}

static void takes_no_more_than_there_is_room_for(void **state)
{
	(void)state;
	assert_int_equal(rest_catalog_read_view(QUERY(ENTRY(VAR, "1", "a", "70", "1")
							      ENTRY(VAR, "2", "b", "70", "2")),
						9, entries, 1),
			 1);
	assert_int_equal(rest_catalog_read_view(QUERY(ENTRY(VAR, "1", "a", "70", "1")), 9, NULL, 0),
			 0);
}

static void survives_every_cut(void **state)
{
	static const char whole[] = QUERY(ENTRY(VAR, "1", "a\\ b", "70", "1"));

	(void)state;
	for (size_t length = 0; length < sizeof(whole); length++) {
		char *cut = malloc(length + 1); /* so that ASan sees its end */

		assert_non_null(cut);
		memcpy(cut, whole, length);
		cut[length] = '\0';
		assert_true(read_view(cut) <= 1);
		free(cut);
	}
	assert_int_equal(read_view(")})}"), 0);
	assert_int_equal(read_view("\\"), 0);
	assert_int_equal(read_view("({QUERY :targetList ({T :resname \\"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_column_that_is_one_of_a_relation),
		cmocka_unit_test(looks_at_the_outer_query_alone),
		cmocka_unit_test(is_not_misled_by_names),
		cmocka_unit_test(takes_no_more_than_there_is_room_for),
		cmocka_unit_test(survives_every_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
