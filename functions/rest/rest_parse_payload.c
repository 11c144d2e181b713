/* rest_parse_payload.c: which kind of body came (rest.md 8); what is in it the planner reads. */
#include <ctype.h>
#include <string.h>

#include "rest_error.h"
#include "rest_parse_parts.h"

/* The media type without its parameters, in small letters; JSON when none was given. */
static const char *read_media(struct fn_request *req)
{
	const char *header = fn_request_header(req, "Content-Type");
	struct fn_arena *arena = fn_request_arena(req);
	char *media;

	if (header == NULL)
		return "application/json";
	media = fn_arena_text(arena, fn_text_trim(arena, fn_arena_copy(arena, header,
								       strcspn(header, ";"))));
	for (char *c = media; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return *media == '\0' ? "application/json" : media;
}

static enum rest_payload kind_of(const char *media)
{
	static const struct {
		const char *media;
		enum rest_payload kind;
	} table[] = {{"application/json", REST_PAYLOAD_JSON},
		     {"text/csv", REST_PAYLOAD_CSV},
		     {"application/x-www-form-urlencoded", REST_PAYLOAD_FORM},
		     {"text/plain", REST_PAYLOAD_RAW},
		     {"text/xml", REST_PAYLOAD_RAW},
		     {"application/octet-stream", REST_PAYLOAD_RAW}};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (strcmp(table[i].media, media) == 0)
			return table[i].kind;
	}
	return REST_NO_PAYLOAD;
}

struct fn_error *rest_read_payload(struct fn_request *req, struct rest_query *query)
{
	bool writes = query->action == REST_CREATE || query->action == REST_UPDATE ||
		      query->action == REST_PUT;
	bool calls = query->action == REST_CALL && fn_request_method(req) == FN_POST;

	if (!writes && !calls)
		return NULL;
	query->payload_media = read_media(req);
	query->payload_type = kind_of(query->payload_media);
	query->payload = fn_request_body(req);
	/* only a function with one unnamed argument takes raw bytes */
	if (query->payload_type == REST_NO_PAYLOAD ||
	    (writes && query->payload_type == REST_PAYLOAD_RAW))
		return rest_fail(req, 400, "PGRST102",
				 fn_arena_format(fn_request_arena(req),
						 "Content-Type not acceptable: %.200s",
						 query->payload_media),
				 NULL, NULL);
	return NULL;
}
