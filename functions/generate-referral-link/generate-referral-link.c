/* generate-referral-link: a person's referral code and the links that carry it. Contract:
 * functions.md 10.2. */
#include <string.h>

#include "fn.h"
#include "fn_crypto.h"
#include "generate-referral-link.sql.h"

enum { LETTERS = 5, TRIES = 5 };

static const struct fn_message inactive = {409, "code_inactive",
					   "Votre code de parrainage est désactivé",
					   "Your referral code is disabled"},
			       unlucky = {503, "generation_failed", "Réessayez dans un instant",
					  "Try again in a moment"};

struct link {
	struct fn_request *req;
	struct fn_caller by;
	const char *code;
	bool active;
};

/* TEMBA and five characters that nobody reads as another one: 32 of them, so that each takes five
 * bits and none comes more often. */
static const char *candidate(struct fn_arena *arena)
{
	static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
	unsigned char random[LETTERS];
	char *code = fn_arena_text(arena, "TEMBA-----");

	_Static_assert(sizeof(alphabet) - 1 == 32, "five bits each");
	fn_crypto_random(random, sizeof(random));
	for (size_t i = 0; i < LETTERS; i++)
		code[strlen("TEMBA") + i] = alphabet[random[i] % 32];
	return code;
}

/* Runs again from the top after a conflict: touches only *l and the database. */
static struct fn_error *find_or_make(struct fn_tx *tx, void *arg)
{
	struct link *l = arg;
	struct fn_row row = {0};

	FN_TRY(fn_auth_alive(tx, &l->by));
	for (int i = 0; i < TRIES && !fn_row_found(&row); i++)
		FN_TRY(fn_db_one(tx, &sql_code,
				 FN_ARGS(fn_arg_uuid(&l->by.id),
					 fn_arg_text(candidate(fn_request_arena(l->req)))),
				 &row));
	if (!fn_row_found(&row))
		return fn_fail(l->req, &unlucky);
	l->code = fn_col_text(&row, 0);
	l->active = fn_col_bool(&row, 1);
	return NULL;
}

static struct fn_error *generate_referral_link(struct fn_request *req)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *site = fn_conf_text("SITE_URL"), *base = fn_conf_text("REFERRAL_LINK");
	struct link l = {.req = req};
	const char *web, *one;
	struct fn_fields f;

	FN_TRY(fn_field_begin(req, &f));
	FN_TRY(fn_auth_user(req, &l.by));
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, find_or_make, &l));
	if (!l.active)
		return fn_fail(req, &inactive);
	web = fn_arena_format(arena, "%s/ref/%s", site, l.code);
	one = *base == '\0' ? web
			    : fn_arena_format(arena, "%s%cdeep_link_value=ref/%s", base,
					      strchr(base, '?') == NULL ? '?' : '&', l.code);
	return fn_reply_json(
		req,
		FN_OBJECT(fn_json_bool("success", true), fn_json_string("referralCode", l.code),
			  fn_json_value("links",
					FN_OBJECT(fn_json_string("oneLink", one),
						  fn_json_string("app",
								 fn_arena_format(arena,
										 "temba://ref/%s",
										 l.code)),
						  fn_json_string("web", web))),
			  fn_json_string("shareMessage",
					 fn_arena_format(arena,
							 "Rejoins-moi sur Temba pour tes billets "
							 "d'événements ! Inscris-toi avec mon "
							 "code %s : %s",
							 l.code, one))));
}

const struct fn_function fn_function = {
	.name = "generate-referral-link",
	.methods = FN_POST,
	.auth = FN_AUTH_USER,
	.body_max = 4096,
	.errors = FN_ERRORS_AS_200, /* the page reads nothing of another answer */
	.statements = sql_all,
	.handle = generate_referral_link,
};
