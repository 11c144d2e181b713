# deploys.sh: what the runtime promises (docs/runtime.md) of deploys and rollbacks, one function a
# promise. Sourced by run.
# shellcheck shell=bash disable=SC2154 # S, fnd_pid, fixtures, top, bin, slow: of run

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
