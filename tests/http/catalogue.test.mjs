// The lists that every page loads: what is in them, that nginx keeps them for everybody, and that they
// are never older than the last change.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Pool } from '../harness/packages.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually } from '../harness/wire.mjs';
import { event, person, signIn, signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const COLUMNS = ['id', 'title', 'description', 'location', 'venue', 'venue_id', 'image_url', 'banner_images', 'gallery_images', 'date', 'time', 'price', 'currency', 'capacity',
	'tickets_sold', 'status', 'featured', 'categories', 'avg_rating', 'review_count', 'venue_layout_id', 'coordinates', 'organizer_id', 'country_code', 'city', 'address', 'region',
	'timezone', 'is_permanent', 'attraction_type', 'sales_start_date', 'created_at', 'updated_at', 'ticket_types'];
const SOON_MS = 1500; // a change is seen within about a second, long before the list would be over

const today = new Date().toISOString().slice(0, 10);
const events = (query = '') => call(stack, `get-events${query}`, { method: 'GET' });
const categories = () => call(stack, 'get-categories', { method: 'GET' });
const cache = answer => answer.headers.get('x-cache');
const inOrder = list => list.every((one, i) => i === 0 || list[i - 1] <= one);
const listed = async (id, query) => (await events(query)).body.find(one => one.id === id);

// After a change nginx is told twice to forget, a second apart: what is kept from here on stays.
async function quiet() {
	let since = Date.now();

	await eventually('nothing is forgotten any more', async () => {
		if (cache(await events('?limit=996')) === 'MISS')
			since = Date.now();
		return Date.now() - since > SOON_MS;
	});
}

let organizer, mine;
before(async () => {
	organizer = await signedIn(stack, { name: 'Fatou Organisatrice', role: 'ORGANIZER' });
	mine = await event(stack, { title: 'Nuit des griots', organizer, startsIn: 24 * 400 });
	await eventually('it is listed', () => listed(mine.id), { ms: SOON_MS });
});

describe('get-events', () => {
	test('answers an array, without key or session', async () => {
		const answer = await call(stack, 'get-events', { method: 'GET', key: null });

		assert.equal(answer.status, 200);
		assert.match(answer.headers.get('content-type'), /^application\/json/);
		assert.equal(answer.headers.get('access-control-allow-origin'), '*');
		assert.equal(answer.headers.get('x-cache-key'), 'events:published');
		assert.ok(Array.isArray(answer.body));
		assert.ok(answer.body.length >= 38);
		assert.ok(inOrder(answer.body.map(one => one.date)), 'by date');
		for (const one of answer.body) {
			assert.deepEqual(Object.keys(one), COLUMNS);
			assert.equal(one.status, 'PUBLISHED');
			for (const type of one.ticket_types) {
				for (const [name, kind] of Object.entries({ id: 'string', name: 'string', description: 'string', price: 'number', quantity: 'number', available: 'number', max_per_order: 'number', sales_enabled: 'boolean' }))
					assert.equal(typeof type[name], kind, name);
			}
		}
	});

	test('says what the data API would say, from which pages take the list when this one fails', async () => {
		const { data } = await stack.client().from('events').select('*,ticket_types(*)').eq('status', 'PUBLISHED').order('date').throwOnError();
		const { body } = await events();
		const byId = new Map(data.map(one => [one.id, one]));

		assert.equal(body.length, data.length);
		for (const one of body) {
			const other = byId.get(one.id), types = new Map(other.ticket_types.map(type => [type.id, type]));

			for (const name of COLUMNS.slice(0, -1))
				assert.deepEqual(one[name], other[name], name);
			assert.equal(one.ticket_types.length, types.size);
			for (const type of one.ticket_types) {
				for (const name of Object.keys(type))
					assert.deepEqual(type[name], types.get(type.id)[name], name);
			}
		}
	});

	test('has events that are over, and none that is not on show', async () => {
		const { rows: [over] } = await stack.db.query(`update public.events set date = current_date - 30, featured = true where id = $1 returning id`, [(await event(stack, { organizer })).id]);
		const draft = await event(stack, { organizer, status: 'DRAFT' }), gone = await event(stack, { organizer });

		await stack.db.query('update public.events set deleted_at = now() where id = $1', [gone.id]);
		await eventually('the one that is over', () => listed(over.id), { ms: SOON_MS });
		const ids = (await events('?limit=999')).body.map(one => one.id);
		assert.ok(!ids.includes(draft.id) && !ids.includes(gone.id));
		const featured = (await events('?featured=true')).body;
		assert.ok(featured.length >= 3 && featured.length < ids.length);
		assert.ok(featured.every(one => one.featured && one.date >= today));
		assert.equal((await events('?featured=true')).headers.get('x-cache-key'), 'events:featured');
	});

	test('puts a country first and hides none', async () => {
		const all = (await events()).body;

		for (const country of ['CI', 'tg', 'BF']) {
			const { body } = await events(`?country=${country}`);
			const near = body.filter(one => one.country_code === country.toUpperCase());

			assert.equal(body.length, all.length);
			assert.ok(near.length > 0);
			assert.deepEqual(body.slice(0, near.length), near);
			assert.ok(inOrder(near.map(one => one.date)) && inOrder(body.slice(near.length).map(one => one.date)));
		}
		assert.deepEqual((await events('?country=XX')).body, all);
		assert.deepEqual((await events('?country=nowhere')).body, all);
	});

	test('gives pages to whoever asks', async () => {
		const all = (await events()).body, day = all[10].date;

		assert.deepEqual((await events('?limit=5')).body, all.slice(0, 5));
		assert.deepEqual((await events('?limit=5&offset=5')).body, all.slice(5, 10));
		assert.deepEqual((await events(`?from=${day}`)).body, all.filter(one => one.date >= day));
		assert.deepEqual((await events('?offset=5000')).body, []);
		for (const query of ['?limit=0', '?limit=x', '?offset=-1', '?from=2026-02-30', '?from=\'']) {
			const refused = await events(query);

			assert.equal(refused.status, 422, query);
			assert.equal(refused.body.code, 'bad_page');
			assert.equal(typeof refused.body.error, 'string');
			assert.notEqual(cache(await events(query)), 'HIT', 'a refusal is not kept');
		}
	});

	test('takes no other method', async () => {
		for (const method of ['POST', 'HEAD', 'DELETE']) {
			const answer = await call(stack, 'get-events', { method });

			assert.equal(answer.status, 405);
			assert.equal(answer.headers.get('allow'), 'GET, OPTIONS');
		}
	});
});

describe('get-categories', () => {
	test('answers every category with its columns and its counts', async () => {
		const { status, headers, body } = await categories();
		const { rows } = await stack.db.query(`select category_id, upcoming_event_count::integer as count, next_event_date::text as next from public.category_event_counts`);
		const counts = new Map(rows.map(row => [row.category_id, row]));

		assert.equal(status, 200);
		assert.equal(headers.get('x-cache-key'), 'categories:all');
		assert.equal(body.length, counts.size);
		assert.ok(inOrder(body.map(one => one.name)));
		for (const one of body) {
			assert.deepEqual(Object.keys(one), ['id', 'name', 'icon', 'color', 'description', 'subcategories', 'created_at', 'updated_at', 'event_count', 'next_event_date']);
			assert.equal(one.event_count, counts.get(one.id).count);
			assert.equal(one.next_event_date, counts.get(one.id).next);
		}
		for (const name of ['Music Concerts', 'Cinema', 'Sports', 'Festivals'])
			assert.ok(body.find(one => one.name === name).event_count > 0, name);
	});

	test('counts what comes, and what is open every day comes today', async () => {
		const { rows: [{ id: category }] } = await stack.db.query(`insert into public.categories (name) values ('Essai') returning id`);
		const here = async () => (await categories()).body.find(one => one.id === category);
		const [over, open] = [await event(stack, { organizer }), await event(stack, { organizer })];

		assert.equal((await eventually('the new one', here, { ms: SOON_MS })).event_count, 0);
		assert.equal((await here()).next_event_date, null);
		await stack.db.query(`update public.events set date = current_date - 1, is_permanent = id = $2 where id in ($1, $2)`, [over.id, open.id]);
		await stack.db.query('insert into public.event_category_relations (event_id, category_id) select unnest($1::uuid[]), $2', [[over.id, open.id], category]);
		const counted = await eventually('the count', async () => (await here()).event_count > 0 && here(), { ms: SOON_MS });
		assert.deepEqual([counted.event_count, counted.next_event_date], [1, today]);
		await stack.db.query('delete from public.categories where id = $1', [category]);
		await eventually('it is gone', async () => await here() === undefined, { ms: SOON_MS });
	});
});

describe('nginx keeps a list', () => {
	before(quiet);

	test('for everybody, signed in or not', async () => {
		await events('?limit=3');
		const answers = await Promise.all([
			events('?limit=3'), call(stack, 'get-events?limit=3', { method: 'GET', key: null }), call(stack, 'get-events?limit=3', { method: 'GET', token: organizer.token }),
			call(stack, 'get-events?limit=3', { method: 'GET', token: 'a.b.c', headers: { 'Accept-Language': 'en', Cookie: 'a=b', 'Cache-Control': 'no-cache', Pragma: 'no-cache' } }),
		]);

		for (const answer of answers) {
			assert.equal(answer.status, 200);
			assert.equal(cache(answer), 'HIT');
			assert.equal(answer.text, answers[0].text);
			assert.equal(answer.headers.get('access-control-allow-origin'), '*');
			assert.equal(answer.headers.get('x-accel-expires'), null);
		}
		assert.equal(new Set(answers.map(answer => answer.headers.get('x-request-id'))).size, answers.length);
	});

	test('under the question as it was written: no two are taken for one', async () => {
		const all = (await events()).body.length;

		assert.equal((await events('?Featured=true')).body.length, all);
		assert.ok((await events('?featured=true')).body.length < all);
		assert.equal((await events('?limit=2&limit=4')).body.length, 2);
		assert.equal((await events('?x=1&%6cimit=4')).body.length, 4);
		assert.equal((await events('?x=1&limit=5')).body.length, 5);
	});

	test('and a browser that has it gets 304', async () => {
		const first = await events();
		const etag = first.headers.get('etag');

		assert.match(etag, /^"[0-9a-f]{32}"$/);
		assert.equal(first.headers.get('cache-control'), 'public, no-cache');
		for (const known of [etag, `W/${etag}`, `"x", ${etag}`]) {
			const again = await call(stack, 'get-events', { method: 'GET', headers: { 'If-None-Match': known } });

			assert.equal(again.status, 304, known);
			assert.equal(again.text, '');
			assert.equal(again.headers.get('etag'), etag);
		}
		assert.equal((await call(stack, 'get-events', { method: 'GET', headers: { 'If-None-Match': '"x"' } })).status, 200);
	});

	test('that many want at once is made once', async () => {
		const holder = await stack.db.connect();

		// the worker waits for the lock, and everybody else for the worker
		await holder.query('begin');
		await holder.query('lock table public.ticket_types in access exclusive mode');
		const all = Promise.all(Array.from({ length: 40 }, () => events('?limit=40')));
		try {
			await eventually('the worker waits', async () => (await holder.query(`select from pg_stat_activity where usename = 'fn_get_events' and wait_event_type = 'Lock'`)).rowCount === 1, { ms: 1500 });
		} finally {
			await holder.query('commit');
			holder.release();
		}
		const answers = await all;
		assert.deepEqual(answers.map(answer => answer.status), Array(40).fill(200));
		assert.equal(answers.filter(answer => cache(answer) === 'MISS').length, 1);
		assert.equal(answers.filter(answer => cache(answer) === 'HIT').length, 39);
		assert.equal(new Set(answers.map(answer => answer.text)).size, 1);
	});
});

describe('a change is seen at once', () => {
	const rest = (path, options) => call(stack, `/rest/v1/${path}`, { token: organizer.token, ...options });
	// What `ask` says is in the list before and is not after; nobody calls anything but the list.
	async function seen(change, look, { ms = SOON_MS } = {}) {
		assert.ok(!await look(), 'not yet');
		const answer = await change();

		assert.ok(answer === undefined || answer.status < 300, JSON.stringify(answer?.body));
		await eventually('it is seen', look, { ms });
	}

	test('an organizer renames an event through the data API', () => seen(
		() => rest(`events?id=eq.${mine.id}`, { method: 'PATCH', body: { title: 'Nuit des griots II' } }),
		async () => (await listed(mine.id)).title === 'Nuit des griots II'));
	test('in every list that was kept', async () => {
		await Promise.all([events('?country=BF'), events('?limit=998')]);
		await seen(() => rest(`events?id=eq.${mine.id}`, { method: 'PATCH', body: { title: 'Nuit des griots III' } }), async () =>
			(await Promise.all(['', '?country=BF', '?limit=998'].map(query => listed(mine.id, query)))).every(one => one.title === 'Nuit des griots III'));
	});
	test('a price', () => seen(
		() => rest(`ticket_types?id=eq.${mine.paid}`, { method: 'PATCH', body: { price: 7500 } }),
		async () => (await listed(mine.id)).ticket_types.find(type => type.id === mine.paid).price === 7500));
	test('a new type', () => seen(
		() => rest('ticket_types', { body: { event_id: mine.id, name: 'Tribune', price: 9000, quantity: 10 } }),
		async () => (await listed(mine.id)).ticket_types.length === 3));
	test('the last places are taken', () => seen(
		async () => {
			const { id: type } = (await listed(mine.id)).ticket_types.find(one => one.name === 'Tribune');
			const { rows: [order] } = await stack.db.query(`
				insert into public.orders (user_id, event_id, total, status, payment_method, ticket_quantities)
				values ($1, $2, 90000, 'AWAITING_PAYMENT', 'MOBILE_MONEY', $3) returning id`, [organizer.id, mine.id, JSON.stringify({ [type]: 10 })]);

			await stack.db.query('select private.hold_take($1)', [order.id]);
		},
		async () => (await listed(mine.id)).ticket_types.some(one => one.available === 0),
		{ ms: SOON_MS + 2000 })); // the number itself follows once a second
	test('an event is taken away', () => seen(
		() => rest(`events?id=eq.${mine.id}`, { method: 'PATCH', body: { status: 'CANCELLED' } }),
		async () => await listed(mine.id) === undefined));
	test('two changes, one right after the other', async () => {
		for (let round = 0; round < 5; round++) {
			await stack.db.query(`update public.events set title = 'Avant' where id = '20000000-0000-4000-8000-000000000021'`);
			await eventually('the first', async () => (await listed('20000000-0000-4000-8000-000000000021')).title === 'Avant', { ms: SOON_MS, every: 2 });
			await stack.db.query(`update public.events set title = $1 where id = '20000000-0000-4000-8000-000000000021'`, [`Après ${round}`]);
			await eventually('the second', async () => (await listed('20000000-0000-4000-8000-000000000021')).title === `Après ${round}`, { ms: SOON_MS });
		}
	});

	test('also by whoever was reading while it came: what he stored goes a second later', async () => {
		await quiet();
		await stack.db.query(`update public.categories set color = '#111111' where name = 'Cinema'`);
		await eventually('the first time', async () => (await categories()).body.find(one => one.name === 'Cinema').color === '#111111', { ms: SOON_MS });
		await eventually('it is kept', async () => cache(await categories()) === 'HIT', { ms: 500, every: 2 });
		await eventually('the second time', async () => cache(await categories()) === 'MISS', { ms: SOON_MS });
	});

	test('and nothing else makes nginx forget', async t => {
		const listener = await stack.db.connect();
		let notices = 0;

		listener.on('notification', () => notices++);
		await listener.query('listen cache');
		t.after(() => listener.release(true));
		const heard = async statement => {
			notices = 0;
			await listener.query(statement);
			await listener.query('select'); // what this very connection said has come by now
			return notices;
		};
		const draft = await event(stack, { organizer, status: 'DRAFT' });

		await heard('select');
		for (const [statement, times] of [
			[`update public.events set tickets_sold = tickets_sold + 1`, 0],
			[`update public.events set title = title`, 0],
			[`update public.events set title = title || '.' where id = '${draft.id}'`, 0],
			[`update public.ticket_types set available = available - 1 where available between 2 and 100`, 0],
			[`update public.ticket_types set available = quantity where available < quantity and available > 0`, 0],
			[`begin; update public.events set title = title || '.'; rollback`, 0],
			[`update public.events set title = title || '.' where id = '${draft.id}' and false`, 0],
			[`update public.events set title = title || '.'`, 1],
			[`begin; update public.events set title = title || '.'; update public.ticket_types set name = name || '.'; commit`, 1],
			[`update public.ticket_types set available = 0 where event_id = '${mine.id}'`, 1],
			[`update public.ticket_types set available = quantity where event_id = '${mine.id}'`, 1],
			[`update public.categories set color = '#000000' where name = 'Cinema'`, 1],
			[`delete from public.event_category_relations where event_id = '20000000-0000-4000-8000-000000000021'`, 1],
		])
			assert.equal(await heard(statement), times, statement);
	});
});

describe('places', () => {
	test('that are held show within seconds, and come back when nobody pays', async () => {
		const of = await event(stack, { organizer }), buyer = await person(stack);
		const available = async () => (await stack.db.query('select available from public.ticket_types where id = $1', [of.paid])).rows[0].available;
		const { rows: [order] } = await stack.db.query(`
			insert into public.orders (user_id, event_id, total, status, payment_method, ticket_quantities)
			values ($1, $2, 20000, 'AWAITING_PAYMENT', 'MOBILE_MONEY', $3) returning id`, [buyer.id, of.id, JSON.stringify({ [of.paid]: 4 })]);

		assert.equal(await available(), 100000);
		await stack.db.query('select private.hold_take($1)', [order.id]);
		await eventually('the number follows', async () => await available() === 99996, { ms: 5000 });
		await stack.db.query(`update private.holds set expires_at = private.now() where order_id = $1`, [order.id]);
		await eventually('the number follows back', async () => await available() === 100000, { ms: 5000 });
		assert.equal((await stack.db.query('select status from public.orders where id = $1', [order.id])).rows[0].status, 'EXPIRED');
		assert.ok(!/"fn":"refresh-places".*"run_us"/.test(stack.log('functions')), 'it is called every second and says nothing');
	});
});

describe('invalidate-events-cache', () => {
	const forget = options => call(stack, 'invalidate-events-cache', options);

	before(quiet);

	test('by the service key', async () => {
		await Promise.all([events(), categories()]);
		assert.equal(cache(await events()), 'HIT');
		const { status, body } = await forget({ token: stack.serviceKey });

		assert.equal(status, 200);
		assert.deepEqual(body.invalidated, ['events:published', 'events:featured', 'categories:all']);
		assert.ok(body.deleted >= 2);
		assert.ok(Math.abs(new Date(body.timestamp) - Date.now()) < 60_000);
		assert.deepEqual([cache(await events()), cache(await categories())], ['MISS', 'MISS']);
	});

	test('by the secret, by an organizer, and only what was named', async () => {
		await Promise.all([events(), categories()]);
		assert.equal((await forget({ token: stack.secret('CACHE_INVALIDATION_SECRET'), body: { keys: ['categories:all'] } })).body.deleted, 1);
		assert.deepEqual([cache(await events()), cache(await categories())], ['HIT', 'MISS']);
		const answer = await forget({ token: organizer.token, body: { keys: ['events:published', 'events:featured'] } });
		assert.equal(answer.status, 200);
		assert.deepEqual([cache(await events()), cache(await categories())], ['MISS', 'HIT']);
	});

	test('by nobody else', async () => {
		const visitor = await signIn(stack, await person(stack));

		await events();
		for (const [options, status] of [[{}, 401], [{ key: null }, 401], [{ token: stack.anonKey }, 401], [{ token: 'a.b.c' }, 401], [{ token: visitor.token }, 403], [{ token: stack.serviceKey, body: { keys: ['temba:webhook:1'] } }, 422]]) {
			const answer = await forget(options);

			assert.equal(answer.status, status);
			assert.equal(typeof answer.body.error, 'string');
		}
		assert.equal(cache(await events()), 'HIT');
	});
});

test('while the database is away the lists are still there, and new ones once it is back', async () => {
	const name = new URL(stack.env.DB_URL).pathname.slice(1);
	const outside = new Pool({ connectionString: stack.env.DB_URL.replace(`/${name}`, '/postgres'), max: 1 });
	const one = '20000000-0000-4000-8000-000000000022';
	const first = [await events(), await categories()];

	try {
		await outside.query(`alter database ${name} with allow_connections false`);
		await outside.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
		const unknown = await events('?limit=997');
		assert.deepEqual([unknown.status, unknown.body.code], [503, 'busy'], 'it is really away');
		await eventually('what was kept is over', async () => {
			const now = await Promise.all([events(), categories()]);

			assert.deepEqual(now.map(answer => [answer.status, answer.text]), first.map(answer => [200, answer.text]));
			return now.every(answer => ['STALE', 'UPDATING'].includes(cache(answer)));
		}, { ms: 20_000, every: 200 });
	} finally {
		await outside.query(`alter database ${name} with allow_connections true`);
		await outside.end();
	}
	await eventually('the database is back', () => stack.db.query(`update public.events set title = 'Après la panne' where id = $1`, [one]));
	await eventually('and the list is new', async () => (await listed(one)).title === 'Après la panne', { ms: 5000 });
});
