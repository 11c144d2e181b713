/* rest_remembered.c: a few tokens and what was read out of them, per worker. The keys and settings
 * that they were judged by do not change while a worker lives. */
#include "rest_remembered.h"

#include <stdlib.h>
#include <string.h>

#include "fn_crypto.h"
#include "fn_die.h"
#include "fn_time.h"

enum { PLACES = 64, SECONDS = 60 };

static struct place {
	char *token, *role, *person, *session, *claims; /* owned; token NULL = free */
	bool is_anonymous;
	int64_t until;
} places[PLACES];

/* The end of a signature is as good as random. */
static struct place *place_of(const char *token)
{
	size_t length = strlen(token), hash = length;

	for (size_t i = length < 8 ? 0 : length - 8; i < length; i++)
		hash = 31 * hash + (unsigned char)token[i];
	return &places[hash % PLACES];
}

static char *copy(const char *text)
{
	char *made = text == NULL ? NULL : strdup(text);

	if (text != NULL && made == NULL)
		fn_die(71, "out of memory");
	return made;
}

static void forget(struct place *p)
{
	free(p->token);
	free(p->role);
	free(p->person);
	free(p->session);
	free(p->claims);
	*p = (struct place){0};
}

bool rest_remembered(const char *token, struct rest_identity *ret)
{
	const struct place *p = place_of(token);

	if (p->token == NULL || fn_time_now() >= p->until ||
	    !fn_crypto_same(p->token, strlen(p->token), token, strlen(token)))
		return false;
	*ret = (struct rest_identity){.role = p->role,
				      .is_anonymous = p->is_anonymous,
				      .person = p->person,
				      .session = p->session,
				      .claims = p->claims};
	return true;
}

void rest_remember(const char *token, const struct rest_identity *identity, int64_t exp)
{
	struct place *p = place_of(token);
	int64_t until = fn_time_now() + SECONDS;

	forget(p);
	*p = (struct place){.token = copy(token),
			    .role = copy(identity->role),
			    .person = copy(identity->person),
			    .session = copy(identity->session),
			    .claims = copy(identity->claims),
			    .is_anonymous = identity->is_anonymous,
			    .until = exp > 0 && exp < until ? exp : until};
}
