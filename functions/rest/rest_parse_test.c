/* rest_parse_test.c: whole requests: which refusal is seen, what repeated parameters, headers and
 * ceilings do, and what belongs to which level. */
#include "rest_parse_test.h"

#include <stdio.h>

static const char *const schemas[] = {"public", "api", NULL};
static const struct rest_parse_settings settings = {.schemas = schemas,
						    .depth_max = 3,
						    .embeds_max = 4,
						    .conditions_max = 5};

struct request {
	const char *method, *path, *query;
	const char *header, *value; /* NULL = none */
	const char *out;
};

static void try_all(const struct request *table, size_t count,
		    const struct rest_parse_settings *with)
{
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++) {
		struct unit_request like = {.method = table[i].method,
					    .path = table[i].path,
					    .query = table[i].query,
					    .headers = {{table[i].header, table[i].value}}};
		struct fn_request *req = unit_request(&like);
		const char *out = print_query(req, with);

		if (strcmp(out, table[i].out) != 0) {
			print_error("%s %s?%s\n  gave    %s\n  instead %s\n", table[i].method,
				    table[i].path, table[i].query, out, table[i].out);
			wrong++;
		}
		fn_request_free(req);
	}
	assert_int_equal(wrong, 0);
}

#define TRY_ALL(table) try_all(table, FN_COUNT(table), &settings)

/* ---- path, profile, method ---- */

static void knows_what_is_asked_of_what(void **state)
{
	static const struct request table[] = {
		{"GET", "/t", NULL, NULL, NULL, "read t *"},
		{"HEAD", "/t", NULL, NULL, NULL, "read t *"},
		{"POST", "/t", NULL, NULL, NULL, "create t *"},
		{"PATCH", "/t", NULL, NULL, NULL, "update t *"},
		{"PUT", "/t", NULL, NULL, NULL, "put t *"},
		{"DELETE", "/t", NULL, NULL, NULL, "delete t *"},
		{"OPTIONS", "/t", "a=b", NULL, NULL, "options t "},
		{"GET", "/rpc/f", NULL, NULL, NULL, "call f *"},
		{"POST", "/rpc/f", NULL, NULL, NULL, "call f *"},
		{"OPTIONS", "/rpc/f", NULL, NULL, NULL, "options f "},
		{"GET", "", NULL, NULL, NULL, "root / "},
		{"HEAD", "/", NULL, NULL, NULL, "root / "},
		{"OPTIONS", "/", NULL, NULL, NULL, "options / "},
		{"GET", "/a%20B%C3%A9+", NULL, NULL, NULL, "read a Bé+ *"},
		{"GET", "/rpc", NULL, NULL, NULL, "read rpc *"},
		{"POST", "/", NULL, NULL, NULL, "PGRST117 405 Unsupported HTTP method: POST"},
		{"TRACE", "/t", NULL, NULL, NULL, "PGRST117 405 Unsupported HTTP method"},
		{"PATCH", "/rpc/f", NULL, NULL, NULL,
		 "PGRST101 405 Cannot use the PATCH method on RPC"},
		{"GET", "/a/b", NULL, NULL, NULL,
		 "PGRST125 404 Invalid path specified in request URL"},
		{"GET", "/rpc/f/x", NULL, NULL, NULL,
		 "PGRST125 404 Invalid path specified in request URL"},
		{"GET", "/rpc/", NULL, NULL, NULL,
		 "PGRST125 404 Invalid path specified in request URL"},
		{"GET", "/%zz", NULL, NULL, NULL,
		 "PGRST125 404 Invalid path specified in request URL"},
		{"GET", "/a%00b", NULL, NULL, NULL,
		 "PGRST125 404 Invalid path specified in request URL"},
	};

	(void)state;
	TRY_ALL(table);
}

static void warns_who_names_a_target_that_has_an_alias(void **state)
{
	static const struct {
		const char *query, *warning;
	} table[] = {
		{"select=a:x(*)&a.b=eq.1&a.limit=1", NULL},
		{"select=x(*)&x.b=eq.1", NULL},
		{"select=a:x(*)&x.b=eq.1", "299 PostgREST \"'x' has the alias 'a': filter, order "
					   "and limit it by that name\""},
		{"select=a:x(y:z(*))&a.z.order=q", "299 PostgREST \"'z' has the alias 'y': filter, "
						   "order and limit it by that name\""},
		{"select=%22%C3%A9%22:x(*)&x.limit=1",
		 "299 PostgREST \"'x' has the alias '%C3%A9': filter, order and limit it by that "
		 "name\""},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct unit_request like = {.method = "GET", .path = "/t", .query = table[i].query};
		struct fn_request *req = unit_request(&like);
		struct rest_query query;

		assert_null(rest_parse(req, &settings, &query));
		if (table[i].warning == NULL)
			assert_null(query.warning);
		else
			assert_string_equal(query.warning, table[i].warning);
		fn_request_free(req);
	}
}

