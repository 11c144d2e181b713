/* rest_cost.c: statements that would cost more than their role may spend are not begun. What was
 * found cheap enough is remembered, so that it is asked once. */
#include "rest_cost.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fn_buf.h"
#include "fn_crypto.h"
#include "fn_json.h"
#include "rest_error.h"

enum { FOUND_MAX = 1024, KEY_MAX = 2 << 20 };

/* Hashes of what was found cheap enough; a new one takes the place of another. */
static uint8_t found[FOUND_MAX][FN_SHA256_SIZE];

/* 0 = no ceiling */
static double ceiling_of(const struct rest_role *role)
{
	const char *const *pair = role != NULL ? role->settings : NULL;

	for (; pair != NULL && pair[0] != NULL; pair += 2) {
		if (strcasecmp(pair[0], "pgrst.cost_max") == 0)
			return strtod(pair[1], NULL);
	}
	return 0;
}

static int digits(int64_t number)
{
	int count = 0;

	for (; number > 0; number /= 10)
		count++;
	return count;
}

/* Limits are values, not part of the text, and what a statement costs hangs on them: how many
 * digits they have counts as part of it. */
static void add_sizes(struct fn_buf *key, const struct rest_level *level)
{
	fn_buf_format(key, "%d,%d(", level->has_limit ? digits(level->limit) : -1,
		      digits(level->offset));
	for (size_t i = 0; i < level->item_count; i++) {
		if (level->items[i].level != NULL)
			add_sizes(key, level->items[i].level);
	}
	fn_buf_text(key, ")");
}

static void hash(const char *role, const struct rest_query *query, const char *statement,
		 uint8_t into[static FN_SHA256_SIZE])
{
	struct fn_buf key;

	fn_buf_init(&key, KEY_MAX);
	fn_buf_format(&key, "%s\n", role);
	if (query->root != NULL)
		add_sizes(&key, query->root);
	fn_buf_text(&key, statement);
	fn_crypto_sha256(key.bytes, key.length, into);
	fn_buf_free(&key);
}

/* "Total Cost" of the top node; less than 0 when the statement does not even plan: running it says
 * why. */
static double ask(struct fn_request *req, const struct rest_plan *plan, const char *statement,
		  const struct fn_script_step *settings)
{
	const char *text =
		fn_arena_format(fn_request_arena(req), "EXPLAIN (FORMAT JSON) %s", statement);
	const struct fn_script_step steps[] =
		{*settings,
		 {.text = text, .values = plan->values, .count = plan->value_count, .once = true}};
	struct fn_script_result result;
	struct json_object *answer;
	struct fn_row row;

	fn_script_run(req, "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY", steps, FN_COUNT(steps),
		      true, &result);
	if (result.state != FN_SCRIPT_COMMITTED)
		return -1;
	row = fn_rows_at(&result.rows[1], 0);
	answer = fn_json_keep(fn_request_arena(req), fn_json_trusted(fn_col_text(&row, 0)));
	return fn_json_get_number(fn_json_get(fn_json_at(answer, 0), "Plan"), "Total Cost", 0);
}

struct fn_error *rest_cost_check(struct fn_request *req, const struct rest_role *role,
				 const struct rest_query *query, const struct rest_plan *plan,
				 const struct fn_script_step *settings)
{
	const char *statement = plan->explained != NULL ? plan->explained : plan->text;
	double ceiling = ceiling_of(role), cost;
	uint8_t key[FN_SHA256_SIZE], *place;

	/* whoever was refused may look at the plan */
	if (!(ceiling > 0) || (plan->explained != NULL && strstr(plan->options, "analyze") == NULL))
		return NULL;
	hash(role->name, query, statement, key);
	place = found[(key[0] | key[1] << 8) % FOUND_MAX];
	if (memcmp(place, key, sizeof(key)) == 0)
		return NULL;
	cost = ask(req, plan, statement, settings);
	if (cost > ceiling)
		return rest_fail(req, 400, "54001", "The query would cost too much",
				 fn_arena_format(fn_request_arena(req),
						 "Its cost is estimated at %.0f, more than %.0f",
						 cost, ceiling),
				 "Filter the rows by an indexed column, or limit them.");
	if (cost >= 0)
		memcpy(place, key, sizeof(key));
	return NULL;
}
