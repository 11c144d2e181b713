# workers.sh: what the runtime promises (docs/runtime.md) of workers, from their start to their end: one
# function a promise. Sourced by run.
# shellcheck shell=bash disable=SC2154 # S, fnd_pid, fixtures, top, bin, slow: of run

# ---- starting workers
it_starts_a_worker_on_demand_from_zero() {
	ini echo '[scale]' 'min = 0'
	install echo
	start
	soon ready echo
	is 'workers before' 0 "$(count_workers echo)"
	is version 1 "$(version echo)"
	is 'workers after' 1 "$(count_workers echo)"
}

it_scales_up_to_max_and_not_beyond() {
	local most=0 now
	ini sleeper '[scale]' 'max = 4'
	install sleeper
	start
	call sleeper --path /250 --count 16 --parallel 16 >"$S/said" &
	until grep -q 'done=' "$S/said"; do
		now=$(count_workers sleeper)
		[ "$now" -le "$most" ] || most=$now
		sleep 0.02
	done
	is 'most workers at once' 4 "$most"
	grep -q 'done=16 ok=16 failed=0' "$S/said"
}

it_keeps_min_alive_and_retires_the_others() {
	ini sleeper '[scale]' 'min = 2' 'max = 6' 'idle_timeout = 300ms'
	install sleeper
	start
	soon is_idle sleeper 2
	call sleeper --path /200 --count 6 --parallel 6
	is 'workers after the burst' 6 "$(count_workers sleeper)"
	soon only_workers sleeper 2
	sleep 0.7 # longer than idle_timeout: the two stay
	is 'workers that stay' 2 "$(count_workers sleeper)"
	! logged 'worker died'
}
only_workers() { [ "$(count_workers "$1")" = "$2" ]; }

it_lets_a_worker_leave_after_max_requests() {
	ini echo '[scale]' 'max = 2' 'max_requests = 10'
	install echo
	start
	call echo --count 2000 --parallel 4
	soon has_served echo 2000
	! logged 'worker died|cannot start'
}

has_served() { [ "$(served "$1")" = "$2" ]; }

# ---- ending workers
it_replaces_a_killed_worker_and_names_it() {
	local pid
	ini echo '[scale]' 'min = 1'
	install echo
	start
	soon is_idle echo 1
	pid=$(workers echo)
	kill -KILL "$pid"
	soon logged "\"fn\":\"echo\",\"pid\":$pid,\"msg\":\"worker died: SIGKILL after"
	soon is_idle echo 1
	is version 1 "$(version echo)"
	is restarts 1 "$(column echo 9)"
}
is_idle() { [ "$(idle "$1")" = "$2" ]; }
is_busy() { [ "$(busy "$1")" = "$2" ]; }

it_names_the_request_that_a_dead_worker_had_in_hand() {
	ini sleeper '[scale]' 'max = 1'
	install sleeper
	start
	call sleeper --path /20000 --id 0123456789abcdef0123456789abcdef >/dev/null 2>&1 &
	soon is_busy sleeper 1
	kill -KILL "$(workers sleeper)"
	soon logged 'worker died: SIGKILL.*"request_id":"0123456789abcdef0123456789abcdef"'
	! wait $! # its client is told at once
}

it_ends_a_request_over_the_hard_limit() {
	local began=${EPOCHREALTIME/./}
	ini sleeper '[limits]' 'hard = 400ms'
	install sleeper
	start
	! call sleeper --path /60000 --id over-the-limit-0001
	between 'milliseconds until the end' 400 $((2000 * slow)) $(((${EPOCHREALTIME/./} - began) / 1000))
	soon logged 'worker died: SIGKILL.*hard limit.*"request_id":"over-the-limit-0001"'
	call sleeper --path /1
}

it_says_how_a_worker_died() {
	local kind
	ini crasher
	install crasher
	start
	for kind in segv:SIGSEGV bus:SIGBUS abort:SIGABRT exit:'exit 3' exit0:'exit 0'; do
		! call crasher --path "/${kind%:*}" --id "death-by-${kind%:*}-01"
		soon logged "\"msg\":\"worker died: ${kind#*:} after.*\"request_id\":\"death-by-${kind%:*}-01\""
		call crasher # the next one is served, without waiting
	done
	is restarts 5 "$(column crasher 9)"
}

