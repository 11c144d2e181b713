/* pawapay-webhook: pawaPay says what became of a deposit or a refund. What it signed is written
 * down once and answered at once; settle-pawapay looks into it, and asks pawaPay itself before it
 * believes anything. Contract: functions.md 6.2, decisions 15. */
#include <ctype.h>
#include <string.h>

#include "fn.h"
#include "fn_time.h"
#include "pawapay-webhook.sql.h"
#include "pawapay.h"
#include "pawapay_keys.h"

enum { BODY_MAX = 64 << 10, WORD_MAX = 40, RETRY_SECONDS = 2 };

static const struct fn_message no_signature = {400, "no_signature", "Cet avis n'est pas signé",
					       "This callback is not signed"},
			       forged = {401, "bad_signature",
					 "La signature de cet avis n'est pas valable",
					 "The signature of this callback does not hold"},
			       no_keys = {503, "no_keys",
					  "Les clés de pawaPay ne sont pas disponibles",
					  "pawaPay's keys are not available"},
			       no_id = {400, "no_id", "Cet avis ne nomme ni dépôt ni remboursement",
					"This callback names neither a deposit nor a refund"};

/* The address that was signed. */
struct target {
	const char *authority, *path;
};

struct callback {
	const char *key, *type, *reference, *body; /* as the inbox keeps them */
};

/* ---- who says it ---- */

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Of the address that pawaPay's dashboard has, and not of the Host that the request names: see
 * pawapay_signature.h. In the form of RFC 9421 2.2.3: small letters, without the usual port. */
static struct target our_address(struct fn_arena *arena)
{
	const char *url = fn_conf_text("PAWAPAY_CALLBACK_URL"), *host, *usual;
	struct target t;
	char *authority;

	if (*url == '\0')
		url = fn_arena_format(arena, "%s/functions/v1/pawapay-webhook",
				      fn_conf_text("API_URL"));
	usual = strncmp(url, "https:", strlen("https:")) == 0 ? ":443" : ":80";
	host = strstr(url, "://");
	host = host == NULL ? url : host + strlen("://");
	authority = fn_arena_copy(arena, host, strcspn(host, "/?"));
	for (char *c = authority; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	if (ends_with(authority, usual))
		authority[strlen(authority) - strlen(usual)] = '\0';
	t.authority = authority;
	host += strcspn(host, "/?");
	t.path = *host == '/' ? fn_arena_copy(arena, host, strcspn(host, "?")) : "/";
	return t;
}

static const char *find_header(void *from, const char *name)
{
	return fn_request_header(from, name);
}

static struct fn_error *authenticate(struct fn_request *req)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct target t = our_address(arena);
	struct pawapay_message message = {.method = "POST",
					  .authority = t.authority,
					  .path = t.path,
					  .header = find_header,
					  .from = req,
					  .body = fn_request_body(req)};
	struct pawapay_keys keys = pawapay_keys(req);
	struct fn_error *error;
	const char *why = NULL;

	switch (pawapay_verify(arena, &message, &keys, fn_time_now(), &why)) {
	case PAWAPAY_GENUINE:
		return NULL;
	case PAWAPAY_UNSIGNED:
		return fn_fail_because(req, &no_signature, "%s", why);
	case PAWAPAY_NO_KEYS:
		error = fn_fail_because(req, &no_keys, "%s", why);
		error->retry_after = RETRY_SECONDS;
		return error;
	case PAWAPAY_FORGED:
	default:
		return fn_fail_because(req, &forged, "%s", why);
	}
}

/* ---- what it says ---- */

static bool is_word(const char *text)
{
	size_t length = text == NULL ? 0 : strlen(text);

	return length > 0 && length <= WORD_MAX &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == length;
}

/* One news of one deposit is one row, however often it is told; the next news is another one. */
static struct fn_error *read_callback(struct fn_request *req, struct callback *ret)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct pawapay_state state;
	struct fn_fields f;
	struct fn_uuid id;

	FN_TRY(fn_field_begin(req, &f));
	state = pawapay_state_of(f.object);
	if (state.seen != PAWAPAY_FOUND || !fn_text_uuid(state.id, &id) || !is_word(state.status))
		return fn_fail(req, &no_id);
	ret->reference = fn_arena_text(arena, id.text);
	ret->type = fn_arena_format(arena, "%s.%s", state.is_refund ? "refund" : "deposit",
				    state.status);
	ret->key = fn_arena_format(arena, "%s:%s%s", id.text, state.status,
				   state.is_refund ? ":refund" : "");
	ret->body = fn_json_write(f.object, NULL);
	return NULL;
}

static struct fn_error *keep(struct fn_tx *tx, void *arg)
{
	const struct callback *c = arg;

	return fn_db_run(tx, &sql_keep,
			 FN_ARGS(fn_arg_text(c->key), fn_arg_text(c->type),
				 fn_arg_text(c->reference), fn_arg_text(c->body)),
			 NULL);
}

static struct fn_error *pawapay_webhook(struct fn_request *req)
{
	struct callback c;

	FN_TRY(authenticate(req));
	FN_TRY(read_callback(req, &c));
	/* anything but a row that is there for good is no 200: pawaPay comes again */
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, keep, &c));
	return fn_reply_bytes(req, 200, "text/plain; charset=utf-8", "OK", strlen("OK"));
}

const struct fn_function fn_function = {
	.name = "pawapay-webhook",
	.methods = FN_POST,
	.auth = FN_AUTH_SIGNATURE,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = pawapay_webhook,
};
