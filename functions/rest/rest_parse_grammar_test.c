/* rest_parse_grammar_test.c: the grammars of select, filters, logic trees and order, one table
 * each: what comes in, and the tree or the refusal that comes out. */
#include "rest_parse_test.h"

struct example {
	const char *in, *out; /* out of a refusal: where and at what reading ended */
};

static struct unit_request like = {.method = "GET"};

typedef const char *reading(struct fn_request *req, const char *in);

/* All that differ are shown before the test fails. */
static void try_all(const struct example *table, size_t count, reading *read)
{
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++) {
		struct fn_request *req = unit_request(&like);
		const char *out = read(req, table[i].in);

		if (strcmp(out, table[i].out) != 0) {
			print_error("%s\n  gave    %s\n  instead %s\n", table[i].in, out,
				    table[i].out);
			wrong++;
		}
		fn_request_free(req);
	}
	assert_int_equal(wrong, 0);
}

#define TRY_ALL(table, read) try_all(table, FN_COUNT(table), read)

/* "line:column details" of a refusal with PGRST100 */
static const char *refusal(struct fn_request *req, const struct fn_error *error)
{
	const char *at = strstr(error->message->en, "(line ");
	const char *details = fn_json_get_text(error->detail, "details");

	assert_int_equal(error->message->status, 400);
	assert_string_equal(error->message->code, "PGRST100");
	return at == NULL ? error->message->en
			  : fn_arena_format(fn_request_arena(req), "%s %s", at, details);
}

/* ---- select ---- */

static const char *read_select(struct fn_request *req, const char *in)
{
	struct rest_level level = {.items = NULL};
	struct fn_error *error = rest_parse_select(req, in, &level);
	struct fn_buf buf;

	if (error != NULL)
		return refusal(req, error);
	fn_buf_init(&buf, PRINT_MAX);
	print_level(&buf, &level);
	return printed(req, &buf);
}

#define NAME_EXPECTED "expecting field name (* or [a..z0..9_$])"

