/* rest_parse_accept.c: Accept by quality, then order (rest.md 9). */
#include <ctype.h>
#include <string.h>

#include "rest_parse_parts.h"

enum { RANGES_MAX = 32, WHOLE = 1000 };

struct range {
	struct rest_accept accept;
	int weight; /* thousandths */
};

/* Length up to one of the stops, or the end; what stands in quotes stops nothing. */
static size_t span(const char *text, const char *stops)
{
	bool quoted = false;
	size_t i = 0;

	for (; text[i] != '\0' && (quoted || strchr(stops, text[i]) == NULL); i++)
		quoted ^= text[i] == '"';
	return i;
}

static const char *cut(struct fn_arena *arena, const char *text, size_t length)
{
	return fn_text_trim(arena, fn_arena_copy(arena, text, length));
}

static const char *lower(struct fn_arena *arena, const char *text)
{
	char *copy = fn_arena_text(arena, text);

	for (char *c = copy; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return copy;
}

static enum rest_media media_of(const char *type)
{
	static const struct {
		const char *type;
		enum rest_media media;
	} table[] = {{"*/*", REST_JSON},
		     {"application/*", REST_JSON},
		     {"application/json", REST_JSON},
		     {"application/vnd.pgrst.array", REST_JSON},
		     {"application/vnd.pgrst.array+json", REST_JSON},
		     {"application/vnd.pgrst.object", REST_OBJECT},
		     {"application/vnd.pgrst.object+json", REST_OBJECT},
		     {"text/csv", REST_CSV},
		     {"application/geo+json", REST_GEOJSON},
		     {"application/vnd.pgrst.plan", REST_PLAN_TEXT},
		     {"application/vnd.pgrst.plan+text", REST_PLAN_TEXT},
		     {"application/vnd.pgrst.plan+json", REST_PLAN_JSON}};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (strcmp(table[i].type, type) == 0)
			return table[i].media;
	}
	return REST_OTHER;
}

/* RFC 9110, 12.4.2; what is no weight counts as 0. */
static int read_weight(const char *text)
{
	int weight = 0;

	if (*text == '1')
		return WHOLE;
	if (*text++ != '0' || *text++ != '.')
		return 0;
	for (int unit = WHOLE / 10; unit > 0 && isdigit((unsigned char)*text); unit /= 10)
		weight += (*text++ - '0') * unit;
	return weight;
}

static const char *unquoted(struct fn_arena *arena, const char *value)
{
	size_t length = strlen(value);

	if (length < 2 || *value != '"' || value[length - 1] != '"')
		return value;
	return fn_arena_copy(arena, value + 1, length - 2);
}

static void take_parameter(struct fn_arena *arena, const char *text, struct range *range)
{
	struct rest_accept *accept = &range->accept;
	size_t key = strcspn(text, "=");
	const char *name = lower(arena, cut(arena, text, key));
	const char *value = unquoted(arena, fn_text_trim(arena, text + key + (text[key] == '=')));

	if (strcmp(name, "q") == 0)
		range->weight = read_weight(value);
	else if (strcmp(name, "nulls") == 0)
		accept->nulls_stripped = strcmp(value, "stripped") == 0;
	else if (strcmp(name, "for") == 0)
		accept->plan_for = value;
	else if (strcmp(name, "options") == 0)
		accept->plan_options = value;
}

/* A plan that is not served here is a type like any other that nobody knows: 406. */
static void finish_plan(struct fn_arena *arena, bool is_served, struct rest_accept *accept)
{
	if (accept->plan_for == NULL)
		accept->plan_for = "application/json";
	accept->nulls_stripped = strstr(accept->plan_for, "nulls=stripped") != NULL;
	accept->plan_media =
		media_of(lower(arena, cut(arena, accept->plan_for, span(accept->plan_for, ";"))));
	if (!is_served || accept->plan_media == REST_PLAN_TEXT ||
	    accept->plan_media == REST_PLAN_JSON)
		accept->media = REST_OTHER;
}

static void read_range(struct fn_arena *arena, const char *text, size_t length, bool takes_plans,
		       struct range *ret)
{
	const char *whole = cut(arena, text, length);
	size_t type = span(whole, ";");

	*ret = (struct range){.weight = WHOLE};
	ret->accept.name = whole;
	ret->accept.plan_options = "";
	ret->accept.media = media_of(lower(arena, cut(arena, whole, type)));
	whole += type;
	while (*whole == ';') {
		size_t parameter = span(++whole, ";");

		take_parameter(arena, fn_arena_copy(arena, whole, parameter), ret);
		whole += parameter;
	}
	if (ret->accept.media == REST_PLAN_TEXT || ret->accept.media == REST_PLAN_JSON)
		finish_plan(arena, takes_plans, &ret->accept);
	if (ret->accept.media == REST_OTHER) /* a handler is found by the type alone */
		ret->accept.name = cut(arena, ret->accept.name, span(ret->accept.name, ";"));
}

/* Before the first that is lighter: equal ones stay in order. */
static size_t insert(struct range *ranges, size_t count, struct range range)
{
	size_t at = count;

	while (at > 0 && ranges[at - 1].weight < range.weight) {
		ranges[at] = ranges[at - 1];
		at--;
	}
	ranges[at] = range;
	return count + 1;
}

void rest_parse_accept(struct fn_request *req, const char *header, const struct rest_accept **ret,
		       size_t *ret_count)
{
	rest_read_accept(req, header, true, ret, ret_count);
}

void rest_read_accept(struct fn_request *req, const char *header, bool takes_plans,
		      const struct rest_accept **ret, size_t *ret_count)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct range ranges[RANGES_MAX], range;
	struct rest_accept *accepts;
	size_t count = 0;

	if (header == NULL || header[strspn(header, " \t,")] == '\0')
		header = "*/*";
	while (*header != '\0' && count < RANGES_MAX) {
		size_t length = span(header, ",");

		read_range(arena, header, length, takes_plans, &range);
		if (range.accept.name[0] != '\0' && range.weight > 0)
			count = insert(ranges, count, range);
		header += length + (header[length] == ',');
	}
	accepts = fn_arena_alloc(arena, (count + 1) * sizeof(*accepts));
	for (size_t i = 0; i < count; i++)
		accepts[i] = ranges[i].accept;
	*ret = accepts;
	*ret_count = count;
}
