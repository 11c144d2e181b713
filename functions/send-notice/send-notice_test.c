/* send-notice_test.c: who is told what, when nothing is sent, and what the runner is answered. */
#include <stdio.h>
#include <string.h>

#include "fake_db.h"
#include "fn.h"
#include "fn_http.h"
#include "unit.h"

#define ID "11111111-2222-4333-8444-555555555555"

/* In the place of fn_http.o: one answer for every call. */
static struct fn_http_answer answer;
static unsigned calls;
static char method[8], url[200], sent[8192], key[100];

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	(void)req;
	assert_false(fn_db_in_transaction()); /* a provider that hangs must hold nothing */
	calls++;
	(void)snprintf(method, sizeof(method), "%s", call->method);
	(void)snprintf(url, sizeof(url), "%s", call->url);
	(void)snprintf(sent, sizeof(sent), "%.*s", (int)call->body.length,
		       call->body.length > 0 ? call->body.bytes : "");
	key[0] = '\0';
	for (const char *const *h = call->headers; h != NULL && *h != NULL; h++) {
		if (strncmp(*h, "Idempotency-Key: ", 17) == 0)
			(void)snprintf(key, sizeof(key), "%s", *h + 17);
	}
	return answer;
}

static void provider_says(int status, const char *body)
{
	answer = (struct fn_http_answer){.status = status,
					 .body = {body, strlen(body)},
					 .why = status == 0 ? "127.0.0.1: silent" : NULL};
}

static int start(void **state)
{
	(void)state;
	fake_db_reset();
	calls = 0;
	sent[0] = method[0] = url[0] = '\0';
	fn_conf_set("API_URL", "http://api.example");
	fn_conf_set("SITE_URL", "http://site.example");
	fn_conf_set("LINK_TOKEN_KEY", "0123456789abcdef0123456789abcdef");
	fn_conf_set("TWILIO_API_URL", "http://twilio.example");
	fn_conf_set("TWILIO_ACCOUNT_SID", "AC1");
	fn_conf_set("TWILIO_AUTH_TOKEN", "token-of-twilio");
	fn_conf_set("TWILIO_PHONE_NUMBER", "+15005550006");
	fn_conf_set("MAIL_API_URL", "http://mail.example");
	fn_conf_set("MAIL_FROM", "Temba <no-reply@temba.example>");
	fn_conf_set("RESEND_API_KEY", "re_0123456789");
	fn_conf_set("SMS_PER_NUMBER_PER_DAY", "2");
	provider_says(200, "{\"id\":\"mail-1\",\"sid\":\"SM0123456789abcdef0123456789abcdef\"}");
	return 0;
}

/* The row of read_transfer.sql. */
static void transfer(const char *waiting, const char *completed, const char *address,
		     const char *number)
{
	FAKE_ROW("send-notice.read_transfer", waiting, completed, address, number,
		 "Bon concert ! http://x.example", "Ana", "ana@example.org", "fr", "Ben", "en",
		 "Jazz", "VIP", "12/03/2026", "12 Mar 2026", "20h", "19/03/2026 à 10:00",
		 "19 Mar 2026, 10:00");
}

static struct fn_request *last;

/* Runs the function as the job runner does; returns the status. */
static int run(const char *kind, const char *attempt)
{
	static struct unit_request like;
	static char body[200];

	(void)snprintf(body, sizeof(body), "{\"kind\":\"%s\",\"id\":\"%s\"}", kind, ID);
	like = (struct unit_request){.method = "POST",
				     .body = body,
				     .internal = true,
				     .headers = {{"X-Job-Attempt", attempt}}};
	fn_request_free(last);
	last = unit_request(&like);
	return fn_function_run(&fn_function, last, NULL);
}

static int stop(void **state)
{
	(void)state;
	fn_request_free(last);
	last = NULL;
	return 0;
}

