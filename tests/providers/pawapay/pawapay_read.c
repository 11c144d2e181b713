/* pawapay_read.c: reading what requests of pawaPay's API are made of. */
#include <string.h>

#include "pawapay_http.h"

enum { AMOUNT_LENGTH_MAX = 23, METADATA_MAX = 10, DIGITS_MAX = 15 };

/* Digits before the point: no leading zero but the only one. */
static bool is_whole_part(const char *text, size_t length)
{
	return length > 0 && length <= DIGITS_MAX && (text[0] != '0' || length == 1);
}

bool pawapay_read_amount(const char *text, unsigned decimals, int64_t *ret, bool *ret_too_fine)
{
	size_t whole = strspn(text, "0123456789"), fine = 0;
	int64_t amount = 0;

	*ret_too_fine = false;
	if (strlen(text) > AMOUNT_LENGTH_MAX || !is_whole_part(text, whole))
		return false;
	if (text[whole] == '.') {
		fine = strspn(text + whole + 1, "0123456789");
		if (fine == 0 || text[whole + 1 + fine] != '\0')
			return false;
	} else if (text[whole] != '\0') {
		return false;
	}
	*ret_too_fine = fine > decimals;
	for (size_t i = 0; i < whole; i++)
		amount = amount * 10 + (text[i] - '0');
	for (size_t i = 0; i < decimals; i++)
		amount = amount * 10 + (i < fine ? text[whole + 1 + i] - '0' : 0);
	*ret = amount;
	return true;
}

struct metadata {
	struct json_object *into;
	const char *code; /* NULL while all is well */
};

/* {"orderId":"ORD-1"}, or with "isPII":true beside it. */
static void take_field(const char *name, struct json_object *value, void *arg)
{
	struct metadata *m = arg;

	if (strcmp(name, "isPII") == 0)
		return;
	if (fn_json_type(value) == FN_JSON_OBJECT || fn_json_type(value) == FN_JSON_ARRAY)
		m->code = "INVALID_PARAMETER";
	else if (fn_json_get(m->into, name) != NULL)
		m->code = "DUPLICATE_METADATA_FIELD";
	else
		fn_json_set(m->into, fn_json_value(name, fn_json_share(value)));
}

struct json_object *pawapay_read_metadata(struct fn_arena *arena, const struct json_object *list,
					  const char **ret_code)
{
	size_t count = fn_json_length(list);
	struct metadata m = {0};

	*ret_code = NULL;
	if (list == NULL)
		return NULL;
	if (fn_json_type(list) != FN_JSON_ARRAY || count > METADATA_MAX) {
		*ret_code = "INVALID_PARAMETER";
		return NULL;
	}
	m.into = fn_json_keep(arena, fn_json_object(NULL, 0));
	for (size_t i = 0; i < count && m.code == NULL; i++) {
		if (fn_json_type(fn_json_at(list, i)) != FN_JSON_OBJECT)
			m.code = "INVALID_PARAMETER";
		fn_json_each(fn_json_at(list, i), take_field, &m);
	}
	*ret_code = m.code;
	return m.code == NULL ? m.into : NULL;
}
