/* fnq: the job runner. Claims jobs from private.jobs and calls the internal functions that do them,
 * over the same sockets as nginx; turns private.schedules into jobs. One thread; any number of
 * runners share the work. kill -9 loses nothing: a lease runs out and another runner takes over.
 *
 *	fnq [--state DIR] [--run DIR] [--config FILE] [--listen-only]
 *
 * What is not given is STATE_DIR and RUN_DIR of the environment, and STATE_DIR/default.ini when it
 * is there. With --listen-only there are no jobs: it hears that the schema has changed, on the
 * connection of the secret PGRST_DB_URI. docs/runtime.md tells the story. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "fn_conf.h"
#include "fn_crypto.h"
#include "fn_db.h"
#include "fn_die.h"
#include "fn_log.h"
#include "fn_time.h"
#include "fnq_cache.h"
#include "fnq_calls.h"
#include "fnq_listen.h"
#include "fnq_reload.h"
#include "fnq_store.h"
#include "rt_self.h"
#include "rt_settings.h"

enum {
	WRONG_USE = 64,
	TICK_MS = 1000,     /* also how late a job starts when a NOTIFY was lost */
	CALL_LIMIT_S = 120, /* fnd ends a call at the function's own limit, long before */
	PURGE_S = 600,
	STATEMENT_TIMEOUT_MS = 10000,
	LOCK_TIMEOUT_MS = 5000,
};
static const uint64_t ms = 1000000, second = 1000000000;

static struct fnq_calls calls = {.limit = CALL_LIMIT_S * UINT64_C(1000000000)};
static struct fnq_store store;
static uint64_t next_tick, next_heartbeat, next_purge;
static uint64_t stop_at; /* 0 = not told to stop */
static struct fnq_reload reload = {.asked = -1};
static bool is_deaf = true; /* notices may have come that nobody heard */

/* ---- starting ---- */

struct options {
	const char *state, *run, *config;
	bool listen_only;
};

/* The operator's defaults as they were installed. */
static const char *installed_config(const char *state)
{
	static char path[RT_PATH_MAX];

	rt_path(path, "%s/default.ini", state);
	return access(path, R_OK) == 0 ? path : NULL;
}

static struct options read_options(int argc, char **argv)
{
	static const struct option known[] = {{"state", required_argument, NULL, 's'},
					      {"run", required_argument, NULL, 'r'},
					      {"config", required_argument, NULL, 'c'},
					      {"listen-only", no_argument, NULL, 'l'},
					      {0}};
	struct options o = {rt_environment("STATE_DIR"), rt_environment("RUN_DIR"), NULL, false};
	int which;

