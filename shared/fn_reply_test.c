/* fn_reply_test.c: every error shape against every class of status, and headers that nobody can
 * smuggle a line into. */
#include "fn_reply.h"

#include <stdlib.h>
#include <string.h>

#include "fn_json.h"
#include "unit.h"

static struct unit_request like;
static struct fn_request *req;

static int set_up(void **state)
{
	(void)state;
	like = (struct unit_request){.method = "POST"};
	req = unit_request(&like);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_request_free(req);
	return 0;
}

static struct fn_message message(int status)
{
	return (struct fn_message){status, "some_code", "Un « texte »", "Some \"text\""};
}

/* ---- the status on the wire ---- */

static void shows_each_class_of_status_as_the_shape_says(void **state)
{
	static const int honest[] = {400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503};
	/* decisions 11: refusals of the endpoint are 200 there; the session, the platform and what
	 * never reached the endpoint stay what they are */
	static const int as_200[] = {200, 401, 200, 200, 405, 200, 413, 200, 200, 500, 503};
	static const int payment[] = {400, 401, 200, 200, 405, 200, 413, 422, 200, 500, 503};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(honest); i++) {
		struct fn_message m = message(honest[i]);
		const struct fn_error *error = fn_fail(req, &m);

		assert_int_equal(fn_reply_error(req, FN_ERRORS_AS_200, error), as_200[i]);
		assert_int_equal(fn_request_reply(req)->status, as_200[i]);
		assert_int_equal(fn_reply_error(req, FN_ERRORS_MESSAGE, error), as_200[i]);
		assert_int_equal(fn_reply_error(req, FN_ERRORS_PAYMENT, error), payment[i]);
		assert_int_equal(fn_reply_error(req, FN_ERRORS_SUCCESS, error), honest[i]);
		assert_int_equal(fn_reply_error(req, FN_ERRORS_PLAIN, error), honest[i]);
		assert_int_equal(fn_reply_error(req, FN_ERRORS_AUTH, error), honest[i]);
		assert_int_equal(fn_reply_error(req, FN_ERRORS_REST, error), honest[i]);
	}
}

static void malformed_json_is_400_in_every_shape(void **state)
{
	const struct fn_error *error = fn_fail(req, &fn_message_bad_json);

	(void)state;
	for (enum fn_shape shape = FN_ERRORS_SUCCESS; shape <= FN_ERRORS_REST; shape++)
		assert_int_equal(fn_reply_error(req, shape, error), 400);
}

/* ---- the body ---- */

static const char *body_of(enum fn_shape shape, int status)
{
	struct fn_message m = message(status);

	(void)fn_reply_error(req, shape, fn_fail(req, &m));
	assert_string_equal(unit_reply_header(req, "Content-Type"), "application/json");
	return unit_reply_text(req);
}

static void writes_the_body_of_each_shape_in_french(void **state)
{
	static const char success[] =
		"{\"success\":false,\"error\":\"Un « texte »\",\"code\":\"some_code\"}";

	(void)state;
	assert_string_equal(body_of(FN_ERRORS_SUCCESS, 409), success);
	assert_string_equal(body_of(FN_ERRORS_AS_200, 409), success);
	assert_string_equal(body_of(FN_ERRORS_AS_200, 500), success);
	assert_string_equal(
		body_of(FN_ERRORS_MESSAGE, 409),
		"{\"success\":false,\"message\":\"Un « texte »\",\"code\":\"some_code\"}");
	assert_string_equal(body_of(FN_ERRORS_PAYMENT, 409),
			    "{\"success\":false,\"status\":\"ERROR\",\"error\":\"Un « texte »\","
			    "\"message\":\"Un « texte »\",\"code\":\"some_code\"}");
	assert_string_equal(body_of(FN_ERRORS_PLAIN, 409),
			    "{\"code\":\"some_code\",\"message\":\"Un « texte »\"}");
	assert_null(unit_reply_header(req, "X-Sb-Error-Code"));
}

