// Mobile money, from the browser's order to the tickets: every way a deposit can go (journeys 3 to 9 and
// 12 to 14 of the domain), and what the original did worse.
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
const stranger = await signIn(stack, await person(stack, { name: 'Issa Barry' }));
const what = await event(stack, { title: 'Nuit du Balafon', startsIn: 96 });

beforeEach(async () => {
	await stack.control('reset', {});
	await till.webhooks({});
});

// Who looks at payments by the clock; without it nothing but callbacks and pages moves them.
const poller = (await stack.db.query(`select from private.schedules where name = 'tend-payments'`)).rowCount > 0;
const finalized = (id, token = buyer.token) => eventually('finalized', async () => (await till.status({ payment_id: id }, token)).body.status === 'finalized');
const count = async (text, values) => Number((await stack.db.query(text, values)).rows[0].n);

describe('a deposit that goes well', () => {
	test('journey 3: the phone asks, the callback comes, three tickets', async () => {
		await till.byHand();
		const order = await till.order(buyer, what, 3);
		const before = await till.places(what.paid);
		const made = await till.pay(order, what, { phone: NUMBERS.moov });

		assert.deepEqual([made.status, made.order_id, made.order_created], ['ACCEPTED', order.id, false]);
		assert.deepEqual(await till.places(what.paid), { held: before.held + 3, sold: before.sold });
		assert.deepEqual((await till.deposits()).map(d => [d.id, d.amount, d.currency, d.payer, d.reference]), [[made.payment_id, 15300, 'XOF', NUMBERS.moov.slice(1), order.id]]);
		assert.deepEqual(await till.status({ payment_id: made.payment_id }, buyer.token).then(({ status, body }) => [status, body]), [200, { payment_id: made.payment_id, status: 'pending', source: 'db' }]);
		await till.outcome(made.payment_id, 'COMPLETED');
		await finalized(made.payment_id);
		const row = await till.payment(made.payment_id);

		assert.deepEqual([row.status, row.tickets, row.order_state, Number(row.amount_paid), row.amount_paid_currency, row.transaction_id], ['completed', 3, 'COMPLETED', 15300, 'XOF', made.payment_id]);
		assert.deepEqual(await till.places(what.paid), { held: before.held, sold: before.sold + 3 });
		assert.deepEqual(await till.verify(made.payment_id).then(({ status, body }) => [status, body]), [200, { success: true, state: 'succeeded', provider: 'pawapay', payment_id: made.payment_id, order_id: order.id }]);
		const { data } = await buyer.client.from('tickets').select('id,status').eq('order_id', order.id);

		assert.equal(data.length, 3);
	});

	test('journey 4: Orange wants a code: missing, wrong, right, on one order', async () => {
		const order = await till.order(buyer, what, 1);
		const before = await till.places(what.paid);
		const asked = await till.ask(till.body(order, what, { provider: 'orange', phone: NUMBERS.orange }));

		assert.equal(asked.status, 200);
		assert.deepEqual([asked.body.status, asked.body.requires_otp, asked.body.provider, asked.body.order_id, asked.body.instructions],
			['PRE_AUTH_REQUIRED', true, 'ORANGE_BFA', order.id, { ussd_code_template: '*144*4*6*{amount}#', amount: '5100', currency: 'XOF' }]);
		// regression: each round of the code left an order and a payment behind
		assert.deepEqual([await till.payments(order), await till.places(what.paid), await till.deposits()], [[], before, []]);

		const wrong = await till.pay(order, what, { provider: 'orange', phone: NUMBERS.orange, preAuthorisationCode: '0000' });
		const failed = await till.reaches(wrong.payment_id, 'FAILED');

		assert.match(failed.error_message, /confirmé|code/);
		assert.deepEqual(await till.verify(wrong.payment_id).then(({ body }) => [body.success, body.state, body.error_code, body.requires_pre_auth]), [false, 'failed', 'PAYMENT_NOT_APPROVED', true]);

		// the payment page sends the code alone
		const right = await till.ask({ payment_id: wrong.payment_id, order_id: order.id, preAuthorisationCode: '482913' });

		assert.deepEqual([right.status, right.body.order_id, right.body.state], [200, order.id, 'processing'], JSON.stringify(right.body));
		assert.notEqual(right.body.payment_id, wrong.payment_id);
		await finalized(right.body.payment_id);
		assert.equal((await till.payment(right.body.payment_id)).tickets, 1);
		// regression: codes and numbers stood in the logs
		assert.doesNotMatch(stack.log('functions'), /482913|2607345678/);
	});

	test('journey 4: the code for what waits for it makes the payment', async () => {
		const order = await till.order(buyer, what, 1);
		const { body: { payment_id: draft } } = await till.ask(till.body(order, what, { provider: 'orange-money', phone: NUMBERS.orange }));

		assert.match(draft, /^[0-9a-f-]{36}$/);
		for (const [more, status, code] of [[{}, 400, 'code_required'], [{ otpCode: '12' }, 400, 'invalid_fields'], [{ otpCode: '482913', order_id: crypto.randomUUID() }, 200, 'payment_not_found']])
			assert.deepEqual(await till.ask({ payment_id: draft, order_id: order.id, ...more }).then(answer => [answer.status, answer.body.code]), [status, code]);
		const { body } = await till.ask({ payment_id: draft, order_id: order.id, otpCode: '482913' });

		assert.equal(body.state, 'processing', JSON.stringify(body));
		await finalized(body.payment_id);
		// the page that waits under the draft's id learns of the payment
		assert.deepEqual(await till.verify(draft).then(answer => [answer.body.state, answer.body.payment_id]), ['succeeded', body.payment_id]);
	});

	test('journey 5: Wave in Ivory Coast says yes on its own page', async () => {
		await till.byHand();
		const order = await till.order(buyer, what, 2);
		const made = await till.pay(order, what, { provider: 'wave', phone: NUMBERS.wave, return_url: 'https://evil.example/' });

		assert.equal(made.has_payment_redirect, true, JSON.stringify(made));
		assert.match(made.payment_url, /\/page\/deposits\//);
		await till.reaches(made.payment_id, 'ACTION_REQUIRED');
		assert.deepEqual(await till.verify(made.payment_id).then(({ body }) => [body.state, body.payment_url]), ['processing', made.payment_url]);
		const { body: { data } } = await stack.pawapay(`deposits/${made.payment_id}`);

		assert.ok(data.successfulUrl.startsWith(stack.siteUrl), data.successfulUrl);
		await till.outcome(made.payment_id, 'COMPLETED');
		await finalized(made.payment_id);
	});

	test('operators of other countries, and names that clients use', async () => {
		for (const [provider, phone, operator] of [['MTN_MOMO_CIV', '+2250512345678', 'MTN_MOMO_CIV'], ['orange', '+221 77 123 45 67', 'ORANGE_SEN'], ['moov-money', '226 02 34 56 78', 'MOOV_BFA'], ['moov', '+226226 02345678', 'MOOV_BFA']]) {
			const order = await till.order(buyer, what, 1);
			const made = await till.pay(order, what, { provider, phone });

			assert.equal((await stack.pawapay(`deposits/${made.payment_id}`)).body.data.payer.accountDetails.provider, operator);
			await finalized(made.payment_id);
		}
	});
});

describe('a deposit that does not', () => {
	test('journey 6: too poor, then another operator on the same order', async () => {
		const order = await till.order(buyer, what, 1);
		const poor = await till.pay(order, what, { phone: NUMBERS.poor });
		const failed = await till.reaches(poor.payment_id, 'FAILED');

		assert.match(failed.error_message, /solde/);
		assert.deepEqual(await till.verify(poor.payment_id).then(({ body }) => [body.success, body.state, body.error_code]), [false, 'failed', 'INSUFFICIENT_BALANCE']);
		assert.equal((await till.status({ payment_id: poor.payment_id }, buyer.token)).body.status, 'failed');
		const other = await till.pay(order, what, { provider: 'orange', phone: NUMBERS.orange, otpCode: '482913' });

		assert.notEqual(other.payment_id, poor.payment_id);
		await finalized(other.payment_id);
		// regression: a late FAILED of the first took the order with it
		assert.equal((await till.payment(other.payment_id)).order_state, 'COMPLETED');
	});

	test('regression: what pawaPay rejects was a success with a deposit that does not exist', async () => {
		const order = await till.order(buyer, what, 1);

		await stack.control('pawapay', { closed: ['MOOV_BFA'] });
		const refusal = await till.refused(till.body(order, what), 'PROVIDER_TEMPORARILY_UNAVAILABLE');

		assert.equal((await till.payment(refusal.payment_id)).status, 'failed');
		await stack.control('pawapay', { closed: null });
		await finalized((await till.pay(order, what)).payment_id);
	});

	test('journey 7: nobody calls back; the poller alone finishes it', { skip: !poller }, async () => {
		await till.webhooks({ drop: true });
		const order = await till.order(buyer, what, 1);
		const made = await till.pay(order, what, { phone: NUMBERS.silent });

		await till.reaches(made.payment_id, 'PROCESSING');
		await till.outcome(made.payment_id, 'COMPLETED');
		await stack.moveClock(stack.clockOffset + 120);
		assert.equal((await till.reaches(made.payment_id, 'SUCCEEDED')).tickets, 1);
	});

	test('IN_RECONCILIATION waits, however long', { skip: !poller }, async () => {
		await till.byHand();
		const order = await till.order(buyer, what, 1);
		const made = await till.pay(order, what);

		await till.outcome(made.payment_id, 'IN_RECONCILIATION');
		await stack.moveClock(stack.clockOffset + 1200);
		await till.reaches(made.payment_id, 'PROCESSING');
		await till.outcome(made.payment_id, 'COMPLETED');
		await till.reaches(made.payment_id, 'SUCCEEDED');
	});

	test('journey 8: silence, and the deposit was taken', async () => {
		await till.byHand();
		const order = await till.order(buyer, what, 1);

		await stack.control('behaviour', { provider: 'pawapay', mode: 'timeout_after_accept', delay_ms: 9000 });
		const made = await till.pay(order, what);

		await stack.control('behaviour', { provider: 'pawapay', mode: 'ok' });

		// regression: a timeout marked nothing, or was an error
		assert.equal(made.status, 'PROCESSING');
		assert.ok(made.message.length > 10);
		assert.deepEqual((await till.deposits()).map(d => d.id).includes(made.payment_id), true);
		await till.outcome(made.payment_id, 'COMPLETED');
		await till.reaches(made.payment_id, 'SUCCEEDED');
	});

	test('journey 9: pawaPay does not know it for a quarter of an hour', { skip: !poller }, async () => {
		const order = await till.order(buyer, what, 1);

		await stack.control('behaviour', { provider: 'pawapay', mode: 'error500' });
		const made = await till.pay(order, what);

		assert.equal(made.status, 'PROCESSING');
		assert.equal((await till.verify(made.payment_id)).body.state, 'processing'); // trouble is no answer
		await stack.control('behaviour', { provider: 'pawapay', mode: 'ok' });
		await stack.moveClock(stack.clockOffset + 60);
		await till.reaches(made.payment_id, 'UNKNOWN');
		assert.equal((await till.verify(made.payment_id)).body.state, 'processing');
		await stack.moveClock(stack.clockOffset + 16 * 60);
		await till.reaches(made.payment_id, 'FAILED');
		assert.deepEqual(await till.verify(made.payment_id).then(({ body }) => [body.state, body.error_code]), ['failed', 'NEVER_REACHED']);
	});
});

describe('success that comes late', () => {
	const scarce = async quantity => {
		const few = await event(stack, { title: 'Petite salle', startsIn: 240 });

		await stack.db.query('update public.ticket_types set quantity = $2 where id = $1', [few.paid, quantity]);
		return few;
	};
	const late = async (few, quantity) => {
		await till.byHand();
		const order = await till.order(buyer, few, quantity);
		const made = await till.pay(order, few);

		await stack.moveClock(stack.clockOffset + 45 * 60);
		await eventually('the hold is over', async () => (await till.places(few.paid)).held === 0);
		return { order, made };
	};

	test('journey 13: places are left, and are taken again', async () => {
		const few = await scarce(5);
		const { made } = await late(few, 2);

		await till.outcome(made.payment_id, 'COMPLETED');
		const row = await till.reaches(made.payment_id, 'SUCCEEDED');

		assert.deepEqual([row.tickets, row.order_state], [2, 'COMPLETED']);
		assert.deepEqual(await till.places(few.paid), { held: 0, sold: 2 });
	});

	test('journey 14: none is left, and the money goes back', async () => {
		const few = await scarce(2);
		const { made, order } = await late(few, 2);
		const other = await till.pay(await till.order(stranger, few, 2), few, { phone: '+22602345178' });

		await till.outcome(other.payment_id, 'COMPLETED');
		await till.reaches(other.payment_id, 'SUCCEEDED');
		await till.byHand(false);
		await till.outcome(made.payment_id, 'COMPLETED');
		const row = await till.reaches(made.payment_id, 'SUCCEEDED');

		assert.deepEqual([row.tickets, row.order_state], [0, 'UNFULFILLABLE']);
		assert.deepEqual(await till.status({ payment_id: made.payment_id }, buyer.token).then(({ body }) => body.status), 'failed');
		assert.deepEqual(await till.verify(made.payment_id).then(({ body }) => [body.success, body.state, body.error_code]), [false, 'failed', 'REFUNDED']);
		// the money goes back within a minute, by pawaPay's own word
		await eventually('a refund that succeeded', async () => await count(`select count(*) n from private.refunds where payment_id = $1 and state = 'SUCCEEDED' and amount_minor = 10200`, [made.payment_id]) === 1, { ms: 60_000 });
		assert.deepEqual((await stack.control('payments?provider=pawapay&kind=deposit_refund')).map(r => [r.parent, r.status, r.amount]), [[made.payment_id, 'COMPLETED', 10200]]);
		assert.deepEqual((await stack.db.query(`select state from private.webhook_inbox where event_type = 'refund.COMPLETED'`)).rows, [{ state: 'PROCESSED' }]);
		assert.equal(await count('select count(*) n from public.tickets where order_id = $1', [order.id]), 0);
		assert.deepEqual(await till.places(few.paid), { held: 0, sold: 2 });
	});
});

describe('asking twice', () => {
	test('journey 12: a double tap and two tabs are one deposit', async () => {
		await till.byHand();
		const order = await till.order(buyer, what, 1);
		const body = till.body(order, what);
		// regression: each tap was a deposit of its own
		const taps = await Promise.all([...Array(4).fill(body), ...Array(4).fill().map(() => till.body(order, what, { phone: body.phone }))].map(one => till.ask(one)));

		assert.deepEqual([...new Set(taps.map(tap => tap.status))], [200]);
		const done = taps.filter(tap => tap.body.payment_id !== undefined && tap.body.status !== 'ERROR');

		assert.ok(done.length > 0);
		assert.equal(new Set(done.map(tap => tap.body.payment_id)).size, 1, JSON.stringify(taps.map(tap => tap.body)));
		for (const tap of taps.filter(one => !done.includes(one)))
			assert.equal(tap.body.code, 'key_busy', JSON.stringify(tap.body));
		assert.equal((await till.payments(order)).length, 1);
		assert.equal((await till.deposits()).length, 1);
		await till.outcome(done[0].body.payment_id, 'COMPLETED');
		await finalized(done[0].body.payment_id);
		await till.refused(till.body(order, what), 'already_paid');
		// the same request once more tells the end of the first
		assert.deepEqual(await till.ask(body).then(again => [again.body.payment_id, again.body.status]), [done[0].body.payment_id, 'COMPLETED']);
	});

	test('a key is bound to what it was used for', async () => {
		const body = till.body(await till.order(buyer, what, 1), what);

		await till.pay({ id: body.order_id, total: body.amount_major }, what, body);
		await till.refused({ ...body, order_id: (await till.order(buyer, what, 1)).id }, 'key_reused');
	});

	test('pawaPay is asked at most once in five seconds, whoever waits', async () => {
		await till.byHand();
		const made = await till.pay(await till.order(buyer, what, 1), what);
		const asked = async () => (await stack.control(`requests?provider=pawapay&limit=1000`)).filter(r => r.method === 'GET' && r.path.includes(made.payment_id)).length;
		const before = await asked();

		await Promise.all(Array(10).fill().map(() => till.verify(made.payment_id)));
		assert.ok(await asked() - before <= 2, 'one of the pages, and perhaps the poller');
	});
});

describe('waiting', () => {
	test('regression: any person could read any payment', async () => {
		await till.byHand();
		const order = await till.order(buyer, what, 1);
		const made = await till.pay(order, what);

		for (const token of [stranger.token, stack.anonKey])
			assert.equal((await till.status({ payment_id: made.payment_id, order_id: order.id }, token)).status, 404);
		assert.equal((await till.status({ order_id: order.id }, buyer.token)).body.payment_id, made.payment_id);
		assert.equal((await till.status({}, buyer.token)).status, 400);
		assert.equal((await call(stack, `payment-status?payment_id=${made.payment_id}`, { method: 'GET', key: null })).status, 401);
		// a session must be the buyer's; without one the id is the key, and no personal data comes
		assert.equal((await till.verify(made.payment_id, { token: stranger.token })).status, 404);
		assert.deepEqual(Object.keys((await till.verify(made.payment_id)).body).sort(), ['message', 'order_id', 'payment_id', 'provider', 'state', 'success']);
	});

	test('verify knows a payment by its id, its token and its reference', async () => {
		const made = await till.pay(await till.order(buyer, what, 1), what);

		await finalized(made.payment_id);
		const { token } = await till.payment(made.payment_id);

		for (const key of [{ payment_id: made.payment_id }, { internal_token: token }, { payment_token: made.deposit_id }, { payment_id: made.payment_id, internal_token: made.payment_id }])
			assert.deepEqual(await till.verify(key).then(({ status, body }) => [status, body.state, body.payment_id]), [200, 'succeeded', made.payment_id]);
		for (const [key, status] of [[{}, 400], [{ payment_id: crypto.randomUUID() }, 404], [{ internal_token: 'x' }, 404]])
			assert.equal((await till.verify(key)).status, status);
	});

	test('regression: a payment under way was failed when it had no reference yet', async () => {
		await till.byHand();
		const made = await till.pay(await till.order(buyer, what, 1), what);

		await stack.db.query(`update public.payments set transaction_id = null where id = $1`, [made.payment_id]);
		assert.equal((await till.verify(made.payment_id)).body.state, 'processing');
	});

	test('check-pawapay-status: with the secret alone, and only for a pair that belongs together', async () => {
		await till.byHand();
		await till.webhooks({ drop: true });
		const made = await till.pay(await till.order(buyer, what, 1), what);
		const check = (body, secret) => call(stack, 'check-pawapay-status', { body, headers: secret === undefined ? {} : { 'X-Finalize-Secret': secret } });
		const pair = { payment_id: made.payment_id, deposit_id: made.deposit_id };

		for (const secret of [undefined, '', 'wrong', `${stack.env.FINALIZE_ORDER_SECRET}x`])
			assert.equal((await check(pair, secret)).status, 401);
		assert.deepEqual(await check({ ...pair, deposit_id: crypto.randomUUID() }, stack.env.FINALIZE_ORDER_SECRET).then(({ status, body }) => [status, body.code]), [400, 'payment_not_found']);
		assert.equal((await check({ payment_id: made.payment_id }, stack.env.FINALIZE_ORDER_SECRET)).status, 400);
		await till.outcome(made.payment_id, 'COMPLETED');
		assert.deepEqual((await check(pair, stack.env.FINALIZE_ORDER_SECRET)).body, { ok: true, status: 'pending', queued: true });
		await till.reaches(made.payment_id, 'SUCCEEDED', 10_000);
		assert.deepEqual((await check(pair, stack.env.FINALIZE_ORDER_SECRET)).body, { ok: true, note: 'already handled', status: 'completed' });
	});
});
