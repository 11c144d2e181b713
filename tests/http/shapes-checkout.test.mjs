// Checkout and orders: what it costs is the server's word, whatever the page sends along.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { cast, seeded, truth } from '../harness/cast.mjs';
import { ask, done, forbidden, harmless, inAnyOrder, none, readList, refused, replay, row, rows, unauthorized } from '../harness/shapes.mjs';
import { Stack } from '../harness/stack.mjs';
import { event } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const callers = await cast(stack, 'owner', 'stranger', 'organizer', 'admin');
const { owner, stranger } = callers;
const what = await event(stack, { title: 'Nuit du Djembé', organizer: callers.organizer });
const other = await event(stack, { title: 'Ailleurs' });
const sql = (text, values) => truth(stack, text, values);

await stack.db.query(`
	insert into public.service_fee_rules (name, scope, event_id, ticket_type_id, fee_type, fee_value, active, applies_to) values
		('Ailleurs', 'EVENT', $1, null, 'FIXED', 100, true, 'SPLIT'), ('Ancienne', 'GLOBAL', null, null, 'FIXED', 100, false, 'BUYER'),
		('Entrée', 'TICKET_TYPE', null, $2, 'FIXED', 50, true, 'BUYER')`, [other.id, other.paid]);
await stack.db.query(`
	insert into public.payment_methods (user_id, method_type, provider, account_number, is_default, is_active, created_at) values
		($1, 'mobile_money', 'orange', '****1234', false, true, now()), ($1, 'mobile_money', 'moov', '****9999', true, true, now() - interval '1 day'),
		($1, 'mobile_money', 'telecel', '****5678', false, true, now() - interval '1 hour'), ($1, 'mobile_money', 'wave', '****0000', false, false, now())`, [owner.id]);

const wish = more => ({ user_id: owner.id, event_id: what.id, total: 1, status: 'AWAITING_PAYMENT', payment_method: 'MOBILE_MONEY', ticket_quantities: { [what.paid]: 2 }, event_date_id: null, visible_in_history: false, ...more });
const free = more => wish({ total: 0, status: 'COMPLETED', payment_method: 'FREE_TICKET', ticket_quantities: { [what.free]: 2 }, visible_in_history: true, ...more });
const made = {};
const bought = (name, expected) => answer => {
	row({ user_id: owner.id, event_id: what.id, currency: 'XOF', guest_email: null, ...expected })(answer);
	made[name] = answer.body.id;
};
const ticketsOf = order => Array.from({ length: 2 }, () => ({ order_id: order, event_id: what.id, user_id: owner.id, ticket_type_id: what.free, event_date_id: null, status: 'VALID', payment_status: 'paid', created_at: new Date().toISOString() }));
const fees = (quantity, price) => ({ p_event_id: what.id, p_ticket_selections: [{ ticket_type_id: what.paid, quantity, price }] });
const fee = (quantity, amount) => row({ total_buyer_fees: amount, total_organizer_fees: 0, fee_breakdown: [{ rule_id: seeded('a2', 1), rule_name: 'Frais de service', scope: 'GLOBAL', fee_type: 'PERCENTAGE', fee_amount: amount, applies_to: 'BUYER', ticket_type_id: what.paid, base_amount: 5000 * quantity }] });
const everybody = expect => ({ anon: expect, owner: expect });

