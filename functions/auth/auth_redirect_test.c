/* auth_redirect_test.c: where a followed link may lead, and where it may not. */
#include <stdlib.h>
#include <string.h>

#include "auth_test.h"

#define SITE "https://site.test/start"

static const char *target(const char *wanted)
{
	return auth_redirect_target(arena, wanted);
}

static void leads_to_the_site_when_nothing_is_asked(void **state)
{
	(void)state;
	assert_string_equal(target(NULL), SITE);
	assert_string_equal(target(""), SITE);
}

static void allows_the_site_loopback_and_what_is_listed(void **state)
{
	static const char *const allowed[] = {
		"https://site.test",
		"https://site.test/",
		"https://SITE.test/reset?x=1",
		"HTTPS://site.test/reset",
		"http://127.0.0.1:5173/back",
		"http://localhost:3000",
		"http://[::1]:3000/x",
		"https://preview.temba.test/",
		"https://preview.temba.test/a/b?c=d",
		"https://app.test/back",
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(allowed); i++)
		assert_string_equal(target(allowed[i]), allowed[i]);
}

static void leads_nowhere_else(void **state)
{
	static const char *const refused[] = {
		"https://evil.test/",
		"//evil.test/",
		"/reset",
		"javascript:alert(1)",
		"data:text/html,x",
		"temba://claim/1", /* listed, but not a web address: origins of apps prove nothing
				    */
		"https://site.test.evil.test/",
		"https://site.testevil/",
		"https://site.test@evil.test/",
		"https://site.test:443@evil.test/",
		"https://user:pw@site.test/",
		"https://site.test:8443/",
		"http://site.test/",
		"https://site.test\\@evil.test/",
		"https:\\\\evil.test",
		"https:/evil.test",
		"https:///evil.test",
		"https://:80/",
		"https://evil.test#https://site.test/",
		"https://evil.test?https://site.test/",
		" https://site.test/",
		"https://site.test/\r\nSet-Cookie: a=b",
		"https://site.test/a b",
		"https://site.test/\xc3\xa9",
		"http://127.0.0.1.evil.test/",
		"http://localhost.evil.test/",
		"http://127.0.0.1@evil.test/",
		"https://evil.test/.temba.test/",
		"https://a.b.temba.test/",
		"https://temba.test/",
		"https://evil.test?.temba.test/",
		"https://app.test/back/further",
		"https://app.test/",
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(refused); i++)
		assert_string_equal(target(refused[i]), SITE);
}

static void drops_a_fragment_of_its_own(void **state)
{
	(void)state;
	assert_string_equal(target("https://site.test/x#access_token=mine"), "https://site.test/x");
}

static void refuses_absurd_lengths(void **state)
{
	char *url = malloc(100001);

	(void)state;
	memset(url, 'a', 100000);
	memcpy(url, "https://site.test/", 18);
	url[100000] = '\0';
	assert_string_equal(target(url), SITE);
	free(url);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leads_to_the_site_when_nothing_is_asked),
		cmocka_unit_test(allows_the_site_loopback_and_what_is_listed),
		cmocka_unit_test(leads_nowhere_else),
		cmocka_unit_test(drops_a_fragment_of_its_own),
		cmocka_unit_test(refuses_absurd_lengths),
	};

	return cmocka_run_group_tests(tests, auth_test_start, auth_test_stop);
}
