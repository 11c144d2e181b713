/* twilio_test.c: what each kind of answer means, and when nothing must be sent a second time. */
#include "twilio.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fn_conf.h"
#include "fn_http.h"

#define SID  "SM0123456789abcdef0123456789abcdef"
#define TO   "+22670123456"
#define TEXT "Temba : un billet vous attend."

/* In the place of fn_http.o: answers from a list, and what was asked. */
static struct fn_http_answer answers[2];
static struct fn_http_call calls[2];
static unsigned called;

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	(void)req;
	assert_in_range(called, 0, 1);
	calls[called] = *call;
	return answers[called++];
}

static struct fn_http_answer reply(int status, const char *body)
{
	return (struct fn_http_answer){.status = status,
				       .body = {body, strlen(body)},
				       .type = "application/json"};
}

static int start(void **state)
{
	called = 0;
	fn_conf_set("TWILIO_API_URL", "http://127.0.0.1:1/twilio");
	fn_conf_set("TWILIO_ACCOUNT_SID", "AC1");
	fn_conf_set("TWILIO_AUTH_TOKEN", "token-of-twilio");
	fn_conf_set("TWILIO_PHONE_NUMBER", "+15005550006");
	*state = fn_request_new(&(struct fn_request_parts){.id = "test-request"});
	return 0;
}

static int stop(void **state)
{
	fn_request_free(*state);
	return 0;
}

static struct delivery send_once(void **state, struct fn_http_answer answer)
{
	called = 0;
	answers[0] = answer;
	return twilio_send(*state, TO, TEXT, false);
}

static void sends_a_form_with_basic_authentication(void **state)
{
	struct delivery d =
		send_once(state, reply(201, "{\"sid\":\"" SID "\",\"status\":\"queued\"}"));

	assert_int_equal(d.outcome, DELIVERY_SENT);
	assert_string_equal(d.id, SID);
	assert_string_equal(calls[0].url,
			    "http://127.0.0.1:1/twilio/2010-04-01/Accounts/AC1/Messages.json");
	assert_string_equal(calls[0].user, "AC1");
	assert_string_equal(calls[0].password, "token-of-twilio");
	assert_string_equal(calls[0].body.bytes, "To=%2B22670123456&From=%2B15005550006&Body="
						 "Temba%20%3A%20un%20billet%20vous%20attend.");
	assert_false(calls[0].idempotent);
}

static void a_refused_message_is_given_up(void **state)
{
	struct delivery d =
		send_once(state, reply(400, "{\"code\":21211,\"message\":\"The 'To' number " TO
					    " is not a valid phone number\",\"status\":400}"));

	assert_int_equal(d.outcome, DELIVERY_REFUSED);
	assert_string_equal(d.cause, "twilio: status 400, code 21211"); /* and not the number */
}

static void faults_of_account_network_and_moment_are_tried_again(void **state)
{
	const int statuses[] = {401, 403, 404, 429, 500, 502, 503};
	struct fn_http_answer silent = {.why = "127.0.0.1: Timeout was reached"};
	struct fn_http_answer later = reply(429, "{}");

	for (size_t i = 0; i < FN_COUNT(statuses); i++)
		assert_int_equal(send_once(state, reply(statuses[i], "{\"code\":1}")).outcome,
				 DELIVERY_LATER);
	assert_int_equal(send_once(state, silent).outcome, DELIVERY_LATER);
	later.retry_after = 30;
	assert_int_equal(send_once(state, later).retry_after, 30);
}

