// What every page asks: texts, the person, the bell, offers of tickets, credits, the newsletter.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { cast } from '../harness/cast.mjs';
import { createClient } from '../harness/packages.mjs';
import { count, done, headersOf, like, none, readList, refused, replay, row, rows, unauthorized } from '../harness/shapes.mjs';
import { Stack } from '../harness/stack.mjs';
import { event, tickets } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const callers = await cast(stack, 'owner', 'stranger', 'addressee', 'organizer');
const { owner, stranger, addressee } = callers;
const what = await event(stack, { title: 'Nuit du Djembé', organizer: callers.organizer });
const draft = await event(stack, { title: 'Brouillon', organizer: callers.organizer, status: 'DRAFT' });
const [offered, called] = await tickets(stack, owner, 2, { of: what });
const query = async (...args) => (await stack.db.query(...args)).rows;

await query(`
	insert into public.ticket_transfers (ticket_id, sender_id, recipient_email, recipient_phone, recipient_name, message)
	values ($1, $3, $4, null, 'Nadège', 'À samedi'), ($2, $3, null, $5, null, null)`, [offered, called, owner.id, addressee.email, addressee.phone]);
await query(`
	insert into public.notifications (user_id, type, title, message, read, created_at)
	select $1::uuid, 'SYSTEM', 'Avis ' || i, '-', case when i = 1 then 'true' else 'false' end, now() - make_interval(mins => 40 - i) from generate_series(1, 30) i
	union all select $2::uuid, 'SYSTEM', 'Le vôtre', '-', 'false', now()`, [owner.id, stranger.id]);
await query(`insert into public.credit_transactions (user_id, amount, type) values ($1, 500, 'earned')`, [owner.id]);

const published = await query(`select id, title from public.events where status = 'PUBLISHED' and deleted_at is null order by date, id`);
const texts = await query(`select key, locale, content from public.translations where locale = 'fr'`);
const everyEvent = answer => {
	rows(published.length)(answer);
	assert.deepEqual(new Set(answer.body.map(one => one.id)), new Set(published.map(one => one.id)));
	assert.deepEqual(answer.body.map(one => one.date), answer.body.map(one => one.date).sort());
	like(answer.body.find(one => one.id === what.id), { title: 'Nuit du Djembé', price: 5000, ticket_types: list => list.length === 2 && list.every(type => type.event_id === what.id) });
};
const notices = from => Array.from({ length: 10 }, (_, i) => ({ title: `Avis ${from - i}`, user_id: owner.id }));
const offer = way => rows([{ sender_id: owner.id, status: 'PENDING', ...way }]);

replay(stack, 'shell', { callers, values: { owner: owner.id, email: addressee.email, phone: addressee.phone, offered, event: what.id, address: 'lectrice@example.org' } }, {
	'translations': { anon: rows(texts), owner: rows(texts) },
	'events': { anon: everyEvent, owner: everyEvent, organizer: everyEvent },
	'profile': {
		owner: row({ id: owner.id, user_id: owner.id, name: 'Awa Cissé', email: owner.email, phone: owner.phone, location: owner.location, role: 'USER', status: 'ACTIVE', phone_verified: true }),
		stranger: refused('PGRST116'), anon: refused('PGRST116'), service: row({ email: owner.email }),
		addressee: row({ name: 'Awa Cissé', email: owner.email, phone: null, location: null, status: null, referral_code: null }),
		organizer: row({ name: 'Awa Cissé', email: null, phone: null, location: null }), shows: { addressee: ['owner'] },
	},
	'notices': { owner: rows(Array.from({ length: 30 }, (_, i) => ({ title: `Avis ${30 - i}` }))), stranger: none, anon: unauthorized },
	'bell': { owner: rows(notices(30)), stranger: rows([{ title: 'Le vôtre', read: 'false', read_at: null }]), addressee: none, anon: unauthorized },
	'bell-page': { owner: rows(20), stranger: rows(1), anon: unauthorized },
	'unread': { owner: count(29), stranger: count(0), anon: answer => assert.equal(answer.status, 401) },
	'offers-by-email': { addressee: offer({ ticket_id: offered, recipient_email: addressee.email, message: 'À samedi' }), owner: offer({ ticket_id: offered }), stranger: none, anon: unauthorized, shows: { owner: ['addressee'] } },
	'offers-by-phone': { addressee: offer({ ticket_id: called, recipient_phone: addressee.phone }), owner: offer({ ticket_id: called }), stranger: none, anon: unauthorized, shows: { owner: ['addressee'] } },
	'offer-sender': { addressee: row({ name: 'Awa Cissé', email: owner.email }), stranger: refused('PGRST116'), anon: refused('PGRST116'), shows: { addressee: ['owner'] } },
	'offer-ticket': {
		addressee: row({ id: offered, event_id: what.id, ticket_type_id: what.paid, status: 'VALID', event: { title: 'Nuit du Djembé', venue: null } }),
		owner: row({ id: offered }), stranger: refused('PGRST116'), anon: refused('PGRST116'),
	},
	'credits': { owner: rows([{ balance: 500, lifetime_earned: 500, currency: 'XOF' }]), stranger: none, anon: unauthorized },
	'cart': {
		anon: row({ id: what.id, ticket_types: types => types.length === 2 && types.every(type => type.sales_enabled === true) }),
		owner: row({ id: what.id, title: 'Nuit du Djembé', organizer_id: callers.organizer.id }),
	},
	'newsletter-seen': { anon: refused('PGRST116'), owner: refused('PGRST116') },
	'newsletter': {
		body: [{ email: 'Lectrice@example.org' }], anon: done(201), owner: done(201), // once more is nothing, and does not say so
		after: async () => assert.deepEqual(await query(`select email, status from public.newsletter_subscriptions where email ilike 'lectrice%'`), [{ email: 'lectrice@example.org', status: 'ACTIVE' }]),
	},
	'image-access': { body: { p_image_url: '/images/a.svg', p_event_id: what.id, p_image_type: 'card' }, anon: done(204), owner: done(204) },
	'table-columns': { body: { table_name: 'people' }, anon: refused('PGRST202'), owner: refused('PGRST202') },
});