#define REPLY_HAS(part)  assert_non_null(strstr(unit_reply_text(last), (part)))
#define SENT_HAS(part)   assert_non_null(strstr(sent, (part)))
#define SENT_LACKS(part) assert_null(strstr(sent, (part)))

static void tells_the_addressee_of_an_offer(void **state)
{
	(void)state;
	transfer("t", "f", "new@example.org", NULL);
	assert_int_equal(run("transfer_pending_email", "1"), 200);
	REPLY_HAS("\"sent\":true");
	assert_string_equal(fake_db_argument("send-notice.read_transfer", 0), ID);
	assert_string_equal(key, "transfer_pending_email/" ID);
	SENT_HAS("\"to\":[\"new@example.org\"]");
	SENT_HAS("Ana");
	SENT_HAS("http://site.example/signup");
	SENT_HAS("“Bon concert !”"); /* the message, without its web address */
	SENT_HAS("Reference: 11111111");
}

static void tells_the_receiver_in_their_language(void **state)
{
	(void)state;
	transfer("f", "t", "ben@example.org", NULL);
	assert_int_equal(run("transfer_received_email", "1"), 200);
	SENT_HAS("You received a ticket for Jazz");
	SENT_HAS("12 Mar 2026, 20h");
	SENT_LACKS("billet"); /* and in no other one */
}

static void tells_the_sender_who_claimed_the_ticket(void **state)
{
	(void)state;
	transfer("f", "t", "ben@example.org", NULL);
	assert_int_equal(run("transfer_claimed", "1"), 200);
	SENT_HAS("\"to\":[\"ana@example.org\"]");
	SENT_HAS("Ben a récupéré le billet");
	SENT_LACKS("ben@example.org"); /* the claimer's address is nobody's business */
}

static void an_sms_repeats_no_message_of_the_sender(void **state)
{
	(void)state;
	FAKE_ROW("send-notice.count_sms", "1");
	transfer("t", "f", NULL, "+22670123456");
	assert_int_equal(run("transfer_pending_sms", "1"), 200);
	assert_string_equal(method, "POST");
	SENT_HAS("To=%2B22670123456");
	SENT_LACKS("concert");
}

static void a_repeated_sms_asks_the_provider_first(void **state)
{
	(void)state;
	provider_says(503, "");
	transfer("t", "f", NULL, "+22670123456");
	assert_int_equal(run("transfer_pending_sms", "2"), 503);
	assert_string_equal(method, "GET");
	assert_int_equal(calls, 1);
	transfer("t", "f", NULL, "+22670123456");
	assert_int_equal(run("transfer_pending_sms", NULL), 503); /* nobody says which try: as if */
	assert_string_equal(method, "GET");
	assert_int_equal(fake_db_runs("send-notice.count_sms"), 0);
}

static void a_number_that_had_its_share_is_spared(void **state)
{
	(void)state;
	FAKE_ROW("send-notice.count_sms", "3");
	transfer("t", "f", NULL, "+22670123456");
	assert_int_equal(run("transfer_pending_sms", "1"), 200);
	REPLY_HAS("\"sent\":false");
	assert_int_equal(calls, 0);
}

static void what_is_no_longer_true_is_not_sent(void **state)
{
	static const char *const kinds[] = {"transfer_pending_email", "transfer_received_email",
					    "transfer_pending_sms", "transfer_received_sms",
					    "transfer_claimed"};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(kinds); i++) {
		transfer("f", "f", "new@example.org", "+22670123456");
		assert_int_equal(run(kinds[i], "1"), 200);
		REPLY_HAS("\"sent\":false");
		assert_int_equal(run(kinds[i], "1"), 200); /* no such transfer at all */
		REPLY_HAS("\"sent\":false");
	}
	assert_int_equal(run("confirm_email", "1"), 200);
	REPLY_HAS("\"sent\":false");
	assert_int_equal(calls, 0);
}

