// The data API as postgrest-js uses it: what a page reads and writes, in whose name, and what it is told
// when that is not possible.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { whileAsking } from '../harness/serve-rest.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually } from '../harness/wire.mjs';
import { event, people, signIn, tickets } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const [awa, issa] = await Promise.all((await people(stack, [{ name: 'Awa Ouattara', phone: '+22670111111' }, { name: 'Issa Barry' }])).map(one => signIn(stack, one)));
const what = await event(stack, { title: 'Nuit du Djembé' });
const [mine] = await tickets(stack, awa, 3, { of: what });
const nobody = stack.client();
const service = stack.client({ key: stack.serviceKey });

test('a visitor reads published events with their ticket types', async () => {
	const { data, error, status } = await nobody.from('events').select('id, title, ticket_types(name, price)').eq('id', what.id).order('price', { referencedTable: 'ticket_types' });

	assert.equal(error, null);
	assert.equal(status, 200);
	assert.deepEqual(data, [{ id: what.id, title: 'Nuit du Djembé', ticket_types: [{ name: 'Invitation', price: 0 }, { name: 'Entrée', price: 5000 }] }]);
});

test('everybody reads their own tickets alone', async () => {
	const own = await awa.client.from('tickets').select('id, event:events(title), ticket_types(name)').eq('event_id', what.id);

	assert.equal(own.data.length, 3);
	assert.deepEqual(own.data[0].event, { title: 'Nuit du Djembé' });
	assert.deepEqual((await issa.client.from('tickets').select('id').eq('event_id', what.id)).data, []);
	assert.deepEqual((await nobody.from('tickets').select('id').eq('event_id', what.id)).data, []);
	assert.equal((await service.from('tickets').select('id').eq('event_id', what.id)).data.length, 3);
});

test('counts, pages and heads', async () => {
	const head = await awa.client.from('tickets').select('*', { count: 'exact', head: true }).eq('event_id', what.id);

	assert.deepEqual([head.count, head.data, head.status], [3, null, 200]);
	const page = await awa.client.from('tickets').select('id', { count: 'exact' }).eq('event_id', what.id).range(1, 1);
	assert.deepEqual([page.count, page.data.length, page.status], [3, 1, 206]);
	const past = await awa.client.from('tickets').select('id', { count: 'exact' }).eq('event_id', what.id).range(10, 11);
	assert.deepEqual([past.status, past.error.code], [416, 'PGRST103']);
});

test('single and maybeSingle', async () => {
	assert.equal((await awa.client.from('tickets').select('id').eq('id', mine).single()).data.id, mine);
	const none = await issa.client.from('tickets').select('id').eq('id', mine).single();

	assert.deepEqual([none.status, none.error.code, none.error.details], [406, 'PGRST116', 'The result contains 0 rows']);
	assert.deepEqual((await issa.client.from('tickets').select('id').eq('id', mine).maybeSingle()).data, null);
	assert.equal((await awa.client.from('tickets').select('id').eq('event_id', what.id).single()).error.code, 'PGRST116');
});

test('a profile shows strangers no address, and its owner may not make himself an admin', async () => {
	const own = await awa.client.from('profiles').update({ location: 'Bobo-Dioulasso', role: 'ADMIN', email: 'other@example.org' }).eq('user_id', awa.id).select().single();

	assert.deepEqual([own.data.location, own.data.role, own.data.email], ['Bobo-Dioulasso', 'USER', awa.email]);
	const seen = await issa.client.from('profiles').select('email, phone, location').eq('user_id', awa.id).maybeSingle();
	assert.ok(seen.data === null || (seen.data.email === null && seen.data.phone === null));
	assert.equal((await issa.client.from('profiles').update({ location: 'X' }).eq('user_id', awa.id).select()).data?.length ?? 0, 0);
});

test('notifications go to oneself alone, and their flags follow each other', async () => {
	const made = await awa.client.from('notifications').insert({ user_id: awa.id, type: 'SYSTEM', title: 'Bonjour', message: 'Test' }).select().single();

	assert.deepEqual([made.status, made.data.read], [201, 'false']);
	const forged = await awa.client.from('notifications').insert({ user_id: issa.id, type: 'SYSTEM', title: 'x', message: 'y' });
	assert.deepEqual([forged.status, forged.error.code], [403, '42501']);
	const silent = await awa.client.from('notifications').update({ read: 'true' }).eq('id', made.data.id);
	assert.deepEqual([silent.status, silent.data, silent.error], [204, null, null]);
	const gone = await awa.client.from('notifications').delete().eq('id', made.data.id).select('read, read_at');
	assert.equal(gone.data[0].read, 'true');
	assert.ok(gone.data[0].read_at);
});

