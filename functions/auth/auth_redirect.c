/* auth_redirect.c: where a followed link may lead: the site itself, loopback addresses, and what
 * the operator listed. Anything else would hand sessions to whoever wrote the link. */
#include <string.h>
#include <strings.h>

#include "auth.h"

enum { TARGET_MAX = 2000 };

/* scheme://host[:port] of a web address: all that decides where a browser goes. 0 when the text is
 * not plainly one: no user part, no backslash, nothing that browsers read in two ways. */
static size_t origin_length(const char *url)
{
	size_t scheme = strncasecmp(url, "https://", 8) == 0  ? 8
			: strncasecmp(url, "http://", 7) == 0 ? 7
							      : 0;
	size_t host = scheme == 0 ? 0 : strcspn(url + scheme, "/?#");

	if (host == 0 || strnlen(url, TARGET_MAX + 1) > TARGET_MAX)
		return 0;
	if (memchr(url + scheme, '@', host) != NULL || url[scheme] == ':')
		return 0;
	for (const unsigned char *c = (const unsigned char *)url; *c != '\0'; c++) {
		if (*c <= ' ' || *c >= 0x7f || strchr("\\\"<>^`{|}", *c) != NULL)
			return 0;
	}
	return scheme + host;
}

static bool is_site(const char *url, size_t origin)
{
	const char *site = fn_conf_text("SITE_URL");

	return origin_length(site) == origin && strncasecmp(url, site, origin) == 0;
}

/* 127.0.0.1, [::1] or localhost, with any port: the reader's own machine. */
static bool is_loopback(const char *url)
{
	static const char *const hosts[] = {"127.0.0.1", "[::1]", "localhost"};
	const char *host = strstr(url, "://") + 3;

	for (size_t i = 0; i < FN_COUNT(hosts); i++) {
		size_t length = strlen(hosts[i]);

		if (strncasecmp(host, hosts[i], length) == 0 &&
		    (host[length] == '\0' || strchr(":/?#", host[length]) != NULL))
			return true;
	}
	return false;
}

/* A pattern of the allow-list: '*' stands for characters other than . / : ? # @, '**' for any. */
static bool fits(const char *pattern, size_t length, const char *text)
{
	bool any = length > 1 && pattern[0] == '*' && pattern[1] == '*';

	if (length == 0)
		return *text == '\0';
	if (*pattern != '*')
		return *text == *pattern && fits(pattern + 1, length - 1, text + 1);
	pattern += any ? 2 : 1;
	length -= any ? 2 : 1;
	if (any && length == 0)
		return true;
	for (;; text++) {
		if (fits(pattern, length, text))
			return true;
		if (*text == '\0' || (!any && strchr("./:?#@", *text) != NULL))
			return false;
	}
}

static bool is_listed(const char *url)
{
	for (const char *at = fn_conf_text("REDIRECT_ALLOW_LIST"); *at != '\0';) {
		size_t length = strcspn(at, ", ");

		if (length > 0 && fits(at, length, url))
			return true;
		at += length + (at[length] != '\0');
	}
	return false;
}

const char *auth_redirect_target(struct fn_arena *arena, const char *wanted)
{
	size_t origin = wanted == NULL ? 0 : origin_length(wanted);
	const char *target = fn_conf_text("SITE_URL");

	if (origin > 0 && (is_site(wanted, origin) || is_loopback(wanted) || is_listed(wanted)))
		target = wanted;
	return fn_arena_copy(arena, target, strcspn(target, "#"));
}
