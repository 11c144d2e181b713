/* settings.c: the settings of the control endpoint. */
#include "settings.h"

#include <string.h>

#include "database.h"
#include "fn_conf.h"

struct json_object *settings_read(struct fn_arena *arena, const char *name)
{
	const char *text = database_first(arena, "SELECT value FROM settings WHERE name = ?",
					  VALUES(of_text(name)));

	return fn_json_keep(arena, fn_json_trusted(text == NULL ? "{}" : text));
}

void settings_merge(const char *name, const char *json)
{
	(void)database_change("INSERT INTO settings (name, value) VALUES (?1, json_patch('{}', ?2))"
			      " ON CONFLICT (name) DO UPDATE SET value = json_patch(value, ?2)",
			      VALUES(of_text(name), of_text(json)));
}

bool settings_lists(const struct json_object *settings, const char *member, const char *text)
{
	const struct json_object *list = fn_json_get(settings, member);

	for (size_t i = 0; i < fn_json_length(list); i++) {
		const char *one = fn_json_text(fn_json_at(list, i));

		if (one != NULL && strcmp(one, text) == 0)
			return true;
	}
	return false;
}

int64_t settings_due(struct fn_arena *arena, const char *provider)
{
	int64_t after = fn_json_get_integer(settings_read(arena, provider), "settle_ms",
					    fn_conf_int("PROVIDERS_SETTLE_MS"));

	return after < 0 ? NONE : database_now() + after;
}