test('an upsert makes a row once and changes it the second time', async () => {
	const ask = email => awa.client.from('notification_preferences').upsert({ user_id: awa.id, email }, { onConflict: 'user_id' }).select('email');

	assert.deepEqual((await ask(false)).data, [{ email: false }]);
	assert.deepEqual((await ask(true)).data, [{ email: true }]);
});

test('or, inner embeds, lists and CSV', async () => {
	const found = await nobody.from('events').select('title, ticket_types!inner(name)').or('title.ilike.*djemb*,title.eq.x').gt('ticket_types.price', 1000).eq('id', what.id);

	assert.deepEqual(found.data, [{ title: 'Nuit du Djembé', ticket_types: [{ name: 'Entrée' }] }]);
	assert.equal((await nobody.from('events').select('id').in('id', [what.id, mine])).data.length, 1);
	assert.equal((await nobody.from('ticket_types').select('name,price').eq('event_id', what.id).order('price').csv()).data, 'name,price\nInvitation,0\nEntrée,5000');
});

test('refusals are told in the shape that clients read', async () => {
	for (const [path, status, code] of [
		['events?select=id&id=eq.abc', 400, '22P02'], ['nope', 404, 'PGRST205'], ['events?select=nope(id)', 400, 'PGRST200'],
		['events?select=(', 400, 'PGRST100'], ['events?id=eq', 400, 'PGRST100'], ['rpc/nope', 404, 'PGRST202'], ['events?select=nope', 400, '42703'],
		['events/deeper', 404, 'PGRST125'],
	]) {
		const answer = await call(stack, `/rest/v1/${path}`, { method: 'GET' });

		assert.deepEqual([answer.status, answer.body.code], [status, code], path);
		assert.deepEqual(Object.keys(answer.body).sort(), ['code', 'details', 'hint', 'message']);
		assert.equal(answer.headers.get('access-control-allow-origin'), '*');
	}
	const forged = await call(stack, '/rest/v1/events', { method: 'GET', token: `${awa.token.slice(0, -6)}AAAAAA` });
	assert.deepEqual([forged.status, forged.body.code], [401, 'PGRST301']);
	assert.match(forged.headers.get('www-authenticate'), /^Bearer error="invalid_token", error_description="/);
	const anonymous = await nobody.from('notifications').insert({ user_id: awa.id, type: 'SYSTEM', title: 'x', message: 'y' });
	assert.deepEqual([anonymous.status, anonymous.error.code], [401, '42501']);
});

test('what a client writes in names and values stays a name or a value', async () => {
	const evil = `'; drop table public.events; --`;

	for (const query of [`title=eq.${evil}`, `select=${evil}`, `order=${evil}`, `${evil}=eq.1`, `or=(title.eq.${evil})`, `select=id,x:title::text${evil}`, `limit=${evil}`, `id=in.(${evil})`]) {
		const answer = await call(stack, `/rest/v1/events?${query.split('=').map(encodeURIComponent).join('=')}`, { method: 'GET' });

		assert.ok(answer.status < 500, `${query}: ${answer.status} ${answer.text}`);
	}
	assert.equal((await nobody.from('events').select('id').eq('id', what.id)).data.length, 1);
});

test('a table that a migration has just made can be read at once', async () => {
	const ask = () => call(stack, '/rest/v1/brand_new?select=id', { method: 'GET', key: stack.serviceKey });

	assert.equal((await ask()).body.code, 'PGRST205');
	await stack.db.query("create table public.brand_new (id integer); grant select on public.brand_new to service_role; insert into public.brand_new values (7); notify pgrst, 'reload schema'");
	await eventually('the new catalog', async () => (await ask()).status === 200);
	assert.deepEqual((await ask()).body, [{ id: 7 }]);
	await stack.db.query('drop table public.brand_new; notify pgrst');
	await eventually('the old catalog', async () => (await ask()).body.code === 'PGRST205');
});

test('a schema that changes again and again loses no request', async () => {
	const generations = () => stack.log('functions').split('restart: release').length;
	const { asked, failures } = await whileAsking(async () => {
		const answer = await call(stack, '/rest/v1/events?select=id,ticket_types(name)&limit=1', { method: 'GET' });

		return (answer.status === 200 && answer.body.length === 1) || `${answer.status} ${answer.text}`;
	}, async () => {
		for (let changes = 0; changes < 6; changes++) {
			const before = generations();

			await stack.db.query('notify pgrst');
			await eventually('one generation more', () => generations() > before, { ms: 30_000 });
		}
	});

	assert.deepEqual(failures.slice(0, 5), []);
	assert.ok(asked > 50, `${asked} requests`);
});

test('guesses instead of counting when that is asked for', async () => {
	for (const count of ['planned', 'estimated']) {
		const { status, error, count: guess } = await service.from('tickets').select('id', { count, head: true }).eq('event_id', what.id);

		assert.ok([200, 206].includes(status), JSON.stringify(error));
		assert.equal(typeof guess, 'number');
	}
});
