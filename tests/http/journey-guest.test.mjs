// journey-guest.test.mjs: journey 16: a guest buys, opens the link, signs up later with the same address,
// and has the tickets once.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { CROWD, confirmCard, fated, payByCard, payByMobile, sale } from '../harness/sales.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually } from '../harness/wire.mjs';
import { address, signIn, person } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename, CROWD);
after(() => stack.stop());

const rows = async (client, order) => (await client.from('tickets').select('id,status,user_id,qr_code').eq('order_id', order)).data;
const prove = (who, what) => stack.db.query(`update private.people set ${what}_verified_at = private.now() where user_id = $1`, [who.id]);

test('journey 16: the tickets of a guest are those of the person who proves the address', async () => {
	const what = await sale(stack, { places: 50 });
	const email = address('invitee');
	const guest = stack.client();
	const { data: order, error } = await guest.rpc('guest_order_processor', { p_email: email.toUpperCase(), p_name: 'Aminata', p_phone: '70112233', p_event_id: what.id, p_payment_method: 'MOBILE_MONEY',
		p_ticket_quantities: { [what.types[0]]: 2 }, p_payment_details: { cardNumber: '4242424242424242' }, p_event_date_id: null });

	assert.equal(error, null);
	assert.equal(order.success, true, JSON.stringify(order));
	const { status, body } = await payByMobile(stack, what, { quantities: 2, order: order.order_id });
	assert.equal(status, 200, JSON.stringify(body));
	await fated(stack, body.payment_id, { order: 'COMPLETED' });
	const { data: shown } = await guest.from('guest_ticket_details').select('id,event_title,guest_email').eq('token', order.token);
	assert.deepEqual([shown.length, shown[0].guest_email], [2, email]);

	// the account alone gives nothing: anybody can sign up with any address
	const who = await signIn(stack, await person(stack, { name: 'Aminata', email, verified: false }));
	assert.deepEqual(await rows(who.client, order.order_id).then(all => all.map(one => one.user_id)), [null, null], 'seen by the order\'s id, and nobody\'s yet');
	assert.equal((await who.client.from('orders').select('id')).data.length, 0);

	const before = await rows(who.client, order.order_id);
	await Promise.all([prove(who, 'email'), prove(who, 'email')]);
	const mine = await rows(who.client, order.order_id);
	assert.deepEqual(mine.map(one => one.user_id), [who.id, who.id]);
	assert.deepEqual(mine.map(one => one.qr_code).sort(), before.map(one => one.qr_code).sort(), 'the printed code stays good');
	assert.equal((await who.client.from('orders').select('id')).data.length, 1);
	const { data: after_ } = await guest.from('guest_ticket_details').select('id').eq('token', order.token);
	assert.deepEqual(after_, [], 'the link of the guest is over');
	assert.deepEqual(await rows(guest, order.order_id), [], 'and so is the id of the order');
	const { rows: log } = await stack.db.query(`select l.cause, count(*)::int as n from private.ticket_owner_log l join public.tickets t on t.id = l.ticket_id where t.order_id = $1 group by 1 order by 1`, [order.order_id]);
	assert.deepEqual(log, [{ cause: 'ISSUE', n: 2 }, { cause: 'MERGE', n: 2 }]);

	// once: somebody else who proves the same number finds nothing
	const other = await signIn(stack, await person(stack, { name: 'Fatou', phone: '+22670112233' }));
	await prove(other, 'phone');
	assert.deepEqual(await rows(who.client, order.order_id).then(all => all.map(one => one.user_id)), [who.id, who.id]);
});

test('a guest pays by card, and the number proves it as well as the address', async () => {
	const what = await sale(stack, { places: 50 });
	const { body } = await payByCard(stack, what, { email: address('carte') });

	await confirmCard(stack, body.clientSecret);
	await fated(stack, body.paymentId, { order: 'COMPLETED' });
	await stack.db.query(`update public.guest_orders set phone = '+22670445566' where order_id = $1`, [body.orderId]);
	const who = await signIn(stack, await person(stack, { name: 'Karim', phone: '+22670445566', phoneVerified: false }));
	await prove(who, 'phone');
	assert.deepEqual((await rows(who.client, body.orderId)).map(one => one.user_id), [who.id]);
	// and the merged ticket can be sent on like any other
	const [ticket] = await rows(who.client, body.orderId);
	const friend = await person(stack, { name: 'Ami' });
	const sent = await call(stack, 'transfer-ticket', { token: who.token, body: { ticketId: ticket.id, recipientEmail: friend.email, recipientName: 'Ami' } });
	assert.equal(sent.body.success, true, JSON.stringify(sent.body));
	await eventually('it is theirs', async () => (await stack.db.query('select user_id from public.tickets where id = $1', [ticket.id])).rows[0].user_id === friend.id);
});

test('who waits for a payment while they prove their address has the tickets when it comes', async () => {
	const what = await sale(stack, { places: 50 });
	const email = address('attente');

	await stack.control('pawapay', { settle_ms: -1 });
	const { body } = await payByMobile(stack, what, { quantities: 1, email });
	const who = await signIn(stack, await person(stack, { name: 'Salif', email, verified: false }));
	await prove(who, 'email');
	await stack.control(`payments/${body.payment_id}`, { outcome: 'COMPLETED' });
	await fated(stack, body.payment_id, { order: 'COMPLETED' });
	assert.deepEqual((await rows(who.client, body.order_id)).map(one => one.user_id), [who.id]);
});
