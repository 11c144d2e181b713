/* temba_image_test.c: which pictures a browser is sent to, and the tricks that must not work. */
#include <string.h>

#include "fn_arena.h"
#include "fn_macros.h"
#include "temba_image.h"
#include "unit.h"

#define OWN   "https://api.temba.example"
#define HOSTS "images.unsplash.com, cdn.temba.example:8443,img.example"

static struct fn_arena *arena;

static int start(void **state)
{
	(void)state;
	arena = fn_arena_new(1 << 20);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	fn_arena_free(arena);
	return 0;
}

static const char *at(const char *url)
{
	return temba_image_address(arena, url, OWN, HOSTS);
}

static void goes_where_it_may(void **state)
{
	static const char *const table[][2] = {
		/* our own: the path, whatever the visitor calls us */
		{OWN "/images/music-1.svg", "/images/music-1.svg"},
		{"/images/a_B-2.webp", "/images/a_B-2.webp"},
		{OWN "/storage/v1/object/public/event-images/gallery/1/a.jpg",
		 "/storage/v1/object/public/event-images/gallery/1/a.jpg"},
		{OWN "/storage/v1/render/image/public/avatars/a.png?width=80",
		 "/storage/v1/render/image/public/avatars/a.png?width=80"},
		{OWN "/storage/v1/object/public/event-images/f\xc3\xaate 1.jpg",
		 "/storage/v1/object/public/event-images/f%C3%AAte%201.jpg"},
		/* listed hosts */
		{"https://images.unsplash.com/photo-1?w=800&q=80",
		 "https://images.unsplash.com/photo-1?w=800&q=80"},
		{"https://img.example", "https://img.example"},
		{"HTTPS://IMG.Example/A.png", "HTTPS://IMG.Example/A.png"},
		{"https://cdn.temba.example:8443/a%20b.png",
		 "https://cdn.temba.example:8443/a%20b.png"},
		{"https://img.example/a b\"<>\\^`{|}\xc3\xa9",
		 "https://img.example/a%20b%22%3C%3E%5C%5E%60%7B%7C%7D%C3%A9"},
		/* what others would read as a host stands in the path here */
		{"https://img.example/@evil.example/", "https://img.example/@evil.example/"},
		{"https://img.example//evil.example", "https://img.example//evil.example"},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		const char *address = at(table[i][0]);

		assert_non_null(address);
		assert_string_equal(address, table[i][1]);
	}
}

