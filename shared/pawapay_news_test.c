/* pawapay_news_test.c: the table of domain.md (c). */
#include "pawapay_news.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct pawapay_state found(const char *status)
{
	return (struct pawapay_state){.seen = PAWAPAY_FOUND, .id = "x", .status = status};
}

static void each_status_means_one_state(void **state)
{
	static const struct {
		const char *status, *state;
	} table[] = {
		{"ACCEPTED", "SUBMITTED"},           {"SUBMITTED", "SUBMITTED"},
		{"PROCESSING", "PROCESSING"},        {"ENQUEUED", "PROCESSING"},
		{"IN_RECONCILIATION", "PROCESSING"}, {"COMPLETED", "SUCCEEDED"},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct pawapay_state s = found(table[i].status);
		struct pawapay_news news = pawapay_news(&s, 1000000);

		assert_string_equal(news.state, table[i].state);
		assert_null(news.failure);
		assert_false(news.is_odd);
	}
}

static void a_failure_has_a_code(void **state)
{
	struct pawapay_state s = found("FAILED");

	(void)state;
	assert_string_equal(pawapay_news(&s, 0).failure, "UNSPECIFIED_FAILURE");
	s.failure = "INSUFFICIENT_BALANCE";
	assert_string_equal(pawapay_news(&s, 0).state, "FAILED");
	assert_string_equal(pawapay_news(&s, 0).failure, "INSUFFICIENT_BALANCE");
}

static void an_address_asks_the_payer_to_act(void **state)
{
	struct pawapay_state s = found("PROCESSING");

	(void)state;
	s.authorization_url = "https://pay.wave.test/x";
	assert_string_equal(pawapay_news(&s, 0).state, "ACTION_REQUIRED");
	s.status = "COMPLETED";
	assert_string_equal(pawapay_news(&s, 0).state, "SUCCEEDED");
}

static void an_unknown_word_changes_nothing_and_is_odd(void **state)
{
	static const char *const words[] = {"", "completed", "SUCCESS", "COMPLETED ", "PAID"};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(words); i++) {
		struct pawapay_state s = found(words[i]);

		assert_null(pawapay_news(&s, 0).state);
		assert_true(pawapay_news(&s, 0).is_odd);
	}
}

static void what_nobody_knows_fails_after_fifteen_minutes_and_not_before(void **state)
{
	struct pawapay_state s = {.seen = PAWAPAY_NOT_FOUND};

	(void)state;
	assert_string_equal(pawapay_news(&s, 0).state, "UNKNOWN");
	assert_string_equal(pawapay_news(&s, 899).state, "UNKNOWN");
	assert_string_equal(pawapay_news(&s, 900).state, "FAILED");
	assert_string_equal(pawapay_news(&s, 900).failure, "NEVER_REACHED");
	s.seen = PAWAPAY_UNREAD; /* silence is no answer, however long */
	assert_null(pawapay_news(&s, 1000000).state);
	assert_false(pawapay_news(&s, 1000000).is_odd);
}

static void every_code_has_two_sentences(void **state)
{
	static const char *const codes[] = {"PAYER_LIMIT_REACHED",  "PAYER_NOT_FOUND",
					    "PAYMENT_NOT_APPROVED", "INSUFFICIENT_BALANCE",
					    "UNSPECIFIED_FAILURE",  "WALLET_LIMIT_REACHED",
					    "PAYMENT_IN_PROGRESS",  "NEVER_REACHED",
					    "AMOUNT_OUT_OF_BOUNDS", "INVALID_PHONE_NUMBER",
					    "SOMETHING_NEW",        NULL};
	const char *general = pawapay_words(NULL).fr;

	(void)state;
	for (size_t i = 0; i < FN_COUNT(codes); i++) {
		struct pawapay_words words = pawapay_words(codes[i]);

		assert_true(strlen(words.fr) > 20 && strlen(words.en) > 20);
		/* a sentence for people, and not the code again */
		assert_true(codes[i] == NULL || strstr(words.fr, codes[i]) == NULL);
		if (i < 4)
			assert_string_not_equal(words.fr, general);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_status_means_one_state),
		cmocka_unit_test(a_failure_has_a_code),
		cmocka_unit_test(an_address_asks_the_payer_to_act),
		cmocka_unit_test(an_unknown_word_changes_nothing_and_is_odd),
		cmocka_unit_test(what_nobody_knows_fails_after_fifteen_minutes_and_not_before),
		cmocka_unit_test(every_code_has_two_sentences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
