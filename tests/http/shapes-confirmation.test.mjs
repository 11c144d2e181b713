// Payment status and confirmation: a buyer sees his own, nobody else's, and completes nothing by
// himself.
import assert from 'node:assert/strict';
import { after } from 'node:test';

import { cast, truth } from '../harness/cast.mjs';
import { harmless, none, nothing, refused, replay, row, rows, unauthorized } from '../harness/shapes.mjs';
import { Stack } from '../harness/stack.mjs';
import { event } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const callers = await cast(stack, 'owner', 'stranger', 'organizer', 'foreign', 'admin');
const { owner } = callers;
const what = await event(stack, { title: 'Nuit du Djembé', organizer: callers.organizer });
const sql = (text, values) => truth(stack, text, values);

async function ordered() {
	const { rows: [made] } = await stack.db.query(`
		insert into public.orders (user_id, event_id, total, status, payment_method, ticket_quantities, visible_in_history)
		values ($1, $2, 10000, 'AWAITING_PAYMENT', 'MOBILE_MONEY', $3, true) returning id`, [owner.id, what.id, JSON.stringify({ [what.paid]: 2 })]);

	return made.id;
}

async function paid(order, status, transaction) {
	const { rows: [made] } = await stack.db.query(`
		insert into public.payments (order_id, amount, payment_method, provider, transaction_id, customer_email, status)
		values ($1, 10000, 'mobile_money', 'pawapay', $2, $3, 'pending') returning id, token`, [order, transaction, owner.email]);

	await stack.db.query('update public.payments set status = $2 where id = $1 and status <> $2', [made.id, status]);
	return made;
}

const order = await ordered();
const { id: payment, token } = await paid(order, 'completed', 'tx-1');
await stack.db.query('select private.payment_finalize($1)', [payment]);
const retried = await ordered();
const failed = await paid(retried, 'failed', 'tx-2'), open = await paid(retried, 'pending', 'tx-3');
const late = await ordered();
const confirmed = await paid(late, 'completed', 'tx-4');

const ticketsOf = of => sql('select id, qr_code from public.tickets where order_id = $1', [of]);
const two = columns => rows(list => list.length === 2 && list.every(one => one.event.title === 'Nuit du Djembé' && one.ticket_type.price === 5000 && one.qr_code.length >= 32 && Object.keys(one.event).length === columns));
const mine = { id: payment, status: 'completed', provider: 'pawapay', order_id: order, transaction_id: 'tx-1' };
// what is not the caller's is an empty list, or no single row
const list = expect => ({ owner: expect, admin: expect, stranger: none, foreign: none, anon: none });
const single = expect => ({ owner: expect, stranger: refused('PGRST116'), foreign: refused('PGRST116'), anon: refused('PGRST116') });
const money = ['public.payments', 'public.orders', 'public.tickets'];
const no = harmless(row({ success: false, error: text => typeof text === 'string' }));

replay(stack, 'confirmation', { callers, values: { payment, order, retried, event: what.id, owner: owner.id, paymentToken: token, transaction: 'tx-1' } }, {
	'status': list(rows([{ status: 'completed' }])),
	'tickets': { ...list(two(7)), organizer: two(7) },
	'order': { ...single(row({ id: order, status: 'COMPLETED', event_id: what.id, user_id: owner.id })), organizer: row({ id: order }), admin: row({ id: order }) },
	'payment-of': { ...list(rows([mine])), organizer: none },
	'payment-of-two': list(rows(both => both.length === 2 && new Set(both.map(one => one.id)).isSubsetOf(new Set([failed.id, open.id])))),
	'payment-token': list(rows([mine])),
	'payment-event': list(rows([{ order_id: late, status: 'completed' }])),
	'link': { body: { order_id: retried }, owner: nothing, stranger: nothing, admin: nothing, anon: nothing },
	'provider': list(rows([{ id: payment, status: 'completed', provider: 'pawapay' }])),
	'total': single(row({ total_amount: 10000, currency: 'XOF', payment_method: 'MOBILE_MONEY' })),
	'reward': single(row({ user_id: owner.id, total_amount: 10000 })),
	'items': { owner: refused('PGRST200'), anon: refused('PGRST200') }, // there is no such table, and pages live with that
	'tickets-old': { ...list(two(5)), organizer: two(5) },
	'tickets-nowhere': { owner: refused('22P02'), anon: refused('22P02') },
	'payment-either': single(row({ id: payment, amount: 10000, customer_email: owner.email })),
	'payment-full': single(row({ id: payment, token })),
	'payments': list(rows(all => all.length === 4 && all.every(one => one.event.title === 'Nuit du Djembé'))),
	'finalize': {
		touches: money, body: { p_payment_id: confirmed.id }, anon: unauthorized, stranger: no, organizer: no, owner: row({ success: true, order_id: late, tickets_created: 2 }),
		after: async () => {
			const issued = await ticketsOf(late);
			const { data: again } = await owner.client.rpc('admin_finalize_payment', { p_payment_id: confirmed.id });

			assert.equal(issued.length, 2);
			assert.deepEqual([again.success, again.tickets_created], [true, 0]);
			assert.deepEqual(await ticketsOf(late), issued);
		},
	},
	// what the provider has not confirmed stays as it is
	'finalize-early': { touches: money, body: { p_payment_id: open.id }, anon: unauthorized, stranger: no, owner: no, admin: no },
});
