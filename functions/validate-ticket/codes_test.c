/* codes_test.c: the codes that a scanner may read: an id, a server's own code, the web client's
 * legacy QR in its variants, and junk. */
#include <stdio.h>

#include "validate-ticket_test.h"

static char body[4096];

/* Scans this code; the caller is staff, and there is no such ticket. */
static void scan(struct call *c, const char *code)
{
	(void)snprintf(body, sizeof(body), "{\"encodedData\":\"%s\"}", code);
	caller_is_staff("t");
	fake_db_no_row("validate-ticket.lock_ticket");
	call_as(c, ANA, body);
	call_assert_refused_on_record(c, 404, "unknown_ticket");
}

static const char *looked_for_id(void)
{
	const char *id = fake_db_argument("validate-ticket.lock_ticket", 0);

	return id == NULL ? "" : id;
}

static const char *looked_for_secret(void)
{
	const char *secret = fake_db_argument("validate-ticket.lock_ticket", 1);

	return secret == NULL ? "" : secret;
}

/* base64 of {"data":{"id":TICKET,"timestamp":...,"version":"1.0"},"sig":...} */
static const struct {
	const char *code, *timestamp;
} legacy[] = {
	/* padding 2 */
	{"eyJkYXRhIjp7ImlkIjoiNzFjNGU3MDAtMzMzMy00MzMzLTgzMzMtNzFjNGU3MDA3MWM0IiwidGltZXN0YW1wIjoxN"
	 "zAwMDAwMDAwMTIzLCJ2ZXJzaW9uIjoiMS4wIn0sInNpZyI6IjFmM2EifQ==",
	 "1700000000123"},
	/* padding 1 */
	{"eyJkYXRhIjp7ImlkIjoiNzFjNGU3MDAtMzMzMy00MzMzLTgzMzMtNzFjNGU3MDA3MWM0IiwidGltZXN0YW1wIjoxN"
	 "zAwMDAwMDAwMTIzLCJ2ZXJzaW9uIjoiMS4wIn0sInNpZyI6IjFmM2FiIn0=",
	 "1700000000123"},
	/* padding 0 */
	{"eyJkYXRhIjp7ImlkIjoiNzFjNGU3MDAtMzMzMy00MzMzLTgzMzMtNzFjNGU3MDA3MWM0IiwidGltZXN0YW1wIjoxN"
	 "zAwMDAwMDAwMTIzLCJ2ZXJzaW9uIjoiMS4wIn0sInNpZyI6IjFmM2FiYiJ9",
	 "1700000000123"},
	/* without its padding */
	{"eyJkYXRhIjp7ImlkIjoiNzFjNGU3MDAtMzMzMy00MzMzLTgzMzMtNzFjNGU3MDA3MWM0IiwidGltZXN0YW1wIjoxN"
	 "zAwMDAwMDAwMTIzLCJ2ZXJzaW9uIjoiMS4wIn0sInNpZyI6IjFmM2EifQ",
	 "1700000000123"},
	/* without a time */
	{"eyJkYXRhIjp7ImlkIjoiNzFjNGU3MDAtMzMzMy00MzMzLTgzMzMtNzFjNGU3MDA3MWM0In19", "0"},
	/* a time that is none */
	{"eyJkYXRhIjp7ImlkIjoiNzFjNGU3MDAtMzMzMy00MzMzLTgzMzMtNzFjNGU3MDA3MWM0IiwidGltZXN0YW1wIjoie"
	 "CJ9fQ==",
	 "0"},
	/* members nobody knows */
	{"eyJkYXRhIjp7ImlkIjoiNzFjNGU3MDAtMzMzMy00MzMzLTgzMzMtNzFjNGU3MDA3MWM0IiwidGltZXN0YW1wIjotN"
	 "X0sInNpZyI6bnVsbCwibW9yZSI6WzFdfQ==",
	 "-5"},
	/* from the future, in capitals */
	{"eyJkYXRhIjp7ImlkIjoiNzFDNEU3MDAtMzMzMy00MzMzLTgzMzMtNzFDNEU3MDA3MUM0IiwidGltZXN0YW1wIjo0M"
	 "TAyNDQ0ODAwMDAwfX0=",
	 "4102444800000"},
};

static void reads_the_legacy_code_as_a_pointer_to_the_ticket(void **state)
{
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(legacy); i++) {
		scan(c, legacy[i].code);
		assert_string_equal(looked_for_id(), TICKET);
		assert_string_equal(looked_for_secret(), "");
	}
}

/* Neither age nor signature refuses: both prove nothing, and the age refuses honest people. */
static void gives_the_time_of_a_legacy_code_back(void **state)
{
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(legacy); i++) {
		(void)snprintf(body, sizeof(body), "{\"encodedData\":\"%s\"}", legacy[i].code);
		finds(sound);
		scans("t", "f");
		call_as(c, ANA, body);
		call_assert_fine(c);
		assert_string_equal(fn_json_write(fn_json_get(fn_json_get(c->reply, "ticket"),
							      "timestamp"),
						  NULL),
				    legacy[i].timestamp);
	}
}

static void reads_a_bare_id(void **state)
{
	struct call *c = *state;

	scan(c, TICKET);
	assert_string_equal(looked_for_id(), TICKET);
	assert_string_equal(looked_for_secret(), "");
	scan(c, " 71C4E700-3333-4333-8333-71C4E70071C4\\n");
	assert_string_equal(looked_for_id(), TICKET);
}

