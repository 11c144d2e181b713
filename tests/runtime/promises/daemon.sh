# daemon.sh: what the runtime promises (docs/runtime.md) of fnd itself and of its logs, one function a
# promise. Sourced by run.
# shellcheck shell=bash disable=SC2154 # S, fnd_pid, fixtures, top, bin, slow: of run

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
