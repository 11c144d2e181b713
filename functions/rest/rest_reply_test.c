/* rest_reply_test.c: what clients see of an outcome: status, Content-Range, preferences, refusals.
 */
#include <string.h>

#include "fn_json.h"
#include "fn_reply.h"
#include "rest_reply.h"
#include "unit.h"

static struct fn_request *req;
static struct rest_level root;
static struct rest_query query;
static struct rest_plan plan;
static struct rest_outcome outcome;
static struct rest_relation table;

static int set_up(void **state)
{
	static struct unit_request like = {.method = "GET"};

	(void)state;
	req = unit_request(&like);
	root = (struct rest_level){0};
	table = (struct rest_relation){.schema = "public", .name = "t", .primary_key_count = 1};
	query = (struct rest_query){.action = REST_READ,
				    .schema = "public",
				    .name = "t",
				    .root = &root};
	plan = (struct rest_plan){.media = REST_JSON, .relation = &table};
	outcome = (struct rest_outcome){.body = "[]", .body_length = 2};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_request_free(req);
	return 0;
}

static void reply(void)
{
	fn_reply_clear(fn_request_reply(req));
	assert_null(rest_reply(req, &query, &plan, &outcome, false));
}

static void assert_reply(int status, const char *range)
{
	reply();
	assert_int_equal(fn_request_reply(req)->status, status);
	assert_string_equal(unit_reply_header(req, "Content-Range"), range);
}

static void assert_refused(const struct fn_error *error, int status, const char *code,
			   const char *details)
{
	assert_non_null(error);
	assert_int_equal(error->message->status, status);
	assert_string_equal(error->message->code, code);
	if (details != NULL)
		assert_string_equal(fn_json_get_text(error->detail, "details"), details);
}

static void a_page_is_partial_only_when_the_total_is_known(void **state)
{
	static const struct {
		bool has_total;
		int64_t total, rows, offset;
		int status;
		const char *range;
	} table_of_pages[] = {
		{false, 0, 5, 0, 200, "0-4/*"},     {false, 0, 0, 0, 200, "*/*"},
		{true, 5, 5, 0, 200, "0-4/5"},      {true, 15, 5, 0, 206, "0-4/15"},
		{true, 15, 5, 10, 206, "10-14/15"}, {true, 15, 0, 15, 206, "*/15"},
		{true, 0, 0, 0, 200, "*/0"},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table_of_pages); i++) {
		outcome.has_total = table_of_pages[i].has_total;
		outcome.total = table_of_pages[i].total;
		outcome.rows = table_of_pages[i].rows;
		root.offset = table_of_pages[i].offset;
		assert_reply(table_of_pages[i].status, table_of_pages[i].range);
	}
}

static void refuses_a_page_past_the_end(void **state)
{
	struct fn_error *error;

	(void)state;
	outcome = (struct rest_outcome){.has_total = true, .total = 15, .body = "[]"};
	root.offset = 100;
	error = rest_reply(req, &query, &plan, &outcome, false);
	assert_refused(error, 416, "PGRST103",
		       "An offset of 100 was requested, but there are only 15 rows.");
	assert_int_equal(fn_reply_error(req, FN_ERRORS_REST, error), 416);
	assert_string_equal(unit_reply_header(req, "Content-Range"), "*/15");
}

static void sends_what_was_spooled(void **state)
{
	(void)state;
	outcome.spool = fn_spool_new(fn_request_arena(req), 100);
	fn_spool_text(outcome.spool, "[1]");
	outcome.rows = 1;
	assert_reply(200, "0-0/*");
	assert_string_equal(unit_reply_text(req), "[1]");
	query.head = true;
	reply();
	assert_string_equal(unit_reply_text(req), "");
}

static void names_the_type_of_the_body(void **state)
{
	static const struct rest_accept accept = {.plan_for = "text/csv"};
	static const struct {
		enum rest_media media;
		const char *other, *options, *type;
	} types[] = {
		{REST_CSV, NULL, NULL, "text/csv; charset=utf-8"},
		{REST_GEOJSON, NULL, NULL, "application/geo+json; charset=utf-8"},
		{REST_OTHER, "text/plain", NULL, "text/plain; charset=utf-8"},
		{REST_OTHER, "text/xml", NULL, "text/xml; charset=utf-8"},
		{REST_OTHER, "text/html", NULL, "text/html"},
		{REST_OTHER, "application/octet-stream", NULL, "application/octet-stream"},
		{REST_PLAN_TEXT, NULL, "",
		 "application/vnd.pgrst.plan+text; for=\"text/csv\"; charset=utf-8"},
		{REST_PLAN_JSON, NULL, "analyze|wal",
		 "application/vnd.pgrst.plan+json; for=\"text/csv\"; options=analyze|wal;"
		 " charset=utf-8"},
	};

	(void)state;
	plan.accept = &accept;
	for (size_t i = 0; i < FN_COUNT(types); i++) {
		plan.media = types[i].media;
		plan.media_type = types[i].other;
		plan.options = types[i].options;
		reply();
		assert_string_equal(unit_reply_header(req, "Content-Type"), types[i].type);
	}
}

