/* call.h: calling a function's handler as a person does, with the real checks around it: a genuine
 * session token, the settings that its function.ini names and no others, and the fake database in
 * strict mode. */
#ifndef CALL_H
#define CALL_H

#include "fake_db.h"
#include "fn.h"
#include "unit.h"

#define ANA     "a0a0a0a0-1111-4111-8111-a0a0a0a0a0a0"
#define BEN     "b0b0b0b0-2222-4222-8222-b0b0b0b0b0b0"
#define SESSION "5e5e5e5e-9999-4999-8999-5e5e5e5e5e5e" /* of whoever calls */

struct call {
	int status;                   /* on the wire */
	const struct fn_error *error; /* NULL when it went well */
	struct json_object *reply;    /* the body; NULL when it is not JSON */
	struct fn_request *req;       /* of the last call */
	const char *language;         /* Accept-Language of the next calls; NULL = none */
	const char *query;            /* of the next calls, behind the ?; NULL = none */
};

/* cmocka group: reads functions/NAME/function.ini, so tests run in the project's root. */
int call_group(void **state);
/* cmocka test: *state becomes a struct call. Afterwards, an answer nobody asked for fails it. */
int call_set_up(void **state);
int call_tear_down(void **state);
#define CALL_TEST(name) cmocka_unit_test_setup_teardown(name, call_set_up, call_tear_down)

/* POST by this person; NULL = without a bearer. */
void call_as(struct call *c, const char *person, const char *body);
/* POST with this Authorization header. */
void call_with_bearer(struct call *c, const char *authorization, const char *body);
/* GET by this person, with c->query; NULL = without a bearer. */
void call_get(struct call *c, const char *person);
/* A request without person or body. */
void call_method(struct call *c, const char *method);
/* An answer that says that the caller's session lives: the first thing every write asks. */
void call_alive(void);
/* A member of the reply that is a text; "" when it is none. */
const char *call_text(const struct call *c, const char *name);

/* The last call was refused with this honest status and code, whatever the wire says; nothing was
 * committed, and no answer is left over. */
void call_assert_refused(const struct call *c, int status, const char *code);
/* The same, but the refusal itself may have been committed: it is part of the record. */
void call_assert_refused_on_record(const struct call *c, int status, const char *code);
/* It went well: 200, committed unless a repeat changed nothing, and no answer is left over. */
void call_assert_fine(const struct call *c);

/* What every function of a signed-in person must do with callers and bodies that are no good,
 * before the database is asked anything. good: a body that would do. */
void call_assert_guards(struct call *c, const char *good);

#endif
