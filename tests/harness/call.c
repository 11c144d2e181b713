/* call.c: calling a function's handler as a person does. */
#include "call.h"

#include <stdio.h>
#include <string.h>

#include "fn_json.h"
#include "fn_sign.h"
#include "fn_time.h"

enum { HOUR = 3600, KEYS_SIZE = 1 << 20 };

/* Made once for all tests of the program. */
static struct fn_arena *arena;
static const char *pem, *kid;
static struct call call;

/* ---- settings ---- */

static void set_default(const struct fn_conf_entry *entry)
{
	if (entry->otherwise != NULL && !fn_conf_has(entry->name))
		fn_conf_set(entry->name, entry->otherwise);
}

/* The words behind `use =`. */
static void set_listed(const char *line)
{
	const char *at = strchr(line, '=');

	for (at = at == NULL ? "" : at + 1; *at != '\0';) {
		char name[64];
		size_t skip = strspn(at, " \t\n"), length = strcspn(at + skip, " \t\n");
		const struct fn_conf_entry *entry;

		(void)snprintf(name, sizeof(name), "%.*s", (int)length, at + skip);
		entry = *name == '\0' ? NULL : fn_conf_find(name);
		if (entry != NULL)
			set_default(entry);
		at += skip + length;
	}
}

/* What fnd hands to this function: a handler that asks for more ends the process, as it would. */
static void set_settings(void)
{
	char path[128], line[256];
	FILE *file;

	for (const struct fn_conf_entry *e = fn_conf_table(); e->name != NULL; e++) {
		if (e->common)
			set_default(e);
	}
	(void)snprintf(path, sizeof(path), "functions/%s/function.ini", fn_function.name);
	file = fopen(path, "re");
	if (file == NULL) {
		print_error("%s: not found; tests run in the project's root\n", path);
		return;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "use", 3) == 0)
			set_listed(line);
	}
	(void)fclose(file);
}

int call_group(void **state)
{
	(void)state;
	arena = fn_arena_new(KEYS_SIZE);
	pem = fn_sign_new_key(arena);
	kid = fn_sign_kid(arena, pem);
	fn_conf_set("JWKS", fn_arena_format(arena, "{\"keys\":[%s]}",
					    fn_json_write(fn_sign_jwk(arena, pem, kid), NULL)));
	set_settings();
	fn_auth_init();
	if (fn_function.init != NULL)
		fn_function.init();
	return 0;
}

/* ---- calling ---- */

int call_set_up(void **state)
{
	memset(&call, 0, sizeof(call));
	fake_db_reset();
	fake_db_be_strict();
	*state = &call;
	return 0;
}

int call_tear_down(void **state)
{
	struct call *c = *state;

	fake_db_assert_done();
	fn_request_free(c->req);
	return 0;
}

/* A session token as `auth` signs it. */
static const char *token_of(const char *person)
{
	const char *claims = fn_arena_format(
		arena,
		"{\"role\":\"authenticated\",\"aud\":\"authenticated\",\"sub\":\"%s\","
		"\"session_id\":\"" SESSION "\",\"email\":\"someone@example.org\","
		"\"iss\":\"%s/auth/v1\",\"exp\":%lld}",
		person, fn_conf_text("API_URL"), (long long)fn_time_now() + HOUR);

	return fn_sign_token(arena, pem, kid, fn_json_keep(arena, fn_json_trusted(claims)));
}

static void run(struct call *c, const char *method, const char *authorization, const char *body)
{
	static struct unit_request like;
	const char *why = NULL, *text;
	size_t count = 0;

	fn_request_free(c->req);
	like = (struct unit_request){.method = method, .query = c->query, .body = body};
	if (authorization != NULL)
		like.headers[count++] = (struct unit_header){"Authorization", authorization};
	if (c->language != NULL)
		like.headers[count] = (struct unit_header){"Accept-Language", c->language};
	c->req = unit_request(&like);
	c->error = NULL;
	c->status = fn_function_run(&fn_function, c->req, &c->error);
	text = unit_reply_text(c->req);
	c->reply = fn_json_parse(fn_request_arena(c->req), text, strlen(text), &why);
}

void call_with_bearer(struct call *c, const char *authorization, const char *body)
{
	run(c, "POST", authorization, body);
}