static void the_first_check_that_fails_is_seen(void **state)
{
	static const struct request table[] = {
		{"TRACE", "/a/b", "a=1", "Content-Profile", "x",
		 "PGRST125 404 Invalid path specified in request URL"},
		{"TRACE", "/t", "a=1", "Content-Profile", "x", "PGRST106 406 Invalid schema: x"},
		{"GET", "/t", "a=1", "Accept-Profile", "\xff", "PGRST106 406 Invalid schema: ?"},
		{"GET", "/t", "limit=-1&a=1", "Content-Profile", "x",
		 "PGRST100 400 \"failed to parse filter (1)\" (line 1, column 1)"},
		{"POST", "/t", "limit=-1&x.a=eq.1", "Content-Type", "image/png",
		 "PGRST103 416 Requested range not satisfiable"},
		{"POST", "/t", "x.a=eq.1", "Content-Type", "image/png",
		 "PGRST102 400 Content-Type not acceptable: image/png"},
		{"POST", "/t", "x.a=eq.1", "Content-Type", "Text/CSV; charset=utf-8",
		 "PGRST108 400 'x' is not an embedded resource in this request"},
		{"POST", "/t", NULL, "Content-Type", "text/plain",
		 "PGRST102 400 Content-Type not acceptable: text/plain"},
		{"POST", "/rpc/f", NULL, "Content-Type", "text/plain", "call f *"},
		{"DELETE", "/t", NULL, "Content-Type", "image/png", "delete t *"},
		{"PUT", "/t", "limit=1", NULL, NULL,
		 "PGRST114 400 limit/offset querystring parameters are not allowed for PUT"},
	};

	(void)state;
	TRY_ALL(table);
}

/* The schema, or the hint of the refusal; "+" behind it when a profile was asked for. */
static void assert_schema(const char *method, const char *content_profile, const char *out)
{
	struct unit_request like = {.method = method,
				    .path = "/t",
				    .headers = {{"Accept-Profile", "api"},
						{"Content-Profile", content_profile}}};
	struct fn_request *req = unit_request(&like);
	struct rest_query query;
	struct fn_error *error = rest_parse(req, &settings, &query);

	if (error != NULL)
		assert_string_equal(fn_json_get_text(error->detail, "hint"), out);
	else
		assert_string_equal(fn_arena_format(fn_request_arena(req), "%s%s", query.schema,
						    query.profile_given ? "+" : ""),
				    out);
	fn_request_free(req);
}

static void takes_the_schema_of_the_profile(void **state)
{
	(void)state;
	assert_schema("GET", "public", "api+");
	assert_schema("HEAD", "private", "api+");
	assert_schema("OPTIONS", NULL, "api+");
	assert_schema("DELETE", "public", "public+");
	assert_schema("DELETE", " api ", "api+");
	assert_schema("POST", "", "public");
	assert_schema("POST", NULL, "public");
	assert_schema("PATCH", "private", "Only the following schemas are exposed: public, api");
}

/* ---- parameters ---- */

