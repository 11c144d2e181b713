/* rest_config.h: settings of the data API that take more than a look. */
#ifndef REST_CONFIG_H
#define REST_CONFIG_H

#include "fn_arena.h"

/* Values that the table of settings cannot judge; a wrong one ends the process (78). */
void rest_config_check(void);
/* The secret PGRST_APP_SETTINGS, {"app.settings.x":"y"}, as name, value, ... ended by NULL; NULL
 * when there is none. A bad one ends the process (78). */
const char *const *rest_config_app_settings(struct fn_arena *arena);
/* PGRST_DB_PRE_REQUEST, schema.function or function, quoted for SQL; NULL when there is none. */
const char *rest_config_pre_request(struct fn_arena *arena);

#endif
