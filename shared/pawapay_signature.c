/* pawapay_signature.c: reading the three headers and checking what they say. What is read are the
 * structured fields of RFC 8941, as much of them as signatures need: a dictionary of lists of
 * strings with parameters, and one of byte sequences. */
#include "pawapay_signature.h"

#include <string.h>

#include "fn_crypto.h"
#include "fn_macros.h"

enum {
	SIGNATURES_MAX = 4,
	COMPONENTS_MAX = 16,
	HEADER_MAX = 8 << 10,
	NUMBER_MAX = 15, /* digits of an integer in a structured field */
};

/* One member of Signature-Input. */
struct input {
	const char *label;
	const char *text; /* the member's value as it stands: "(...);created=..." */
	const char *components[COMPONENTS_MAX];
	size_t count;
	const char *key, *algorithm; /* NULL: not given */
	int64_t created, expires;    /* -1: not given */
	bool is_odd;                 /* asks for what we do not know: it cannot be checked */
};

struct scan {
	struct fn_arena *arena;
	const char *at;
};

/* ---- structured fields ---- */

static bool take(struct scan *s, char c)
{
	if (*s->at != c)
		return false;
	s->at++;
	return true;
}

static void skip(struct scan *s, const char *what)
{
	s->at += strspn(s->at, what);
}

/* NULL when no key stands here. */
static const char *read_key(struct scan *s)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz*";
	static const char more[] = "abcdefghijklmnopqrstuvwxyz*0123456789_-.";
	size_t length = strspn(s->at, more);
	const char *key;

	if (length == 0 || strchr(first, *s->at) == NULL)
		return NULL;
	key = fn_arena_copy(s->arena, s->at, length);
	s->at += length;
	return key;
}

/* "..." with \" and \\ ; NULL when malformed. */
static const char *read_string(struct scan *s)
{
	char *text = fn_arena_alloc(s->arena, strlen(s->at) + 1), *to = text;

	if (!take(s, '"'))
		return NULL;
	while (*s->at != '"') {
		if (*s->at == '\\' && (s->at[1] == '"' || s->at[1] == '\\'))
			s->at++;
		else if (*s->at < ' ' || *s->at > '~' || *s->at == '\\')
			return NULL;
		*to++ = *s->at++;
	}
	s->at++;
	return text;
}

/* -1 when no number stands here that is 0 or more. */
static int64_t read_number(struct scan *s)
{
	size_t length = strspn(s->at, "0123456789");
	int64_t number = 0;

	if (length == 0 || length > NUMBER_MAX)
		return -1;
	for (size_t i = 0; i < length; i++)
		number = number * 10 + (s->at[i] - '0');
	s->at += length;
	return number;
}

/* :base64: ; NULL when malformed. */
static const uint8_t *read_bytes(struct scan *s, size_t *ret_length)
{
	const char *from = s->at + 1, *end;
	const uint8_t *bytes;

	if (!take(s, ':'))
		return NULL;
	end = strchr(from, ':');
	if (end == NULL)
		return NULL;
	bytes = fn_crypto_unbase64(s->arena, from, (size_t)(end - from), ret_length);
	s->at = end + 1;
	return bytes;
}

/* False at the end of the dictionary, and when it goes on with something else: then *ret_bad. */
static bool next_member(struct scan *s, bool *ret_bad)
{
	skip(s, " \t");
	if (*s->at == '\0')
		return false;
	*ret_bad = !take(s, ',');
	skip(s, " \t");
	return !*ret_bad;
}

/* ---- Signature-Input ---- */

/* A parameter that no signature needs: a token, a string, a number or a truth value. */
static bool skip_value(struct scan *s)
{
	size_t length;

	if (*s->at == '"')
		return read_string(s) != NULL;
	length = strcspn(s->at, ";, \t\"()");
	s->at += length;
	return length > 0;
}

static bool read_parameter(struct scan *s, struct input *in)
{
	const char *name = read_key(s);

	if (name == NULL || !take(s, '='))
		return false;
	if (strcmp(name, "keyid") == 0)
		return (in->key = read_string(s)) != NULL;
	if (strcmp(name, "alg") == 0)
		return (in->algorithm = read_string(s)) != NULL;
	if (strcmp(name, "created") == 0)
		return (in->created = read_number(s)) >= 0;
	if (strcmp(name, "expires") == 0)
		return (in->expires = read_number(s)) >= 0;
	return skip_value(s);
}

