// card.test.mjs: paying by card, from the wish to the tickets, with Stripe's own library on the buyer's
// side: journeys 10 to 14, and what the original did worse.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { CROWD, cardWish, confirmCard, counted, fated, payByCard, priceOf, sale } from '../harness/sales.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually } from '../harness/wire.mjs';
import { person, signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename, CROWD);
let what, buyer;

before(async () => {
	what = await sale(stack, { places: 500, price: 5000 });
	buyer = await signedIn(stack, { name: 'Awa Acheteuse' });
});
after(() => stack.stop());

const verify = (body, token = stack.anonKey) => call(stack, 'verify-payment', { token, body });
const attempts = async order => (await stack.db.query('select count(*)::int as n from public.payments where order_id = $1', [order])).rows[0].n;
// Paid at the stand-in; the reply of create-stripe-payment.
async function bought(options) {
	const { status, body } = await payByCard(stack, what, options);

	assert.equal(status, 200, JSON.stringify(body));
	await confirmCard(stack, body.clientSecret);
	await fated(stack, body.paymentId, { order: 'COMPLETED' });
	return body;
}
async function refused(options, status, code) {
	const answer = await payByCard(stack, what, options);

	assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body));
	assert.ok(answer.body.error.length > 10);
	return answer.body;
}

describe('a buyer', () => {
	test('pays in dollars what was shown in francs, and has the tickets', async () => {
		const { status, body } = await payByCard(stack, what, { quantities: 2, token: buyer.token, email: null });

		assert.equal(status, 200, JSON.stringify(body));
		assert.match(body.clientSecret, /^pi_\w+_secret_\w+$/);
		assert.match(body.paymentToken, /^stripe-token-[0-9a-f]{32}$/);
		assert.equal(body.status, 'requires_payment_method');
		assert.equal(body.order_created, true);
		assert.equal(body.fx_rate, '5.74');
		assert.match(body.display_amount, /^10\u202f\d{3} XOF$/);
		assert.match(body.charge_amount, /^\$\d+\.\d\d USD$/);
		assert.equal(body.duplicate, undefined);
		const intent = await stack.stripe().paymentIntents.retrieve(body.clientSecret.split('_secret_')[0]);
		const { rows: [{ cents }] } = await stack.db.query('select usd_cents::int as cents from private.quote($1)', [await priceOf(stack, what, { [what.types[0]]: 2 })]);
		assert.deepEqual([intent.amount, intent.currency], [cents, 'usd']);
		assert.deepEqual([intent.metadata.order_id, intent.metadata.payment_id, intent.metadata.user_id], [body.orderId, body.paymentId, buyer.id]);
		await confirmCard(stack, body.clientSecret);
		const fate = await fated(stack, body.paymentId, { order: 'COMPLETED' });
		assert.deepEqual([fate.tickets, fate.notices, fate.fulfilling], [2, 1, true]);
		const { data } = await buyer.client.from('tickets').select('id,status').eq('order_id', body.orderId);
		assert.deepEqual(data.map(ticket => ticket.status), ['VALID', 'VALID']);
	});

	test('who closes the browser after paying has them too (journey 11)', async () => {
		const body = await bought({ quantities: 1 });

		assert.deepEqual((await verify({ payment_id: body.paymentId })).body, { success: true, state: 'succeeded', provider: 'stripe', payment_id: body.paymentId, order_id: body.orderId });
	});

	test('is declined twice and pays with the third card (journey 10; regression: decline-then-success ignored)', async () => {
		const { body } = await payByCard(stack, what);

		for (const card of ['pm_card_visa_chargeDeclined', 'pm_card_visa_chargeDeclinedInsufficientFunds']) {
			await assert.rejects(confirmCard(stack, body.clientSecret, card));
			await eventually('the decline is written', async () => (await stack.db.query(`select metadata ->> 'failure_code' as code from public.payments where id = $1`, [body.paymentId])).rows[0].code !== null, { ms: 15_000 });
			assert.equal((await verify({ payment_id: body.paymentId })).body.state, 'processing');
		}
		const { rows: [order] } = await stack.db.query('select status from public.orders where id = $1', [body.orderId]);
		assert.equal(order.status, 'AWAITING_PAYMENT', 'a decline does not end the order');
		await confirmCard(stack, body.clientSecret);
		assert.equal((await fated(stack, body.paymentId, { order: 'COMPLETED' })).tickets, 1);
	});

	test('confirms by 3-D Secure (journey 10)', async () => {
		const { body } = await payByCard(stack, what);
		const intent = await confirmCard(stack, body.clientSecret, 'pm_card_threeDSecure2Required');

		assert.equal(intent.status, 'requires_action');
		await fated(stack, body.paymentId, { state: 'ACTION_REQUIRED' });
		assert.equal((await verify({ payment_token: body.paymentToken })).body.state, 'processing');
		await stack.control(`payments/${intent.id}`, { outcome: 'COMPLETED' });
		assert.equal((await fated(stack, body.paymentId, { order: 'COMPLETED' })).tickets, 1);
	});

	test('clicks twice and has two tabs: one payment, one charge (journey 12)', async () => {
		const wish = await cardWish(stack, what, { email: null, key: `web-stripe-${Date.now()}-x` });
		const answers = await Promise.all(Array.from({ length: 6 }, () => call(stack, 'create-stripe-payment', { token: buyer.token, body: wish })));
		const other = await payByCard(stack, what, { token: buyer.token, email: null, key: `web-stripe-${Date.now()}-y` });

		for (const { status, body } of [...answers, other]) {
			assert.equal(status, 200, JSON.stringify(body));
			assert.equal(body.clientSecret, answers[0].body.clientSecret);
		}
		assert.equal(answers.filter(answer => !answer.body.duplicate).length, 1);
		assert.equal(other.body.duplicate, true);
		assert.equal(await attempts(answers[0].body.orderId), 1);
		await confirmCard(stack, answers[0].body.clientSecret);
		await fated(stack, answers[0].body.paymentId, { order: 'COMPLETED' });
	});

	test('in simple mode pays the same (functions.md 5.1)', async () => {
		const amount = await priceOf(stack, what, { [what.types[0]]: 1 });
		const wish = { event_id: what.id, create_order: true, ticket_quantities: { [what.types[0]]: 1 }, guest_email: 'simple@example.org', payment_method: 'CARD', order_id: null };
		const { status, body } = await call(stack, 'create-stripe-payment', { token: stack.anonKey, body: { ...wish, amount, currency: 'XOF', amount_is_minor: true } });

		assert.equal(status, 200, JSON.stringify(body));
		// regression: 100x XOF charge: francs have no cents, whatever amount_is_minor says
		const again = await call(stack, 'create-stripe-payment', { token: stack.anonKey, body: { ...wish, guest_email: 'simple.too@example.org', amount, currency: 'XOF' } });
		assert.equal(again.status, 200, JSON.stringify(again.body));
		assert.equal(again.body.charge_amount, body.charge_amount);
		assert.equal(again.body.display_amount, body.display_amount);
	});
});

