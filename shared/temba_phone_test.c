/* temba_phone_test.c: every country of the contract's table, and every spelling that clients send.
 */
#include "temba_phone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fn_macros.h"

struct spelling {
	const char *text, *canonical; /* NULL: no phone number */
};

static const struct spelling by_country[] = {
	/* Burkina Faso */
	{"70123456", "+22670123456"},
	{"22670123456", "+22670123456"},
	{"+22670123456", "+22670123456"},
	{"0022670123456", "+22670123456"},
	/* Côte d'Ivoire: ten digits, the first often 0 */
	{"2250701020304", "+2250701020304"},
	{"+2250701020304", "+2250701020304"},
	{"002250701020304", "+2250701020304"},
	/* Ghana */
	{"233241234567", "+233241234567"},
	{"+233241234567", "+233241234567"},
	{"00233241234567", "+233241234567"},
	/* Senegal */
	{"221771234567", "+221771234567"},
	{"+221771234567", "+221771234567"},
	{"00221771234567", "+221771234567"},
	/* Mali */
	{"22365123456", "+22365123456"},
	{"+22365123456", "+22365123456"},
	{"0022365123456", "+22365123456"},
	/* Niger */
	{"22790123456", "+22790123456"},
	{"+22790123456", "+22790123456"},
	{"0022790123456", "+22790123456"},
	/* Togo */
	{"22890123456", "+22890123456"},
	{"+22890123456", "+22890123456"},
	{"0022890123456", "+22890123456"},
	/* Benin */
	{"22997123456", "+22997123456"},
	{"+22997123456", "+22997123456"},
	{"0022997123456", "+22997123456"},
	/* Nigeria: ten or eleven digits */
	{"2348012345678", "+2348012345678"},
	{"23480123456789", "+23480123456789"},
	{"+2348012345678", "+2348012345678"},
	{"002348012345678", "+2348012345678"},
	/* others, with their code */
	{"+33612345678", "+33612345678"},
	{"0033612345678", "+33612345678"},
	{"+15005550006", "+15005550006"},
};

static const struct spelling by_form[] = {
	{" +226 70 12 34 56 ", "+22670123456"},
	{"(+226) 70-12-34-56", "+22670123456"},
	{"+226.70.12.34.56", "+22670123456"},
	{"070123456", "+22670123456"},
	{"00070123456", NULL}, /* 00 means international, and no code begins with 0 */
	/* a doubled home code, as web clients make it */
	{"+22622670123456", "+22670123456"},
	{"22622670123456", "+22670123456"},
	/* another country's code behind the home code is kept: nobody can tell what was meant */
	{"+2262250701020304", NULL},
	{"+226225070102030", "+226225070102030"},
	/* eight digits are a national number even when they begin like a code */
	{"22612345", "+22622612345"},
	/* a known code with a wrong national length gets the home code in front */
	{"2337012345", "+2262337012345"},
	{"701234567", "+226701234567"},
	/* too short, too long, nothing, something else */
	{"+123456", NULL},
	{"+1234567", "+1234567"},
	{"+123456789012345", "+123456789012345"},
	{"+1234567890123456", NULL},
	{"1234567890123", NULL},
	{"", NULL},
	{"+", NULL},
	{"00", NULL},
	{"0000000000", NULL},
	{"+0022670123456", NULL},
	{"ana@example.org", NULL},
	{"1234567890123456789012345678901234567890123456789012345678901234567890", NULL},
	{NULL, NULL},
};

static void check_all(const struct spelling *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct fn_arena *arena = fn_arena_new(1 << 16);
		const char *phone = temba_phone(arena, table[i].text);
		const char *wanted = table[i].canonical;

		if ((phone == NULL) != (wanted == NULL) ||
		    (phone != NULL && strcmp(phone, wanted) != 0))
			fail_msg("\"%s\" gave %s, wanted %s", table[i].text,
				 phone == NULL ? "nothing" : phone,
				 wanted == NULL ? "nothing" : wanted);
		fn_arena_free(arena);
	}
}

static void reads_each_country_with_and_without_its_prefix(void **state)
{
	(void)state;
	check_all(by_country, FN_COUNT(by_country));
}

static void reads_each_way_of_writing(void **state)
{
	(void)state;
	check_all(by_form, FN_COUNT(by_form));
}

static void a_canonical_number_stays_as_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < FN_COUNT(by_country); i++) {
		struct fn_arena *arena = fn_arena_new(1 << 16);

		assert_string_equal(temba_phone(arena, by_country[i].canonical),
				    by_country[i].canonical);
		fn_arena_free(arena);
	}
}

static void masking_shows_country_and_last_two_digits(void **state)
{
	struct fn_arena *arena = fn_arena_new(1 << 16);

	(void)state;
	assert_string_equal(temba_phone_masked(arena, "+22670123478"), "+226****78");
	assert_string_equal(temba_phone_masked(arena, "+1234567"), "****");
	assert_string_equal(temba_phone_masked(arena, ""), "****");
	assert_string_equal(temba_phone_masked(arena, NULL), "****");
	fn_arena_free(arena);
}

static void knows_how_long_numbers_are(void **state)
{
	static const char *const whole[] = {"+22670123456", "+2250712345678", "+233240000000",
					    "+22951345029", "+2290151345029", "+33612345678"};
	static const char *const cut[] = {"+2267012", "+226701234567", "+22507123456", "+226701"};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(whole); i++)
		assert_true(temba_phone_is_whole(whole[i]));
	for (size_t i = 0; i < FN_COUNT(cut); i++)
		assert_false(temba_phone_is_whole(cut[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_how_long_numbers_are),
		cmocka_unit_test(reads_each_country_with_and_without_its_prefix),
		cmocka_unit_test(reads_each_way_of_writing),
		cmocka_unit_test(a_canonical_number_stays_as_it_is),
		cmocka_unit_test(masking_shows_country_and_last_two_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
