/* rt_share_test.c: the layers of settings, secret files, and what exactly a function is handed. */
#include "rt_share.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char state_dir[] = "/tmp/temba-share-XXXXXX";
static struct rt_settings settings;
static struct rt_function function;
static struct rt_why why;
static struct fn_buf share;

static void write_text(const char *name, const char *text, mode_t mode)
{
	char path[RT_PATH_MAX];
	struct fn_buf bytes;

	rt_path(path, "%s/%s", state_dir, name);
	fn_buf_init(&bytes, 1 << 20);
	fn_buf_text(&bytes, text);
	assert_true(rt_write_file(path, &bytes, mode, false, &why));
	fn_buf_free(&bytes);
}

static bool load(void)
{
	char config[RT_PATH_MAX];

	rt_path(config, "%s/config.ini", state_dir);
	rt_settings_free(&settings);
	why.text[0] = '\0';
	return rt_settings_load(&settings, config, state_dir, &why);
}

/* With this function.ini; the bytes are in `share`. */
static bool build(const char *ini)
{
	char path[RT_PATH_MAX];

	write_text("function.ini", ini, 0644);
	rt_path(path, "%s/function.ini", state_dir);
	assert_true(rt_function_read(&function, path, &why));
	assert_true(load());
	fn_buf_clear(&share);
	return rt_share_build(&settings, &function, "sender", &share, &why);
}

static const char *value(const char *name)
{
	for (size_t at = 0; at < share.length;) {
		const char *key = share.bytes + at, *text = key + strlen(key) + 1;

		if (strcmp(key, name) == 0)
			return text;
		at = (size_t)(text + strlen(text) + 1 - share.bytes);
	}
	return NULL;
}

static void later_layers_win(void **state)
{
	(void)state;
	write_text("config.ini",
		   "JWT_EXP = 100\nREFRESH_REUSE_INTERVAL = 11\nJOBS_CONCURRENCY = 5\n", 0644);
	write_text("temba.ini", "REFRESH_REUSE_INTERVAL = 12\nJOBS_CONCURRENCY = 6\n", 0644);
	(void)setenv("JOBS_CONCURRENCY", "7", 1);
	assert_true(load());
	assert_int_equal(rt_settings_int(&settings, "JWT_EXP"), 100);
	assert_int_equal(rt_settings_int(&settings, "REFRESH_REUSE_INTERVAL"), 12);
	assert_int_equal(rt_settings_int(&settings, "JOBS_CONCURRENCY"), 7);
	(void)unsetenv("JOBS_CONCURRENCY");
	assert_true(load());
	assert_int_equal(rt_settings_int(&settings, "JOBS_CONCURRENCY"), 6);
	/* nobody said: the table's default */
	assert_int_equal(rt_settings_int(&settings, "DB_PORT"), 5432);
	assert_null(rt_settings_text(&settings, "NO_SUCH_SETTING"));
}

