/* fnd_control.h: the socket of fnctl: one JSON object a line, one answer each. */
#ifndef FND_CONTROL_H
#define FND_CONTROL_H

#include <stdbool.h>

#include "fn_json.h"
#include "rt_why.h"

struct fnd_client;

bool fnd_control_open(struct rt_why *why);
/* Answers that are still going out are given a moment. */
void fnd_control_close(void);
/* Takes the object. NULL (a client that left meanwhile) is fine. */
void fnd_control_answer(struct fnd_client *client, struct json_object *answer);
/* {"ok":false,"error":why,...}; output NULL = none. */
void fnd_control_refuse(struct fnd_client *client, const char *why, const char *output);

/* fnd_status.c */
struct json_object *fnd_status(void);

#endif
