# tests.sh: what the runtime promises (docs/runtime.md), one function a promise. Sourced by run.
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

# ---- deploy and rollback
it_deploys_and_rolls_back_without_losing_a_request() {
	local i
	ini echo '[scale]' 'min = 1' 'max = 4'
	install echo
	start
	call echo --count 1
	call echo --parallel 4 --until "$S/enough" >"$S/said" &
	for i in 2 3 2 3 2 3; do
		deploy echo "echo-$i"
		is version "$i" "$(version echo)"
		fnctl rollback echo
		fnctl rollback echo
		is version "$i" "$(version echo)"
	done
	touch "$S/enough"
	wait $!
	cat "$S/said"
	grep -q 'failed=0' "$S/said"
	between requests 200 100000000 "$(sed 's/done=\([0-9]*\).*/\1/' "$S/said")"
	! logged 'worker died'
}

it_answers_a_deploy_while_old_workers_finish_their_requests() {
	ini sleeper '[scale]' 'max = 4'
	install sleeper
	start
	call sleeper --path /1500 --count 2 --parallel 2 >"$S/said" &
	soon is_busy sleeper 2
	ini sleeper '[scale]' 'max = 5'
	deploy sleeper sleeper >"$S/answer"
	grep -q '2 workers of before finish the request in hand' "$S/answer"
	! grep -q 'done=' "$S/said" # they are still at it
	is 'max of the new generation' 5 "$(column sleeper 6)"
	wait $!
	grep -q 'done=2 ok=2 failed=0' "$S/said"
}

it_lets_old_workers_go_although_requests_never_cease() {
	local old
	ini sleeper '[scale]' 'min = 2' 'max = 2'
	install sleeper
	start
	soon is_idle sleeper 2
	old=$(workers sleeper)
	call sleeper --path /1 --parallel 40 --until "$S/enough" >"$S/said" &
	ini sleeper '[scale]' 'min = 2' 'max = 2' 'max_requests = 0'
	deploy sleeper sleeper
	soon gone "$old"
	touch "$S/enough"
	wait $!
	grep -q 'failed=0' "$S/said"
}
# shellcheck disable=SC2086 # several pids
gone() { ! kill -0 $1 2>/dev/null; }

it_does_nothing_for_an_unchanged_release() {
	local pids
	ini echo '[scale]' 'min = 1'
	install echo
	start
	soon is_idle echo 1
	pids=$(workers echo)
	deploy echo echo | grep -q 'serves already: nothing to do'
	is workers "$pids" "$(workers echo)"
}

it_keeps_what_serves_when_a_build_does_not_come_up() {
	local bad
	ini echo '[scale]' 'min = 1' 'max = 4'
	install echo
	start
	soon is_idle echo 1
	make_wrong_builds
	call echo --parallel 2 --until "$S/enough" >"$S/said" &
	says 'check` ended with SIGABRT.*' deploy echo crash
	says 'broken on purpose' deploy echo crash
	says 'check` was not through after 5 s' deploy echo hang
	says 'template ended before it was ready' deploy echo late-crash
	says 'template ended before it was ready' deploy echo late-exit-0
	says 'template was not ready after 5 s' deploy echo late-hang
	says 'died before its first request' deploy echo dead-workers
	says 'Exec format error' fnctl deploy echo --bin "$S/wrong-machine" --ini-dir "$S/ini"
	says 'libfcgx.so.0' fnctl deploy echo --bin "$S/missing-library" --ini-dir "$S/ini"
	says 'not a program' fnctl deploy echo --bin "$top/Makefile" --ini-dir "$S/ini"
	says 'No such file.*build it' fnctl deploy echo --bin "$S/nothing" --ini-dir "$S/ini"
	touch "$S/enough"
	wait $!
	grep -q 'failed=0' "$S/said"
	is version 1 "$(version echo)"
	for bad in "$S"/functions/echo/releases/*; do
		is 'releases left' "$(readlink "$S/functions/echo/current")" "releases/${bad##*/}"
	done
	soon is 'templates' 1 "$(template echo | wc -l)"
}
make_wrong_builds() {
	cp "$fixtures/echo" "$S/wrong-machine"
	printf '\xb7' | dd of="$S/wrong-machine" bs=1 seek=18 conv=notrunc status=none # EM_AARCH64
	sed 's/libfcgi\.so\.0/libfcgx.so.0/' "$fixtures/echo" >"$S/missing-library"
}

it_deploys_a_function_that_is_new() {
	ini echo
	start
	deploy echo echo
	is version 1 "$(version echo)"
	is link "$(column echo 3)" "$(basename "$(readlink "$S/functions/echo/current")")"
}