static void refuses_unknown_bad_and_secret_values_in_files(void **state)
{
	static const struct {
		const char *text, *expected;
	} table[] = {
		{"SITE_ULR = x\n", "temba.ini:1: no such setting"},
		{"\nJWT_EXP = soon\n", "temba.ini:2: must be a whole number"},
		{"JWT_EXP = 1\n", "temba.ini:1: must be between 60 and"},
		{"TWILIO_AUTH_TOKEN = x\n", "temba.ini:1: this is a secret"},
		{"FN_DB_URL = x\n", "temba.ini:1: no such setting"},
		{"JWT_EXP = 60\nJWT_EXP = 70\n", "temba.ini:2: this key stands twice"},
		{"[site]\nSITE_URL = x\n", "temba.ini:1: this file has no sections"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		write_text("temba.ini", table[i].text, 0644);
		assert_false(load());
		if (strstr(why.text, table[i].expected) == NULL)
			fail_msg("row %zu: %s", i, why.text);
	}
	write_text("temba.ini", "", 0644);
	(void)setenv("JWT_EXP", "never", 1);
	assert_false(load());
	assert_string_equal(why.text, "environment: JWT_EXP must be a whole number");
	(void)unsetenv("JWT_EXP");
}

static void hands_over_the_common_ones_the_named_ones_and_nothing_else(void **state)
{
	(void)state;
	write_text("temba.ini", "SITE_URL = https://site.example\n", 0644);
	write_text("secrets/TWILIO_AUTH_TOKEN", "0123456789\n", 0400);
	write_text("secrets/RESEND_API_KEY", "not for this one\n", 0400);
	assert_true(
		build("[settings]\nuse = TWILIO_API_URL\n[secrets]\nuse = TWILIO_AUTH_TOKEN\n"
		      "[limits]\nhard = 7s\nqueue_timeout = 300ms\n[scale]\nmax_requests = 9\n"));
	assert_string_equal(value("SITE_URL"), "https://site.example");
	assert_string_equal(value("TWILIO_API_URL"), "https://api.twilio.com");
	assert_string_equal(value("TWILIO_AUTH_TOKEN"), "0123456789"); /* without the line's end */
	assert_string_equal(value("FN_HARD_LIMIT_MS"), "7000");
	assert_string_equal(value("FN_QUEUE_TIMEOUT_MS"), "300");
	assert_string_equal(value("FN_MAX_REQUESTS"), "9");
	assert_null(value("RESEND_API_KEY"));
	assert_null(value("DB_HOST"));
	assert_null(value("FN_DB_URL"));
	assert_null(value("MAIL_FROM"));
	assert_null(value("JWKS")); /* common, but there is none */
	assert_false(build("[secrets]\nuse = JWKS\n"));
	assert_non_null(strstr(why.text, "function.ini:2: JWKS: secret "));
	write_text("secrets/JWKS", "{\"keys\":[{\"kty\":\"EC\"}]}", 0400);
	assert_true(build(""));
	assert_string_equal(value("JWKS"), "{\"keys\":[{\"kty\":\"EC\"}]}");
}

static void a_database_role_brings_its_own_connection_string(void **state)
{
	(void)state;
	write_text("temba.ini", "DB_HOST = /run/it's here\nDB_PORT = 5433\n", 0644);
	write_text("secrets/db/fn_sender", "pass\\word'1\n", 0400);
	assert_true(build("[db]\nrole = fn_sender\nstatement_timeout = 3s\n"));
	assert_string_equal(
		value("FN_DB_URL"),
		"host='/run/it\\'s here' port='5433' dbname='temba' user='fn_sender' "
		"password='pass\\\\word\\'1' application_name='sender' connect_timeout=3 "
		"options='-c statement_timeout=3000 -c lock_timeout=1500 -c "
		"idle_in_transaction_session_timeout=10000'");
}

static void a_connection_string_of_the_operator_is_passed_on_as_it_is(void **state)
{
	(void)state;
	write_text("temba.ini", "DB_HOST = elsewhere\n", 0644);
	write_text("secrets/PGRST_DB_URI",
		   "postgres://ana:pass'%40\\@host:5433/db?sslmode=disable\n", 0400);
	assert_true(build("[db]\nuri = PGRST_DB_URI\n"));
	assert_string_equal(value("FN_DB_URL"),
			    "postgres://ana:pass'%40\\@host:5433/db?sslmode=disable");
	assert_null(value("PGRST_DB_URI"));
	write_text("temba.ini", "", 0644);
}

static void some_secrets_need_not_be_there(void **state)
{
	(void)state;
	assert_true(build("[secrets]\nuse = PGRST_APP_SETTINGS\n"));
	assert_null(value("PGRST_APP_SETTINGS"));
	write_text("secrets/PGRST_APP_SETTINGS", "{\"app.settings.x\":\"1\"}", 0400);
	assert_true(build(""));
	assert_null(value("PGRST_APP_SETTINGS"));
	assert_true(build("[secrets]\nuse = PGRST_APP_SETTINGS\n"));
	assert_string_equal(value("PGRST_APP_SETTINGS"), "{\"app.settings.x\":\"1\"}");
}

static void names_file_line_and_key_of_what_is_missing(void **state)
{
	static const struct {
		const char *ini, *expected;
	} table[] = {
		{"[secrets]\nuse = STRIPE_WEBHOOK_SECRET\n",
		 "function.ini:2: STRIPE_WEBHOOK_SECRET: secret "},
		{"[secrets]\nuse = SITE_URL\n", "function.ini:2: SITE_URL: is a setting"},
		{"[settings]\nuse = TWILIO_AUTH_TOKEN\n",
		 "function.ini:2: TWILIO_AUTH_TOKEN: is a secret"},
		{"[settings]\nuse = NOTHING\n", "function.ini:2: NOTHING: no such setting"},
		{"[settings]\nuse = FN_DB_URL\n", "function.ini:2: FN_DB_URL: no such setting"},
		{"[db]\nrole = fn_nobody\n", "function.ini:2: role fn_nobody: secret "},
		{"[db]\nuri = STRIPE_WEBHOOK_SECRET\n", "function.ini:2: uri: secret "},
		{"[db]\nuri = SITE_URL\n", "function.ini:2: uri: SITE_URL is no secret"},
	};

	(void)state;
	write_text("temba.ini", "", 0644);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		assert_false(build(table[i].ini));
		if (strstr(why.text, table[i].expected) == NULL)
			fail_msg("row %zu: %s", i, why.text);
	}
}

