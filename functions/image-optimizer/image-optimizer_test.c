/* image-optimizer_test.c: the redirect, and what is refused. Which addresses are good is
 * shared/temba_image_test.c. */
#include "call.h"

static void sends_a_browser_to_the_picture(void **state)
{
	struct call *c = *state;

	c->query = "url=http%3A%2F%2F127.0.0.1%3A8080%2Fimages%2Fmusic-1.svg&width=400&height=300"
		   "&quality=80&format=webp";
	call_method(c, "GET"); /* as <img> does: no key, no session */
	assert_int_equal(c->status, 302);
	assert_string_equal(unit_reply_header(c->req, "Location"), "/images/music-1.svg");
	assert_string_equal(unit_reply_header(c->req, "Cache-Control"),
			    "public, max-age=31536000, immutable");
	assert_non_null(unit_reply_header(c->req, "X-Accel-Expires"));
	assert_null(unit_reply_header(c->req, "Content-Type"));
	c->query = "width=nonsense&url=https%3A%2F%2Fimages.unsplash.com%2Fa%3Fw%3D8";
	call_method(c, "GET");
	assert_string_equal(unit_reply_header(c->req, "Location"),
			    "https://images.unsplash.com/a?w=8");
}

static void refuses_everything_else(void **state)
{
	static const char *const queries[] =
		{"url=https%3A%2F%2Fevil.example%2Fa.png", "url=%2F%2Fevil.example%2Fa.png",
		 "url=https%3A%2F%2Fimages.unsplash.com%0d%0aX%3A1",
		 "url=https%3A%2F%2Fimages.unsplash.com%2F%0d%0aX%3A1"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(queries); i++) {
		c->query = queries[i];
		call_method(c, "GET");
		call_assert_refused(c, 400, "url_refused");
		assert_null(unit_reply_header(c->req, "Location"));
		assert_null(unit_reply_header(c->req, "X-Accel-Expires"));
	}
}

static void asks_for_an_address(void **state)
{
	static const char *const queries[] = {NULL, "url=", "url=%", "url=%00", "width=400"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(queries); i++) {
		c->query = queries[i];
		call_method(c, "GET");
		call_assert_refused(c, 400, "url_missing");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(sends_a_browser_to_the_picture),
		CALL_TEST(refuses_everything_else),
		CALL_TEST(asks_for_an_address),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
