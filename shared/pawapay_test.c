/* pawapay_test.c: the exact bytes that move money, and what each kind of answer means. */
#include "pawapay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fn_conf.h"
#include "fn_http.h"

#define ID    "11111111-2222-4333-8444-555555555555"
#define OTHER "99999999-2222-4333-8444-555555555555"

static const struct fn_uuid id = {ID}, other = {OTHER};
static const struct pawapay_operator moov = {.name = "MOOV_BFA", .consent = PAWAPAY_PIN};
static const struct pawapay_operator orange = {.name = "ORANGE_BFA", .consent = PAWAPAY_PREAUTH};
static const struct pawapay_operator wave = {.name = "WAVE_CIV", .consent = PAWAPAY_REDIRECT};
static const struct pawapay_operator ghana = {.name = "MTN_MOMO_GHA", .decimals = 2};

/* In the place of fn_http.o: one answer, and what was asked. */
static struct fn_http_answer next;
static struct fn_http_call asked;
static char said[1024], bearer[128], type[128];
static unsigned calls;

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	(void)req;
	calls++;
	asked = *call;
	(void)snprintf(bearer, sizeof(bearer), "%s", call->headers[0]);
	(void)snprintf(type, sizeof(type), "%s", call->headers[2] == NULL ? "" : call->headers[2]);
	said[0] = '\0';
	if (call->body.length > 0)
		strncpy(said, call->body.bytes, sizeof(said) - 1);
	return next;
}

static int start(void **state)
{
	calls = 0;
	fn_conf_set("PAWAPAY_API_URL", "http://127.0.0.1:1/pawapay");
	fn_conf_set("PAWAPAY_API_KEY", "key-of-pawapay");
	*state = fn_request_new(&(struct fn_request_parts){.id = "test-request"});
	return 0;
}

static int stop(void **state)
{
	fn_request_free(*state);
	return 0;
}

static void answers(int status, const char *body)
{
	next = (struct fn_http_answer){.status = status,
				       .body = {body, strlen(body)},
				       .type = "application/json"};
}

static struct pawapay_reply pay(void **state, int status, const char *body)
{
	answers(status, body);
	return pawapay_deposit(*state, &(struct pawapay_deposit){.id = &id,
								 .operator= & moov,
								 .amount_minor = 10500,
								 .currency = "XOF",
								 .phone = "+22670123456"});
}

/* ---- golden bytes ---- */

static void a_deposit_is_these_bytes(void **state)
{
	struct pawapay_reply reply =
		pay(state, 200, "{\"depositId\":\"" ID "\",\"status\":\"ACCEPTED\"}");

	assert_int_equal(reply.taken, PAWAPAY_ACCEPTED);
	assert_null(reply.cause);
	assert_string_equal(asked.method, "POST");
	assert_string_equal(asked.url, "http://127.0.0.1:1/pawapay/v2/deposits");
	assert_string_equal(bearer, "Authorization: Bearer key-of-pawapay");
	assert_string_equal(type, "Content-Type: application/json");
	assert_true(asked.idempotent);
	assert_string_equal(said, "{\"depositId\":\"" ID "\",\"amount\":\"10500\","
				  "\"currency\":\"XOF\",\"payer\":{\"type\":\"MMO\","
				  "\"accountDetails\":{\"phoneNumber\":\"22670123456\","
				  "\"provider\":\"MOOV_BFA\"}}}");
}

static void what_else_belongs_to_a_deposit(void **state)
{
	struct pawapay_deposit d = {.id = &id,
				    .operator= & orange,
				    .amount_minor = 5000,
				    .currency = "XOF",
				    .phone = "+22675123456",
				    .code = "123456",
				    .reference = OTHER,
				    .return_url = "http://site.test/payment/" ID};

	answers(200, "");
	(void)pawapay_deposit(*state, &d);
	assert_string_equal(said, "{\"depositId\":\"" ID "\",\"amount\":\"5000\","
				  "\"currency\":\"XOF\",\"payer\":{\"type\":\"MMO\","
				  "\"accountDetails\":{\"phoneNumber\":\"22675123456\","
				  "\"provider\":\"ORANGE_BFA\"}},\"preAuthorisationCode\":"
				  "\"123456\",\"clientReferenceId\":\"" OTHER "\"}");
	d.operator= & wave; /* it alone has a page that leads somewhere */
	d.code = NULL;
	d.reference = NULL;
	d.phone = "+2250700000000";
	(void)pawapay_deposit(*state, &d);
	assert_non_null(strstr(said, "\"successfulUrl\":\"http://site.test/payment/" ID
				     "\",\"failedUrl\":\"http://site.test/payment/" ID "\"}"));
}

