// Journeys of buyers (2, 11 to 14, 17, 33) from the first page to the ticket, with what browsers send:
// orders by /rest/v1, payments by the functions. tests/http/README.md says where the other journeys are.
import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';

import { CROWD, NO_CARDS, WITHOUT_MONEY, cardWish, confirmCard, counted, drained, fateOf, fated, freeOrderByRest, hurry, mobileWish, moovNumber, orderByRest, payByCard, payByMobile, priceOf, sale } from '../harness/sales.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually } from '../harness/wire.mjs';
import { signIn, signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename, CROWD);
after(() => stack.stop());
afterEach(async () => assert.deepEqual(await stack.brokenInvariants(), []));

const HELD_AT_MOST = 31 * 60;
const byHand = () => stack.control('pawapay', { settle_ms: -1 });
const byItself = () => stack.control('pawapay', { settle_ms: 50 });
const later = async seconds => {
	await stack.moveClock(stack.clockOffset + seconds);
	await hurry(stack, 'tend-payments', 'refresh-places');
};
const ticketsOf = async (who, order) => {
	const { data, error } = await who.client.from('tickets').select('id,status,event_date_id,ticket_types(name),events(title)').eq('order_id', order);

	assert.equal(error, null);
	return data;
};
// A guest's page: whoever names the order sees it.
const asGuest = order => ticketsOf({ client: stack.client() }, order);
const statusOf = async (payment, order) => (await call(stack, `payment-status?payment_id=${payment}&order_id=${order}`, { method: 'GET' })).body.status;
const verify = (payment, order) => call(stack, 'verify-pawapay-payment', { body: { payment_id: payment, order_id: order } });

test('journey 2: a date of an event with several, 2 + 1 places are held; the hold runs out and the places come back', { timeout: 120_000 }, async () => {
	const what = await sale(stack, { types: [{ name: 'Gradin', price: 3000, places: 10 }, { name: 'Loge', price: 10_000, places: 5 }], dates: [{ days: 10, capacity: 6 }, { days: 11, capacity: 6 }] });
	const visitor = stack.client(), who = await signedIn(stack);
	const { data: dates } = await visitor.from('event_dates').select('id,date,capacity').eq('event_id', what.id).order('date');

	assert.deepEqual(dates.map(one => one.id), what.dates);
	const quantities = { [what.types[0]]: 2, [what.types[1]]: 1 }, [date, other] = what.dates;
	const order = await orderByRest(who, what, { quantities, date });

	assert.deepEqual(await counted(stack, what), { held: 0, sold: 0, left: 15, tickets: 0 }, 'an order that nobody pays holds nothing');
	await byHand();
	const { body } = await payByMobile(stack, what, { order, quantities, date });

	assert.ok(body.deposit_id, JSON.stringify(body));
	assert.equal((await counted(stack, what)).held, 3);
	// the countdown of the page: what its own order and payment tell
	const { data: [payment] } = await who.client.from('payments').select('status,created_at,amount').eq('id', body.payment_id);
	assert.deepEqual([payment.status, Number(payment.amount)], ['pending', await priceOf(stack, what, quantities, date)]);
	const { rows: [{ seconds }] } = await stack.db.query('select extract(epoch from expires_at - private.now())::int as seconds from private.holds where order_id = $1', [order]);
	assert.ok(seconds > 14 * 60 && seconds <= 30 * 60, `${seconds} s`);

	// four more do not fit into this date, though they do into the other
	const four = { [what.types[0]]: 4 };
	const refused = await payByMobile(stack, what, { quantities: four, date });
	assert.ok(['all_held', 'sold_out'].includes(refused.body.code), refused.text);
	assert.equal(refused.body.code, 'all_held', 'what is only held may come back, and the buyer is told so');
	const elsewhere = await payByMobile(stack, what, { quantities: four, date: other });
	assert.ok(elsewhere.body.deposit_id, elsewhere.text);
	await stack.control(`payments/${elsewhere.body.deposit_id}`, { outcome: 'COMPLETED' });
	await fated(stack, elsewhere.body.payment_id, { order: 'COMPLETED' });
	assert.deepEqual((await asGuest(elsewhere.body.order_id)).map(one => one.event_date_id), Array(4).fill(other));

	await later(HELD_AT_MOST);
	await eventually('the places are back', async () => (await counted(stack, what)).held === 0, { ms: 20_000 });
	const again = await payByMobile(stack, what, { quantities: four, date });
	assert.ok(again.body.deposit_id, again.text);
	await stack.control(`payments/${again.body.deposit_id}`, { outcome: 'COMPLETED' });
	await fated(stack, again.body.payment_id, { order: 'COMPLETED' });
	await byItself();
});

