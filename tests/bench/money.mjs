// money.mjs DATABASE_URL [ORDERS]: MN1 of domain.md (f). Random orders are priced by the SQL and by
// money_prices.mjs, and nothing may differ: units, fees of lines to the last digit, sums, dollars. One in
// twenty more goes through checkout and settle (money_life.mjs): frozen lines, charges, ledger, invariants.
// The database is left as it was. Ends with a table; exit status 1 when anything differs.
import { Pool } from '../harness/packages.mjs';
import { build } from './money_build.mjs';
import { life } from './money_life.mjs';
import { chance, fraction, order, quote, reckon, same, world } from './money_prices.mjs';

const [url, wanted = '100000'] = process.argv.slice(2);
const ORDERS = Number(wanted), BATCH = Math.min(5000, ORDERS), EVENTS = 60;
const pool = new Pool({ connectionString: url, max: 1 });
const random = chance(20260131);
const wrong = [], counts = { orders: 0, lines: 0, 'lines with a fee': 0, 'orders with a fee that is no whole number': 0, 'quotes in dollars': 0, 'fee calls': 0 };
const complain = (what, one, have, want) => wrong.push(`${what}: ${have}, not ${want}: ${JSON.stringify(one)}`);

function compareLines(one, have, want) {
	if (have.length !== want.length)
		return complain('lines', one, have.length, want.length);
	for (const [i, line] of want.entries()) {
		const got = have[i];

		for (const [name, value] of [['type', line.type], ['quantity', line.quantity], ['unit', line.unit], ['base', line.base], ['rule', line.rule]])
			if (String(got[name]) !== String(value))
				complain(`${name} of a line`, one, got[name], value);
		for (const name of ['fee', 'buyer'])
			if (!same(fraction(got[name]), line[name]))
				complain(`${name} fee of a line`, one, got[name], line[name].join('/'));
		counts.lines++;
		counts['lines with a fee'] += Number(line.fee[0] > 0n);
	}
}

async function batch(db, size) {
	const all = world(random, EVENTS), orders = Array.from({ length: size }, () => order(random, all));
	const rate = `${300 + random.below(700)}.${random.below(100)}`;

	await build(db, all);
	await db.query('delete from public.fx_rates');
	await db.query(`insert into public.fx_rates (from_currency, to_currency, rate_decimal, source, valid_from) values ('USD', 'XOF', $1, 'xe', private.now())`, [rate]);
	await db.query('analyze public.service_fee_rules, public.ticket_types, public.event_dates, public.ticket_type_pricing_overrides');
	const { rows } = await db.query(`
		select p.base_minor, p.fee_minor, p.organizer_fee_minor, l.lines,
		       (select q.usd_cents || ' ' || q.effective from private.quote(p.base_minor + p.fee_minor) q where p.base_minor + p.fee_minor > 0) as dollars,
		       case when o.n <= 100 then public.calculate_service_fees(o.event, (select jsonb_agg(jsonb_build_object('ticket_type_id', q.key, 'quantity', q.value, 'price', 1))
				from jsonb_each(o.quantities) q)) end as fees
		  from jsonb_to_recordset($1) o (n integer, event uuid, date uuid, quantities jsonb)
		 cross join private.price_total(o.event, o.date, o.quantities) p
		 cross join lateral (select json_agg(json_build_object('type', l.ticket_type_id, 'quantity', l.quantity, 'unit', l.unit_minor::text, 'base', l.base_minor::text,
			'rule', (l.rule).id, 'fee', l.fee_minor::text, 'buyer', l.buyer_fee_minor::text) order by l.ticket_type_id) as lines
			from private.price_lines(o.event, o.date, o.quantities) l) l
		 order by o.n`, [JSON.stringify(orders.map((one, i) => ({ n: i + 1, ...one })))]);

	for (const [i, one] of orders.entries()) {
		const have = rows[i], want = reckon(all, one);

		compareLines(one, have.lines, want.lines);
		for (const [name, value] of [['base_minor', want.base], ['fee_minor', want.fee], ['organizer_fee_minor', want.organizer]])
			if (have[name] !== String(value))
				complain(name, one, have[name], value);
		if (want.lines.reduce((sum, line) => sum + line.base, 0n) !== BigInt(have.base_minor))
			complain('sum of the lines', one, have.base_minor, 'theirs');
		if (want.base + want.fee > 0n) {
			const { effective, cents } = quote(rate, want.base + want.fee);

			if (have.dollars !== `${cents} ${effective}`)
				complain('dollars', one, have.dollars, `${cents} ${effective}`);
			counts['quotes in dollars']++;
		}
		if (have.fees) { // the call knows no date and looks at no price of the caller's
			const { fee, organizer, currency } = reckon(all, { ...one, date: null });
			const units = ['USD', 'EUR', 'GHS'].includes(currency) ? 100 : 1;

			if (have.fees.total_buyer_fees !== Number(fee) / units || have.fees.total_organizer_fees !== Number(organizer) / units)
				complain('calculate_service_fees', one, JSON.stringify(have.fees), `${fee} and ${organizer}`);
			counts['fee calls']++;
		}
		counts.orders++;
		counts['orders with a fee that is no whole number'] += Number(want.lines.some(line => line.fee[0] % line.fee[1] !== 0n));
	}
}

const began = Date.now();
const db = await pool.connect();

try {
	await life(db, random, Math.ceil(ORDERS / 20), complain, counts);
	while (counts.orders < ORDERS) {
		await db.query('begin');
		try {
			await batch(db, Math.min(BATCH, ORDERS - counts.orders));
		} finally {
			await db.query('rollback');
		}
	}
} finally {
	db.release();
	await pool.end();
}
for (const [name, count] of Object.entries(counts))
	console.log(`# ${String(count).padStart(8)}  ${name}`);
console.log(`# ${((Date.now() - began) / 1000).toFixed(1).padStart(8)}  seconds`);
for (const line of wrong.slice(0, 10))
	console.log(`# ${line}`);
console.log(wrong.length ? `not ok - MN1: ${wrong.length} differ` : 'ok - MN1: prices, fees and dollars are those of the second reckoning');
process.exitCode = Number(wrong.length > 0);
