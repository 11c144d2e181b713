/* courier: does what the stand-ins cannot do while they answer: ends payments when their time has
 * come, and delivers webhooks.
 *
 *	courier [--state DIR] [--run DIR] [--config FILE]
 *
 * The options and settings are fnq's. Any number of couriers share the work; kill -9 loses nothing.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../runtime/rt_self.h"
#include "../../../runtime/rt_settings.h"
#include "../settle.h"
#include "courier_http.h"
#include "courier_letter.h"
#include "fn_log.h"
#include "fn_time.h"

enum {
	WRONG_USE = 64,
	LOOK_MS = 5, /* how late something that is due begins, at most */
	SETTLED_AT_ONCE = 64,
	PATIENCE_MS = 2000, /* for answers, when told to stop */
};

static const uint64_t hard_limit = UINT64_C(30000000000); /* every share has one */

static volatile sig_atomic_t stopping;

static void on_stop(int signal_number)
{
	(void)signal_number;
	stopping = 1;
}

static void watch_signals(void)
{
	struct sigaction stop = {.sa_handler = on_stop};

	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGINT, &stop, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* ---- starting ---- */

struct options {
	const char *state, *config;
};

static struct options read_options(int argc, char **argv)
{
	static const struct option known[] = {{"state", required_argument, NULL, 's'},
					      {"run", required_argument, NULL, 'r'},
					      {"config", required_argument, NULL, 'c'},
					      {0}};
	struct options o = {rt_environment("STATE_DIR"), NULL};
	int which;

	while ((which = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (which == 's')
			o.state = optarg;
		else if (which == 'c')
			o.config = optarg;
		else if (which != 'r') /* it has no sockets there */
			exit(WRONG_USE);
	}
	if (o.state == NULL || optind != argc) {
		(void)fputs("use: courier [--state DIR] [--run DIR] [--config FILE]\n", stderr);
		exit(WRONG_USE);
	}
	return o;
}

static void name(struct rt_names *names, const char *text)
{
	(void)snprintf(names->name[names->count++], RT_NAME_MAX + 1, "%s", text);
}

/* Through the same layers as a function's. */
static void load_settings(const struct options *o)
{
	struct rt_function courier = {.file = "courier", .hard_limit = hard_limit};

	name(&courier.settings, "PROVIDERS_DB");
	name(&courier.settings, "PROVIDERS_SETTLE_MS");
	name(&courier.settings, "STRIPE_API_URL");
	name(&courier.settings, "PAWAPAY_API_URL");
	name(&courier.secrets, "STRIPE_WEBHOOK_SECRET");
	rt_self_load(&courier, "courier", o->config, o->state);
}

/* ---- the loop ---- */

static void turn(void)
{
	size_t settled = settle_due(SETTLED_AT_ONCE);
	size_t sent = courier_letters_send();

	courier_http_wait(settled + sent > 0 ? 0 : LOOK_MS, courier_letter_answered);
	courier_letters_settle();
}

/* What is under way is waited for; what is not answered then is due again for the next courier. */
static void end(void)
{
	uint64_t until = fn_time_monotonic() + (uint64_t)PATIENCE_MS * 1000000;

	while (courier_http_free() < COURIER_AT_ONCE && fn_time_monotonic() < until) {
		courier_http_wait(LOOK_MS, courier_letter_answered);
		courier_letters_settle();
	}
	courier_http_end();
}

int main(int argc, char **argv)
{
	struct options o = read_options(argc, argv);

	fn_log_init("courier");
	load_settings(&o);
	watch_signals();
	while (!stopping)
		turn();
	end();
	return EXIT_SUCCESS;
}
