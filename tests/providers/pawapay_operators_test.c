/* pawapay_operators_test.c: whose number it is, and what the sandbox makes of it. */
#include "pawapay_operators.h"

#include "unit.h"

static void operator_is(const char *digits, const char *name)
{
	const struct pawapay_operator *operator= pawapay_operator_of(digits);

	if (name == NULL) {
		assert_null(operator);
	} else {
		assert_non_null(operator);
		assert_string_equal(operator->name, name);
	}
}

static void tells_whose_number_it_is(void **state)
{
	(void)state;
	operator_is("22670123456", "MOOV_BFA");
	operator_is("22676123456", "ORANGE_BFA");
	operator_is("22602345678", "MOOV_BFA");
	operator_is("22607345678", "ORANGE_BFA");
	operator_is("2250503456789", "MTN_MOMO_CIV");
	operator_is("2250734567890", "ORANGE_CIV");
	operator_is("221763456789", "FREE_SEN");
	operator_is("22951345789", "MTN_MOMO_BEN");
	operator_is("2290151345789", "MTN_MOMO_BEN");
	operator_is("2267012345", NULL);
	operator_is("226701234567", NULL);
	operator_is("33612345678", NULL);
	operator_is("", NULL);
}

static void outcome_is(const char *digits, const char *deposit, const char *refund)
{
	if (deposit == NULL)
		assert_null(pawapay_outcome(digits));
	else
		assert_string_equal(pawapay_outcome(digits), deposit);
	if (refund == NULL)
		assert_null(pawapay_refund_outcome(digits));
	else
		assert_string_equal(pawapay_refund_outcome(digits), refund);
}

static void follows_the_sandbox(void **state)
{
	(void)state;
	outcome_is("22602345678", "COMPLETED", "COMPLETED");
	outcome_is("22602345048", "FAILED:INSUFFICIENT_BALANCE", "COMPLETED");
	outcome_is("22602345138", NULL, NULL);
	outcome_is("22602345118", "COMPLETED", "FAILED:UNSPECIFIED_FAILURE");
	outcome_is("22607345128", NULL, NULL);
	outcome_is("22607345148", "FAILED:PAYMENT_NOT_APPROVED", "COMPLETED");
	outcome_is("22951345089", "COMPLETED", "FAILED:RECIPIENT_NOT_FOUND");
	outcome_is("2250734567890", "COMPLETED", "COMPLETED");
	outcome_is("22670000048", "COMPLETED", "COMPLETED"); /* not of the sandbox */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_whose_number_it_is),
		cmocka_unit_test(follows_the_sandbox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