static void a_refund_is_these_bytes(void **state)
{
	answers(200, "{\"refundId\":\"" ID "\",\"status\":\"ACCEPTED\"}");
	assert_int_equal(pawapay_refund(*state, &(struct pawapay_refund){.id = &id,
									 .deposit = &other,
									 .amount_minor = 5000,
									 .currency = "XOF"})
				 .taken,
			 PAWAPAY_ACCEPTED);
	assert_string_equal(asked.url, "http://127.0.0.1:1/pawapay/v2/refunds");
	assert_string_equal(said, "{\"refundId\":\"" ID "\",\"depositId\":\"" OTHER
				  "\",\"amount\":\"5000\",\"currency\":\"XOF\"}");
}

static void amounts_are_exact(void **state)
{
	static const struct {
		int64_t minor;
		const char *currency;
		unsigned decimals;
		const char *text;
	} table[] = {
		{1, "XOF", 0, "1"},
		{10500, "XOF", 0, "10500"},
		{10500, "XOF", 2, "10500"}, /* never 105.00: francs have no cents */
		{9007199254740993, "XOF", 0, "9007199254740993"},
		{5000, "GHS", 2, "50"},
		{5025, "GHS", 2, "50.25"},
		{5005, "GHS", 2, "50.05"},
		{5, "GHS", 2, "0.05"},
		{5025, "GHS", 0, NULL}, /* an operator without decimals */
		{0, "XOF", 0, NULL},
		{-5, "XOF", 0, NULL},
	};
	struct fn_arena *arena = fn_request_arena(*state);

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		const char *text =
			pawapay_amount(arena, table[i].minor, table[i].currency, table[i].decimals);

		if (table[i].text == NULL)
			assert_null(text);
		else
			assert_string_equal(text, table[i].text);
	}
}

static void amounts_are_read_exactly_or_not_at_all(void **state)
{
	static const struct {
		const char *text, *currency;
		int64_t minor;
	} table[] = {
		{"5000", "XOF", 5000},
		{"5000.00", "XOF", 5000},
		{"5000.01", "XOF", -1},
		{"0", "XOF", 0},
		{"50", "GHS", 5000},
		{"50.2", "GHS", 5020},
		{"50.25", "GHS", 5025},
		{"50.250", "GHS", 5025},
		{"50.251", "GHS", -1},
		{"", "XOF", -1},
		{".5", "GHS", -1},
		{"5.", "GHS", -1},
		{"-5", "XOF", -1},
		{"5e3", "XOF", -1},
		{" 5", "XOF", -1},
		{"5000 ", "XOF", -1},
		{"5,000", "XOF", -1},
		{"0x10", "XOF", -1},
		{"5000", "ZZZ", -1},
		{"05000", "XOF", -1},
		{"12345678901234567890", "XOF", -1},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (pawapay_minor(table[i].text, table[i].currency) != table[i].minor)
			fail_msg("\"%s\" %s", table[i].text, table[i].currency);
	}
}

static void an_amount_that_the_operator_cannot_take_is_never_sent(void **state)
{
	struct pawapay_deposit d = {.id = &id,
				    .operator= & ghana,
				    .amount_minor = 0,
				    .currency = "GHS",
				    .phone = "+233240000000"};
	struct pawapay_reply reply = pawapay_deposit(*state, &d);

	assert_int_equal(reply.taken, PAWAPAY_REJECTED);
	assert_int_equal(calls, 0);
}

/* ---- what an answer means ---- */

