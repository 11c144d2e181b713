// sales.mjs: places on sale, people who buy them through the functions as the clients do, and what has
// become of them. Only the places are made in the database; everything after goes through the API.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { call, eventually } from './wire.mjs';
import { person } from './world.mjs';

// Settings of the checkout that a crowd behind one address would run into.
export const CROWD = { CARDS_PER_PERSON: 0, CARDS_PER_ADDRESS: 0, DEPOSITS_PER_PHONE: 0, DEPOSITS_PER_PERSON: 0, DEPOSITS_PER_ADDRESS: 0, CARDS_PER_PERSON: 0, CARDS_PER_ADDRESS: 0 };

// Why what is paid by card is left out: undefined once there is a function for it.
export const NO_CARDS = fs.existsSync(path.join(import.meta.dirname, '../../functions/create-stripe-payment')) ? undefined : 'there is no create-stripe-payment yet';

let made = 0;
// A number in Burkina Faso whose payment completes.
export function moovNumber() {
	return `+22670${String((process.pid % 90 + 10) * 10_000 + made++ % 10_000).padStart(6, '0')}`;
}
export const WITHOUT_MONEY = '+22602345048'; // INSUFFICIENT_BALANCE

// types: [{ name, price, places, most }]; dates: [{ days, capacity }] from today. Of one type:
// sale(stack, { places: 10 }).
export async function sale(stack, { places = 10, price = 5000, types = [{ name: 'Entrée', price, places }], dates = [], days = 30, organizer } = {}) {
	const by = organizer ?? await person(stack, { name: 'Idrissa Organisateur', role: 'ORGANIZER' });
	const { rows: [event] } = await stack.db.query(`
		insert into public.events (title, description, location, image_url, date, time, price, capacity, status, organizer_id)
		values ('Nuit du Balafon', 'Une soirée', 'Ouagadougou', 'https://images.example/a.jpg', private.now()::date + $1::int, '20:00', $2, $3, 'PUBLISHED', $4)
		returning id, title`, [days, types[0].price, Math.max(1, types.reduce((sum, type) => sum + type.places, 0)), by.id]);
	const typeIds = [], dateIds = [];

	for (const type of types) {
		const { rows: [{ id }] } = await stack.db.query('insert into public.ticket_types (event_id, name, price, quantity, max_per_order) values ($1, $2, $3, $4, $5) returning id',
			[event.id, type.name, type.price, type.places, type.most ?? 10]);
		typeIds.push(id);
	}
	for (const date of dates) {
		const { rows: [{ id }] } = await stack.db.query(`insert into public.event_dates (event_id, date, start_time, capacity) values ($1, private.now()::date + $2::int, '20:00', $3) returning id`, [event.id, date.days, date.capacity ?? null]);
		dateIds.push(id);
	}
	return { id: event.id, title: event.title, organizer: by, types: typeIds, dates: dateIds };
}

// What the server will ask for the selection { type: n }, in francs.
export async function priceOf(stack, what, quantities, date = null) {
	const { rows: [{ total }] } = await stack.db.query('select (base_minor + fee_minor)::int as total from private.price_total($1, $2, $3)', [what.id, date, JSON.stringify(quantities)]);

	return total;
}

// The body of create-pawapay-payment; of a guest with an address of their own unless `order` says
// whose it is. quantities: { type: n }, or n of the first type.
export async function mobileWish(stack, what, { quantities = 1, date, order, email, phone = moovNumber(), key, amount, ...more } = {}) {
	const lines = typeof quantities === 'number' ? { [what.types[0]]: quantities } : quantities;

	return {
		event_id: what.id, amount_major: amount ?? await priceOf(stack, what, lines, date), currency: 'XOF', description: what.title, method: 'mobile_money', phone, provider: 'moov',
		...(order ? { order_id: order } : { create_order: true, ticket_quantities: lines }),
		...(date && { event_date_id: date }),
		...(order && !email ? {} : { buyer_email: email ?? `acheteur.${process.pid}.${made++}@example.org` }),
		...(key && { idempotency_key: key }), ...more,
	};
}

// { status, body } of a mobile payment that is asked for; what: the sale.
export async function payByMobile(stack, what, options = {}) {
	const { token, ...wish } = options;

	return call(stack, 'create-pawapay-payment', { token: token ?? stack.anonKey, body: await mobileWish(stack, what, wish) });
}

// The body of create-stripe-payment, with the quote that the page computes (functions.md 4.1).
export async function cardWish(stack, what, { quantities = 1, date, order, email, key, amount, ...more } = {}) {
	const lines = typeof quantities === 'number' ? { [what.types[0]]: quantities } : quantities;
	const total = amount ?? await priceOf(stack, what, lines, date);
	const { rows: [quote] } = await stack.db.query('select usd_cents::int, fx_num::int, fx_den::int, margin_bps, locked_at from private.quote($1)', [total]);

	return {
		event_id: what.id, description: what.title, display_amount_minor: total, display_currency: 'XOF', charge_amount_minor: quote.usd_cents, charge_currency: 'USD',
		fx_num: quote.fx_num, fx_den: quote.fx_den, fx_locked_at: quote.locked_at.toISOString(), fx_margin_bps: quote.margin_bps,
		...(order ? { order_id: order } : { create_order: true, order_id: null, ticket_quantities: lines, payment_method: 'CARD' }),
		...(date && { event_date_id: date }),
		...(email === null || order ? {} : { guest_email: email ?? `acheteur.${process.pid}.${made++}@example.org` }),
		...(key && { idempotencyKey: key }), ...more,
	};
}

