// The event page, permanent attractions, and what their organizers write; a draft is as if it were not
// there for everybody but its organizer.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { cast, seeded, truth } from '../harness/cast.mjs';
import { ask, done, forbidden, harmless, inAnyOrder, like, none, nothing, readList, refused, replay, row, rows, unauthorized } from '../harness/shapes.mjs';
import { Stack } from '../harness/stack.mjs';
import { event } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const callers = await cast(stack, 'owner', 'organizer', 'foreign', 'admin');
const { owner, organizer } = callers;
const what = await event(stack, { title: 'Nuit du Djembé', organizer });
const draft = await event(stack, { title: 'Brouillon', organizer, status: 'DRAFT' });
const garden = await event(stack, { title: 'Jardin libre', organizer });
const [park, venue, artist] = [seeded('20', 55), seeded('a5', 1), seeded('a7', 2)];
const sql = (text, values) => truth(stack, text, values);

for (const one of [what, draft]) {
	await stack.db.query(`
		with e as (update public.events set venue_id = $2 where id = $1 returning id, date),
			d as (insert into public.event_dates (event_id, date, start_time, status, capacity)
				select id, date + 1, '20:00', 'CANCELLED', null from e union all select id, date, '19:00', 'ACTIVE', 200 from e),
			i as (insert into public.event_images (event_id, image_url, caption, display_order)
				select id, '/images/b.svg', 'Deux', 2 from e union all select id, '/images/a.svg', 'Un', 1 from e),
			a as (insert into public.event_artists (event_id, artist_id, role, display_order) select id, $3, 'Tête d''affiche', 1 from e),
			m as (insert into public.food_menu_categories (event_id, name) select id, 'Boissons' from e returning id),
			f as (insert into public.food_menu_items (category_id, name, price, is_available) select id, 'Bissap', 500, true from m union all select id, 'Épuisé', 1, false from m)
		insert into public.ticket_type_pricing_overrides (ticket_type_id, day_type, price) values ($4, 'weekend', 7000)`, [one.id, venue, artist, one.paid]);
}
await stack.db.query(`insert into public.venue_services (venue_id, event_id, name, price, is_active) values ($1, $2, 'Loge', 9000, true), ($1, null, 'Fermé', 1, false)`, [venue, what.id]);
await stack.db.query(`insert into public.organizer_profiles (organizer_id, business_name, slug, verification_status) values ($1, 'Zerbo Events', 'zerbo-events', 'VERIFIED')`, [organizer.id]);
await stack.db.query(`update public.events set is_permanent = true where id = $1`, [garden.id]);
await stack.db.query(`
	insert into public.event_dates (event_id, date, start_time, day_type, capacity) select id, date + 1, '08:00', 'weekday', 50 from public.events where id = $1`, [garden.id]);

const days = condition => sql(`select id, date, start_time, end_time, capacity, status, day_type from public.event_dates d where event_id = '${park}' ${condition} order by date`);
const [{ first, last }] = await sql(`select min(date) + 2 as first, max(date) - 2 as last from public.event_dates where event_id = $1`, [park]);
const [{ today, visit }] = await sql(`select date as today, date + 1 as visit from public.events where id = $1`, [garden.id]);
const everybody = expect => ({ anon: expect, owner: expect });
const values = { event: what.id, organizer: organizer.id, venue, park, first, last, types: `${what.paid},${what.free}`, image: seeded('ac', 99) };
const dates = rows([{ start_time: '19:00', status: 'ACTIVE' }, { start_time: '20:00', status: 'CANCELLED' }]);
const services = await sql(`select * from public.venue_services where venue_id = $1 and is_active order by sort_order, name`, [venue]);
const noTable = { touches: [], anon: refused('PGRST205'), organizer: refused('PGRST205') };
const no = harmless(row({ success: false, error: text => typeof text === 'string' }));