void call_as(struct call *c, const char *person, const char *body)
{
	struct fn_arena_mark mark = fn_arena_mark(arena);

	run(c, "POST",
	    person == NULL ? NULL : fn_arena_format(arena, "Bearer %s", token_of(person)), body);
	fn_arena_reset(arena, mark);
}

void call_get(struct call *c, const char *person)
{
	struct fn_arena_mark mark = fn_arena_mark(arena);

	run(c, "GET", person == NULL ? NULL : fn_arena_format(arena, "Bearer %s", token_of(person)),
	    NULL);
	fn_arena_reset(arena, mark);
}

void call_method(struct call *c, const char *method)
{
	run(c, method, NULL, NULL);
}

void call_alive(void)
{
	FAKE_ROW("shared.caller_alive", "t");
}

const char *call_text(const struct call *c, const char *name)
{
	const char *text = fn_json_get_text(c->reply, name);

	return text == NULL ? "" : text;
}

/* ---- asserting ---- */

void call_assert_refused_on_record(const struct call *c, int status, const char *code)
{
	if (c->error == NULL) {
		fail_msg("not refused, but %d: %s", c->status, unit_reply_text(c->req));
		return;
	}
	assert_string_equal(c->error->message->code, code);
	assert_int_equal(c->error->message->status, status);
	assert_string_equal(call_text(c, "code"), code);
	assert_int_equal(fake_db_jobs(), 0);
	fake_db_assert_done();
}

void call_assert_refused(const struct call *c, int status, const char *code)
{
	call_assert_refused_on_record(c, status, code);
	assert_int_equal(fake_db_commits(), 0);
}

void call_assert_fine(const struct call *c)
{
	if (c->error != NULL)
		fail_msg("refused: %s", unit_reply_text(c->req));
	assert_int_equal(c->status, 200);
	assert_true(fn_json_get_bool(c->reply, "success", false));
	assert_true(fake_db_committed());
	fake_db_assert_done();
}

static void assert_bearers_are_refused(struct call *c, const char *good)
{
	static const char *const none[] = {NULL, "Basic YTpi", "a.b.c"};
	static const char *const bad[] = {"Bearer", "Bearer x", "Bearer a.b.c"};

	for (size_t i = 0; i < FN_COUNT(none); i++) {
		call_with_bearer(c, none[i], good);
		call_assert_refused(c, 401, "no_session");
		assert_int_equal(c->status, 401);
	}
	for (size_t i = 0; i < FN_COUNT(bad); i++) {
		call_with_bearer(c, bad[i], good);
		call_assert_refused(c, 401, "invalid_session");
		assert_int_equal(c->status, 401);
	}
}

static void assert_bodies_are_refused(struct call *c)
{
	static const char *const bad[] = {"[]", "x", "{", "{\"a\":1,\"a\":1}", "null", "7"};

	for (size_t i = 0; i < FN_COUNT(bad); i++) {
		call_as(c, ANA, bad[i]);
		call_assert_refused(c, 400, "bad_json");
		assert_int_equal(c->status, 400);
		/* the contract's order: JSON before the bearer */
		call_with_bearer(c, NULL, bad[i]);
		call_assert_refused(c, 400, "bad_json");
	}
}

void call_assert_guards(struct call *c, const char *good)
{
	static const char *const other[] = {"GET", "PUT", "DELETE", "PATCH", "HEAD"};

	assert_bearers_are_refused(c, good);
	assert_bodies_are_refused(c);
	/* before a stranger has said who they are, they learn nothing about fields */
	call_with_bearer(c, NULL, "{}");
	call_assert_refused(c, 401, "no_session");
	for (size_t i = 0; i < FN_COUNT(other); i++) {
		call_method(c, other[i]);
		call_assert_refused(c, 405, "method_not_allowed");
		assert_int_equal(c->status, 405);
	}
	/* signed in once, thrown out since */
	FAKE_ROW("shared.caller_alive", "f");
	call_as(c, ANA, good);
	call_assert_refused_on_record(c, 401, "invalid_session");
	assert_int_equal(c->status, 401);
	fake_db_no_row("shared.caller_alive");
	call_as(c, ANA, good);
	call_assert_refused_on_record(c, 401, "invalid_session");
	/* no database */
	fake_db_be_away();
	call_as(c, ANA, good);
	call_assert_refused_on_record(c, 503, "busy");
	assert_int_equal(c->status, 503);
}