# One after the other: every idle worker dies somewhere between its wake-up and its accept.
it_serves_every_request_but_those_in_hand_when_workers_are_killed() {
	local i pid lost
	ini sleeper '[scale]' 'min = 2' 'max = 4'
	install sleeper
	start
	soon is_idle sleeper 2
	call sleeper --path /1 --count 1 # one that dies before the first request counts as a failed start
	call sleeper --path /2 --parallel 3 --until "$S/enough" >"$S/said" &
	for i in {1..40}; do
		pid=$(workers sleeper | shuf -n 1)
		[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
		sleep 0.03
	done
	touch "$S/enough"
	wait $! || true
	cat "$S/said"
	lost=$(sed 's/.*failed=\([0-9]*\).*/\1/' "$S/said")
	between 'requests lost' 0 40 "$lost"
	call sleeper --path /1 --count 20
}

it_speaks_with_another_client() {
	ini echo
	install echo
	start
	env -i REQUEST_METHOD=GET FN_PATH=/from-cgi-fcgi /usr/bin/cgi-fcgi -bind -connect "$S/run/echo.sock" >"$S/said"
	grep -q '^Status: 200' "$S/said"
	grep -q '"path":"/from-cgi-fcgi"' "$S/said"
}

# ---- what does not start
it_throttles_a_template_that_crashes() {
	local starts
	ini crash
	ini echo
	install crash
	install echo
	start
	is version 1 "$(version echo)" # the others run
	soon logged 'failed start number 6'
	starts=$(log | grep -c '"fn":"crash".*did not start: SIGABRT')
	# 0, 0.1, 0.3, 0.7, 1.5 and 3.1 s after the first: six starts in five seconds
	is 'starts until the sixth failure' 6 "$starts"
	logged 'failed start number 6 in a row: the next one in 3200 ms'
	! call crash --count 5 # sent away, not left waiting
	is version 1 "$(version echo)"
}

it_ends_a_template_that_hangs() {
	ini hang
	install hang
	start
	soon logged '"fn":"hang".*is not ready after 5 s: SIGKILL'
	soon logged '"fn":"hang".*failed start number 1'
}

it_refuses_a_function_whose_secret_is_missing_and_runs_the_others() {
	ini sleeper '[secrets]' 'use = STRIPE_WEBHOOK_SECRET'
	ini echo
	install sleeper
	install echo
	start
	is version 1 "$(version echo)"
	is state refused "$(column sleeper 2)"
	logged 'function.ini:2: STRIPE_WEBHOOK_SECRET: secret .*/secrets/STRIPE_WEBHOOK_SECRET: No such file'
	! call sleeper --path /1
	says 'STRIPE_WEBHOOK_SECRET' fnctl restart sleeper
	# the mend
	printf 'whsec_0123456789abcdef\n' >"$S/secrets/STRIPE_WEBHOOK_SECRET"
	says 'mode 0644.*chmod 0400' fnctl restart sleeper
	chmod 0400 "$S/secrets/STRIPE_WEBHOOK_SECRET"
	fnctl restart sleeper
	call sleeper --path /1
}

it_goes_on_when_descriptors_run_out() {
	local used
	ini sleeper '[scale]' 'max = 8'
	for used in sleeper one two three four; do
		install "$used" sleeper
	done
	start
	for used in sleeper one two three four; do
		soon ready "$used"
	done
	used=$(find "/proc/$fnd_pid/fd" -type l | wc -l)
	fnctl stop
	wait "$fnd_pid"
	rm "$S/log/functions.log"
	ulimit -Hn $((used + 3)) -Sn $((used + 3)) # for fnd: room for two workers and a fnctl
	start
	call sleeper --path /100 --count 16 --parallel 8
	logged 'cannot start a worker: .*Too many open files'
	between 'lines about it' 1 40 "$(log | grep -c 'Too many open files')"
	answers
}
