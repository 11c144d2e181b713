#!/bin/bash
# 110_scripts.t NAME: scripts/cluster, roles, migrate, seed and test-database in a copy of the project,
# so that migrations can be spoiled. Prints TAP.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
top=${here%/tests/sql}
tmp=$(mktemp -d)
chmod 755 "$tmp"
number=0 bad=0
unset DATABASE_URL RUN_DIR PG_PORT SEED_PASSWORD
export STATE_DIR=$tmp/state

end() {
	"$tmp/scripts/cluster" stop
	rm -rf "$tmp"
}
trap end EXIT
trap 'exit 130' INT TERM HUP

is() { # HAVE WANT NAME
	number=$((number + 1))
	if [ "$1" = "$2" ]; then
		printf 'ok %d - %s\n' "$number" "$3"
	else
		printf 'not ok %d - %s\n#   have: %s\n#   want: %s\n' "$number" "$3" "$1" "$2"
		bad=1
	fi
}
# Whether the command failed and said this.
refuses() { # TEXT NAME COMMAND...
	local text=$1 name=$2 said
	shift 2
	if said=$("$@" 2>&1); then
		is "succeeded: $said" "$text" "$name"
	else
		case $said in *"$text"*) is "$text" "$text" "$name" ;; *) is "$said" "$text" "$name" ;; esac
	fi
}
ask() { # DATABASE SQL
	psql -X -At "$("$tmp/scripts/cluster" url -d "$1")" -c "$2"
}

cp -r "$top/scripts" "$top/migrations" "$tmp/"
mkdir -p "$tmp/functions/probe-one" "$tmp/functions/probe-two"
echo "select private.allow('fn_probe_one', 'public.tickets', 'select (id)');" >"$tmp/functions/probe-one/grants.sql"
echo "select private.allow_call('fn_probe_two', 'job_add');" >"$tmp/functions/probe-two/grants.sql"
cd "$tmp" || exit 1

# ---- cluster
is "$(scripts/cluster start 2>&1)" '' 'a cluster starts without a word'
is "$(scripts/cluster start 2>&1)" '' 'a second start is nothing'
port=$(sed -n 4p state/pg/postmaster.pid)
is "$(ask postgres "select current_setting('wal_level') || current_setting('max_connections') || current_setting('fsync') || current_setting('listen_addresses')")" \
	'logical200on127.0.0.1' 'it is what was decided'
is "$(ask postgres 'show server_encoding')$(ask postgres "select datcollate from pg_database where datname = 'temba'")" 'UTF8C.UTF-8' 'in UTF-8'
is "$(stat -c %a state/secrets/db/postgres)" '400' 'the password is kept from others'
refuses 'password authentication failed' 'and needed' env PGPASSWORD=wrong psql -X -h 127.0.0.1 -p "$port" -U postgres -c 'select'
kill -9 "$(head -n 1 state/pg/postmaster.pid)"
is "$(scripts/cluster start 2>&1)" '' 'it starts again after kill -9'
is "$(sed -n 4p state/pg/postmaster.pid)" "$port" 'on the same port'
kill -9 "$(head -n 1 state/pg/postmaster.pid)"
sed -i "1s/.*/$$/" state/pg/postmaster.pid
is "$(scripts/cluster start 2>&1)" '' 'also when the old process number belongs to another'
is "$(STATE_DIR=$tmp/second scripts/cluster start 2>&1; STATE_DIR=$tmp/second scripts/cluster url | cut -d: -f1; STATE_DIR=$tmp/second scripts/cluster stop 2>&1)" \
	postgresql 'a second one runs beside it'
refuses 'no database runs' 'and none is found after its stop' env STATE_DIR="$tmp/second" scripts/cluster url

# ---- roles
is "$(scripts/roles 2>&1)" '' 'roles are made'
before=$(ask postgres "select md5(string_agg(rolname || rolpassword, ',' order by rolname)) from pg_authid where rolcanlogin")
is "$(scripts/roles 2>&1; ask postgres "select md5(string_agg(rolname || rolpassword, ',' order by rolname)) from pg_authid where rolcanlogin")" "$before" 'once'
is "$(psql -X -At "$(scripts/cluster url fn_probe_one)" -c 'select current_user')" fn_probe_one 'and their passwords work'
rm -f state/secrets/db/fn_probe_one
scripts/roles
is "$(psql -X -At "$(scripts/cluster url fn_probe_one)" -c 'select current_user')" fn_probe_one 'a lost password is replaced'

