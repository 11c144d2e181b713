// Journey 29: an event with many orders is cancelled; its jobs are killed in the middle, more than
// once; everybody gets everything back exactly once, the fees too, and the organizer is owed nothing.
// REFUND_ORDERS says how many orders there are.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { MOBILE, orderState, owed, paidOrder } from '../harness/paid.mjs';
import { Stack } from '../harness/stack.mjs';
import { eventually } from '../harness/wire.mjs';
import { event, historyOf, people, person, signedIn } from '../harness/world.mjs';

const ORDERS = Number(process.env.REFUND_ORDERS ?? 1000);
const KILLS = 4, AT_ONCE = 20;

const stack = await Stack.start(import.meta.filename, { JOBS_LEASE_SECONDS: 5, JOBS_CONCURRENCY: 8 }, { deathsExpected: true });
after(() => stack.stop());
stack.watchInvariants({ every: 2000 });

const organizer = await signedIn(stack, { name: 'Idrissa Organisateur', role: 'ORGANIZER' });

// Orders by the hundred: checkout and settlement in the database, the deposits at the provider.
async function manyOrders(what, buyers) {
	const { rows } = await stack.db.query(`
		select c.payment_id, c.order_id, c.amount_minor::int as amount, c.outcome from unnest($1::uuid[]) b (id)
		cross join lateral private.checkout(jsonb_build_object('provider', 'pawapay', 'person', b.id, 'caller', b.id, 'user_id', b.id, 'key', gen_random_uuid(), 'body_hash', '00',
			'create_order', true, 'event_id', $2::text, 'quantities', jsonb_build_object($3::text, 1), 'phone', '+22607345678', 'operator', 'MOOV_BFA')) c`, [buyers.map(one => one.id), what.id, what.paid]);

	assert.ok(rows.every(row => row.outcome === 'created'), JSON.stringify(rows.find(row => row.outcome !== 'created')));
	for (let i = 0; i < rows.length; i += AT_ONCE) {
		await Promise.all(rows.slice(i, i + AT_ONCE).map(row => stack.pawapay('deposits', {
			depositId: row.payment_id, amount: String(row.amount), currency: 'XOF', payer: { type: 'MMO', accountDetails: { phoneNumber: MOBILE, provider: 'MOOV_BFA' } },
		})));
	}
	await eventually('all deposits are completed', async () => (await stack.control('payments?kind=deposit&status=PROCESSING&limit=1')).length === 0, { ms: 60_000 });
	await stack.db.query(`select private.payment_attach(p, p::text, 'SUBMITTED'), private.payment_settle(p, 'SUCCEEDED', a, 'XOF', true) from unnest($1::uuid[], $2::bigint[]) x (p, a)`,
		[rows.map(row => row.payment_id), rows.map(row => row.amount)]);
	return rows;
}