static const struct example selects[] = {
	{"*", "*"},
	{"", ""},
	{"a", "a"},
	{" a , b\t,* ", "a,b,*"},
	{"first name,prix_été,$x,ÿ9", "first name,prix_été,$x,ÿ9"},
	{"a-b,a - b", "a-b,a-b"},
	{"alias:a", "alias:a"},
	{"alias: a", "alias:a"},
	{"\"al,ias\":\"a.b(\\\"\\\\)\"", "al,ias:a.b(\"\\)"},
	{"a::text", "a::text"},
	{"a::double precision", "a::double precision"},
	{"x:a::int4.sum()::text", "x:a::int4.sum()::text"},
	{"a.avg(),b.min(),c.max(),d.count()", "a.avg(),b.min(),c.max(),d.count()"},
	{"count()", "count()"},
	{"n:count()::int", "n:count()::int"},
	{"count", "count"},
	{"count(id)", "count(id)"}, /* an embed */
	{"data->a->>b", "data->a->>b"},
	{"data->0->>1", "data->[0]->>[1]"},
	{"data->-1", "data->[-1]"},
	{"data->0abc", "data->0abc"},
	{"data->1-2", "data->1-2"},
	{"data->a b->c-d", "data->a b->c-d"},
	{"data->\"a.b->\"->>c::int", "data->a.b->->>c::int"},
	{"data->1::int,x(d->0)", "data->[1]::int,x(d->[0])"},
	{"data->n.sum()", "data->n.sum()"},
	{"a,b(c,d(*))", "a,b(c,d(*))"},
	{"b()", "b()"},
	{"b( )", "b()"},
	{"x:b!fk(*)", "x:b!fk(*)"},
	{"b!inner(*)", "b!inner(*)"},
	{"b!left(*)", "b(*)"},
	{"b!fk!inner(*)", "b!fk!inner(*)"},
	{"b!inner!fk(*)", "b!fk!inner(*)"},
	{"b!\"inner\"(*)", "b!inner(*)"}, /* a hint; printed alike, told apart below */
	{"...b(c,x:d)", "...b(c,x:d)"},
	{"...b!fk!inner(c)", "...b!fk!inner(c)"},
	{"a,", "(line 1, column 3) unexpected end of input " NAME_EXPECTED},
	{",a", "(line 1, column 1) unexpected \",\" " NAME_EXPECTED},
	{"a,,b", "(line 1, column 3) unexpected \",\" " NAME_EXPECTED},
	{"a-", "(line 1, column 3) unexpected end of input " NAME_EXPECTED},
	{"-a", "(line 1, column 1) unexpected \"-\" " NAME_EXPECTED},
	{"\"a", "(line 1, column 1) unexpected \"\"\" " NAME_EXPECTED},
	{"\"\"", "(line 1, column 3) unexpected end of input " NAME_EXPECTED},
	{"a;b", "(line 1, column 2) unexpected \";\" expecting \",\" or end of input"},
	{"a'b", "(line 1, column 2) unexpected \"'\" expecting \",\" or end of input"},
	{"été€", "(line 1, column 4) unexpected \"€\" expecting \",\" or end of input"},
	{"*a", "(line 1, column 2) unexpected \"a\" expecting \",\" or end of input"},
	{"a::", "(line 1, column 4) unexpected end of input expecting a type"},
	{"a::text)", "(line 1, column 8) unexpected \")\" expecting \",\" or end of input"},
	{"a::text;drop", "(line 1, column 8) unexpected \";\" expecting \",\" or end of input"},
	{"a::char(5)", "(line 1, column 8) unexpected \"(\" expecting \",\" or end of input"},
	{"a::été", "(line 1, column 4) unexpected \"é\" expecting a type"},
	{"a.median()", "(line 1, column 3) unexpected \"m\" expecting sum(), avg(), min(), "
		       "max() or count()"},
	{"b(a", "(line 1, column 4) unexpected end of input expecting \",\" or \")\""},
	{"b(a))", "(line 1, column 5) unexpected \")\" expecting \",\" or end of input"},
	{"b!x!y(a)", "(line 1, column 6) unexpected \"(\" expecting one hint and one kind "
		     "of join"},
	{"b!inner!left(a)", "(line 1, column 13) unexpected \"(\" expecting one hint and "
			    "one kind of join"},
	{"b!x", "(line 1, column 4) unexpected end of input expecting \"(\" or \"!\""},
	{"...b", "(line 1, column 5) unexpected end of input expecting \"(\" or \"!\""},
	{"x:...b(a)", "(line 1, column 3) unexpected \".\" " NAME_EXPECTED},
	{"data->>-78x", "(line 1, column 8) unexpected \"-\" expecting a key"},
	{"data->", "(line 1, column 7) unexpected end of input expecting a key"},
};

static void reads_selects(void **state)
{
	(void)state;
	TRY_ALL(selects, read_select);
}

static void tells_a_quoted_hint_from_a_join(void **state)
{
	struct fn_request *req = unit_request(&like);
	struct rest_level level = {.items = NULL};

	(void)state;
	assert_null(rest_parse_select(req, "b!\"inner\"(*),c!inner(*)", &level));
	assert_string_equal(level.items[0].hint, "inner");
	assert_false(level.items[0].inner);
	assert_null(level.items[1].hint);
	assert_true(level.items[1].inner);
	fn_request_free(req);
}

/* ---- filters ---- */

/* in: "field=value" */
static const char *read_filter(struct fn_request *req, const char *in)
{
	size_t name = strcspn(in, "=");
	const char *field = fn_arena_copy(fn_request_arena(req), in, name);
	struct rest_condition condition;
	struct fn_error *error = rest_parse_filter(req, field, in + name + 1, &condition);
	struct fn_buf buf;

	if (error != NULL)
		return refusal(req, error);
	fn_buf_init(&buf, PRINT_MAX);
	print_condition(&buf, &condition);
	return printed(req, &buf);
}

