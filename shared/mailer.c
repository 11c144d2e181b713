/* mailer.c: build the request, read the reply. What Resend answers is trusted as little as what a
 * client sends. */
#include "mailer.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "fn_conf.h"
#include "fn_http.h"
#include "fn_json.h"

enum { TIMEOUT_MS = 5000, KEY_MAX = 256, ID_MAX = 64, NAME_MAX_BYTES = 64 };

static const char made_up_domain[] = "@temba.temp";

static const char *setting(const char *name)
{
	return fn_conf_has(name) ? fn_conf_text(name) : "";
}

static bool is_plain(const char *text, const char *more)
{
	for (const char *c = text; *c != '\0'; c++) {
		if (!isalnum((unsigned char)*c) && strchr(more, *c) == NULL)
			return false;
	}
	return *text != '\0';
}

/* The error's name ("validation_error"); its message may hold the address and is left out. */
static const char *error_name(const struct json_object *body)
{
	const char *name = fn_json_get_text(body, "name");

	return name != NULL && strlen(name) <= NAME_MAX_BYTES && is_plain(name, "_") ? name
										     : "no name";
}

/* Which refusals are about this very mail, and not about our account, the moment or the key. */
static bool is_final(int status, const char *name)
{
	return (status == 400 || status == 413 || status == 422) &&
	       strcmp(name, "invalid_from_address") != 0 &&
	       strcmp(name, "invalid_idempotency_key") != 0;
}

static struct delivery read_failure(struct fn_arena *arena, const struct fn_http_answer *answer,
				    const struct json_object *body)
{
	struct delivery d = {.outcome = DELIVERY_LATER, .retry_after = answer->retry_after};
	const char *name = error_name(body);

	if (answer->status == 0) {
		d.cause = fn_arena_format(arena, "mail: %s", answer->why);
		return d;
	}
	d.cause = fn_arena_format(arena, "mail: status %d, %s", answer->status, name);
	/* the key was used for a mail with other words: a name was changed between two tries */
	if (answer->status == 409 && strcmp(name, "invalid_idempotent_request") == 0)
		d.outcome = DELIVERY_SENT;
	else if (is_final(answer->status, name))
		d.outcome = DELIVERY_REFUSED;
	return d;
}

static struct delivery read_answer(struct fn_arena *arena, const struct fn_http_answer *answer)
{
	const char *why, *id;
	struct json_object *body =
		fn_json_parse(arena, answer->body.bytes, answer->body.length, &why);

	if (answer->status < 200 || answer->status > 299)
		return read_failure(arena, answer, body);
	id = fn_json_get_text(body, "id");
	if (id == NULL || strlen(id) > ID_MAX || !is_plain(id, "-_"))
		return (struct delivery){
			.outcome = DELIVERY_LATER,
			.cause = fn_arena_format(arena, "mail: status %d without a mail id",
						 answer->status)};
	return (struct delivery){.outcome = DELIVERY_SENT, .id = id};
}

static const char *write_body(struct fn_arena *arena, const struct mail *mail, size_t *ret_length)
{
	struct json_object *to = fn_json_array(), *body;

	fn_json_append(to, fn_json_from_text(mail->to));
	body = FN_OBJECT(fn_json_string("from", setting("MAIL_FROM")), fn_json_value("to", to),
			 fn_json_string("subject", mail->subject),
			 fn_json_string("html", mail->html), fn_json_string("text", mail->text));
	return fn_json_write(fn_json_keep(arena, body), ret_length);
}

bool mailer_can_reach(const char *address)
{
	size_t length = strlen(address), tail = sizeof(made_up_domain) - 1;

	return length < tail || !fn_text_same(address + length - tail, made_up_domain);
}

struct delivery mailer_send(struct fn_request *req, const struct mail *mail)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *secret = setting("RESEND_API_KEY");
	const char *headers[] = {"Content-Type: application/json",
				 fn_arena_format(arena, "Authorization: Bearer %s", secret),
				 fn_arena_format(arena, "Idempotency-Key: %s", mail->key), NULL};
	struct fn_http_call call = {.method = "POST",
				    .headers = headers,
				    .timeout_ms = TIMEOUT_MS,
				    .idempotent = true};
	struct fn_http_answer answer;

	assert(strlen(mail->key) <= KEY_MAX);
	if (!mailer_can_reach(mail->to))
		return (struct delivery){.outcome = DELIVERY_REFUSED,
					 .cause = "mail: the address is a made-up one"};
	if (*secret == '\0')
		return (struct delivery){.outcome = DELIVERY_LATER,
					 .cause = "the secret RESEND_API_KEY is missing"};
	call.url = fn_arena_format(arena, "%s/emails", setting("MAIL_API_URL"));
	call.body.bytes = write_body(arena, mail, &call.body.length);
	answer = fn_http_do(req, &call);
	return read_answer(arena, &answer);
}
