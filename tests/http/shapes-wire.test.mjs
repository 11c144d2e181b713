// How the data API is spoken: conventions that all shapes share, and what clients send by accident.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, test } from 'node:test';

import { cast } from '../harness/cast.mjs';
import { ask, none, refused, rows } from '../harness/shapes.mjs';
import { Stack } from '../harness/stack.mjs';
import { call } from '../harness/wire.mjs';
import { event, tickets } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const { owner } = await cast(stack, 'owner');
const what = await event(stack, { title: 'Nuit, du (Djembé) "neuf"' });
await tickets(stack, owner, 3, { of: what });
const read = (path, who = {}, marks = []) => ask(stack, { method: 'GET', path, marks }, who);
const rest = (path, options) => call(stack, `/rest/v1${path}`, { token: owner.token, ...options });

test('an older client sends an empty Prefer, or none: nothing comes back', async () => {
	const body = { user_id: owner.id, type: 'SYSTEM', title: 'x', message: 'y' };

	for (const headers of [{}, { Prefer: '' }, { Prefer: 'return=minimal' }]) {
		const made = await rest('/notifications', { body, headers });
		assert.deepEqual([made.status, made.text, made.headers.get('content-type')], [201, '', null]);
		const changed = await rest(`/notifications?user_id=eq.${owner.id}`, { method: 'PATCH', body: { read: 'true' }, headers });
		assert.deepEqual([changed.status, changed.text], [204, '']);
	}
	const gone = await rest(`/notifications?user_id=eq.${owner.id}`, { method: 'DELETE', headers: { 'Content-Type': 'application/json', Prefer: '' } });
	assert.deepEqual([gone.status, gone.text], [204, '']);
});

test('ids of the address bar that are none are 400, never 500', async () => {
	for (const id of ['undefined', 'null', 'NaN', '[object Object]', '1', '', "'", '%00'])
		for (const path of [`/events?select=*&id=eq.${id}`, `/tickets?select=id&order_id=eq.${id}`, `/guest_orders?select=id&token=eq.${id}`])
			refused('22P02')(await read(path, owner));
	refused('PGRST205')(await read('/undefined?select=*'));
});

test('a search box whose text breaks the list of conditions is told so; other text is searched for', async () => {
	const search = text => read(`/events?select=id&status=eq.PUBLISHED&or=(title.ilike.%${text}%,description.ilike.%${text}%)&order=date.asc`);

	for (const text of ['Nuit, du', 'a,b', ',', ')', '(Djembé)', 'a)b', 'a,b.eq', '),('])
		assert.ok([200, 400].includes((await search(text)).status), text);
	for (const text of ['a,b', ','])
		refused('PGRST100')(await search(text));
	for (const text of ["l'été", 'dj_mb', 'Djembé', '100%', '\\', 'a.b', 'a:b', '{', '}', '{}', '*', '"', ' ', '', '🎟️', '\t', 'select', '--', ';'])
		assert.equal((await search(text)).status, 200, text);
	rows([{ id: what.id }])(await read('/events?select=id&title=ilike.%Nuit, du (Dj%'));
});

test('lists quote what would end them', async () => {
	const titles = list => read(`/events?select=title&title=in.(${list})`);

	rows([{ title: what.title }])(await titles('"Nuit, du (Djembé) \\"neuf\\"",x'));
	none(await titles('"Nuit, du (Djembé)"'));
	none(await titles(''));
});

test('a long list of ids fits into an address', async () => {
	for (const n of [50, 200, 350, 400, 600, 800, 850, 1000, 1400]) {
		const ids = [what.id, ...Array.from({ length: n }, () => crypto.randomUUID())];

		rows([{ id: what.id }])(await read(`/events?select=id&id=in.(${ids})`, owner));
	}
});

test('numbers, dates, lists and JSON come as what they are', async () => {
	const [one] = (await read(`/events?select=price,capacity,featured,date,created_at,coordinates,categories,city,deleted_at&id=eq.${what.id}`)).body;

	assert.deepEqual([typeof one.price, typeof one.capacity, one.featured, one.city, one.deleted_at, one.categories], ['number', 'number', false, null, null, []]);
	assert.match(one.date, /^\d{4}-\d\d-\d\d$/);
	assert.match(one.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+[+-]\d\d:\d\d$/);
	assert.deepEqual(one.coordinates, { latitude: 12.3714, longitude: -1.5197 });
});

test('totals come in Content-Range, with 206 for a part', async () => {
	const range = async (query, marks = ['#']) => {
		const answer = await read(`/tickets?select=id&${query}`, owner, marks);
		return [answer.status, answer.headers.get('content-range')];
	};

	assert.deepEqual(await range('order=id'), [200, '0-2/3']);
	assert.deepEqual(await range('offset=1&limit=1'), [206, '1-1/3']);
	assert.deepEqual(await range('limit=1', []), [200, '0-0/*']);
	assert.deepEqual(await range('status=eq.USED'), [200, '*/0']);
	assert.deepEqual(await range('offset=9&limit=1'), [416, '*/3']);
});

test('browsers may send what clients send, and read the total', async () => {
	const { status, headers } = await call(stack, '/rest/v1/tickets', { method: 'OPTIONS', key: null, headers: {
		'Origin': 'https://temba.example', 'Access-Control-Request-Method': 'PATCH',
		'Access-Control-Request-Headers': 'apikey, authorization, x-client-info, x-application-name, accept-profile, content-profile, content-type, prefer, range, x-supabase-api-version',
	} });
	const allowed = headers.get('access-control-allow-headers').toLowerCase();

	assert.ok([200, 204].includes(status));
	for (const name of ['apikey', 'authorization', 'x-client-info', 'x-application-name', 'accept-profile', 'content-profile', 'content-type', 'prefer', 'range', 'x-supabase-api-version'])
		assert.ok(allowed === '*' || allowed.split(/ *, */).includes(name), name);
	for (const method of ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'])
		assert.ok(headers.get('access-control-allow-methods').split(/ *, */).includes(method), method);
	const answer = await read('/events?select=id&limit=1', {}, ['#']);
	assert.equal(answer.headers.get('access-control-allow-origin'), '*');
	assert.ok(answer.headers.get('access-control-expose-headers').toLowerCase().split(/ *, */).includes('content-range'));
});
