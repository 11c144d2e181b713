/* fn.h: all that an endpoint includes. */
#ifndef FN_H
#define FN_H

#include "fn_arena.h"
#include "fn_auth.h"
#include "fn_conf.h"
#include "fn_db.h"
#include "fn_error.h"
#include "fn_field.h"
#include "fn_function.h"
#include "fn_json.h"
#include "fn_log.h"
#include "fn_reply.h"
#include "fn_request.h"
#include "fn_text.h"

#endif
