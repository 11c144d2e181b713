# pgrst.sh: PostgREST's settings as scripts/serve-rest reads them: a configuration file, then the
# environment, which wins; and what becomes of them for fnd. Sourced (bash).
# shellcheck shell=bash

# Names without PGRST_. Everything is taken out of the environment at once: no program that is started
# gets to see a password.
declare -A given=() in_file=() in_environment=()
fnd_environment=()

# Names of PostgREST's configuration file that are not those of its environment.
declare -A older_names=(
	[MAX_ROWS]=DB_MAX_ROWS [PRE_REQUEST]=DB_PRE_REQUEST [ROOT_SPEC]=DB_ROOT_SPEC [DB_SCHEMA]=DB_SCHEMAS
	[ROLE_CLAIM_KEY]=JWT_ROLE_CLAIM_KEY [SECRET_IS_BASE64]=JWT_SECRET_IS_BASE64
	[SERVER_PROXY_URI]=OPENAPI_SERVER_PROXY_URI
)
texts='DB_SCHEMAS DB_ANON_ROLE DB_EXTRA_SEARCH_PATH DB_PRE_REQUEST DB_TX_END DB_CHANNEL DB_ROOT_SPEC
	JWT_AUD JWT_ROLE_CLAIM_KEY OPENAPI_MODE OPENAPI_SERVER_PROXY_URI'
truths='DB_CHANNEL_ENABLED DB_AGGREGATES_ENABLED DB_PLAN_ENABLED OPENAPI_SECURITY_ACTIVE SERVER_TIMING_ENABLED'
others='API_KEYS DB_URI DB_MAX_ROWS DB_POOL DB_POOL_ACQUISITION_TIMEOUT JWT_SECRET JWT_SECRET_IS_BASE64
	SERVER_CORS_ALLOWED_ORIGINS SERVER_PORT'

declare -A keyword_of=(
	[PGHOST]=host [PGPORT]=port [PGUSER]=user [PGPASSWORD]=password [PGDATABASE]=dbname [PGSSLMODE]=sslmode
	[PGSSLROOTCERT]=sslrootcert [PGSSLCERT]=sslcert [PGSSLKEY]=sslkey [PGPASSFILE]=passfile
)

merge() {
	local name
	given=()
	for name in "${!in_file[@]}"; do
		given[$name]=${in_file[$name]}
	done
	for name in "${!in_environment[@]}"; do
		given[$name]=${in_environment[$name]}
	done
}

