/* stripe_card_test.c: the table of test cards is sound, and the check digit is checked. */
#include "stripe_card.h"

#include "unit.h"

static void every_card_is_found_by_number_and_by_name(void **state)
{
	size_t count;
	const struct stripe_card *cards = stripe_cards(&count);

	(void)state;
	assert_true(count > 20);
	for (size_t i = 0; i < count; i++) {
		assert_true(stripe_is_card_number(cards[i].number));
		assert_ptr_equal(stripe_card_of_number(cards[i].number), &cards[i]);
		assert_ptr_equal(stripe_card_of_name(cards[i].name), &cards[i]);
		assert_true((cards[i].code == NULL) == (cards[i].message == NULL));
	}
}

static void refuses_what_is_no_number(void **state)
{
	(void)state;
	assert_false(stripe_is_card_number("4242424242424241"));
	assert_false(stripe_is_card_number("4242 4242 4242 4242"));
	assert_false(stripe_is_card_number(""));
	assert_false(stripe_is_card_number("0"));
	assert_true(stripe_is_card_number("4111111111111111"));
	assert_null(stripe_card_of_number("4111111111111111"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_card_is_found_by_number_and_by_name),
		cmocka_unit_test(refuses_what_is_no_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
