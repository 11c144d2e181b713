// Cards where something goes another way than in card.test.mjs: answers that are lost, Stripe silent, success
// that comes late (journeys 13 and 14), keys of others, and what the original did worse (functions.md 5.1, 7.5).
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, beforeEach, describe, test } from 'node:test';

import { cardWish, confirmCard, counted, fated, payByCard, payByMobile, sale } from '../harness/sales.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually } from '../harness/wire.mjs';
import { person, signIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename, { DEPOSITS_PER_PHONE: 0, DEPOSITS_PER_PERSON: 0, DEPOSITS_PER_ADDRESS: 0 });
after(() => stack.stop());

const buyer = await signIn(stack, await person(stack, { name: 'Nadia Kaboré' }));
const stranger = await signIn(stack, await person(stack, { name: 'Issa Barry' }));
// Each test has an event of its own: what a buyer began to pay minutes ago is what they get again.
let what;

beforeEach(async () => {
	await stack.control('reset', {});
	what = await sale(stack, { places: 1000 });
});

const signed = { token: buyer.token, email: null };
const key = () => `web-stripe-${Date.now()}-${crypto.randomUUID().slice(0, 9)}`;
const ask = (body, token = buyer.token) => call(stack, 'create-stripe-payment', { token, body });
const verify = (body, token = stack.anonKey) => call(stack, 'verify-payment', { token, body });
const intents = () => stack.control('payments?provider=stripe&kind=payment_intent&limit=1000');
const intentOf = made => stack.stripe().paymentIntents.retrieve(made.clientSecret.split('_secret_')[0]);
const posts = async () => (await stack.control('requests?provider=stripe&limit=1000')).filter(r => r.method === 'POST' && r.path.endsWith('/payment_intents'));
const count = async (text, values) => Number((await stack.db.query(`select count(*) n from ${text}`, values)).rows[0].n);
const reads = async intent => (await stack.control('requests?provider=stripe&limit=1000')).filter(r => r.method === 'GET' && r.path.includes(intent)).length;

// A payment that Stripe took: the reply's body.
async function pay(options = signed, of = what) {
	const { status, body } = await payByCard(stack, of, options);

	assert.equal(status, 200, JSON.stringify(body));
	assert.match(body.clientSecret, /^pi_\w+_secret_\w+$/);
	return body;
}

