// Administrators, organizers and the door: everything to the first, their own events to the others, and
// to everybody else no more than the site shows anyway.
import assert from 'node:assert/strict';
import { after } from 'node:test';

import { cast, truth } from '../harness/cast.mjs';
import { count, done, harmless, like, none, nothing, refused, replay, row, rows, unauthorized } from '../harness/shapes.mjs';
import { Stack } from '../harness/stack.mjs';
import { event, tickets } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const callers = await cast(stack, 'owner', 'stranger', 'organizer', 'foreign', 'staff', 'admin');
const { owner, stranger, organizer, staff } = callers;
const what = await event(stack, { title: 'Nuit du Djembé', organizer, staff: [staff] });
const draft = await event(stack, { title: 'Brouillon du Djembé', organizer, status: 'DRAFT' });
const [first, second] = await tickets(stack, owner, 2, { of: what });
const sql = (text, args) => truth(stack, text, args);
const { rows: [{ id: waiting }] } = await stack.db.query(`
	insert into public.orders (user_id, event_id, total, status, payment_method, ticket_quantities)
	values ($1, $2, 5000, 'AWAITING_PAYMENT', 'CARD', $3) returning id`, [owner.id, what.id, JSON.stringify({ [what.paid]: 1 })]);
await stack.db.query(`insert into public.support_tickets (user_id, subject) values ($1, 'Billet perdu'), ($2, 'Autre chose')`, [owner.id, stranger.id]);
await stack.db.query(`select private.ticket_scan($1, $2, 'Porte A')`, [first, staff.id]);

const since = new Date(Date.now() - 15 * 86_400_000).toISOString(), until = new Date(Date.now() + 60_000).toISOString();
const values = { since, until, q: 'djemb', who: owner.email.slice(0, 20), organizer: organizer.id, event: what.id, waiting, stranger: stranger.id };
const days = `created_at >= '${since}'`;
const total = async (table, condition = 'true') => (await sql(`select count(*)::integer as n from ${table} where ${condition}`))[0].n;
const published = `status = 'PUBLISHED' and deleted_at is null`;
const completed = `status = 'COMPLETED'`;
// whom everybody sees: organizers and writers
const seen = await total('private.people', `user_id in (select organizer_id from public.events where ${published}
	union select author_id from public.blog_posts where status = 'PUBLISHED' union select user_id from public.blog_comments where status = 'APPROVED')`);
const all = { people: await total('private.people'), events: await total('public.events'), orders: await total('public.orders'), done: await total('public.orders', completed), recent: await total('public.orders', `${completed} and ${days}`), tickets: await total('public.tickets') };
// the counters of the dashboard: all for an administrator; organizer: what belongs to his event
const counters = (admin, { own, organizer: by, anon = 0 }) => ({ admin: count(admin), owner: count(own), organizer: count(by), anon: count(anon) });
const orders = n => counters(n, { own: 1, organizer: 1 });
const sums = { admin: rows(all.recent), owner: rows([{ total: 10000 }]), organizer: rows([{ total: 10000 }]), stranger: none, anon: none };
const titles = list => answer => {
	rows(list.length)(answer);
	assert.deepEqual(new Set(answer.body.map(one => one.title)), new Set(list.map(one => one.title)));
	for (const one of answer.body)
		like(one.organizer, { user_id: one.organizer_id, name: name => name.length > 0 });
};
const events = async (condition, mine = 'false') => ({
	admin: titles(await sql(`select title from public.events where ${condition}`)), anon: titles(await sql(`select title from public.events where ${published} and ${condition}`)),
	organizer: titles(await sql(`select title from public.events where (${published} or (${mine})) and ${condition}`)), stranger: titles(await sql(`select title from public.events where ${published} and ${condition}`)),
});
const mine = `organizer_id = '${organizer.id}'`, text = `(title ilike '%djemb%' or description ilike '%djemb%')`;
const details = (n, own, by = own) => ({ admin: rows(n), owner: rows(own), organizer: rows(by), foreign: none, stranger: none, anon: none });
const noTable = { touches: [], admin: refused('PGRST205'), anon: refused('PGRST205') };
const persons = answer => answer.body.map(one => one.user_id);
const includes = (...ids) => answer => assert.ok(ids.every(id => persons(answer).includes(id)));
const no = harmless(row({ success: false }));