describe('the server decides', () => {
	test('what it costs (regression: client-priced order)', async () => {
		const right = await priceOf(stack, what, { [what.types[0]]: 1 });
		const body = await refused({ charge_amount_minor: 1 }, 409, 'amount_differs');

		assert.deepEqual([body.amount, body.currency, body.charge_currency], [right, 'XOF', 'USD']);
		await refused({ amount: 1 }, 409, 'amount_differs');
		await refused({ charge_currency: 'XOF' }, 409, 'amount_differs');
		await refused({ charge_amount_minor: 10_000_000 }, 409, 'amount_differs');
	});

	test('that a rate of the client\'s own buys nothing', async () => {
		const wish = await cardWish(stack, what);
		const { body } = await call(stack, 'create-stripe-payment', { token: stack.anonKey, body: { ...wish, fx_den: 60_000, fx_margin_bps: 0, charge_amount_minor: 9 } });

		assert.equal(body.code, 'amount_differs');
	});

	test('who buys (regression: orders for another user)', async () => {
		const victim = await person(stack, { name: 'Issa Voisin' });

		await refused({ email: null, user_id: victim.id }, 409, 'needs_session');
		await refused({ email: null }, 409, 'buyer_required');
		const { body } = await payByCard(stack, what, { user_id: victim.id, email: 'invite@example.org' });
		const { rows: [order] } = await stack.db.query('select user_id, guest_email from public.orders where id = $1', [body.orderId]);
		assert.deepEqual(order, { user_id: null, guest_email: 'invite@example.org' });
	});

	test('what is sold (regression: types of another event, negative and absurd quantities)', async () => {
		const other = await sale(stack, { places: 5 });
		const type = what.types[0];

		for (const [quantities, code] of [[{ [other.types[0]]: 1 }, 'unknown_type'], [{ [type]: -1 }, 'bad_quantity'], [{ [type]: 0 }, 'bad_quantity'], [{ [type]: 11 }, 'over_order_limit'],
			[{ [crypto.randomUUID()]: 1 }, 'unknown_type'], [{ x: 1 }, 'unknown_type']])
			await refused({ quantities, amount: 5100 }, 409, code);
		await refused({ event_id: crypto.randomUUID() }, 404, 'event_not_found');
	});

	test('and holds the places (regression: no stock reservation)', async () => {
		const few = await sale(stack, { places: 2 });

		assert.equal((await payByCard(stack, few, { quantities: 2 })).status, 200);
		const { status, body } = await payByCard(stack, few);
		assert.deepEqual([status, body.code], [409, 'all_held']);
		assert.ok(Date.parse(body.retry_at) > Date.now());
		assert.deepEqual(await counted(stack, few), { held: 2, sold: 0, left: 0, tickets: 0 });
	});

	test('to whom an intent is shown (regression: another buyer\'s key shows their clientSecret)', async () => {
		const key = `web-stripe-${Date.now()}-z`;
		const wish = await cardWish(stack, what, { email: null, key });
		const mine = await call(stack, 'create-stripe-payment', { token: buyer.token, body: wish });
		const thief = await signedIn(stack, { name: 'Moussa Curieux' });
		const theirs = await call(stack, 'create-stripe-payment', { token: thief.token, body: wish });

		assert.equal(mine.status, 200);
		assert.deepEqual([theirs.status, theirs.body.code, theirs.body.clientSecret], [409, 'key_reused', undefined]);
		const changed = await call(stack, 'create-stripe-payment', { token: buyer.token, body: { ...wish, description: 'x' } });
		assert.equal(changed.body.code, 'key_reused');
	});

	test('that a body without sense is 400 with its fields', async () => {
		for (const body of [{}, { event_id: 'x' }, { event_id: what.id }, { event_id: what.id, amount: -1 }, { event_id: what.id, display_amount_minor: 5100 }, { event_id: what.id, amount: 1e300 }]) {
			const answer = await call(stack, 'create-stripe-payment', { token: stack.anonKey, body });

			assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_fields'], JSON.stringify(body));
			assert.ok(Object.keys(answer.body.fields).length > 0);
		}
	});
});