static void a_confirmation_carries_its_link(void **state)
{
	(void)state;
	FAKE_ROW("send-notice.read_link", "new@example.org", "Nina", NULL, NULL);
	assert_int_equal(run("confirm_email", "1"), 200);
	SENT_HAS("http://api.example/auth/v1/verify?token=");
	SENT_HAS("Bonjour Nina,");
	SENT_HAS("Hello Nina,");
}

/* The row of read_order.sql. */
static void order(const char *state, const char *address, const char *number, const char *token,
		  const char *refund, const char *cause)
{
	FAKE_ROW("send-notice.read_order", state, "Awa", address, number, "fr", token, "Jazz",
		 "12/03/2026", "12 Mar 2026", "20h", "3", "15300", "300", "XOF", refund, cause,
		 "0bde4000-5555-4555-8555-0bde40000bde");
}

static void the_buyer_gets_the_tickets_by_mail_and_by_sms(void **state)
{
	(void)state;
	order("COMPLETED", "awa@example.org", "+22670123456", NULL, NULL, NULL);
	assert_int_equal(run("order_paid_email", "1"), 200);
	assert_string_equal(fake_db_argument("send-notice.read_order", 0), ID);
	assert_null(fake_db_argument("send-notice.read_order", 1));
	SENT_HAS("\"to\":[\"awa@example.org\"]");
	SENT_HAS("3 billets pour Jazz");
	SENT_HAS("15\u202f300 FCFA, dont 300 FCFA de frais");
	SENT_HAS("http://site.example/booking/confirmation/0bde4000");
	FAKE_ROW("send-notice.count_sms", "1");
	order("COMPLETED", NULL, "+22670123456", "70c3", NULL, NULL);
	assert_int_equal(run("order_paid_sms", "1"), 200);
	SENT_HAS("3%20billets%20pour%20Jazz");
	SENT_HAS("15300%20XOF");
	SENT_HAS("site.example%2Fverify%2F70c3"); /* a guest has no other way in */
	order("AWAITING_PAYMENT", "awa@example.org", NULL, NULL, NULL, NULL);
	assert_int_equal(run("order_paid_email", "1"), 200);
	REPLY_HAS("\"sent\":false");
}

static void money_on_its_way_back_says_why(void **state)
{
	(void)state;
	order("UNFULFILLABLE", "awa@example.org", NULL, NULL, "APPROVED", "LATE");
	assert_int_equal(run("refund_granted_email", "1"), 200);
	assert_null(fake_db_argument("send-notice.read_order", 0));
	assert_string_equal(fake_db_argument("send-notice.read_order", 1), ID);
	SENT_HAS("plus de place");
	SENT_HAS("vous seront remboursés pour Jazz");
	/* done meanwhile: the next notice says so */
	order("UNFULFILLABLE", "awa@example.org", NULL, NULL, "SUCCEEDED", "LATE");
	assert_int_equal(run("refund_granted_email", "1"), 200);
	REPLY_HAS("\"sent\":false");
	order("PARTIALLY_REFUNDED", "awa@example.org", NULL, NULL, "SUCCEEDED", "REQUEST");
	assert_int_equal(run("refund_done_email", "1"), 200);
	SENT_HAS("vous ont été remboursés");
	SENT_LACKS("<p></p>");
	order("REFUNDED", "awa@example.org", NULL, NULL, "APPROVED", "EVENT_CANCELLED");
	assert_int_equal(run("event_cancelled_email", "1"), 200);
	SENT_HAS("Événement annulé : Jazz");
	SENT_HAS("15\u202f300 FCFA vous seront");
}

static void made_up_addresses_get_nothing(void **state)
{
	(void)state;
	FAKE_ROW("send-notice.read_link", "22670123456@temba.temp", "Nina", NULL, NULL);
	assert_int_equal(run("confirm_email", "1"), 200);
	REPLY_HAS("\"sent\":false");
	assert_int_equal(calls, 0);
}