static void writes_english_for_who_prefers_it(void **state)
{
	(void)state;
	like.headers[0] = (struct unit_header){"Accept-Language", "en"};
	assert_string_equal(
		body_of(FN_ERRORS_SUCCESS, 409),
		"{\"success\":false,\"error\":\"Some \\\"text\\\"\",\"code\":\"some_code\"}");
}

/* ---- GoTrue ---- */

static void speaks_to_gotrue_clients_by_the_version_they_name(void **state)
{
	static const char *const new_clients[] = {"2024-01-01", "2024-01-02", "2026-11-22"};
	static const char *const old_clients[] = {NULL,      "",  "2023-12-31",
						  "2024-01", "1", "2024-01-01 or later"};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(new_clients); i++) {
		like.headers[0] = (struct unit_header){"X-Supabase-Api-Version", new_clients[i]};
		assert_string_equal(body_of(FN_ERRORS_AUTH, 422),
				    "{\"code\":\"some_code\",\"message\":\"Some \\\"text\\\"\"}");
		assert_string_equal(unit_reply_header(req, "X-Supabase-Api-Version"), "2024-01-01");
		assert_string_equal(unit_reply_header(req, "X-Sb-Error-Code"), "some_code");
	}
	for (size_t i = 0; i < FN_COUNT(old_clients); i++) {
		like.headers[0] = (struct unit_header){"X-Supabase-Api-Version", old_clients[i]};
		assert_string_equal(body_of(FN_ERRORS_AUTH, 422),
				    "{\"code\":422,\"error_code\":\"some_code\",\"msg\":\"Some "
				    "\\\"text\\\"\"}");
		assert_null(unit_reply_header(req, "X-Supabase-Api-Version"));
		assert_string_equal(unit_reply_header(req, "X-Sb-Error-Code"), "some_code");
	}
}

/* ---- PostgREST ---- */

static void speaks_to_postgrest_clients_with_four_keys_always(void **state)
{
	struct fn_message m = {406, "PGRST116", "non", "Cannot coerce"};
	struct fn_error *error = fn_fail(req, &m);

	(void)state;
	assert_int_equal(fn_reply_error(req, FN_ERRORS_REST, error), 406);
	assert_string_equal(unit_reply_text(req), "{\"code\":\"PGRST116\",\"details\":null,"
						  "\"hint\":null,\"message\":\"Cannot coerce\"}");
	assert_string_equal(unit_reply_header(req, "Content-Type"),
			    "application/json; charset=utf-8");
	assert_string_equal(unit_reply_header(req, "Proxy-Status"), "PostgREST; error=PGRST116");
	error->detail = fn_json_keep(fn_request_arena(req),
				     FN_OBJECT(fn_json_string("hint", "h"), fn_json_int("more", 1),
					       fn_json_value("details", fn_json_array()),
					       fn_json_value("headers",
							     FN_OBJECT(fn_json_string("X-Why", "h"),
								       fn_json_int("X-No", 1)))));
	for (unsigned twice = 0; twice < 2; twice++) {
		(void)fn_reply_error(req, FN_ERRORS_REST, error);
		assert_string_equal(unit_reply_text(req),
				    "{\"code\":\"PGRST116\",\"details\":[],"
				    "\"hint\":\"h\",\"message\":\"Cannot coerce\"}");
		assert_string_equal(unit_reply_header(req, "X-Why"), "h");
		assert_null(unit_reply_header(req, "X-No"));
	}
}

/* ---- headers and members of errors ---- */

static void says_when_to_come_back_and_whose_fault_it_is(void **state)
{
	struct fn_error *error = fn_fail(req, &fn_message_busy);

	(void)state;
	(void)fn_reply_error(req, FN_ERRORS_AS_200, error);
	assert_null(unit_reply_header(req, "Retry-After"));
	assert_null(unit_reply_header(req, "X-Fn-Platform"));
	error->retry_after = 30;
	error->platform = true;
	assert_int_equal(fn_reply_error(req, FN_ERRORS_AS_200, error), 503);
	assert_string_equal(unit_reply_header(req, "Retry-After"), "30");
	assert_string_equal(unit_reply_header(req, "X-Fn-Platform"), "1");
}

