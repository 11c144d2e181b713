// Each page of the site as it loads, in the order in which it asks, for a visitor and for somebody who
// is signed in, on the seeded site: no error that the hosted original would not have given.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { seeded } from '../harness/cast.mjs';
import { ask, readList } from '../harness/shapes.mjs';
import { Stack } from '../harness/stack.mjs';
import { call } from '../harness/wire.mjs';
import { signIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const awa = await signIn(stack, { id: seeded('00', 1), email: 'awa@example.org', password: stack.seedPassword });
const lists = Object.fromEntries(['shell', 'browse', 'event', 'checkout', 'guest', 'confirmation', 'tickets', 'account', 'discovery', 'blog'].map(name => [name, readList(name)]));
const event = seeded('20', 24), park = seeded('20', 55), order = seeded('50', 1), guestToken = seeded('af', 107);
const [{ date }] = (await stack.client().from('events').select('date').eq('id', event)).data;
const VALUES = {
	owner: awa.id, email: awa.email, phone: '+22670000001', event, park, order, token: guestToken, organizer: seeded('00', 4), venue: seeded('a5', 1), staff: seeded('00', 3),
	city: 'Ouaga', q: 'concert', day: date, first: date, last: date, now: new Date().toISOString(), since: new Date(Date.now() - 30 * 86_400_000).toISOString(),
	organizerSlug: 'zongo-culture', venueSlug: 'maison-du-peuple', artistSlug: 'etoiles-du-mouhoun', artist: seeded('a7', 1), tagSlug: 'plein-air', tag: seeded('a8', 1),
	slug: 'dix-festivals', post: seeded('b4', 1), author: seeded('00', 4), categorySlug: 'actualites', address: 'lectrice@example.org',
};

// load('feature.shape', values, { fails: 406, body }) answers the body; fails: the status that the
// original gives too.
const loader = who => async (name, values = {}, { fails, body } = {}) => {
	const [feature, shape] = name.split('.');
	const answer = await ask(stack, lists[feature][shape], who, { values: { ...VALUES, ...values }, body });

	assert.ok(fails === undefined ? answer.status < 300 : answer.status === fails, `${name}: ${answer.status} ${answer.text}`);
	return answer.body;
};

// What every page asks before its own.
async function shell(load, who) {
	await load('shell.translations');
	await load('shell.events');
	if (!who.token)
		return;
	for (const name of ['profile', 'profile', 'notices', 'bell', 'unread'])
		await load(`shell.${name}`);
	if ((await load('shell.offers-by-email')).length === 0)
		await load('shell.offers-by-phone');
	await load('shell.credits');
}

const rpc = (name, body) => load => load(`event.${name}`, {}, { body });
const bySlug = async (load, words) => {
	const { id: category } = await load('browse.category-slug', { slugWords: words });
	const relations = await load('browse.events-of', { category });

	await load('browse.upcoming', { ids: relations.map(one => one.event_id).join(',') });
	return relations;
};
const slugs = async load => {
	for (const words of ['music concerts', 'cinema', 'sports', 'festivals'])
		assert.ok((await bySlug(load, words)).length > 0, words);
};

async function eventPage(load, id) {
	const shown = await load('event.event', { event: id });
	const values = { event: id, organizer: shown.organizer_id, venue: shown.venue_id ?? seeded('a5', 9), types: shown.ticket_types.map(type => type.id).join(',') };

	if ((await load('event.organizer', values)).length === 0)
		await load('event.organizer-person', values);
	await load('event.artists', values);
	await load('event.venue', values);
	await load('event.services', values, { body: { p_venue_id: values.venue, p_include_inactive: false } });
	assert.ok((await load('event.dates-active', values)).length > 0);
	await load('event.dates-form', values);
	await load('checkout.fees', values, { body: { p_event_id: id, p_ticket_selections: [{ ticket_type_id: shown.ticket_types[0].id, quantity: 1, price: 0 }] } });
	return { shown, values };
}

async function permanent(load) {
	const { shown, values } = await eventPage(load, park);

	assert.equal(shown.is_permanent, true);
	for (const name of ['images', 'days', 'overrides', 'types'])
		await load(`event.${name}`, values);
	assert.ok((await rpc('schedule', { p_event_id: park, p_start_date: shown.date, p_end_date: null })(load)).dates.length > 0);
	await rpc('addons', { p_event_id: park })(load);
	await rpc('menu', { p_event_id: park })(load);
}

async function received(load) {
	const list = await load('tickets.received', { addressee: awa.id });

	for (const name of ['received-tickets', 'received-events', 'received-types', 'senders'])
		await load(`tickets.${name}`, { moved: list[0]?.ticket_id ?? event, movedUsed: event, closed: event, type: event });
}

const pages = {
	'any page': shell,
	'/': async load => {
		assert.equal((await load('browse.banners')).length, 2);
		await slugs(load);
		await load('browse.categories');
		assert.ok((await load('browse.events')).length > 30);
		assert.equal((await load('browse.attractions')).length, 2);
	},
	'/events': async load => {
		await load('browse.countries');
		await load('browse.locations');
		await load('browse.categories');
		const ids = (await load('browse.published-ids')).map(one => one.id).join(',');
		await load('browse.categories-of', { ids });
		await load('browse.events');
		for (const name of ['events-text', 'events-place', 'events-day', 'events-all'])
			await load(`browse.${name}`);
	},
	'/events/:id': load => eventPage(load, event),
	'/events/:id of an attraction': permanent,
	'/categories': async load => {
		await load('browse.categories');
		await slugs(load);
	},
	'/categories/:id': async load => {
		await load('browse.category', { category: seeded('a1', 1) });
		await load('browse.category-words', { words: 'music concerts' });
		const relations = await bySlug(load, 'music concerts');
		assert.ok((await load('browse.events-by-id', { ids: relations.map(one => one.event_id).join(',') })).length > 0);
	},
	'/checkout': async (load, who) => {
		await rpc('addons', { p_event_id: event })(load);
		await rpc('menu', { p_event_id: event })(load);
		await load('checkout.prices', { paid: seeded('30', 241), free: seeded('30', 242) });
		if (!who.token)
			return;
		await load('checkout.methods');
		await load('checkout.fees', {}, { body: { p_event_id: event, p_ticket_selections: [] } });
		await load('checkout.rate');
	},
	'/verify/:token': async load => assert.equal((await load('guest.by-token')).status, 'COMPLETED'),
	'/guest/tickets/:token': load => load('confirmation.tickets-nowhere', {}, { fails: 400 }), // broken in the page
	'/support': load => load('account.topics'),
	'/organizers': load => load('discovery.organizers'),
	'/organizers/:slug': async load => {
		await load('discovery.organizer');
		await load('discovery.organizer-events');
	},
	'/venues': load => load('discovery.venues'),
	'/venues/:slug': async load => {
		const [venue] = await load('discovery.venue');
		await load('discovery.venue-events', { venue: venue.id });
		await load('discovery.venue-services', {}, { body: { p_venue_id: venue.id, p_include_inactive: false } });
	},
	'/artists': load => load('discovery.artists'),
	'/artists/:slug': async load => {
		await load('discovery.artist');
		assert.ok((await load('discovery.artist-events')).length > 0);
	},
	'/tags/:slug': async load => {
		await load('discovery.tag');
		assert.ok((await load('discovery.tag-events')).length > 0);
	},
	'/attractions': async load => {
		for (const name of ['attractions', 'attractions-type', 'attractions-land', 'attractions-city', 'attractions-all'])
			await load(`browse.${name}`);
	},
	'/blog': async load => {
		await load('blog.featured');
		assert.equal((await load('blog.posts')).length, 1);
	},
	'/blog/post/:slug': async load => {
		await load('blog.post');
		await load('blog.related');
		assert.equal((await load('blog.comments')).length, 1);
	},
	'/blog/category/:slug': async load => {
		const { id } = await load('blog.category');
		await load('blog.posts-category', { category: id });
	},
	'/blog/tag/:slug': async load => {
		await load('blog.tag', { tagSlug: 'festival' });
		await load('blog.posts');
	},
	'/blog/author/:id': async load => {
		await load('blog.author');
		await load('blog.posts-author');
	},
	'/blog/search': load => load('blog.search', { q: 'festivals' }),
	'the footer': load => load('shell.newsletter-seen', {}, { fails: 406 }),
	'/contact': load => load('account.contact', {}, { body: { p_name: 'Zoé', p_email: 'zoe@example.org', p_subject: 'Bonjour', p_message: 'Une question' } }),
};

// for those who are signed in
const own = {
	'/booking/confirmation/:id': async load => {
		assert.equal((await load('confirmation.tickets')).length, 7);
		await load('confirmation.total');
		await load('confirmation.order');
		await load('confirmation.payment-of');
		await load('confirmation.items', {}, { fails: 400 });
		await load('confirmation.reward');
	},
	'/dashboard': async load => {
		assert.equal((await load('tickets.upcoming')).length, 11);
		await load('tickets.gone', { all: seeded('10', 1) });
		await load('tickets.spent');
		assert.equal((await load('tickets.recent')).length, 3);
		await load('shell.credits');
		await received(load);
	},
	'/profile': load => load('shell.profile'),
	'/profile/my-tickets': async load => {
		const mine = await load('tickets.mine');
		const all = mine.map(one => one.id).join(',');

		assert.equal(mine.length, 11);
		await load('tickets.gone', { all });
		assert.equal((await load('tickets.bought', { all })).length, 11);
	},
	'/profile/bookings': async load => {
		assert.equal((await load('tickets.history')).length, 3);
		await load('tickets.sent-marks');
		assert.deepEqual(await load('tickets.scanners'), [{ user_id: seeded('00', 3), name: 'Salif Kaboré' }]);
	},
	'/profile/transfers': received,
	'/profile/sent': async load => {
		await load('tickets.sent');
		await load('tickets.recipients', { addressee: event });
	},
	'/profile/notifications': async load => {
		await load('account.preferences');
		await load('account.preferences-save', {}, { body: { user_id: awa.id, email: true, push: false, types: ['EVENT_REMINDER'] } });
	},
	'/profile/payments': async load => {
		await load('checkout.methods');
		await load('account.method-same', {}, { fails: 406 });
	},
	'/profile/referral': async load => {
		for (const name of ['code', 'code-old', 'referrals', 'rewards', 'credits', 'ledger'])
			await load(`account.${name}`);
	},
	'/profile/settings': load => load('account.logins'),
	'/notifications': load => load('shell.bell-page'),
	'/support of one\'s own': async load => {
		const { id } = await load('account.question', {}, { body: { user_id: awa.id, subject: 'Une question', priority: 'LOW' } });

		await load('account.questions');
		await load('account.question-page', { question: id });
		await load('account.messages', { question: id });
	},
};

for (const [name, who] of Object.entries({ 'a visitor': {}, 'somebody who is signed in': awa })) {
	describe(`${name} opens`, () => {
		for (const [route, open] of Object.entries({ ...pages, ...(who.token ? own : {}) }))
			test(route, () => open(loader(who), who));
	});
}

describe('the functions that pages call before the data API', () => {
	const get = (name, options) => call(stack, name, { method: 'GET', ...options });

	test('get-events is what the fallback gives', async () => {
		const { status, body } = await get('get-events');

		assert.equal(status, 200);
		assert.deepEqual(new Set(body.map(one => one.id)), new Set((await loader({})('shell.events')).map(one => one.id)));
		assert.ok(body.every(one => one.ticket_types.length > 0));
	});

	test('get-categories counts what is to come', async () => {
		const { status, body } = await get('get-categories');

		assert.equal(status, 200);
		assert.deepEqual(body.map(one => one.name).sort(), (await loader({})('browse.categories')).map(one => one.name).sort());
		assert.ok(body.every(one => typeof one.event_count === 'number'));
	});

	test('a picture of ours comes without a key', async () => {
		const { status } = await get(`simple-image-optimizer?url=${encodeURIComponent(`${stack.url}/images/banner-1.svg`)}&width=400&height=300&quality=80&format=webp`, { key: null });

		assert.ok([200, 302].includes(status), `${status}`);
	});
});