static void what_the_provider_refuses_for_good_is_422(void **state)
{
	(void)state;
	provider_says(422, "{\"name\":\"validation_error\"}");
	transfer("t", "f", "new@example.org", NULL);
	assert_int_equal(run("transfer_pending_email", "1"), 422);
	REPLY_HAS("\"cause\":\"mail: status 422, validation_error\"");
}

static void a_provider_that_is_silent_is_503_with_its_wish(void **state)
{
	(void)state;
	provider_says(429, "{}");
	answer.retry_after = 17;
	transfer("t", "f", "new@example.org", NULL);
	assert_int_equal(run("transfer_pending_email", "1"), 503);
	REPLY_HAS("\"code\":\"later\"");
	assert_string_equal(unit_reply_header(last, "Retry-After"), "17");
	provider_says(0, "");
	transfer("t", "f", "new@example.org", NULL);
	assert_int_equal(run("transfer_pending_email", "2"), 503);
	REPLY_HAS("127.0.0.1: silent");
}

static void an_empty_account_never_counts_as_sent(void **state)
{
	(void)state;
	fn_conf_set("TWILIO_ACCOUNT_SID", "");
	FAKE_ROW("send-notice.count_sms", "1");
	transfer("t", "f", NULL, "+22670123456");
	assert_int_equal(run("transfer_pending_sms", "1"), 503);
	REPLY_HAS("the setting TWILIO_ACCOUNT_SID is empty");
	assert_int_equal(calls, 0);
}

static void a_payload_that_can_never_work_is_422(void **state)
{
	static const char *const bodies[] = {"{}", "{\"kind\":\"confirm_email\"}",
					     "{\"kind\":\"nonsense\",\"id\":\"" ID "\"}",
					     "{\"kind\":7,\"id\":\"" ID "\"}",
					     "{\"kind\":\"confirm_email\",\"id\":\"x\"}"};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(bodies); i++) {
		struct unit_request like = {.method = "POST", .body = bodies[i], .internal = true};
		struct fn_request *req = unit_request(&like);

		assert_int_equal(fn_function_run(&fn_function, req, NULL), 422);
		fn_request_free(req);
	}
	assert_int_equal(fake_db_runs("send-notice.read_link"), 0);
}

static void whoever_is_not_the_runner_finds_nothing(void **state)
{
	struct unit_request like = {.method = "POST",
				    .body = "{\"kind\":\"confirm_email\",\"id\":\"" ID "\"}"};
	struct fn_request *req = unit_request(&like);

	(void)state;
	assert_int_equal(fn_function_run(&fn_function, req, NULL), 404);
	fn_request_free(req);
}

static void a_database_that_is_away_is_503(void **state)
{
	(void)state;
	fake_db_fail("send-notice.read_transfer", NULL);
	assert_int_equal(run("transfer_claimed", "1"), 503);
	assert_int_equal(calls, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tells_the_addressee_of_an_offer),
		TEST(tells_the_receiver_in_their_language),
		TEST(tells_the_sender_who_claimed_the_ticket),
		TEST(an_sms_repeats_no_message_of_the_sender),
		TEST(a_repeated_sms_asks_the_provider_first),
		TEST(a_number_that_had_its_share_is_spared),
		TEST(what_is_no_longer_true_is_not_sent),
		TEST(a_confirmation_carries_its_link),
		TEST(the_buyer_gets_the_tickets_by_mail_and_by_sms),
		TEST(money_on_its_way_back_says_why),
		TEST(made_up_addresses_get_nothing),
		TEST(what_the_provider_refuses_for_good_is_422),
		TEST(a_provider_that_is_silent_is_503_with_its_wish),
		TEST(an_empty_account_never_counts_as_sent),
		TEST(a_payload_that_can_never_work_is_422),
		TEST(whoever_is_not_the_runner_finds_nothing),
		TEST(a_database_that_is_away_is_503),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
