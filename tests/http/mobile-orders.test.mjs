// Orders that are paid with mobile money: whose they are, what a client may not do to them, guests, and
// orders that are made with the payment.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, beforeEach, describe, test } from 'node:test';

import { Till } from '../harness/mobile.mjs';
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

const finalized = (id, token = buyer.token) => eventually('finalized', async () => (await till.status({ payment_id: id }, token)).body.status === 'finalized');
const count = async (text, values) => Number((await stack.db.query(text, values)).rows[0].n);

describe('what a client may not do', () => {
	test('regression: one franc bought any order', async () => {
		const order = await till.order(buyer, what, 2);

		for (const [amount, code] of [[1000, 'amount_differs'], [order.total - 1, 'amount_differs'], [1, 'amount_out_of_bounds'], [5_000_000, 'amount_out_of_bounds']])
			await till.refused(till.body(order, what, { amount_major: amount }), code);
		assert.deepEqual(await till.payments(order), []);
		const refusal = await till.refused(till.body(order, what, { amount_major: 5000 }), 'amount_differs');

		assert.deepEqual([refusal.amount, refusal.currency], [10200, 'XOF']);
	});

	test('regression: orders and events of others were taken as they came', async () => {
		const order = await till.order(buyer, what, 1);
		const elsewhere = await event(stack, { title: 'Ailleurs', startsIn: 240 });

		await till.refused(till.body(order, elsewhere), 'event_mismatch');
		await till.refused(till.body({ id: crypto.randomUUID(), total: 5100 }, what), 'order_not_found');
		// somebody who is signed in is told nothing of another's order
		await till.refused(till.body(order, what), 'order_not_found', { token: stranger.token });
		await stack.db.query(`update public.orders set status = 'CANCELLED' where id = $1`, [order.id]);
		await till.refused(till.body(order, what), 'order_closed');
		assert.deepEqual(await till.payments(order), []);
	});

	test('regression: bad phones left payments behind', async () => {
		const order = await till.order(buyer, what, 1);

		for (const [phone, provider, code] of [['abc', 'moov', 'invalid_phone'], ['+33612345678', 'moov', 'invalid_phone'], ['7012', 'moov', 'invalid_phone'], ['+22670123456', 'wave', 'operator_not_available'], ['+22670123456', 'mtn', 'operator_not_available'], ['+233240000000', 'mtn', 'currency_not_available']])
			await till.refused(till.body(order, what, { phone, provider }), code);
		assert.deepEqual([await till.payments(order), await till.deposits()], [[], []]);
	});

	test('regression: stack traces went out; a bad body is 400 and names its fields', async () => {
		for (const body of [{}, { event_id: 'x' }, { ...till.body({ id: crypto.randomUUID(), total: 1 }, what), phone: undefined }, { ...till.body({ id: 'x', total: 1 }, what) }]) {
			const answer = await till.ask(body);

			assert.deepEqual([answer.status, answer.body.success, answer.body.code, answer.body.details], [400, false, 'invalid_fields', undefined]);
			assert.ok(Object.keys(answer.body.fields).length > 0);
			assert.doesNotMatch(answer.text, /at |\.c:|SELECT|private\./);
		}
		assert.equal((await till.ask('{')).status, 400);
		assert.equal((await call(stack, 'create-pawapay-payment', { body: {}, key: null })).status, 401);
		assert.equal((await till.ask({}, { token: 'a.b.c' })).status, 401);
	});

	test('regression: an account in the body is not the buyer', async () => {
		const body = { ...till.body({ id: undefined, total: 5100 }, what), create_order: true, ticket_lines: [{ ticket_type_id: what.paid, quantity: 1, price_major: 1 }], user_id: stranger.id, buyer_email: 'invite@example.org' };
		const { body: said } = await till.ask(body);

		// without a session nobody buys on somebody's account
		if (said.status === 'ERROR') {
			assert.equal(said.code, 'needs_session');
			return;
		}
		const { rows: [order] } = await stack.db.query('select user_id, guest_email from public.orders where id = $1', [said.order_id]);

		assert.deepEqual(order, { user_id: null, guest_email: 'invite@example.org' });
	});
});