replay(stack, 'event', { callers, values }, {
	'event': {
		anon: row({ id: what.id, title: 'Nuit du Djembé', organizer_id: organizer.id, status: 'PUBLISHED', deleted_at: null, timezone: 'Africa/Ouagadougou', ticket_types: types => types.length === 2 && types.every(type => Object.keys(type).length === 8) }),
		owner: row({ id: what.id }), foreign: row({ id: what.id }),
	},
	'event-undefined': { anon: refused('22P02'), owner: refused('22P02') },
	'organizer': everybody(rows([{ business_name: 'Zerbo Events', logo_url: null, slug: 'zerbo-events', verification_status: 'VERIFIED' }])),
	'organizer-person': everybody(rows([{ name: 'Fatim Zerbo', avatar_url: null }])),
	'artists': everybody(rows([{ role: 'Tête d\'affiche', display_order: 1, artists: { id: artist, slug: 'kady-k', verified: true } }])),
	'venue': everybody(rows([{ id: venue, name: 'Maison du Peuple', city: 'Ouagadougou', verified: true }])),
	'dates-active': everybody(rows([{ start_time: '19:00', status: 'ACTIVE' }])),
	'dates': everybody(dates),
	'dates-form': everybody(rows([{ start_time: '19:00', capacity: 200 }])),
	'dates-form-all': everybody(dates),
	'days': everybody(rows(await days(''))),
	'days-from': everybody(rows(await days(`and date >= '${first}'`))),
	'days-to': everybody(rows(await days(`and date <= '${last}'`))),
	'days-between': everybody(rows(await days(`and date between '${first}' and '${last}'`))),
	'images': everybody(rows([{ image_url: '/images/a.svg', caption: 'Un' }, { image_url: '/images/b.svg', caption: 'Deux' }])),
	'images-retried': everybody(rows(2)),
	'images-unknown': everybody(refused('42703')),
	'overrides': everybody(rows([{ ticket_type_id: what.paid, day_type: 'weekend', price: 7000 }])),
	'types': everybody(inAnyOrder([{ id: what.paid, name: 'Entrée', price: 5000 }, { id: what.free, name: 'Invitation', price: 0 }].map(type => ({ id: type.id, name: type.name, description: '', price: type.price, available: 100000, max_per_order: 10, sales_enabled: true, status: 'AVAILABLE' })))),
	'addons': { body: { p_event_id: what.id }, anon: rows(services), owner: rows(services) },
	'services': {
		body: who => ({ p_venue_id: venue, p_include_inactive: who !== 'owner' }), owner: rows(services), anon: rows(services),
		admin: rows(services.length + 1), // what is not on offer is for administrators
	},
	'menu': { body: { p_event_id: what.id }, ...everybody(rows([{ event_id: what.id, name: 'Boissons', items: [{ name: 'Bissap', price: 500, is_available: true }] }])) },
	'schedule': {
		body: { p_event_id: park, p_start_date: first, p_end_date: null },
		...everybody(row({ success: true, dates: list => list.length === 12 && list.every(day => day.remaining === 300 && day.time_slots.length === 0 && day.ticket_types.some(type => type.base_price === 500 && type.effective_price === (day.day_type === 'weekend' ? 2000 : 500))) })),
	},
	'visit-check': { body: { p_event_id: garden.id, p_visit_date: visit, p_time_slot_id: null }, ...everybody(row({ available: true, remaining: 50 })) },
	// what costs goes to the checkout; a visit is never paid for by its own word
	'visit': { touches: ['public.orders', 'public.tickets'], body: { p_event_id: garden.id, p_visit_date: visit, p_ticket_selections: [{ ticket_type_id: garden.paid, quantity: 2 }], p_time_slot_id: null, p_guest_email: null, p_payment_method: 'CASH' }, anon: no, owner: no },
	'visit-free': {
		touches: ['public.orders', 'public.tickets'], body: { p_event_id: garden.id, p_visit_date: visit, p_ticket_selections: [{ ticket_type_id: garden.free, quantity: 2 }], p_time_slot_id: null, p_guest_email: null, p_payment_method: 'CASH' },
		anon: no, owner: row({ success: true, total: 0, payment_token: null, visit_date: visit, day_type: 'weekday', currency: 'XOF', ticket_ids: ids => ids.length === 2 }), admin: row({ success: true }),
		after: async () => assert.deepEqual(await sql(`select user_id, payment_status from public.tickets where event_id = $1 and user_id = $2`, [garden.id, owner.id]), Array(2).fill({ user_id: owner.id, payment_status: 'paid' })),
	},
	'days-ahead': {
		touches: ['public.event_dates'], body: { p_event_id: garden.id, p_days_ahead: 5 }, anon: unauthorized, owner: no, foreign: no, organizer: row({ success: true, dates_created: made => made >= 4 }),
		after: async () => assert.ok((await sql(`select date from public.event_dates where event_id = $1 and date > $2`, [garden.id, today])).length >= 4),
	},
	'hours': noTable,
	'hours-write': { ...noTable, body: [{ event_id: park, day_of_week: 0, is_closed: true }] },
	'exceptions': noTable,
	'exception-write': { ...noTable, body: { event_id: park, exception_date: first } },
	'exception-gone': noTable,
	'override-write': {
		body: who => ({ ticket_type_id: what.paid, day_type: 'holiday', price: who === 'admin' ? 9000 : 8000 }), anon: unauthorized, owner: forbidden, foreign: forbidden, organizer: done(201), admin: done(200),
		after: async () => assert.deepEqual(await sql(`select price from public.ticket_type_pricing_overrides where ticket_type_id = $1 and day_type = 'holiday'`, [what.paid]), [{ price: 9000 }]),
	},
	'image-new': {
		body: { event_id: what.id, image_url: '/images/c.svg', caption: 'Trois', display_order: 3 }, anon: unauthorized, owner: forbidden, foreign: forbidden,
		organizer: answer => {
			row({ event_id: what.id, caption: 'Trois' })(answer);
			values.image = answer.body.id;
		},
	},
	'image-change': {
		body: { caption: 'Autre' }, anon: unauthorized, owner: nothing, foreign: nothing, organizer: done(204),
		after: async () => assert.deepEqual(await sql('select caption from public.event_images where id = $1', [values.image]), [{ caption: 'Autre' }]),
	},
	'image-gone': {
		anon: unauthorized, owner: nothing, foreign: nothing, organizer: done(204),
		after: async () => assert.deepEqual(await sql('select caption from public.event_images where id = $1', [values.image]), []),
	},
});

describe('a draft', () => {
	const list = readList('event'), hidden = { ...values, event: draft.id, types: draft.paid };

	for (const name of ['artists', 'dates', 'images', 'overrides', 'types']) {
		test(`shows its organizer alone its ${name}`, async () => {
			for (const who of [{}, owner, callers.foreign])
				none(await ask(stack, list[name], who, { values: hidden }));
			for (const who of [organizer, callers.admin])
				rows(found => found.length > 0)(await ask(stack, list[name], who, { values: hidden }));
		});
	}

	test('is not there for others', async () => {
		for (const who of [{}, owner, callers.foreign])
			refused('PGRST116')(await ask(stack, list.event, who, { values: hidden }));
		row({ id: draft.id })(await ask(stack, list.event, organizer, { values: hidden }));
	});

	test('sells nothing and says nothing through calls', async () => {
		for (const name of ['addons', 'menu'])
			none(await ask(stack, list[name], {}, { body: { p_event_id: draft.id } }));
		like((await ask(stack, list.schedule, {}, { body: { p_event_id: draft.id } })).body, { success: false });
	});
});
