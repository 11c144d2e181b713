/* fnq_reload.c: new generations of the data API. */
#include "fnq_reload.h"

#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "fn_conf.h"
#include "fn_db.h"
#include "fn_log.h"
#include "rt_ask.h"

enum {
	TOGETHER_MS = 100, /* a migration notifies many times */
	ANSWER_S = 60,     /* fnd's own limits end long before */
	FAILURES_MAX = 8,  /* then a person has to look */
	WHY_MAX = 500,
};
static const uint64_t ms = 1000000, second = 1000000000;

void fnq_reload_want(struct fnq_reload *reload, uint64_t now)
{
	if (reload->due == 0 || reload->failures > 0)
		reload->due = now + TOGETHER_MS * ms;
	reload->failures = 0;
}

void fnq_reload_listening(struct fnq_reload *reload, unsigned connection, uint64_t now)
{
	if (reload->listening != 0 && reload->listening != connection &&
	    fn_conf_bool("PGRST_DB_CHANNEL_ENABLED"))
		fnq_reload_want(reload, now);
	reload->listening = connection;
}

/* Anything else on the channel is not meant for us. */
static bool is_reload(const struct fn_notice *notice)
{
	return strcmp(notice->channel, fn_conf_text("PGRST_DB_CHANNEL")) == 0 &&
	       (*notice->payload == '\0' || strcmp(notice->payload, "reload schema") == 0 ||
		strcmp(notice->payload, "reload config") == 0);
}

void fnq_reload_hear(struct fnq_reload *reload, const struct fn_notice *notice, uint64_t now)
{
	if (fn_conf_bool("PGRST_DB_CHANNEL_ENABLED") && is_reload(notice))
		fnq_reload_want(reload, now);
}

/* Again after 1 s, 2 s ... 32 s, and then no more until the next change. */
static void failed(struct fnq_reload *reload, uint64_t now, const char *why)
{
	unsigned shift = reload->failures < 5 ? reload->failures : 5;

	reload->failures++;
	if (reload->failures > FAILURES_MAX) {
		fn_log(FN_ERROR, "the data API keeps its old schema until the next change: %s",
		       why);
		reload->failures = 0;
		return;
	}
	fn_log(FN_WARN, "no new generation of rest: %s; again in %u s", why, 1U << shift);
	if (reload->due == 0)
		reload->due = now + (second << shift);
}

static void take_answer(struct fnq_reload *reload, uint64_t now)
{
	struct pollfd answer = {.fd = reload->asked, .events = POLLIN};
	char why[WHY_MAX] = "fnd does not answer";
	bool is_late = now >= reload->asked_at + ANSWER_S * second;

	if (poll(&answer, 1, 0) == 0 && !is_late)
		return;
	if (answer.revents != 0 && rt_ask_answer(reload->asked, why, sizeof(why)))
		reload->failures = 0;
	else
		failed(reload, now, why);
	(void)close(reload->asked);
	reload->asked = -1;
}

void fnq_reload_step(struct fnq_reload *reload, uint64_t now)
{
	if (reload->asked >= 0)
		take_answer(reload, now);
	if (reload->asked >= 0 || reload->due == 0 || now < reload->due)
		return;
	reload->due = 0;
	reload->asked = rt_ask_restart(reload->run_dir, "rest");
	reload->asked_at = now;
	if (reload->asked >= 0)
		fn_log(FN_INFO, "the schema has changed: asked for a new generation of rest");
	else
		failed(reload, now, "fnd is not there");
}

static void sooner(uint64_t *until, uint64_t time)
{
	if (time < *until)
		*until = time;
}

unsigned fnq_reload_poll(const struct fnq_reload *reload, struct pollfd *into, uint64_t *until)
{
	if (reload->asked < 0) {
		if (reload->due != 0)
			sooner(until, reload->due);
		return 0;
	}
	*into = (struct pollfd){.fd = reload->asked, .events = POLLIN};
	sooner(until, reload->asked_at + ANSWER_S * second);
	return 1;
}