test('a subscription is still nobody\'s to read, and no column beside the address is a client\'s to write', async () => {
	const { status, error } = await stack.client().from('newsletter_subscriptions').insert([{ email: 'autre@example.org', status: 'UNSUBSCRIBED' }]);

	assert.deepEqual([status, error.code], [401, '42501']);
	assert.deepEqual((await owner.client.from('newsletter_subscriptions').select('email')).data, []);
});

test('a draft is in no list of others', async () => {
	for (const client of [stack.client(), owner.client])
		assert.deepEqual((await client.from('events').select('id').eq('id', draft.id)).data, []);
	assert.equal((await callers.organizer.client.from('events').select('id').eq('id', draft.id)).data.length, 1);
});

// The lists are replayed by our own hand: this says that the hand writes as the client does.
test('shapes go over the wire as supabase-js sends them', async () => {
	const seen = [];
	const client = createClient(stack.url, stack.anonKey, { auth: { persistSession: false, autoRefreshToken: false }, global: {
		headers: { 'x-application-name': 'temba-web' },
		fetch: async (url, { method, headers }) => {
			seen.push({ method, url: String(url), headers: Object.fromEntries(new Headers(headers)) });
			return new Response('[]', { status: 200, headers: { 'content-type': 'application/json' } });
		} } });
	const list = readList('shell');
	const pairs = [
		['profile', client.from('profiles').select('*').eq('user_id', '$owner').single()],
		['unread', client.from('notifications').select('*', { count: 'exact', head: true }).eq('user_id', '$owner').eq('read', false)],
		['cart', client.from('events').select('*, ticket_types ( id, name, price, quantity, available, max_per_order, sales_enabled )').eq('id', '$event').single()],
		['newsletter', client.from('newsletter_subscriptions').insert([{ email: 'a@example.org' }])],
		['image-access', client.rpc('track_image_access', { p_image_url: 'x' })],
	];

	for (const [name, request] of pairs) {
		await request;
		const sent = seen.pop(), shape = list[name];
		const [pathname, text] = shape.path.split('?');
		const params = new URLSearchParams(text === undefined ? [] : text.split('&').map(part => part.split(/=(.*)/s).slice(0, 2)));

		assert.equal(sent.url, `${stack.url}/rest/v1${pathname}${text === undefined ? '' : `?${params}`}`);
		assert.equal(sent.method, shape.method);
		assert.deepEqual({ ...sent.headers, 'x-client-info': 'supabase-js-web/2.45.3' }, { apikey: stack.anonKey, authorization: `Bearer ${stack.anonKey}`, ...Object.fromEntries(new Headers(headersOf(shape))) });
	}
});