static void adds_the_details_to_the_body(void **state)
{
	struct fn_error *error = fn_fail(req, &fn_message_bad_fields);

	(void)state;
	error->detail =
		fn_json_keep(fn_request_arena(req),
			     FN_OBJECT(fn_json_value("fields", FN_OBJECT(fn_json_string("a", "b"))),
				       fn_json_int("n", 7), fn_json_string("none", NULL)));
	for (unsigned twice = 0; twice < 2; twice++) { /* rendering takes nothing away */
		(void)fn_reply_error(req, FN_ERRORS_PLAIN, error);
		assert_non_null(strstr(unit_reply_text(req),
				       ",\"fields\":{\"a\":\"b\"},\"n\":7,\"none\":null}"));
	}
}

static void never_shows_the_cause(void **state)
{
	struct fn_error *error =
		fn_fail_because(req, &fn_message_internal, "relation \"secrets\" is missing");

	(void)state;
	error->sqlstate = "42P01";
	error->constraint = "secrets_pkey";
	for (enum fn_shape shape = FN_ERRORS_SUCCESS; shape <= FN_ERRORS_REST; shape++) {
		(void)fn_reply_error(req, shape, error);
		assert_null(strstr(unit_reply_text(req), "secrets"));
		assert_null(strstr(unit_reply_text(req), "42P01"));
		assert_null(strstr(fn_request_reply(req)->headers.bytes, "secrets"));
	}
}

static void drops_what_the_handler_had_begun(void **state)
{
	(void)state;
	fn_reply_header(req, "Set-Cookie", "half=1");
	assert_null(fn_reply_json(req, FN_OBJECT(fn_json_bool("success", true))));
	(void)fn_reply_error(req, FN_ERRORS_SUCCESS, fn_fail(req, &fn_message_internal));
	assert_null(unit_reply_header(req, "Set-Cookie"));
	assert_null(strstr(unit_reply_text(req), "true"));
}

/* ---- replies ---- */

static void replies_with_json(void **state)
{
	(void)state;
	assert_null(fn_reply_json(req, FN_OBJECT(fn_json_string("url", "http://a/b"))));
	assert_int_equal(fn_request_reply(req)->status, 200);
	assert_string_equal(unit_reply_text(req), "{\"url\":\"http://a/b\"}");
	fn_reply_clear(fn_request_reply(req));
	assert_null(fn_reply_json_status(req, 201, fn_json_array()));
	assert_int_equal(fn_request_reply(req)->status, 201);
	assert_string_equal(unit_reply_text(req), "[]");
	assert_int_equal(fn_request_reply(req)->body.length, 2);
}

static void replies_with_bytes_or_without_a_body(void **state)
{
	(void)state;
	assert_null(fn_reply_bytes(req, 200, "image/png", "\x89P\0G", 4));
	assert_int_equal(fn_request_reply(req)->body.length, 4);
	assert_memory_equal(fn_request_reply(req)->body.bytes, "\x89P\0G", 4);
	assert_string_equal(unit_reply_header(req, "content-type"), "image/png");
	fn_reply_clear(fn_request_reply(req));
	assert_null(fn_reply_bytes(req, 204, NULL, NULL, 0));
	assert_null(unit_reply_header(req, "Content-Type")); /* functions-js would parse it */
	assert_int_equal(fn_request_reply(req)->body.length, 0);
}

static void lets_nobody_smuggle_a_header(void **state)
{
	(void)state;
	fn_reply_header(req, "Location", "/a\r\nSet-Cookie: x=1\r\n\r\n<html>");
	fn_reply_header(req, "X-Text",
			"a\tb\x01\x1f\x7f"
			"c é");
	assert_string_equal(fn_request_reply(req)->headers.bytes,
			    "Location: /aSet-Cookie: x=1<html>\r\nX-Text: abc é\r\n");
	assert_null(unit_reply_header(req, "Set-Cookie"));
}

