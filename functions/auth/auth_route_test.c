/* auth_route_test.c: routes, keys and input, up to where the database would be asked. */
#include <string.h>

#include "auth_test.h"

static const char *const version = "2024-01-01";

/* Asks as a client with the project key; the answer is in *ret, the caller frees it. */
static int ask(const char *method, const char *path, const char *query, const char *body,
	       struct fn_request **ret)
{
	static struct unit_request like;

	like = (struct unit_request){.method = method,
				     .path = path,
				     .query = query,
				     .body = body,
				     .headers = {{"apikey", anon_key},
						 {"X-Supabase-Api-Version", version}}};
	*ret = unit_request(&like);
	return fn_function_run(&fn_function, *ret, NULL);
}

/* The code of a refusal. */
static const char *code_of(struct fn_request *req)
{
	const char *text = unit_reply_text(req), *why;
	struct json_object *body = fn_json_parse(fn_request_arena(req), text, strlen(text), &why);

	return fn_json_get_text(body, "code");
}

struct refusal {
	const char *method, *path, *query, *body;
	int status;
	const char *code;
};

static void assert_refusals(const struct refusal *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct fn_request *req;
		int status = ask(list[i].method, list[i].path, list[i].query, list[i].body, &req);
		const char *code = code_of(req);

		if (status != list[i].status || code == NULL || strcmp(code, list[i].code) != 0)
			fail_msg("%s %s %s: %d %s", list[i].method, list[i].path,
				 list[i].body != NULL ? list[i].body : "", status,
				 unit_reply_text(req));
		fn_request_free(req);
	}
}

static void answers_json_where_there_is_no_route(void **state)
{
	static const struct refusal list[] = {
		{"GET", "", NULL, NULL, 404, "not_found"},
		{"GET", "/", NULL, NULL, 404, "not_found"},
		{"POST", "/factors", NULL, "{}", 404, "not_found"},
		{"GET", "/authorize", "provider=google", NULL, 404, "not_found"},
		{"DELETE", "/admin/users/x", NULL, NULL, 404, "not_found"},
		{"POST", "/Signup", NULL, "{}", 404, "not_found"},
		{"POST", "/signup/", NULL, "{}", 404, "not_found"},
		{"GET", "/signup", NULL, NULL, 405, "method_not_allowed"},
		{"DELETE", "/user", NULL, NULL, 405, "method_not_allowed"},
		{"HEAD", "/verify", "token=x", NULL, 405, "method_not_allowed"},
	};

	(void)state;
	assert_refusals(list, FN_COUNT(list));
}

static void refuses_bodies_that_are_no_json_object(void **state)
{
	static const struct refusal list[] = {
		{"POST", "/signup", NULL, "{", 400, "bad_json"},
		{"POST", "/signup", NULL, "[]", 400, "bad_json"},
		{"POST", "/signup", NULL, "{\"email\":1,\"email\":2}", 400, "bad_json"},
		{"POST", "/token", "grant_type=password", "email=a&password=b", 400, "bad_json"},
		{"POST", "/token", "grant_type=password", "{\"password\":\"a\\u0000b\"}", 400,
		 "bad_json"},
		{"POST", "/resend", NULL, "nil", 400, "bad_json"},
		{"POST", "/verify", NULL, "{\"type\":}", 400, "bad_json"},
	};

	(void)state;
	assert_refusals(list, FN_COUNT(list));
}

