#!/bin/bash
# 220_money.t DATABASE: the short form of MN1: 2,000 random orders against a second reckoning
# (tests/bench/money is the long one).
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=scripts/db.sh
. "$here/../../scripts/db.sh"

echo 1..1
"$here/../http/node" "$here/../bench/money.mjs" "$(database_url "$1")" "${MONEY_ORDERS:-2000}"
