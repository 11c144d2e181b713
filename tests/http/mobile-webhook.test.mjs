// Callbacks of pawaPay: forged, unsigned, replayed and out of order (journey 15), lost and repeated; and
// that an acknowledgement is a row that is there.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, beforeEach, describe, test } from 'node:test';

import { NUMBERS, Till } from '../harness/mobile.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually } from '../harness/wire.mjs';
import { event, person, signIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename, { DEPOSITS_PER_PHONE: 0, DEPOSITS_PER_PERSON: 0, DEPOSITS_PER_ADDRESS: 0 });
after(() => stack.stop());

const till = new Till(stack);
const buyer = await signIn(stack, await person(stack, { name: 'Nadia Kaboré' }));
const what = await event(stack, { title: 'Nuit du Balafon', startsIn: 96 });

beforeEach(async () => {
	await stack.control('reset', {});
	await till.webhooks({});
	await till.byHand();
});

const open = async (more) => till.pay(await till.order(buyer, what, 1), what, more);
const deliveries = (object, more = '') => stack.control(`deliveries?provider=pawapay&object=${object}${more}`);
const delivered = (object, n = 1) => eventually(`${n} deliveries of ${object}`, async () => {
	const list = await deliveries(object);

	return list.length >= n && list.every(one => one.state !== 'waiting' || one.attempts > 0) && list;
});
const inbox = async reference => (await stack.db.query('select event_key, state from private.webhook_inbox where reference = $1 order by id', [reference])).rows;
const settled = reference => eventually('the inbox is worked off', async () => {
	const rows = await inbox(reference);

	return rows.length > 0 && rows.every(row => row.state === 'PROCESSED') && rows;
});
// What somebody else would send for that payment.
const says = (id, status, more = {}) => ({ depositId: id, status, amount: '5100.00', currency: 'XOF', country: 'BFA', payer: { type: 'MMO', accountDetails: { phoneNumber: '22602345678', provider: 'MOOV_BFA' } }, created: '2026-01-01T00:00:00Z', ...more });
const send = (id, status, more = {}) => stack.control('deliveries', { provider: 'pawapay', body: says(id, status, more.body), object: id, what: status, ...(more.forged && { forged: more.forged }) });

describe('whose word counts', () => {
	test('regression: anybody could say COMPLETED and had tickets', async () => {
		const { payment_id: id } = await open();
		const body = JSON.stringify(says(id, 'COMPLETED'));

		for (const headers of [{}, { 'X-Pawapay-Signature': 'x' }, { Signature: 'x', 'Signature-Input': 'x', 'Content-Digest': 'x' }])
			assert.equal((await call(stack, 'pawapay-webhook', { body, headers })).status, 400);
		for (const forged of ['signature', 'amount', 'old', 'unsigned'])
			await send(id, 'COMPLETED', { forged });
		const list = await delivered(id, 4);

		assert.deepEqual(list.map(one => [one.forged, one.status]).sort(), [['amount', 401], ['old', 401], ['signature', 401], ['unsigned', 400]]);
		assert.deepEqual(await inbox(id), []);
		assert.equal((await till.payment(id)).status, 'pending');
	});

	test('what is signed and not true changes nothing: pawaPay is asked', async () => {
		const { payment_id: id } = await open();

		await send(id, 'COMPLETED');
		await eventually('it was looked into', async () => (await inbox(id))[0]?.state === 'RETRY');
		const row = await till.payment(id);

		assert.deepEqual([row.status, row.tickets], ['pending', 0]);
		// the genuine one has the same key: the first goes on looking, for a day
		await till.outcome(id, 'COMPLETED');
		assert.equal((await till.reaches(id, 'SUCCEEDED')).tickets, 1);
		await settled(id);
	});

	test('regression: the order that a callback names is nobody\'s wish', async () => {
		const other = await till.order(buyer, what, 1);
		const { payment_id: id, order_id: order } = await open();

		await till.webhooks({ drop: true });
		await till.outcome(id, 'COMPLETED');
		await till.webhooks({ drop: null });
		await send(id, 'COMPLETED', { body: { metadata: { order_id: other.id } } });
		await till.reaches(id, 'SUCCEEDED');
		assert.deepEqual((await stack.db.query('select id, status from public.orders where id = any ($1) order by status', [[order, other.id]])).rows, [{ id: other.id, status: 'AWAITING_PAYMENT' }, { id: order, status: 'COMPLETED' }]);
	});

	test('keys change while we run, and r and s count as DER does', async () => {
		await till.webhooks({ rotate: true });
		const first = await open();

		await till.outcome(first.payment_id, 'COMPLETED');
		await till.reaches(first.payment_id, 'SUCCEEDED');
		assert.ok((await delivered(first.payment_id)).every(one => one.status === 200));
		await till.webhooks({ raw_signature: true });
		const second = await open();

		await till.outcome(second.payment_id, 'COMPLETED');
		await till.reaches(second.payment_id, 'SUCCEEDED');
		await eventually('delivered', async () => (await deliveries(second.payment_id)).some(one => one.status === 200));
	});

	test('a body that names nothing is 400', async () => {
		await stack.control('deliveries', { provider: 'pawapay', body: { payoutId: crypto.randomUUID(), status: 'COMPLETED' }, object: 'payout', what: 'COMPLETED' });
		const [one] = await eventually('sent', async () => {
			const list = await deliveries('payout');

			return list[0]?.attempts > 0 && list;
		});

		assert.equal(one.status, 400);
		assert.equal((await call(stack, 'pawapay-webhook', { method: 'GET' })).status, 405);
	});
});