replay(stack, 'admin', { callers, values }, {
	'people-count': { admin: count(all.people), anon: count(seen), stranger: count(seen + 1), owner: count(seen + 2) }, // oneself, and who let one in
	'people-from': { admin: count(await total('private.people', days)), anon: count(n => n <= seen) },
	'people-between': { admin: count(await total('private.people', days)), anon: count(n => n <= seen) },
	'events-count': { admin: count(all.events), anon: count(await total('public.events', published)), organizer: count(await total('public.events', `${published} or ${mine}`)) },
	'events-done': { admin: count(await total('public.events', completed)), anon: count(0), organizer: count(0) },
	'events-from': { admin: count(await total('public.events', days)), anon: count(await total('public.events', `${published} and ${days}`)) },
	'events-between': { admin: count(await total('public.events', days)), anon: count(await total('public.events', `${published} and ${days}`)) },
	'orders-count': counters(all.orders, { own: 2, organizer: 2 }),
	'orders-done': orders(all.done),
	'orders-from': orders(all.recent),
	'orders-between': orders(all.recent),
	'tickets-count': { ...counters(all.tickets, { own: 2, organizer: 2 }), staff: count(2), foreign: count(0) },
	'tickets-from': counters(await total('public.tickets', days), { own: 2, organizer: 2 }),
	'tickets-between': counters(await total('public.tickets', days), { own: 2, organizer: 2 }),
	'sums-from': sums,
	'sums-between': sums,
	'sums-by-day': sums,
	'sold': { admin: rows(all.events), anon: rows(await total('public.events', published)) },
	'best': { admin: rows(5), anon: rows(list => list.length === 5 && list.every(one => one.orders.length === 0)) }, // no takings for visitors
	'events': await events('true', mine),
	'events-status': await events(`status = 'DRAFT'`, mine),
	'events-of': await events(mine, mine),
	'events-search': await events(text, mine),
	'events-all': await events(`status = 'DRAFT' and ${mine} and ${text}`, mine),
	'event-status': {
		body: { status: 'PUBLISHED' }, before: () => { values.event = draft.id; }, anon: unauthorized, stranger: nothing, foreign: nothing, staff: nothing, organizer: done(204),
		after: async () => assert.deepEqual(await sql('select status from public.events where id = $1', [draft.id]), [{ status: 'PUBLISHED' }]),
	},
	'event-featured': {
		body: { featured: true }, anon: unauthorized, foreign: nothing,
		organizer: async answer => { // his event, but to feature it is the house's
			done(204)(answer);
			assert.deepEqual(await sql('select featured from public.events where id = $1', [draft.id]), [{ featured: false }]);
		},
		admin: done(204), after: async () => assert.deepEqual(await sql('select featured from public.events where id = $1', [draft.id]), [{ featured: true }]),
	},
	// an event with orders stays, whoever asks
	'event-gone': { before: () => { values.event = what.id; }, anon: unauthorized, organizer: nothing, foreign: nothing, admin: refused('23503', 409) },
	'orders': details(all.orders, 2),
	'orders-status': details(all.done, 1),
	'orders-days': details(await total('public.orders', days), 2),
	'orders-search': { admin: rows(2), owner: rows(2), organizer: none, stranger: none, anon: none }, // no search by an address that is not shown
	'orders-all': { admin: rows(1), owner: rows(1), organizer: none, anon: none },
	'order-status': {
		body: { status: 'CANCELLED' }, anon: unauthorized, owner: nothing, organizer: nothing, stranger: nothing, admin: done(204),
		after: async () => assert.deepEqual(await sql('select status from public.orders where id = $1', [waiting]), [{ status: 'CANCELLED' }]),
	},
	'refund': { ...noTable, body: { order_id: waiting, reason: 'x' } },
	'people': { admin: rows(all.people), anon: rows(seen), owner: includes(owner.id, staff.id), stranger: includes(stranger.id), organizer: includes(owner.id) },
	'people-role': { admin: rows(await total('private.people', `role = 'ORGANIZER'`)), anon: rows(list => list.every(one => one.role === 'ORGANIZER' && one.email === null)) },
	'people-status': { admin: rows(await total('private.people', `status = 'ACTIVE'`)), anon: none, owner: rows([{ user_id: owner.id }]) },
	'people-search': { admin: rows([{ user_id: owner.id, email: owner.email }]), owner: rows([{ user_id: owner.id }]), organizer: none, anon: none },
	'person-role': {
		body: { role: 'ADMIN' }, anon: unauthorized, owner: nothing, organizer: nothing, stranger: done(204), admin: done(204),
		before: async () => {
			assert.equal((await stranger.client.from('profiles').update({ role: 'ADMIN' }).eq('id', stranger.id)).status, 204);
			assert.deepEqual(await sql('select role from private.people where user_id = $1', [stranger.id]), [{ role: 'USER' }]);
		},
		after: async () => assert.deepEqual(await sql('select role from private.people where user_id = $1', [stranger.id]), [{ role: 'ADMIN' }]),
	},
	'person-status': {
		body: { role: 'USER', status: 'SUSPENDED' }, anon: unauthorized, owner: nothing, organizer: nothing, admin: done(204),
		after: async () => assert.deepEqual(await sql('select role, status from private.people where user_id = $1', [stranger.id]), [{ role: 'USER', status: 'SUSPENDED' }]),
	},
	'questions': { admin: rows(list => list.length >= 2 && list.every(one => one.user_name !== null)), owner: rows([{ subject: 'Billet perdu' }]), organizer: none, anon: unauthorized },
	'questions-status': { admin: rows(list => list.length >= 2), owner: rows(1), organizer: none, anon: unauthorized },
	'scans': { admin: rows(list => list.some(one => one.id === first && one.user_email === owner.email)), organizer: rows([{ id: first, scan_location: 'Porte A', user_name: owner.name, user_email: null, scanned_by_name: staff.name }]), staff: rows(1), owner: none, foreign: none, anon: unauthorized },
	'analytics': {
		admin: rows(all.events), foreign: none, owner: none, anon: unauthorized,
		organizer: rows(list => list.length === 2 && like(list.find(one => one.event_id === what.id), { total_orders: 2, tickets_sold: 2, total_revenue: 10000, order_status_counts: { pending: 0, completed: 1, cancelled: 1 } }) === undefined),
	},
	'risks': noTable,
	'risks-search': noTable,
	'door': {
		touches: ['public.tickets', 'public.ticket_scans'], body: who => ({ p_ticket_id: second, p_scanned_by: callers[who]?.id ?? staff.id, p_scan_location: 'Porte B' }), anon: unauthorized, owner: no, stranger: no, foreign: no,
		staff: row({ success: true, ticket: { eventTitle: 'Nuit du Djembé', ticketType: 'Entrée', userName: owner.name } }), organizer: row({ success: false, scan_location: 'Porte B' }),
	},
});