static void garbage_is_never_taken_for_sent(void **state)
{
	static const char *const bodies[] = {
		"",
		"<html>it works</html>",
		"{\"sid\":\"" SID "\"",
		"[]",
		"null",
		"{\"sid\":7}",
		"{\"sid\":null}",
		"{\"sid\":\"\"}",
		"{\"sid\":\"XX0123456789abcdef0123456789abcdef\"}",
		"{\"sid\":\"SM0123456789abcdef0123456789abcdeg\"}",
		"{\"sid\":\"" SID "0\"}",
		"{\"sid\":[\"" SID "\"]}",
		"{\"sid\":\"" SID "\",\"sid\":\"" SID "\"}",
		"{\"sid\":\"SM\\u0000\"}",
		"\xff\xfe",
	};

	for (size_t i = 0; i < FN_COUNT(bodies); i++) {
		struct delivery d = send_once(state, reply(201, bodies[i]));

		if (d.outcome != DELIVERY_LATER)
			fail_msg("\"%s\" was taken for sent", bodies[i]);
	}
	assert_int_equal(send_once(state, reply(302, "{\"sid\":\"" SID "\"}")).outcome,
			 DELIVERY_LATER);
	assert_int_equal(send_once(state, reply(400, "garbage")).outcome, DELIVERY_REFUSED);
}

static void without_an_account_nothing_is_called_and_the_cause_is_named(void **state)
{
	fn_conf_set("TWILIO_ACCOUNT_SID", "");
	assert_string_equal(send_once(state, reply(201, "")).cause,
			    "the setting TWILIO_ACCOUNT_SID is empty");
	fn_conf_set("TWILIO_ACCOUNT_SID", "AC1");
	fn_conf_set("TWILIO_PHONE_NUMBER", "");
	assert_int_equal(send_once(state, reply(201, "")).outcome, DELIVERY_LATER);
	assert_int_equal(called, 0);
}

static void a_repeated_try_finds_what_the_first_one_sent(void **state)
{
	struct delivery d;

	answers[0] = reply(200, "{\"messages\":[{\"sid\":\"" SID "\",\"to\":\"" TO
				"\",\"status\":\"sent\",\"body\":\"From a trial account - " TEXT
				"\"}]}");
	d = twilio_send(*state, TO, TEXT, true);
	assert_int_equal(d.outcome, DELIVERY_SENT);
	assert_string_equal(d.id, SID);
	assert_int_equal(called, 1);
	assert_string_equal(calls[0].method, "GET");
	assert_non_null(strstr(calls[0].url, "Messages.json?To=%2B22670123456&"));
}

static void a_repeated_try_sends_when_the_list_does_not_hold_the_text(void **state)
{
	answers[0] =
		reply(200, "{\"messages\":[7,{\"to\":\"" TO "\",\"status\":\"sent\",\"body\":"
			   "\"another\"},{\"to\":\"" TO "\",\"status\":\"failed\",\"body\":\"" TEXT
			   "\"},{\"to\":\"+1\",\"status\":\"sent\",\"body\":\"" TEXT "\"}]}");
	answers[1] = reply(201, "{\"sid\":\"" SID "\"}");
	assert_int_equal(twilio_send(*state, TO, TEXT, true).outcome, DELIVERY_SENT);
	assert_int_equal(called, 2);
	assert_string_equal(calls[1].method, "POST");
}

static void a_repeated_try_sends_nothing_while_the_list_cannot_be_read(void **state)
{
	const struct fn_http_answer unreadable[] = {reply(500, ""),
						    reply(400, "{}"),
						    reply(200, "{\"messages\":{}}"),
						    reply(200, "garbage"),
						    {.why = "silent"}};

	for (size_t i = 0; i < FN_COUNT(unreadable); i++) {
		called = 0;
		answers[0] = unreadable[i];
		assert_int_equal(twilio_send(*state, TO, TEXT, true).outcome, DELIVERY_LATER);
		assert_int_equal(called, 1);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sends_a_form_with_basic_authentication),
		TEST(a_refused_message_is_given_up),
		TEST(faults_of_account_network_and_moment_are_tried_again),
		TEST(garbage_is_never_taken_for_sent),
		TEST(without_an_account_nothing_is_called_and_the_cause_is_named),
		TEST(a_repeated_try_finds_what_the_first_one_sent),
		TEST(a_repeated_try_sends_when_the_list_does_not_hold_the_text),
		TEST(a_repeated_try_sends_nothing_while_the_list_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
