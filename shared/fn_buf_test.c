/* fn_buf_test.c: growth, and the maximum that is never passed. */
#include "fn_buf.h"

#include <string.h>

#include "unit.h"

static void grows_and_stays_terminated(void **state)
{
	struct fn_buf buf;

	(void)state;
	fn_buf_init(&buf, 100000);
	for (unsigned i = 0; i < 10000; i++) {
		fn_buf_format(&buf, "%u,", i % 10);
		assert_int_equal(buf.length, (i + 1) * 2);
		assert_int_equal(buf.bytes[buf.length], '\0');
	}
	assert_false(buf.full);
	assert_memory_equal(buf.bytes + 19990, "5,6,7,8,9,", 11);
	fn_buf_free(&buf);
}

static void keeps_bytes_as_they_are(void **state)
{
	struct fn_buf buf;

	(void)state;
	fn_buf_init(&buf, 10);
	fn_buf_add(&buf, "a\0b", 3);
	fn_buf_add(&buf, NULL, 0);
	fn_buf_text(&buf, "");
	assert_int_equal(buf.length, 3);
	assert_memory_equal(buf.bytes, "a\0b", 4);
	fn_buf_free(&buf);
}

static void takes_exactly_its_maximum(void **state)
{
	struct fn_buf buf;

	(void)state;
	fn_buf_init(&buf, 5);
	fn_buf_text(&buf, "12345");
	assert_false(buf.full);
	assert_string_equal(buf.bytes, "12345");
	fn_buf_text(&buf, "");
	assert_false(buf.full);
	fn_buf_text(&buf, "6");
	assert_true(buf.full);
	assert_string_equal(buf.bytes, "12345");
	fn_buf_free(&buf);
}

/* What did not fit leaves no half of itself, and nothing smaller slips in behind it. */
static void adds_nothing_once_something_did_not_fit(void **state)
{
	struct fn_buf buf;

	(void)state;
	fn_buf_init(&buf, 5);
	fn_buf_text(&buf, "123");
	fn_buf_text(&buf, "456");
	fn_buf_text(&buf, "7");
	fn_buf_format(&buf, "%d", 8);
	assert_true(buf.full);
	assert_string_equal(buf.bytes, "123");
	fn_buf_free(&buf);
}

static void refuses_a_format_that_does_not_fit(void **state)
{
	struct fn_buf buf;

	(void)state;
	fn_buf_init(&buf, 3);
	fn_buf_format(&buf, "%d", 1234);
	assert_true(buf.full);
	assert_int_equal(buf.length, 0);
	fn_buf_clear(&buf);
	fn_buf_text(&buf, "ab"); /* there is room behind it, but not by the maximum */
	fn_buf_format(&buf, "%d", 34);
	assert_true(buf.full);
	assert_string_equal(buf.bytes, "ab");
	fn_buf_free(&buf);
}

static void formats_what_is_longer_than_its_room(void **state)
{
	struct fn_buf buf;

	(void)state;
	for (int width = 500; width < 520; width++) { /* around its first size */
		fn_buf_init(&buf, 10000);
		fn_buf_text(&buf, "<");
		fn_buf_format(&buf, "%*d>", width, 7);
		assert_false(buf.full);
		assert_int_equal(buf.length, width + 2);
		assert_int_equal(strlen(buf.bytes), width + 2);
		assert_string_equal(buf.bytes + width - 1, " 7>");
		fn_buf_free(&buf);
	}
}

static void can_hold_nothing_at_all(void **state)
{
	struct fn_buf buf;

	(void)state;
	fn_buf_init(&buf, 0);
	fn_buf_text(&buf, "");
	assert_false(buf.full);
	fn_buf_text(&buf, "x");
	assert_true(buf.full);
	fn_buf_free(&buf);
}

static void is_used_again_after_clearing(void **state)
{
	struct fn_buf buf;

	(void)state;
	fn_buf_init(&buf, 4);
	fn_buf_clear(&buf); /* nothing was ever added */
	fn_buf_text(&buf, "12345");
	fn_buf_clear(&buf);
	assert_false(buf.full);
	assert_int_equal(buf.length, 0);
	fn_buf_text(&buf, "1234");
	assert_string_equal(buf.bytes, "1234");
	fn_buf_clear(&buf);
	assert_string_equal(buf.bytes, "");
	fn_buf_free(&buf);
	assert_int_equal(buf.max, 4); /* and after freeing */
	fn_buf_text(&buf, "5678");
	assert_string_equal(buf.bytes, "5678");
	fn_buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_stays_terminated),
		cmocka_unit_test(keeps_bytes_as_they_are),
		cmocka_unit_test(takes_exactly_its_maximum),
		cmocka_unit_test(adds_nothing_once_something_did_not_fit),
		cmocka_unit_test(refuses_a_format_that_does_not_fit),
		cmocka_unit_test(formats_what_is_longer_than_its_room),
		cmocka_unit_test(can_hold_nothing_at_all),
		cmocka_unit_test(is_used_again_after_clearing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
