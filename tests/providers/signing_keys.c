/* signing_keys.c: pawaPay's key pairs. */
#include "signing_keys.h"

#include "database.h"

static const char *name_of(struct fn_arena *arena, int64_t number)
{
	return fn_arena_format(arena, "HTTP_EC_P256_KEY:%lld", (long long)number);
}

static struct sign_key newest(struct fn_arena *arena)
{
	struct query *query =
		database_ask("SELECT number, private_pem, public_pem FROM signing_keys"
			     " ORDER BY number DESC LIMIT 1",
			     NULL, 0);
	struct sign_key key = {0};

	while (database_next(query)) {
		key.id = name_of(arena, database_number(query, 0, 0));
		key.private_pem = fn_arena_text(arena, database_text(query, 1));
		key.public_pem = fn_arena_text(arena, database_text(query, 2));
	}
	return key;
}

void signing_keys_rotate(struct fn_arena *arena)
{
	struct sign_key key = sign_new_key(arena);

	(void)database_change("INSERT INTO signing_keys (private_pem, public_pem) VALUES (?, ?)",
			      VALUES(of_text(key.private_pem), of_text(key.public_pem)));
}

struct sign_key signing_keys_newest(struct fn_arena *arena)
{
	struct sign_key key = newest(arena);

	if (key.id == NULL) {
		database_begin(); /* two may come at once */
		if (newest(arena).id == NULL)
			signing_keys_rotate(arena);
		key = newest(arena);
		database_commit();
	}
	return key;
}

struct json_object *signing_keys_public(struct fn_arena *arena)
{
	struct json_object *list = fn_json_array();
	struct query *query;

	(void)signing_keys_newest(arena);
	query = database_ask("SELECT number, public_pem FROM signing_keys ORDER BY number", NULL,
			     0);
	while (database_next(query))
		fn_json_append(list, FN_OBJECT(fn_json_string("id", name_of(arena,
									    database_number(query,
											    0, 0))),
					       fn_json_string("key", database_text(query, 1))));
	return list;
}