describe('guests', () => {
	test('a guest orders, pays and waits without a session', async () => {
		const anon = stack.client();
		const { data: { order_id: id, token } } = await anon.rpc('guest_order_processor', { p_email: 'Invite@example.org', p_name: 'Invité', p_phone: '70123456', p_event_id: what.id, p_payment_method: 'mobile_money', p_ticket_quantities: { [what.paid]: 2 }, p_payment_details: null, p_event_date_id: null });
		const made = await till.pay({ id, total: 5000 * 2 * 1.02 }, what, { buyer_email: 'invite@example.org' });

		// regression: guests got 401 and could never wait here
		await eventually('finalized', async () => (await till.status({ payment_id: made.payment_id, order_id: id })).body.status === 'finalized');
		assert.equal((await till.status({ payment_id: made.payment_id })).status, 404);
		assert.equal((await till.status({ payment_id: made.payment_id, order_id: crypto.randomUUID() })).status, 404);
		assert.deepEqual(await till.verify({ payment_id: made.payment_id, order_id: id }).then(({ body }) => [body.success, body.state]), [true, 'succeeded']);
		const { data: tickets } = await anon.from('guest_ticket_details').select('*').eq('token', token);

		assert.equal(tickets.length, 2);
	});

	test('a guest whose order is made with the payment', async () => {
		const { status, body } = await till.ask({ ...till.body({ id: undefined, total: 5100 }, what), create_order: true, buyer_email: 'autre@example.org', ticket_quantities: { [what.paid]: 1 } });

		assert.deepEqual([status, body.status, body.order_created], [200, 'ACCEPTED', true], JSON.stringify(body));
		await eventually('finalized', async () => (await till.status({ payment_id: body.payment_id, order_id: body.order_id })).body.status === 'finalized');
		assert.equal((await till.ask({ ...till.body({ id: undefined, total: 5100 }, what), create_order: true, ticket_quantities: { [what.paid]: 1 } })).body.code, 'buyer_required');
	});
});

describe('orders made with the payment', () => {
	const wish = (more = {}) => ({ ...till.body({ id: undefined, total: 5100 }, what), create_order: true, ticket_quantities: { [what.paid]: 1 }, ...more });
	const orderOf = async id => (await stack.db.query('select user_id, guest_email, event_date_id, status, total_minor from public.orders where id = $1', [id])).rows[0];

	test('are the signed-in person\'s, whoever the body names', async () => {
		const { body } = await till.ask(wish({ user_id: stranger.id, buyer_email: 'autre@example.org' }), { token: buyer.token });

		assert.equal(body.status, 'ACCEPTED', JSON.stringify(body));
		assert.deepEqual(await orderOf(body.order_id).then(o => [o.user_id, o.guest_email]), [buyer.id, null]);
		await finalized(body.payment_id);
	});

	test('keep their date', async () => {
		const { rows: [date] } = await stack.db.query(`insert into public.event_dates (event_id, date, start_time) select id, date + 1, time from public.events where id = $1 returning id`, [what.id]);
		const { body } = await till.ask(wish({ event_date_id: date.id }), { token: buyer.token });

		assert.equal(body.status, 'ACCEPTED', JSON.stringify(body));
		await finalized(body.payment_id);
		assert.deepEqual((await stack.db.query('select event_date_id from public.tickets where order_id = $1', [body.order_id])).rows, [{ event_date_id: date.id }]);
		await till.refused(wish({ event_date_id: crypto.randomUUID() }), 'unknown_date', { token: buyer.token });
		await stack.db.query('update public.event_dates set status = $2 where id = $1', [date.id, 'CANCELLED']);
	});

	test('regression: types of others, zero and less, more than allowed, and what is gone were sold', async () => {
		const elsewhere = await event(stack, { title: 'Ailleurs', startsIn: 240 });
		const few = await event(stack, { title: 'Complet', startsIn: 240 });
		const before = await count('select count(*) n from public.orders', []);

		await stack.db.query('update public.ticket_types set quantity = 1 where id = $1', [few.paid]);
		for (const [more, code] of [
			[{ ticket_quantities: { [elsewhere.paid]: 1 } }, 'unknown_type'], [{ ticket_quantities: { [what.paid]: 0 } }, 'bad_quantity'], [{ ticket_quantities: { [what.paid]: -2 } }, 'bad_quantity'],
			[{ ticket_quantities: { [what.paid]: 11 }, amount_major: 56100 }, 'over_order_limit'], [{ event_id: few.id, ticket_quantities: { [few.paid]: 2 }, amount_major: 10200 }, 'sold_out'],
			[{ event_id: crypto.randomUUID() }, 'event_not_found'], [{ ticket_quantities: { [what.free]: 1 } }, 'free_order'],
		])
			await till.refused(wish(more), code, { token: buyer.token });
		assert.equal(await count('select count(*) n from public.orders', []), before);
		assert.deepEqual(await till.places(few.paid), { held: 0, sold: 0 });
	});
});
