/* outbox_test.c: how many webhooks there are, when they are due, and what forgers make of them. */
#include "outbox.h"

#include "database.h"
#include "provider_test.h"
#include "settings.h"

static const char body[] = "{\"id\":\"evt_1\",\"data\":{\"amount\":5000,\"amount_received\":5000}}";

static int64_t count(const char *sql)
{
	return database_first_number(sql, NULL, 0, -1);
}

static void post_with(const char *settings)
{
	(void)database_change("DELETE FROM outbox", NULL, 0);
	(void)database_change("DELETE FROM settings", NULL, 0);
	settings_merge("webhooks.stripe", settings);
	outbox_post(arena, "stripe", "pi_1", "payment_intent.succeeded", body);
}

static int64_t posted(void)
{
	return count("SELECT count(*) FROM outbox");
}

static void posts_one_at_once(void **state)
{
	(void)state;
	post_with("{}");
	assert_int_equal(posted(), 1);
	assert_int_equal(
		count("SELECT count(*) FROM outbox WHERE forged IS NULL AND due = created"), 1);
}

static void drops_and_doubles(void **state)
{
	(void)state;
	post_with("{\"drop\":true,\"duplicate\":3,\"forge_percent\":100}");
	assert_int_equal(posted(), 0);
	post_with("{\"duplicate\":3}");
	assert_int_equal(posted(), 4);
}

static void waits_within_the_range(void **state)
{
	(void)state;
	post_with("{\"delay_ms\":[1000,2000],\"duplicate\":50}");
	assert_int_equal(
		count("SELECT count(*) FROM outbox WHERE due - created BETWEEN 999 AND 2500"), 51);
	assert_true(count("SELECT count(DISTINCT due - created) FROM outbox") > 10);
	post_with("{\"delay_ms\":300,\"shuffle_ms\":1000,\"duplicate\":50}");
	assert_int_equal(
		count("SELECT count(*) FROM outbox WHERE due - created BETWEEN 299 AND 1800"), 51);
	assert_true(count("SELECT count(DISTINCT due - created) FROM outbox") > 10);
}

static void adds_forgeries_beside_the_genuine(void **state)
{
	(void)state;
	post_with("{\"forge_percent\":100,\"forge_kinds\":[\"amount\"]}");
	assert_int_equal(count("SELECT count(*) FROM outbox WHERE forged IS NULL"), 1);
	assert_int_equal(count("SELECT count(*) FROM outbox WHERE forged = 'amount'"
			       " AND body ->> '$.data.amount' = 1"),
			 1);
	post_with("{\"forge_percent\":100,\"forge_kinds\":[\"old\"]}");
	assert_int_equal(count("SELECT count(DISTINCT body) FROM outbox"), 1);
	post_with("{\"forge_percent\":0}");
	assert_int_equal(posted(), 1);
}

static void sends_an_earlier_one_again(void **state)
{
	(void)state;
	post_with("{}");
	assert_true(outbox_again(count("SELECT number FROM outbox")));
	assert_int_equal(count("SELECT count(DISTINCT body) FROM outbox"), 1);
	assert_int_equal(posted(), 2);
	assert_false(outbox_again(1000000));
}

static void makes_every_amount_one(void **state)
{
	(void)state;
	assert_string_equal(outbox_cheapen(arena, body),
			    "{\"id\":\"evt_1\",\"data\":{\"amount\":1,\"amount_received\":1}}");
	assert_string_equal(outbox_cheapen(arena, "{\"amount\": \"5000.00\",\"amount\":null}"),
			    "{\"amount\": \"1.00\",\"amount\":null}");
	assert_string_equal(outbox_cheapen(arena, "{\"amount_details\":{\"tip\":{}}}"),
			    "{\"amount_details\":{\"tip\":{}}}");
	assert_string_equal(outbox_cheapen(arena, "\"amount"), "\"amount");
}

static void indents_as_stripe_does(void **state)
{
	(void)state;
	assert_string_equal(outbox_indent(arena, "{\"a\":{\"b\":[1,2]},\"c\":{},\"d\":[]}"),
			    "{\n  \"a\": {\n    \"b\": [\n      1,\n      2\n    ]\n  },\n"
			    "  \"c\": {},\n  \"d\": []\n}");
	assert_string_equal(outbox_indent(arena, "{\"a\\\"{\":\"x,[\\\\\"}"),
			    "{\n  \"a\\\"{\": \"x,[\\\\\"\n}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(posts_one_at_once),
		cmocka_unit_test(drops_and_doubles),
		cmocka_unit_test(waits_within_the_range),
		cmocka_unit_test(adds_forgeries_beside_the_genuine),
		cmocka_unit_test(sends_an_earlier_one_again),
		cmocka_unit_test(makes_every_amount_one),
		cmocka_unit_test(indents_as_stripe_does),
	};

	return cmocka_run_group_tests(tests, begin_test, end_test);
}