export async function payByCard(stack, what, options = {}) {
	const { token, ...wish } = options;

	return call(stack, 'create-stripe-payment', { token: token ?? stack.anonKey, body: await cardWish(stack, what, wish) });
}

// What Stripe.js does with the clientSecret.
export async function confirmCard(stack, clientSecret, card = 'pm_card_visa') {
	return stack.stripe().paymentIntents.confirm(clientSecret.split('_secret_')[0], { payment_method: card, return_url: 'https://temba.example/payment' });
}

// The order as the web client inserts it (functions.md 12.5), by a person with a client: its id.
export async function orderByRest(who, what, { quantities = 1, date = null } = {}) {
	const lines = typeof quantities === 'number' ? { [what.types[0]]: quantities } : quantities;
	const { data, error } = await who.client.from('orders').insert({ user_id: who.id, event_id: what.id, total: 1, status: 'AWAITING_PAYMENT', payment_method: 'MOBILE_MONEY', ticket_quantities: lines, event_date_id: date, visible_in_history: false }).select('id').single();

	assert.equal(error, null, JSON.stringify(error));
	return data.id;
}

// The order that the free checkout inserts (12.6): { data, error }.
export function freeOrderByRest(who, what, { quantities = 1, date = null } = {}) {
	const lines = typeof quantities === 'number' ? { [what.types[0]]: quantities } : quantities;

	return who.client.from('orders').insert({ user_id: who.id, event_id: what.id, total: 0, status: 'COMPLETED', payment_method: 'FREE_TICKET', ticket_quantities: lines, event_date_id: date, visible_in_history: true }).select('id').single();
}

// ---- what has become of it

// Of all types and dates: { held, sold, left, tickets }.
export async function counted(stack, what) {
	const { rows: [row] } = await stack.db.query(`
		select sum(s.held)::int as held, sum(s.sold)::int as sold, sum(s.capacity - s.held - s.sold)::int as left,
			(select count(*)::int from public.tickets t where t.event_id = $1 and t.status not in ('REFUNDED', 'CANCELLED')) as tickets
		  from private.sales s join public.ticket_types y on y.id = s.ticket_type_id where y.event_id = $1 and s.event_date_id is null`, [what.id]);

	return row;
}

// { state, fulfilling, order, orderState, tickets (alive), refunds: [{ state, cause, amount }], notices }
export async function fateOf(stack, payment) {
	const { rows: [row] } = await stack.db.query(`
		select s.state, s.fulfilling, p.order_id as "order", os.state as "orderState", p.amount_minor::int as amount,
			(select count(*)::int from public.tickets t where t.order_id = p.order_id and t.status not in ('REFUNDED', 'CANCELLED')) as tickets,
			(select coalesce(json_agg(json_build_object('state', r.state, 'cause', r.cause, 'amount', r.amount_minor)), '[]') from private.refunds r where r.payment_id = p.id) as refunds,
			(select count(*)::int from public.notifications n where n.type = 'ORDER_CONFIRMATION' and n.metadata ->> 'order_id' = p.order_id::text) as notices
		  from public.payments p join private.payment_state s on s.payment_id = p.id left join private.order_state os on os.order_id = p.order_id
		 where p.id = $1`, [payment]);

	return row;
}

// Waits until the payment has this state ('SUCCEEDED', ...) and, where it says so, its order that one.
export async function fated(stack, payment, { state = 'SUCCEEDED', order, ms = 20_000 } = {}) {
	return eventually(`payment ${payment} is ${state}${order ? `, its order ${order}` : ''}`, async () => {
		const fate = await fateOf(stack, payment);

		return fate?.state === state && (!order || fate.orderState === order) ? fate : Promise.reject(new Error(JSON.stringify(fate)));
	}, { ms, every: 50 });
}

// Waits until no job is left to do, and none is dead.
export async function drained(stack, { ms = 60_000 } = {}) {
	return eventually('all jobs are done', async () => {
		const { rows: [{ left, dead, story }] } = await stack.db.query(`
			select count(*) filter (where state in ('READY', 'RUNNING') and dedup not like 'schedule:%')::int as left, count(*) filter (where state = 'DEAD')::int as dead,
				(array_agg(function || ': ' || last_error) filter (where last_error is not null and state <> 'DONE'))[1:3] as story from private.jobs`);

		assert.equal(dead, 0, `dead jobs: ${story}`);
		return left === 0 || Promise.reject(new Error(`${left} jobs left; ${story}`));
	}, { ms, every: 100 });
}

// Runs the schedule in the next second, not in its own time.
export async function hurry(stack, ...names) {
	await stack.db.query('update private.schedules set next_run = private.now() where name = any ($1)', [names]);
}