static void gives_parameters_to_their_levels(void **state)
{
	static const struct request table[] = {
		{"GET", "/t", "a=eq.x+y&a=gt.1%2B1&b=is.null", NULL, NULL,
		 "read t * ?[a eq <x y>, a gt <1+1>, b is null]"},
		{"GET", "/t", "select=a&select=b&order=a&order=b&limit=1&limit=2&offset=3&offset=4",
		 NULL, NULL, "read t a ^[a] #1 +3"},
		{"GET", "/t", "select=*,x:b(c(*))&x.a=eq.1&x.c.order=z&x.limit=2&x.c.offset=1",
		 NULL, NULL, "read t *,x:b(c(* ^[z] +1) ?[a eq <1>] #2)"},
		{"GET", "/t", "select=x:b(*),b:c(*)&b.a=eq.1", NULL, NULL,
		 "read t x:b(*),b:c(* ?[a eq <1>])"},
		{"GET", "/t", "select=x:b(*)&b.a=eq.1", NULL, NULL, "read t x:b(* ?[a eq <1>])"},
		{"GET", "/t", "select=...b(a)&b.not.and=(a.eq.2)&not.or=(c.eq.1)", NULL, NULL,
		 "read t ...b(a ?[not and(a eq <2>)]) ?[not or(c eq <1>)]"},
		{"GET", "/t", "select=b(*)&b=is.null&or=(b.not.is.null,a.eq.1)", NULL, NULL,
		 "read t b(*) ?[b is null, or(not b is null, a eq <1>)]"},
		{"GET", "/t", "%22a.b%22=eq.1&d-%3Ek-%3E%3E0=eq.2", NULL, NULL,
		 "read t * ?[a.b eq <1>, d->k->>[0] eq <2>]"},
		{"GET", "/t", "select&a&&limit=x&offset=-5&limit", NULL, NULL, "read t *"},
		{"GET", "/t", "limit=0&Limit.x=eq.1", NULL, NULL,
		 "PGRST108 400 'Limit' is not an embedded resource in this request"},
		{"GET", "/t", "select=b(*)&c.order=a", NULL, NULL,
		 "PGRST108 400 'c' is not an embedded resource in this request"},
		{"GET", "/t", "select=b(*)&b.c.limit=1", NULL, NULL,
		 "PGRST108 400 'c' is not an embedded resource in this request"},
		{"GET", "/t", "a=eq.%ff", NULL, NULL,
		 "PGRST100 400 \"failed to decode the query string\""},
		{"GET", "/t", "a=eq.%00", NULL, NULL,
		 "PGRST100 400 \"failed to decode the query string\""},
		{"GET", "/t", "a;b=eq.1", NULL, NULL,
		 "PGRST100 400 \"failed to parse tree path (a;b)\" (line 1, column 2)"},
		{"GET", "/t", "select=a%0Ab", NULL, NULL,
		 "PGRST100 400 \"failed to parse select parameter (a\nb)\" (line 1, column 2)"},
		{"POST", "/t", "columns=%22a%22,%22b,c%22,a&on_conflict=%22x%22,y&limit=4", NULL,
		 NULL, "create t * columns [a|b,c] conflict [x|y]"},
		{"POST", "/t", "columns=", NULL, NULL,
		 "PGRST100 400 \"failed to parse columns parameter ()\" (line 1, column 1)"},
		{"GET", "/t", "columns=;&on_conflict=;", NULL, NULL, "read t *"},
		{"PATCH", "/t", "a=eq.1&limit=1&offset=2&order=a", NULL, NULL,
		 "update t * ?[a eq <1>] ^[a]"},
		{"GET", "/rpc/f", "a=1&b={1,2}&b=x+y&c=eq.5&d.e=z&limit=2&select=a", NULL, NULL,
		 "call f a ?[c eq <5>] #2 a:=<1> b:=<{1,2}> b:=<x y> d.e:=<z>"},
		{"POST", "/rpc/f", "a=1", NULL, NULL,
		 "PGRST100 400 \"failed to parse filter (1)\" (line 1, column 1)"},
	};

	(void)state;
	TRY_ALL(table);
}

/* ---- ranges and ceilings ---- */

static void a_range_counts_on_get_alone(void **state)
{
	static const struct request table[] = {
		{"GET", "/t", NULL, "Range", "0-9", "read t * #10"},
		{"GET", "/t", NULL, "Range", "5-", "read t * +5"},
		{"GET", "/t", NULL, "Range", "0-", "read t *"},
		{"GET", "/t", "limit=20&offset=5", "Range", "0-9", "read t * #5 +5"},
		{"GET", "/t", "limit=3", "Range", "0-9", "read t * #3"},
		{"GET", "/t", "limit=10", "Range", "4-", "read t * #6 +4"},
		{"GET", "/t", "limit=0", "Range", "4-5", "read t * #0"},
		{"GET", "/rpc/f", NULL, "Range", "1-1", "call f * #1 +1"},
		{"HEAD", "/t", NULL, "Range", "0-9", "read t *"},
		{"GET", "/t", NULL, "Range", "items=0-9", "read t *"},
		{"GET", "/t", NULL, "Range", "-9", "read t *"},
		{"GET", "/t", NULL, "Range", "0-99999999999999999999", "read t *"},
		{"GET", "/t", "limit=99999999999999999999&offset=3", NULL, NULL,
		 "read t * #9223372036854775807 +3"},
		{"GET", "/t", NULL, "Range", "9-5", "PGRST103 416 Requested range not satisfiable"},
		{"GET", "/t", "limit=3", "Range", "5-9",
		 "PGRST103 416 Requested range not satisfiable"},
		{"GET", "/t", "select=b(*)&b.limit=-1", NULL, NULL,
		 "PGRST103 416 Requested range not satisfiable"},
	};

	(void)state;
	TRY_ALL(table);
}