static void takes_headers_back(void **state)
{
	(void)state;
	fn_reply_drop_header(req, "X-None");
	fn_reply_header(req, "X-One", "1");
	fn_reply_header(req, "X-Two", "X-One: 2");
	fn_reply_header(req, "x-one", "3");
	fn_reply_header(req, "X-One-More", "4");
	fn_reply_drop_header(req, "X-ONE");
	assert_string_equal(fn_request_reply(req)->headers.bytes,
			    "X-Two: X-One: 2\r\nX-One-More: 4\r\n");
	fn_reply_drop_header(req, "X-One-More");
	fn_reply_drop_header(req, "X-Two");
	assert_int_equal(fn_request_reply(req)->headers.length, 0);
	fn_reply_header(req, "X-Five", "5");
	assert_string_equal(unit_reply_header(req, "X-Five"), "5");
}

static void replies_with_a_spool_until_something_goes_wrong(void **state)
{
	struct fn_spool *spool = fn_spool_new(fn_request_arena(req), 100);
	struct fn_error *error = fn_fail(req, &fn_message_internal);

	(void)state;
	fn_spool_text(spool, "[1]");
	assert_null(fn_reply_spool(req, 206, "application/json", spool));
	assert_int_equal(fn_request_reply(req)->status, 206);
	assert_int_equal(fn_reply_length(fn_request_reply(req)), 3);
	assert_string_equal(unit_reply_text(req), "[1]");
	error->headers = (const char *const[]){"X-Why", "because", NULL};
	assert_int_equal(fn_reply_error(req, FN_ERRORS_PLAIN, error), 500);
	assert_null(fn_request_reply(req)->spool);
	assert_non_null(strstr(unit_reply_text(req), "\"code\":\"internal\""));
	assert_string_equal(unit_reply_header(req, "X-Why"), "because");
	assert_null(fn_reply_bytes(req, 200, "text/plain", "hi", 2));
	assert_string_equal(unit_reply_text(req), "hi");
}

static void a_reply_that_is_too_large_is_our_bug(void **state)
{
	size_t length = (size_t)FN_REPLY_MAX + 1;
	char *bytes = calloc(1, length);
	struct fn_error *error = fn_reply_bytes(req, 200, "text/plain", bytes, length);

	(void)state;
	assert_non_null(error);
	assert_int_equal(error->message->status, 500);
	fn_reply_clear(fn_request_reply(req));
	assert_null(fn_reply_bytes(req, 200, "text/plain", bytes, FN_REPLY_MAX));
	free(bytes);
}

static void too_many_headers_are_our_bug(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FN_REPLY_HEADERS_MAX / 10; i++)
		fn_reply_header(req, "X-More", "123456789"); /* the last is cut after its name */
	fn_reply_drop_header(req, "X-More"); /* nothing to be found in what was cut */
	assert_int_equal(fn_reply_json(req, fn_json_array())->message->status, 500);
	assert_int_equal(fn_reply_error(req, FN_ERRORS_PLAIN, fn_fail(req, &fn_message_internal)),
			 500);
	assert_null(unit_reply_header(req, "X-More"));
	assert_string_equal(unit_reply_header(req, "Content-Type"), "application/json");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(shows_each_class_of_status_as_the_shape_says),
		TEST(malformed_json_is_400_in_every_shape),
		TEST(writes_the_body_of_each_shape_in_french),
		TEST(writes_english_for_who_prefers_it),
		TEST(speaks_to_gotrue_clients_by_the_version_they_name),
		TEST(speaks_to_postgrest_clients_with_four_keys_always),
		TEST(says_when_to_come_back_and_whose_fault_it_is),
		TEST(adds_the_details_to_the_body),
		TEST(never_shows_the_cause),
		TEST(drops_what_the_handler_had_begun),
		TEST(replies_with_json),
		TEST(replies_with_bytes_or_without_a_body),
		TEST(lets_nobody_smuggle_a_header),
		TEST(takes_headers_back),
		TEST(replies_with_a_spool_until_something_goes_wrong),
		TEST(a_reply_that_is_too_large_is_our_bug),
		TEST(too_many_headers_are_our_bug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
