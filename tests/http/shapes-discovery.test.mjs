// Organizers, venues, artists, tags: what everybody reads, and never of a draft.
import { after } from 'node:test';

import { cast, seeded, truth } from '../harness/cast.mjs';
import { inAnyOrder, replay, row, rows } from '../harness/shapes.mjs';
import { Stack } from '../harness/stack.mjs';
import { event } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const callers = await cast(stack, 'owner', 'organizer', 'foreign');
const { organizer } = callers;
const [venue, artist, tag] = [seeded('a5', 1), seeded('a7', 1), seeded('a8', 1)];
const sql = (text, values) => truth(stack, text, values);

await stack.db.query(`insert into public.organizer_profiles (organizer_id, business_name, slug, bio) values ($1, 'Zerbo Events', 'zerbo-events', 'Depuis dix ans')`, [organizer.id]);
for (const status of ['PUBLISHED', 'DRAFT']) {
	const { id } = await event(stack, { title: `Nuit ${status}`, organizer, status, startsIn: 48 });

	await stack.db.query('update public.events set venue_id = $2 where id = $1', [id, venue]);
	await stack.db.query('insert into public.event_artists (event_id, artist_id, role) values ($1, $2, \'Invité\')', [id, artist]);
	await stack.db.query('insert into public.event_tags (event_id, tag_id) values ($1, $2)', [id, tag]);
}
const everybody = expect => ({ anon: expect, owner: expect, foreign: expect });
const of = (table, condition) => sql(`select json_build_object('id', e.id, 'title', e.title) as events from public.${table} r join public.events e on e.id = r.event_id where e.status = 'PUBLISHED' and ${condition}`);
const withEvents = (list, mine) => {
	const titles = all => all.map(one => one.events.title).sort();
	const like = more => rows(found => JSON.stringify(titles(found)) === JSON.stringify([...titles(list), ...more].sort()));

	return { ...everybody(like([])), organizer: like(mine) }; // an organizer sees his drafts too
};

replay(stack, 'discovery', { callers, values: { organizer: organizer.id, organizerSlug: 'zerbo-events', venue, venueSlug: 'maison-du-peuple', artist, artistSlug: 'etoiles-du-mouhoun', tag, tagSlug: 'plein-air' } }, {
	'organizers': everybody(rows(await sql('select organizer_id, business_name, slug, city, country_code, logo_url, cover_image_url, verification_status, followers_count, bio from public.organizer_profiles order by business_name'))),
	'organizer': everybody(row({ organizer_id: organizer.id, business_name: 'Zerbo Events', social_links: {}, verification_status: 'PENDING' })),
	'organizer-events': { ...everybody(rows([{ title: 'Nuit PUBLISHED', status: 'PUBLISHED', tickets_sold: 0, capacity: 100000 }])), organizer: rows(1) },
	'venues': everybody(rows(await sql('select id, name, slug, city, country_code, capacity, photos, verified, event_count from public.venues order by name'))),
	'venue': everybody(rows([{ id: venue, name: 'Maison du Peuple', description: text => text.length > 0 }])),
	'venue-events': everybody(inAnyOrder(await sql(`select id, title, date, image_url, price, currency, status, is_permanent from public.events where status = 'PUBLISHED' and venue_id = '${venue}' order by date`))),
	'venue-services': { body: { p_venue_id: venue, p_include_inactive: false }, ...everybody(rows([{ name: 'Place de parking', price: 1000 }, { name: 'Salon climatisé', price: 5000 }])) },
	'artists': everybody(rows(await sql('select id, name, slug, genre, photo_url, country_code, city, verified from public.artists order by name'))),
	'artist': everybody(row({ id: artist, name: 'Les Étoiles du Mouhoun', social_links: {} })),
	'artist-events': withEvents(await of('event_artists', `artist_id = '${artist}'`), ['Nuit DRAFT']),
	'tag': everybody(row({ id: tag, name: 'Plein air', color: '#16a34a' })),
	'tag-events': withEvents(await of('event_tags', `tag_id = '${tag}'`), ['Nuit DRAFT']),
});