#define OPERATOR_EXPECTED "expecting operator (eq, gt, ...)"
#define IS_EXPECTED       "expecting isVal: (null, not_null, true, false, unknown)"

static const struct example filters[] = {
	{"a=eq.5", "a eq <5>"},
	{"a=neq.", "a neq <>"},
	{"a=gt.1", "a gt <1>"},
	{"a=gte.1", "a gte <1>"},
	{"a=lt.1", "a lt <1>"},
	{"a=lte.1", "a lte <1>"},
	{"a=eq.\"x\"", "a eq <\"x\">"},
	{"a=eq.x.y,z)", "a eq <x.y,z)>"},
	{"a=not.eq.5", "not a eq <5>"},
	{"a=like.*b_%", "a like <%b_%>"},
	{"a=ilike.**", "a ilike <%%>"},
	{"a=match.^a*$", "a match <^a*$>"},
	{"a=imatch.x", "a imatch <x>"},
	{"a=eq.*", "a eq <*>"},
	{"a=isdistinct.5", "a isdistinct <5>"},
	{"a=fts.cat", "a fts <cat>"},
	{"a=fts(english).cat", "a fts(english) <cat>"},
	{"a=plfts(fr).a b", "a plfts(fr) <a b>"},
	{"a=phfts.x", "a phfts <x>"},
	{"a=wfts(\"my conf\").x", "a wfts(my conf) <x>"},
	{"a=cs.{a,b}", "a cs <{a,b}>"},
	{"a=cd.[1,2)", "a cd <[1,2)>"},
	{"a=ov.{}", "a ov <{}>"},
	{"a=sl.(1,2)", "a sl <(1,2)>"},
	{"a=sr.x", "a sr <x>"},
	{"a=nxl.x", "a nxl <x>"},
	{"a=nxr.x", "a nxr <x>"},
	{"a=adj.x", "a adj <x>"},
	{"a=like(any).{a*,b*}", "a like(any) <{a%,b%}>"},
	{"a=eq(all).{1}", "a eq(all) <{1}>"},
	{"a=imatch(any).{x*}", "a imatch(any) <{x*}>"},
	{"a=is.null", "a is null"},
	{"a=is.NOT_null", "a is not_null"},
	{"a=is.True", "a is true"},
	{"a=is.false", "a is false"},
	{"a=is.unknown", "a is unknown"},
	{"a=in.(1,2)", "a in [1|2]"},
	{"a=in.()", "a in []"},
	{"a=in.( )", "a in []"},
	{"a=in.(\"\")", "a in []"}, /* one empty element; told apart below */
	{"a=in. (a b, c ) ", "a in [a b| c ]"},
	{"a=in.(\"a,b\",\"c)\",\"d\\\"\\e\\\\\")", "a in [a,b|c)|d\"e\\]"},
	{"a=in.(\"a\"b)", "a in [\"a\"b]"},
	{"a=in.(\"a,b)", "a in [\"a|b]"},
	{"a->b->>0=eq.1", "a->b->>[0] eq <1>"},
	{"\"a.b\"=eq.1", "a.b eq <1>"},
	{"a=5", "(line 1, column 1) unexpected \"5\" " OPERATOR_EXPECTED},
	{"a=", "(line 1, column 1) unexpected end of input " OPERATOR_EXPECTED},
	{"a=equals.5", "(line 1, column 1) unexpected \"e\" " OPERATOR_EXPECTED},
	{"a=EQ.5", "(line 1, column 1) unexpected \"E\" " OPERATOR_EXPECTED},
	{"a=not.5", "(line 1, column 5) unexpected \"5\" " OPERATOR_EXPECTED},
	{"a=not.not.eq.5", "(line 1, column 5) unexpected \"n\" " OPERATOR_EXPECTED},
	{"a=eq", "(line 1, column 3) unexpected end of input expecting \".\""},
	{"a=neq(any).{1}", "(line 1, column 4) unexpected \"(\" expecting \".\""},
	{"a=eq(some).{1}", "(line 1, column 3) unexpected \"(\" expecting \"(any)\" or \"(all)\""},
	{"a=fts(a;b).x", "(line 1, column 6) unexpected \";\" expecting \")\""},
	{"a=is.5", "(line 1, column 4) unexpected \"5\" " IS_EXPECTED},
	{"a=is.nulls", "(line 1, column 4) unexpected \"n\" " IS_EXPECTED},
	{"a=is.null or 1", "(line 1, column 9) unexpected \"o\" expecting end of input"},
	{"a=in.1,2", "(line 1, column 4) unexpected \"1\" expecting \"(\""},
	{"a=in.(1,2", "(line 1, column 8) unexpected end of input expecting \",\" or \")\""},
	{"a=in.(1)2", "(line 1, column 7) unexpected \"2\" expecting end of input"},
	{"a;b=eq.1", "(line 1, column 2) unexpected \";\" expecting \"->\" or end of input"},
	{"=eq.1", "(line 1, column 1) unexpected end of input " NAME_EXPECTED},
};