describe('order and repetition', () => {
	test('regression: an early callback hid the last, and a late one undid it', async () => {
		const { payment_id: id } = await open();

		await send(id, 'PROCESSING');
		await till.reaches(id, 'PROCESSING');
		await till.outcome(id, 'COMPLETED');
		const done = await till.reaches(id, 'SUCCEEDED');

		assert.equal(done.tickets, 1);
		for (const late of ['PROCESSING', 'FAILED', 'ACCEPTED', 'COMPLETED', 'IN_RECONCILIATION'])
			await send(id, late);
		await eventually('all are worked off', async () => {
			const rows = await inbox(id);

			return rows.length === 5 && rows.every(row => row.state === 'PROCESSED');
		});
		const row = await till.payment(id);

		assert.deepEqual([row.status, row.state, row.tickets, row.order_state, String(row.completed_at)], ['completed', 'SUCCEEDED', 1, 'COMPLETED', String(done.completed_at)]);
		assert.deepEqual((await inbox(id)).map(one => one.event_key).sort(), ['ACCEPTED', 'COMPLETED', 'FAILED', 'IN_RECONCILIATION', 'PROCESSING'].map(word => `${id}:${word}`));
	});

	test('a callback told ten times is one row and one set of tickets', async () => {
		const { payment_id: id } = await open();

		await till.webhooks({ duplicate: 9, shuffle_ms: 200 });
		await till.outcome(id, 'COMPLETED');
		assert.equal((await till.reaches(id, 'SUCCEEDED')).tickets, 1);
		const list = await eventually('all are told', async () => {
			const all = await deliveries(id);

			return all.length >= 10 && all.every(one => one.state === 'delivered') && all;
		});

		assert.ok(list.every(one => one.status === 200 && one.answer === 'OK'));
		assert.equal((await inbox(id)).filter(row => row.event_key.endsWith('COMPLETED')).length, 1);
	});

	test('success and failure beside each other end as pawaPay says', async () => {
		await till.webhooks({ drop: true });
		const { payment_id: id } = await open({ phone: NUMBERS.silent });

		await till.outcome(id, 'FAILED:INSUFFICIENT_BALANCE');
		await Promise.all([send(id, 'COMPLETED'), send(id, 'FAILED')]);
		await till.webhooks({ drop: null });
		assert.equal((await till.reaches(id, 'FAILED')).tickets, 0);
	});

	test('a callback of nobody\'s deposit is kept, and waits', async () => {
		const id = crypto.randomUUID();

		await send(id, 'COMPLETED');
		const [one] = await eventually('kept', async () => {
			const rows = await inbox(id);

			return rows.length > 0 && rows;
		});

		assert.ok(['RECEIVED', 'RETRY'].includes(one.state), one.state);
	});
});

test('500 acknowledgements a second are no effort', async () => {
	const ids = [];

	for (let i = 0; i < 60; i++)
		ids.push(crypto.randomUUID());
	await till.webhooks({});
	const began = Date.now();

	for (const id of ids)
		await Promise.all(['ACCEPTED', 'PROCESSING', 'COMPLETED', 'FAILED', 'IN_RECONCILIATION'].map(word => send(id, word)));
	await eventually('all are kept', async () => Number((await stack.db.query('select count(*) n from private.webhook_inbox where reference = any ($1)', [ids])).rows[0].n) === 300);
	console.log(`# 300 callbacks acknowledged within ${Date.now() - began} ms of the first request to send them`);
});
