/* payment-recovery_test.c: who may, what is refused, and how differences are shown. */
#include <string.h>

#include "call.h"
#include "fn_http.h"

#define RECOVERY "4ec04e40-8888-4888-8888-4ec04e404ec0"
#define VERIFY   "{\"recovery_type\":\"data_verification\",\"dry_run\":false}"

/* In the place of fn_http.o: one answer for every call. */
static int http_status;
static const char *http_body;
static unsigned http_calls;

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	(void)req;
	(void)call;
	assert_false(fn_db_in_transaction());
	http_calls++;
	return (struct fn_http_answer){.status = http_status,
				       .body = {http_body, strlen(http_body)},
				       .type = "application/json",
				       .why = http_status == 0 ? "silent" : NULL};
}

static void provider_says(int status, const char *body)
{
	http_status = status;
	http_body = body;
	fn_conf_set("STRIPE_API_URL", "http://stripe.example");
	fn_conf_set("STRIPE_SECRET_KEY", "sk_test_12345678");
	fn_conf_set("PAWAPAY_API_URL", "http://pawapay.example");
	fn_conf_set("PAWAPAY_API_KEY", "pawapay-key-12345678");
}

#define PAID "9a1d0000-2222-4222-8222-9a1d00009a1d"

/* What is said of one payment that is `state` here. */
static const char *compare(struct call *c, const char *provider, const char *state, int status,
			   const char *body)
{
	provider_says(status, body);
	call_alive();
	FAKE_ROW("payment-recovery.begin", RECOVERY, "2026-01-01T00:00:00.000Z");
	fake_db_no_row("payment-recovery.differences");
	FAKE_ROW("payment-recovery.sample", PAID, provider, "pi_1", state, "5000", "XOF");
	FAKE_ROW("payment-recovery.end", "0", "[]");
	call_as(c, ANA, VERIFY);
	call_assert_fine(c);
	return fn_json_get_text(fn_json_at(fn_json_get(c->reply, "differences"), 0), "detail");
}

#define INTENT "{\"id\":\"pi_1\",\"object\":\"payment_intent\","

static void compares_with_the_providers(void **state)
{
	static const struct {
		const char *provider, *state;
		int status;
		const char *body, *detail;
	} table[] = {
		{"stripe", "SUCCEEDED", 200,
		 INTENT "\"status\":\"succeeded\",\"amount_received\":5000,\"currency\":\"xof\"}",
		 NULL},
		{"stripe", "SUCCEEDED", 200,
		 INTENT "\"status\":\"succeeded\",\"amount_received\":4000,\"currency\":\"xof\"}",
		 "we say SUCCEEDED, stripe says succeeded 4000"},
		{"stripe", "SUCCEEDED", 200,
		 INTENT "\"status\":\"succeeded\",\"amount_received\":5000,\"currency\":\"usd\"}",
		 "we say SUCCEEDED, stripe says succeeded 5000"},
		{"stripe", "SUBMITTED", 200,
		 INTENT "\"status\":\"succeeded\",\"amount_received\":5000,\"currency\":\"xof\"}",
		 "we say SUBMITTED, stripe says succeeded 5000"},
		{"stripe", "FAILED", 200,
		 INTENT "\"status\":\"requires_payment_method\",\"currency\":\"xof\"}", NULL},
		{"stripe", "SUCCEEDED", 404, "{}", "we say SUCCEEDED, stripe says NOT_FOUND"},
		{"stripe", "SUCCEEDED", 500, "{}", NULL},
		{"pawapay", "PROCESSING", 200,
		 "{\"status\":\"FOUND\",\"data\":{\"depositId\":\"" PAID
		 "\",\"status\":\"COMPLETED\",\"amount\":\"5000.00\",\"currency\":\"XOF\"}}",
		 "we say PROCESSING, pawapay says COMPLETED 5000"},
		{"pawapay", "SUCCEEDED", 200,
		 "{\"status\":\"FOUND\",\"data\":{\"depositId\":\"" PAID
		 "\",\"status\":\"COMPLETED\",\"amount\":\"5000.00\",\"currency\":\"XOF\"}}",
		 NULL},
		{"pawapay", "SUBMITTED", 200, "{\"status\":\"NOT_FOUND\"}",
		 "we say SUBMITTED, pawapay says NOT_FOUND"},
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		const char *detail = compare(c, table[i].provider, table[i].state, table[i].status,
					     table[i].body);

		if (table[i].detail == NULL) {
			assert_null(detail);
			assert_string_equal(fake_db_argument("payment-recovery.end", 3), "[]");
		} else {
			assert_string_equal(detail, table[i].detail);
			assert_string_equal(fake_db_argument("payment-recovery.end", 3),
					    "[\"" PAID "\"]");
		}
	}
}

static void lists_what_does_not_agree(void **state)
{
	struct call *c = *state;

	call_alive();
	FAKE_ROW("payment-recovery.begin", RECOVERY, "2026-01-01T00:00:00.000Z");
	FAKE_ROW("payment-recovery.differences", "payment_open", "p1", "SUBMITTED for 3 h", "t");
	fake_db_no_row("payment-recovery.sample");
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
	fake_db_no_row("payment-recovery.sample");
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
		CALL_TEST(compares_with_the_providers),
		CALL_TEST(lists_what_does_not_agree),
		CALL_TEST(changes_nothing_unless_told_to),
		CALL_TEST(is_for_administrators_alone),
		CALL_TEST(restores_nothing),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
