/* get-referral-config: what the referral programme gives. Contract: functions.md 10.1. */
#include <stdlib.h>
#include <string.h>

#include "fn.h"
#include "get-referral-config.sql.h"

/* Columns of settings.sql. */
enum { KEY, VALUE, TYPE, CATEGORY, DESCRIPTION };

/* Names under which pages look for an amount besides its own. */
static const struct {
	const char *key, *also;
} aliases[] = {
	{"referrer_reward_amount", "referrer_reward_amount_fcfa"},
	{"referee_purchase_bonus", "referee_reward_amount"},
	{"referee_purchase_bonus", "referee_reward_amount_fcfa"},
};

static struct fn_error *read_settings(struct fn_tx *tx, void *arg)
{
	return fn_db_all(tx, &sql_settings, FN_NO_ARGS, arg);
}

/* Amounts are whole francs; what is no number is told as it stands. */
static struct fn_member member_of(const struct fn_row *row, const char *name)
{
	const char *type = fn_col_text(row, TYPE), *value = fn_col_text(row, VALUE);
	char *end;
	long long number;

	if (strcmp(type, "boolean") == 0)
		return fn_json_bool(name, strcmp(value, "true") == 0);
	number = strtoll(value, &end, 10);
	if (strcmp(type, "number") == 0 && *value != '\0' && *end == '\0')
		return fn_json_int(name, number);
	return fn_json_string(name, value);
}

static struct fn_error *get_referral_config(struct fn_request *req)
{
	struct json_object *flat, *detail;
	struct fn_caller by;
	struct fn_rows rows;

	FN_TRY(fn_auth_any(req, &by));
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, read_settings, &rows));
	flat = fn_json_object(NULL, 0);
	detail = fn_json_object(NULL, 0);
	for (size_t i = 0; i < rows.count; i++) {
		struct fn_row row = fn_rows_at(&rows, i);
		const char *key = fn_col_text(&row, KEY);

		fn_json_set(flat, member_of(&row, key));
		for (size_t a = 0; a < FN_COUNT(aliases); a++) {
			if (strcmp(aliases[a].key, key) == 0)
				fn_json_set(flat, member_of(&row, aliases[a].also));
		}
		fn_json_set(detail,
			    fn_json_value(key,
					  FN_OBJECT(member_of(&row, "value"),
						    fn_json_string("type", fn_col_text(&row, TYPE)),
						    fn_json_string("category",
								   fn_col_text(&row, CATEGORY)),
						    fn_json_string("description",
								   fn_col_text(&row,
									       DESCRIPTION)))));
	}
	return fn_reply_json(req,
			     FN_OBJECT(fn_json_bool("success", true), fn_json_value("config", flat),
				       fn_json_value("config_detail", detail)));
}

const struct fn_function fn_function = {
	.name = "get-referral-config",
	.methods = FN_GET | FN_POST,
	.auth = FN_AUTH_APIKEY,
	.body_max = 4096,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = get_referral_config,
};
