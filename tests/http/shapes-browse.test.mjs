// Home, events, categories, attractions: what everybody reads, and what only administrators and the
// event's organizer change.
import assert from 'node:assert/strict';
import { after } from 'node:test';

import { cast, seeded, truth } from '../harness/cast.mjs';
import { count, done, forbidden, inAnyOrder, like, nothing, refused, replay, row, rows, unauthorized } from '../harness/shapes.mjs';
import { Stack } from '../harness/stack.mjs';
import { event } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const callers = await cast(stack, 'owner', 'organizer', 'foreign', 'admin');
const what = await event(stack, { title: 'Concert du Djembé', organizer: callers.organizer });
const draft = await event(stack, { title: 'Concert à venir', organizer: callers.organizer, status: 'DRAFT' });
const sql = (text, values) => truth(stack, text, values);
const [music, cinema] = [seeded('a1', 1), seeded('a1', 2)];

await stack.db.query('insert into public.event_category_relations (event_id, category_id) values ($1, $3), ($2, $3)', [what.id, draft.id, music]);
const published = `from public.events e where status = 'PUBLISHED' and deleted_at is null`;
const [{ day }] = await sql(`select date as day ${published} and id = $1`, [seeded('20', 24)]);
const ids = [what.id, draft.id, seeded('20', 1), seeded('20', 24), seeded('20', 57), seeded('00', 1)];
const categories = await sql('select * from public.categories order by name');
const found = condition => sql(`select id, title ${published} and ${condition} order by date`);
const attractions = condition => sql(`select id, title, attraction_type ${published} and is_permanent and ${condition} order by featured desc, title`);
const named = list => list.map(({ id, title }) => ({ id, title }));
// in the order of dates, in any order on one day; with types and categories
const events = list => answer => {
	rows(list.length)(answer);
	assert.deepEqual(new Set(answer.body.map(one => one.id)), new Set(list.map(one => one.id)));
	assert.deepEqual(answer.body.map(one => one.date), answer.body.map(one => one.date).sort());
	for (const one of answer.body)
		like(one, { ticket_types: types => types.every(type => type.event_id === one.id), event_category_relations: all => all.every(each => each.categories.id === each.category_id) });
};
const everybody = (...expectations) => Object.fromEntries(['anon', 'owner', 'organizer'].map((name, i) => [name, expectations[i] ?? expectations[0]]));
const change = answer => {
	row({ name: 'Essai', color: '#ff0000' })(answer);
	values.mine = answer.body.id;
};
const relations = async category => (await sql(`select event_id from public.event_category_relations r join public.events e on e.id = r.event_id where category_id = $1 and status = 'PUBLISHED' order by 1`, [category]));
const allCountries = await sql(`select country_code ${published}`), allLocations = await sql(`select location ${published}`);
const values = { q: 'concert', city: 'ouaga', day, ids: ids.join(','), event: what.id, category: music, festivals: seeded('a1', 4), slugWords: 'music concerts', words: 'music', name: 'Cinema', sub: 'Jazz', mine: seeded('a1', 99) };

replay(stack, 'browse', { callers, values }, {
	'banners': everybody(rows(await sql('select id, title, image_url, link, description, event_id from public.banners where active order by display_order'))),
	'events': everybody(events(await found('true'))),
	'events-text': everybody(events(await found(`(title ilike '%concert%' or description ilike '%concert%')`))),
	'events-place': everybody(events(await found(`location ilike '%ouaga%'`))),
	'events-day': everybody(events(await found(`date = '${day}'`))),
	'events-all': everybody(events(await found(`(title ilike '%concert%' or description ilike '%concert%') and location ilike '%ouaga%' and date = '${day}'`))),
	'events-by-id': {
		anon: events(await found(`id = any ('{${ids}}')`)), foreign: events(await found(`id = any ('{${ids}}')`)),
		organizer: events([...await found(`id = any ('{${ids}}')`), draft]), // an organizer sees the drafts of his own
	},
	'countries': everybody(inAnyOrder(allCountries)),
	'locations': everybody(count(allLocations.length, allLocations.length)),
	'published-ids': everybody(rows(allCountries.length)),
	'categories-of': {
		anon: inAnyOrder([music, music, music].map(id => ({ category_id: id }))), foreign: rows(3),
		organizer: rows(4), // that of the draft too
	},
	'events-of': { anon: inAnyOrder(await relations(music)), organizer: rows((await relations(music)).length + 1) },
	'events-of-many': everybody(inAnyOrder([...await relations(music), ...await relations(seeded('a1', 4))]), undefined, rows((await relations(music)).length + (await relations(seeded('a1', 4))).length + 1)),
	'upcoming': everybody(count(3)),
	'relations': { anon: count((await relations(music)).length), admin: count((await sql('select 1 from public.event_category_relations where category_id = $1', [music])).length) },
	'categories': everybody(rows(categories)),
	'category': everybody(row({ id: music, name: 'Music Concerts', subcategories: ['Afrobeat', 'Jazz', 'Hip-hop'] })),
	'category-slug': everybody(row({ id: music })),
	'category-words': everybody(row({ id: music })),
	'category-name': everybody(row({ id: cinema })),
	'subcategory': everybody(rows([{ id: music }])),
	'subcategories': everybody(inAnyOrder(categories.map(one => ({ subcategories: one.subcategories })))),
	'category-new': { body: { name: 'Essai', icon: 'star', color: '#ff0000' }, anon: unauthorized, owner: forbidden, organizer: forbidden, admin: change },
	'category-change': { body: { description: 'Changée' }, anon: unauthorized, owner: refused('PGRST116'), organizer: refused('PGRST116'), admin: row({ name: 'Essai', description: 'Changée' }) },
	'relate': {
		body: [{ event_id: what.id, category_id: cinema }], anon: unauthorized, owner: forbidden, foreign: forbidden, organizer: done(201), admin: refused('23505'),
		after: async () => assert.equal((await sql('select 1 from public.event_category_relations where event_id = $1', [what.id])).length, 2),
	},
	'unrelate-one': {
		anon: unauthorized, owner: nothing, foreign: nothing, organizer: done(204),
		before: () => { values.category = cinema; },
		after: async () => assert.deepEqual(await sql('select category_id from public.event_category_relations where event_id = $1', [what.id]), [{ category_id: music }]),
	},
	'unrelate': {
		anon: unauthorized, foreign: nothing, organizer: done(204),
		after: async () => assert.equal((await sql('select 1 from public.event_category_relations where event_id = $1', [what.id])).length, 0),
	},
	'category-gone': {
		anon: unauthorized, owner: nothing, organizer: nothing, admin: done(204),
		after: async () => assert.deepEqual(named(await sql('select id, name as title from public.categories order by name')), named(categories.map(one => ({ id: one.id, title: one.name })))),
	},
	'attractions': everybody(rows(named(await attractions('true')))),
	'attractions-type': everybody(rows(named(await attractions(`attraction_type = 'zoo'`)))),
	'attractions-land': everybody(rows(named(await attractions(`country_code = 'BF'`)))),
	'attractions-city': everybody(rows(named(await attractions(`city ilike '%ziniar%'`)))),
	'attractions-all': everybody(rows([{ id: seeded('20', 55), attraction_type: 'zoo', ticket_types: types => types.length === 2 }])),
});