static void no_is_only_what_pawapay_says(void **state)
{
	static const char rejected[] =
		"{\"depositId\":\"" ID "\",\"status\":\"REJECTED\",\"failureReason\":{"
		"\"failureCode\":\"AMOUNT_OUT_OF_BOUNDS\",\"failureMessage\":\"x\"}}";
	struct pawapay_reply reply = pay(state, 200, rejected);

	/* regression: an answer with a depositId was a success, whatever its status */
	assert_int_equal(reply.taken, PAWAPAY_REJECTED);
	assert_string_equal(reply.code, "AMOUNT_OUT_OF_BOUNDS");
	assert_int_equal(pay(state, 400, rejected).taken, PAWAPAY_REJECTED);
	assert_int_equal(pay(state, 403, rejected).taken, PAWAPAY_REJECTED);
	assert_int_equal(pay(state, 200, "{\"depositId\":\"" ID "\",\"status\":\"REJECTED\"}")
				 .taken,
			 PAWAPAY_REJECTED);
}

static void a_duplicate_is_to_be_read(void **state)
{
	assert_int_equal(pay(state, 200,
			     "{\"depositId\":\"" ID "\",\"status\":\"DUPLICATE_IGNORED\"}")
				 .taken,
			 PAWAPAY_DUPLICATE);
}

static void every_doubt_is_unknown(void **state)
{
	static const struct {
		int status;
		const char *body;
	} table[] = {
		{500, "{\"failureReason\":{\"failureCode\":\"UNKNOWN_ERROR\"}}"},
		{200, "{\"depositId\":\"" ID "\",\"status\":\"REJECTED\",\"failureReason\":"
		      "{\"failureCode\":\"UNKNOWN_ERROR\"}}"},
		{400, "{\"failureReason\":{\"failureCode\":\"UNKNOWN_ERROR\"}}"},
		{400, "<html>"},
		{404, ""},
		{408, "{\"failureReason\":{\"failureCode\":\"TIMEOUT\"}}"},
		{429, "{\"failureReason\":{\"failureCode\":\"TOO_MANY_REQUESTS\"}}"},
		{502, "{\"status\":\"REJECTED\"}"},
		{200, ""},
		{200, "<html>it works</html>"},
		{200, "[]"},
		{200, "{\"depositId\":\"" ID "\""},
		{200, "{\"depositId\":\"" OTHER "\",\"status\":\"ACCEPTED\"}"},
		{200, "{\"status\":\"ACCEPTED\"}"},
		{200, "{\"depositId\":\"" ID "\",\"status\":\"accepted\"}"},
		{200, "{\"depositId\":\"" ID "\",\"status\":7}"},
		{302, "{\"depositId\":\"" ID "\",\"status\":\"ACCEPTED\"}"},
	};
	struct pawapay_reply reply;

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		reply = pay(state, table[i].status, table[i].body);
		if (reply.taken != PAWAPAY_UNKNOWN || reply.cause == NULL || reply.code != NULL)
			fail_msg("%d %s", table[i].status, table[i].body);
	}
	next = (struct fn_http_answer){.why = "127.0.0.1: Timeout was reached", .retry_after = 30};
	reply = pawapay_refund(*state, &(struct pawapay_refund){&id, &other, 5, "XOF"});
	assert_int_equal(reply.taken, PAWAPAY_UNKNOWN);
	assert_string_equal(reply.cause, "pawapay: 127.0.0.1: Timeout was reached");
	assert_int_equal(reply.retry_after, 30);
	assert_false(reply.unsent);
	next.unsent = true;
	assert_true(pawapay_refund(*state, &(struct pawapay_refund){&id, &other, 5, "XOF"}).unsent);
}

/* ---- reading ---- */

#define DATA(status, more)                                                                         \
	"{\"status\":\"FOUND\",\"data\":{\"depositId\":\"" ID "\",\"status\":\"" status            \
	"\",\"amount\":\"10500.00\",\"currency\":\"XOF\"" more "}}"

static struct pawapay_state look(void **state, int status, const char *body)
{
	answers(status, body);
	return pawapay_read_deposit(*state, &id, 0);
}