static void the_id_counts_when_a_code_comes_with_it(void **state)
{
	struct call *c = *state;

	caller_is_staff("t");
	fake_db_no_row("validate-ticket.lock_ticket");
	call_as(c, ANA,
		"{\"ticketId\":\"" TICKET "\",\"encodedData\":\"0123456789abcdef0123456789\"}");
	assert_string_equal(looked_for_id(), TICKET);
	assert_string_equal(looked_for_secret(), "");
}

/* What is no legacy code is looked up as a code that the server has issued, as it stands. */
static void takes_anything_else_for_a_code_of_the_server(void **state)
{
	static const char *const codes[] = {
		"0123456789abcdef0123", /* as short as one may be */
		/* an id that is none */
		"eyJkYXRhIjp7ImlkIjoieCIsInRpbWVzdGFtcCI6MX19",
		/* no id */
		"eyJkYXRhIjp7InRpbWVzdGFtcCI6MSwidmVyc2lvbiI6IjEuMCJ9fQ==",
		/* the id outside of data */
		"eyJpZCI6IjcxYzRlNzAwLTMzMzMtNDMzMy04MzMzLTcxYzRlNzAwNzFjNCJ9",
		/* data is a text */
		"eyJkYXRhIjoiNzFjNGU3MDAtMzMzMy00MzMzLTgzMzMtNzFjNGU3MDA3MWM0In0=",
		/* a key twice */
		"eyJkYXRhIjp7ImlkIjoiNzFjNGU3MDAtMzMzMy00MzMzLTgzMzMtNzFjNGU3MDA3MWM0In0sImRhdGEiOn"
		"siaWQiOiI3MWM0ZTcwMC0zMzMzLTQzMzMtODMzMy03MWM0ZTcwMDcxYzQifX0=",
		/* not JSON */
		"eydkYXRhJzp7J2lkJzonNzFjNGU3MDAtMzMzMy00MzMzLTgzMzMtNzFjNGU3MDA3MWM0J319",
		/* something behind it */
		"eyJkYXRhIjp7ImlkIjoiNzFjNGU3MDAtMzMzMy00MzMzLTgzMzMtNzFjNGU3MDA3MWM0In19eA==",
		/* no text */
		"AAEC/wABAv8AAQL/AAEC/wABAv8AAQL/AAEC/wABAv8=",
		/* a foreign character */
		"eyJkYXRhIjp7ImlkIjoiNzFjNGU3MDAtMzMzMy00MzMzLTgzMzMtNzFjNGU3MDA3MWM0IiwidGltZXN0YW"
		"1wIjoxNzAwMDAwMDAwMTIzLCJ2ZXJzaW9uIjoiMS4wIn0sInNpZyI6IjFmM2Eif*A=",
		/* a group of one character */
		"AAAAAAAAAAAAAAAAAAAAA",
		/* too much padding */
		"eyJkYXRhIjp7ImlkIjoiNzFjNGU3MDAtMzMzMy00MzMzLTgzMzMtNzFjNGU3MDA3MWM0IiwidGltZXN0YW"
		"1wIjoxNzAwMDAwMDAwMTIzLCJ2ZXJzaW9uIjoiMS4wIn0sInNpZyI6IjFmM2EifQ===",
		/* an address */
		"https://temba.example/verify/0123456789abcdef",
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(codes); i++) {
		scan(c, codes[i]);
		assert_string_equal(looked_for_id(), "");
		assert_string_equal(looked_for_secret(), codes[i]);
	}
}

static void refuses_what_is_too_short_to_be_any_code(void **state)
{
	static const char *const codes[] = {"x", "0123456789abcdef012", "e30=", "{}", "12345"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(codes); i++) {
		(void)snprintf(body, sizeof(body), "{\"encodedData\":\"%s\"}", codes[i]);
		call_as(c, ANA, body);
		call_assert_refused(c, 422, "unreadable_code");
		assert_int_equal(c->status, 200);
		assert_string_equal(call_text(c, "message"), "Ce code n'est pas un billet Temba");
	}
}

static void asks_for_a_code_or_an_id(void **state)
{
	static const struct {
		const char *body, *code;
	} table[] = {
		{"{}", "code_required"},
		{"", "code_required"},
		{"{\"encodedData\":\"\"}", "code_required"},
		{"{\"encodedData\":null,\"ticketId\":null}", "code_required"},
		{"{\"encodedData\":7}", "invalid_fields"},
		{"{\"ticketId\":\"x\"}", "invalid_fields"},
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		call_as(c, ANA, table[i].body);
		call_assert_refused(c, 422, table[i].code);
		assert_int_equal(c->status, 200);
	}
	call_as(c, ANA, "{\"ticketId\":\"" TICKET "\",\"scanLocation\":[]}");
	call_assert_refused(c, 422, "invalid_fields");
	(void)snprintf(body, sizeof(body), "{\"encodedData\":\"%02049d\"}", 0);
	call_as(c, ANA, body);
	call_assert_refused(c, 422, "invalid_fields");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(reads_the_legacy_code_as_a_pointer_to_the_ticket),
		CALL_TEST(gives_the_time_of_a_legacy_code_back),
		CALL_TEST(reads_a_bare_id),
		CALL_TEST(the_id_counts_when_a_code_comes_with_it),
		CALL_TEST(takes_anything_else_for_a_code_of_the_server),
		CALL_TEST(refuses_what_is_too_short_to_be_any_code),
		CALL_TEST(asks_for_a_code_or_an_id),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
