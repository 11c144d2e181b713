/* auth_refresh_test.c: where a presented refresh token stands in its chain, and what follows. */
#include "auth_test.h"

#define OLDER_HASH "00ff"

static const struct fn_uuid session = {SESSION};

static int reset(void **state)
{
	(void)state;
	fake_db_reset();
	return 0;
}

static const char *token(int64_t counter)
{
	return auth_refresh_token(arena, &session, counter);
}

static const char *hash(int64_t counter)
{
	return auth_refresh_hash(arena, token(counter));
}

/* The chain in the database: its counter, and the hashes of these tokens. */
static void lay_chain(const char *counter, const char *current, const char *previous, bool fresh)
{
	FAKE_ROW("auth.lock_session", ANA, "[{\"method\":\"password\",\"timestamp\":1}]", "f");
	auth_test_lay_person((struct auth_test_person){0});
	FAKE_ROW("auth.read_chain", counter, current, previous, fresh ? "t" : "f");
}

static int refresh(const char *presented, struct fn_request **ret)
{
	return auth_test_ask("POST", "/token", "grant_type=refresh_token",
			     fn_arena_format(arena, "{\"refresh_token\":\"%s\"}", presented), ret);
}

static void assert_given(const char *presented, const char *expected, unsigned rotations)
{
	struct fn_request *req;

	assert_int_equal(refresh(presented, &req), 200);
	assert_string_equal(auth_test_text(req, "refresh_token"), expected);
	assert_int_equal(fake_db_runs("auth.rotate"), rotations);
	assert_int_equal(fake_db_runs("auth.end_sessions"), 0);
	assert_true(fake_db_committed());
	fn_request_free(req);
}

static void assert_refused(const char *presented, const char *code, bool session_ends)
{
	struct fn_request *req;

	assert_int_equal(refresh(presented, &req), 400);
	assert_string_equal(auth_test_text(req, "code"), code);
	assert_int_equal(fake_db_runs("auth.rotate"), 0);
	assert_int_equal(fake_db_runs("auth.end_sessions"), session_ends);
	/* the end of the session is committed although the answer is an error */
	assert_true(fake_db_committed());
	fn_request_free(req);
}

static void rotates_the_current_token(void **state)
{
	(void)state;
	lay_chain("4", hash(4), hash(3), false);
	assert_given(token(4), token(5), 1);
	assert_string_equal(fake_db_argument("auth.rotate", 1), "5");
	assert_string_equal(fake_db_argument("auth.rotate", 2), hash(5));
}

static void gives_the_predecessor_the_current_token(void **state)
{
	(void)state;
	lay_chain("4", hash(4), hash(3), false);
	assert_given(token(3), token(4), 0);
}

static void forgives_an_older_token_within_the_interval(void **state)
{
	(void)state;
	lay_chain("4", hash(4), hash(3), true);
	assert_given(token(1), token(4), 0);
}

static void ends_the_session_when_an_older_token_comes_late(void **state)
{
	(void)state;
	lay_chain("4", hash(4), hash(3), false);
	assert_refused(token(2), "refresh_token_already_used", true);
	assert_string_equal(fake_db_argument("auth.end_sessions", 1), SESSION);
	assert_string_equal(fake_db_argument("auth.end_sessions", 2), "local");
}

static void knows_no_token_that_it_did_not_make(void **state)
{
	char *forged = fn_arena_text(arena, token(2));

	(void)state;
	forged[75] = forged[75] == 'A' ? 'B' : 'A'; /* the last byte of the HMAC */
	lay_chain("4", hash(4), hash(3), false);
	assert_refused(forged, "refresh_token_not_found", false);
}

/* Whoever has the key but not the database's hash: the counter alone proves nothing. */
static void knows_no_current_token_with_another_hash(void **state)
{
	(void)state;
	lay_chain("4", OLDER_HASH, "", true);
	assert_refused(token(4), "refresh_token_not_found", false);
}

static void goes_on_from_a_token_that_a_restored_database_has_forgotten(void **state)
{
	(void)state;
	lay_chain("2", hash(2), hash(1), false);
	assert_given(token(9), token(10), 1);
}

/* The hashes in the database are of tokens that another key made. */
static void survives_a_change_of_the_key(void **state)
{
	const char *current, *previous, *current_hash, *previous_hash;

	(void)state;
	fn_conf_set("REFRESH_TOKEN_KEY", "the key of last year, which made these");
	current = token(4);
	previous = token(3);
	current_hash = hash(4);
	previous_hash = hash(3);
	fn_conf_set("REFRESH_TOKEN_KEY", "0123456789abcdef0123456789abcdef");
	lay_chain("4", current_hash, previous_hash, false);
	assert_given(current, token(5), 1);
	fake_db_reset();
	lay_chain("4", current_hash, previous_hash, false);
	assert_given(previous, token(5), 1); /* the current one cannot be made again */
}

static void refuses_ended_sessions_and_banned_people(void **state)
{
	(void)state;
	assert_refused(token(0), "refresh_token_not_found", false);
	FAKE_ROW("auth.lock_session", ANA, "[]", "t");
	assert_refused(token(0), "session_expired", false);
	FAKE_ROW("auth.lock_session", ANA, "[]", "f");
	auth_test_lay_person((struct auth_test_person){.blocked = true});
	assert_refused(token(0), "user_banned", false);
	FAKE_ROW("auth.lock_session", ANA, "[]", "f");
	auth_test_lay_person((struct auth_test_person){.deleted = true});
	assert_refused(token(0), "refresh_token_not_found", false);
}

/* A 4xx would sign the person out. */
static void answers_faults_of_ours_with_5xx(void **state)
{
	struct fn_request *req;

	(void)state;
	fake_db_fail("auth.lock_session", NULL);
	assert_int_equal(refresh(token(0), &req), 503);
	fn_request_free(req);
	fake_db_be_away();
	assert_int_equal(refresh(token(0), &req), 503);
	fn_request_free(req);
}

static void begins_again_after_a_conflict(void **state)
{
	(void)state;
	lay_chain("4", hash(4), hash(3), false);
	fake_db_conflict("auth.rotate");
	lay_chain("5", hash(5), hash(4), true);
	assert_given(token(4), token(5), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(rotates_the_current_token, reset),
		cmocka_unit_test_setup(gives_the_predecessor_the_current_token, reset),
		cmocka_unit_test_setup(forgives_an_older_token_within_the_interval, reset),
		cmocka_unit_test_setup(ends_the_session_when_an_older_token_comes_late, reset),
		cmocka_unit_test_setup(knows_no_token_that_it_did_not_make, reset),
		cmocka_unit_test_setup(knows_no_current_token_with_another_hash, reset),
		cmocka_unit_test_setup(goes_on_from_a_token_that_a_restored_database_has_forgotten,
				       reset),
		cmocka_unit_test_setup(survives_a_change_of_the_key, reset),
		cmocka_unit_test_setup(refuses_ended_sessions_and_banned_people, reset),
		cmocka_unit_test_setup(answers_faults_of_ours_with_5xx, reset),
		cmocka_unit_test_setup(begins_again_after_a_conflict, reset),
	};

	return cmocka_run_group_tests(tests, auth_test_start, auth_test_stop);
}