static void names_what_is_wrong_with_a_sign_up(void **state)
{
	static const struct refusal list[] = {
		{"POST", "/signup", NULL, "{}", 422, "anonymous_provider_disabled"},
		{"POST", "/signup", NULL, "{\"email\":null,\"password\":null}", 422,
		 "anonymous_provider_disabled"},
		{"POST", "/signup", NULL,
		 "{\"phone\":\"22670112233\",\"password\":\"long enough\"}", 400,
		 "phone_provider_disabled"},
		{"POST", "/signup", NULL, "{\"email\":\"a@b.co\"}", 400, "validation_failed"},
		{"POST", "/signup", NULL, "{\"email\":\"a@b.co\",\"password\":\"\"}", 400,
		 "validation_failed"},
		{"POST", "/signup", NULL, "{\"email\":\"a@b.co\",\"password\":7}", 400,
		 "validation_failed"},
		{"POST", "/signup", NULL, "{\"email\":\"a@b.co \",\"password\":\"long enough\"}",
		 400, "validation_failed"},
		{"POST", "/signup", NULL, "{\"email\":\"a\",\"password\":\"long enough\"}", 400,
		 "validation_failed"},
		{"POST", "/signup", NULL, "{\"email\":\"a@b.co\",\"password\":\"seven 7\"}", 422,
		 "weak_password"},
		{"POST", "/signup", NULL,
		 "{\"email\":\"a@b.co\",\"password\":\"long enough\",\"data\":[]}", 400,
		 "validation_failed"},
		{"POST", "/signup", NULL,
		 "{\"email\":\"a@b.co\",\"password\":"
		 "\"0123456789012345678901234567890123456789012345678901234567890123456789123\"}",
		 400, "validation_failed"},
	};

	(void)state;
	assert_refusals(list, FN_COUNT(list));
}

static void bounds_what_a_person_keeps_about_themselves(void **state)
{
	char large[1801];
	struct fn_request *req;
	const char *body;

	(void)state;
	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	body = fn_arena_format(
		arena,
		"{\"email\":\"a@b.co\",\"password\":\"long enough\",\"data\":{\"x\":\"%s\"}}",
		large);
	assert_int_equal(ask("POST", "/signup", NULL, body, &req), 400);
	assert_string_equal(code_of(req), "validation_failed");
	fn_request_free(req);
}

static void tells_clients_the_reasons_of_a_weak_password(void **state)
{
	struct fn_request *req;

	(void)state;
	assert_int_equal(ask("POST", "/signup", NULL,
			     "{\"email\":\"a@b.co\",\"password\":\"short\"}", &req),
			 422);
	assert_non_null(strstr(unit_reply_text(req),
			       "\"message\":\"Password should be at least 8 characters.\""));
	assert_non_null(
		strstr(unit_reply_text(req), "\"weak_password\":{\"reasons\":[\"length\"]}"));
	fn_request_free(req);
}

static void names_what_is_wrong_with_a_grant(void **state)
{
	static const struct refusal list[] = {
		{"POST", "/token", NULL, "{}", 400, "invalid_credentials"},
		{"POST", "/token", "grant_type=pkce", "{}", 400, "invalid_credentials"},
		{"POST", "/token", "grant_type=password", "{}", 400, "validation_failed"},
		{"POST", "/token", "grant_type=password", "{\"email\":7,\"password\":[]}", 400,
		 "validation_failed"},
		{"POST", "/token", "grant_type=password", "{\"email\":\"a@b.co\"}", 400,
		 "invalid_credentials"},
		{"POST", "/token", "grant_type=password",
		 "{\"phone\":\"22670112233\",\"password\":\"x\"}", 422, "phone_provider_disabled"},
		{"POST", "/token", "grant_type=refresh_token", "{}", 400, "validation_failed"},
		{"POST", "/token", "grant_type=refresh_token", "{\"refresh_token\":\"x\"}", 400,
		 "validation_failed"},
	};

	(void)state;
	assert_refusals(list, FN_COUNT(list));
}

static void asks_for_a_person_where_one_is_needed(void **state)
{
	static const struct refusal list[] = {
		{"GET", "/user", NULL, NULL, 401, "no_authorization"},
		{"PUT", "/user", NULL, "{}", 401, "no_authorization"},
		{"POST", "/logout", NULL, NULL, 401, "no_authorization"},
	};
	static struct unit_request like = {.method = "GET", .path = "/user"};
	struct fn_request *req;

	(void)state;
	assert_refusals(list, FN_COUNT(list));
	/* the project key as bearer is nobody, and says so in another way */
	like.headers[0] = (struct unit_header){"apikey", anon_key};
	like.headers[1] = (struct unit_header){"Authorization",
					       fn_arena_format(arena, "Bearer %s", anon_key)};
	like.headers[2] = (struct unit_header){"X-Supabase-Api-Version", version};
	req = unit_request(&like);
	assert_int_equal(fn_function_run(&fn_function, req, NULL), 403);
	assert_string_equal(code_of(req), "bad_jwt");
	fn_request_free(req);
}

