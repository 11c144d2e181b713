/* payment-recovery_test.c: who may, what is refused, and how differences are shown. */
#include <string.h>

#include "call.h"

#define RECOVERY "4ec04e40-8888-4888-8888-4ec04e404ec0"
#define VERIFY   "{\"recovery_type\":\"data_verification\",\"dry_run\":false}"

static void lists_what_does_not_agree(void **state)
{
	struct call *c = *state;

	call_alive();
	FAKE_ROW("payment-recovery.begin", RECOVERY, "2026-01-01T00:00:00.000Z");
	FAKE_ROW("payment-recovery.differences", "payment_open", "p1", "SUBMITTED for 3 h", "t");
	FAKE_ROW("payment-recovery.end", "1", "[\"payments\"]");
	call_as(c, ANA, VERIFY);
	call_assert_fine(c);
	assert_string_equal(call_text(c, "recovery_id"), RECOVERY);
	assert_int_equal(fn_json_get_integer(c->reply, "records_recovered", -1), 1);
	assert_false(fn_json_get_bool(c->reply, "dry_run", true));
	assert_string_equal(fn_json_text(fn_json_at(fn_json_get(c->reply, "errors"), 0)),
			    "payment_open p1: SUBMITTED for 3 h");
	assert_int_equal(fn_json_length(fn_json_get(c->reply, "warnings")), 1);
	assert_string_equal(fake_db_argument("payment-recovery.begin", 0), ANA);
	assert_string_equal(fake_db_argument("payment-recovery.end", 1), "1");
}

static void changes_nothing_unless_told_to(void **state)
{
	struct call *c = *state;

	call_alive();
	FAKE_ROW("payment-recovery.begin", RECOVERY, "2026-01-01T00:00:00.000Z");
	fake_db_no_row("payment-recovery.differences");
	FAKE_ROW("payment-recovery.end", "0", "[]");
	call_as(c, ANA, "{\"recovery_type\":\"data_verification\",\"tables\":[\"auth.users\"]}");
	call_assert_fine(c);
	assert_string_equal(fake_db_argument("payment-recovery.end", 2), "1");
	assert_true(fn_json_get_bool(c->reply, "dry_run", false));
}

/* regression: callable with the public key */
static void is_for_administrators_alone(void **state)
{
	struct call *c = *state;

	call_alive();
	fake_db_no_row("payment-recovery.begin");
	call_as(c, ANA, VERIFY);
	call_assert_refused(c, 403, "not_allowed");
	assert_non_null(strstr(unit_reply_text(c->req), "\"recovery_id\":null"));
	call_assert_guards(c, VERIFY);
}

/* regression: an unimplemented stub reported success */
static void restores_nothing(void **state)
{
	struct call *c = *state;

	call_as(c, ANA, "{\"recovery_type\":\"backup_restore\",\"backup_id\":\"1\"}");
	call_assert_refused(c, 501, "restore_not_available");
	call_as(c, ANA, "{\"recovery_type\":\"point_in_time\"}");
	call_assert_refused(c, 501, "restore_not_available");
	call_as(c, ANA, "{\"recovery_type\":\"magic\"}");
	call_assert_refused(c, 400, "unknown_recovery_type");
	call_as(c, ANA, "{}");
	call_assert_refused(c, 400, "unknown_recovery_type");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(lists_what_does_not_agree),
		CALL_TEST(changes_nothing_unless_told_to),
		CALL_TEST(is_for_administrators_alone),
		CALL_TEST(restores_nothing),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