# `name = value`: a quoted text, a number, true or false; # begins a comment.
read_config_file() { # FILE
	local line number=0 name value
	[ -r "$1" ] || die "cannot read the configuration file $1"
	in_file=()
	while IFS= read -r line || [ -n "$line" ]; do
		number=$((number + 1))
		[[ ! $line =~ ^[[:space:]]*(#.*)?$ ]] || continue
		if [[ $line =~ ^[[:space:]]*([A-Za-z0-9_.-]+)[[:space:]]*=[[:space:]]*\"(([^\"\\]|\\.)*)\"[[:space:]]*(#.*)?$ ]]; then
			name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
			value=${value//\\\"/\"}
			value=${value//\\\\/\\}
		elif [[ $line =~ ^[[:space:]]*([A-Za-z0-9_.-]+)[[:space:]]*=[[:space:]]*([A-Za-z0-9]+)[[:space:]]*(#.*)?$ ]]; then
			name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
		else
			die "$1:$number: neither name = \"text\" nor name = 10, true or false"
		fi
		name=${name//[-.]/_}
		name=${name^^}
		in_file[${older_names[$name]:-$name}]=$value
	done <"$1"
}

read_environment() {
	local name names newer
	mapfile -t names < <(compgen -e | grep '^PGRST_')
	# older names first: where both are given, the newer one counts
	for name in "${names[@]}"; do
		newer=${older_names[${name#PGRST_}]:-}
		[ -z "$newer" ] || in_environment[$newer]=${!name}
	done
	for name in "${names[@]}"; do
		[ -n "${older_names[${name#PGRST_}]:-}" ] || in_environment[${name#PGRST_}]=${!name}
		unset "$name"
	done
	[ -z "${API_KEYS:-}" ] || in_environment[API_KEYS]=$API_KEYS
	name=$(uri_of_environment)
	[ -z "$name" ] || [ -n "${in_file[DB_URI]:-}${in_environment[DB_URI]:-}" ] || in_environment[DB_URI]=$name
	unset API_KEYS "${!keyword_of[@]}"
}

value() { # NAME OTHERWISE
	printf '%s' "${given[$1]:-$2}"
}

# As PostgREST reads them: True, "true", 1 ...
truth() { # NAME OTHERWISE
	local text=${given[$1]:-$2}
	case ${text,,} in
	true) echo true ;;
	false) echo false ;;
	*[!0-9]* | '') die "PGRST_$1 must be true or false, not: $text" ;;
	*) if [ "$((10#$text))" -gt 0 ]; then echo true; else echo false; fi ;;
	esac
}

number() { # NAME OTHERWISE LOW HIGH
	local text=${given[$1]:-$2}
	[[ $text =~ ^[0-9]{1,10}$ ]] && [ "$((10#$text))" -ge "$3" ] && [ "$((10#$text))" -le "$4" ] ||
		die "PGRST_$1 must be a whole number from $3 to $4, not: $text"
	echo "$((10#$text))"
}

tell_unknown() {
	local name unknown=()
	for name in "${!given[@]}"; do
		[[ $name != APP_SETTINGS_* ]] || continue
		[[ " ${texts//[$'\n\t']/ } $truths ${others//[$'\n\t']/ } " == *" $name "* ]] || unknown+=("PGRST_$name")
	done
	[ "${#unknown[@]}" -eq 0 ] || printf 'not used here: %s\n' "$(printf '%s\n' "${unknown[@]}" | sort | paste -sd' ')" >&2
}

# ---- for fnd: temba.ini of the state directory; what does not fit into such a line goes through the
# environment
put_setting() { # NAME VALUE
	[[ $2 != *$'\n'* ]] || die "$1 holds the end of a line"
	if [ "${#2}" -le 120 ] && [[ $2 != *[\;\#\"\'\[]* ]] && grep -qE "^$1 *=" "$TOP/config/temba.ini"; then
		printf '%s = %s\n' "$1" "$2" >>"$STATE_DIR/temba.ini.new"
	elif [ -n "$2" ]; then
		fnd_environment+=("$1=$2")
	fi
}

write_settings() {
	local name text rows
	fnd_environment=()
	rows=$(number DB_MAX_ROWS 0 0 1000000000)
	: >"$STATE_DIR/temba.ini.new"
	given[DB_EXTRA_SEARCH_PATH]=${given[DB_EXTRA_SEARCH_PATH]-public}
	put_setting API_URL "$API_URL"
	put_setting JWT_WITHOUT_EXP true
	# Temba has these by default
	put_setting PGRST_DB_ANON_ROLE "$(value DB_ANON_ROLE '')"
	put_setting PGRST_DB_PRE_REQUEST "$(value DB_PRE_REQUEST '')"
	put_setting REST_CAPABILITIES ''
	put_setting REST_ROOT_ROLES ''
	put_setting PGRST_DB_EXTRA_SEARCH_PATH "${given[DB_EXTRA_SEARCH_PATH]}"
	put_setting PGRST_DB_MAX_ROWS "$rows" # 0 = no maximum, as upstream
	for name in $texts; do
		case $name in DB_ANON_ROLE | DB_PRE_REQUEST | DB_EXTRA_SEARCH_PATH) continue ;; esac
		[ -z "${given[$name]:-}" ] || put_setting "PGRST_$name" "${given[$name]}"
	done
	for name in $truths; do
		[ -n "${given[$name]:-}" ] || continue
		text=$(truth "$name" false)
		put_setting "PGRST_$name" "$text"
	done
	mv "$STATE_DIR/temba.ini.new" "$STATE_DIR/temba.ini"
}

# ---- secrets: files of the servers' user alone; none is ever an argument of a program
put_secret() { # NAME, the secret on standard input
	# shellcheck disable=SC2016 # expanded by the inner shell
	"${AS_USER[@]}" sh -c 'umask 377 && cat >"$1.new" && mv -f "$1.new" "$1"' sh "$STATE_DIR/secrets/$1"
}

# A value, or the file that @FILE names, without the line's end.
contents() { # VALUE WHAT
	local file
	if [[ $1 == @* ]]; then
		file=${1#@}
		[ -r "$file" ] || die "$2: cannot read the file $file"
		printf '%s' "$(<"$file")"
	else
		printf '%s' "$1"
	fi
}

# What libpq's own variables say, as keywords: workers do not get to see them.
uri_of_environment() {
	local name value
	for name in "${!keyword_of[@]}"; do
		[ -n "${!name:-}" ] || continue
		value=${!name//\\/\\\\}
		printf "%s='%s' " "${keyword_of[$name]}" "${value//\'/\\\'}"
	done
}

# The bytes of PGRST_JWT_SECRET in base64.
jwt_secret() {
	local text encoded
	encoded=$(truth JWT_SECRET_IS_BASE64 false) || exit 1
	text=$(contents "${given[JWT_SECRET]}" PGRST_JWT_SECRET) || exit 1
	[ "$encoded" = true ] || text=$(printf '%s' "$text" | base64 -w0)
	text=$(tr -d '[:space:]' <<<"$text" | tr '_.-' '/=+')
	[ -n "$text" ] || die 'PGRST_JWT_SECRET is empty'
	base64 -d <<<"$text" >/dev/null 2>&1 || die 'PGRST_JWT_SECRET is no base64'
	printf '%s' "$text"
}

# As a key set: a JWKS as it is, a JWK alone in one, any other text as the key of HS256. Of public keys
# the private half is dropped.
key_set() { # BASE64
	local public='if .kty == "oct" then . else del(.d, .p, .q, .dp, .dq, .qi, .oth) end' secret=$1
	if base64 -d <<<"$secret" | jq -e 'type == "object" and (.keys | type) == "array"' >/dev/null 2>&1; then
		base64 -d <<<"$secret" | jq -c "{keys: [.keys[] | $public]}"
	elif base64 -d <<<"$secret" | jq -e 'type == "object" and has("kty")' >/dev/null 2>&1; then
		base64 -d <<<"$secret" | jq -c "{keys: [$public]}"
	elif [ "$(base64 -d <<<"$secret" | wc -c)" -lt 32 ]; then
		die 'PGRST_JWT_SECRET: the JWT secret must be at least 32 characters long'
	else
		secret=${secret//+/-}
		secret=${secret//\//_}
		printf '{"keys":[{"kty":"oct","alg":"HS256","k":"%s"}]}\n' "${secret%%=*}"
	fi
}

app_settings() {
	local name
	for name in "${!given[@]}"; do
		[[ $name == APP_SETTINGS_?* ]] || continue
		name=${name#APP_SETTINGS_}
		printf '%s\0%s\0' "app.settings.${name,,}" "${given[APP_SETTINGS_$name]}"
	done
}

write_secrets() {
	local uri=${given[DB_URI]:-} text
	[ -n "$uri" ] || die 'PGRST_DB_URI is not set: postgres://USER:PASSWORD@HOST/DATABASE, as for PostgREST'
	text=$(contents "$uri" PGRST_DB_URI)
	put_secret PGRST_DB_URI <<<"$text"
	rm -f "$STATE_DIR/secrets/JWKS" "$STATE_DIR/secrets/API_KEYS" "$STATE_DIR/secrets/PGRST_APP_SETTINGS"
	if [ -n "${given[JWT_SECRET]:-}" ]; then
		text=$(jwt_secret)
		text=$(key_set "$text")
		put_secret JWKS <<<"$text"
	fi
	if [ -n "${given[API_KEYS]:-}" ]; then
		text=$(contents "${given[API_KEYS]}" API_KEYS)
		put_secret API_KEYS <<<"$text"
	fi
	[[ " ${!given[*]}" != *' APP_SETTINGS_'* ]] || app_settings |
		jq -Rsc 'split("\u0000") | . as $all | [range(0; length - 1; 2)] | map({($all[.]): $all[. + 1]}) | add' |
		put_secret PGRST_APP_SETTINGS
}

# ---- function.ini of `rest`: the pool's size, and the connection string in the place of our own role
write_function_ini() { # FILE
	local pool wait
	pool=$(number DB_POOL 10 1 1000)
	wait=$(number DB_POOL_ACQUISITION_TIMEOUT 10 1 600)
	if [ "$pool" -gt 32 ]; then
		echo "PGRST_DB_POOL=$pool: a function has 32 workers at most" >&2
		pool=32
	fi
	sed -E -e "s/^max = .*/max = $pool/" -e "s/^hard = .*/hard = 60s/" \
		-e "s/^\[limits\]$/&\nqueue_timeout = ${wait}s/" -e '/^queue_timeout = /d' \
		-e 's/^role = .*/uri = PGRST_DB_URI/' -e '/^(statement|lock)_timeout = /d' "$TOP/functions/rest/function.ini" >"$1"
}
