// The edge of the data API: what OPTIONS says, the description at its root, and how far a request may go.
// A schema of its own stands beside the site's, with one of each thing that can be described.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { call } from '../harness/wire.mjs';
import { signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
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
