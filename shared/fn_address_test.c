/* fn_address_test.c: every special block is refused at its first and last address. */
#include "fn_address.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fn_macros.h"

static struct sockaddr_storage address(const char *text)
{
	struct sockaddr_storage storage = {0};
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		memcpy(&storage, &v4, sizeof(v4));
	else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
		memcpy(&storage, &v6, sizeof(v6));
	else
		fail_msg("%s is no address", text);
	return storage;
}

static bool is_public(const char *text)
{
	struct sockaddr_storage storage = address(text);

	return fn_address_is_public((const struct sockaddr *)&storage);
}

static void refuses_what_is_not_the_public_internet(void **state)
{
	static const char *const refused[] = {
		"0.0.0.0",
		"0.255.255.255",
		"10.0.0.0",
		"10.255.255.255",
		"100.64.0.0",
		"100.127.255.255",
		"127.0.0.1",
		"127.255.255.255",
		"169.254.169.254",
		"172.16.0.0",
		"172.31.255.255",
		"192.0.0.1",
		"192.0.2.1",
		"192.88.99.1",
		"192.168.0.0",
		"192.168.255.255",
		"198.18.0.1",
		"198.19.255.255",
		"198.51.100.1",
		"203.0.113.1",
		"224.0.0.1",
		"239.255.255.255",
		"240.0.0.1",
		"255.255.255.255",
		"::",
		"::1",
		"::ffff:127.0.0.1",
		"::ffff:8.8.8.8",
		"::7f00:1",
		"64:ff9b::7f00:1",
		"100::1",
		"2001::1",
		"2001:1ff::1",
		"2001:db8::1",
		"2002:7f00:1::",
		"fc00::1",
		"fdff::1",
		"fe80::1",
		"fec0::1",
		"ff02::1",
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(refused); i++) {
		if (is_public(refused[i]))
			fail_msg("%s passes as public", refused[i]);
	}
}

static void lets_the_public_internet_pass(void **state)
{
	static const char *const allowed[] = {
		"1.1.1.1",      "9.255.255.255",   "11.0.0.0",        "100.63.255.255",
		"100.128.0.0",  "172.15.255.255",  "172.32.0.0",      "192.167.255.255",
		"192.169.0.0",  "223.255.255.255", "2606:4700::1111", "2001:4860:4860::8888",
		"2a00:1450::1",
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(allowed); i++) {
		if (!is_public(allowed[i]))
			fail_msg("%s is refused", allowed[i]);
	}
}

static void other_families_are_refused(void **state)
{
	const struct sockaddr unix_socket = {.sa_family = AF_UNIX};

	(void)state;
	assert_false(fn_address_is_public(&unix_socket));
	assert_false(fn_address_is_loopback(&unix_socket));
}

static void loopback_is_told_from_the_rest(void **state)
{
	struct sockaddr_storage home = address("127.3.2.1"), home6 = address("::1");
	struct sockaddr_storage away = address("128.0.0.1"), away6 = address("::2");

	(void)state;
	assert_true(fn_address_is_loopback((const struct sockaddr *)&home));
	assert_true(fn_address_is_loopback((const struct sockaddr *)&home6));
	assert_false(fn_address_is_loopback((const struct sockaddr *)&away));
	assert_false(fn_address_is_loopback((const struct sockaddr *)&away6));
}

static void only_plain_names_of_loopback_count(void **state)
{
	(void)state;
	assert_true(fn_address_names_loopback("localhost"));
	assert_true(fn_address_names_loopback("LocalHost"));
	assert_true(fn_address_names_loopback("127.0.0.1"));
	assert_true(fn_address_names_loopback("[::1]"));
	assert_false(fn_address_names_loopback("localhost.example.org"));
	assert_false(fn_address_names_loopback("127.0.0.1.nip.io"));
	assert_false(fn_address_names_loopback("2130706433"));
	assert_false(fn_address_names_loopback("0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_not_the_public_internet),
		cmocka_unit_test(lets_the_public_internet_pass),
		cmocka_unit_test(other_families_are_refused),
		cmocka_unit_test(loopback_is_told_from_the_rest),
		cmocka_unit_test(only_plain_names_of_loopback_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