static void max_rows_caps_every_level_of_a_read(void **state)
{
	static const struct rest_parse_settings capped = {.schemas = schemas, .max_rows = 100};
	static const struct request table[] = {
		{"GET", "/t", "select=a(b(*))&a.limit=5", NULL, NULL,
		 "read t a(b(* #100) #5) #100"},
		{"GET", "/t", "limit=101", NULL, NULL, "read t * #100"},
		{"GET", "/t", "limit=99", NULL, NULL, "read t * #99"},
		{"POST", "/rpc/f", NULL, NULL, NULL, "call f * #100"},
		{"PATCH", "/t", "select=a(*)", NULL, NULL, "update t a(*)"},
	};

	(void)state;
	try_all(table, FN_COUNT(table), &capped);
}

static void refuses_in_words_what_passes_a_ceiling(void **state)
{
	static const struct request table[] = {
		{"GET", "/t", "select=a(b(c(*)))", NULL, NULL, "read t a(b(c(*)))"},
		{"GET", "/t", "select=a(b(c(d(*))))", NULL, NULL,
		 "PGRST100 400 The request has too many levels of embeds: at most 3 are taken"},
		{"GET", "/t", "select=a(),b(),c(),d(),e()", NULL, NULL,
		 "PGRST100 400 The request has too many embeds: at most 4 are taken"},
		{"GET", "/t", "select=a()&a.b=eq.1&b=eq.1&or=(a.eq.1,b.eq.2,c.eq.3)", NULL, NULL,
		 "PGRST100 400 The request has too many conditions: at most 5 are taken"},
	};

	(void)state;
	TRY_ALL(table);
}

static void takes_no_text_search_without_end(void **state)
{
	enum { MOST = 4096 };
	static char query[MOST + 16];

	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct unit_request like = {.method = "GET", .path = "/t", .query = query};
		struct fn_request *req = unit_request(&like);
		struct rest_query parsed;
		struct fn_error *error;

		(void)snprintf(query, sizeof(query), "a=wfts.");
		memset(query + strlen(query), 'x', MOST + over);
		error = rest_parse(req, &settings, &parsed);
		if (over == 0)
			assert_null(error);
		else
			assert_string_equal(error->message->en,
					    "The request has too many bytes in "
					    "a text search: at most 4096 are taken");
		fn_request_free(req);
	}
}

/* Long texts: of one character over and over, refused or read, never a crash. */
static void survives_the_longest_texts(void **state)
{
	static const char *const beginnings[] = {"select=",   "select=a->",   "a=in.(",
						 "or=",       "or=(a.in.(",   "order=",
						 "columns=",  "a=eq.",        "select=\"",
						 "select=a:", "select=x.y(a", "a"};
	enum { LENGTH = 128 << 10 };
	char *query = malloc(LENGTH + 1);

	(void)state;
	for (size_t i = 0; i < FN_COUNT(beginnings); i++) {
		for (const char *filler = "(,.-\">a&=!:"; *filler != '\0'; filler++) {
			struct unit_request like = {.method = "POST", .path = "/t", .query = query};
			struct fn_request *req = unit_request(&like);

			memset(query, *filler, LENGTH);
			memcpy(query, beginnings[i], strlen(beginnings[i]));
			query[LENGTH] = '\0';
			assert_non_null(print_query(req, &settings));
			fn_request_free(req);
		}
	}
	free(query);
}

static void says_where_the_answer_is_found_again(void **state)
{
	struct unit_request like = {.method = "GET",
				    .path = "/t",
				    .query = "select=*,b(c)&a=eq.x+y&a=lt.1&or=(b.eq.1)"};
	struct fn_request *req = unit_request(&like);
	struct rest_query query;

	(void)state;
	assert_null(rest_parse(req, &settings, &query));
	assert_string_equal(query.content_location,
			    "/t?a=eq.x%20y&a=lt.1&or=%28b.eq.1%29&select=%2A%2Cb%28c%29");
	assert_true(query.has_logic);
	assert_true(query.has_select);
	fn_request_free(req);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_is_asked_of_what),
		cmocka_unit_test(warns_who_names_a_target_that_has_an_alias),
		cmocka_unit_test(the_first_check_that_fails_is_seen),
		cmocka_unit_test(takes_the_schema_of_the_profile),
		cmocka_unit_test(gives_parameters_to_their_levels),
		cmocka_unit_test(a_range_counts_on_get_alone),
		cmocka_unit_test(max_rows_caps_every_level_of_a_read),
		cmocka_unit_test(refuses_in_words_what_passes_a_ceiling),
		cmocka_unit_test(takes_no_text_search_without_end),
		cmocka_unit_test(survives_the_longest_texts),
		cmocka_unit_test(says_where_the_answer_is_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
