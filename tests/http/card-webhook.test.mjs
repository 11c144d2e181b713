// stripe-webhook and settle-stripe: what is signed is written down once and answered; what it means is
// read at Stripe. Forged, old, changed, doubled, out of order, too early, and about money that is not ours.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, test } from 'node:test';

import { Stripe } from '../harness/packages.mjs';
import { orderState } from '../harness/paid.mjs';
import { fateOf, fated } from '../harness/sales.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually, raw, together } from '../harness/wire.mjs';
import { event, person } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());
stack.watchInvariants();

const SECRET = stack.secret('STRIPE_WEBHOOK_SECRET').split(',')[0].trim();
const what = await event(stack);
const stripe = stack.stripe();

await stack.control('webhooks', { provider: 'stripe', drop: true }); // what is sent here is sent by the tests

// ---- payments at Stripe, without create-stripe-payment

// A payment whose intent waits for a card. attached: we know the intent; named: it names our payment.
async function intentOf(n = 1, { attached = true, named = true, amount } = {}) {
	const buyer = await person(stack); // whoever has a payment under way is given that one
	const { rows: [p] } = await stack.db.query('select * from private.checkout($1)', [JSON.stringify({
		provider: 'stripe', person: buyer.id, caller: buyer.id, user_id: buyer.id, key: crypto.randomUUID(), body_hash: '00', create_order: true, event_id: what.id, quantities: { [what.paid]: n },
	})]);

	assert.equal(p.outcome, 'created', JSON.stringify(p));
	const intent = await stripe.paymentIntents.create({ amount: amount ?? Number(p.charge_minor), currency: 'usd', automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
		metadata: named ? { payment_id: p.payment_id, order_id: p.order_id } : {} });

	if (attached)
		await attach(p.payment_id, intent.id);
	return { payment: p.payment_id, order: p.order_id, intent: intent.id, n };
}

const attach = (payment, intent) => stack.db.query(`select private.payment_attach($1, $2, 'ACTION_REQUIRED')`, [payment, intent]);
const pay = (one, card = 'pm_card_visa') => stripe.paymentIntents.confirm(one.intent, { payment_method: card }).catch(error => error);

// ---- events

function eventOf(type, object, id = `evt_${crypto.randomUUID().replaceAll('-', '')}`) {
	return { id, object: 'event', api_version: '2024-06-20', created: Math.floor(Date.now() / 1000), type, livemode: false, pending_webhooks: 1, request: { id: null, idempotency_key: null }, data: { object } };
}

const about = (one, type = 'payment_intent.succeeded', id) => eventOf(type, { id: one.intent, object: 'payment_intent', status: type.split('.')[1] }, id);
const sign = (payload, { secret = SECRET, timestamp = Math.floor(Date.now() / 1000), scheme } = {}) => Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp, scheme });

// body: an event, or the very bytes.
function send(body, { header, ...how } = {}) {
	const payload = typeof body === 'string' ? body : JSON.stringify(body, null, 2);

	return call(stack, 'stripe-webhook', { key: null, body: payload, headers: { 'Stripe-Signature': header === undefined ? sign(payload, how) : header } });
}

async function accepted(body, how) {
	const answer = await send(body, how);

	assert.deepEqual([answer.status, answer.body], [200, { received: true }], answer.text);
}

const inbox = async id => (await stack.db.query(`select state, cause, tries from private.webhook_inbox where provider = 'stripe' and event_key = $1`, [id])).rows;
const ended = id => eventually(`${id} is dealt with`, async () => (await inbox(id)).find(row => !['RECEIVED', 'RETRY'].includes(row.state)), { ms: 30_000 });

// ---- who is believed

