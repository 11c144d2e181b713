/* rest_config.c: settings of the data API that take more than a look. */
#include "rest_config.h"

#include <string.h>

#include "fn.h"
#include "fn_die.h"
#include "rest_role.h"
#include "rest_sql.h"

/* Of the settings of a transaction there must be room for others too (rest_execute.c). */
enum { CONFIG_ERROR = 78, APP_SETTINGS_MAX = 32, PARSED_MAX = 1 << 20 };

void rest_config_check(void)
{
	static const char *const ends[] = {"commit", "commit-allow-override", "rollback",
					   "rollback-allow-override"};
	const char *end = fn_conf_text("PGRST_DB_TX_END");
	size_t i = 0;

	while (i < FN_COUNT(ends) && strcmp(ends[i], end) != 0)
		i++;
	if (i == FN_COUNT(ends))
		fn_die(CONFIG_ERROR,
		       "setting PGRST_DB_TX_END is commit or rollback, or one of them with "
		       "-allow-override behind it");
	if (!rest_role_path_is_good(fn_conf_text("PGRST_JWT_ROLE_CLAIM_KEY")))
		fn_die(CONFIG_ERROR,
		       "setting PGRST_JWT_ROLE_CLAIM_KEY is a path such as .role, .app.roles[0] or "
		       ".\"https://x.y/roles\"[0]");
}

/* ---- PGRST_APP_SETTINGS ---- */

struct pairs {
	struct fn_arena *arena;
	const char **list;
	size_t count;
};

/* As PostgreSQL takes them for settings of one's own. */
static bool is_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	static const char more[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789$";
	size_t words = 0;

	for (;;) {
		if (*name == '\0' || strchr(letters, *name) == NULL)
			return false;
		name += strspn(name, more);
		words++;
		if (*name == '\0')
			return words > 1;
		if (*name++ != '.')
			return false;
	}
}

static void add(const char *name, struct json_object *value, void *arg)
{
	struct pairs *pairs = arg;

	if (!is_name(name) || fn_json_text(value) == NULL)
		fn_die(CONFIG_ERROR,
		       "setting PGRST_APP_SETTINGS: %s: a name is words with dots between, a value "
		       "is a text",
		       name);
	if (pairs->count == APP_SETTINGS_MAX)
		fn_die(CONFIG_ERROR, "setting PGRST_APP_SETTINGS: more than %d", APP_SETTINGS_MAX);
	pairs->list[2 * pairs->count] = fn_arena_text(pairs->arena, name);
	pairs->list[2 * pairs->count + 1] = fn_arena_text(pairs->arena, fn_json_text(value));
	pairs->count++;
}

const char *const *rest_config_app_settings(struct fn_arena *arena)
{
	struct pairs pairs = {.arena = arena};
	struct fn_arena *parsed;
	const struct json_object *all;
	const char *text, *why = NULL;

	if (!fn_conf_has("PGRST_APP_SETTINGS"))
		return NULL;
	text = fn_conf_text("PGRST_APP_SETTINGS");
	parsed = fn_arena_new(PARSED_MAX);
	all = fn_json_parse(parsed, text, strlen(text), &why);
	if (fn_json_type(all) != FN_JSON_OBJECT)
		fn_die(CONFIG_ERROR, "setting PGRST_APP_SETTINGS: no JSON object%s%s",
		       why != NULL ? ": " : "", why != NULL ? why : "");
	pairs.list = fn_arena_alloc(arena, (2 * APP_SETTINGS_MAX + 1) * sizeof(*pairs.list));
	fn_json_each(all, add, &pairs);
	fn_arena_free(parsed);
	return pairs.list;
}

const char *rest_config_pre_request(struct fn_arena *arena)
{
	const char *name = fn_conf_text("PGRST_DB_PRE_REQUEST"), *dot = strchr(name, '.'), *quoted;
	struct fn_request *req = fn_request_new(&(struct fn_request_parts){0});
	struct rest_sql *sql = rest_sql_new(req);

	if (dot == NULL)
		REST_SQL(sql, "@", name);
	else
		REST_SQL(sql, "@.@", fn_arena_copy(arena, name, (size_t)(dot - name)), dot + 1);
	quoted = *name == '\0' ? NULL : fn_arena_text(arena, sql->text.bytes);
	fn_request_free(req);
	return quoted;
}