	while ((which = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (which == 's')
			o.state = optarg;
		else if (which == 'r')
			o.run = optarg;
		else if (which == 'c')
			o.config = optarg;
		else if (which == 'l')
			o.listen_only = true;
		else
			exit(WRONG_USE);
	}
	if (o.state == NULL || o.run == NULL || optind != argc) {
		(void)fputs("use: fnq [--state DIR] [--run DIR] [--config FILE] [--listen-only]\n",
			    stderr);
		exit(WRONG_USE);
	}
	if (o.config == NULL)
		o.config = installed_config(o.state);
	return o;
}

/* The runner's settings come through the same layers and the same sealed file as a function's. */
static void load_settings(const struct options *o)
{
	static const char *const names[] = {"PGRST_DB_CHANNEL",   "PGRST_DB_CHANNEL_ENABLED",
					    "JOBS_CONCURRENCY",   "JOBS_MAX_ATTEMPTS",
					    "JOBS_LEASE_SECONDS", "JOBS_KEEP_DAYS",
					    "JOBS_STOP_SECONDS",  "CACHE_DIR"};
	struct rt_function runner = {.file = "fnq",
				     .statement_timeout_ms = STATEMENT_TIMEOUT_MS,
				     .lock_timeout_ms = LOCK_TIMEOUT_MS,
				     .hard_limit = 30 * second};

	if (o->listen_only)
		(void)snprintf(runner.uri, sizeof(runner.uri), "PGRST_DB_URI");
	else
		(void)snprintf(runner.role, sizeof(runner.role), "fnq");
	for (size_t i = 0; i < FN_COUNT(names); i++)
		(void)snprintf(runner.settings.name[runner.settings.count++], RT_NAME_MAX + 1, "%s",
			       names[i]);
	rt_self_load(&runner, "fnq", o->config, o->state);
}

static void name_runner(void)
{
	char host[32] = "";
	uint32_t random;

	(void)gethostname(host, sizeof(host) - 1);
	fn_crypto_random(&random, sizeof(random));
	(void)snprintf(store.runner, sizeof(store.runner), "%s-%d-%08x", host, (int)getpid(),
		       random);
}

static int watch_signals(void)
{
	sigset_t set;
	int descriptor;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	descriptor = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (descriptor < 0)
		fn_die(71, "signalfd: %s", strerror(errno));
	return descriptor;
}

/* ---- one turn of the loop ---- */

static void claim_jobs(void)
{
	struct fnq_call *place;
	struct fn_buf full;

	fn_buf_init(&full, 64 << 10);
	while ((place = fnq_calls_free_place(&calls)) != NULL) {
		struct fnq_job job;

		rt_lanes_full(&calls.lanes, &full);
		if (!fnq_store_claim(&store, full.bytes, &job) || job.id == 0)
			break;
		fnq_call_start(&calls, place, &job);
	}
	fn_buf_free(&full);
}

/* Everything that needs the database; whatever fails is due again at the next turn. */
static void use_database(uint64_t now)
{
	if (!fnq_store_is_ready(&store, now))
		return;
	fnq_calls_settle(&calls, &store);
	fnq_calls_ids(&calls, &store.ours);
	if (now >= next_heartbeat && store.failures == 0 && fnq_calls_under_way(&calls) > 0 &&
	    fnq_store_heartbeat(&store))
		next_heartbeat = now + (uint64_t)store.lease_s * second / 3;
	if (now >= next_tick && fnq_store_tick(&store)) {
		next_tick = now + TICK_MS * ms;
		fnq_reload_listening(&reload, store.listening, now);
	}
	if (stop_at == 0 && store.failures == 0)
		claim_jobs();
	if (now >= next_purge && store.failures == 0 && !fnq_store_purge(&store))
		next_purge = now + PURGE_S * second;
}

static void take_signals(int descriptor, uint64_t now)
{
	struct signalfd_siginfo info;

	while (read(descriptor, &info, sizeof(info)) == sizeof(info)) {
		uint64_t patience = (uint64_t)fn_conf_int("JOBS_STOP_SECONDS") * second;

		if (stop_at == 0)
			fn_log(FN_INFO, "told to stop: %zu calls under way",
			       fnq_calls_under_way(&calls));
		stop_at = stop_at == 0 ? now + patience : now; /* told twice: now */
	}
}

static bool is_over(uint64_t now)
{
	if (stop_at == 0)
		return false;
	if (fnq_calls_taken(&calls) == 0)
		return true;
	if (now < stop_at)
		return false;
	fn_log(FN_WARN, "left with %zu calls not finished: their leases run out",
	       fnq_calls_taken(&calls));
	return true;
}

/* `jobs` has woken us: all that is due is looked for next. `cache` says that a list that nginx
 * keeps has changed, the channel of the data API that the schema has. */
static void hear_notices(uint64_t now)
{
	struct fn_notice notice;

	while (fn_db_notice(&notice)) {
		fnq_reload_hear(&reload, &notice, now);
		if (strcmp(notice.channel, "cache") == 0)
			fnq_cache_changed(now);
	}
	/* not while the database is away: old lists are better than none */
	if (is_deaf && store.failures == 0)
		fnq_cache_changed(now);
	is_deaf = store.failures > 0;
}

static void wait_for_something(int signals, uint64_t now)
{
	struct pollfd list[FNQ_CALLS_MAX + 3];
	uint64_t until = store.failures > 0 ? store.next_try : next_tick;
	nfds_t count = fnq_calls_poll(&calls, list);

	hear_notices(now); /* also those that came with the answers of statements */

	list[count++] = (struct pollfd){.fd = signals, .events = POLLIN};
	if (store.failures == 0 && fn_db_descriptor() >= 0) /* a broken one would only spin */
		list[count++] = (struct pollfd){.fd = fn_db_descriptor(), .events = POLLIN};
	count += fnq_reload_poll(&reload, &list[count], &until);
	if (stop_at != 0 && stop_at < until)
		until = stop_at;
	if (fnq_cache_due() != 0 && fnq_cache_due() < until)
		until = fnq_cache_due();
	(void)poll(list, count, until <= now ? 0 : (int)((until - now) / ms) + 1);
	hear_notices(fn_time_monotonic());
}

static void run_jobs(int signals, const char *run_dir)
{
	name_runner();
	store.lease_s = fn_conf_int("JOBS_LEASE_SECONDS");
	store.keep_days = fn_conf_int("JOBS_KEEP_DAYS");
	store.max_attempts = fn_conf_int("JOBS_MAX_ATTEMPTS");
	calls.places = (size_t)fn_conf_int("JOBS_CONCURRENCY");
	calls.run_dir = run_dir;
	reload.run_dir = run_dir;
	fn_buf_init(&store.ours, 64 << 10);
	rt_lanes_init(&calls.lanes, (unsigned)calls.places);
	fn_log(FN_INFO, "runner %s: %zu places, lease %lld s", store.runner, calls.places,
	       (long long)store.lease_s);
	for (uint64_t now = fn_time_monotonic(); !is_over(now); now = fn_time_monotonic()) {
		fnq_calls_continue(&calls, now);
		use_database(now);
		wait_for_something(signals, fn_time_monotonic());
		take_signals(signals, fn_time_monotonic());
		fnq_reload_step(&reload, fn_time_monotonic());
		fnq_cache_continue(fn_time_monotonic());
	}
	fn_db_disconnect();
}

int main(int argc, char **argv)
{
	struct options options = read_options(argc, argv);
	int signals;

	fn_log_init("fnq");
	load_settings(&options);
	signals = watch_signals();
	if (options.listen_only)
		fnq_listen(signals, options.run);
	else
		run_jobs(signals, options.run);
	return EXIT_SUCCESS;
}
