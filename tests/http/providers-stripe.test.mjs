// The stand-in of Stripe, tried by Stripe's own library, with a receiver that checks every signature.
import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';

import { cards } from '../harness/cards.mjs';
import { Stripe } from '../harness/packages.mjs';
import { Receiver } from '../harness/receiver.mjs';
import { Stack } from '../harness/stack.mjs';
import { eventually } from '../harness/wire.mjs';

const stack = await Stack.start(import.meta.filename);
const receiver = await Receiver.start();
const stripe = stack.stripe();
after(() => stack.stop());
after(() => receiver.stop());

// Every test begins with a provider that knows nothing, and a receiver that says yes.
beforeEach(async () => {
	await stack.control('reset', {});
	await stack.control('webhooks', { provider: 'stripe', url: receiver.url, retry_ms: 20 });
	receiver.got = [];
	receiver.answers = () => 200;
});

const refused = promise => promise.then(() => assert.fail('it was not refused'), error => error);
const { intent, pay, paid } = cards(stripe);

describe('a card', () => {
	test('an intent is made, read and paid, and shows its charge', async () => {
		const made = await intent();

		assert.match(made.id, /^pi_\w{24}$/);
		assert.equal(made.client_secret.startsWith(`${made.id}_secret_`), true);
		assert.deepEqual([made.status, made.amount, made.currency, made.amount_received, made.latest_charge, made.livemode], ['requires_payment_method', 871, 'usd', 0, null, false]);
		assert.deepEqual({ ...(await stripe.paymentIntents.retrieve(made.id)) }, { ...made });
		const done = await stripe.paymentIntents.confirm(made.id, { payment_method: 'pm_card_visa', expand: ['latest_charge'] });

		assert.deepEqual([done.status, done.amount_received, done.latest_charge.status, done.latest_charge.payment_intent, done.latest_charge.payment_method_details.card.last4], ['succeeded', 871, 'succeeded', made.id, '4242']);
		assert.match(done.lastResponse.requestId, /^req_/);
		assert.equal((await refused(pay(made.id))).code, 'payment_intent_unexpected_state');
		assert.equal((await stripe.paymentIntents.list({ limit: 3 })).data[0].id, made.id);
		assert.deepEqual(await stack.control('payments?provider=stripe').then(([one]) => [one.id, one.amount, one.currency, one.status, one.refunded, one.reference, one.payer]),
			[made.id, 871, 'usd', 'succeeded', 0, 'ORD-1', '4242424242424242']);
	});

	for (const [card, code, decline] of [
		['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
		['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
		['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
		['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
		['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
	]) {
		test(`${card} is declined, and the same intent can still be paid`, async () => {
			const { id } = await intent();
			const error = await refused(pay(id, card));

			assert.ok(error instanceof Stripe.errors.StripeCardError, error.type);
			assert.deepEqual([error.statusCode, error.code, error.decline_code, error.payment_intent.status, error.headers['stripe-should-retry']], [402, code, decline, 'requires_payment_method', 'false']);
			assert.equal((await stripe.charges.retrieve(error.charge)).failure_code, code);
			assert.equal((await stripe.paymentIntents.retrieve(id)).last_payment_error.decline_code, decline);
			assert.equal((await pay(id)).status, 'succeeded');
			await receiver.wait(({ json }) => json.type === 'payment_intent.succeeded');
			const types = receiver.got.map(({ json }) => json.type).sort();

			assert.deepEqual(types, ['charge.failed', 'charge.succeeded', 'payment_intent.created', 'payment_intent.payment_failed', 'payment_intent.succeeded']);
		});
	}

	test('by number, as a form at a browser gives it', async () => {
		const data = number => ({ payment_method_data: { type: 'card', card: { number, exp_month: 12, exp_year: 34, cvc: '123' } } });
		const { id } = await intent();

		assert.equal((await refused(stripe.paymentIntents.confirm(id, data('4242424242424241')))).code, 'incorrect_number');
		assert.equal((await refused(stripe.paymentIntents.confirm(id, data('4000000000000069')))).code, 'expired_card');
		assert.equal((await stripe.paymentIntents.confirm(id, data('5555555555554444'))).status, 'succeeded');
	});

	test('3-D Secure: the payer goes to the bank and comes back, or fails there', async () => {
		const asked = await stripe.paymentIntents.create({ amount: 5000, currency: 'xof', confirm: true, payment_method: 'pm_card_threeDSecure2Required', return_url: 'https://temba.example/back?a=1' });

		assert.deepEqual([asked.status, asked.next_action.type], ['requires_action', 'redirect_to_url']);
		const page = asked.next_action.redirect_to_url.url;

		assert.match(await (await fetch(page)).text(), /Pay 5000 xof to Temba/);
		const no = await fetch(page, { method: 'POST', body: new URLSearchParams({ answer: 'no' }), redirect: 'manual' });

		assert.equal(new URL(no.headers.get('location')).searchParams.get('redirect_status'), 'failed');
		assert.equal((await stripe.paymentIntents.retrieve(asked.id)).last_payment_error.code, 'payment_intent_authentication_failure');
		await stripe.paymentIntents.confirm(asked.id, { payment_method: 'pm_card_threeDSecure2Required', return_url: 'https://temba.example/back?a=1' });
		const yes = await fetch(page, { method: 'POST', body: new URLSearchParams({ answer: 'yes' }), redirect: 'manual' });
		const back = new URL(yes.headers.get('location'));

		assert.deepEqual([yes.status, back.searchParams.get('a'), back.searchParams.get('payment_intent'), back.searchParams.get('redirect_status')], [303, '1', asked.id, 'succeeded']);
		assert.equal((await stripe.paymentIntents.retrieve(asked.id)).status, 'succeeded');
		await receiver.wait(({ json }) => json.type === 'payment_intent.requires_action', 2);

		const declined = await paid('pm_card_threeDSecureRequiredChargeDeclined');

		assert.equal(declined.status, 'requires_action');
		await stack.control(`payments/${declined.id}`, { outcome: 'COMPLETED' });
		assert.equal((await stripe.paymentIntents.retrieve(declined.id)).last_payment_error.decline_code, 'generic_decline');
	});

	test('an automatic intent wants to know where to send the payer back', async () => {
		const { id } = await intent({ automatic_payment_methods: { enabled: true } });

		assert.equal((await refused(pay(id))).param, 'return_url');
	});

	test('canceled once is not paid later, and a paid one is not canceled', async () => {
		const { id } = await intent();

		assert.deepEqual(await stripe.paymentIntents.cancel(id, { cancellation_reason: 'abandoned' }).then(({ status, cancellation_reason: why }) => [status, why]), ['canceled', 'abandoned']);
		assert.equal((await refused(pay(id))).code, 'payment_intent_unexpected_state');
		assert.equal((await refused(stripe.paymentIntents.cancel((await paid()).id))).code, 'payment_intent_unexpected_state');
		await receiver.wait(({ json }) => json.type === 'payment_intent.canceled');
	});

	test('amounts: XOF has no cents; too little, too much and no number are refused', async () => {
		assert.equal((await intent({ amount: 5000, currency: 'xof' })).amount, 5000);
		for (const [more, code, param] of [
			[{ amount: 49 }, 'amount_too_small', 'amount'], [{ amount: 100, currency: 'xof' }, 'amount_too_small', 'amount'], [{ amount: 100_000_000 }, 'amount_too_large', 'amount'],
			[{ amount: 'abc' }, 'parameter_invalid_integer', 'amount'], [{ amount: 8.71 }, 'parameter_invalid_integer', 'amount'], [{ amount: undefined }, 'parameter_missing', 'amount'],
			[{ currency: 'xxx' }, undefined, 'currency'], [{ surprise: 1 }, 'parameter_unknown', 'surprise'], [{ receipt_email: 'nobody' }, 'email_invalid', 'receipt_email'],
			[{ metadata: { order_id: 'x'.repeat(501) } }, undefined, 'metadata[order_id]'], [{ amount: 1234, currency: 'ugx' }, 'invalid_charge_amount', 'amount'],
		]) {
			const error = await refused(intent(more));

			assert.deepEqual([error.statusCode, error.type, error.code, error.param], [400, 'StripeInvalidRequestError', code, param], JSON.stringify(more));
		}
	});

	test('keys: secret, publishable, wrong, none', async () => {
		const { id, client_secret: secret } = await intent();
		const browser = stack.stripe('pk_test_anything');

		assert.equal((await browser.paymentIntents.retrieve(id, { client_secret: secret })).id, id);
		assert.equal((await refused(browser.paymentIntents.retrieve(id))).code, 'resource_missing');
		assert.equal((await refused(browser.paymentIntents.create({ amount: 871, currency: 'usd' }))).code, 'secret_key_required');
		assert.equal((await browser.paymentIntents.confirm(id, { client_secret: secret, payment_method: 'pm_card_visa' })).status, 'succeeded');
		const error = await refused(stack.stripe('sk_test_wrong0000').paymentIntents.list());

		assert.ok(error instanceof Stripe.errors.StripeAuthenticationError, error.message);
		assert.doesNotMatch(error.message, /sk_test_wrong0000/);
		assert.equal((await fetch(`${stack.providersUrl}/stripe/v1/payment_intents`)).status, 401);
		assert.equal((await refused(stripe.paymentIntents.retrieve('pi_nothing'))).statusCode, 404);
		assert.equal((await fetch(`${stack.providersUrl}/stripe/v1/nothing`, { headers: { Authorization: `Bearer ${stack.secret('STRIPE_SECRET_KEY')}` } })).status, 404);
	});
});

describe('idempotency keys', () => {
	const keyed = (key, more) => intent(more, { idempotencyKey: key });

	test('give the first answer again, a decline too, and refuse other parameters', async () => {
		const first = await keyed('k1'), again = await keyed('k1');

		assert.equal(again.id, first.id);
		assert.deepEqual([first, again].map(({ lastResponse: { headers } }) => headers['idempotent-replayed']), [undefined, 'true']);
		assert.equal(again.lastResponse.headers['original-request'], first.lastResponse.requestId);
		const other = await refused(keyed('k1', { amount: 872 }));

		assert.ok(other instanceof Stripe.errors.StripeIdempotencyError, other.type);
		assert.equal(other.statusCode, 400);
		assert.equal((await refused(stripe.refunds.create({ payment_intent: first.id }, { idempotencyKey: 'k1' }))).rawType, 'idempotency_error');
		const confirm = () => stripe.paymentIntents.confirm(first.id, { payment_method: 'pm_card_visa_chargeDeclined' }, { idempotencyKey: 'k2' });

		assert.equal((await refused(confirm())).charge, (await refused(confirm())).charge);
		assert.equal((await stack.control('payments?provider=stripe')).length, 1);
	});

	test('a bad request leaves the key free', async () => {
		await refused(keyed('k3', { amount: 1 }));
		assert.equal((await keyed('k3')).status, 'requires_payment_method');
	});

	test('two at once: one is made, the other is told to wait', async () => {
		await stack.control('behaviour', { provider: 'stripe', mode: 'slow', delay_ms: 300 });
		const [one, two] = await Promise.allSettled([keyed('k4'), keyed('k4')]);
		const error = one.reason ?? two.reason;

		assert.deepEqual([one.status, two.status].sort(), ['fulfilled', 'rejected']);
		assert.deepEqual([error.statusCode, error.code, error.headers['stripe-should-retry']], [409, 'idempotency_key_in_use', 'true']);
		await stack.control('behaviour', { provider: 'stripe', mode: 'ok' });
		assert.equal((await keyed('k4')).id, (one.value ?? two.value).id);
	});

	test('an answer that was lost comes at the next try; a 500 comes again', async () => {
		await stack.control('behaviour', { provider: 'stripe', mode: 'truncated', count: 1 });
		await refused(keyed('k5'));
		const [truth] = await stack.control('payments?provider=stripe');

		assert.equal((await keyed('k5')).id, truth.id);
		await stack.control('behaviour', { provider: 'stripe', mode: 'error500', count: 1 });
		for (let i = 0; i < 2; i++)
			assert.equal((await refused(keyed('k6'))).statusCode, 500);
		assert.equal((await keyed('k7')).status, 'requires_payment_method');
		await stack.control('behaviour', { provider: 'stripe', mode: 'error429', count: 1 });
		assert.ok(await refused(keyed('k8')) instanceof Stripe.errors.StripeRateLimitError);
		assert.equal((await keyed('k8')).status, 'requires_payment_method');
	});
});

describe('refunds and disputes', () => {
	test('whole, in parts, never too much', async () => {
		const { id, latest_charge: charge } = await paid();
		const part = await stripe.refunds.create({ payment_intent: id, amount: 300, reason: 'requested_by_customer' });

		assert.deepEqual([part.status, part.amount, part.charge, part.payment_intent], ['succeeded', 300, charge, id]);
		assert.match((await refused(stripe.refunds.create({ charge, amount: 600 }))).message, /greater than unrefunded amount/);
		assert.equal((await stripe.refunds.create({ charge })).amount, 571);
		assert.equal((await refused(stripe.refunds.create({ charge }))).code, 'charge_already_refunded');
		assert.deepEqual(await stripe.charges.retrieve(charge).then(({ refunded, amount_refunded: sum }) => [refunded, sum]), [true, 871]);
		assert.deepEqual((await stripe.refunds.list({ payment_intent: id })).data.map(({ amount }) => amount), [571, 300]);
		assert.equal((await stack.control('payments?provider=stripe'))[0].refunded, 871);
		assert.equal((await refused(stripe.refunds.create({ payment_intent: (await intent()).id }))).code, 'payment_intent_unexpected_state');
		await receiver.wait(({ json }) => json.type === 'charge.refunded' && json.data.object.refunded);
	});

	test('two refunds at once cannot take more than there is', async () => {
		const { id } = await paid();
		const ends = await Promise.allSettled(Array.from({ length: 8 }, () => stripe.refunds.create({ payment_intent: id, amount: 400 })));

		assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 2);
		assert.equal((await stack.control('payments?provider=stripe'))[0].refunded, 800);
	});

	test('some are pending first, some fail later', async () => {
		const later = await stripe.refunds.create({ payment_intent: (await paid('pm_card_pendingRefund')).id });

		assert.equal(later.status, 'pending');
		await eventually('it succeeds', async () => (await stripe.refunds.retrieve(later.id)).status === 'succeeded');
		const { id } = await paid('pm_card_refundFail');
		const fails = await stripe.refunds.create({ payment_intent: id });

		assert.equal(fails.status, 'succeeded');
		const [{ json }] = await receiver.wait(({ json: { type } }) => type === 'refund.failed');

		assert.deepEqual([json.data.object.id, json.data.object.status, json.data.object.failure_reason], [fails.id, 'failed', 'expired_or_canceled_card']);
		assert.equal((await stack.control('payments?provider=stripe'))[0].refunded, 0);
	});

	test('a dispute is opened by its card, won by evidence, lost when it is closed', async () => {
		const { id, latest_charge: charge } = await paid('pm_card_createDispute');
		const [{ json }] = await receiver.wait(({ json: { type } }) => type === 'charge.dispute.created');
		const dispute = json.data.object;

		assert.deepEqual([dispute.charge, dispute.payment_intent, dispute.amount, dispute.reason, dispute.status], [charge, id, 871, 'fraudulent', 'needs_response']);
		assert.equal((await refused(stripe.refunds.create({ charge }))).code, 'charge_disputed');
		assert.equal((await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: 'winning_evidence' } })).status, 'won');
		await receiver.wait(({ json: { type } }) => type === 'charge.dispute.funds_reinstated');
		const second = await paid();

		await stack.control(`payments/${second.id}`, { outcome: 'DISPUTED:product_not_received' });
		const [open] = (await stripe.disputes.list({ charge: second.latest_charge })).data;

		assert.equal((await stripe.disputes.close(open.id)).status, 'lost');
		await stack.control(`payments/${open.id}`, { outcome: 'won' }, 409);
	});
});

describe('Stripe\'s webhooks', () => {
	const secret = () => stack.secret('STRIPE_WEBHOOK_SECRET');
	const event = ({ body, headers }, of = secret()) => stripe.webhooks.constructEvent(body, headers['stripe-signature'], of);

	test('are signed over the bytes that come, which are not those of a compact writer', async () => {
		const { id } = await paid();
		const [one] = await receiver.wait(({ json }) => json.type === 'payment_intent.succeeded');
		const { data: { object }, type, ...rest } = event(one);

		assert.deepEqual([type, object.id, object.amount_received, rest.api_version, rest.pending_webhooks, rest.livemode], ['payment_intent.succeeded', id, 871, '2024-06-20', 1, false]);
		assert.match(rest.request.id, /^req_/);
		assert.notEqual(one.body.toString(), JSON.stringify(one.json));
		assert.throws(() => stripe.webhooks.constructEvent(JSON.stringify(one.json), one.headers['stripe-signature'], secret()), Stripe.errors.StripeSignatureVerificationError);
		assert.deepEqual(await stripe.events.retrieve(rest.id).then(({ data }) => data.object.id), id);
		assert.equal((await stripe.events.list({ type: 'payment_intent.succeeded' })).data[0].id, rest.id);
	});

	test('during a rotation two secrets sign; another one may sign alone', async () => {
		await stack.control('webhooks', { provider: 'stripe', rotate: true });
		await paid();
		for (const one of await receiver.wait(() => true, 3)) {
			assert.equal(one.headers['stripe-signature'].match(/v1=/g).length, 2);
			event(one);
		}
		await stack.control('webhooks', { provider: 'stripe', rotate: null, secrets: ['whsec_the_next_one'] });
		receiver.got = [];
		await intent();
		const [one] = await receiver.wait(() => true);

		event(one, 'whsec_the_next_one');
		assert.throws(() => event(one));
	});

	test('come again with growing gaps until 2xx', async () => {
		let left = 4;

		receiver.answers = () => (left-- > 0 ? 503 : 200);
		const { id } = await intent();
		const tries = await receiver.wait(() => true, 5);

		assert.deepEqual(new Set(tries.map(({ json }) => json.id)).size, 1);
		for (const one of tries)
			event(one);
		// 20, 40, 80, 160 ms at least
		for (const [i, gap] of [15, 35, 75, 155].entries())
			assert.ok(tries[i + 1].at - tries[i].at >= gap, tries.map(({ at }) => at).join());
		const [delivery] = await eventually('it is delivered', async () => {
			const list = await stack.control(`deliveries?object=${id}`);

			return list[0].state === 'delivered' && list;
		});

		assert.deepEqual([delivery.attempts, delivery.status, delivery.answer, delivery.what], [5, 200, 'noted', 'payment_intent.created']);
		assert.deepEqual([delivery.due, receiver.got.length], [null, 5]);
	});

	test('dropped, doubled, shuffled, late', async () => {
		await stack.control('webhooks', { provider: 'stripe', drop: true });
		await paid();
		assert.deepEqual(await stack.control('deliveries'), []);
		await stack.control('webhooks', { provider: 'stripe', drop: null, duplicate: 4, shuffle_ms: 200, delay_ms: [100, 150] });
		const begun = Date.now();
		const many = await Promise.all(Array.from({ length: 10 }, () => intent()));
		const got = await receiver.wait(() => true, 50);

		assert.ok(Math.min(...got.map(({ at }) => at)) - begun >= 100);
		for (const { id } of many)
			assert.equal(got.filter(({ json }) => json.data.object.id === id).length, 5);
		const made = (await stack.control('deliveries?limit=50')).reverse().map(({ object }) => object);

		assert.notDeepEqual(got.map(({ json }) => json.data.object.id), made);
	});

	test('forged: not one of them passes, and all genuine ones do', async () => {
		await stack.control('webhooks', { provider: 'stripe', forge_percent: 100 });
		for (const kind of ['signature', 'amount', 'old', 'unsigned']) {
			await stack.control('webhooks', { provider: 'stripe', forge_kinds: [kind] });
			receiver.got = [];
			await intent();
			const genuine = (await receiver.wait(() => true, 2)).filter(one => {
				try {
					return event(one);
				} catch (error) {
					assert.ok(error instanceof Stripe.errors.StripeSignatureVerificationError);
					return false;
				}
			});

			assert.deepEqual([genuine.length, genuine[0].json.data.object.amount], [1, 871], kind);
		}
		receiver.answers = () => 400; // who is refused does not come again
		await stack.control('webhooks', { provider: 'stripe', forge_kinds: ['amount'], retry_ms: 100_000 });
		receiver.got = [];
		await intent();
		assert.equal((await receiver.wait(({ json }) => json.data.object.amount === 1))[0].json.data.object.amount, 1);
		await eventually('the forged one is given up', async () => (await stack.control('deliveries')).some(({ forged, state }) => forged === 'amount' && state === 'given up'));
	});

	test('a test\'s own: any body, signed; an earlier one once more', async () => {
		await stack.control('deliveries', { provider: 'stripe', object: 'pi_of_nobody', what: 'payment_intent.succeeded', body: { id: 'evt_of_nobody', type: 'payment_intent.succeeded' } });
		const [one] = await receiver.wait(() => true);

		assert.equal(event(one).id, 'evt_of_nobody');
		const [{ number }] = await stack.control('deliveries');

		await stack.control('deliveries', { number });
		await receiver.wait(({ json }) => json.id === 'evt_of_nobody', 2);
		await stack.control('deliveries', { number: 1_000_000 }, 404);
	});
});