// Refused with this code and a sentence, and nothing is left of it anywhere.
async function refused(body, code, token = buyer.token) {
	const before = await count('public.orders'), payments = await count('public.payments'), asked = (await posts()).length;
	const answer = await ask(body, token);

	assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${answer.text}`);
	assert.equal(answer.body.code, code, answer.text);
	assert.ok(answer.body.error.length > 10);
	assert.deepEqual([await count('public.orders'), await count('public.payments'), (await posts()).length], [before, payments, asked]);
	return answer.body;
}

describe('a card that pays', () => {
	test('journey 10: quote, intent, webhook, tickets', async () => {
		const before = await counted(stack, what);
		const made = await pay({ ...signed, quantities: 2 });

		assert.deepEqual({ status: made.status, display_amount: made.display_amount, charge_amount: made.charge_amount, fx_rate: made.fx_rate, order_created: made.order_created },
			{ status: 'requires_payment_method', display_amount: '10\u202f200 XOF', charge_amount: '$17.77 USD', fx_rate: '5.74', order_created: true });
		assert.match(made.paymentToken, /^stripe-token-[0-9a-f]{32}/);
		assert.equal((await counted(stack, what)).held, before.held + 2);
		const intent = await intentOf(made);

		assert.deepEqual([intent.amount, intent.currency, intent.automatic_payment_methods.enabled], [1777, 'usd', true]);
		// regression: the intent of a created order named no order
		assert.deepEqual([intent.metadata.order_id, intent.metadata.payment_id, intent.metadata.event_id, intent.metadata.user_id, intent.metadata.fx_rate], [made.orderId, made.paymentId, what.id, buyer.id, '100/574']);
		assert.deepEqual((await posts()).map(r => r.idempotency_key), [made.paymentId]);
		await confirmCard(stack, made.clientSecret);
		const fate = await fated(stack, made.paymentId, { order: 'COMPLETED' });

		assert.deepEqual([fate.tickets, fate.refunds], [2, []]);
		assert.deepEqual(await counted(stack, what), { ...before, sold: before.sold + 2, left: before.left - 2, tickets: before.tickets + 2 });
		const { data } = await buyer.client.from('payments').select('status,charge_amount_minor,charge_currency').eq('id', made.paymentId).single();

		assert.deepEqual(data, { status: 'completed', charge_amount_minor: 1777, charge_currency: 'USD' });
		assert.deepEqual(await verify({ payment_token: made.paymentToken, order_id: made.orderId }).then(answer => [answer.status, answer.body.success, answer.body.state, answer.body.provider, answer.body.payment_id, answer.body.order_id]),
			[200, true, 'succeeded', 'stripe', made.paymentId, made.orderId]);
	});

	test('regression: francs were taken a hundred times', async () => {
		// the same number with and without amount_is_minor: XOF has no cents
		for (const amount_is_minor of [true, false, undefined]) {
			const guest_email = `cent.${process.pid}.${amount_is_minor}@example.org`;
			const { body } = await ask({ event_id: what.id, create_order: true, ticket_quantities: { [what.types[0]]: 1 }, amount: 5100, amount_is_minor, guest_email }, stack.anonKey);

			assert.equal((await intentOf(body)).amount, 889, JSON.stringify(body));
		}
		await refused({ event_id: what.id, create_order: true, ticket_quantities: { [what.types[0]]: 1 }, amount: 510_000 }, 'amount_differs');
	});

	test('an order that the browser made is paid', async () => {
		const { data: order } = await buyer.client.from('orders').insert({ user_id: buyer.id, event_id: what.id, total: 1, status: 'AWAITING_PAYMENT', payment_method: 'CARD', ticket_quantities: { [what.types[0]]: 1 }, visible_in_history: false }).select('id').single();
		const made = await pay({ ...signed, order: order.id });

		assert.deepEqual([made.orderId, made.order_created], [order.id, false]);
		await confirmCard(stack, made.clientSecret);
		await fated(stack, made.paymentId, { order: 'COMPLETED' });
		await refused(await cardWish(stack, what, { order: order.id }), 'already_paid');
	});

	test('an event with dates keeps the date', async () => {
		const series = await sale(stack, { dates: [{ days: 40, capacity: 10 }, { days: 41, capacity: 10 }] });
		const made = await pay({ ...signed, date: series.dates[1] }, series);

		await confirmCard(stack, made.clientSecret);
		await fated(stack, made.paymentId, { order: 'COMPLETED' });
		// regression: there was no event_date_id
		assert.equal(await count('public.tickets where order_id = $1 and event_date_id = $2', [made.orderId, series.dates[1]]), 1);
		await refused(await cardWish(stack, series, { email: null, date: crypto.randomUUID(), amount: 5100 }), 'unknown_date');
	});
});

describe('a card that does not', () => {
	test('an intent that was cancelled at Stripe leaves the order to another', async () => {
		const made = await pay();

		await stack.control(`payments/${made.clientSecret.split('_secret_')[0]}`, { outcome: 'CANCELED' });
		await fated(stack, made.paymentId, { state: 'CANCELLED' });
		assert.equal((await verify({ payment_id: made.paymentId })).body.success, false);
		const other = await pay({ ...signed, order: made.orderId });

		assert.notEqual(other.paymentId, made.paymentId);
		await confirmCard(stack, other.clientSecret);
		await fated(stack, other.paymentId, { order: 'COMPLETED' });
	});

	test('nobody calls: the poller alone finishes it', async () => {
		await stack.control('webhooks', { provider: 'stripe', drop: true });
		const made = await pay();

		await confirmCard(stack, made.clientSecret);
		await stack.moveClock(stack.clockOffset + 60);
		assert.equal((await fated(stack, made.paymentId, { order: 'COMPLETED' })).tickets, 1);
	});
});

describe('asking twice', () => {
	test('journey 12: a key is one payment, and says duplicate', async () => {
		const form = await cardWish(stack, what, { ...signed, key: key() });
		const orders = await count('public.orders');
		const taps = await Promise.all(Array(6).fill().map(() => ask(form)));
		const done = taps.filter(tap => tap.status === 200);

		// regression: each retry left an order, and two at once made two intents
		assert.ok(done.length >= 1, JSON.stringify(taps.map(tap => tap.body)));
		const again = await ask(form);

		assert.equal(again.status, 200, again.text);
		assert.equal(again.body.duplicate, true);
		assert.deepEqual([...new Set([...done, again].map(tap => `${tap.body.paymentId} ${tap.body.clientSecret} ${tap.body.orderId} ${tap.body.paymentToken}`))].length, 1);
		assert.deepEqual([await count('public.orders') - orders, (await intents()).length], [1, 1]);
	});

	test('regression: whoever guessed a key got the clientSecret of another', async () => {
		const form = await cardWish(stack, what, { ...signed, key: key() });

		assert.equal((await ask(form)).status, 200);
		for (const [body, token] of [[form, stranger.token], [{ ...form, guest_email: 'a@example.org' }, stack.anonKey], [{ ...form, description: 'x' }, buyer.token]]) {
			const refusal = await refused(body, 'key_reused', token);

			assert.equal(refusal.clientSecret, undefined);
		}
	});

	test('an order that is being paid by phone is not paid by card too', async () => {
		const few = await sale(stack);

		await stack.control('pawapay', { settle_ms: -1 });
		const { body: mobile } = await payByMobile(stack, few, { token: buyer.token, email: undefined });
		const refusal = await refused(await cardWish(stack, few, { order: mobile.order_id }), 'payment_in_progress');

		assert.equal(refusal.clientSecret, undefined);
	});
});

describe('Stripe is away', () => {
	test('regression: an intent without a row: the answer was lost, and the same key finds it', async () => {
		const form = await cardWish(stack, what, { ...signed, key: key() });

		await stack.control('behaviour', { provider: 'stripe', mode: 'truncated', count: 1 });
		const lost = await ask(form);

		assert.equal(lost.status, 503, lost.text);
		assert.ok(lost.body.error.length > 10);
		const [made] = await intents();
		const again = await ask(form);

		assert.equal(again.status, 200, again.text);
		assert.equal(again.body.clientSecret.split('_secret_')[0], made.id);
		assert.equal((await intents()).length, 1);
		await confirmCard(stack, again.body.clientSecret);
		await fated(stack, again.body.paymentId, { order: 'COMPLETED' });
	});

	test('crash between intent and row: nobody can pay what nobody saw, and the places are free again', async () => {
		const few = await sale(stack);

		await stack.control('behaviour', { provider: 'stripe', mode: 'truncated', count: 1 });
		assert.equal((await payByCard(stack, few, { ...signed, key: key() })).status, 503);
		assert.equal((await intents()).length, 1);
		const { rows: [{ id }] } = await stack.db.query('select id from public.payments where event_id = $1', [few.id]);

		await stack.moveClock(stack.clockOffset + 16 * 60);
		await eventually('it has ended, with or without its intent', async () => (await counted(stack, few)).held === 0);
		await eventually('and its payment', async () => await count(`public.payments where id = $1 and status <> 'pending'`, [id]) === 1, { ms: 20_000 });
		assert.equal((await intents()).length, 1);
	});

	test('what never got there has failed after a quarter of an hour', async () => {
		const few = await sale(stack);

		await stack.control('behaviour', { provider: 'stripe', mode: 'error500' });
		assert.equal((await payByCard(stack, few, { ...signed, key: key() })).status, 503);
		const { rows: [{ id }] } = await stack.db.query('select id from public.payments where event_id = $1', [few.id]);

		await stack.moveClock(stack.clockOffset + 16 * 60);
		await fated(stack, id, { state: 'FAILED' });
		assert.deepEqual(await verify({ payment_id: id }).then(({ status, body }) => [status, body.success, body.state]), [200, false, 'failed']);
	});

	test('a page that waits is told processing, within 2.5 seconds', async () => {
		await stack.control('webhooks', { provider: 'stripe', drop: true });
		const made = await pay();

		await confirmCard(stack, made.clientSecret);
		await stack.control('behaviour', { provider: 'stripe', mode: 'stall', delay_ms: 8000 });
		const began = Date.now();
		const { status, body } = await verify({ payment_id: made.paymentId });

		assert.deepEqual([status, body.success, body.state], [200, false, 'processing']);
		if (Date.now() - began > 2500)
			process.emitWarning(`verify-payment took ${Date.now() - began} ms`);
		await stack.control('behaviour', { provider: 'stripe', mode: 'ok' });
		await eventually('verified', async () => (await verify({ payment_id: made.paymentId })).body.success, { ms: 30_000 });
		assert.equal((await fated(stack, made.paymentId, { order: 'COMPLETED' })).tickets, 1);
	});
});

describe('success that comes late', () => {
	// Paid in time, but Stripe neither tells it nor answers until the places are others'.
	const late = async places => {
		const few = await sale(stack, { places });
		const made = await pay({ ...signed, quantities: 2 }, few);

		await stack.control('webhooks', { provider: 'stripe', drop: true });
		await confirmCard(stack, made.clientSecret);
		await stack.control('behaviour', { provider: 'stripe', mode: 'error500' });
		await stack.moveClock(stack.clockOffset + 45 * 60);
		await eventually('the hold is over', async () => (await counted(stack, few)).held === 0);
		return { few, made };
	};
	// The poller looks every five minutes by then; right after its trouble the breaker may still be open.
	const comes = async (made, order) => {
		await stack.control('behaviour', { provider: 'stripe', mode: 'ok' });
		for (let i = 0; i < 4; i++) {
			await stack.moveClock(stack.clockOffset + 6 * 60);
			const fate = await fated(stack, made.paymentId, { order, ms: 10_000 }).catch(() => undefined);

			if (fate)
				return fate;
		}
		return fated(stack, made.paymentId, { order });
	};

	test('journey 13: places are left, and are taken again', async () => {
		const { few, made } = await late(5);

		assert.equal((await comes(made, 'COMPLETED')).tickets, 2);
		assert.equal((await counted(stack, few)).sold, 2);
	});

	test('journey 14: none is left, and the money goes back', async () => {
		const { few, made } = await late(2);
		const { body: other } = await payByMobile(stack, few, { quantities: 2 });

		await fated(stack, other.payment_id, { order: 'COMPLETED' });
		assert.equal((await comes(made, 'UNFULFILLABLE')).tickets, 0);
		// regression: succeeded was told whatever had become of the tickets
		assert.equal((await verify({ payment_id: made.paymentId })).body.success, false);
		await eventually('the money is back', async () => (await stack.stripe().refunds.list({ payment_intent: made.clientSecret.split('_secret_')[0] })).data.some(refund => refund.status === 'succeeded' && refund.amount === 1777), { ms: 60_000 });
		assert.deepEqual(await counted(stack, few).then(({ held, sold }) => [held, sold]), [0, 2]);
	});

});

describe('what a client may not do', () => {
	test('regression: one cent bought any order', async () => {
		const right = await cardWish(stack, what, signed);
		const simple = { event_id: what.id, create_order: true, ticket_quantities: right.ticket_quantities };

		for (const more of [{ charge_amount_minor: 1 }, { charge_amount_minor: 888 }, { display_amount_minor: 51 }, { display_amount_minor: 5101 }, { charge_currency: 'XOF' }, { display_amount_minor: 100, charge_amount_minor: 17 }]) {
			const refusal = await refused({ ...right, ...more }, 'amount_differs');

			assert.deepEqual([refusal.amount, refusal.currency], [5100, 'XOF']);
		}
		for (const amount of [1, 5000, 5099, 51])
			await refused({ ...simple, amount, currency: 'XOF', amount_is_minor: true }, 'amount_differs');
		await refused({ ...simple, amount: 5100, currency: 'USD', amount_is_minor: true }, 'amount_differs');
	});

	test('regression: the client\'s rate and margin were believed', async () => {
		const right = await cardWish(stack, what, signed);

		await refused({ ...right, fx_den: 100_000, charge_amount_minor: 5 }, 'amount_differs');
		await refused({ ...right, fx_margin_bps: 0, fx_den: 566, charge_amount_minor: 901 }, 'amount_differs');
	});

	test('regression: types of other events, negative and absurd quantities', async () => {
		const other = await sale(stack);
		const right = await cardWish(stack, what, signed);

		await refused({ ...right, ticket_quantities: { [other.types[0]]: 1 } }, 'unknown_type');
		await refused({ ...right, ticket_quantities: { [crypto.randomUUID()]: 1 } }, 'unknown_type');
		for (const n of [-1, 0, 1.5, '1; drop'])
			await refused({ ...right, ticket_quantities: { [what.types[0]]: n } }, 'bad_quantity');
		await refused({ ...right, ticket_quantities: { [what.types[0]]: 11 } }, 'over_order_limit');
		await refused({ ...right, ticket_quantities: { [what.types[0]]: 2, [other.types[0]]: -1 } }, 'bad_quantity');
	});

	test('regression: more was sold than there is', async () => {
		const few = await sale(stack, { places: 2 });

		await pay({ ...signed, quantities: 2 }, few);
		await refused(await cardWish(stack, few, { email: null, quantities: 1 }), 'all_held', stranger.token);
	});

	test('regression: anybody paid, and ordered, in the name of another', async () => {
		const wish = await cardWish(stack, what, { email: null, user_id: stranger.id });

		await refused(wish, 'needs_session', stack.anonKey);
		const { body } = await ask(wish);

		assert.equal(await count('public.orders where id = $1 and user_id = $2', [body.orderId, buyer.id]), 1, JSON.stringify(body));
		// regression: person and address together broke the order
		const both = await ask(await cardWish(stack, what, { quantities: 3, email: 'autre@example.org' }));

		assert.equal(await count('public.orders where id = $1 and user_id = $2 and guest_email is null', [both.body.orderId, buyer.id]), 1, both.text);
	});

	test('orders of others look like none', async () => {
		const made = await pay();

		await refused(await cardWish(stack, what, { order: made.orderId }), 'order_not_found', stranger.token);
		await refused(await cardWish(stack, what, { order: crypto.randomUUID() }), 'order_not_found');
	});

	test('bodies that are none', async () => {
		for (const [body, token, statuses] of [['{', buyer.token, [400]], ['[]', buyer.token, [400]], [{}, buyer.token, [400]], [{ event_id: what.id }, buyer.token, [400]], [{ event_id: 'x', amount: 1 }, buyer.token, [400]], [{ event_id: what.id, create_order: true, display_amount_minor: 5100 }, buyer.token, [400]], [{ event_id: what.id, amount: 5100 }, 'a.b.c', [401]]]) {
			const answer = await ask(body, token);

			assert.ok(statuses.includes(answer.status), `${JSON.stringify(body)}: ${answer.status} ${answer.text}`);
			assert.equal(typeof (answer.body.error ?? answer.body.message), 'string');
		}
	});
});

describe('a page that waits', () => {
	test('Stripe is asked at most once in five seconds, whoever waits', async () => {
		const made = await pay();
		const intent = made.clientSecret.split('_secret_')[0], before = await reads(intent);

		await Promise.all(Array(10).fill().map(() => verify({ payment_id: made.paymentId })));
		assert.ok(await reads(intent) - before <= 2, 'one of the pages, and perhaps the poller');
	});

	test('every way to name it, and none that can be guessed', async () => {
		const made = await pay();
		const intent = made.clientSecret.split('_secret_')[0];

		for (const body of [{ payment_id: made.paymentId }, { internal_token: made.paymentToken }, { payment_token: made.paymentToken }, { stripe_pi: intent }])
			assert.deepEqual(await verify(body).then(answer => [answer.status, answer.body.state, answer.body.payment_id]), [200, 'processing', made.paymentId], JSON.stringify(body));
		for (const body of [{ payment_id: crypto.randomUUID() }, { payment_token: 'stripe-token-1' }, { stripe_pi: 'pi_x' }])
			assert.equal((await verify(body)).status, 404, JSON.stringify(body));
		assert.equal((await verify({})).status, 400);
		// somebody who is signed in is told nothing of another's payment
		assert.equal((await verify({ payment_id: made.paymentId }, stranger.token)).status, 404);
	});
});