describe('journey 11: the browser is closed after paying; the tickets arrive all the same', () => {
	test('by mobile money', async () => {
		const what = await sale(stack), who = await signedIn(stack), order = await orderByRest(who, what, { quantities: 2 });
		const { body } = await payByMobile(stack, what, { order, quantities: 2 });

		await fated(stack, body.payment_id, { order: 'COMPLETED' });
		assert.deepEqual((await ticketsOf(who, order)).map(one => [one.status, one.events.title]), Array(2).fill(['VALID', what.title]));
		const { data: notes } = await who.client.from('notifications').select('type,read').eq('type', 'ORDER_CONFIRMATION');
		assert.equal(notes.length, 1);
		const { data: [seen] } = await who.client.from('orders').select('status,visible_in_history,total').eq('id', order);
		assert.deepEqual([seen.status, seen.visible_in_history, Number(seen.total)], ['COMPLETED', true, await priceOf(stack, what, { [what.types[0]]: 2 })]);
	});

	test('by card, signed in', { skip: NO_CARDS }, async () => {
		const what = await sale(stack), who = await signedIn(stack);
		const { body } = await payByCard(stack, what, { quantities: 2, token: who.token, email: null, user_id: who.id });

		assert.ok(body.clientSecret && body.paymentToken.startsWith('stripe-'), JSON.stringify(body));
		await confirmCard(stack, body.clientSecret);
		await fated(stack, body.paymentId, { order: 'COMPLETED' });
		assert.equal((await ticketsOf(who, body.orderId)).length, 2);
	});

	test('a guest: the link to the tickets comes by mail', async () => {
		const what = await sale(stack), client = stack.client(), email = `invitee.${Date.now()}@example.org`;
		const { data, error } = await client.rpc('guest_order_processor', { p_email: email, p_name: 'Nadia', p_phone: '+22670112233', p_event_id: what.id, p_payment_method: 'MOBILE_MONEY', p_ticket_quantities: { [what.types[0]]: 1 } });

		assert.equal(error, null);
		const { body } = await payByMobile(stack, what, { order: data.order_id, email });
		await fated(stack, body.payment_id, { order: 'COMPLETED' });
		assert.equal((await asGuest(data.order_id)).length, 1);
		const mail = await stack.mailTo(email);
		assert.ok(mail.text.includes(`/verify/${data.token}`), mail.text);
		await drained(stack);
		assert.equal((await stack.mails(() => true, email)).length, 1, 'once');
	});
});

describe('journey 12: a double click and two tabs are one charge', () => {
	test('by mobile money: the same form twice, then in another tab with another key and a new order', async () => {
		const what = await sale(stack), who = await signedIn(stack), phone = moovNumber();

		await byHand();
		const order = await orderByRest(who, what), form = await mobileWish(stack, what, { order, phone, email: who.email, key: `web-pawapay-${Date.now()}-x` });
		const [one, two] = await Promise.all([0, 1].map(() => call(stack, 'create-pawapay-payment', { body: form })));
		const first = [one, two].find(answer => answer.body.payment_id);

		for (const answer of [one, two])
			assert.ok(answer.body.payment_id === first.body.payment_id || answer.body.code === 'key_busy', answer.text);
		// regression: the web makes a new order and a new key at each submit
		const tab = await call(stack, 'create-pawapay-payment', { body: await mobileWish(stack, what, { order: await orderByRest(who, what), phone, email: who.email, key: `web-pawapay-${Date.now()}-y` }) });
		assert.equal(tab.body.payment_id, first.body.payment_id, tab.text);
		await stack.control(`payments/${first.body.payment_id}`, { outcome: 'COMPLETED' });
		await fated(stack, first.body.payment_id, { order: 'COMPLETED' });
		assert.deepEqual([(await counted(stack, what)).sold, (await counted(stack, what)).held], [1, 0]);
		assert.equal((await stack.control('payments?provider=pawapay&kind=deposit&limit=1000')).filter(({ payer }) => payer === phone.slice(1)).length, 1);
		await byItself();
	});

	test('by card: the same key twice is one intent, and says duplicate', { skip: NO_CARDS }, async () => {
		const what = await sale(stack), form = await cardWish(stack, what, { key: `web-stripe-${Date.now()}-x` });
		const first = await call(stack, 'create-stripe-payment', { body: form }), second = await call(stack, 'create-stripe-payment', { body: form });

		assert.deepEqual([second.body.clientSecret, second.body.paymentId, second.body.orderId, second.body.duplicate], [first.body.clientSecret, first.body.paymentId, first.body.orderId, true]);
		await confirmCard(stack, first.body.clientSecret);
		await fated(stack, first.body.paymentId, { order: 'COMPLETED' });
		assert.equal((await counted(stack, what)).sold, 1);
	});
});

test('journey 13: paid after the hold has run out, and there are places: the tickets come after all', { timeout: 120_000 }, async () => {
	const what = await sale(stack), who = await signedIn(stack), order = await orderByRest(who, what);

	await byHand();
	const { body } = await payByMobile(stack, what, { order });
	await later(HELD_AT_MOST);
	await eventually('the hold is over', async () => (await counted(stack, what)).held === 0, { ms: 20_000 });
	await stack.control(`payments/${body.payment_id}`, { outcome: 'COMPLETED' });
	const fate = await fated(stack, body.payment_id, { order: 'COMPLETED' });

	assert.deepEqual([fate.tickets, fate.refunds], [1, []]);
	assert.equal((await ticketsOf(who, order)).length, 1);
	assert.equal(await statusOf(body.payment_id, order), undefined, 'nobody else is told'); // a person's payment, asked without a session
	assert.equal((await verify(body.payment_id, order)).body.state, 'succeeded');
	await byItself();
});

