/* phone_email.c: fuzz target for the readers of phone numbers and e-mail addresses. Whatever comes
 * in, what is accepted has the promised form and is its own canonical form. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fn_text.h"
#include "temba_phone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool fact)
{
	if (!fact)
		abort();
}

static void read_phone(struct fn_arena *arena, const char *text)
{
	const char *phone = temba_phone(arena, text), *masked = temba_phone_masked(arena, text);

	demand(masked != NULL && strstr(masked, "****") != NULL);
	if (phone == NULL)
		return;
	demand(phone[0] == '+' && phone[1] != '0');
	demand(strlen(phone) >= 8 && strlen(phone) <= 16);
	demand(strspn(phone + 1, "0123456789") == strlen(phone) - 1);
	demand(strcmp(temba_phone(arena, phone), phone) == 0);
	demand(strlen(temba_phone_masked(arena, phone)) <= 10);
}

static void read_email(struct fn_arena *arena, const char *text)
{
	const char *email = fn_text_email(arena, text), *again;

	if (email == NULL)
		return;
	demand(strlen(email) >= 3 && strlen(email) <= 255);
	demand(strchr(email, '@') != NULL && strchr(email, '@') == strrchr(email, '@'));
	for (const char *c = email; *c != '\0'; c++)
		demand((unsigned char)*c > ' ' && *c != 0x7f && !isupper((unsigned char)*c));
	again = fn_text_email(arena, email);
	demand(again != NULL && strcmp(again, email) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fn_arena *arena = fn_arena_new(16 << 20);
	const char *text = fn_arena_copy(arena, data, size);

	read_phone(arena, text);
	read_email(arena, text);
	fn_arena_free(arena);
	return 0;
}
