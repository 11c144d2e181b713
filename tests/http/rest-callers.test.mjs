// In whose name the data API answers: people whose session has ended, guests who know an id or a token,
// and how long each role may take.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { call, eventually } from '../harness/wire.mjs';
import { event, signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());
const read = (token, headers) => call(stack, '/rest/v1/notifications?select=id', { method: 'GET', token, headers });

test('an ended session reads and writes nothing more, and is told so', async () => {
	const awa = await signedIn(stack, { name: 'Awa Sana' });

	assert.equal((await read(awa.token)).status, 200);
	await awa.client.auth.signOut();
	const [french, english] = [await read(awa.token), await read(awa.token, { 'Accept-Language': 'en' })];
	assert.deepEqual([french.status, french.body.code, french.body.message], [401, 'invalid_session', 'La session est terminée. Reconnectez-vous.']);
	assert.equal(english.body.message, 'The session has ended. Sign in again.');
	assert.match(french.headers.get('www-authenticate'), /^Bearer/);
	const write = await call(stack, '/rest/v1/notifications', { token: awa.token, body: { user_id: awa.id, type: 'SYSTEM', title: 'x', message: 'y' } });
	assert.equal(write.status, 401);
	assert.equal((await stack.db.query('select from public.notifications where user_id = $1', [awa.id])).rowCount, 0);
});

test('a banned person is out at once', async () => {
	const issa = await signedIn(stack, { name: 'Issa Sana' });

	await stack.db.query(`update auth.users set banned_until = now() + interval '1 hour' where id = $1`, [issa.id]);
	assert.equal((await read(issa.token)).status, 401);
	await stack.db.query('update auth.users set banned_until = null where id = $1', [issa.id]);
	assert.equal((await read(issa.token)).status, 200);
});

// ---- guests (contract data.md 1.7)

async function guest(what, email) {
	const made = await call(stack, '/rest/v1/rpc/guest_order_processor', {
		key: stack.anonKey,
		body: {
			p_email: email, p_name: 'Invitée', p_phone: '', p_event_id: what.id, p_payment_method: 'MOBILE_MONEY', p_ticket_quantities: { [what.paid]: 1 },
			p_payment_details: {}, p_event_date_id: null,
		},
	});

	assert.equal(made.body.success, true, made.text);
	const { rows: [payment] } = await stack.db.query(`
		insert into public.payments (order_id, event_id, amount, currency, payment_method, provider)
		values ($1, $2, 5000, 'XOF', 'mobile_money', 'pawapay') returning id`, [made.body.order_id, what.id]);
	return { order: made.body.order_id, token: made.body.token, payment: payment.id };
}

test('a guest reads what the id or the token names, and nobody lists', async () => {
	const what = await event(stack);
	const one = await guest(what, 'one@example.org'), other = await guest(what, 'other@example.org');
	const rows = async (query, token) => (await call(stack, `/rest/v1/${query}`, { method: 'GET', token })).body;
	const stranger = await signedIn(stack, { name: 'Salif Sana' });

	for (const token of [undefined, stranger.token]) {
		assert.deepEqual((await rows(`orders?select=id&id=eq.${one.order}`, token)).map(row => row.id), [one.order]);
		assert.deepEqual((await rows(`orders?select=id,status,guest_orders!inner(email,token)&guest_orders.token=eq.${one.token}`, token)),
			[{ id: one.order, status: 'AWAITING_PAYMENT', guest_orders: { email: 'one@example.org', token: one.token } }]);
		assert.deepEqual((await rows(`payments?select=id&order_id=eq.${one.order}`, token)).map(row => row.id), [one.payment]);
		assert.deepEqual((await rows(`payments?select=status&id=eq.${one.payment}`, token)), [{ status: 'pending' }]);
		for (const query of [
			'orders?select=id', 'guest_orders?select=token', 'payments?select=id', 'tickets?select=id', `orders?select=id&id=in.(${one.order},${other.order})`,
			`orders?select=id&id=gte.${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}`, `orders?select=id&or=(id.eq.${one.order},id.eq.${other.order})`,
			`orders?select=id&id=not.eq.${one.order}`, `orders?select=id&guest_email=eq.one@example.org`,
		])
			assert.deepEqual(await rows(query, token), [], query);
	}
	for (const query of ['orders?select=id&id=eq.undefined', 'guest_orders?select=id&token=eq.nonsense'])
		assert.equal((await rows(query)).code, '22P02', query);
	assert.deepEqual(await rows(`orders?select=id&id=eq.${one.order}&id=eq.${other.order}`), [], 'both cannot be the id');
});

test("what one request named is forgotten by the next on the same connection", async () => {
	const what = await event(stack);
	const one = await guest(what, 'third@example.org');
	const ask = query => call(stack, `/rest/v1/orders?select=id${query}`, { method: 'GET' });

	for (let i = 0; i < 20; i++) {
		assert.equal((await ask(`&id=eq.${one.order}`)).body.length, 1);
		assert.equal((await ask('')).body.length, 0);
	}
});

test('each role has its time', async () => {
	await stack.db.query(`create function public.slow() returns void language sql as 'select pg_sleep(5)'; grant execute on function public.slow() to anon; notify pgrst`);
	const answer = await eventually('the new function', async () => {
		const one = await call(stack, '/rest/v1/rpc/slow', { body: {} });

		return one.body.code !== 'PGRST202' && one;
	});

	assert.deepEqual([answer.status, answer.body.code], [500, '57014']);
	await stack.db.query('drop function public.slow; notify pgrst');
});
