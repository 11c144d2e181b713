/* stripe_form_test.c: brackets, lists, what contradicts itself, and the same in another order. */
#include "stripe_form.h"

#include <string.h>

#include "fn_buf.h"
#include "unit.h"

static struct fn_arena *arena;

static int make_arena(void **state)
{
	(void)state;
	arena = fn_arena_new(16 << 20);
	return 0;
}

static int free_arena(void **state)
{
	(void)state;
	fn_arena_free(arena);
	return 0;
}

static void reads_nested_keys(void **state)
{
	static const struct {
		const char *form, *json; /* NULL: cannot be read */
	} table[] = {
		{"", "{}"},
		{"amount=871&currency=usd", "{\"amount\":\"871\",\"currency\":\"usd\"}"},
		{"a[b][c]=1&a[b][d]=2", "{\"a\":{\"b\":{\"c\":\"1\",\"d\":\"2\"}}}"},
		{"a%5Bb%5D=x+y%26", "{\"a\":{\"b\":\"x y&\"}}"},
		{"expand[]=x&expand[]=y", "{\"expand\":[\"x\",\"y\"]}"},
		{"t[0]=card&t[1]=link", "{\"t\":[\"card\",\"link\"]}"},
		{"l[0][p]=1&l[0][q]=2&l[1][p]=3",
		 "{\"l\":[{\"p\":\"1\",\"q\":\"2\"},{\"p\":\"3\"}]}"},
		{"a&b=", "{\"a\":\"\",\"b\":\"\"}"},
		{"a=1&a=2", NULL},
		{"a=1&a[b]=2", NULL},
		{"a[b]=1&a=2", NULL},
		{"a[b=1", NULL},
		{"[a]=1", NULL},
		{"a[b]c=1", NULL},
		{"a=%zz", NULL},
		{"a[b][c][d][e][f][g][h][i]=1", NULL},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct json_object *read =
			stripe_form_read(arena, table[i].form, strlen(table[i].form));

		if (table[i].json == NULL)
			assert_null(read);
		else
			assert_string_equal(fn_json_write(read, NULL), table[i].json);
	}
}

static void stops_at_too_many(void **state)
{
	struct fn_buf form;

	(void)state;
	fn_buf_init(&form, 1 << 16);
	for (unsigned i = 0; i < 600; i++)
		fn_buf_format(&form, "k%u=1&", i);
	assert_null(stripe_form_read(arena, form.bytes, form.length));
	fn_buf_free(&form);
}

static void fingerprint_is(const char *a, const char *b, bool the_same)
{
	const char *x = stripe_form_fingerprint(arena, a, strlen(a));
	const char *y = stripe_form_fingerprint(arena, b, strlen(b));

	assert_true((strcmp(x, y) == 0) == the_same);
}

static void compares_parameters_not_their_order(void **state)
{
	(void)state;
	fingerprint_is("a=1&b=2", "b=2&a=1", true);
	fingerprint_is("a%5Bb%5D=1", "a[b]=1", true);
	fingerprint_is("a=1&b=2", "a=1&b=3", false);
	fingerprint_is("a=1&b=2", "a=1", false);
	fingerprint_is("a=1%26b=2", "a=1&b=2", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_nested_keys),
		cmocka_unit_test(stops_at_too_many),
		cmocka_unit_test(compares_parameters_not_their_order),
	};

	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
