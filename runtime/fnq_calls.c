/* fnq_calls.c: from a claimed job to a call over the function's socket, and from its reply to what
 * becomes of the job. */
#include "fnq_calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fn_crypto.h"
#include "fn_json.h"
#include "fn_log.h"
#include "fn_time.h"
#include "rt_files.h"

struct fnq_call *fnq_calls_free_place(struct fnq_calls *calls)
{
	for (size_t i = 0; i < calls->places; i++) {
		if (calls->call[i].job.id == 0)
			return &calls->call[i];
	}
	return NULL;
}

static bool is_under_way(const struct fnq_call *call)
{
	return call->job.id != 0 && call->wire != NULL;
}

size_t fnq_calls_under_way(const struct fnq_calls *calls)
{
	size_t count = 0;

	for (size_t i = 0; i < calls->places; i++)
		count += is_under_way(&calls->call[i]);
	return count;
}

size_t fnq_calls_taken(const struct fnq_calls *calls)
{
	size_t count = 0;

	for (size_t i = 0; i < calls->places; i++)
		count += calls->call[i].job.id != 0;
	return count;
}

void fnq_calls_ids(const struct fnq_calls *calls, struct fn_buf *into)
{
	fn_buf_clear(into);
	fn_buf_text(into, "");
	for (size_t i = 0; i < calls->places; i++) {
		if (calls->call[i].job.id != 0)
			fn_buf_format(into, "%s%lld", into->length > 0 ? "," : "",
				      (long long)calls->call[i].job.id);
	}
}

size_t fnq_calls_poll(const struct fnq_calls *calls, struct pollfd *into)
{
	size_t count = 0;

	for (size_t i = 0; i < calls->places; i++) {
		const struct fnq_call *call = &calls->call[i];

		if (is_under_way(call))
			into[count++] = (struct pollfd){.fd = rt_fcgi_descriptor(call->wire),
							.events = rt_fcgi_events(call->wire)};
	}
	return count;
}

/* ---- beginning ---- */

void fnq_call_start(struct fnq_calls *calls, struct fnq_call *call, struct fnq_job *job)
{
	char socket[RT_PATH_MAX], request_id[48], received[32], id[24], attempt[16];
	struct timespec now;
	const struct rt_fcgi_param params[] = {
		{"REQUEST_METHOD", "POST"},
		{"FN_INTERNAL", "1"},
		{"FN_PATH", ""},
		{"QUERY_STRING", ""},
		{"CONTENT_TYPE", "application/json"},
		{"REQUEST_ID", request_id},
		{"REQUEST_RECEIVED", received},
		{"HTTP_X_JOB_ID", id},
		{"HTTP_X_JOB_ATTEMPT", attempt},
	};

	(void)clock_gettime(CLOCK_REALTIME, &now); /* as nginx's $msec */
	(void)snprintf(received, sizeof(received), "%lld.%03ld", (long long)now.tv_sec,
		       now.tv_nsec / 1000000);
	(void)snprintf(request_id, sizeof(request_id), "job-%08lld-%d", (long long)job->id,
		       job->attempts);
	(void)snprintf(id, sizeof(id), "%lld", (long long)job->id);
	(void)snprintf(attempt, sizeof(attempt), "%d", job->attempts);
	rt_path(socket, "%s/%s.sock", calls->run_dir, job->function);
	*call = (struct fnq_call){.job = *job, .began = fn_time_monotonic()};
	call->wire =
		rt_fcgi_begin(socket, params, FN_COUNT(params), job->payload, strlen(job->payload));
	free(job->payload);
	call->job.payload = NULL;
	rt_lane_started(&calls->lanes, job->lane);
}

/* ---- ending ---- */

/* "503 later: twilio: status 500, code 0" of our own functions' replies. */
static void describe(struct fnq_call *call, const struct rt_fcgi_reply *reply)
{
	struct fn_arena *arena = fn_arena_new(4 << 20);
	const char *why;
	struct json_object *body = fn_json_parse(arena, reply->body, reply->length, &why);
	const char *code = fn_json_get_text(body, "code"), *cause = fn_json_get_text(body, "cause");

	(void)snprintf(call->error, sizeof(call->error), "%d %s%s%s", reply->status,
		       code != NULL ? code : "without a code", cause != NULL ? ": " : "",
		       cause != NULL ? cause : "");
	fn_arena_free(arena);
	for (char *c = call->error; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f) /* a cut character too */
			*c = '?';
	}
}

/* The call is over: settles what becomes of the job and frees the connection. */
static void end_call(struct fnq_calls *calls, struct fnq_call *call, int status, int retry_after)
{
	uint32_t random;

	fn_crypto_random(&random, sizeof(random));
	call->verdict = rt_retry_verdict(status, call->job.attempts, call->job.max_attempts);
	call->delay_ms = rt_retry_delay(call->job.attempts, retry_after, random);
	rt_fcgi_end(call->wire);
	call->wire = NULL;
	rt_lane_finished(&calls->lanes, call->job.lane, call->verdict == RT_JOB_AGAIN);
	if (call->verdict == RT_JOB_AGAIN)
		fn_log(FN_WARN, "job %lld of %s: try %d of %d failed, again in %lld ms: %s",
		       (long long)call->job.id, call->job.function, call->job.attempts,
		       call->job.max_attempts, (long long)call->delay_ms, call->error);
	else if (call->verdict == RT_JOB_DEAD)
		fn_log(FN_ERROR, "job %lld of %s: DEAD after try %d: %s", (long long)call->job.id,
		       call->job.function, call->job.attempts, call->error);
}

static void take_reply(struct fnq_calls *calls, struct fnq_call *call)
{
	const struct rt_fcgi_reply *reply = rt_fcgi_reply(call->wire);

	describe(call, reply);
	end_call(calls, call, reply->status, reply->retry_after);
}

static void give_up(struct fnq_calls *calls, struct fnq_call *call, const char *why)
{
	(void)snprintf(call->error, sizeof(call->error), "%s", why);
	end_call(calls, call, 0, 0);
}

void fnq_calls_continue(struct fnq_calls *calls, uint64_t now)
{
	for (size_t i = 0; i < calls->places; i++) {
		struct fnq_call *call = &calls->call[i];

		if (!is_under_way(call))
			continue;
		switch (rt_fcgi_continue(call->wire)) {
		case RT_FCGI_DONE:
			take_reply(calls, call);
			break;
		case RT_FCGI_FAILED:
			give_up(calls, call, rt_fcgi_why(call->wire));
			break;
		case RT_FCGI_WAITING:
		default:
			if (now > call->began + calls->limit)
				give_up(calls, call, "no answer in time");
		}
	}
}

static bool settle(struct fnq_store *store, const struct fnq_call *call)
{
	switch (call->verdict) {
	case RT_JOB_DONE:
		return fnq_store_done(store, &call->job);
	case RT_JOB_AGAIN:
		return fnq_store_again(store, &call->job, call->delay_ms, call->error);
	case RT_JOB_DEAD:
	default:
		return fnq_store_dead(store, &call->job, call->error);
	}
}

void fnq_calls_settle(struct fnq_calls *calls, struct fnq_store *store)
{
	for (size_t i = 0; i < calls->places; i++) {
		struct fnq_call *call = &calls->call[i];

		if (call->job.id == 0 || call->wire != NULL)
			continue;
		if (!settle(store, call))
			return; /* kept, and written down when the database is back */
		*call = (struct fnq_call){0};
	}
}