describe('what is lost on the way', () => {
	test('Stripe is silent after it took the intent: the same key gives the same intent', async () => {
		const wish = await cardWish(stack, what, { key: `web-stripe-${Date.now()}-t` });

		await stack.control('behaviour', { provider: 'stripe', mode: 'timeout_after_accept', count: 3, delay_ms: 7000 });
		const first = await call(stack, 'create-stripe-payment', { token: stack.anonKey, body: wish });
		await stack.control('behaviour', { provider: 'stripe', mode: 'ok' });
		assert.deepEqual([first.status, first.body.code], [503, 'provider_unavailable']);
		assert.ok(Number(first.headers.get('retry-after')) > 0);
		const second = await eventually('it is there', async () => {
			const answer = await call(stack, 'create-stripe-payment', { token: stack.anonKey, body: wish });

			return answer.status === 200 ? answer : Promise.reject(new Error(JSON.stringify(answer.body)));
		}, { ms: 30_000, every: 500 });
		const { rows } = await stack.db.query('select count(*)::int as n from public.payments where order_id = $1', [second.body.orderId]);
		assert.equal(rows[0].n, 1);
		const made = await stack.stripe().paymentIntents.list({ limit: 100 });
		assert.equal(made.data.filter(intent => intent.metadata.order_id === second.body.orderId).length, 1);
		await confirmCard(stack, second.body.clientSecret);
		await fated(stack, second.body.paymentId, { order: 'COMPLETED' });
	});

	test('a payment that no browser pays is taken back at Stripe when its places are gone', async () => {
		const few = await sale(stack, { places: 1 });
		const { body } = await payByCard(stack, few);

		await stack.moveClock(31 * 60);
		await fated(stack, body.paymentId, { state: 'CANCELLED', order: 'EXPIRED', ms: 30_000 });
		const intent = await stack.stripe().paymentIntents.retrieve(body.clientSecret.split('_secret_')[0]);
		assert.equal(intent.status, 'canceled');
		assert.deepEqual(await counted(stack, few), { held: 0, sold: 0, left: 1, tickets: 0 });
	});
});

test('a refund made in Stripe\'s dashboard is seen, and somebody is called', async () => {
	const body = await bought();
	const refund = await stack.stripe().refunds.create({ payment_intent: body.clientSecret.split('_secret_')[0], amount: 100 });

	await eventually('an alarm', async () => (await stack.db.query(`select from private.alarms where kind = 'refund_not_ours' and subject = $1`, [refund.id])).rowCount === 1, { ms: 20_000 });
});

describe('verify-payment', () => {
	test('finds a payment by any of its names, and asks for nothing twice', async () => {
		const body = await bought();
		const intent = body.clientSecret.split('_secret_')[0];

		for (const by of [{ payment_id: body.paymentId }, { internal_token: body.paymentToken }, { payment_token: body.paymentToken }, { stripe_pi: intent }, { payment_token: intent }])
			assert.deepEqual([(await verify(by)).body.state, (await verify(by)).body.success], ['succeeded', true], JSON.stringify(by));
	});

	test('knows nothing of others\' payments', async () => {
		const { body } = await payByCard(stack, what, { token: buyer.token, email: null, quantities: 3 });
		const thief = await signedIn(stack, { name: 'Salif Curieux' });

		assert.equal((await verify({ payment_id: body.paymentId }, thief.token)).status, 404);
		assert.equal((await verify({ payment_id: crypto.randomUUID() })).status, 404);
		assert.equal((await verify({})).status, 400);
		assert.equal((await verify({ payment_id: 'x' })).status, 422);
	});
});