static bool is_listed(const struct input *in, const char *component)
{
	for (size_t i = 0; i < in->count; i++) {
		if (strcmp(in->components[i], component) == 0)
			return true;
	}
	return false;
}

static bool read_component(struct scan *s, struct input *in)
{
	const char *name = read_string(s);

	if (name == NULL || in->count == COMPONENTS_MAX)
		return false;
	/* a component with parameters (;sf, ;req) is another one than its name says */
	if (*s->at == ';' || is_listed(in, name)) {
		in->is_odd = true;
		while (take(s, ';')) {
			if (read_key(s) == NULL || (take(s, '=') && !skip_value(s)))
				return false;
		}
	}
	in->components[in->count++] = name;
	return true;
}

static bool read_input(struct scan *s, struct input *in)
{
	const char *from;

	*in = (struct input){.created = -1, .expires = -1};
	in->label = read_key(s);
	if (in->label == NULL || !take(s, '='))
		return false;
	from = s->at;
	if (!take(s, '('))
		return false;
	for (;;) {
		skip(s, " ");
		if (take(s, ')'))
			break;
		if (!read_component(s, in) || (*s->at != ' ' && *s->at != ')'))
			return false;
	}
	while (take(s, ';')) {
		skip(s, " ");
		if (!read_parameter(s, in))
			return false;
	}
	in->text = fn_arena_copy(s->arena, from, (size_t)(s->at - from));
	return true;
}

/* How many; 0 when the header is absent or malformed. */
static size_t read_inputs(struct fn_arena *arena, const char *header,
			  struct input into[static SIGNATURES_MAX])
{
	struct scan s = {arena, header};
	size_t count = 0;
	bool bad = false;

	skip(&s, " \t");
	do {
		if (count == SIGNATURES_MAX || !read_input(&s, &into[count]))
			return 0;
		count++;
	} while (next_member(&s, &bad));
	return bad ? 0 : count;
}

/* The bytes under that name; NULL when there are none. */
static const uint8_t *bytes_named(struct fn_arena *arena, const char *header, const char *name,
				  size_t *ret_length)
{
	struct scan s = {arena, header};
	const uint8_t *found = NULL;
	bool bad = false;

	skip(&s, " \t");
	do {
		const char *key = read_key(&s);
		const uint8_t *bytes;
		size_t length = 0;

		if (key == NULL || !take(&s, '='))
			return NULL;
		bytes = read_bytes(&s, &length);
		if (bytes == NULL)
			return NULL;
		if (strcmp(key, name) == 0) {
			found = bytes;
			*ret_length = length;
		}
	} while (next_member(&s, &bad));
	return bad ? NULL : found;
}

/* ---- the body ---- */

/* True when every digest that we know is the body's, and there is one. */
static bool digest_holds(struct fn_arena *arena, const char *header, struct fn_bytes body)
{
	static const struct {
		const char *name;
		enum fn_hash hash;
	} known[] = {{"sha-256", FN_SHA256}, {"sha-512", FN_SHA512}};
	bool holds = false;

	for (size_t i = 0; i < FN_COUNT(known); i++) {
		uint8_t hash[FN_HASH_MAX];
		size_t size, length = 0;
		const uint8_t *given = bytes_named(arena, header, known[i].name, &length);

		if (given == NULL)
			continue;
		size = fn_crypto_digest(known[i].hash, body.bytes, body.length, hash);
		if (!fn_crypto_same(given, length, hash, size))
			return false;
		holds = true;
	}
	return holds;
}

/* ---- the signature base ---- */

/* NULL when the request has no such component, or we do not know it. */
static const char *value_of(struct fn_arena *arena, const struct pawapay_message *m,
			    const char *component)
{
	const char *field;

	if (strcmp(component, "@method") == 0)
		return m->method;
	if (strcmp(component, "@authority") == 0)
		return m->authority;
	if (strcmp(component, "@path") == 0)
		return m->path;
	if (component[0] == '\0' ||
	    strspn(component, "abcdefghijklmnopqrstuvwxyz0123456789-_") != strlen(component))
		return NULL;
	field = m->header(m->from, component);
	return field == NULL ? NULL : fn_text_trim(arena, field);
}