static void reads_what_became_of_it(void **state)
{
	struct pawapay_state s = look(state, 200, DATA("COMPLETED", ""));

	assert_string_equal(asked.url, "http://127.0.0.1:1/pawapay/v2/deposits/" ID);
	assert_string_equal(asked.method, "GET");
	assert_int_equal(s.seen, PAWAPAY_FOUND);
	assert_string_equal(s.status, "COMPLETED");
	assert_int_equal(s.amount_minor, 10500);
	assert_string_equal(s.currency, "XOF");
	assert_false(s.is_refund);
	s = look(state, 200,
		 DATA("FAILED", ",\"failureReason\":{\"failureCode\":\"INSUFFICIENT_BALANCE\"}"));
	assert_string_equal(s.failure, "INSUFFICIENT_BALANCE");
	s = look(state, 200,
		 DATA("PROCESSING", ",\"authorizationUrl\":\"https://pay.wave.test/x\""));
	assert_string_equal(s.authorization_url, "https://pay.wave.test/x");
	assert_int_equal(look(state, 200, "{\"status\":\"NOT_FOUND\"}").seen, PAWAPAY_NOT_FOUND);
}

static void what_cannot_be_read_says_nothing(void **state)
{
	static const struct {
		int status;
		const char *body;
	} table[] = {
		{500, ""},
		{404, "{\"status\":\"NOT_FOUND\"}"}, /* a wrong address says so too */
		{200, "garbage"},
		{200, "{}"},
		{200, "{\"status\":\"FOUND\"}"},
		{200, "{\"status\":\"FOUND\",\"data\":{\"depositId\":\"" OTHER
		      "\",\"status\":\"COMPLETED\"}}"},
		{200, "{\"status\":\"FOUND\",\"data\":{\"refundId\":\"" ID
		      "\",\"status\":\"COMPLETED\"}}"},
		{200, "{\"status\":\"FOUND\",\"data\":{\"depositId\":\"" ID "\"}}"},
	};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct pawapay_state s = look(state, table[i].status, table[i].body);

		if (s.seen != PAWAPAY_UNREAD || s.cause == NULL)
			fail_msg("%d %s", table[i].status, table[i].body);
	}
}

static void an_amount_that_is_no_text_is_none(void **state)
{
	struct pawapay_state s = look(state, 200,
				      "{\"status\":\"FOUND\",\"data\":{\"depositId\":\"" ID
				      "\",\"status\":\"COMPLETED\",\"amount\":10500,"
				      "\"currency\":\"XOF\"}}");

	assert_int_equal(s.seen, PAWAPAY_FOUND);
	assert_int_equal(s.amount_minor, -1);
}

/* ---- operators ---- */

#define OPERATOR(name, auth, decimals, currency)                                                   \
	"{\"provider\":\"" name                                                                    \
	"\",\"displayName\":\"D\",\"currencies\":[{\"currency\":\"" currency                       \
	"\",\"operationTypes\":{\"DEPOSIT\":{\"minAmount\":\"100\",\"maxAmount\":\"2000\","        \
	"\"decimalsInAmount\":\"" decimals "\",\"authType\":\"" auth "\"}}}]}"
static const char conf[] =
	"{\"countries\":[{\"country\":\"BFA\",\"prefix\":\"226\",\"providers\":[" OPERATOR(
		"MOOV_BFA", "PROVIDER_AUTH", "NONE", "XOF") "," //
	OPERATOR("ORANGE_BFA", "PREAUTH", "NONE",
		 "XOF") ",{\"provider\":\"X\"},7]},"
			"{\"country\":\"CIV\",\"prefix\":\"225\",\"providers\":[" OPERATOR(
				"ORANGE_CIV", "PROVIDER_AUTH", "NONE", "XOF") "," //
	OPERATOR("MTN_MOMO_CIV", "PROVIDER_AUTH", "NONE", "XOF") ","              //
	OPERATOR("WAVE_CIV", "REDIRECT_AUTH", "NONE", "XOF") ","                  //
	OPERATOR("NEW_CIV", "BY_CARRIER_PIGEON", "NONE",
		 "XOF") "]},"
			"{\"country\":\"GHA\",\"prefix\":\"233\",\"providers\":[" OPERATOR(
				"MTN_MOMO_GHA", "PROVIDER_AUTH", "TWO_PLACES", "GHS") "]}]}";

static const char *meant(void **state, const char *wanted, const char *phone)
{
	const struct pawapay_operator *o = pawapay_operator_for(*state, wanted, phone);

	return o == NULL ? "none" : o->name;
}