static void reads_filters(void **state)
{
	(void)state;
	TRY_ALL(filters, read_filter);
}

static void an_empty_list_is_not_a_list_of_one_empty_text(void **state)
{
	struct fn_request *req = unit_request(&like);
	struct rest_condition condition;

	(void)state;
	assert_null(rest_parse_filter(req, "a", "in.()", &condition));
	assert_int_equal(condition.list_count, 0);
	assert_null(rest_parse_filter(req, "a", "in.(\"\")", &condition));
	assert_int_equal(condition.list_count, 1);
	assert_string_equal(condition.list[0], "");
	fn_request_free(req);
}

/* ---- logic ---- */

/* in: "key=value" */
static const char *read_logic(struct fn_request *req, const char *in)
{
	size_t name = strcspn(in, "=");
	const char *key = fn_arena_copy(fn_request_arena(req), in, name);
	struct rest_condition condition;
	struct fn_error *error = rest_parse_logic(req, key, in + name + 1, &condition);
	struct fn_buf buf;

	if (error != NULL)
		return refusal(req, error);
	fn_buf_init(&buf, PRINT_MAX);
	print_condition(&buf, &condition);
	return printed(req, &buf);
}

static const struct example logic_trees[] = {
	{"or=(a.eq.1,b.lt.2)", "or(a eq <1>, b lt <2>)"},
	{"and=(a.eq.1)", "and(a eq <1>)"},
	{"not.or=(a.eq.1)", "not or(a eq <1>)"},
	{"not.and=(a.eq.1)", "not and(a eq <1>)"},
	{"or= ( a.eq.1 , b.eq.2 ) ", "or(a eq <1 >, b eq <2 >)"},
	{"or=(a.not.eq.1,not.and(b.is.null,or(c.in.(1,2),d.gt.3)))",
	 "or(not a eq <1>, not and(b is null, or(c in [1|2], d gt <3>)))"},
	{"or=(a.eq.\"x,y\",b.eq.\"x)\\\"\")", "or(a eq <x,y>, b eq <x)\">)"},
	{"or=(a.eq.\"x\"y,b.eq.1)", "or(a eq <\"x\"y>, b eq <1>)"},
	{"or=(a.cs.{1,2},b.ov.{})", "or(a cs <{1,2}>, b ov <{}>)"},
	{"or=(a.like.*x*,b.ilike(any).{a*,b})", "or(a like <%x%>, b ilike(any) <{a%,b}>)"},
	{"or=(d->k->>0.eq.1,\"a.b\".eq.2)", "or(d->k->>[0] eq <1>, a.b eq <2>)"},
	{"or=(and.eq.1,or.is.true)", "or(and eq <1>, or is true)"},
	{"or=(a.fts(english).x)", "or(a fts(english) <x>)"},
	{"or=(a.eq.)", "or(a eq <>)"},
	{"or=(a.eq.1) and more", "or(a eq <1>)"},
	{"or=(a.is.null , b.in.(1) )", "or(a is null, b in [1])"},
	{"or=()", "(line 1, column 2) unexpected \")\" " NAME_EXPECTED},
	{"or=(a.eq.1,)", "(line 1, column 9) unexpected \")\" " NAME_EXPECTED},
	{"or=a.eq.1", "(line 1, column 1) unexpected \"a\" expecting \"(\""},
	{"or=(a.eq.1", "(line 1, column 8) unexpected end of input expecting \",\" or \")\""},
	{"or=(a)", "(line 1, column 3) unexpected \")\" expecting \"->\" or \".\""},
	{"or=(a.1)", "(line 1, column 4) unexpected \"1\" " OPERATOR_EXPECTED},
	/* what people type into a search box */
	{"or=(title.ilike.%a, b%,x.ilike.%a, b%)",
	 "(line 1, column 19) unexpected \"%\" expecting \"->\" or \".\""},
	{"or=(a.is.nil)", "(line 1, column 7) unexpected \"n\" " IS_EXPECTED},
	{"or=(a.cs.{1}2)", "(line 1, column 10) unexpected \"2\" expecting \",\" or \")\""},
	{"xor=(a.eq.1)", "(line 1, column 1) unexpected \"x\" expecting \"and\" or \"or\""},
};

