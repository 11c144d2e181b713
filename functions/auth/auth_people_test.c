/* auth_people_test.c: what is decided about people who sign up, sign in, change themselves and
 * follow links, when the rows say this or that. */
#include "auth_test.h"
#include "fn_password.h"
#include "temba_link.h"

#define PASSWORD "correct horse"

static const char *right; /* hash of PASSWORD */

static int start(void **state)
{
	int failed = auth_test_start(state);

	right = fn_password_hash(arena, PASSWORD);
	return failed;
}

static int reset(void **state)
{
	(void)state;
	fake_db_reset();
	return 0;
}

static void assert_answer(const char *method, const char *path, const char *query, const char *body,
			  int status, const char *code)
{
	struct fn_request *req;
	int answered = auth_test_ask(method, path, query, body, &req);
	const char *text = auth_test_text(req, "code");

	if (answered != status || (code != NULL && (text == NULL || strcmp(text, code) != 0)))
		fail_msg("%s %s: %d %s", method, path, answered, unit_reply_text(req));
	fn_request_free(req);
}

/* ---- signing up ---- */

#define SIGN_UP "{\"email\":\"ana@example.org\",\"password\":\"" PASSWORD "\"}"

static void signs_up_with_one_mail_in_the_same_transaction(void **state)
{
	(void)state;
	FAKE_ROW("auth.count_mail", "0");
	auth_test_lay_person((struct auth_test_person){0});
	assert_answer("POST", "/signup", NULL, SIGN_UP, 200, NULL);
	assert_int_equal(fake_db_jobs(), 1);
	assert_non_null(strstr(fake_db_job(), "send-notice"));
	assert_non_null(strstr(fake_db_job(), fake_db_argument("auth.add_link", 0)));
	assert_int_equal(fake_db_runs("auth.log"), 1);
	/* the row has a hash of the secret, and nothing has the password */
	assert_int_equal(strlen(fake_db_argument("auth.add_link", 2)), 64);
	assert_memory_equal(fake_db_argument("auth.add_person", 2), "$argon2id$", 10);
}

static void sends_no_mail_to_made_up_addresses(void **state)
{
	(void)state;
	auth_test_lay_person((struct auth_test_person){0});
	assert_answer("POST", "/signup", NULL,
		      "{\"email\":\"22670112233@TEMBA.temp\",\"password\":\"" PASSWORD "\"}", 200,
		      NULL);
	assert_int_equal(fake_db_jobs(), 0);
	assert_int_equal(fake_db_runs("auth.add_link"), 0);
}

static void says_that_an_address_is_taken(void **state)
{
	(void)state;
	FAKE_ROW("auth.find_person", ANA, right);
	assert_answer("POST", "/signup", NULL, SIGN_UP, 422, "user_already_exists");
	/* and when somebody was faster by a moment */
	fake_db_fail("auth.add_person", "users_email_key");
	assert_answer("POST", "/signup", NULL, SIGN_UP, 422, "user_already_exists");
	assert_int_equal(fake_db_jobs(), 0);
}

/* ---- signing in ---- */

static void sign_in(int status, const char *code)
{
	assert_answer("POST", "/token", "grant_type=password", SIGN_UP, status, code);
}

static void signs_in_with_the_right_password(void **state)
{
	(void)state;
	FAKE_ROW("auth.find_person", ANA, right);
	FAKE_ROW("auth.mark_sign_in", "t");
	auth_test_lay_person((struct auth_test_person){0});
	sign_in(200, NULL);
	assert_null(fake_db_argument("auth.mark_sign_in", 2)); /* today's hash stays */
	assert_int_equal(fake_db_runs("auth.open_session"), 1);
}