replay(stack, 'checkout', { callers, values: { paid: what.paid, free: what.free, owner: owner.id, event: what.id, now: new Date(Date.now() + 1000).toISOString() } }, {
	'prices': everybody(inAnyOrder([{ id: what.paid, price: 5000 }, { id: what.free, price: 0 }])),
	'prices-free': everybody(rows([{ id: what.free, price: 0, name: 'Invitation' }])),
	'rules-type': everybody(none),
	'rules-event': everybody(none),
	'rules-global': everybody(rows([{ name: 'Frais de service', fee_value: 0.02, active: true }])),
	'fees': { body: fees(3, 1), anon: fee(3, 300), owner: fee(3, 300) }, // the price in it is not looked at
	'fees-early': { body: fees(1, 0), anon: fee(1, 100), owner: fee(1, 100) },
	'methods': { owner: rows([{ provider: 'moov', is_default: true }, { provider: 'orange' }, { provider: 'telecel' }]), stranger: none, admin: none, anon: unauthorized },
	'buyer': { owner: row({ name: 'Awa Cissé', email: owner.email, phone: owner.phone }), stranger: refused('PGRST116'), anon: refused('PGRST116') },
	'event': everybody(row({ title: 'Nuit du Djembé', currency: 'XOF' })),
	'rate': everybody(rows([{ rate_decimal: 566 }])),
	'order': {
		body: wish({ total: 1, total_amount: 1, currency: 'GHS' }), anon: unauthorized, stranger: forbidden, admin: forbidden,
		owner: bought('paid', { total: 10200, total_amount: 10200, status: 'AWAITING_PAYMENT', payment_method: 'MOBILE_MONEY', visible_in_history: false, ticket_quantities: { [what.paid]: 2 } }),
		after: async () => assert.equal((await sql('select 1 from public.tickets where event_id = $1', [what.id])).length, 0),
	},
	'order-free': {
		body: free(), anon: unauthorized, stranger: forbidden, owner: bought('free', { total: 0, status: 'COMPLETED', payment_method: 'FREE_TICKET', visible_in_history: true }),
		after: async () => assert.deepEqual(await sql('select user_id, status, payment_status from public.tickets where order_id = $1', [made.free]), Array(2).fill({ user_id: owner.id, status: 'VALID', payment_status: 'paid' })),
	},
	'order-claimed': {
		body: free({ ticket_quantities: { [what.free]: 1, [what.paid]: 1 } }), anon: unauthorized, owner: bought('claimed', { total: 5100, status: 'AWAITING_PAYMENT', visible_in_history: false }),
		after: async () => assert.equal((await sql('select 1 from public.tickets where order_id = $1', [made.claimed])).length, 0),
	},
	// the tickets are there already: the page's own are taken and not doubled
	'tickets-free': { body: () => ticketsOf(made.free), anon: unauthorized, stranger: forbidden, organizer: forbidden, owner: harmless(done(201)) },
	'tickets-forged': { body: who => (who === 'owner' ? ticketsOf(made.paid) : ticketsOf(made.free).map(one => ({ ...one, user_id: stranger.id }))), anon: unauthorized, stranger: forbidden, owner: forbidden },
});

describe('an order that nobody may make', () => {
	const list = readList('checkout');
	const refusals = {
		'of another\'s type': [wish({ ticket_quantities: { [other.paid]: 1 } }), refused('23514')],
		'of more than one may buy': [wish({ ticket_quantities: { [what.paid]: 11 } }), refused('23514')],
		'of nothing': [wish({ ticket_quantities: {} }), refused('23514')],
		'of less than nothing': [wish({ ticket_quantities: { [what.paid]: -1 } }), refused('23514')],
		'of parts': [wish({ ticket_quantities: { [what.paid]: 1.5 } }), refused('23514')],
		'with a list of types': [wish({ ticket_quantities: [what.paid] }), refused('23514')],
		'without quantities': [wish({ ticket_quantities: null }), refused('23514')],
		'of a draft': [wish({ event_id: seeded('20', 57) }), refused('23514')],
		'of another\'s date': [wish({ event_date_id: seeded('40', 1) }), refused('23514')],
		'with tickets of the server': [wish({ id: seeded('50', 999) }), forbidden],
		'with an amount of its own': [wish({ total_minor: 1 }), forbidden],
		'as a guest': [wish({ user_id: null, guest_email: 'x@example.org' }), forbidden],
		'once more, free': [free(), refused('23505')],
		'of no column that there is': [wish({ price: 1 }), refused('PGRST204')],
	};

	for (const [name, [body, expect]] of Object.entries(refusals)) {
		test(name, async () => {
			const count = () => sql('select count(*) from public.orders');
			const before = await count();

			await expect(await ask(stack, list.order, owner, { body }));
			assert.deepEqual(await count(), before);
		});
	}

	test('a buyer changes and deletes no order, not even his own', async () => {
		const before = await sql('select * from public.orders where id = $1', [made.paid]);

		for (const who of [owner, stranger, callers.organizer]) {
			const changed = await who.client.from('orders').update({ status: 'COMPLETED' }).eq('id', made.paid).select();
			assert.deepEqual([changed.error, changed.data], [null, []]);
			assert.equal((await who.client.from('orders').delete().eq('id', made.paid)).error.code, '42501');
		}
		assert.deepEqual(await sql('select * from public.orders where id = $1', [made.paid]), before);
	});
});

test('what an event that is not there would cost is the caller\'s mistake', async () => {
	for (const p_event_id of [seeded('20', 57), seeded('20', 999), 'undefined'])
		assert.equal((await stack.client().rpc('calculate_service_fees', { p_event_id, p_ticket_selections: [] })).status, 400);
});
