// The edge of the data API: what OPTIONS says, the description at its root, how far one request may go, and
// how often one person may ask.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { base64url } from '../harness/tokens.mjs';
import { call } from '../harness/wire.mjs';
import { event, signedIn } from '../harness/world.mjs';

const BURST = 10;

const stack = await Stack.start(import.meta.filename, { RATE_PER_TOKEN: 1, RATE_TOKEN_BURST: BURST, PGRST_SERVER_TIMING_ENABLED: true });
after(() => stack.stop());

const rest = (path, options = {}) => call(stack, `/rest/v1/${path}`, { method: 'GET', token: options.key ?? stack.anonKey, ...options });

describe('OPTIONS', () => {
	const options = (path, more) => rest(path, { method: 'OPTIONS', ...more });

	test('of a table, a view, a function and the root say what can be done', async () => {
		const expected = {
			events: 'OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE',
			profiles: 'OPTIONS,GET,HEAD,POST,PUT,PATCH',
			order_details: 'OPTIONS,GET,HEAD',
			'rpc/get_all_config': 'OPTIONS,GET,HEAD,POST',
			'rpc/validate_ticket': 'OPTIONS,POST',
		};

		for (const [path, allowed] of Object.entries(expected)) {
			const answer = await options(path);

			assert.deepEqual([path, answer.status, answer.text, answer.headers.get('allow')], [path, 200, '', allowed]);
			assert.equal(answer.headers.get('content-type'), null);
			assert.equal(answer.headers.get('access-control-allow-origin'), '*');
			assert.equal(answer.headers.get('access-control-allow-methods'), null, 'that is for preflights');
		}
	});
	test('of what is not there is 404, without a word of what is', async () => {
		for (const [path, code] of [['event', 'PGRST205'], ['rpc/get_all_configs', 'PGRST202'], ['events/1', 'PGRST125']]) {
			const answer = await options(path);

			assert.deepEqual([answer.status, answer.body.code, answer.body.hint, answer.body.details], [404, code, null, null]);
		}
	});
	test('needs a token that is good', async () => {
		assert.equal((await options('events', { token: 'a.b.c' })).status, 401);
	});
	test('with a preflight\'s headers is a preflight, and asks no worker', async () => {
		const answer = await options('nope', { key: null, token: undefined, headers: { Origin: 'https://temba.example', 'Access-Control-Request-Method': 'PATCH', 'Access-Control-Request-Headers': 'prefer' } });

		assert.deepEqual([answer.status, answer.text], [204, '']);
		assert.equal(answer.headers.get('access-control-allow-headers'), 'prefer');
		assert.match(answer.headers.get('access-control-allow-methods'), /PATCH/);
		assert.equal(answer.headers.get('allow'), null);
	});
});

describe('the root', () => {
	const service = { key: stack.serviceKey, token: stack.serviceKey };
	const root = async options => {
		const answer = await rest('', options);

		return { ...answer, body: JSON.parse(answer.text) };
	};

	test('describes the API to the service key', async () => {
		const { status, headers, body } = await root(service);

		assert.deepEqual([status, headers.get('content-type')], [200, 'application/openapi+json; charset=utf-8']);
		assert.deepEqual([body.swagger, body.schemes[0], body.host, body.basePath], ['2.0', 'http', new URL(stack.url).host, '/rest/v1']);
		assert.equal(body.definitions.ticket_types.properties.event_id.description, "Note:\nThis is a Foreign Key to `events.id`.<fk table='events' column='id'/>");
		assert.deepEqual(Object.keys(body.paths['/events']), ['get', 'post', 'patch', 'delete']);
		assert.deepEqual(Object.keys(body.paths['/order_details']), ['get']);
		assert.deepEqual(Object.keys(body.paths['/rpc/validate_ticket']), ['post']);
		assert.deepEqual(Object.keys(body.paths['/rpc/get_event_addons']), ['get', 'post']);
	});
	test('is not there for visitors and people, by whichever method', async () => {
		const one = await signedIn(stack);

		for (const token of [undefined, stack.anonKey, one.token]) {
			for (const method of ['GET', 'OPTIONS']) {
				const { status, body } = await root({ method, token });

				assert.deepEqual([status, body.code, body.hint, body.details], [404, 'PGRST126', null, null]);
			}
			assert.equal((await rest('', { method: 'HEAD', token })).status, 404);
		}
	});
	test('has no body for HEAD, and no other kind than JSON', async () => {
		const head = await rest('', { ...service, method: 'HEAD' });

		assert.deepEqual([head.status, head.text, head.headers.get('content-type')], [200, '', 'application/openapi+json; charset=utf-8']);
		assert.equal((await rest('', { ...service, method: 'OPTIONS' })).headers.get('allow'), 'OPTIONS,GET,HEAD');
		assert.equal((await root({ ...service, headers: { Accept: 'text/csv' } })).body.code, 'PGRST107');
		assert.equal((await root({ ...service, headers: { 'Accept-Profile': 'private' } })).body.code, 'PGRST106');
		assert.equal((await root({ ...service, method: 'POST' })).body.code, 'PGRST117');
	});
});

