/* rest_parse_headers_test.c: Prefer and Accept, and refusals as clients read them. */
#include "rest_parse_test.h"

static struct unit_request like = {.method = "GET"};

/* ---- Prefer ---- */

static const char *print_prefer(struct fn_request *req, const char *header)
{
	static const char *const resolutions[] = {"", "merge", "ignore"};
	static const char *const counts[] = {"", "exact", "planned", "estimated"};
	static const char *const returns[] = {"minimal", "headers", "rows"};
	static const struct rest_parse_settings settings = {.tx_override = true};
	struct rest_preferences p;

	rest_parse_prefer(req, header, &settings, &p);
	return fn_arena_format(
		fn_request_arena(req),
		"resolution %s; missing %d%d; return %d %s; count %s; tx %d%d; strict %d%d; "
		"timezone %s; max %d %d; unknown %s",
		resolutions[p.resolution], p.missing_given, p.missing_default, p.return_given,
		returns[p.returns], counts[p.count], p.tx_given, p.rollback, p.handling_given,
		p.strict, p.timezone != NULL ? p.timezone : "-", p.has_max_affected,
		(int)p.max_affected, p.unknown != NULL ? p.unknown : "-");
}

static void reads_preferences(void **state)
{
	static const char nothing[] = "resolution ; missing 00; return 0 minimal; count ; tx 00; "
				      "strict 00; timezone -; max 0 0; unknown -";
	static const struct {
		const char *in, *out;
	} table[] = {
		{NULL, nothing},
		{"", nothing},
		{" , ,", nothing},
		{"resolution=merge-duplicates, return=representation,missing=default,count=exact",
		 "resolution merge; missing 11; return 1 rows; count exact; tx 00; strict 00; "
		 "timezone -; max 0 0; unknown -"},
		{"resolution=ignore-duplicates ,resolution=merge-duplicates, return=minimal, "
		 "return=representation, count=planned, count=exact",
		 "resolution ignore; missing 00; return 1 minimal; count planned; tx 00; strict "
		 "00; "
		 "timezone -; max 0 0; unknown -"},
		{"tx=rollback,handling=strict,timezone=America/Los_Angeles,max-affected=10",
		 "resolution ; missing 00; return 0 minimal; count ; tx 11; strict 11; timezone "
		 "America/Los_Angeles; max 1 10; unknown -"},
		{"return=headers-only, missing=null, handling=lenient, tx=commit",
		 "resolution ; missing 10; return 1 headers; count ; tx 10; strict 10; timezone -; "
		 "max 0 0; unknown -"},
		{"count=all, params=single-object, x, max-affected=-1, count=estimated",
		 "resolution ; missing 00; return 0 minimal; count estimated; tx 00; strict 00; "
		 "timezone -; max 0 0; unknown count=all, params=single-object, x, "
		 "max-affected=-1"},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct fn_request *req = unit_request(&like);

		assert_string_equal(print_prefer(req, table[i].in), table[i].out);
		fn_request_free(req);
	}
}

static void tx_counts_only_where_it_is_allowed(void **state)
{
	static const struct rest_parse_settings settings = {.tx_override = false};
	struct fn_request *req = unit_request(&like);
	struct rest_preferences p;

	(void)state;
	rest_parse_prefer(req, "tx=rollback", &settings, &p);
	assert_false(p.tx_given || p.rollback);
	assert_null(p.unknown);
	fn_request_free(req);
}

static void a_server_may_keep_nothing_unless_it_is_told(void **state)
{
	static const struct rest_parse_settings deaf = {.tx_rollback = true};
	static const struct rest_parse_settings settings = {.tx_rollback = true,
							    .tx_override = true};
	struct fn_request *req = unit_request(&like);
	struct rest_preferences p;

	(void)state;
	rest_parse_prefer(req, NULL, &deaf, &p);
	assert_true(p.rollback && !p.tx_given);
	rest_parse_prefer(req, "tx=commit", &deaf, &p);
	assert_true(p.rollback && !p.tx_given);
	rest_parse_prefer(req, "tx=commit", &settings, &p);
	assert_true(!p.rollback && p.tx_given);
	fn_request_free(req);
}

static void each_twice(void *from, void (*each)(const char *name, const char *value, void *arg),
		       void *arg)
{
	(void)from;
	each("prefer", "count=exact", arg);
	each("accept", "text/csv", arg);
	each("prefer", "return=representation", arg);
}

static void joins_a_header_that_came_twice(void **state)
{
	static const char *const schemas[] = {"public", NULL};
	static const struct rest_parse_settings settings = {.schemas = schemas};
	struct fn_request_parts parts = {.method = "POST", .path = "/t", .each_header = each_twice};
	struct fn_request *req = fn_request_new(&parts);
	struct rest_query query;

	(void)state;
	assert_null(rest_parse(req, &settings, &query));
	assert_int_equal(query.prefer.count, REST_COUNT_EXACT);
	assert_int_equal(query.prefer.returns, REST_RETURN_ROWS);
	fn_request_free(req);
}