static void makes_an_imported_hash_anew(void **state)
{
	(void)state;
	FAKE_ROW("auth.find_person", ANA,
		 "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
	FAKE_ROW("auth.mark_sign_in", "t");
	auth_test_lay_person((struct auth_test_person){0});
	assert_answer("POST", "/token", "grant_type=password",
		      "{\"email\":\"ana@example.org\",\"password\":\"U*U\"}", 200, NULL);
	assert_memory_equal(fake_db_argument("auth.mark_sign_in", 2), "$argon2id$", 10);
}

static void lets_nobody_else_in(void **state)
{
	(void)state;
	sign_in(400, "invalid_credentials"); /* unknown */
	FAKE_ROW("auth.find_person", ANA, NULL);
	sign_in(400, "invalid_credentials"); /* without a password */
	FAKE_ROW("auth.find_person", ANA, right);
	sign_in(400, "invalid_credentials"); /* changed while it was checked */
	FAKE_ROW("auth.find_person", ANA, right);
	FAKE_ROW("auth.mark_sign_in", "f");
	sign_in(400, "email_not_confirmed");
	FAKE_ROW("auth.find_person", ANA, right);
	FAKE_ROW("auth.mark_sign_in", "t");
	auth_test_lay_person((struct auth_test_person){.blocked = true});
	sign_in(400, "user_banned");
	assert_false(fake_db_committed());
}

/* ---- oneself ---- */

static void reads_nobody_whose_session_or_account_is_gone(void **state)
{
	(void)state;
	assert_answer("GET", "/user", NULL, NULL, 403, "user_not_found");
	auth_test_lay_person((struct auth_test_person){.deleted = true});
	assert_answer("GET", "/user", NULL, NULL, 403, "user_not_found");
	auth_test_lay_person((struct auth_test_person){.no_session = true});
	assert_answer("GET", "/user", NULL, NULL, 403, "session_not_found");
	auth_test_lay_person((struct auth_test_person){.blocked = true});
	assert_answer("GET", "/user", NULL, NULL, 403, "user_banned");
}

static void shows_times_and_leaves_out_what_is_not_set(void **state)
{
	struct fn_request *req;

	(void)state;
	auth_test_lay_person((struct auth_test_person){0});
	assert_int_equal(auth_test_ask("GET", "/user", NULL, NULL, &req), 200);
	assert_string_equal(auth_test_text(req, "created_at"), "2026-01-02T03:04:05.678901Z");
	assert_string_equal(auth_test_text(req, "updated_at"), "2026-01-02T03:04:05Z");
	assert_null(strstr(unit_reply_text(req), "banned_until"));
	assert_null(strstr(unit_reply_text(req), "password"));
	fn_request_free(req);
}

/* Twice through the whole body: what the first time read is gone by then. */
static void changes_a_password_after_a_conflict(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		auth_test_lay_person((struct auth_test_person){.password = right});
	FAKE_ROW("auth.update_person", "100");
	fake_db_conflict("auth.end_sessions");
	FAKE_ROW("auth.update_person", "100");
	assert_answer("PUT", "/user", NULL, "{\"password\":\"another horse\"}", 200, NULL);
	assert_int_equal(fake_db_runs("auth.update_person"), 2);
	assert_string_equal(fake_db_argument("auth.update_person", 3), right);
	assert_string_equal(fake_db_argument("auth.end_sessions", 2), "others");
}

static void refuses_changes_that_may_not_be(void **state)
{
	static const struct {
		const char *body;
		int status;
		const char *code;
	} list[] = {
		{"{\"password\":\"" PASSWORD "\"}", 422, "same_password"},
		{"{\"password\":\"short\"}", 422, "weak_password"},
		{"{\"password\":\"another horse\",\"current_password\":\"wrong\"}", 400,
		 "invalid_credentials"},
		{"{\"email\":\"eve@example.org\"}", 422, "contact_change_disabled"},
		{"{\"phone\":\"22670112233\"}", 422, "contact_change_disabled"},
		{"{\"app_metadata\":{\"role\":\"ADMIN\"}}", 403, "not_admin"},
		{"{\"data\":[]}", 400, "validation_failed"},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(list); i++) {
		fake_db_reset();
		auth_test_lay_person((struct auth_test_person){.password = right});
		assert_answer("PUT", "/user", NULL, list[i].body, list[i].status, list[i].code);
		assert_int_equal(fake_db_runs("auth.update_person"), 0);
	}
}

static void keeps_what_the_api_says_of_a_person(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		auth_test_lay_person((struct auth_test_person){0});
	FAKE_ROW("auth.update_person", "100");
	assert_answer(
		"PUT", "/user", NULL,
		"{\"data\":{\"email_verified\":true,\"sub\":\"x\",\"email\":\"y\",\"city\":null}}",
		200, NULL);
	assert_string_equal(fake_db_argument("auth.update_person", 1), "{\"city\":null}");
}

static void undoes_a_change_that_grew_too_large(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		auth_test_lay_person((struct auth_test_person){0});
	FAKE_ROW("auth.update_person", "1801");
	assert_answer("PUT", "/user", NULL, "{\"data\":{\"a\":1}}", 400, "validation_failed");
	assert_false(fake_db_committed());
}

/* ---- links ---- */

static void follow(const char *extra, int status, const char *code)
{
	assert_answer("POST", "/verify", NULL,
		      fn_arena_format(arena, "{\"type\":\"signup\",%s}", extra), status, code);
}

#define HASH "\"token_hash\":\"abc\""

static void proves_the_address_that_the_link_went_to(void **state)
{
	(void)state;
	FAKE_ROW("auth.lock_link", SESSION, ANA, "ana@example.org", "f");
	auth_test_lay_person((struct auth_test_person){0});
	auth_test_lay_person((struct auth_test_person){0});
	follow(HASH, 200, NULL);
	assert_string_equal(fake_db_argument("auth.lock_link", 0), temba_link_hash(arena, "abc"));
	assert_string_equal(fake_db_argument("auth.prove_address", 0), ANA);
	assert_string_equal(fake_db_argument("auth.prove_address", 1), "ana@example.org");
	assert_int_equal(fake_db_runs("auth.use_link"), 1);
}

static void proves_nothing_with_a_link_that_is_not_good(void **state)
{
	(void)state;
	follow(HASH, 403, "otp_expired"); /* unknown */
	FAKE_ROW("auth.lock_link", SESSION, ANA, "ana@example.org", "t");
	follow(HASH, 403, "otp_expired"); /* spent */
	FAKE_ROW("auth.lock_link", SESSION, ANA, "ana@before.example", "f");
	auth_test_lay_person((struct auth_test_person){0});
	follow(HASH, 403, "otp_expired"); /* the account has another address now */
	FAKE_ROW("auth.lock_link", SESSION, ANA, "ana@example.org", "f");
	auth_test_lay_person((struct auth_test_person){0});
	follow("\"token\":\"abc\",\"email\":\"eve@example.org\"", 403, "otp_expired");
	FAKE_ROW("auth.lock_link", SESSION, ANA, "ana@example.org", "f");
	auth_test_lay_person((struct auth_test_person){.blocked = true});
	follow(HASH, 400, "user_banned");
	FAKE_ROW("auth.lock_link", SESSION, ANA, "ana@example.org", "f");
	auth_test_lay_person((struct auth_test_person){0});
	fake_db_fail("auth.prove_address", "people_verified_email");
	follow(HASH, 403, "otp_expired"); /* proven by another account */
	assert_int_equal(fake_db_runs("auth.open_session"), 0);
}

static void lets_a_browser_load_the_page_again_after_a_fault_of_ours(void **state)
{
	(void)state;
	fake_db_fail("auth.lock_link", NULL);
	assert_answer("GET", "/verify", "token=abc&type=signup", NULL, 503, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(signs_up_with_one_mail_in_the_same_transaction, reset),
		cmocka_unit_test_setup(sends_no_mail_to_made_up_addresses, reset),
		cmocka_unit_test_setup(says_that_an_address_is_taken, reset),
		cmocka_unit_test_setup(signs_in_with_the_right_password, reset),
		cmocka_unit_test_setup(makes_an_imported_hash_anew, reset),
		cmocka_unit_test_setup(lets_nobody_else_in, reset),
		cmocka_unit_test_setup(reads_nobody_whose_session_or_account_is_gone, reset),
		cmocka_unit_test_setup(shows_times_and_leaves_out_what_is_not_set, reset),
		cmocka_unit_test_setup(changes_a_password_after_a_conflict, reset),
		cmocka_unit_test_setup(refuses_changes_that_may_not_be, reset),
		cmocka_unit_test_setup(keeps_what_the_api_says_of_a_person, reset),
		cmocka_unit_test_setup(undoes_a_change_that_grew_too_large, reset),
		cmocka_unit_test_setup(proves_the_address_that_the_link_went_to, reset),
		cmocka_unit_test_setup(proves_nothing_with_a_link_that_is_not_good, reset),
		cmocka_unit_test_setup(lets_a_browser_load_the_page_again_after_a_fault_of_ours,
				       reset),
	};

	return cmocka_run_group_tests(tests, start, auth_test_stop);
}