/* Each would be another host, another scheme or another address of ours. */
static const char *const tricks[] = {
	"",
	"/",
	"a.png",
	"https:",
	"https://",
	"https:///",
	/* hosts that look like a listed one */
	"https://evil.example/a.png",
	"https://evil.example/img.example/a.png",
	"https://img.example.evil.example/a.png",
	"https://evil-img.example/a.png",
	"https://img.example./a.png",
	"https://img.exampl/a.png",
	"https://sub.img.example/a.png",
	"https://xn--img-example/a.png",
	"https://img\xe3\x80\x82"
	"example/a.png",                        /* a full stop of another script */
	"https://\xef\xbd\x89mg.example/a.png", /* a letter of full width */
	"https://im\xc2\xad"
	"g.example/a.png", /* a soft hyphen */
	"https://img.example%2f@evil.example/",
	"https://img%2eexample/a.png",
	/* parts around a host */
	"https://user@img.example/a.png",
	"https://user:secret@img.example/a.png",
	"https://img.example@evil.example/a.png",
	"https://img.example:443@evil.example/",
	"https://img.example:@evil.example/",
	"https://img.example:443/a.png",
	"https://img.example:80/a.png",
	"https://img.example:/a.png",
	"https://cdn.temba.example/a.png",
	"https://cdn.temba.example:84430/a.png",
	"https://cdn.temba.example:8443:80/a.png",
	"https://img.example?@evil.example/",
	"https://img.example#@evil.example/",
	"https://img.example\\@evil.example/",
	"https://img.example\\.evil.example/",
	"https://img.example;evil.example/",
	"https://img.example /a.png",
	"https://img.example,evil.example/",
	"https://images.unsplash.com, cdn.temba.example:8443/",
	/* other schemes and spellings of one */
	"http://img.example/a.png",
	"ftp://img.example/a.png",
	"//img.example/a.png",
	"///img.example/a.png",
	"/\\img.example/a.png",
	"\\\\img.example/a.png",
	"https:/img.example/a.png",
	"https:img.example/a.png",
	"https:\\\\img.example/a.png",
	"https:////img.example/a.png",
	" https://img.example/a.png",
	"\thttps://img.example/a.png",
	"ht\ntps://img.example/a.png",
	"javascript:alert(1)//img.example/",
	"data:image/png;base64,AAAA",
	"file:///etc/passwd",
	"gopher://img.example/",
	"view-source:https://img.example/",
	/* this machine and its neighbours */
	"http://127.0.0.1/a.png",
	"https://127.0.0.1/a.png",
	"https://localhost/a.png",
	"https://[::1]/a.png",
	"https://[::ffff:127.0.0.1]/a.png",
	"https://2130706433/a.png",
	"https://0x7f.1/a.png",
	"https://017700000001/a.png",
	"https://169.254.169.254/latest/meta-data/a.png",
	"https://10.0.0.1/a.png?w=1",
	/* no header of somebody else's making */
	"https://img.example/a\r\nSet-Cookie: a=b",
	"https://img.example/a\nb",
	"https://img.example/a\tb",
	"https://img.example/a\x7f",
	/* ours, but no picture */
	OWN,
	OWN "/",
	OWN "/images/",
	OWN "/images/.hidden",
	OWN "/images/..",
	OWN "/images/a/b.png",
	OWN "/images/../auth/v1/logout",
	OWN "/images/%2e%2e/auth/v1/logout",
	OWN "/images/a.png?x=1",
	OWN "/images/a.png#x",
	OWN "/images\\a.png",
	OWN "/auth/v1/verify?token=x",
	OWN "/functions/v1/get-events",
	OWN "/functions/v1/simple-image-optimizer?url=x",
	OWN "/storage/v1/object/private/a.png",
	OWN "/storage/v1/object/public/",
	OWN "/storage/v1/object/public/../../../auth/v1/logout",
	OWN "/storage/v1/object/public/b/%2E%2e/%2e./x",
	OWN "/storage/v1/object/public/b/..%5c..\\x",
	OWN "/storage/v1/object/public/b/%5C/x",
	OWN "//storage/v1/object/public/b/x",
	OWN ".evil.example/images/a.png",
	OWN "@evil.example/images/a.png",
	OWN ":443/images/a.png",
	OWN "0/images/a.png",
	"//evil.example/images/a.png",
	"/images/a.png/../../x",
	"/functions/v1/get-events",
	"http://api.temba.example/images/a.png",
};

static void goes_nowhere_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < FN_COUNT(tricks); i++) {
		const char *address = at(tricks[i]);

		if (address != NULL)
			fail_msg("%s leads to %s", tricks[i], address);
	}
}

static void lists_are_read_leniently_and_an_empty_one_has_nobody(void **state)
{
	(void)state;
	assert_null(temba_image_address(arena, "https://a.example/x", OWN, ""));
	assert_null(temba_image_address(arena, "https:///x", OWN, ",, ,"));
	assert_null(temba_image_address(arena, "https://,/x", OWN, ","));
	assert_non_null(temba_image_address(arena, "https://a.example/x", OWN, " , a.example ,"));
}

static void a_long_address_is_none(void **state)
{
	char url[4000] = "https://img.example/";

	(void)state;
	memset(url + 20, 'a', 2000);
	assert_non_null(at(url));
	memset(url + 20, 'a', sizeof(url) - 21);
	assert_null(at(url));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_where_it_may),
		cmocka_unit_test(goes_nowhere_else),
		cmocka_unit_test(lists_are_read_leniently_and_an_empty_one_has_nobody),
		cmocka_unit_test(a_long_address_is_none),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
