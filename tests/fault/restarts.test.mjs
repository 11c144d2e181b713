// Journey 36 in the middle of journeys 3 and 29: nginx, fnd and fnq are ended as an operator would and
// started anew, again and again, while people pay by mobile money and while a cancelled event is
// refunded. FAULT_ORDERS: how many orders the event has (default 40).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

const TOP = path.resolve(import.meta.dirname, '../..');
process.env.STATE_DIR = path.join(process.env.STATE_DIR ?? path.join(TOP, 'var'), 'fault-restarts');

const { Stack } = await import('../harness/stack.mjs');
const { CROWD, counted, drained, fated, orderByRest, mobileWish, payByMobile, sale } = await import('../harness/sales.mjs');
const { call, eventually } = await import('../harness/wire.mjs');
const { signIn, signedIn } = await import('../harness/world.mjs');

const ORDERS = Number(process.env.FAULT_ORDERS ?? 40), SERVICES = ['nginx', 'fnd', 'fnq'];
const stack = await Stack.start(import.meta.filename, CROWD, { deathsExpected: true });
after(async () => {
	await stack.stop();
	await promisify(execFile)(path.join(TOP, 'tests/harness/stack'), ['finish']);
});

// A call that may meet a service that is away: asked again, with the same key, as pages do.
const patient = (name, options) => eventually(name, async () => {
	const answer = await call(stack, name, options);

	return answer.status < 500 ? answer : Promise.reject(new Error(`${answer.status} ${answer.text}`));
}, { ms: 30_000, every: 200 });

// Work that waits for its next try would wait for minutes.
const soon = () => stack.db.query("update private.jobs set run_at = private.now() + interval '1 s' where state = 'READY' and run_at > private.now() + interval '2 s'");

for (const service of SERVICES) {
	test(`journey 3 with a restart of ${service} between the deposit and its callback`, { timeout: 120_000 }, async () => {
		const what = await sale(stack), who = await signedIn(stack), order = await orderByRest(who, what, { quantities: 3 });

		await stack.control('pawapay', { settle_ms: -1 });
		const wish = await mobileWish(stack, what, { order, quantities: 3, key: `restart-${service}` });
		const [first] = await Promise.all([patient('create-pawapay-payment', { body: wish }), stack.restart(service)]);
		const again = await patient('create-pawapay-payment', { body: wish });

		assert.ok(first.body.payment_id, first.text);
		assert.equal(again.body.payment_id, first.body.payment_id, again.text);
		// the person types the PIN while the service is away; the callback is repeated by the provider
		await Promise.all([eventually('the PIN', () => stack.control(`payments/${first.body.payment_id}`, { outcome: 'COMPLETED' }), { ms: 30_000, every: 200 }), stack.restart(service)]);
		await eventually('tickets', async () => {
			await soon();
			return (await counted(stack, what)).tickets === 3;
		}, { ms: 60_000, every: 300 });
		const fate = await fated(stack, first.body.payment_id, { order: 'COMPLETED' });
		assert.deepEqual([fate.tickets, fate.notices, fate.refunds], [3, 1, []]);
		await drained(stack);
		assert.deepEqual(await stack.brokenInvariants(), []);
	});
}

test(`journey 29: an event with ${ORDERS} orders is cancelled, while every service is started anew in turn: all is paid back, once`, { timeout: 240_000 }, async () => {
	await stack.control('pawapay', { settle_ms: 50 });
	const what = await sale(stack, { places: 2 * ORDERS }), made = [];

	for (let i = 0; i < ORDERS; i++)
		made.push((await payByMobile(stack, what, { quantities: 2 })).body.payment_id);
	await eventually('all is sold', async () => (await counted(stack, what)).sold === 2 * ORDERS, { ms: 60_000 });
	const organizer = await signIn(stack, what.organizer);
	const { error } = await organizer.client.from('events').update({ status: 'CANCELLED' }).eq('id', what.id);

	assert.equal(error, null);
	for (const service of [...SERVICES, 'fnq', 'fnd'])
		await stack.restart(service);
	await eventually('all is paid back', async () => {
		await soon();
		const { rows: [row] } = await stack.db.query("select count(*) filter (where r.state = 'SUCCEEDED')::int as done, count(*)::int as n, array_agg(distinct r.state) as states from private.refunds r where r.payment_id = any ($1)", [made]);

		return (row.done === ORDERS && row.n === ORDERS) || Promise.reject(new Error(JSON.stringify(row)));
	}, { ms: 120_000, every: 300 });
	await drained(stack);
	const refunds = (await stack.control('payments?provider=pawapay&kind=deposit_refund&limit=10000')).filter(one => made.includes(one.parent));
	assert.equal(refunds.filter(one => one.status === 'COMPLETED').length, ORDERS, 'at the provider');
	const { rows: [{ owed }] } = await stack.db.query("select coalesce(-sum(e.amount_minor), 0)::int as owed from private.ledger_entries e where e.account = 'ORGANIZER_PAYABLE' and e.owner = $1", [what.organizer.id]);
	assert.equal(owed, 0, 'nothing is owed to the organizer');
	assert.deepEqual(await counted(stack, what), { held: 0, sold: 0, left: 2 * ORDERS, tickets: 0 });
	assert.deepEqual(await stack.brokenInvariants(), []);
});