it_rolls_back_when_the_warm_template_is_gone() {
	ini echo '[scale]' 'min = 1'
	install echo
	start
	says 'no previous release' fnctl rollback echo
	deploy echo echo-2
	soon two_templates
	kill -KILL "$(template echo | tail -n 1)" # newest first: the older is the kept one
	soon one_template
	fnctl rollback echo
	is version 1 "$(version echo)"
}
two_templates() { [ "$(template echo | wc -l)" = 2 ]; }
one_template() { [ "$(template echo | wc -l)" = 1 ]; }

it_restarts_with_the_settings_of_now() {
	ini echo '[settings]' 'use = SITE_URL'
	install echo
	start
	call echo --show | grep -q 'http://127.0.0.1:3000'
	echo 'SITE_URL = https://changed.example' >"$S/temba.ini"
	call echo --show | grep -q 'http://127.0.0.1:3000'
	fnctl restart echo
	call echo --show | grep -q 'https://changed.example'
	echo 'SITE_ULR = x' >"$S/temba.ini"
	says 'temba.ini:1: no such setting' fnctl restart echo
	call echo --show | grep -q 'https://changed.example'
}

it_names_file_and_line_of_a_wrong_function_ini() {
	ini echo
	install echo
	start
	ini echo '[scale]' 'max = 4' 'maximum = 5'
	says 'function.ini:3: no such key' deploy echo echo-2
	ini echo '[scale]' 'max = 4' 'max = 5'
	says 'function.ini:3: this key stands twice' deploy echo echo-2
	ini echo '[limits]' 'hard = 3'
	says 'function.ini:2: must be a duration' deploy echo echo-2
	is version 1 "$(version echo)"
}

it_keeps_to_the_connection_budget() {
	mkdir -p "$S/secrets/db"
	printf 'secret-word\n' >"$S/secrets/db/fn_echo"
	chmod 0400 "$S/secrets/db/fn_echo"
	ini echo '[scale]' 'max = 4' '[db]' 'role = fn_echo'
	ini sleeper '[scale]' 'max = 8'
	install echo
	install sleeper
	echo 'DB_CONNECTIONS = 12' >"$S/temba.ini"
	says '12 connections .* 13 may be needed: echo 4 \+ the largest again during a deploy 4' "$bin/fnd" --state "$S"
	echo 'DB_CONNECTIONS = 13' >"$S/temba.ini"
	start
	is version 1 "$(version echo)"
	ini echo '[scale]' 'max = 5' '[db]' 'role = fn_echo'
	says '15 may be needed: echo 5' deploy echo echo-2
	is version 1 "$(version echo)"
}

# ---- fnd itself
it_finishes_the_requests_in_hand_on_sigterm() {
	ini sleeper
	ini echo
	install sleeper
	install echo
	start
	call sleeper --path /700 --count 2 --parallel 2 >"$S/said" &
	soon is_busy sleeper 2
	kill -TERM "$fnd_pid"
	wait $!
	grep -q 'done=2 ok=2 failed=0' "$S/said"
	ends_well
	is 'sockets left' '' "$(find "$S/run" -type s)"
	! [ -e "$S/run/fnd.pids" ]
}

it_leaves_at_once_on_a_second_sigterm() {
	ini sleeper '[limits]' 'hard = 10m'
	install sleeper
	start
	call sleeper --path /60000 >/dev/null 2>&1 &
	soon is_busy sleeper 1
	kill -TERM "$fnd_pid"
	soon logged 'stopping: requests in hand'
	kill -TERM "$fnd_pid"
	ends_well
	! wait $!
}

it_stops_on_demand_and_says_when_it_has() {
	ini sleeper
	install sleeper
	start
	call sleeper --path /400 >"$S/said" &
	soon is_busy sleeper 1
	fnctl stop
	wait "$fnd_pid"
	wait %call 2>/dev/null || true
	grep -q 'ok=1 failed=0' "$S/said"
	says 'does not answer.*start it' fnctl status
}

it_refuses_a_second_fnd_on_the_same_directory() {
	local status=0
	ini echo
	install echo
	start
	"$bin/fnd" --state "$S" >"$S/second" 2>&1 || status=$?
	is 'exit status' 75 "$status"
	grep -q "another fnd (pid $fnd_pid) runs on" "$S/second"
	is version 1 "$(version echo)"
	says 'use `fnctl deploy echo`' install_aloud echo
}
install_aloud() { fnctl install "$1" --bin "$fixtures/$1" --ini-dir "$S/ini"; }

