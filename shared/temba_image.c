/* temba_image.c: where a browser finds a picture. An address is compared, never parsed: two readers
 * of one URL may disagree about its host, but none reads another host out of "https://HOST/". */
#include "temba_image.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "fn_conf.h"
#include "fn_reply.h"
#include "fn_text.h"

enum { URL_MAX = 2048, KEPT_BY_NGINX_S = 3600 };

static const struct fn_message no_url = {400, "url_missing", "Le paramètre `url` est nécessaire",
					 "The parameter `url` is needed"},
			       refused = {400, "url_refused",
					  "Les images de cette adresse ne sont pas acceptées",
					  "Pictures from this address are not accepted"};

/* What follows the prefix, or NULL. */
static const char *after(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

/* ---- our own ---- */

/* A file name as nginx serves it below /images/. */
static bool is_file_name(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && isalnum((unsigned char)name[0]) &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
		       length;
}

/* No step upwards, however it is spelled: that would be another address of ours. */
static bool stays_below(const char *path)
{
	for (const char *at = path; *at != '\0'; at++) {
		if (*at == '\\' || strncasecmp(at, "%5c", 3) == 0 || after(at, "..") != NULL ||
		    strncasecmp(at, "%2e", 3) == 0)
			return false;
	}
	return *path != '\0';
}

static bool is_own_path(const char *path)
{
	static const char *const storage[] = {"/storage/v1/object/public/",
					      "/storage/v1/render/image/public/"};
	const char *rest = after(path, "/images/");

	if (rest != NULL)
		return is_file_name(rest);
	for (size_t i = 0; i < FN_COUNT(storage); i++) {
		rest = after(path, storage[i]);
		if (rest != NULL)
			return stays_below(rest);
	}
	return false;
}

/* ---- others ---- */

/* "https://HOST/...": exactly this host and port, and nothing that another reader could take for
 * one more part of the name. */
static bool is_at(const char *url, const char *host, size_t length)
{
	const char *rest = strncasecmp(url, "https://", 8) == 0 ? url + 8 : NULL;

	return rest != NULL && length > 0 && strncasecmp(rest, host, length) == 0 &&
	       (rest[length] == '/' || rest[length] == '\0');
}

static bool is_listed(const char *url, const char *hosts)
{
	for (const char *at = hosts; *at != '\0'; at += *at == ',') {
		size_t skip = strspn(at, " "), length = strcspn(at + skip, " ,");

		if (is_at(url, at + skip, length))
			return true;
		at += strcspn(at, ",");
	}
	return false;
}

/* ---- both ---- */

/* Percent-encodes what may not stand in a header or an address; NULL for control characters, which
 * browsers drop or read as something else. */
static const char *plain(struct fn_arena *arena, const char *url)
{
	static const char hex[] = "0123456789ABCDEF";
	char *text = fn_arena_alloc(arena, strlen(url) * 3 + 1), *into = text;

	for (const char *c = url; *c != '\0'; c++) {
		unsigned char byte = (unsigned char)*c;

		if (byte < 0x20 || byte == 0x7f)
			return NULL;
		if (byte > 0x20 && byte < 0x7f && strchr("\"<>\\^`{|}", *c) == NULL) {
			*into++ = *c;
			continue;
		}
		*into++ = '%';
		*into++ = hex[byte >> 4];
		*into++ = hex[byte & 15];
	}
	return text;
}

const char *temba_image_address(struct fn_arena *arena, const char *url, const char *api_url,
				const char *hosts)
{
	const char *path = after(url, api_url);

	if (strlen(url) > URL_MAX)
		return NULL;
	if (path == NULL && url[0] == '/')
		path = url;
	if (path != NULL) /* the path alone: this stack may have other names for its visitors */
		return is_own_path(path) ? plain(arena, path) : NULL;
	return is_listed(url, hosts) ? plain(arena, url) : NULL;
}

struct fn_error *temba_image_redirect(struct fn_request *req, long seconds)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *url = fn_request_query(req, "url"), *address;

	if (url == NULL || *url == '\0')
		return fn_fail(req, &no_url);
	address = temba_image_address(arena, url, fn_conf_text("API_URL"),
				      fn_conf_text("IMAGE_HOSTS"));
	if (address == NULL)
		return fn_fail(req, &refused);
	fn_reply_header(req, "Location", address);
	fn_reply_header(req, "Cache-Control",
			fn_arena_format(arena, "public, max-age=%ld, immutable", seconds));
	fn_reply_header(req, "X-Accel-Expires", fn_arena_format(arena, "%d", KEPT_BY_NGINX_S));
	return fn_reply_bytes(req, 302, NULL, NULL, 0);
}
