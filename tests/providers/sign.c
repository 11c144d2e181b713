/* sign.c: signing webhooks (OpenSSL). The parsed private key is kept: parsing costs more than
 * signing. */
#include "sign.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fn_buf.h"
#include "fn_crypto.h"
#include "fn_die.h"

enum {
	OUR_BUG = 70,
	SYSTEM_ERROR = 71,
	HALF = 32,
	LIFE_SECONDS = 60,
	SIGNATURE_MAX = 128,
	TIME_MAX = 32
};

static const char covered[] = "(\"@method\" \"@authority\" \"@path\" \"signature-date\""
			      " \"content-digest\" \"content-type\")";

/* ---- Stripe ---- */

const char *sign_stripe(struct fn_arena *arena, const char *const *secrets, size_t count,
			struct fn_bytes body, int64_t at)
{
	const char *header = fn_arena_format(arena, "t=%lld", (long long)at);
	struct fn_buf text;

	fn_buf_init(&text, body.length + TIME_MAX);
	fn_buf_format(&text, "%lld.", (long long)at);
	fn_buf_add(&text, body.bytes, body.length);
	for (size_t i = 0; i < count; i++) {
		uint8_t mac[FN_SHA256_SIZE];

		fn_crypto_hmac(secrets[i], strlen(secrets[i]), text.bytes, text.length, mac);
		header = fn_arena_format(arena, "%s,v1=%s", header,
					 fn_crypto_hex(arena, mac, sizeof(mac)));
	}
	fn_buf_free(&text);
	return header;
}

/* ---- keys ---- */

static const char *take(struct fn_arena *arena, BIO *from)
{
	char *bytes;
	long length = BIO_get_mem_data(from, &bytes);
	const char *text = fn_arena_copy(arena, bytes, (size_t)length);

	BIO_free(from);
	return text;
}

struct sign_key sign_new_key(struct fn_arena *arena)
{
	EVP_PKEY *pair = EVP_EC_gen("P-256");
	BIO *private = BIO_new(BIO_s_mem()), *public = BIO_new(BIO_s_mem());
	struct sign_key key = {0};

	if (pair == NULL || private == NULL || public == NULL ||
	    PEM_write_bio_PKCS8PrivateKey(private, pair, NULL, NULL, 0, NULL, NULL) != 1 ||
	    PEM_write_bio_PUBKEY(public, pair) != 1)
		fn_die(SYSTEM_ERROR, "cannot make a key");
	key.private_pem = take(arena, private);
	key.public_pem = take(arena, public);
	EVP_PKEY_free(pair);
	return key;
}

static EVP_PKEY *parsed(const char *private_pem)
{
	static EVP_PKEY *key;
	static char *of;
	BIO *in;

	if (of != NULL && strcmp(of, private_pem) == 0)
		return key;
	EVP_PKEY_free(key);
	free(of);
	in = BIO_new_mem_buf(private_pem, -1);
	key = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
	of = strdup(private_pem);
	BIO_free(in);
	if (key == NULL || of == NULL)
		fn_die(OUR_BUG, "the signing key does not parse");
	return key;
}

/* ---- pawaPay ---- */

static const char *base64(struct fn_arena *arena, const uint8_t *bytes, size_t length)
{
	char *text = fn_arena_alloc(arena, (length + 2) / 3 * 4 + 1);

	(void)EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
	return text;
}

static const char *digest(struct fn_arena *arena, struct fn_bytes body)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	if (EVP_Digest(body.bytes, body.length, hash, &size, EVP_sha512(), NULL) != 1)
		fn_die(SYSTEM_ERROR, "SHA-512 failed");
	return fn_arena_format(arena, "sha-512=:%s:", base64(arena, hash, size));
}

/* The two numbers of a DER signature, 32 bytes each. */
static void unpack(const uint8_t *der, size_t length, uint8_t into[static 2 * HALF])
{
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)length);

	if (pair == NULL || BN_bn2binpad(ECDSA_SIG_get0_r(pair), into, HALF) != HALF ||
	    BN_bn2binpad(ECDSA_SIG_get0_s(pair), into + HALF, HALF) != HALF)
		fn_die(SYSTEM_ERROR, "a signature is not DER");
	ECDSA_SIG_free(pair);
}

static const char *sign(struct fn_arena *arena, EVP_PKEY *key, const char *base, bool is_raw)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[SIGNATURE_MAX], raw[2 * HALF];
	size_t length = sizeof(der);

	if (context == NULL || EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1 ||
	    EVP_DigestSign(context, der, &length, (const uint8_t *)base, strlen(base)) != 1)
		fn_die(SYSTEM_ERROR, "cannot sign");
	EVP_MD_CTX_free(context);
	if (!is_raw)
		return base64(arena, der, length);
	unpack(der, length, raw);
	return base64(arena, raw, sizeof(raw));
}

static const char *date(struct fn_arena *arena, int64_t us)
{
	time_t seconds = us / 1000000;
	char text[32];
	struct tm utc;

	(void)gmtime_r(&seconds, &utc);
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	return fn_arena_format(arena, "%s.%06dZ", text, (int)(us % 1000000));
}

struct signature sign_request(struct fn_arena *arena, const struct sign_key *key,
			      const struct sign_request *r)
{
	long long created = r->at_us / 1000000;
	const char *parameters = fn_arena_format(
		arena, "%s;alg=\"ecdsa-p256-sha256\";keyid=\"%s\";created=%lld;expires=%lld",
		covered, key->id, created, created + LIFE_SECONDS);
	struct signature s = {.digest = digest(arena, r->body), .date = date(arena, r->at_us)};
	const char *base =
		fn_arena_format(arena,
				"\"@method\": POST\n\"@authority\": %s\n\"@path\": %s\n"
				"\"signature-date\": %s\n\"content-digest\": %s\n"
				"\"content-type\": %s\n\"@signature-params\": %s",
				r->authority, r->path, s.date, s.digest, r->type, parameters);

	s.input = fn_arena_format(arena, "sig-pp=%s", parameters);
	s.signature = fn_arena_format(arena, "sig-pp=:%s:",
				      sign(arena, parsed(key->private_pem), base, r->is_raw));
	return s;
}
