/* json.c: fuzz target for bodies: the strict parser, and the typed readers of fields. Whatever
 * comes in is refused with a reason, or is JSON that stays the same when it is written and read
 * again; whatever a reader returns keeps to what it was asked for. */
#include <string.h>

#include "fn_field.h"
#include "fn_json.h"
#include "fuzz.h"

enum { TEXT_MAX = 20, NUMBER_MIN = -1000, NUMBER_MAX = 1000 };

/* As in the corpus, from which libFuzzer learns them. */
static const char *const names[] = {"ticketId", "recipientEmail", "recipientPhone", "message",
				    "encodedData"};

static void check_round_trip(struct fn_arena *arena, struct json_object *value)
{
	const char *why = NULL, *again;
	size_t length;
	const char *text = fn_json_write(value, &length);
	struct json_object *second = fn_json_parse(arena, text, length, &why);

	demand(second != NULL && why == NULL);
	again = fn_json_write(second, NULL);
	demand(strcmp(text, again) == 0);
	demand(fn_json_type(value) == fn_json_type(second));
}

static void check_text(const char *text, size_t max)
{
	if (text == NULL)
		return;
	demand(strlen(text) > 0 && strlen(text) <= max);
	demand(fn_text_is_utf8(text, strlen(text)));
}

static void check_phone(const char *phone)
{
	if (phone == NULL)
		return;
	demand(phone[0] == '+' && phone[1] >= '1' && phone[1] <= '9');
	demand(strlen(phone) <= 16 && strspn(phone + 1, "0123456789") == strlen(phone) - 1);
}

static void check_email(struct fn_request *req, const char *email)
{
	const char *again;

	if (email == NULL)
		return;
	check_text(email, 255);
	again = fn_text_email(fn_request_arena(req), email);
	demand(again != NULL && strcmp(again, email) == 0);
}

static void read_fields(struct fn_fields *f, const char *name, enum fn_need need)
{
	struct fn_uuid id, again;
	int64_t number;

	if (fn_field_uuid(f, name, need, &id))
		demand(fn_text_uuid(id.text, &again) && strcmp(id.text, again.text) == 0);
	else
		demand(id.text[0] == '\0');
	check_text(fn_field_text(f, name, need, TEXT_MAX), TEXT_MAX);
	check_text(fn_field_secret(f, name, need, TEXT_MAX), TEXT_MAX);
	check_email(f->req, fn_field_email(f, name, need));
	check_phone(fn_field_phone(f, name, need));
	number = fn_field_int(f, name, need, NUMBER_MIN, NUMBER_MAX);
	demand(number >= NUMBER_MIN && number <= NUMBER_MAX);
	(void)fn_field_bool(f, name, true);
	demand(fn_json_type(fn_field_object(f, name, need)) == FN_JSON_OBJECT ||
	       fn_field_object(f, name, need) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fn_request_parts parts = {.method = "POST", .body = {(const char *)data, size}};
	struct fn_request *req = fn_request_new(&parts);
	const char *why = NULL;
	struct json_object *value =
		fn_json_parse(fn_request_arena(req), (const char *)data, size, &why);
	struct fn_fields f;
	struct fn_error *error = fn_field_begin(req, &f);

	demand((value == NULL) == (why != NULL));
	demand((error == NULL) == (size == 0 || fn_json_type(value) == FN_JSON_OBJECT));
	if (value != NULL)
		check_round_trip(fn_request_arena(req), value);
	if (error == NULL) {
		for (size_t i = 0; i < FN_COUNT(names); i++)
			read_fields(&f, names[i], i % 2 == 0 ? FN_REQUIRED : FN_OPTIONAL);
		error = fn_field_end(&f);
		demand(error == NULL || fn_json_length(fn_json_get(error->detail, "fields")) > 0);
	}
	fn_request_free(req);
	return 0;
}
