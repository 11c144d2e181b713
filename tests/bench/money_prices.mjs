// money_prices.mjs: random events, prices, fee rules and orders, and what each order costs by a reckoning
// of its own: whole numbers and fractions of BigInt, written from domain.md (d), not from the SQL.
const UNITS = { XOF: 1n, XAF: 1n, GNF: 1n, USD: 100n, EUR: 100n, GHS: 100n };

// ---- fractions
const fraction = text => { // "0.0333" -> [333n, 10000n]
	const [whole, rest = ''] = text.split('.');

	return [BigInt(whole + rest), 10n ** BigInt(rest.length)];
};
const times = ([a, b], [c, d]) => [a * c, b * d];
const plus = ([a, b], [c, d]) => [a * d + c * b, b * d];
const less = ([a, b], [c, d]) => a * d < c * b;
const halfUp = ([a, b]) => (2n * a + b) / (2n * b);
export const same = (a, b) => !less(a, b) && !less(b, a);
export { fraction };

// ---- chance, the same in every run
export function chance(seed) {
	let state = seed >>> 0;
	const below = n => { // mulberry32
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);

		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return Math.floor(((t ^ (t >>> 14)) >>> 0) / 4294967296 * n);
	};
	const pick = list => list[below(list.length)];
	const uuid = () => `${[8, 4, 4, 4, 12].map(n => Array.from({ length: n }, () => below(16).toString(16)).join('')).join('-')}`;

	return { below, pick, uuid, often: percent => below(100) < percent };
}

// ---- a world of one batch
function price({ below, pick, often }, currency) {
	if (often(8))
		return '0';
	const whole = pick([() => 1 + below(99), () => 100 + below(900), () => 500 * (1 + below(40)), () => 1250, () => 1 + below(1_000_000), () => 333])();

	if (UNITS[currency] === 1n)
		return often(5) ? `${whole}.${pick(['5', '49', '25', '999'])}` : String(whole); // a price of half a franc becomes a whole one
	return `${whole}.${String(below(100)).padStart(2, '0')}`;
}

function rule(random, scope, types) {
	const { below, pick, often, uuid } = random;
	const percent = often(70);
	const minimum = often(40) ? below(300) : null, maximum = often(40) ? (minimum ?? 0) + below(1500) : null;

	return {
		id: uuid(), scope, ticket_type_id: scope === 'TICKET_TYPE' ? pick(types).id : null,
		fee_type: percent ? 'PERCENTAGE' : 'FIXED',
		fee_value: percent ? pick([() => '0.02', () => '0.05', () => '0.0333', () => `0.${String(below(10_000)).padStart(4, '0')}`, () => `0.0${1 + below(99_999)}`])() : pick([() => String(below(500)), () => `${below(100)}.5`, () => `${below(100)}.25`])(),
		minimum_fee: minimum === null ? null : String(minimum), maximum_fee: maximum === null ? null : String(maximum),
		applies_to: pick(['BUYER', 'BUYER', 'ORGANIZER', 'SPLIT']), priority: below(3), active: often(85),
		created_at: `2026-01-0${1 + below(3)}T00:00:00Z`, // some are of the same moment: then the id decides
	};
}

// from: the day after which its dates lie; they decide nothing but the day of the week.
export function world(random, events, from = '2027-01-01') {
	const { below, often, uuid, pick } = random;
	const all = { events: [], dates: [], types: [], overrides: [], rules: Array.from({ length: below(3) }, () => ({ ...rule(random, 'GLOBAL'), event_id: null })) };

	for (let i = 0; i < events; i++) {
		const event = { id: uuid(), currency: often(75) ? 'XOF' : pick(Object.keys(UNITS)) };
		const types = Array.from({ length: 1 + below(5) }, () => ({ id: uuid(), event_id: event.id, price: price(random, event.currency) }));

		all.events.push(event);
		all.types.push(...types);
		for (let n = below(4); n > 0; n--)
			all.dates.push({ id: uuid(), event_id: event.id, date: new Date(Date.parse(from) + (30 * n + below(28)) * 86_400_000).toISOString().slice(0, 10), day_type: often(50) ? null : pick(['weekday', 'weekend', 'holiday']) });
		for (const type of types)
			for (const day_type of ['weekday', 'weekend', 'holiday'])
				if (often(25))
					all.overrides.push({ ticket_type_id: type.id, day_type, price: price(random, event.currency) });
		for (let n = below(3); n > 0; n--)
			all.rules.push({ ...rule(random, 'EVENT', types), event_id: event.id });
		for (let n = below(3); n > 0; n--)
			all.rules.push({ ...rule(random, 'TICKET_TYPE', types), event_id: null });
	}
	// what an order asks for again and again
	all.of = new Map(all.events.map(event => [event.id, {
		event, types: all.types.filter(one => one.event_id === event.id), dates: all.dates.filter(one => one.event_id === event.id),
		rules: all.rules.filter(one => one.scope === 'GLOBAL' || one.event_id === event.id || all.types.some(type => type.id === one.ticket_type_id && type.event_id === event.id)),
	}]));
	all.price = new Map(all.overrides.map(one => [`${one.ticket_type_id} ${one.day_type}`, one.price]));
	return all;
}