test('an answer says how long its steps took', async () => {
	const { headers } = await rest('events?select=id&limit=1');

	assert.match(headers.get('server-timing'), /^jwt;dur=\d+\.\d, parse;dur=\d+\.\d, plan;dur=\d+\.\d, transaction;dur=\d+\.\d, response;dur=\d+\.\d$/);
});

describe('a request that goes far', () => {
	const uuids = n => Array.from({ length: n }, (_, i) => `99999999-0000-4000-8000-${String(i).padStart(12, '0')}`);
	const nested = n => 'ticket_types(events('.repeat(n) + 'id' + '))'.repeat(n);

	test('is taken up to 32 embeds, 8 levels and 200 conditions, and refused in words past them', async () => {
		const embeds = n => uuids(n).map((_, i) => `a${i}:ticket_types(id)`).join();
		const conditions = n => uuids(n).map((_, i) => `price=neq.${i}`).join('&');
		const cases = [
			[`select=${embeds(32)}&limit=1`, 200], [`select=${embeds(33)}&limit=1`, 'embeds: at most 32'],
			[`select=${nested(4)}&limit=1`, 200], [`select=${nested(5)}&limit=1`, 'levels of embeds: at most 8'],
			[`select=id&limit=1&${conditions(200)}`, 200], [`select=id&limit=1&${conditions(201)}`, 'conditions: at most 200'],
			[`select=${'ticket_types('.repeat(4000)}id${')'.repeat(4000)}`, 'levels of embeds: at most'],
			[`select=id&or=${'(and'.repeat(9000)}`, 'levels of and() and or(): at most'],
			[`title=fts.${'a'.repeat(4097)}`, 'bytes in a text search: at most 4096'],
		];

		for (const [query, expected] of cases) {
			const answer = await rest(`events?${query}`);

			if (expected === 200) {
				assert.equal(answer.status, 200, answer.text);
				continue;
			}
			assert.deepEqual([answer.status, answer.body.code], [400, 'PGRST100'], query.slice(0, 60));
			assert.ok(answer.body.message.includes(expected), answer.body.message);
		}
	});
	test('may name 1600 ids: the page of a category', async () => {
		const { id } = await event(stack);
		const { data, error } = await stack.client().from('events').select('id, title').in('id', [...uuids(1600), id]).order('date');

		assert.equal(error, null);
		assert.deepEqual(data.map(one => one.id), [id]);
	});
	test('is 414 in JSON when its address does not fit, and may have long headers beside a long one', async () => {
		const ask = (n, headers = {}) => rest(`events?select=id&id=in.(${uuids(n).join()})`, { headers });

		for (const n of [1760, 3000]) {
			const answer = await ask(n);

			assert.deepEqual([answer.status, answer.body.code, answer.headers.get('access-control-allow-origin')], [414, 'uri_too_long', '*']);
		}
		assert.equal((await ask(1000, { 'X-Long': 'x'.repeat(15_000) })).status, 200);
		assert.equal((await ask(1, { 'X-Long': 'x'.repeat(20_000) })).status, 431);
		assert.equal((await ask(1000, { 'X-A': 'x'.repeat(15_000), 'X-B': 'x'.repeat(15_000) })).status, 414);
	});
	test('elsewhere than to the data API has a short address', async () => {
		for (const path of ['/functions/v1/health-check', '/auth/v1/settings', '/nothing'])
			assert.equal((await call(stack, `${path}?${'x'.repeat(16_400)}`, { method: 'GET' })).status, 414, path);
	});
	test('does not get its address back', async () => {
		assert.match((await rest('events?select=id&limit=0')).headers.get('content-location'), /^\/events\?/);
		const { status, headers } = await rest(`events?select=id&id=in.(${uuids(500)})`, { headers: { 'Accept-Profile': 'public' } });

		assert.deepEqual([status, headers.get('content-location'), headers.get('content-profile')], [200, null, 'public']);
	});
});