/* Its headers must fit, and nobody goes to an address of a hundred ids. */
static void names_no_place_that_is_too_long(void **state)
{
	static char place[20000];

	(void)state;
	memset(place, 'x', sizeof(place) - 1);
	query.content_location = place;
	reply();
	assert_null(unit_reply_header(req, "Content-Location"));
	assert_false(fn_request_reply(req)->headers.full);
	query.content_location = "/t?id=eq.1";
	reply();
	assert_string_equal(unit_reply_header(req, "Content-Location"), "/t?id=eq.1");
}

static void a_write_that_shows_nothing_has_no_type(void **state)
{
	(void)state;
	query.action = REST_CREATE;
	outcome.rows = 2;
	assert_reply(201, "*/*");
	assert_null(unit_reply_header(req, "Content-Type"));
	assert_int_equal(fn_request_reply(req)->body.length, 0);
	query.prefer.count = REST_COUNT_EXACT;
	assert_reply(201, "*/2");
	query.action = REST_UPDATE;
	assert_reply(204, "0-1/2");
	query.prefer.count = REST_NO_COUNT;
	assert_reply(204, "0-1/*");
	outcome.rows = 0;
	assert_reply(204, "*/*");
	query.action = REST_DELETE;
	assert_reply(204, "*/*");
}

static void an_upsert_says_whether_it_made_something(void **state)
{
	(void)state;
	query.action = REST_CREATE;
	query.prefer.resolution = REST_MERGE_DUPLICATES;
	outcome.rows = 1;
	assert_reply(200, "*/*");
	assert_string_equal(unit_reply_header(req, "Preference-Applied"),
			    "resolution=merge-duplicates");
	outcome.inserted = true;
	assert_reply(201, "*/*");
	outcome.inserted = false;
	table.primary_key_count = 0; /* a plain insert, then */
	assert_reply(201, "*/*");
	assert_null(unit_reply_header(req, "Preference-Applied"));
}

static void repeats_the_preferences_it_heeded_in_order(void **state)
{
	(void)state;
	query.action = REST_UPDATE;
	query.prefer = (struct rest_preferences){.returns = REST_RETURN_ROWS,
						 .return_given = true,
						 .missing_given = true,
						 .missing_default = true,
						 .count = REST_COUNT_EXACT,
						 .tx_given = true,
						 .rollback = true,
						 .strict = true,
						 .handling_given = true,
						 .timezone = "Africa/Ouagadougou",
						 .has_max_affected = true,
						 .max_affected = 3};
	outcome.rows = 1;
	assert_reply(200, "0-0/1");
	assert_string_equal(unit_reply_header(req, "Preference-Applied"),
			    "missing=default, return=representation, count=exact, tx=rollback, "
			    "handling=strict, timezone=Africa/Ouagadougou, max-affected=3");
}

static void names_where_the_new_row_is(void **state)
{
	(void)state;
	query.action = REST_CREATE;
	query.prefer.returns = REST_RETURN_HEADERS;
	outcome.rows = 1;
	outcome.location = "{\"id\":\"7 a\",\"k\":null}";
	assert_reply(201, "*/*");
	assert_string_equal(unit_reply_header(req, "Location"), "/t?id=eq.7%20a&k=is.null");
	query.prefer.returns = REST_RETURN_ROWS;
	reply();
	assert_null(unit_reply_header(req, "Location"));
}

static void an_object_takes_exactly_one_row(void **state)
{
	(void)state;
	plan.single = true;
	plan.media = REST_OBJECT;
	outcome.rows = 0;
	assert_refused(rest_reply_check(req, &query, &plan, &outcome), 406, "PGRST116",
		       "The result contains 0 rows"); /* clients look for "0 rows" */
	outcome.rows = 2;
	assert_refused(rest_reply_check(req, &query, &plan, &outcome), 406, "PGRST116", NULL);
	outcome.rows = 1;
	assert_null(rest_reply_check(req, &query, &plan, &outcome));
	reply();
	assert_string_equal(unit_reply_header(req, "Content-Type"),
			    "application/vnd.pgrst.object+json; charset=utf-8");
}

