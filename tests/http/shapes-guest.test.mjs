// A guest's order: whoever names its token or id reads it, and nobody lists what he cannot name.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { cast, truth } from '../harness/cast.mjs';
import { ask, forbidden, none, nothing, readList, refused, replay, row, rows, unauthorized } from '../harness/shapes.mjs';
import { Stack } from '../harness/stack.mjs';
import { event } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const callers = { guest: { email: 'invitee@example.org' }, ...await cast(stack, 'stranger', 'organizer', 'foreign') };
const what = await event(stack, { title: 'Nuit du Djembé', organizer: callers.organizer });
const [date] = (await stack.db.query(`insert into public.event_dates (event_id, date, start_time) select id, date, time from public.events where id = $1 returning id`, [what.id])).rows;
const sql = (text, args) => truth(stack, text, args);
const wish = more => ({
	p_email: 'Invitee@example.org', p_name: 'Invitée', p_phone: '', p_event_id: what.id, p_payment_method: 'mobile_money', p_ticket_quantities: { [what.paid]: 2 },
	p_payment_details: { cardNumber: '4242424242424242', cvv: '123' }, p_event_date_id: null, ...more,
});
const values = {};

// What the guest has ordered is paid and has its tickets before pages ask for them.
async function pay() {
	const { rows: [{ id }] } = await stack.db.query(`
		insert into public.payments (order_id, amount, payment_method, provider, transaction_id, status) values ($1, 10200, 'mobile_money', 'pawapay', 'tx-1', 'pending') returning id`, [values.order]);

	await stack.db.query(`update public.payments set status = 'completed' where id = $1`, [id]);
	await stack.db.query('select private.payment_finalize($1)', [id]);
	values.payment = id;
}

const two = columns => rows(list => list.length === 2 && list.every(one => one.event.title === 'Nuit du Djembé' && one.ticket_type.price === 5000 && Object.keys(one.event).length === columns));
// the token and the ids are secrets: whoever has them may read, signed in or not
const named = expect => ({ guest: expect, stranger: expect, organizer: expect });
const listed = expect => ({ anon: none, stranger: none, foreign: none, organizer: expect });
const shows = { organizer: ['guest'], stranger: ['guest'] };

replay(stack, 'guest', { callers, values }, {
	'order-new': {
		body: wish(),
		guest: answer => {
			row({ success: true, order_id: id => id.length === 36, token: token => token.length === 36 })(answer);
			Object.assign(values, { order: answer.body.order_id, token: answer.body.token });
		},
		stranger: row({ success: true }),
		after: async () => {
			assert.deepEqual(await sql('select total, status, guest_email, user_id from public.orders where id = $1', [values.order]), [{ total: 10200, status: 'AWAITING_PAYMENT', guest_email: 'invitee@example.org', user_id: null }]);
			const { rows: [{ everything }] } = await stack.db.query(`select concat((select string_agg(o::text, '') from public.orders o), (select string_agg(g::text, '') from public.guest_orders g)) as everything`);
			assert.ok(!everything.includes('42424242'), 'no card number is kept');
			await pay();
		},
	},
	'order-dated': { body: wish({ p_event_date_id: date.id, p_email: 'autre@example.org' }), guest: row({ success: true }), stranger: row({ success: true }) },
	'order-bad': { touches: ['public.orders', 'public.guest_orders'], body: wish({ p_email: 'pas une adresse' }), guest: row({ success: false, error: text => text.length > 0 }), anon: row({ success: false }) },
	'by-token': { ...named(row({ status: 'COMPLETED', guest_orders: { email: 'invitee@example.org', token: token => token === values.token } })), shows },
	'by-token-short': named(row({ status: 'COMPLETED', guest_orders: { token: token => token === values.token } })),
	'by-garbage': { guest: refused('22P02'), stranger: refused('22P02') },
	'no-token': { ...listed(rows(3 + 1)), shows },
	'details': { ...named(rows(list => list.length === 2 && list.every(one => one.guest_email === 'invitee@example.org' && one.event_title === 'Nuit du Djembé' && one.ticket_type_price === 5000 && one.token === values.token))), shows },
	'details-all': { ...listed(rows(2)), shows },
	'order': named(row({ status: 'COMPLETED', event_id: what.id, user_id: null })),
	'tickets': named(two(7)),
	'tickets-old': named(two(5)),
	'tickets-all': listed(rows(2)),
	'payment': { guest: rows([{ status: 'completed' }]), stranger: rows(1) },
	'payment-of': { guest: rows([{ status: 'completed', provider: 'pawapay', transaction_id: 'tx-1' }]), stranger: rows(1) },
	'payments-all': { anon: none, stranger: none, organizer: none },
	'total': named(row({ total_amount: 10200, currency: 'XOF', payment_method: 'MOBILE_MONEY' })),
	'orders-all': { ...listed(rows(4)), shows },
	'contacts-all': { ...listed(rows(4)), shows },
	'payment-link': { body: () => ({ order_id: values.order }), guest: nothing, stranger: nothing },
	'order-change': { body: { status: 'COMPLETED', guest_email: 'x@example.org' }, guest: unauthorized, stranger: nothing },
	'order-gone': { guest: unauthorized, stranger: forbidden },
});

test('only equality that must hold names a guest\'s row', async () => {
	const { order, token } = values, other = '00000000-0000-4000-8000-00000000dead';

	for (const query of [`orders?select=id&id=in.(${order})`, `orders?select=id&or=(id.eq.${order},id.eq.${other})`, `orders?select=id&id=neq.${other}`, `orders?select=id&id=not.eq.${other}`, `orders?select=id&id=gte.${order}`,
		`tickets?select=id&order_id=in.(${order})`, `tickets?select=id&order_id=eq.${other}`, `guest_orders?select=id&token=neq.${other}`, `orders?select=id,guest_orders!inner(token)&guest_orders.token=eq.${other}`,
		`orders?select=id,guest_orders(token)&guest_orders.token=not.eq.${token}`, `tickets?select=id,orders!inner(id)&orders.id=in.(${order})`]) {
		const shape = { method: 'GET', path: `/${query}`, marks: [] };

		assert.deepEqual((await ask(stack, shape)).body, [], query);
	}
	assert.equal((await ask(stack, { method: 'GET', path: `/orders?select=id&id=eq.${order}`, marks: [] })).body.length, 1);
});

test('the id of an order opens it until two days after the event, the token for good', async () => {
	const old = await event(stack, { title: 'Passé', startsIn: -60 });
	const { rows: [{ id }] } = await stack.db.query(`
		insert into public.orders (guest_email, event_id, total, status, payment_method, ticket_quantities) values ('ancien@example.org', $1, 5000, 'AWAITING_PAYMENT', 'CARD', $2) returning id`, [old.id, JSON.stringify({ [old.paid]: 1 })]);
	const { rows: [{ token }] } = await stack.db.query(`insert into public.guest_orders (order_id, email) values ($1, 'ancien@example.org') returning token`, [id]);
	const list = readList('guest');

	refused('PGRST116')(await ask(stack, list.order, {}, { values: { order: id } }));
	row({ id })(await ask(stack, list['by-token'], {}, { values: { token } }));
	refused('PGRST116')(await ask(stack, list['by-token'], {}, { values: { token: id } }));
});
