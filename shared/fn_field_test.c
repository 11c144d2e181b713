/* fn_field_test.c: every complaint at once, null as absent, and no value where one is in doubt. */
#include "fn_field.h"

#include <stdio.h>
#include <string.h>

#include "fn_json.h"
#include "unit.h"

#define ID "0A1b2c3d-4e5f-6789-abcd-ef0123456789"

static struct unit_request like;
static struct fn_request *req;
static struct fn_fields f;

/* A request with this body, read as an object. */
static struct fn_error *begin(const char *body)
{
	fn_request_free(req);
	like.body = body;
	req = unit_request(&like);
	return fn_field_begin(req, &f);
}

static int set_up(void **state)
{
	(void)state;
	like = (struct unit_request){.method = "POST"};
	req = NULL;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_request_free(req);
	return 0;
}

/* The complaints as {"name":"why"}, or "" when there are none. */
static const char *complaints(void)
{
	struct fn_error *error = fn_field_end(&f);

	if (error == NULL)
		return "";
	assert_int_equal(error->message->status, 422);
	assert_string_equal(error->message->code, "invalid_fields");
	return fn_json_write(fn_json_get(error->detail, "fields"), NULL);
}

static void refuses_a_body_that_is_not_one_object(void **state)
{
	static const char *const bad[] = {"[]",    "1", "\"{}\"", "null", "{\"a\":1,\"a\":2}",
					  "{'a'}", " ", "{}{}",   "true"};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(bad); i++) {
		struct fn_error *error = begin(bad[i]);

		if (error == NULL) {
			fail_msg("accepted: %s", bad[i]);
			return;
		}
		assert_int_equal(error->message->status, 400);
		assert_string_equal(error->message->code, "bad_json");
		assert_non_null(error->cause);
	}
}

static void reads_no_body_as_no_members(void **state)
{
	(void)state;
	assert_null(begin(NULL));
	assert_null(fn_field_text(&f, "a", FN_OPTIONAL, 10));
	assert_string_equal(complaints(), "");
	assert_null(fn_field_text(&f, "a", FN_REQUIRED, 10));
	assert_string_equal(complaints(), "{\"a\":\"obligatoire\"}");
}

static void reads_every_type(void **state)
{
	struct fn_uuid id;

	(void)state;
	assert_null(begin("{\"id\":\"" ID "\",\"text\":\"  Ségou \",\"secret\":\" x \","
			  "\"email\":\" ANA@Example.org\",\"phone\":\"70 12 34 56\",\"n\":-3,"
			  "\"yes\":true,\"no\":false,\"o\":{\"a\":1},\"unknown\":[1]}"));
	assert_true(fn_field_uuid(&f, "id", FN_REQUIRED, &id));
	assert_string_equal(id.text, "0a1b2c3d-4e5f-6789-abcd-ef0123456789");
	assert_string_equal(fn_field_text(&f, "text", FN_REQUIRED, 20), "Ségou");
	assert_string_equal(fn_field_secret(&f, "secret", FN_REQUIRED, 3), " x ");
	assert_string_equal(fn_field_email(&f, "email", FN_REQUIRED), "ana@example.org");
	assert_string_equal(fn_field_phone(&f, "phone", FN_REQUIRED), "+22670123456");
	assert_int_equal(fn_field_int(&f, "n", FN_REQUIRED, -3, 3), -3);
	assert_true(fn_field_bool(&f, "yes", false));
	assert_false(fn_field_bool(&f, "no", true));
	assert_int_equal(fn_json_length(fn_field_object(&f, "o", FN_REQUIRED)), 1);
	assert_string_equal(complaints(), "");
}

/* Asks for every type by the name of its reader. */
static void read_all(enum fn_need need)
{
	struct fn_uuid id = {"not empty"};

	assert_false(fn_field_uuid(&f, "uuid", need, &id));
	assert_string_equal(id.text, "");
	assert_null(fn_field_text(&f, "text", need, 5));
	assert_null(fn_field_secret(&f, "secret", need, 5));
	assert_null(fn_field_email(&f, "email", need));
	assert_null(fn_field_phone(&f, "phone", need));
	assert_int_equal(fn_field_int(&f, "int", need, 1, 9), 0);
	assert_null(fn_field_object(&f, "object", need));
}