test('what is not signed by Stripe, or long ago, is 400 and is not written down', async () => {
	const one = await intentOf();
	const good = about(one), payload = JSON.stringify(good, null, 2), now = Math.floor(Date.now() / 1000);
	const v1 = sign(payload).split('v1=')[1];
	const forged = {
		'none at all': { header: null },
		empty: { header: '' },
		nonsense: { header: 'to be or not to be' },
		'by another secret': { secret: 'whsec_of_somebody_else_0123456789' },
		'signed six minutes ago': { timestamp: now - 360 },
		'signed in six minutes': { timestamp: now + 360 },
		'of a test scheme': { header: `t=${now},v0=${v1}` },
		'without a time': { header: `v1=${v1}` },
		'with a time that is none': { header: `t=soon,v1=${v1}` },
		'with two times': { header: `t=${now},t=${now - 1},v1=${v1}` },
		'with another time': { header: sign(payload).replace(/t=\d+/, `t=${now - 1}`) },
		'cut short': { header: sign(payload).slice(0, -2) },
		'in capitals of another hash': { header: `t=${now},v1=${'A'.repeat(64)}` },
	};

	for (const [how, options] of Object.entries(forged)) {
		const answer = await send(payload, options);

		assert.deepEqual([answer.status, answer.body?.success, answer.body?.code], [400, false, 'bad_signature'], `${how}: ${answer.text}`);
	}
	for (const changed of [payload.replace('succeeded', 'succeede'), JSON.stringify(good), `${payload}\n`, payload.replace(one.intent, 'pi_another')]) {
		const answer = await send(changed, { header: sign(payload) });

		assert.equal(answer.body.code, 'bad_signature', 'not the bytes that were signed');
	}
	assert.deepEqual(await inbox(good.id), []);
	assert.equal((await fateOf(stack, one.payment)).tickets, 0);
	// signed, and no event
	for (const body of ['{}', '[]', 'null', '{"id":7,"type":"x"}', '{"id":"evt_1"}', 'not json'])
		assert.equal((await send(body)).status, 400, body);
	assert.equal((await send(`{"id":"evt_big","type":"x","pad":"${'x'.repeat(300 << 10)}"}`)).status, 413);
	assert.equal((await call(stack, 'stripe-webhook', { method: 'GET', key: null })).status, 405);
	// an original quirk: without a signature the header could simply be left out
	assert.equal((await raw(stack, `POST /functions/v1/stripe-webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`)).status, 400);
});

test('several signatures: one that holds is enough; secrets may change', async () => {
	const one = await intentOf();
	const first = about(one, 'payment_intent.created'), payload = JSON.stringify(first, null, 2);
	const good = sign(payload), other = sign(payload, { secret: 'whsec_the_next_one_0123456789abcd' });

	await accepted(payload, { header: `${other},v1=${good.split('v1=')[1]}` });
	await accepted(payload, { header: `v0=${'0'.repeat(64)},v1=${good.split('v1=')[1]},${good.split(',')[0]}` });
	assert.equal((await inbox(first.id)).length, 1);
	await stack.control('webhooks', { provider: 'stripe', drop: false, rotate: true });
	await pay(one);
	assert.equal((await fated(stack, one.payment, { order: 'COMPLETED', ms: 30_000 })).tickets, 1);
	await stack.control('webhooks', { provider: 'stripe', drop: true, rotate: false });
});

// ---- once

test('100 copies at once, and the same fact under another id: one effect', { timeout: 120_000 }, async () => {
	const one = await intentOf(2);

	await pay(one);
	const same = about(one), again = about(one);
	const answers = await together(Array.from({ length: 100 }, (_, i) => () => () => send(i % 10 === 9 ? again : same)));

	assert.ok(answers.every(answer => answer.status === 200), JSON.stringify(answers.find(answer => answer.status !== 200)?.text));
	const fate = await fated(stack, one.payment, { order: 'COMPLETED', ms: 30_000 });

	assert.equal((await ended(same.id)).state, 'PROCESSED');
	assert.equal((await ended(again.id)).state, 'PROCESSED');
	assert.deepEqual([(await inbox(same.id)).length, fate.tickets, fate.notices], [1, 2, 1]);
	const { rows: [jobs] } = await stack.db.query(`select count(*)::int as n from private.jobs j join private.webhook_inbox i on i.id = (j.payload ->> 'inbox')::bigint where i.event_key = any ($1)`, [[same.id, again.id]]);

	assert.equal(jobs.n, 2);
	// days later, once more
	await accepted(same);
	assert.equal((await inbox(same.id)).length, 1);
	assert.equal((await fateOf(stack, one.payment)).tickets, 2);
});

// ---- in any order

test('success first, then failed, processing and canceled: a success is a success', { timeout: 120_000 }, async () => {
	const one = await intentOf();

	await pay(one);
	await accepted(about(one));
	await fated(stack, one.payment, { order: 'COMPLETED', ms: 30_000 });
	for (const type of ['payment_failed', 'processing', 'canceled', 'requires_action', 'created']) {
		const late = about(one, `payment_intent.${type}`);

		await accepted(late);
		await ended(late.id);
	}
	const fate = await fateOf(stack, one.payment);

	assert.deepEqual([fate.state, fate.orderState, fate.tickets, fate.notices], ['SUCCEEDED', 'COMPLETED', 1, 1]);
});

