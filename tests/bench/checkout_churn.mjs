// FS3: people who leave without paying, whose money does not suffice and who try again, who pay when
// their places are gone. Whatever they do: places come back and are sold again, and whoever paid late
// has tickets or the money back. The clock is the database's.
import { crowd, dice, json, post } from '../harness/load.mjs';
import { WITHOUT_MONEY, counted, drained, hurry, mobileWish, sale } from '../harness/sales.mjs';
import { eventually } from '../harness/wire.mjs';
import { outcome, tally } from './checkout_flash.mjs';

const BUYERS = 600, PLACES = 800, CONNECTIONS = 100;
const NEVER = '+22602345138'; // its payment stays in PROCESSING until somebody says what becomes of it
const HELD_AT_MOST = 31 * 60;

const fate = random => (random < 0.3 ? 'leaves' : random < 0.4 ? 'declined' : random < 0.45 ? 'late' : 'pays');

async function wave(bench, what, n, fateOf, random) {
	const wishes = [], fates = Array.from({ length: n }, () => fateOf(random()));

	for (const one of fates)
		wishes.push(await mobileWish(bench.stack, what, { quantities: 1 + Math.floor(random() * 4), ...(one === 'leaves' || one === 'late' ? { phone: NEVER } : one === 'declined' ? { phone: WITHOUT_MONEY } : {}) }));
	const answers = await crowd(bench.stack.url, n, CONNECTIONS, i => post(bench.stack, 'create-pawapay-payment', wishes[i]));

	return answers.map((answer, i) => ({ fate: fates[i], wish: wishes[i], said: outcome(answer), payment: json(answer).payment_id, order: json(answer).order_id }));
}

// The declined try again with another number, for the same order.
async function again(bench, what, buyers) {
	const { stack } = bench, retry = buyers.filter(one => one.fate === 'declined' && one.payment);

	await eventually('the declined know it', async () => {
		const { rows: [{ n }] } = await stack.db.query("select count(*)::int as n from public.payments where id = any ($1) and status = 'pending'", [retry.map(one => one.payment)]);

		return n === 0;
	}, { ms: 60_000, every: 200 });
	const answers = await crowd(stack.url, retry.length, CONNECTIONS, i => post(stack, 'create-pawapay-payment',
		{ ...retry[i].wish, create_order: false, order_id: retry[i].order, phone: `+2266${String(i).padStart(7, '0')}`, idempotency_key: `again-${retry[i].payment}` }));

	return answers.map((answer, i) => ({ ...retry[i], fate: 'tried again', said: outcome(answer), payment: json(answer).payment_id }));
}

const complete = (stack, buyers) => Promise.all(buyers.map(one => stack.control(`payments/${one.payment}`, { outcome: 'COMPLETED' })));

export async function run(bench) {
	const { stack } = bench, random = dice(bench.seed);

	console.log(`FS3: ${BUYERS} buyers for ${PLACES} places; 30 % leave, 10 % are declined and try again, 5 % pay after expiry`);
	await bench.watched('FS3', async () => {
		const what = await sale(stack, { places: PLACES });
		const first = await wave(bench, what, BUYERS, fate, random);
		const second = await again(bench, what, first);
		const paid = () => first.filter(one => one.fate === 'pays' && one.payment).concat(second.filter(one => one.payment));

		await eventually('who paid has tickets', async () => {
			const { rows: [{ n }] } = await stack.db.query("select count(*)::int as n from private.payment_state where payment_id = any ($1) and fulfilling", [paid().map(one => one.payment)]);

			return n === paid().length;
		}, { ms: 120_000, every: 200 });
		const before = await counted(stack, what);

		// the holds of who left run out
		await stack.moveClock(stack.clockOffset + HELD_AT_MOST);
		const began = performance.now();

		await hurry(stack, 'tend-payments', 'refresh-places');
		await eventually('their places are back', async () => (await counted(stack, what)).held === 0, { ms: 60_000, every: 50 });
		const freed = (performance.now() - began) / 1000;

		// half of the late come while there are places, half when all are sold again
		const late = first.filter(one => one.fate === 'late' && one.payment), early = late.slice(0, Math.floor(late.length / 2));

		await complete(stack, early);
		await drained(stack, { ms: 120_000 });
		const { left } = await counted(stack, what);
		const third = await wave(bench, what, left + 60, () => 'pays', random);

		await eventually('all places are sold again', async () => (await counted(stack, what)).left === 0, { ms: 60_000, every: 50 });
		const resold = (performance.now() - began) / 1000;

		await complete(stack, late.slice(early.length));
		await drained(stack, { ms: 120_000 });
		// money on its way back to a number that never says a word ends when we say so
		await eventually('refunds have ended', async () => {
			await stack.control('payments', { provider: 'pawapay', outcome: 'COMPLETED', kind: 'deposit_refund' });
			await hurry(stack, 'tend-refunds');
			return (await stack.db.query("select from private.refunds where state not in ('SUCCEEDED', 'REJECTED', 'MANUAL')")).rowCount === 0;
		}, { ms: 60_000, every: 300 });
		const { rows: ends } = await stack.db.query(`
			select p.id, s.state, o.state as order, s.fulfilling, exists (select from private.refunds r where r.payment_id = p.id and r.state = 'SUCCEEDED') as refunded,
				(select count(*) from public.tickets t where t.order_id = p.order_id and t.status not in ('REFUNDED', 'CANCELLED'))::int as tickets
			  from public.payments p join private.payment_state s on s.payment_id = p.id join private.order_state o on o.order_id = p.order_id where p.id = any ($1)`, [late.map(one => one.payment)]);
		const completed = ends.filter(one => one.order === 'COMPLETED' && one.fulfilling && one.tickets > 0), refunded = ends.filter(one => one.refunded && one.tickets === 0);
		const end = await counted(stack, what);

		bench.must(completed.length + refunded.length === late.length, `FS3: late payments ${JSON.stringify(ends.filter(one => !completed.includes(one) && !refunded.includes(one)).slice(0, 3))}`);
		bench.must(end.sold === PLACES && end.held === 0 && end.tickets === PLACES, `FS3: ${JSON.stringify(end)}`);
		for (const [name, list] of [['first', first], ['tried again', second], ['last', third]]) {
			const others = Object.keys(tally(list.map(one => one.said))).filter(word => !['created', 'sold_out', 'all_held'].includes(word));

			bench.must(others.length === 0, `FS3: ${name}: ${others}`);
		}
		bench.line('FS3: sold before expiry, held by who left or was late', `${before.sold}, ${before.held}`);
		bench.line('FS3: tried again after a refusal of the operator, of them paid', `${second.length}, ${second.filter(one => one.payment).length}`);
		bench.line('FS3: late payments: tickets after all / money back', `${completed.length} / ${refunded.length} of ${late.length}`);
		bench.line('FS3: seconds from expiry to places free, to all sold again', `${freed.toFixed(1)}, ${resold.toFixed(1)}`);
		bench.line('FS3: sold in the end', `${end.sold} of ${PLACES}`);
	});
}