static const char *base_of(struct fn_arena *arena, const struct pawapay_message *m,
			   const struct input *in)
{
	const char *base = "";

	for (size_t i = 0; i < in->count; i++) {
		const char *value = value_of(arena, m, in->components[i]);

		if (value == NULL)
			return NULL;
		base = fn_arena_format(arena, "%s\"%s\": %s\n", base, in->components[i], value);
	}
	return fn_arena_format(arena, "%s\"@signature-params\": %s", base, in->text);
}

/* ---- one signature ---- */

/* NULL, or what is wrong with it before any key is looked for. */
static const char *complaint(const struct input *in, int64_t now)
{
	static const char *const needed[] = {"@method", "@authority", "@path", "content-digest"};

	if (in->is_odd)
		return "it covers what we do not know";
	for (size_t i = 0; i < FN_COUNT(needed); i++) {
		if (!is_listed(in, needed[i]))
			return "it does not cover method, address and body";
	}
	if (in->key == NULL)
		return "it names no key";
	if (in->created < 0 || in->created > now + PAWAPAY_SKEW_SECONDS)
		return "it has no time, or one to come";
	/* without an end it is good for the skew alone */
	if ((in->expires < 0 ? in->created : in->expires) + PAWAPAY_SKEW_SECONDS < now)
		return "it is too old";
	return NULL;
}

static enum fn_pubkey_algorithm algorithm_of(const struct input *in, const struct fn_pubkey *key)
{
	return in->algorithm == NULL ? fn_pubkey_own(key) : fn_pubkey_algorithm(in->algorithm);
}

static enum pawapay_verdict check(struct fn_arena *arena, const struct pawapay_message *m,
				  const struct pawapay_keys *keys, const struct input *in,
				  const char **ret_why)
{
	size_t length = 0;
	const uint8_t *signature =
		bytes_named(arena, m->header(m->from, "signature"), in->label, &length);
	const char *base = base_of(arena, m, in);
	const struct fn_pubkey *key;
	bool away = false;

	if (signature == NULL || base == NULL) {
		*ret_why = "the signature, or what it covers, is missing";
		return PAWAPAY_UNSIGNED;
	}
	key = keys->find(keys->from, in->key, &away);
	if (key == NULL) {
		*ret_why = away ? "the keys cannot be had" : "nobody knows its key";
		return away ? PAWAPAY_NO_KEYS : PAWAPAY_FORGED;
	}
	if (fn_pubkey_holds(key, algorithm_of(in, key), signature, length, base, strlen(base)))
		return PAWAPAY_GENUINE;
	*ret_why = "it does not hold";
	return PAWAPAY_FORGED;
}

/* A header of honest length; NULL when absent. */
static const char *header(const struct pawapay_message *m, const char *name)
{
	const char *value = m->header(m->from, name);

	return value != NULL && strnlen(value, HEADER_MAX + 1) <= HEADER_MAX ? value : NULL;
}

enum pawapay_verdict pawapay_verify(struct fn_arena *arena, const struct pawapay_message *message,
				    const struct pawapay_keys *keys, int64_t now,
				    const char **ret_why)
{
	const char *digest = header(message, "content-digest");
	const char *input = header(message, "signature-input");
	enum pawapay_verdict verdict = PAWAPAY_UNSIGNED;
	struct input inputs[SIGNATURES_MAX];
	size_t count;

	*ret_why = "there is no signature";
	if (digest == NULL || input == NULL || header(message, "signature") == NULL)
		return PAWAPAY_UNSIGNED;
	count = read_inputs(arena, input, inputs);
	if (count == 0) {
		*ret_why = "the signature cannot be read";
		return PAWAPAY_UNSIGNED;
	}
	if (!digest_holds(arena, digest, message->body)) {
		*ret_why = "the digest is not the body's";
		return PAWAPAY_FORGED;
	}
	for (size_t i = 0; i < count; i++) {
		const char *why = complaint(&inputs[i], now);

		if (why != NULL) {
			verdict = PAWAPAY_FORGED;
			*ret_why = why;
			continue;
		}
		verdict = check(arena, message, keys, &inputs[i], ret_why);
		if (verdict == PAWAPAY_GENUINE || verdict == PAWAPAY_NO_KEYS)
			break;
	}
	if (verdict == PAWAPAY_GENUINE)
		*ret_why = NULL;
	return verdict;
}
