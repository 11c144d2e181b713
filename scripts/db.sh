# db.sh: what the database scripts share. Sourced by bash.
# Needs no more than coreutils, util-linux, perl, openssl and psql.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
tool=$(basename "$0")
RUN_AS=${RUN_AS:-temba}
PG_BIN=${PG_BIN:-/usr/lib/postgresql/15/bin}
main_database=temba
unset PGOPTIONS PGSERVICE PGSERVICEFILE PGTZ PGCLIENTENCODING

die() {
	printf '%s: %s\n' "$tool" "$*" >&2
	exit 1
}

is_root() {
	[ "$(id -u)" -eq 0 ]
}

# Runs a command as the user that servers run as: PostgreSQL refuses to be root.
as_server() {
	if is_root; then
		(cd / && HOME=/nonexistent exec setpriv --reuid="$RUN_AS" --regid="$(id -g "$RUN_AS")" --init-groups "$@")
	else
		(cd / && exec "$@")
	fi
}

# A directory of ours, for the server's user alone unless another mode is given.
make_dir() {
	[ -d "$1" ] || mkdir -p "$1" || die "cannot make $1"
	chmod "${2:-0700}" "$1"
	! is_root || chown "$RUN_AS:" "$1"
}

random_secret() {
	openssl rand -hex 32
}

# Prints the secret kept under secrets/db/NAME, made once.
role_secret() {
	local file=$STATE_DIR/secrets/db/$1 fresh
	if [ ! -s "$file" ]; then
		[ -d "$STATE_DIR/secrets" ] || make_dir "$STATE_DIR/secrets"
		[ -d "$STATE_DIR/secrets/db" ] || make_dir "$STATE_DIR/secrets/db"
		fresh=$(mktemp "$file.XXXXXX")
		random_secret >"$fresh"
		! is_root || chown "$RUN_AS:" "$fresh"
		chmod 0400 "$fresh"
		mv "$fresh" "$file"
	fi
	cat "$file"
}

# The unix socket's directory: RUN_DIR, unless the path would not fit into a socket address.
run_dir() {
	local dir=${RUN_DIR:-$STATE_DIR/run}
	if [ "${#dir}" -gt 60 ]; then
		dir=/tmp/temba-$(if is_root; then id -u "$RUN_AS"; else id -u; fi)-$state_key
	fi
	printf '%s\n' "$dir"
}

# Line N of postmaster.pid: 1 pid, 4 port, 5 socket directory.
pid_line() {
	sed -n "$1p" "$pg_data/postmaster.pid" 2>/dev/null | tr -d ' '
}