#define REQUIRED_ALL                                                                               \
	"{\"uuid\":\"obligatoire\",\"text\":\"obligatoire\",\"secret\":\"obligatoire\","           \
	"\"email\":\"obligatoire\",\"phone\":\"obligatoire\",\"int\":\"obligatoire\","             \
	"\"object\":\"obligatoire\"}"

static void names_every_missing_field_at_once(void **state)
{
	(void)state;
	assert_null(begin("{}"));
	read_all(FN_REQUIRED);
	assert_string_equal(complaints(), REQUIRED_ALL);
}

static void takes_null_for_absent(void **state)
{
	static const char nulls[] = "{\"uuid\":null,\"text\":null,\"secret\":null,\"email\":null,"
				    "\"phone\":null,\"int\":null,\"object\":null,\"bool\":null}";

	(void)state;
	assert_null(begin(nulls));
	read_all(FN_OPTIONAL);
	assert_true(fn_field_bool(&f, "bool", true));
	assert_string_equal(complaints(), "");
	assert_null(begin(nulls));
	read_all(FN_REQUIRED);
	assert_string_equal(complaints(), REQUIRED_ALL);
}

static void takes_white_space_for_absent(void **state)
{
	(void)state;
	assert_null(begin("{\"uuid\":\"\",\"text\":\" \\n\",\"secret\":\"\",\"email\":\"  \","
			  "\"phone\":\"\"}"));
	read_all(FN_OPTIONAL);
	assert_string_equal(complaints(), "");
	assert_null(fn_field_text(&f, "text", FN_REQUIRED, 5));
	assert_null(fn_field_secret(&f, "secret", FN_REQUIRED, 5));
	assert_null(fn_field_email(&f, "email", FN_REQUIRED));
	assert_string_equal(complaints(), "{\"text\":\"obligatoire\",\"secret\":\"obligatoire\","
					  "\"email\":\"obligatoire\"}");
}

/* Each value against each reader: only its own type passes, and nothing is converted. */
static void refuses_wrong_types_even_where_nothing_is_required(void **state)
{
	static const char *const texts[] = {"7", "7.5", "true", "[]", "{}"};
	static const char *const numbers[] = {"\"7\"", "7.0", "7e0", "true", "[7]", "{}"};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(texts); i++) {
		char body[200];

		(void)snprintf(body, sizeof(body),
			       "{\"uuid\":%s,\"text\":%s,\"secret\":%s,\"email\":%s,\"phone\":%s}",
			       texts[i], texts[i], texts[i], texts[i], texts[i]);
		assert_null(begin(body));
		read_all(FN_OPTIONAL);
		assert_string_equal(
			complaints(),
			"{\"uuid\":\"doit être un texte\",\"text\":\"doit être un texte\","
			"\"secret\":\"doit être un texte\",\"email\":\"doit être un texte\","
			"\"phone\":\"doit être un texte\"}");
	}
	for (size_t i = 0; i < FN_COUNT(numbers); i++) {
		char body[100];

		(void)snprintf(body, sizeof(body), "{\"int\":%s,\"object\":[],\"bool\":1}",
			       numbers[i]);
		assert_null(begin(body));
		read_all(FN_OPTIONAL);
		assert_true(fn_field_bool(&f, "bool", true));
		assert_string_equal(complaints(), "{\"int\":\"doit être un nombre entier\","
						  "\"object\":\"doit être un objet\","
						  "\"bool\":\"doit être vrai ou faux\"}");
	}
}