export function order({ below, pick, often }, all, most = 5000) {
	const { event, types, dates } = all.of.get(pick(all.events).id);
	const chosen = types.filter(() => often(60));
	const quantities = Object.fromEntries((chosen.length ? chosen : types.slice(0, 1)).map(type => [type.id, often(90) ? 1 + below(Math.min(10, most)) : 1 + below(most)]));

	return { event: event.id, date: dates.length && often(70) ? pick(dates).id : null, quantities };
}

// ---- what it costs
const dayType = ({ date, day_type }) => day_type ?? ([0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay()) ? 'weekend' : 'weekday');
const SCOPES = ['TICKET_TYPE', 'EVENT', 'GLOBAL'];
const before = (a, b) => SCOPES.indexOf(a.scope) - SCOPES.indexOf(b.scope) || b.priority - a.priority || a.created_at.localeCompare(b.created_at) || (a.id < b.id ? -1 : 1);

// { base, fee, organizer, lines: [{ type, quantity, unit, base, rule, fee, buyer }] }; fees of lines are exact.
export function reckon(all, { event: id, date, quantities }) {
	const { event, dates, rules } = all.of.get(id), units = UNITS[event.currency];
	const day = date && dayType(dates.find(one => one.id === date));
	const minor = text => halfUp(times(fraction(text), [units, 1n]));
	const lines = Object.keys(quantities).sort().map(type => {
		const quantity = BigInt(quantities[type]);
		const unit = minor((day && all.price.get(`${type} ${day}`)) ?? all.types.find(one => one.id === type).price);
		const base = unit * quantity;
		const winner = unit === 0n ? undefined : rules.filter(one => one.active && (one.ticket_type_id ?? type) === type).sort(before)[0];
		let fee = [0n, 1n];

		if (winner) {
			fee = winner.fee_type === 'PERCENTAGE' ? times(fraction(winner.fee_value), [base, 1n]) : times(fraction(winner.fee_value), [quantity * units, 1n]);
			for (const [bound, beyond] of [[winner.minimum_fee, (b) => less(fee, b)], [winner.maximum_fee, (b) => less(b, fee)]]) {
				const limit = bound === null ? null : times(fraction(bound), [units, 1n]);

				if (limit && beyond(limit))
					fee = limit;
			}
		}
		const buyer = !winner || winner.applies_to === 'ORGANIZER' ? [0n, 1n] : winner.applies_to === 'SPLIT' ? times(fee, [1n, 2n]) : fee;
		const own = plus(fee, [-buyer[0], buyer[1]]);

		if (less([base, 1n], own)) // an organizer gets nothing at worst
			fee = plus(buyer, [base, 1n]);

		return { type, quantity, unit, base, rule: winner?.id ?? null, fee, buyer };
	});
	const all_fees = lines.reduce((sum, line) => plus(sum, line.fee), [0n, 1n]), of_buyer = lines.reduce((sum, line) => plus(sum, line.buyer), [0n, 1n]);
	const fee = halfUp(of_buyer);

	return { base: lines.reduce((sum, line) => sum + line.base, 0n), fee, organizer: halfUp(all_fees) - fee, lines, currency: event.currency };
}

// ---- francs in dollars (functions.md 4.1), the product in the browser's numbers, cents in whole ones
export function quote(rate, xof, bps = 150) {
	const base = Math.round(Number(rate)), effective = BigInt(Math.round(base * (1 + bps / 10000)));
	const cents = (xof * 200n + effective) / (2n * effective);

	return { effective, cents: cents < 1n ? 1n : cents };
}