# The postmaster of this state directory is alive. A pid file alone proves nothing: after a crash the
# number may belong to somebody else.
server_runs() {
	local pid
	pid=$(pid_line 1)
	[ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$(readlink -f "$pg_data")" ]
}

# Parts of DATABASE_URL: scheme://[user[:password]@]rest[/database][?options]
url_part() {
	perl -e 'my ($part, $url) = @ARGV;
		$url =~ m{^postgres(?:ql)?://(?:([^:@/?]*)(?::([^@/?]*))?@)?([^/?]*)(?:/([^?]*))?(?:\?(.*))?$}
			or die "DATABASE_URL is no postgresql:// URL that can be read\n";
		my %part = (user => $1, password => $2, host => $3, database => $4, options => $5);
		my $value = $part{$part} // "";
		$value =~ s/%([0-9a-fA-F]{2})/chr hex $1/ge if $part eq "password" || $part eq "database" || $part eq "user";
		print $value' "$1" "$DATABASE_URL" || exit 1
}

database_or_main() {
	if [ -n "${1:-}" ]; then
		printf '%s' "$1"
	elif [ -n "${DATABASE_URL:-}" ]; then
		url_part database
	else
		printf '%s' "$main_database"
	fi
}

# database_url DATABASE [ROLE]: with the password in it. ROLE's comes from its secret file.
database_url() {
	local database=$1 role=${2:-} options
	if [ -n "${DATABASE_URL:-}" ]; then
		if [ -z "$role" ] && [ "$database" = "$(url_part database)" ]; then
			printf '%s\n' "$DATABASE_URL"
			return
		fi
		options=$(url_part options)
		printf 'postgresql://%s:%s@%s/%s%s\n' "${role:-$(url_part user)}" \
			"$(if [ -n "$role" ]; then role_secret "$role"; else url_part password; fi)" \
			"$(url_part host)" "$database" "${options:+?$options}"
		return
	fi
	server_runs || die "no database runs in $STATE_DIR: scripts/cluster start"
	if [ -z "$role" ] || [ "$role" = postgres ]; then
		# over TCP, because the socket's directory may be closed to whoever asks
		printf 'postgresql://postgres:%s@127.0.0.1:%s/%s\n' "$(role_secret postgres)" "$(pid_line 4)" "$database"
	else
		printf 'postgresql://%s:%s@/%s?host=%s&port=%s\n' "$role" "$(role_secret "$role")" "$database" \
			"$(pid_line 5 | sed 's|/|%2F|g')" "$(pid_line 4)"
	fi
}

# sql DATABASE [psql's options]: as the superuser, quiet, stopping at the first error. The password
# goes through the environment: arguments can be read by everybody.
sql() {
	local database=$1
	shift
	local -x PGOPTIONS="-c client_min_messages=warning"
	if [ -n "${DATABASE_URL:-}" ]; then
		local options user
		options=$(url_part options)
		user=$(url_part user)
		PGPASSWORD=$(url_part password) psql -X -q -v ON_ERROR_STOP=1 \
			-d "postgresql://${user:+$user@}$(url_part host)/$database${options:+?$options}" "$@"
	else
		server_runs || die "no database runs in $STATE_DIR: scripts/cluster start"
		PGPASSWORD=$(role_secret postgres) PGHOST=127.0.0.1 PGPORT=$(pid_line 4) PGUSER=postgres PGDATABASE=$database \
			PGCONNECT_TIMEOUT=10 psql -X -q -v ON_ERROR_STOP=1 "$@"
	fi
}

# Folders of functions/ that have a grants.sql, and the role of one of them.
granted_functions() {
	local file
	for file in "$top"/functions/*/grants.sql; do
		[ ! -f "$file" ] || basename "$(dirname "$file")"
	done
}
function_role() {
	printf 'fn_%s\n' "$1" | tr - _
}
check_function_names() {
	local name role seen=' '
	for name in $(granted_functions); do
		[[ $name =~ ^[a-z][a-z0-9-]{0,58}$ ]] || die "functions/$name: a name is small letters, digits and dashes"
		role=$(function_role "$name")
		case $seen in *" $role "*) die "two functions would have the role $role" ;; esac
		seen="$seen$role "
	done
}

# 'text' as an SQL or psql literal.
quoted() {
	printf "'%s'" "${1//\'/\'\'}"
}

# Where the state is: STATE_DIR, or what scripts/up chooses in its place when the servers' user
# cannot come there (a checkout under /root).
find_state_dir() {
	STATE_DIR=${STATE_DIR:-$top/var}
	mkdir -p "$STATE_DIR" || die "cannot make the state directory $STATE_DIR"
	STATE_DIR=$(cd "$STATE_DIR" && pwd -P)
	state_key=$(printf '%s' "$STATE_DIR" | sha256sum | cut -c1-10)
	if is_root && id "$RUN_AS" >/dev/null 2>&1 && ! as_server test -x "$STATE_DIR" 2>/dev/null; then
		STATE_DIR=/var/tmp/temba-$state_key
	fi
	pg_data=$STATE_DIR/pg
}
find_state_dir
[ -z "${DATABASE_URL:-}" ] || url_part host >/dev/null
