/* fn_pubkey.h: checking signatures of HTTP messages (RFC 9421) with a public key that comes as
 * SubjectPublicKeyInfo. The parsed key is kept: parsing costs more than checking. */
#ifndef FN_PUBKEY_H
#define FN_PUBKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fn_pubkey;

enum fn_pubkey_algorithm {
	FN_PUBKEY_NONE,
	FN_ECDSA_P256_SHA256,
	FN_ECDSA_P384_SHA384,
	FN_RSA_PSS_SHA512, /* a salt as long as the hash */
	FN_RSA_V1_5_SHA256,
};

/* The one of that name ("ecdsa-p256-sha256"); NONE when we do not take it. */
enum fn_pubkey_algorithm fn_pubkey_algorithm(const char *name);

/* DER. NULL unless it is a key on P-256 or P-384, or an RSA key of 2048 to 8192 bits. The caller
 * frees it. */
struct fn_pubkey *fn_pubkey_new(const uint8_t *der, size_t length);
void fn_pubkey_free(struct fn_pubkey *key); /* NULL is fine */
/* The one algorithm of an elliptic key; NONE for RSA, which has two. */
enum fn_pubkey_algorithm fn_pubkey_own(const struct fn_pubkey *key);
/* False too when the algorithm is not one of this key's. An elliptic signature may be r and s, as
 * the RFC says, or DER. */
bool fn_pubkey_holds(const struct fn_pubkey *key, enum fn_pubkey_algorithm algorithm,
		     const uint8_t *signature, size_t signature_length, const void *bytes,
		     size_t length);

#endif