static void asks_for_a_project_key_except_where_links_and_keys_are_fetched(void **state)
{
	static const struct {
		const char *method, *path;
		int status;
	} list[] = {
		{"POST", "/signup", 401},
		{"POST", "/token", 401},
		{"GET", "/user", 401},
		{"POST", "/logout", 401},
		{"POST", "/verify", 401},
		{"POST", "/resend", 401},
		{"GET", "/settings", 401},
		{"GET", "/health", 200},
		{"GET", "/.well-known/jwks.json", 200},
		{"GET", "/verify", 303},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(list); i++) {
		struct unit_request like = {.method = list[i].method, .path = list[i].path};
		struct fn_request *req = unit_request(&like);

		assert_int_equal(fn_function_run(&fn_function, req, NULL), list[i].status);
		fn_request_free(req);
	}
}

static void sends_a_browser_back_with_the_error_in_the_fragment(void **state)
{
	static const char *const queries[] = {NULL, "token=&type=signup",
					      "type=signup&redirect_to=https://evil.test"};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(queries); i++) {
		struct unit_request like = {.method = "GET",
					    .path = "/verify",
					    .query = queries[i]};
		struct fn_request *req = unit_request(&like);

		assert_int_equal(fn_function_run(&fn_function, req, NULL), 303);
		assert_string_equal(
			unit_reply_header(req, "Location"),
			"https://site.test/start#error=access_denied&error_code=otp_expired&"
			"error_description=Email%20link%20is%20invalid%20or%20has%20expired");
		assert_string_equal(unit_reply_header(req, "Cache-Control"), "no-store");
		fn_request_free(req);
	}
}

static void wants_one_way_of_naming_a_link(void **state)
{
	static const struct refusal list[] = {
		{"POST", "/verify", NULL, "{\"type\":\"signup\"}", 400, "validation_failed"},
		{"POST", "/verify", NULL, "{\"type\":\"signup\",\"token\":\"x\"}", 400,
		 "validation_failed"},
		{"POST", "/verify", NULL,
		 "{\"type\":\"signup\",\"token_hash\":\"x\",\"email\":\"a@b.co\"}", 400,
		 "validation_failed"},
		{"POST", "/resend", NULL, "{\"type\":\"magic\",\"email\":\"a@b.co\"}", 400,
		 "validation_failed"},
		{"POST", "/resend", NULL, "{\"type\":\"signup\"}", 400, "validation_failed"},
		{"POST", "/resend", NULL, "{\"type\":\"sms\",\"phone\":\"1\"}", 400,
		 "phone_provider_disabled"},
	};

	(void)state;
	assert_refusals(list, FN_COUNT(list));
}

static void closes_sign_up_when_told(void **state)
{
	static const struct refusal list[] = {
		{"POST", "/signup", NULL, "{\"email\":\"a@b.co\",\"password\":\"long enough\"}",
		 422, "signup_disabled"},
	};

	(void)state;
	fn_conf_set("DISABLE_SIGNUP", "true");
	assert_refusals(list, FN_COUNT(list));
	fn_conf_set("DISABLE_SIGNUP", "false");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_json_where_there_is_no_route),
		cmocka_unit_test(refuses_bodies_that_are_no_json_object),
		cmocka_unit_test(names_what_is_wrong_with_a_sign_up),
		cmocka_unit_test(bounds_what_a_person_keeps_about_themselves),
		cmocka_unit_test(tells_clients_the_reasons_of_a_weak_password),
		cmocka_unit_test(names_what_is_wrong_with_a_grant),
		cmocka_unit_test(asks_for_a_person_where_one_is_needed),
		cmocka_unit_test(asks_for_a_project_key_except_where_links_and_keys_are_fetched),
		cmocka_unit_test(sends_a_browser_back_with_the_error_in_the_fragment),
		cmocka_unit_test(wants_one_way_of_naming_a_link),
		cmocka_unit_test(closes_sign_up_when_told),
	};

	return cmocka_run_group_tests(tests, auth_test_start, auth_test_stop);
}
