/* rt_share.c: exactly the settings and secrets that one function gets, in a sealed memory file. */
#include "rt_share.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CONNECT_TIMEOUT_S = 3, MS = 1000000 };

static void add(struct fn_buf *share, const char *name, const char *value)
{
	fn_buf_add(share, name, strlen(name) + 1);
	fn_buf_add(share, value, strlen(value) + 1);
}

static bool add_secret(const struct rt_settings *settings, const struct fn_conf_entry *entry,
		       struct fn_buf *share, struct rt_why *why)
{
	struct fn_buf secret;
	const char *complaint;
	bool fine;

	fn_buf_init(&secret, RT_SECRET_MAX);
	fine = rt_secret_read(settings, entry->name, &secret, why);
	complaint = fine ? fn_conf_complaint(entry, secret.bytes) : NULL;
	if (fine && complaint == NULL)
		add(share, entry->name, secret.bytes);
	else if (fine)
		fine = rt_refuse(why, "secret %s/%s %s", settings->secrets, entry->name, complaint);
	rt_secret_forget(&secret);
	return fine;
}

static bool is_there(const struct rt_settings *settings, const char *secret)
{
	char path[RT_PATH_MAX];

	rt_path(path, "%s/%s", settings->secrets, secret);
	return access(path, F_OK) == 0 || errno != ENOENT;
}

/* A common entry without a value is left out: the function that asks for it says so when it starts.
 */
static bool add_common(const struct rt_settings *settings, struct fn_buf *share, struct rt_why *why)
{
	for (const struct fn_conf_entry *entry = fn_conf_table(); entry->name != NULL; entry++) {
		const char *value = rt_settings_text(settings, entry->name);

		if (!entry->common || rt_settings_is_ours(entry->name))
			continue;
		if (value != NULL)
			add(share, entry->name, value);
		else if (entry->secret && is_there(settings, entry->name) &&
			 !add_secret(settings, entry, share, why))
			return false;
	}
	return true;
}

/* The named entry of the right kind, or NULL after a complaint that shows file, line and key. */
static const struct fn_conf_entry *named(const struct rt_function *function,
					 const struct rt_names *names, size_t i, bool secret,
					 struct rt_why *why)
{
	const struct fn_conf_entry *entry = fn_conf_find(names->name[i]);

	if (entry != NULL && !rt_settings_is_ours(entry->name) && entry->secret == secret)
		return entry;
	(void)rt_refuse(why, "%s:%d: %s: %s", function->file, names->line, names->name[i],
			entry == NULL || rt_settings_is_ours(names->name[i])
				? "no such setting (config/temba.ini lists them)"
			: entry->secret ? "is a secret: name it under [secrets]"
					: "is a setting: name it under [settings]");
	return NULL;
}

static bool add_settings(const struct rt_settings *settings, const struct rt_function *function,
			 struct fn_buf *share, struct rt_why *why)
{
	for (size_t i = 0; i < function->settings.count; i++) {
		const struct fn_conf_entry *entry =
			named(function, &function->settings, i, false, why);
		const char *value;

		if (entry == NULL)
			return false;
		value = rt_settings_text(settings, entry->name);
		if (value == NULL)
			return rt_refuse(why, "%s:%d: %s: has no value: set it in temba.ini",
					 function->file, function->settings.line, entry->name);
		if (!entry->common) /* else it is there already */
			add(share, entry->name, value);
	}
	return true;
}

static bool add_secrets(const struct rt_settings *settings, const struct rt_function *function,
			struct fn_buf *share, struct rt_why *why)
{
	for (size_t i = 0; i < function->secrets.count; i++) {
		const struct fn_conf_entry *entry =
			named(function, &function->secrets, i, true, why);
		struct rt_why inner;

		if (entry == NULL)
			return false;
		if (entry->common && is_there(settings, entry->name))
			continue; /* handed over with the common ones */
		if (entry->optional && !is_there(settings, entry->name))
			continue;
		if (!add_secret(settings, entry, share, &inner))
			return rt_refuse(why, "%s:%d: %s: %s", function->file,
					 function->secrets.line, entry->name, inner.text);
	}
	return true;
}

/* ' and \ are escaped as libpq wants them inside quotes. */
static void add_quoted(struct fn_buf *url, const char *key, const char *value)
{
	fn_buf_format(url, "%s='", key);
	for (; *value != '\0'; value++) {
		if (*value == '\'' || *value == '\\')
			fn_buf_add(url, "\\", 1);
		fn_buf_add(url, value, 1);
	}
	fn_buf_text(url, "' ");
}