test(`an event with ${ORDERS} orders is cancelled, and its jobs killed ${KILLS} times`, { timeout: 600_000 }, async t => {
	const what = await event(stack, { organizer });
	const rows = await manyOrders(what, await people(stack, Array.from({ length: ORDERS }, (_, i) => ({ name: `Acheteur ${i}` }))));
	const buyer = await person(stack, { name: 'Nadia Carte' });
	const card = await paidOrder(stack, buyer, what, 2, { by: 'stripe' });
	const entered = await paidOrder(stack, buyer, what, 1);
	const partly = await paidOrder(stack, await person(stack), what, 2);

	await stack.db.query('select private.ticket_scan($1, $2, $3)', [entered.tickets[0], organizer.id, 'porte']);
	await stack.db.query('select private.refund_request($1, $2, $3, $4)', [partly.order, [partly.tickets[0]], 'x', organizer.id]);
	const { rows: [unpaid] } = await stack.db.query(`insert into public.orders (user_id, event_id, total, status, payment_method, ticket_quantities)
		values ($1, $2, 5000, 'AWAITING_PAYMENT', 'CARD', $3) returning id`, [buyer.id, what.id, JSON.stringify({ [what.paid]: 1 })]);

	assert.ok(await owed(stack, organizer) > 0);
	const { data, error } = await organizer.client.from('events').update({ status: 'CANCELLED' }).eq('id', what.id).select('status');

	assert.deepEqual([error, data?.[0]?.status], [null, 'CANCELLED']);
	const began = Date.now();
	const count = async () => Number((await stack.db.query(`select count(*) as n from private.refunds r join public.orders o on o.id = r.order_id where o.event_id = $1 and r.cause = 'EVENT_CANCELLED'`, [what.id])).rows[0].n);

	for (let kill = 1; kill <= KILLS; kill++) {
		const enough = ORDERS * kill / (KILLS + 1);

		await eventually('some are refunded', async () => await count() >= enough, { ms: 120_000, every: 5 });
		// and those who are asking the providers at this moment
		for (const pid of [...await stack.workers('refund-event'), ...await stack.workers('submit-refund')]) {
			try {
				process.kill(pid, 'SIGKILL');
			} catch { /* it has just ended */ }
		}
	}
	await eventually('every order has its refund', async () => await count() === ORDERS + 3, { ms: 120_000, every: 200 });
	await eventually('all the money is back', async () => (await stack.db.query(`select from private.refunds where state <> 'SUCCEEDED' limit 1`)).rowCount === 0, { ms: 300_000, every: 500 });
	t.diagnostic(`${ORDERS + 3} refunds in ${((Date.now() - began) / 1000).toFixed(1)} s, ${KILLS} times killed`);

	// once each, whole, at the provider too
	const deposits = await stack.control(`payments?kind=deposit&limit=${ORDERS + 10}`);

	assert.equal(deposits.length, ORDERS + 2);
	for (const one of deposits.filter(d => d.id !== partly.payment))
		assert.equal(one.refunded, one.amount, one.id);
	const { rows: twice } = await stack.db.query(`select order_id from private.refunds where cause = 'EVENT_CANCELLED' group by 1 having count(*) > 1`);

	assert.deepEqual(twice, []);
	const intent = await stack.stripe().paymentIntents.retrieve(card.intent, { expand: ['latest_charge'] });

	assert.equal(intent.latest_charge.amount_refunded, card.charge);
	assert.equal((await orderState(stack, rows[0].order_id)).state, 'REFUNDED');
	assert.deepEqual(await orderState(stack, unpaid.id), { state: 'CANCELLED', status: 'CANCELLED' });
	assert.equal((await historyOf(stack, entered.tickets[0])).state, 'USED');
	assert.equal(await owed(stack, organizer), 0, 'the organizer is owed nothing');
	const { rows: [told] } = await stack.db.query(`select count(*)::int as n, count(distinct user_id)::int as people from public.notifications where type = 'EVENT_CANCELLED' and metadata ->> 'event_id' = $1 and title = 'Événement annulé'`, [what.id]);

	assert.deepEqual(told, { n: ORDERS + 4, people: ORDERS + 2 });
	// there is no return, and nothing is sold any more
	const back = await organizer.client.from('events').update({ status: 'PUBLISHED' }).eq('id', what.id).select();

	assert.equal(back.error.code, '23514');
	await eventually('the run is over', async () => (await stack.db.query('select from private.event_cancellations where event_id = $1 and finished_at is not null', [what.id])).rowCount === 1, { ms: 60_000 });
});

test('money that arrives after the cancellation goes back too', { timeout: 120_000 }, async () => {
	const what = await event(stack, { organizer });
	const buyer = await person(stack, { name: 'Tard Venu' });

	await stack.control('pawapay', { settle_ms: -1 });
	const { rows: [late] } = await stack.db.query(`select c.payment_id, c.order_id, c.amount_minor::int as amount from private.checkout(jsonb_build_object('provider', 'pawapay', 'person', $1::text, 'caller', $1::text,
		'user_id', $1::text, 'key', gen_random_uuid(), 'body_hash', '00', 'create_order', true, 'event_id', $2::text, 'quantities', jsonb_build_object($3::text, 1), 'phone', '+22607345678', 'operator', 'MOOV_BFA')) c`, [buyer.id, what.id, what.paid]);

	await stack.pawapay('deposits', { depositId: late.payment_id, amount: String(late.amount), currency: 'XOF', payer: { type: 'MMO', accountDetails: { phoneNumber: MOBILE, provider: 'MOOV_BFA' } } });
	await stack.db.query(`select private.payment_attach($1, $2, 'SUBMITTED')`, [late.payment_id, late.payment_id]);
	await organizer.client.from('events').update({ status: 'CANCELLED' }).eq('id', what.id);
	await eventually('its provider is asked to stop it', async () => (await stack.db.query(`select from private.jobs where function = 'settle-pawapay' and payload ->> 'payment' = $1 and payload ->> 'kind' = 'cancel'`, [late.payment_id])).rowCount === 1, { ms: 20_000 });
	await stack.control(`payments/${late.payment_id}`, { outcome: 'COMPLETED' });
	await stack.control('pawapay', { settle_ms: null });
	await stack.db.query(`select private.payment_settle($1, 'SUCCEEDED', $2, 'XOF', true)`, [late.payment_id, late.amount]);
	await eventually('it is refunded', async () => (await stack.db.query(`select from private.refunds where payment_id = $1 and state = 'SUCCEEDED'`, [late.payment_id])).rowCount === 1, { ms: 60_000 });
	assert.equal((await stack.db.query(`select from public.tickets where order_id = $1 and status not in ('REFUNDED', 'CANCELLED')`, [late.order_id])).rowCount, 0);
	assert.equal(await owed(stack, organizer), 0);
});