static void refuses_to_touch_more_rows_than_allowed_under_strict_handling(void **state)
{
	(void)state;
	query.action = REST_DELETE;
	query.prefer.has_max_affected = true;
	query.prefer.max_affected = 1;
	outcome.rows = 2;
	assert_null(rest_reply_check(req, &query, &plan, &outcome)); /* lenient: nothing */
	query.prefer.strict = true;
	assert_refused(rest_reply_check(req, &query, &plan, &outcome), 400, "PGRST124",
		       "The query affects 2 rows");
}

static void sql_may_set_status_and_headers(void **state)
{
	(void)state;
	outcome.response_headers = "[{\"X-One\": \"1\"}, {\"X-Two\": \"2\"}]";
	outcome.response_status = "418";
	assert_reply(418, "*/*");
	assert_string_equal(unit_reply_header(req, "X-Two"), "2");
	outcome.response_headers = "{\"X-One\": \"1\"}";
	assert_refused(rest_reply(req, &query, &plan, &outcome, false), 500, "PGRST111", NULL);
	outcome.response_headers = NULL;
	outcome.response_status = "teapot";
	assert_refused(rest_reply(req, &query, &plan, &outcome, false), 500, "PGRST112", NULL);
}

static void a_header_of_sql_takes_the_place_of_ours(void **state)
{
	(void)state;
	outcome.response_headers = "[{\"content-type\": \"text/x\"}, {\"Set-Cookie\": \"a=1\"},"
				   " {\"Set-Cookie\": \"b=2\"}]";
	reply();
	assert_string_equal(fn_request_reply(req)->headers.bytes,
			    "Content-Range: */*\r\nVary: Accept, Prefer, Range\r\n"
			    "content-type: text/x\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
}

static void names_the_schema_where_there_are_rows(void **state)
{
	(void)state;
	query.profile_given = true;
	reply();
	assert_string_equal(unit_reply_header(req, "Content-Profile"), "public");
	query.action = REST_UPDATE;
	reply();
	assert_null(unit_reply_header(req, "Content-Profile"));
	query.prefer.returns = REST_RETURN_ROWS;
	reply();
	assert_string_equal(unit_reply_header(req, "Content-Profile"), "public");
}

static void does_not_repeat_an_address_that_is_longer_than_headers_may_be(void **state)
{
	static char address[60000];

	(void)state;
	memset(address, 'a', sizeof(address) - 1);
	query.content_location = address;
	query.profile_given = true;
	reply();
	assert_null(unit_reply_header(req, "Content-Location"));
	assert_string_equal(unit_reply_header(req, "Content-Profile"), "public");
	query.content_location = "/t?a=eq.1";
	query.warning = "299 PostgREST \"soon\"";
	reply();
	assert_string_equal(unit_reply_header(req, "Content-Location"), "/t?a=eq.1");
	assert_string_equal(unit_reply_header(req, "Warning"), "299 PostgREST \"soon\"");
}

static void head_answers_alike_without_a_body(void **state)
{
	(void)state;
	query.head = true;
	outcome.has_total = true;
	outcome.rows = outcome.total = 3;
	assert_reply(200, "0-2/3");
	assert_int_equal(fn_request_reply(req)->body.length, 0);
	assert_string_equal(unit_reply_header(req, "Content-Type"),
			    "application/json; charset=utf-8");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_page_is_partial_only_when_the_total_is_known),
		TEST(refuses_a_page_past_the_end),
		TEST(sends_what_was_spooled),
		TEST(names_the_type_of_the_body),
		TEST(names_no_place_that_is_too_long),
		TEST(a_write_that_shows_nothing_has_no_type),
		TEST(an_upsert_says_whether_it_made_something),
		TEST(repeats_the_preferences_it_heeded_in_order),
		TEST(names_where_the_new_row_is),
		TEST(an_object_takes_exactly_one_row),
		TEST(refuses_to_touch_more_rows_than_allowed_under_strict_handling),
		TEST(sql_may_set_status_and_headers),
		TEST(a_header_of_sql_takes_the_place_of_ours),
		TEST(names_the_schema_where_there_are_rows),
		TEST(does_not_repeat_an_address_that_is_longer_than_headers_may_be),
		TEST(head_answers_alike_without_a_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