/* ---- Accept ---- */

static const char *print_accept(struct fn_request *req, const char *header)
{
	static const char *const media[] = {"",        "json", "object",    "csv",
					    "geojson", "plan", "plan+json", "other"};
	const struct rest_accept *accepts;
	struct fn_buf buf;
	size_t count;

	rest_parse_accept(req, header, &accepts, &count);
	fn_buf_init(&buf, PRINT_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct rest_accept *accept = &accepts[i];

		fn_buf_format(&buf, "%s%s%s", i > 0 ? ", " : "", media[accept->media],
			      accept->nulls_stripped ? " stripped" : "");
		if (accept->media == REST_OTHER)
			fn_buf_format(&buf, " %s", accept->name);
		if (accept->plan_for != NULL)
			fn_buf_format(&buf, " for %s", accept->plan_for);
		if (*accept->plan_options != '\0')
			fn_buf_format(&buf, " options %s", accept->plan_options);
	}
	return printed(req, &buf);
}

static void reads_what_is_accepted(void **state)
{
	static const struct {
		const char *in, *out;
	} table[] = {
		{NULL, "json"},
		{"", "json"},
		{"*/*", "json"},
		{"application/json", "json"},
		{"Application/JSON; charset=utf-8", "json"},
		{"application/vnd.pgrst.object+json", "object"},
		{"application/vnd.pgrst.object", "object"},
		{"application/vnd.pgrst.array+json;nulls=stripped", "json stripped"},
		{"application/vnd.pgrst.object+json; nulls=stripped", "object stripped"},
		{"text/csv", "csv"},
		{"application/geo+json", "geojson"},
		{"text/csv;q=0.5, application/json;q=0.9, image/png", "other image/png, json, csv"},
		{"text/csv, application/json", "csv, json"},
		{"text/csv;q=0, */*;q=0.1", "json"},
		{"text/csv;q=0", ""},
		{"text/csv;q=x", ""},
		{"application/vnd.pgrst.plan+text; for=\"application/json\"; "
		 "options=analyze|verbose;",
		 "plan for application/json options analyze|verbose"},
		{"application/vnd.pgrst.plan+json; for=\"a,b;c\", text/csv",
		 "plan+json for a,b;c, csv"},
		{"text/html;level=1", "other text/html"},
		{",, ;q=1,text/csv", "csv"},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct fn_request *req = unit_request(&like);

		assert_string_equal(print_accept(req, table[i].in), table[i].out);
		fn_request_free(req);
	}
}

static void plans_are_no_media_where_they_are_off(void **state)
{
	static const char *const schemas[] = {"public", NULL};
	struct rest_parse_settings settings = {.schemas = schemas, .plan_enabled = true};
	struct unit_request plan = {.method = "GET",
				    .path = "/t",
				    .headers = {
					    {"Accept",
					     "application/vnd.pgrst.plan+json;options=analyze"}}};
	struct fn_request *req = unit_request(&plan);
	struct rest_query query;

	(void)state;
	assert_null(rest_parse(req, &settings, &query));
	assert_int_equal(query.accepts[0].media, REST_PLAN_JSON);
	settings.plan_enabled = false;
	assert_null(rest_parse(req, &settings, &query));
	assert_int_equal(query.accepts[0].media, REST_OTHER);
	assert_string_equal(query.accepts[0].name, "application/vnd.pgrst.plan+json");
	fn_request_free(req);
}

/* ---- refusals ---- */

static void refusals_own_their_words(void **state)
{
	struct fn_request *req = unit_request(&like);
	char message[] = "word\xff";
	struct fn_error *error = rest_fail(req, 404, "PGRST205", message, "details", NULL);

	(void)state;
	message[0] = 'W';
	assert_int_equal(error->message->status, 404);
	assert_string_equal(error->message->code, "PGRST205");
	assert_string_equal(error->message->en, "word?");
	assert_string_equal(error->message->fr, "word?");
	assert_string_equal(fn_json_get_text(error->detail, "details"), "details");
	assert_int_equal(fn_json_length(error->detail), 2);
	error = rest_fail_json(req, 300, "PGRST201", "m", fn_json_array(), "hint");
	assert_int_equal(fn_json_type(fn_json_get(error->detail, "details")), FN_JSON_ARRAY);
	assert_string_equal(fn_json_get_text(error->detail, "hint"), "hint");
	fn_request_free(req);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_preferences),
		cmocka_unit_test(tx_counts_only_where_it_is_allowed),
		cmocka_unit_test(a_server_may_keep_nothing_unless_it_is_told),
		cmocka_unit_test(joins_a_header_that_came_twice),
		cmocka_unit_test(reads_what_is_accepted),
		cmocka_unit_test(plans_are_no_media_where_they_are_off),
		cmocka_unit_test(refusals_own_their_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
