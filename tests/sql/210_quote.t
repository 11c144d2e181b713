#!/bin/bash
# 210_quote.t DATABASE: private.quote against what the web client computes, in the browser's own numbers:
# 100,000 random sums, rates and margins, every margin at every whole rate, and the largest sums.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=scripts/db.sh
. "$here/../../scripts/db.sh"

echo 1..1
cases=$(mktemp)
trap 'rm -f "$cases"' EXIT
"$here/../http/node" - >"$cases" <<'JS'
// what fxUtils of the shop does
const quote = (rate, xof, bps) => {
	const base = Math.round(rate);
	const effective = Math.round(base * (1 + bps / 10000));
	return [base, effective, Math.max(1, Math.round((xof * 100) / effective))];
};
let seed = 20260131;
const random = n => { // the same cases in every run
	seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
	return Math.floor(seed / 4294967296 * n);
};
const lines = [];
const add = (rate, xof, bps) => lines.push([rate, xof, bps, ...quote(Number(rate), xof, bps)].join(','));
for (let i = 0; i < 100000; i++)
	add(`${300 + random(700)}.${String(random(1000000)).padStart(6, '0')}`, 1 + random(10 ** (1 + random(9))), random(501));
for (let rate = 300; rate <= 1000; rate++)
	for (let bps = 0; bps <= 500; bps += 1)
		add(rate, 5000 + rate * bps, bps);
for (let i = 0; i < 1000; i++)
	add(300 + random(700), 1e12 - random(1000000), random(501));
process.stdout.write(lines.join('\n') + '\n');
JS
# the rate of a moment is the newest row before it: one row a rate, each a microsecond after the other
wrong=$(sql "$1" -At <<SQL
begin;
create temporary table cases (rate numeric, xof bigint, bps integer, base bigint, effective bigint, cents bigint) on commit drop;
\\copy cases from '$cases' with (format csv)
delete from public.fx_rates;
create temporary table rates on commit drop as
select rate, timestamptz '2020-01-01' + row_number() over () * interval '1 second' as since from (select distinct rate from cases) r;
insert into public.fx_rates (from_currency, to_currency, rate_decimal, valid_from, is_active) select 'USD', 'XOF', rate, since, false from rates;
analyze public.fx_rates;
select count(*) || ' of ' || (select count(*) from cases) || coalesce(': ' || min(format('%s francs at %s, %s bps: %s/%s/%s, browser %s/%s/%s',
	c.xof, c.rate, c.bps, q.base, q.effective, q.usd_cents, c.base, c.effective, c.cents)), '')
  from cases c join rates r using (rate) cross join private.quote(c.xof, c.bps, '24 hours', r.since) q
 where (q.base, q.effective, q.usd_cents) is distinct from (c.base, c.effective, c.cents);
rollback;
SQL
)
case $wrong in
'0 of '*) echo "ok 1 - ${wrong#0 of } quotes are the browser's to the cent" ;;
*) echo "not ok 1 - $wrong" ;;
esac
