/* mailer_test.c: what each kind of answer means. */
#include "mailer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fn_conf.h"
#include "fn_http.h"
#include "fn_json.h"

#define ID "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"

/* In the place of fn_http.o. */
static struct fn_http_answer answer;
static struct fn_http_call asked;
static char authorization[100], key[100];
static unsigned called;

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	(void)req;
	asked = *call;
	called++;
	(void)strncpy(authorization, call->headers[1], sizeof(authorization) - 1);
	(void)strncpy(key, call->headers[2], sizeof(key) - 1);
	return answer;
}

static int start_without_key(void **state)
{
	called = 0;
	*state = fn_request_new(&(struct fn_request_parts){.id = "test-request"});
	return 0;
}

static int start(void **state)
{
	called = 0;
	fn_conf_set("MAIL_API_URL", "http://127.0.0.1:1/resend");
	fn_conf_set("MAIL_FROM", "Temba <billets@temba.example>");
	fn_conf_set("RESEND_API_KEY", "re_0123456789");
	*state = fn_request_new(&(struct fn_request_parts){.id = "test-request"});
	return 0;
}

static int stop(void **state)
{
	fn_request_free(*state);
	return 0;
}

static struct delivery mail_to(void **state, const char *to, int status, const char *body)
{
	struct mail mail = {.to = to,
			    .subject = "Un billet",
			    .html = "<p>\xc3\xa9</p>",
			    .text = "\xc3\xa9",
			    .key = "job-1"};

	answer = (struct fn_http_answer){.status = status,
					 .body = {body, strlen(body)},
					 .why = status == 0 ? "127.0.0.1: silent" : NULL};
	return mailer_send(*state, &mail);
}

static struct delivery mail(void **state, int status, const char *body)
{
	return mail_to(state, "ben@example.org", status, body);
}

static void sends_one_mail_under_one_key(void **state)
{
	struct fn_arena *arena = fn_request_arena(*state);
	struct delivery d = mail(state, 200, "{\"id\":\"" ID "\"}");
	struct json_object *body;
	const char *why;

	assert_int_equal(d.outcome, DELIVERY_SENT);
	assert_string_equal(d.id, ID);
	assert_string_equal(asked.url, "http://127.0.0.1:1/resend/emails");
	assert_string_equal(authorization, "Authorization: Bearer re_0123456789");
	assert_string_equal(key, "Idempotency-Key: job-1");
	body = fn_json_parse(arena, asked.body.bytes, asked.body.length, &why);
	assert_string_equal(fn_json_get_text(body, "from"), "Temba <billets@temba.example>");
	assert_string_equal(fn_json_text(fn_json_at(fn_json_get(body, "to"), 0)),
			    "ben@example.org");
	assert_string_equal(fn_json_get_text(body, "html"), "<p>\xc3\xa9</p>");
	assert_string_equal(fn_json_get_text(body, "text"), "\xc3\xa9");
}

static void never_writes_to_the_made_up_domain(void **state)
{
	assert_int_equal(mail_to(state, "22670123456@temba.temp", 200, "{}").outcome,
			 DELIVERY_REFUSED);
	assert_int_equal(mail_to(state, "x@Temba.Temp", 200, "{}").outcome, DELIVERY_REFUSED);
	assert_int_equal(called, 0);
	(void)mail_to(state, "x@temba.temporal.example", 200, "{}");
	assert_int_equal(called, 1);
}

static void without_a_key_nothing_is_called_and_the_cause_is_named(void **state)
{
	struct delivery d = mail(state, 200, "{\"id\":\"" ID "\"}");

	assert_int_equal(d.outcome, DELIVERY_LATER);
	assert_string_equal(d.cause, "the secret RESEND_API_KEY is missing");
	assert_int_equal(called, 0);
}

static void refusals_of_this_mail_are_final(void **state)
{
	struct delivery d = mail(state, 422,
				 "{\"statusCode\":422,\"name\":\"validation_error\",\"message\":"
				 "\"Invalid `to` field: ben@example.org\"}");

	assert_int_equal(d.outcome, DELIVERY_REFUSED);
	assert_string_equal(d.cause, "mail: status 422, validation_error"); /* and no address */
	assert_int_equal(mail(state, 400, "garbage").outcome, DELIVERY_REFUSED);
}

static void faults_of_account_network_and_moment_are_tried_again(void **state)
{
	const int statuses[] = {0, 302, 401, 403, 404, 409, 429, 500, 503};

	for (size_t i = 0; i < FN_COUNT(statuses); i++)
		assert_int_equal(mail(state, statuses[i], "{}").outcome, DELIVERY_LATER);
	assert_int_equal(mail(state, 422, "{\"name\":\"invalid_from_address\"}").outcome,
			 DELIVERY_LATER);
	assert_int_equal(mail(state, 400, "{\"name\":\"invalid_idempotency_key\"}").outcome,
			 DELIVERY_LATER);
	assert_string_equal(mail(state, 0, "").cause, "mail: 127.0.0.1: silent");
}

static void a_key_that_was_used_means_that_a_mail_went_out(void **state)
{
	assert_int_equal(mail(state, 409, "{\"name\":\"invalid_idempotent_request\"}").outcome,
			 DELIVERY_SENT);
	assert_int_equal(mail(state, 409, "{\"name\":\"concurrent_idempotent_requests\"}").outcome,
			 DELIVERY_LATER);
}

static void garbage_is_never_taken_for_sent(void **state)
{
	static const char without_end[] = "{\"id\":\"" ID "\"";
	static const char in_an_object[] = "{\"id\":{\"id\":\"" ID "\"}}";
	static const char id_of_70[] =
		"{\"id\":"
		"\"0123456789012345678901234567890123456789012345678901234567890123456789\"}";
	static const char *const bodies[] = {
		"",
		"<html></html>",
		without_end,
		"[]",
		"null",
		"{\"id\":7}",
		"{\"id\":\"\"}",
		"{\"id\":\"a b\"}",
		"{\"id\":\"a\\n\"}",
		"\xff",
		in_an_object,
		id_of_70,
	};

	for (size_t i = 0; i < FN_COUNT(bodies); i++) {
		if (mail(state, 200, bodies[i]).outcome != DELIVERY_LATER)
			fail_msg("\"%s\" was taken for sent", bodies[i]);
	}
	assert_string_equal(mail(state, 500, "{\"name\":\"ben@example.org\"}").cause,
			    "mail: status 500, no name");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* first: a setting cannot be taken back */
		cmocka_unit_test_setup_teardown(
			without_a_key_nothing_is_called_and_the_cause_is_named, start_without_key,
			stop),
		TEST(sends_one_mail_under_one_key),
		TEST(never_writes_to_the_made_up_domain),
		TEST(refusals_of_this_mail_are_final),
		TEST(faults_of_account_network_and_moment_are_tried_again),
		TEST(a_key_that_was_used_means_that_a_mail_went_out),
		TEST(garbage_is_never_taken_for_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
