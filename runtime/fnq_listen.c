/* fnq_listen.c: a connection that does nothing but LISTEN, for databases that have no jobs. */
#include "fnq_listen.h"

#include <poll.h>
#include <stdbool.h>

#include "fn_conf.h"
#include "fn_db.h"
#include "fn_log.h"
#include "fn_time.h"
#include "fnq_reload.h"

enum { CHECK_S = 10, SHIFT_MAX = 5 /* 32 s */ };
static const uint64_t ms = 1000000, second = 1000000000;

struct listener {
	struct fnq_reload reload;
	uint64_t next;     /* when to say LISTEN again */
	unsigned failures; /* in a row; 0 = the database answers */
	bool was_heard;    /* at least once */
};

static void went_well(struct listener *l, uint64_t now)
{
	if (l->failures > 0 || !l->was_heard)
		fn_log(FN_INFO, "listening on %s", fn_conf_text("PGRST_DB_CHANNEL"));
	if (l->failures > 0 && !l->was_heard) /* nobody listened since we began */
		fnq_reload_want(&l->reload, now);
	fnq_reload_listening(&l->reload, fn_db_connections(), now);
	l->was_heard = true;
	l->failures = 0;
	l->next = now + CHECK_S * second;
}

/* Said once when it goes; again after 1 s, 2 s ... 32 s. */
static void went_wrong(struct listener *l, uint64_t now, const char *why)
{
	unsigned shift = l->failures < SHIFT_MAX ? l->failures : SHIFT_MAX;

	if (l->failures == 0)
		fn_log(FN_ERROR, "the database does not answer: %s", why);
	fn_db_disconnect();
	l->failures++;
	l->next = now + (second << shift);
}

/* Repeating it costs nothing, and shows whether the connection still lives. */
static void say_listen(struct listener *l)
{
	struct fn_request *req = fn_request_new(&(struct fn_request_parts){0});
	const struct fn_error *error = fn_db_listen(req, fn_conf_text("PGRST_DB_CHANNEL"));
	uint64_t now = fn_time_monotonic();

	if (error == NULL)
		went_well(l, now);
	else
		went_wrong(l, now, error->cause != NULL ? error->cause : error->message->code);
	fn_request_free(req);
}

/* False when the connection has ended. */
static bool hear(struct listener *l)
{
	struct fn_notice notice;

	while (fn_db_notice(&notice))
		fnq_reload_hear(&l->reload, &notice, fn_time_monotonic());
	return fn_db_descriptor() >= 0;
}

/* True when a signal has come. */
static bool wait_for_something(struct listener *l, int signals)
{
	/* poll() passes over a descriptor of -1 */
	struct pollfd list[3] = {{.fd = signals, .events = POLLIN},
				 {.fd = fn_db_descriptor(), .events = POLLIN}};
	uint64_t now = fn_time_monotonic(), until = l->next;
	nfds_t count = 2 + fnq_reload_poll(&l->reload, &list[2], &until);

	(void)poll(list, count, until <= now ? 0 : (int)((until - now) / ms) + 1);
	if (list[1].revents != 0 && !hear(l))
		went_wrong(l, fn_time_monotonic(), "the connection has ended");
	return list[0].revents != 0;
}

void fnq_listen(int signals, const char *run_dir)
{
	struct listener l = {.reload = {.run_dir = run_dir, .asked = -1}};

	do {
		if (fn_time_monotonic() >= l.next)
			say_listen(&l);
		fnq_reload_step(&l.reload, fn_time_monotonic());
	} while (!wait_for_something(&l, signals));
	fn_db_disconnect();
}