test('an event is not believed: Stripe is asked', { timeout: 120_000 }, async () => {
	const one = await intentOf();
	const lie = about(one); // signed, and says that it was paid

	await accepted(lie);
	await ended(lie.id);
	assert.equal((await fateOf(stack, one.payment)).tickets, 0);
	assert.notEqual((await fateOf(stack, one.payment)).state, 'SUCCEEDED');
	// and the other way round: it says that it failed, and was paid
	await pay(one);
	const failed = about(one, 'payment_intent.payment_failed');

	await accepted(failed);
	await ended(failed.id);
	assert.equal((await fated(stack, one.payment, { order: 'COMPLETED' })).tickets, 1);
});

test('a decline is one attempt; the next card pays', { timeout: 120_000 }, async () => {
	const one = await intentOf();

	await pay(one, 'pm_card_visa_chargeDeclined');
	const declined = about(one, 'payment_intent.payment_failed');

	await accepted(declined);
	await ended(declined.id);
	const fate = await fateOf(stack, one.payment);

	assert.ok(['SUBMITTED', 'ACTION_REQUIRED', 'PROCESSING'].includes(fate.state), fate.state);
	assert.ok(['HELD', 'AWAITING_PAYMENT'].includes(fate.orderState), fate.orderState);
	await pay(one);
	await accepted(about(one));
	assert.equal((await fated(stack, one.payment, { order: 'COMPLETED', ms: 30_000 })).tickets, 1);
});

test('an intent that was canceled: the payment is over, the order can be paid in another way', { timeout: 120_000 }, async () => {
	const one = await intentOf();

	await stripe.paymentIntents.cancel(one.intent);
	await accepted(about(one, 'payment_intent.canceled'));
	await fated(stack, one.payment, { state: 'CANCELLED', ms: 30_000 });
	assert.equal((await orderState(stack, one.order)).status, 'AWAITING_PAYMENT');
	await accepted(about(one, 'payment_intent.processing')); // late
	assert.equal((await fateOf(stack, one.payment)).state, 'CANCELLED');
});

// ---- sooner than ourselves, and of others

test('faster than our own note of the intent: by its metadata at once, without it a little later', { timeout: 120_000 }, async () => {
	const named = await intentOf(1, { attached: false });

	await pay(named);
	await accepted(about(named));
	assert.equal((await fated(stack, named.payment, { order: 'COMPLETED', ms: 30_000 })).tickets, 1);

	const unnamed = await intentOf(1, { attached: false, named: false });
	const early = about(unnamed);

	await pay(unnamed);
	await accepted(early);
	await eventually('it is kept for later', async () => (await inbox(early.id))[0]?.state === 'RETRY', { ms: 20_000 });
	assert.equal((await fateOf(stack, unnamed.payment)).tickets, 0);
	await attach(unnamed.payment, unnamed.intent);
	assert.equal((await fated(stack, unnamed.payment, { order: 'COMPLETED', ms: 60_000 })).tickets, 1);
	assert.equal((await ended(early.id)).state, 'PROCESSED');
});

test('what we have no use for is written down and left', { timeout: 120_000 }, async () => {
	for (const type of ['charge.succeeded', 'customer.created', 'checkout.session.completed', 'something.new']) {
		const one = eventOf(type, { id: 'obj_1', object: 'thing' });

		await accepted(one);
		assert.equal((await ended(one.id)).state, 'IGNORED', type);
	}
});

test('another sum than was asked for: no ticket, nothing lost, somebody looks', { timeout: 120_000 }, async () => {
	const one = await intentOf(1, { amount: 100 });

	await pay(one);
	await accepted(about(one));
	await fated(stack, one.payment, { ms: 30_000 });
	const { rows } = await stack.db.query(`select kind from private.alarms where subject = $1 and cleared_at is null`, [one.payment]);

	assert.deepEqual(rows.map(row => row.kind), ['payment_mismatch']);
	assert.equal((await fateOf(stack, one.payment)).tickets, 0);
	const { rows: [held] } = await stack.db.query(`select -sum(e.amount_minor)::int as n from private.ledger_tx t join private.ledger_entries e on e.tx_id = t.id where t.payment_id = $1 and e.account = 'SUSPENSE'`, [one.payment]);

	assert.equal(held.n, 100);
});