static void build_url(const struct rt_settings *settings, const struct rt_function *function,
		      const char *name, const char *password, struct fn_buf *url)
{
	add_quoted(url, "host", rt_settings_text(settings, "DB_HOST"));
	add_quoted(url, "port", rt_settings_text(settings, "DB_PORT"));
	add_quoted(url, "dbname", rt_settings_text(settings, "DB_NAME"));
	add_quoted(url, "user", function->role);
	add_quoted(url, "password", password);
	add_quoted(url, "application_name", name);
	/* a worker that stopped inside a transaction loses it when its request would be over anyway
	 */
	fn_buf_format(
		url,
		"connect_timeout=%d options='-c statement_timeout=%llu -c lock_timeout=%llu -c "
		"idle_in_transaction_session_timeout=%llu'",
		CONNECT_TIMEOUT_S, (unsigned long long)function->statement_timeout_ms,
		(unsigned long long)function->lock_timeout_ms,
		(unsigned long long)(function->hard_limit / MS));
}

/* A connection string of the operator's own is passed on as it is. */
static bool add_uri(const struct rt_settings *settings, const struct rt_function *function,
		    struct fn_buf *share, struct rt_why *why)
{
	const struct fn_conf_entry *entry = fn_conf_find(function->uri);
	struct rt_why inner;
	struct fn_buf uri;
	bool fine;

	if (entry == NULL || !entry->secret)
		return rt_refuse(why, "%s:%d: uri: %s is no secret (config/temba.ini lists them)",
				 function->file, function->role_line, function->uri);
	fn_buf_init(&uri, RT_SECRET_MAX);
	fine = rt_secret_read(settings, function->uri, &uri, &inner);
	if (fine)
		add(share, "FN_DB_URL", uri.bytes);
	else
		(void)rt_refuse(why, "%s:%d: uri: %s", function->file, function->role_line,
				inner.text);
	rt_secret_forget(&uri);
	return fine;
}

static bool add_role(const struct rt_settings *settings, const struct rt_function *function,
		     const char *name, struct fn_buf *share, struct rt_why *why)
{
	struct fn_buf password, url;
	struct rt_why inner;
	char file[RT_NAME_MAX + 8];
	bool fine;

	fn_buf_init(&password, RT_SECRET_MAX);
	fn_buf_init(&url, RT_SECRET_MAX);
	(void)snprintf(file, sizeof(file), "db/%s", function->role);
	fine = rt_secret_read(settings, file, &password, &inner);
	if (!fine)
		(void)rt_refuse(why, "%s:%d: role %s: %s", function->file, function->role_line,
				function->role, inner.text);
	if (fine) {
		build_url(settings, function, name, password.bytes, &url);
		add(share, "FN_DB_URL", url.bytes);
	}
	rt_secret_forget(&password);
	rt_secret_forget(&url);
	return fine;
}

static bool add_database(const struct rt_settings *settings, const struct rt_function *function,
			 const char *name, struct fn_buf *share, struct rt_why *why)
{
	if (*function->uri != '\0')
		return add_uri(settings, function, share, why);
	return *function->role == '\0' || add_role(settings, function, name, share, why);
}

static void add_number(struct fn_buf *share, const char *name, uint64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	add(share, name, text);
}

bool rt_share_build(const struct rt_settings *settings, const struct rt_function *function,
		    const char *name, struct fn_buf *into, struct rt_why *why)
{
	if (!add_common(settings, into, why) || !add_settings(settings, function, into, why) ||
	    !add_secrets(settings, function, into, why) ||
	    !add_database(settings, function, name, into, why))
		return false;
	add_number(into, "FN_MAX_REQUESTS", function->max_requests);
	add_number(into, "FN_QUEUE_TIMEOUT_MS", function->queue_timeout_ms);
	add_number(into, "FN_HARD_LIMIT_MS", function->hard_limit / MS);
	return !into->full || rt_refuse(why, "%s: the settings are larger than %d bytes",
					function->file, RT_SHARE_MAX);
}

int rt_share_seal(const struct fn_buf *share, struct rt_why *why)
{
	int memory = memfd_create("settings", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t done = 0;

	while (memory >= 0 && done < share->length) {
		ssize_t put = write(memory, share->bytes + done, share->length - done);

		if (put <= 0 && errno != EINTR)
			break;
		done += put > 0 ? (size_t)put : 0;
	}
	if (memory >= 0 && done == share->length &&
	    fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) ==
		    0)
		return memory;
	(void)rt_refuse(why, "settings in memory: %s", strerror(errno));
	rt_close(&memory);
	return -1;
}