# ---- migrate
applied=$(scripts/migrate 2>&1 | grep -c '^applied')
is "$applied" "$(find migrations -name '*.sql' | wc -l | tr -d ' ')" 'all migrations are applied'
is "$(scripts/migrate 2>&1)" '' 'once'
spoil() { # what is in 9999_spoilt.sql
	printf '%s\n' "$@" >migrations/9999_spoilt.sql
}
spoil 'create table private.half (x int);' 'select 1/0;'
refuses '9999_spoilt.sql:2: ERROR:  division by zero' 'a failure is named with its file and line' scripts/migrate
is "$(ask temba "select to_regclass('private.half') is null and not exists (select from private.migrations where name ~ '9999')")" t 'and leaves nothing behind'
spoil 'create table private.half (x int);' 'commit;'
refuses 'must not end it' 'a migration is one transaction' scripts/migrate
rm migrations/9999_spoilt.sql
echo '-- edited' >>migrations/0003_events.sql
refuses '0003_events.sql was edited after it had been applied' 'an edited migration is refused' scripts/migrate
sed -i '$d' migrations/0003_events.sql
mv migrations/0003_events.sql "$tmp/kept"
refuses '0003_events.sql was removed or renamed' 'so is a missing one' scripts/migrate
mv "$tmp/kept" migrations/0003_events.sql
echo 'select 1;' >migrations/0000_early.sql
refuses '0000_early.sql comes before' 'and one that comes too late' scripts/migrate
rm migrations/0000_early.sql
cp migrations/0003_events.sql migrations/0003_again.sql
refuses 'two migrations have the number 0003' 'and a number used twice' scripts/migrate
rm migrations/0003_again.sql

# ---- rights
rights() {
	ask temba "select has_column_privilege('fn_probe_one', 'public.tickets', 'id', 'select')::text || has_table_privilege('fn_probe_one', 'public.events', 'select')
		|| (select count(*) from pg_policy where 'fn_probe_one'::regrole = any (polroles))"
}
grants=functions/probe-one/grants.sql
is "$(rights)" truefalse1 'a function has what it asked for'
echo "select private.allow('fn_probe_one', 'public.events', 'select');" >"$grants"
is "$(scripts/migrate --add probe-one 2>&1; rights)" "rights of fn_probe_one changed
truetrue2" 'a deploy adds what is new and takes nothing away'
is "$(scripts/migrate 2>&1; rights)" "rights of fn_probe_one changed
falsetrue1" 'a migration takes away what is no longer wanted'
echo "select private.allow('fn_probe_two', 'public.events', 'select');" >"$grants"
refuses 'not those of fn_probe_two' 'nobody changes the rights of another' scripts/migrate
echo 'grant select on public.events to public;' >"$grants"
refuses 'not those of PUBLIC' 'nor of everybody' scripts/migrate
rm "$grants"
is "$(scripts/migrate >/dev/null 2>&1; rights)" falsefalse0 'a function that is gone keeps nothing'
mkdir functions/probe-three
echo 'select 1;' >functions/probe-three/grants.sql
refuses 'these roles are missing: fn_probe_three' 'a function needs its role first' scripts/migrate
rm -r functions/probe-three

# ---- seed and test databases
is "$(scripts/seed 2>&1; scripts/seed 2>&1; ask temba 'select count(*) from public.tickets')" 26 'the seed runs twice and counts once'
is "$(ask temba "select extensions.crypt('$(scripts/seed --password)', encrypted_password) = encrypted_password from auth.users where email = 'awa@example.org'")" t 'its password is the one printed'
ask temba "update public.events set date = date - 100" >/dev/null
is "$(scripts/seed 2>&1; ask temba "select bool_and(private.event_start(id, null) > now()) from public.events where status = 'PUBLISHED'")" t 'events that are over move on'
is "$(ask temba "$(cat "$here/invariants.sql")")" '' 'the seeded world is consistent'
is "$(scripts/test-database new clone_a | cut -d: -f1; ask clone_a "select current_setting('temba.test') || (select count(*) from public.tickets)")" "postgresql
on26" 'a clone is seeded and marked'
stamp=$(ask postgres "select oid from pg_database where datname = 'temba_template'")
scripts/test-database new clone_b >/dev/null
is "$(ask postgres "select oid from pg_database where datname = 'temba_template'")" "$stamp" 'the template is made once'
echo '-- changed' >>scripts/seed.sql
scripts/test-database
is "$(ask postgres "select oid <> $stamp from pg_database where datname = 'temba_template'")" t 'and again when something changed'
refuses 'is no name for a test database' 'the real database is not dropped' scripts/test-database drop temba
ask postgres 'create database precious' >/dev/null
refuses 'not marked as a test database' 'nor one without the mark' scripts/test-database drop precious
is "$(scripts/test-database drop clone_a 2>&1; scripts/test-database drop clone_a 2>&1; ask postgres "select count(*) from pg_database where datname = 'clone_a'")" 0 'a clone is dropped, also twice'
is "$(DATABASE_URL=$(scripts/cluster url) scripts/cluster url)" "$(scripts/cluster url)" 'with DATABASE_URL the URL is that one'

printf '1..%d\n' "$number"
exit "$bad"