static void refuses_secrets_that_others_can_read_or_that_are_no_secrets(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
		const char *expected;
	} table[] = {
		{"0123456789", 0644, "has mode 0644: run `chmod 0400"},
		{"0123456789", 0440, "has mode 0440"},
		{"", 0400, "is empty"},
		{"\n", 0400, "is empty"},
		{"short", 0400, "must have between 8 and"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		write_text("secrets/RESEND_API_KEY", table[i].text, table[i].mode);
		assert_false(build("[secrets]\nuse = RESEND_API_KEY\n"));
		if (strstr(why.text, table[i].expected) == NULL)
			fail_msg("row %zu: %s", i, why.text);
	}
	write_text("secrets/RESEND_API_KEY", "0123456789", 0600);
	assert_true(build("[secrets]\nuse = RESEND_API_KEY\n"));
}

static void nobody_can_change_what_was_sealed(void **state)
{
	char text[8] = "";
	int memory;

	(void)state;
	fn_buf_clear(&share);
	fn_buf_add(&share, "A\0b\0", 4);
	memory = rt_share_seal(&share, &why);
	assert_true(memory >= 0);
	assert_int_equal(pread(memory, text, sizeof(text), 0), 4);
	assert_memory_equal(text, "A\0b\0", 4);
	assert_int_equal(pwrite(memory, "x", 1, 0), -1);
	assert_int_equal(ftruncate(memory, 100), -1);
	assert_true((fcntl(memory, F_GET_SEALS) & F_SEAL_SEAL) != 0);
	assert_true((fcntl(memory, F_GETFD) & FD_CLOEXEC) != 0);
	rt_close(&memory);
}

static int set_up(void **state)
{
	char path[RT_PATH_MAX];

	(void)state;
	if (mkdtemp(state_dir) == NULL)
		return 1;
	rt_path(path, "%s/secrets/db", state_dir);
	fn_buf_init(&share, RT_SHARE_MAX);
	(void)rt_make_directory(path, 0700, &why);
	write_text("config.ini", "", 0644);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const parts[] = {"/secrets/db", "/secrets", ""};
	char path[RT_PATH_MAX];

	(void)state;
	fn_buf_free(&share);
	rt_settings_free(&settings);
	for (size_t i = 0; i < FN_COUNT(parts); i++) {
		rt_path(path, "%s%s", state_dir, parts[i]);
		if (!rt_remove_directory(path, &why))
			return 1;
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(later_layers_win),
		cmocka_unit_test(refuses_unknown_bad_and_secret_values_in_files),
		cmocka_unit_test(hands_over_the_common_ones_the_named_ones_and_nothing_else),
		cmocka_unit_test(a_database_role_brings_its_own_connection_string),
		cmocka_unit_test(a_connection_string_of_the_operator_is_passed_on_as_it_is),
		cmocka_unit_test(some_secrets_need_not_be_there),
		cmocka_unit_test(names_file_line_and_key_of_what_is_missing),
		cmocka_unit_test(refuses_secrets_that_others_can_read_or_that_are_no_secrets),
		cmocka_unit_test(nobody_can_change_what_was_sealed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
