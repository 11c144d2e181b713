/* rest_sqlstate.c: which HTTP status a failure of the database is. */
#include "rest_sqlstate.h"

#include <stdlib.h>
#include <string.h>

#include "fn_json.h"
#include "rest_error.h"
#include "rest_response.h"

enum { UNAUTHORIZED = 401, FORBIDDEN = 403 };

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool ends(const char *text, const char *with)
{
	size_t length = strlen(text), tail = strlen(with);

	return length >= tail && strcmp(text + length - tail, with) == 0;
}

/* Those whose status depends on more than the SQLSTATE; 0 = none of them. */
static int special_status(const char *sqlstate, const char *message, bool is_anonymous)
{
	if (strcmp(sqlstate, "42501") == 0)
		return is_anonymous ? UNAUTHORIZED : FORBIDDEN;
	if (strcmp(sqlstate, "21000") == 0)
		return ends(message, "requires a WHERE clause") ? 400 : 500;
	if (strcmp(sqlstate, "42883") == 0)
		return begins(message, "function xmlagg(") ? 406 : 404;
	if (strcmp(sqlstate, "22023") == 0 && begins(message, "role ") &&
	    ends(message, "does not exist"))
		return UNAUTHORIZED;
	if (begins(sqlstate, "PT")) {
		long status = strtol(sqlstate + 2, NULL, 10);

		return status >= 100 && status <= 599 ? (int)status : 500;
	}
	return 0;
}

int rest_sqlstate_status(const char *sqlstate, const char *message, bool is_anonymous)
{
	/* the first that fits counts */
	static const struct {
		const char *begin;
		int status;
	} table[] = {
		{"08", 503},    {"09", 500},    {"0L", 403},    {"0P", 403},    {"23503", 409},
		{"23505", 409}, {"25006", 405}, {"25", 500},    {"28", 403},    {"2D", 500},
		{"38", 500},    {"39", 500},    {"3B", 500},    {"40", 500},    {"53400", 500},
		{"53", 503},    {"54", 500},    {"55", 500},    {"57P01", 503}, {"57", 500},
		{"58", 500},    {"F0", 500},    {"HV", 500},    {"P0001", 400}, {"P0", 500},
		{"XX", 500},    {"42P01", 404}, {"42P17", 500},
	};
	int special = special_status(sqlstate, message, is_anonymous);

	if (special != 0)
		return special;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (begins(sqlstate, table[i].begin))
			return table[i].status;
	}
	return 400;
}

/* ---- RAISE SQLSTATE 'PGRST': MESSAGE is the body, DETAIL the status and headers ---- */

static struct json_object *parse(struct fn_request *req, const char *text)
{
	const char *why;
	struct json_object *value =
		text == NULL ? NULL
			     : fn_json_parse(fn_request_arena(req), text, strlen(text), &why);

	return fn_json_type(value) == FN_JSON_OBJECT ? value : NULL;
}

static struct fn_error *raised_error(struct fn_request *req, const struct fn_script_result *result)
{
	const struct json_object *body = parse(req, result->message);
	const struct json_object *how = parse(req, result->detail);
	int64_t status = fn_json_get_integer(how, "status", 0);
	const char *code = fn_json_get_text(body, "code");
	const char *message = fn_json_get_text(body, "message");
	struct fn_error *error;

	if (code == NULL || message == NULL || status < 100 || status > 599)
		return rest_fail(req, 500, "PGRST121",
				 "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error",
				 "MESSAGE must have code and message, DETAIL must have status",
				 NULL);
	error = rest_fail(req, (int)status, code, message, fn_json_get_text(body, "details"),
			  fn_json_get_text(body, "hint"));
	error->headers = rest_response_error_headers(req, fn_json_get(how, "headers"));
	return error;
}

/* The database guesses which name was meant; strangers would learn the names of columns by that. */
static bool names_others(const char *sqlstate)
{
	return strcmp(sqlstate, "42703") == 0 || strcmp(sqlstate, "42P01") == 0;
}

struct fn_error *rest_sqlstate_error(struct fn_request *req, const struct fn_script_result *result,
				     bool is_anonymous)
{
	struct fn_error *error;
	int status;

	if (result->state == FN_SCRIPT_AWAY || result->state == FN_SCRIPT_UNKNOWN) {
		error = rest_fail(req, 503, "PGRST000", "Could not connect with the database", NULL,
				  NULL);
		error->cause = result->message;
		error->retry_after = 1;
		return error;
	}
	if (strcmp(result->sqlstate, "PGRST") == 0)
		return raised_error(req, result);
	status = rest_sqlstate_status(result->sqlstate, result->message, is_anonymous);
	error = rest_fail(req, status, result->sqlstate, result->message, result->detail,
			  is_anonymous && names_others(result->sqlstate) ? NULL : result->hint);
	if (status == 503)
		error->retry_after = 1;
	return error;
}
