/* rest_names.h: are the schemas and the role there that the settings name? */
#ifndef REST_NAMES_H
#define REST_NAMES_H

#include "fn_arena.h"

/* Asks the database whether the schemas (ended by NULL) and the role (NULL = none) that the
 * settings name are there. NULL, or what is missing. */
const char *rest_names_missing(struct fn_arena *arena, const char *const *schemas,
			       const char *anonymous_role);

#endif