static void keeps_to_limits(void **state)
{
	(void)state;
	assert_null(begin("{\"text\":\"12345\",\"secret\":\"12345\",\"low\":1,\"high\":9}"));
	assert_string_equal(fn_field_text(&f, "text", FN_REQUIRED, 5), "12345");
	assert_string_equal(fn_field_secret(&f, "secret", FN_REQUIRED, 5), "12345");
	assert_int_equal(fn_field_int(&f, "low", FN_REQUIRED, 1, 9), 1);
	assert_int_equal(fn_field_int(&f, "high", FN_REQUIRED, 1, 9), 9);
	assert_string_equal(complaints(), "");
	assert_null(begin("{\"text\":\"éé12\",\"secret\":\"123456\",\"int\":0,\"high\":10}"));
	assert_string_equal(fn_field_text(&f, "text", FN_REQUIRED, 6), "éé12"); /* bytes */
	assert_null(fn_field_text(&f, "text", FN_REQUIRED, 5));
	assert_null(fn_field_secret(&f, "secret", FN_REQUIRED, 5));
	assert_int_equal(fn_field_int(&f, "int", FN_REQUIRED, 1, 9), 0);
	assert_int_equal(fn_field_int(&f, "high", FN_REQUIRED, 1, 9), 0);
	assert_string_equal(complaints(), "{\"text\":\"trop long\",\"secret\":\"trop long\","
					  "\"int\":\"hors limites\",\"high\":\"hors limites\"}");
}

static void refuses_texts_that_are_not_what_they_should_be(void **state)
{
	(void)state;
	assert_null(begin("{\"uuid\":\"1\",\"email\":\"ana\",\"phone\":\"x\",\"text\":\"ok\","
			  "\"secret\":\"ok\",\"int\":1,\"object\":{}}"));
	assert_false(fn_field_uuid(&f, "uuid", FN_REQUIRED, &(struct fn_uuid){0}));
	assert_null(fn_field_email(&f, "email", FN_OPTIONAL));
	assert_null(fn_field_phone(&f, "phone", FN_OPTIONAL));
	assert_string_equal(complaints(), "{\"uuid\":\"identifiant invalide\","
					  "\"email\":\"adresse e-mail invalide\","
					  "\"phone\":\"numéro de téléphone invalide\"}");
}

static void complains_in_the_language_of_the_client(void **state)
{
	(void)state;
	like.headers[0] = (struct unit_header){"Accept-Language", "en"};
	assert_null(begin("{\"uuid\":\"1\",\"int\":99,\"phone\":7}"));
	(void)fn_field_uuid(&f, "uuid", FN_REQUIRED, &(struct fn_uuid){0});
	(void)fn_field_int(&f, "int", FN_REQUIRED, 1, 9);
	(void)fn_field_phone(&f, "phone", FN_REQUIRED);
	(void)fn_field_text(&f, "text", FN_REQUIRED, 9);
	assert_string_equal(complaints(), "{\"uuid\":\"not a valid id\",\"int\":\"out of range\","
					  "\"phone\":\"must be a text\",\"text\":\"required\"}");
}

static void says_one_thing_about_a_field_however_often_it_is_read(void **state)
{
	(void)state;
	assert_null(begin("{\"a\":7}"));
	(void)fn_field_text(&f, "a", FN_REQUIRED, 9);
	(void)fn_field_int(&f, "a", FN_REQUIRED, 8, 9);
	fn_field_complain(&f, "a", "later");
	fn_field_complain(&f, "b", "first");
	assert_string_equal(complaints(), "{\"a\":\"doit être un texte\",\"b\":\"first\"}");
}

static void reads_an_object_inside(void **state)
{
	struct fn_fields inner;

	(void)state;
	assert_null(begin("{\"data\":{\"name\":\"Ana\"}}"));
	inner = fn_field_of(req, fn_field_object(&f, "data", FN_REQUIRED));
	assert_string_equal(fn_field_text(&inner, "name", FN_REQUIRED, 9), "Ana");
	assert_null(fn_field_end(&inner));
	inner = fn_field_of(req, fn_field_object(&f, "none", FN_OPTIONAL));
	assert_null(fn_field_text(&inner, "name", FN_REQUIRED, 9));
	assert_non_null(fn_field_end(&inner));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(refuses_a_body_that_is_not_one_object),
		TEST(reads_no_body_as_no_members),
		TEST(reads_every_type),
		TEST(names_every_missing_field_at_once),
		TEST(takes_null_for_absent),
		TEST(takes_white_space_for_absent),
		TEST(refuses_wrong_types_even_where_nothing_is_required),
		TEST(keeps_to_limits),
		TEST(refuses_texts_that_are_not_what_they_should_be),
		TEST(complains_in_the_language_of_the_client),
		TEST(says_one_thing_about_a_field_however_often_it_is_read),
		TEST(reads_an_object_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