test('journey 14: paid after the hold has run out, and the places are sold: the money goes back within 60 s, and the buyer is told', { timeout: 120_000 }, async () => {
	const what = await sale(stack, { places: 1 }), who = await signedIn(stack), order = await orderByRest(who, what);

	await byHand();
	const { body } = await payByMobile(stack, what, { order });
	await later(HELD_AT_MOST);
	await eventually('the hold is over', async () => (await counted(stack, what)).held === 0, { ms: 20_000 });
	const other = await payByMobile(stack, what);
	await stack.control(`payments/${other.body.payment_id}`, { outcome: 'COMPLETED' });
	await fated(stack, other.body.payment_id, { order: 'COMPLETED' });
	await byItself(); // refunds end by themselves

	const began = Date.now();
	await stack.control(`payments/${body.payment_id}`, { outcome: 'COMPLETED' });
	const fate = await eventually('the money is back', async () => {
		const now = await fateOf(stack, body.payment_id);

		return now.refunds.some(one => one.state === 'SUCCEEDED') ? now : Promise.reject(new Error(JSON.stringify(now)));
	}, { ms: 60_000, every: 100 });
	assert.ok(Date.now() - began < 60_000);
	assert.deepEqual([fate.orderState, fate.tickets, fate.refunds.map(one => one.amount)], ['UNFULFILLABLE', 0, [fate.amount]]);
	const [back] = (await stack.control('payments?provider=pawapay&kind=deposit_refund')).filter(one => one.parent === body.payment_id);
	assert.deepEqual([back.status, back.amount], ['COMPLETED', fate.amount]);
	await drained(stack);
	const { data: notes } = await who.client.from('notifications').select('type,title,message,metadata');
	assert.ok(notes.some(note => /rembours/i.test(`${note.title} ${note.message}`)), JSON.stringify(notes));
	assert.notEqual((await verify(body.payment_id, order)).body.success, true);
});

test('journey 17: a free event: one order for each person, the second is refused', async () => {
	const what = await sale(stack, { types: [{ name: 'Invitation', price: 0, places: 10 }] }), who = await signedIn(stack);
	const first = await freeOrderByRest(who, what);

	assert.equal(first.error, null);
	assert.equal((await ticketsOf(who, first.data.id)).length, 1);
	assert.ok((await freeOrderByRest(who, what)).error);
	// and there is nothing to pay for
	const paid = await payByMobile(stack, what, { amount: 100 });
	assert.notEqual(paid.body.deposit_id !== undefined, true, paid.text);
	assert.equal((await counted(stack, what)).sold, 1);
});

test('journey 33, without the queue: a flash sale; reloading and a second device keep the same place; who comes late is told so', { timeout: 120_000 }, async () => {
	const what = await sale(stack, { places: 3 }), who = await signedIn(stack), phone = moovNumber();

	await byHand();
	const order = await orderByRest(who, what), form = await mobileWish(stack, what, { order, phone, email: who.email, key: 'flash-1' });
	const first = await call(stack, 'create-pawapay-payment', { body: form });
	assert.ok(first.body.deposit_id, first.text);
	// the page is reloaded: its status, and the form once more
	assert.equal((await verify(first.body.payment_id, order)).body.state, 'processing');
	assert.equal((await call(stack, 'create-pawapay-payment', { body: form })).body.payment_id, first.body.payment_id);
	// the telephone: another session of the same person sees the order and the payment
	const second = await signIn(stack, who);
	const { data: mine } = await second.client.from('payments').select('id,status').eq('order_id', order);
	assert.deepEqual(mine, [{ id: first.body.payment_id, status: 'pending' }]);
	assert.equal((await counted(stack, what)).held, 1);

	// the others take the rest; whoever is late is told that places may come back
	const rest = await Promise.all([0, 1].map(() => payByMobile(stack, what)));
	const late = await payByMobile(stack, what);
	assert.equal(late.body.code, 'all_held', late.text);
	for (const one of [first, ...rest])
		await stack.control(`payments/${one.body.payment_id}`, { outcome: 'COMPLETED' });
	for (const one of [first, ...rest])
		await fated(stack, one.body.payment_id, { order: 'COMPLETED' });
	assert.equal((await payByMobile(stack, what)).body.code, 'sold_out');
	assert.equal((await ticketsOf(second, order)).length, 1);
	await byItself();
});

test('declined, then another number for the same order', async () => {
	const what = await sale(stack), who = await signedIn(stack), order = await orderByRest(who, what);
	const first = await payByMobile(stack, what, { order, phone: WITHOUT_MONEY });

	await fated(stack, first.body.payment_id, { state: 'FAILED' });
	const second = await payByMobile(stack, what, { order });
	assert.ok(second.body.deposit_id && second.body.payment_id !== first.body.payment_id, second.text);
	await fated(stack, second.body.payment_id, { order: 'COMPLETED' });
	assert.equal((await ticketsOf(who, order)).length, 1);
});