describe('the limit by token', () => {
	const many = (n, make) => Promise.all(Array.from({ length: n }, make));
	const refused = answers => answers.filter(answer => answer.status === 429).length;
	// nobody's, but of the form of a person's; `before` moves "sub" in the base64
	const forged = (before, n) => `${base64url({ alg: 'ES256' })}.${base64url({ [before]: 1, sub: `nobody-${n}` })}.${base64url(`signature ${before} ${n} ${'x'.repeat(40)}`)}`;

	test('lets a page ask for many things at once, then says 429 in JSON', async () => {
		const one = await signedIn(stack), other = await signedIn(stack);
		const answers = await many(3 * BURST, (_, i) => (i % 2 ? rest('events?select=id&limit=1', { token: one.token }) : call(stack, 'health-check', { method: 'GET', token: one.token })));

		assert.ok(answers.every(answer => [200, 429].includes(answer.status)));
		assert.ok(answers.length - refused(answers) > BURST, 'a burst passes');
		assert.ok(refused(answers) >= BURST, `${refused(answers)} refused`);
		for (const answer of answers.filter(answer => answer.status === 429)) {
			assert.equal(answer.body.code, 'too_many_requests');
			assert.ok(Number(answer.headers.get('retry-after')) > 0);
			assert.equal(answer.headers.get('access-control-allow-origin'), '*');
		}
		assert.equal((await rest('events?select=id&limit=1', { token: other.token })).status, 200, 'another person at the same address');
	});
	test('does not count visitors, who share a key', async () => {
		for (const key of [stack.anonKey, stack.serviceKey])
			assert.equal(refused(await many(3 * BURST, () => rest('events?select=id&limit=1', { key, token: key }))), 0);
		assert.equal(refused(await many(3 * BURST, () => rest('events?select=id&limit=1', { headers: { Authorization: null } }))), 0);
	});
	test('is not got round by sending the token in another place', async () => {
		for (const before of ['a', 'ab', 'abc']) {
			for (const [n, make] of Object.entries([
				token => ({ key: token, token }),
				token => ({ key: token, token: undefined }),
				token => ({ key: null, token }),
				token => ({ token }),
			])) {
				const answers = await many(2 * BURST, () => rest('events?select=id&limit=1', make(forged(before, n))));

				assert.ok(refused(answers) > 0, `${before} ${n}: ${answers.map(answer => answer.status).join()}`);
			}
		}
	});
	test('never says 429 to a refresh', async () => {
		const one = await signedIn(stack);
		const answers = await many(2 * BURST, () => call(stack, '/auth/v1/token?grant_type=refresh_token', { token: one.token, body: { refresh_token: one.refreshToken } }));

		assert.ok(answers.every(answer => [200, 503].includes(answer.status)), answers.map(answer => answer.status).join());
		assert.ok(answers.some(answer => answer.status === 503));
	});
	test('does not count preflights', async () => {
		const one = await signedIn(stack);
		const answers = await many(3 * BURST, () => rest('events', { method: 'OPTIONS', token: one.token, headers: { Origin: 'https://temba.example', 'Access-Control-Request-Method': 'GET' } }));

		assert.ok(answers.every(answer => answer.status === 204));
	});
});