static void a_name_and_a_number_say_which_operator_is_meant(void **state)
{
	static const struct {
		const char *wanted, *phone, *operator;
	} table[] = {
		{"orange", "+22675123456", "ORANGE_BFA"},
		{"orange-money", "+22675123456", "ORANGE_BFA"},
		{"orange-money-bf", "+22675123456", "ORANGE_BFA"},
		{"ORANGE_BFA", "+22675123456", "ORANGE_BFA"},
		{"Orange Money", "+22675123456", "ORANGE_BFA"},
		{"orange", "+2250712345678", "ORANGE_CIV"},
		{"moov", "+22670123456", "MOOV_BFA"},
		{"moov-money", "+22670123456", "MOOV_BFA"},
		{"mtn", "+2250512345678", "MTN_MOMO_CIV"},
		{"mtn-mobile-money", "+2250512345678", "MTN_MOMO_CIV"},
		{"MTN_MOMO_CIV", "+2250512345678", "MTN_MOMO_CIV"},
		{"mtn", "+233240000000", "MTN_MOMO_GHA"},
		{"wave", "+2250712345678", "WAVE_CIV"},
		/* an operator of another country than the number's */
		{"wave", "+22670123456", "none"},
		{"mtn", "+22670123456", "none"},
		{"ORANGE_CIV", "+22675123456", "none"},
		{"orange-money-ci", "+22675123456", "none"},
		{"moov", "+33612345678", "none"},
		{"new", "+2250712345678", "none"}, /* nobody knows how it is paid with */
		{"ora", "+22675123456", "none"},
		{"", "+22675123456", "none"},
		{"orange_bfa'--", "+22675123456", "none"},
		{"oooooooooooooooooooooooooooooooooooooooooooooooooooooooo", "+22675123456",
		 "none"},
	};

	pawapay_operator_forget();
	answers(200, conf);
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		const char *name = meant(state, table[i].wanted, table[i].phone);

		if (strcmp(name, table[i].operator) != 0)
			fail_msg("%s %s: %s", table[i].wanted, table[i].phone, name);
	}
	assert_int_equal(calls, 1); /* the list is kept */
	assert_string_equal(asked.url,
			    "http://127.0.0.1:1/pawapay/v2/active-conf?operationType=DEPOSIT");
	assert_true(pawapay_operator_reaches(*state, "+2250712345678"));
	assert_false(pawapay_operator_reaches(*state, "+33612345678"));
}

static void limits_and_decimals_are_the_operators(void **state)
{
	const struct pawapay_operator *o;

	pawapay_operator_forget();
	answers(200, conf);
	o = pawapay_operator_named(*state, "MTN_MOMO_GHA");
	assert_int_equal(o->decimals, 2);
	assert_int_equal(o->least, 10000);
	assert_int_equal(o->most, 200000);
	o = pawapay_operator_named(*state, "ORANGE_BFA");
	assert_int_equal(o->consent, PAWAPAY_PREAUTH);
	assert_int_equal(o->least, 100);
	assert_null(pawapay_operator_named(*state, "ORANGE"));
}

static void without_the_list_burkina_goes_on(void **state)
{
	static const char *const lists[] = {"", "garbage", "{}", "{\"countries\":{}}"};

	for (size_t i = 0; i < FN_COUNT(lists); i++) {
		pawapay_operator_forget();
		answers(i == 0 ? 500 : 200, lists[i]);
		assert_string_equal(meant(state, "orange", "+22675123456"), "ORANGE_BFA");
		assert_string_equal(meant(state, "moov", "+22670123456"), "MOOV_BFA");
		assert_string_equal(meant(state, "wave", "+2250712345678"), "none");
	}
	assert_int_equal(calls, FN_COUNT(lists)); /* and not for each buyer */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_deposit_is_these_bytes),
		TEST(what_else_belongs_to_a_deposit),
		TEST(a_refund_is_these_bytes),
		TEST(amounts_are_exact),
		TEST(amounts_are_read_exactly_or_not_at_all),
		TEST(an_amount_that_the_operator_cannot_take_is_never_sent),
		TEST(no_is_only_what_pawapay_says),
		TEST(a_duplicate_is_to_be_read),
		TEST(every_doubt_is_unknown),
		TEST(reads_what_became_of_it),
		TEST(what_cannot_be_read_says_nothing),
		TEST(an_amount_that_is_no_text_is_none),
		TEST(a_name_and_a_number_say_which_operator_is_meant),
		TEST(limits_and_decimals_are_the_operators),
		TEST(without_the_list_burkina_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