static void reads_logic_trees(void **state)
{
	(void)state;
	TRY_ALL(logic_trees, read_logic);
}

/* ---- order ---- */

static const char *read_order(struct fn_request *req, const char *in)
{
	struct rest_level level = {.items = NULL};
	struct fn_error *error = rest_parse_order(req, in, &level);
	struct fn_buf buf;

	if (error != NULL)
		return refusal(req, error);
	fn_buf_init(&buf, PRINT_MAX);
	print_level(&buf, &level);
	return printed(req, &buf);
}

#define SUFFIX_EXPECTED                                                                            \
	"expecting \"asc\", \"desc\", \"nullsfirst\", \"nullslast\", \",\" or end of input"

static const struct example orders[] = {
	{"a", " ^[a]"},
	{"a.asc", " ^[a asc]"},
	{"a.desc.nullslast,b", " ^[a desc nullslast, b]"},
	{"a.nullsfirst, b.asc ", " ^[a nullsfirst, b asc]"},
	{"d->k->>0.desc", " ^[d->k->>[0] desc]"},
	{"clients(name)", " ^[clients/name]"},
	{"clients(d->>k).desc.nullsfirst", " ^[clients/d->>k desc nullsfirst]"},
	{"\"a.b\".asc", " ^[a.b asc]"},
	{"", "(line 1, column 1) unexpected end of input " NAME_EXPECTED},
	{"a,", "(line 1, column 3) unexpected end of input " NAME_EXPECTED},
	{"a.up", "(line 1, column 2) unexpected \".\" " SUFFIX_EXPECTED},
	{"a.ascending", "(line 1, column 2) unexpected \".\" " SUFFIX_EXPECTED},
	{"a.nullslast.asc", "(line 1, column 12) unexpected \".\" " SUFFIX_EXPECTED},
	{"a;b", "(line 1, column 2) unexpected \";\" " SUFFIX_EXPECTED},
	{"c(a", "(line 1, column 4) unexpected end of input expecting \"->\" or \")\""},
};

static void reads_orders(void **state)
{
	(void)state;
	TRY_ALL(orders, read_order);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_selects),
		cmocka_unit_test(tells_a_quoted_hint_from_a_join),
		cmocka_unit_test(reads_filters),
		cmocka_unit_test(an_empty_list_is_not_a_list_of_one_empty_text),
		cmocka_unit_test(reads_logic_trees),
		cmocka_unit_test(reads_orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