it_leaves_workers_serving_when_it_is_killed_and_ends_them_at_the_next_start() {
	local old
	ini sleeper '[scale]' 'min = 2'
	install sleeper
	start
	soon is_idle sleeper 2
	old=$(workers sleeper)
	kill -KILL "$fnd_pid"
	soon ended
	call sleeper --path /1 --count 20 --parallel 2
	call sleeper --path /500 >"$S/said" &
	start # lets the request in hand finish
	wait %call 2>/dev/null || true
	grep -q 'ok=1 failed=0' "$S/said"
	soon is_idle sleeper 2
	# shellcheck disable=SC2086 # pids
	! kill -0 $old 2>/dev/null
	call sleeper --path /1 --count 20 --parallel 2
}

it_replaces_a_template_that_dies_while_its_workers_go_on() {
	local old
	ini echo '[scale]' 'min = 1' 'max = 4'
	install echo
	start
	soon is_idle echo 1
	old=$(template echo)
	kill -KILL "$old"
	soon logged "\"pid\":$old,\"msg\":\"template of release .* ended: SIGKILL"
	is version 1 "$(version echo)"
	soon ready echo
	call echo --count 100 --parallel 4
	! [ "$(template echo)" = "$old" ]
}

it_answers_status_whatever_the_workers_do() {
	local i
	ini sleeper '[scale]' 'max = 8' '[limits]' 'hard = 1m'
	install sleeper
	start
	call sleeper --path /20000 --count 40 --parallel 40 >/dev/null 2>&1 &
	soon is_busy sleeper 8
	for i in 1 2 3 4 5 6 7 8 9 10 11; do
		"$fixtures/call" --ask '{"cmd":"status"}' "$S/run/fnd.sock" >>"$S/took"
	done
	# the middle one: a machine that does other things too may hold up some
	between 'microseconds until an answer' 1 $((10000 * slow)) "$(sort -n "$S/took" | sed -n 6p)"
	is queue 32 "$(column sleeper 7)"
	is max 8 "$(column sleeper 6)"
}

it_hands_over_the_listed_descriptors_and_environment_and_nothing_else() {
	local pid
	printf 'whsec_canary_0123456789\n' >"$S/secrets/STRIPE_WEBHOOK_SECRET"
	chmod 0400 "$S/secrets/STRIPE_WEBHOOK_SECRET"
	ini echo '[scale]' 'min = 1' '[secrets]' 'use = STRIPE_WEBHOOK_SECRET'
	install echo
	SECRET_OF_THE_SHELL=canary start
	soon is_idle echo 1
	pid=$(template echo)
	# the settings (4) are closed once they are read
	is 'descriptors of the template' '0 1 2 3 5 6' "$(descriptors "$pid")"
	is 'environment of the template' 'LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin TZ=UTC' "$(tr '\0' '\n' <"/proc/$pid/environ" | sort | xargs)"
	is arguments echo "$(tr '\0' ' ' <"/proc/$pid/cmdline" | xargs)"
	pid=$(workers echo)
	# 3 is the worker's own epoll
	is 'descriptors of the worker' '0 1 2 3 5 6' "$(descriptors "$pid")"
	! readlink "/proc/$pid/fd/3" | grep -q socket
	! grep -rq canary "$S/log" "/proc/$pid/environ" "/proc/$pid/cmdline"
	is 'mode of the socket' 660 "$(stat -c %a "$S/run/echo.sock")"
	is 'mode of the control socket' 660 "$(stat -c %a "$S/run/fnd.sock")"
}
descriptors() { find "/proc/$1/fd" -type l -printf '%f\n' | sort -n | xargs; }

# ---- logs
it_wraps_what_is_not_json_cuts_what_is_too_long_and_opens_its_log_again() {
	ini crasher
	install crasher
	start
	call crasher --path /noise
	soon logged '"level":"warn","fn":"crasher","pid":[0-9]*,"msg":"not JSON at all: '
	call crasher --path /long
	soon logged '"cut":true'
	between 'bytes of the cut line' 16384 16600 "$(log | grep '"cut":true' | wc -c)"
	mv "$S/log/functions.log" "$S/log/functions.log.1"
	kill -HUP "$fnd_pid"
	soon test -e "$S/log/functions.log"
	call crasher --path /after
	soon logged '"fn":"crasher".*"status":200'
	! grep -q 'not JSON' "$S/log/functions.log"
}

it_writes_to_its_own_output_when_asked() {
	ini echo
	install echo
	start --foreground-log
	call echo --id in-the-foreground
	soon grep -q '"fn":"echo".*"request_id":"in-the-foreground"' "$S/fnd.out"
	! [ -e "$S/log/functions.log" ]
}
