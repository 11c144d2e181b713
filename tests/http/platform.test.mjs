// The platform around the functions: preflights, one CORS policy, request ids, what is refused before a
// worker is taken, and what a client sees when a worker dies, is too slow or is too busy.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import { Stack } from '../harness/stack.mjs';
import { call, eventually, raw } from '../harness/wire.mjs';
import { event, person, signedIn, ticket } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename, {}, { deathsExpected: true });
after(() => stack.stop());

const EXPOSED = ['x-supabase-api-version', 'x-total-count', 'link', 'content-range', 'content-location', 'location', 'x-relay-error', 'etag', 'content-length',
	'content-disposition', 'preference-applied', 'sb-request-id', 'retry-after', 'tus-resumable', 'upload-offset', 'upload-length', 'upload-expires', 'x-request-id'];
const MB10 = 10 * 1024 * 1024;

// What every answer has, whoever made it.
function assertWellFormed(answer, status, { relay = false, code } = {}) {
	assert.equal(answer.status, status, answer.text.slice(0, 300));
	assert.equal(answer.headers.get('access-control-allow-origin'), '*', 'exactly one allowed origin');
	const exposed = answer.headers.get('access-control-expose-headers').toLowerCase().split(/, */);
	assert.deepEqual(EXPOSED.filter(name => !exposed.includes(name)), [], 'not exposed');
	assert.equal(answer.headers.get('access-control-allow-credentials'), null);
	assert.equal(answer.headers.get('x-relay-error'), relay ? 'true' : null);
	assert.match(answer.headers.get('x-request-id'), /^[A-Za-z0-9._-]{8,64}$/);
	assert.equal(answer.headers.get('x-fn-platform'), null);
	if (status >= 400) {
		assert.equal(answer.headers.get('content-type'), 'application/json');
		assert.equal(typeof answer.body, 'object', answer.text.slice(0, 300));
		assert.equal(typeof (answer.body.message ?? answer.body.error ?? answer.body.msg), 'string');
		if (code)
			assert.equal(answer.body.code, code);
	}
}

// What the workers have counted, once nobody counts any more: they do so after they have answered.
const counted = () => eventually('the counters stand still', async () => {
	const [first, second] = [await stack.served(), await stack.served()];

	return isDeepStrictEqual(first, second) && second;
});

// Nothing was asked of any worker while attempt() ran.
async function withoutWorker(attempt) {
	const before = await counted();

	await attempt();
	assert.deepEqual(await counted(), before);
}

test('what workers do is counted', async () => {
	const before = await counted();

	await call(stack, 'health-check', { method: 'GET' });
	assert.deepEqual(await counted(), { ...before, 'health-check': before['health-check'] + 1 });
});

describe('a preflight', () => {
	const asked = 'apikey,authorization,content-type,x-application-name,x-client-info,x-never-heard-of';

	for (const path of ['/functions/v1/transfer-ticket', '/functions/v1/health-check', '/functions/v1/no-such-function', '/auth/v1/token?grant_type=password', '/storage/v1/object/x']) {
		test(`for ${path} is answered without a key and without a worker`, () => withoutWorker(async () => {
			const answer = await call(stack, path, {
				method: 'OPTIONS',
				key: null,
				headers: { Origin: 'https://temba.example', 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': asked },
			});

			assertWellFormed(answer, 204);
			assert.equal(answer.text, '');
			assert.equal(answer.headers.get('access-control-allow-headers'), asked);
			for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])
				assert.ok(answer.headers.get('access-control-allow-methods').split(/, */).includes(method), method);
			assert.ok(Number(answer.headers.get('access-control-max-age')) > 0);
			assert.equal(answer.headers.get('content-type'), null);
		}));
	}

	test('that asks for nothing sensible gets the list of headers that clients are known to send', async () => {
		for (const asked of [undefined, 'a: b', '<script>', 'x'.repeat(3000)]) {
			const answer = await call(stack, 'transfer-ticket', { method: 'OPTIONS', key: null, headers: asked ? { 'Access-Control-Request-Headers': asked } : {} });
			const allowed = answer.headers.get('access-control-allow-headers').split(/, */);

			for (const name of ['authorization', 'apikey', 'x-client-info', 'content-type', 'x-application-name', 'x-supabase-api-version', 'x-region', 'stripe-signature'])
				assert.ok(allowed.includes(name), `${name} for ${asked?.slice(0, 20)}`);
		}
	});

	test('starts no worker where none runs', async () => {
		await call(stack, 'decline-transfer', { method: 'OPTIONS', key: null });
		assert.equal((await stack.status()).find(fn => fn.name === 'decline-transfer').workers, 0);
	});
});

describe('every answer has the same headers and a JSON body', () => {
	test('200 of a function', async () => assertWellFormed(await call(stack, 'health-check', { method: 'GET' }), 200));
	test('200 of a HEAD', async () => assertWellFormed(await call(stack, 'health-check', { method: 'HEAD' }), 200));
	test('400 of a function', async () => assertWellFormed(await call(stack, 'transfer-ticket', { body: '{' }), 400, { code: 'bad_json' }));
	test('400 of nginx', async () => assertWellFormed(await raw(stack, 'GET /functions/v1/health-check HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n'), 400));
	test('401', async () => assertWellFormed(await call(stack, 'transfer-ticket', { body: {} }), 401));
	test('401 with a bad bearer', async () => assertWellFormed(await call(stack, 'cancel-transfer', { body: {}, token: 'a.b.c' }), 401, { code: 'invalid_session' }));
	test('404 of a function', async () => {
		const one = await signedIn(stack);
		assertWellFormed(await call(stack, 'cancel-transfer', { body: { transferId: crypto.randomUUID() }, token: one.token }), 404, { code: 'transfer_not_found' });
	});
	for (const path of ['/functions/v1/no-such-function', '/functions/v1/', '/functions/v1/send-notice', '/functions/v1/expire-transfers', '/functions/v1/health%2Dcheck', '/functions/v1/..%2fauth'])
		test(`404 of ${path}`, () => withoutWorker(async () => assertWellFormed(await call(stack, path, { body: {} }), 404, { relay: true })));
	test('404 of an internal function is that of an unknown one to the letter', async () => {
		const [internal, unknown] = [await call(stack, 'send-notice', { body: {} }), await call(stack, 'no-such-function', { body: {} })];
		assert.deepEqual([internal.status, internal.text], [unknown.status, unknown.text]);
	});
	for (const path of ['//functions/v1/health-check', '/x/../functions/v1/health-check', '/functions//v1/health-check', '/functions/v1/%68ealth-check', '/functions/v1/health-check-2'])
		test(`404 of ${path}, which is nobody's address`, () => withoutWorker(async () => {
			const answer = await raw(stack, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
			assert.deepEqual([answer.status, answer.body.code], [404, 'not_found']);
		}));
	for (const path of ['/', '/storage/v1/object/x', '/-/400', '/.env', '/auth'])
		test(`404 of ${path}`, () => withoutWorker(async () => assertWellFormed(await call(stack, path, { method: 'GET' }), 404)));
	for (const [name, method, allowed] of [['transfer-ticket', 'GET', 'POST'], ['transfer-ticket', 'PUT', 'POST'], ['claim-pending-transfer', 'DELETE', 'POST'], ['health-check', 'POST', 'GET'], ['validate-ticket', 'PATCH', 'POST']]) {
		test(`405 of ${method} ${name}, with Allow`, () => withoutWorker(async () => {
			const answer = await call(stack, name, { method, body: method === 'GET' ? undefined : {} });

			assertWellFormed(answer, 405);
			assert.ok(answer.headers.get('allow').split(/, */).includes(allowed), answer.headers.get('allow'));
			assert.ok(!answer.headers.get('allow').split(/, */).includes(method));
		}));
	}
	for (const method of ['TRACE', 'CONNECT', 'BREW']) {
		test(`4xx of ${method}`, () => withoutWorker(async () => {
			const answer = await raw(stack, `${method} /functions/v1/health-check HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);

			assert.ok([400, 405].includes(answer.status), String(answer.status));
			assertWellFormed(answer, answer.status);
		}));
	}
	test('413 of 10 MB in one piece', () => withoutWorker(async () => {
		const answer = await raw(stack, `POST /functions/v1/transfer-ticket HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${MB10}\r\nConnection: close\r\n\r\n`, Buffer.alloc(MB10, 0x20));
		assertWellFormed(answer, 413, { code: 'body_too_large' });
	}));
	test('413 of 10 MB in chunks', () => withoutWorker(async () => {
		const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, 0x20), Buffer.from('\r\n')]);
		const answer = await raw(stack, 'POST /functions/v1/transfer-ticket HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n',
			...Array(160).fill(chunk), '0\r\n\r\n');
		assertWellFormed(answer, 413, { code: 'body_too_large' });
	}));
	test('413 as fetch sees it', async () => {
		const answer = await call(stack, 'transfer-ticket', { body: JSON.stringify({ message: 'x'.repeat(60_000) }) });
		assertWellFormed(answer, 413, { code: 'body_too_large' });
	});
	test('414', () => withoutWorker(async () => assertWellFormed(await call(stack, `health-check?x=${'y'.repeat(20_000)}`, { method: 'GET' }), 414)));
	test('431', () => withoutWorker(async () => assertWellFormed(await call(stack, 'health-check', { method: 'GET', headers: { 'X-Long': 'y'.repeat(20_000) } }), 431)));
	test('505', () => withoutWorker(async () => assertWellFormed(await raw(stack, 'GET /functions/v1/health-check HTTP/3.0\r\nHost: a\r\n\r\n'), 505)));
});

describe('nginx itself', () => {
	const says = async language => (await call(stack, '/nothing', { method: 'GET', headers: language === undefined ? {} : { 'Accept-Language': language } })).body.message;

	test('speaks French, and English to those who prefer it', async () => {
		const french = await says('fr'), english = await says('en');

		assert.notEqual(french, english);
		for (const language of ['fr-FR,fr;q=0.9,en;q=0.8', 'de', '*'])
			assert.equal(await says(language), french, language);
		for (const language of ['en-US,en;q=0.9', 'de,en;q=0.5'])
			assert.equal(await says(language), english, language);
	});

	test('lets fat tokens pass: a header of 15 kB', async () => {
		assert.equal((await call(stack, 'health-check', { method: 'GET', headers: { 'X-Fat': 'a'.repeat(15_000) } })).status, 200);
	});

	test('serves any Host', async () => {
		assert.equal((await raw(stack, 'GET /functions/v1/health-check HTTP/1.1\r\nHost: somewhere.example:9\r\nConnection: close\r\n\r\n')).status, 200);
	});
});

describe('supabase-js', () => {
	const client = stack.client();

	test('sees FunctionsRelayError for a function that is not there', async () => {
		const { error } = await client.functions.invoke('no-such-function', { body: {} });

		assert.equal(error.name, 'FunctionsRelayError');
	});

	test("sees FunctionsHttpError for a function's own refusal, and can read it", async () => {
		const { error } = await client.functions.invoke('claim-pending-transfer', { body: { transferId: crypto.randomUUID() } });

		assert.equal(error.name, 'FunctionsHttpError');
		assert.equal((await error.context.json()).success, false);
	});

	test('reads health-check as an object', async () => {
		const { data, error } = await client.functions.invoke('health-check', { method: 'GET' });

		assert.equal(error, null);
		assert.deepEqual([data.status, data.services], ['ok', { database: 'ok', functions: 'ok', auth: 'ok' }]);
		assert.ok(Math.abs(Date.parse(data.timestamp) - Date.now()) < 60_000);
	});

	test('may send JSON as a string, which it calls text/plain', async () => {
		const one = await signedIn(stack);
		const { data } = await one.client.functions.invoke('transfer-ticket', { body: JSON.stringify({ recipientEmail: 'a@example.org' }) });

		assert.equal(data.code, 'ticket_id_required');
	});

	test('may ask for a region and send headers of its own', async () => {
		const { error } = await client.functions.invoke('health-check', { method: 'GET', region: 'eu-west-1', headers: { 'x-application-name': 'temba-web', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } });

		assert.equal(error, null);
	});
});

describe('a request id', () => {
	const get = headers => call(stack, 'health-check', { method: 'GET', headers });

	test('of the client comes back, and stands in the log', async () => {
		const id = `test-${crypto.randomUUID()}`;
		const answer = await get({ 'X-Request-Id': id });

		assert.equal(answer.headers.get('x-request-id'), id);
		assert.equal(answer.headers.get('sb-request-id'), id);
		await eventually('the log names it', () => stack.log('functions').includes(id));
	});

	test('is made when there is none or one that could do harm', async () => {
		for (const id of [undefined, 'short', 'with space in it', 'x'.repeat(65), '"},{"level":"error', '%0d%0aSet-Cookie:a=b']) {
			const answer = await get(id === undefined ? {} : { 'X-Request-Id': id });

			assert.match(answer.headers.get('x-request-id'), /^[0-9a-f]{32}$/, id);
		}
	});
});

describe('a fault of the platform', () => {
	let one, what, locked;

	before(async () => {
		one = await signedIn(stack);
		what = await event(stack);
	});

	// Runs fn while somebody else holds the ticket: a worker that wants it stands still.
	async function whileLocked(fn) {
		const id = await ticket(stack, one, { of: what });
		const { rows: [{ id: transferId }] } = await stack.db.query(`select private.transfer_offer($1, $2, 0, 'somebody@example.org', null, null, null, '1 day') as id`, [id, one.id]);
		const holder = await stack.db.connect();

		try {
			await holder.query('begin');
			await holder.query('select from private.ticket_state where ticket_id = $1 for update', [id]);
			locked = { id, transferId };
			return await fn(() => call(stack, 'cancel-transfer', { token: one.token, body: { transferId } }), () => holder.query('commit'));
		} finally {
			await holder.query('rollback').catch(() => {});
			holder.release();
		}
	}
	const waiting = n => eventually(`${n} requests wait for the lock`, async () => {
		const { rows: [row] } = await stack.db.query(`select array_agg(pid) as pids from pg_stat_activity where datname = current_database() and application_name = 'cancel-transfer' and wait_event_type = 'Lock'`);
		return row.pids?.length >= n && row.pids;
	});

	test('a worker that is killed in the middle gives 503 with x-relay-error, and the next request is served', async () => {
		await whileLocked(async (cancel, release) => {
			const pending = cancel();

			await waiting(1);
			for (const pid of await stack.workers('cancel-transfer'))
				process.kill(pid, 'SIGKILL');
			const answer = await pending;
			assertWellFormed(answer, 503, { relay: true });
			assert.ok(Number(answer.headers.get('retry-after')) > 0);
			await release();
			const again = await cancel();
			assert.deepEqual([again.status, again.body], [200, { success: true }]);
		});
		assert.match(stack.log('functions'), /SIGKILL/);
	});

	test('supabase-js sees it as FunctionsRelayError', async () => {
		await whileLocked(async () => {
			const pending = one.client.functions.invoke('cancel-transfer', { body: { transferId: locked.transferId } });

			await waiting(1);
			for (const pid of await stack.workers('cancel-transfer'))
				process.kill(pid, 'SIGKILL');
			assert.equal((await pending).error.name, 'FunctionsRelayError');
		});
	});

	test('a request that found no free worker in time is refused with 503, Retry-After and x-relay-error', async () => {
		await whileLocked(async (cancel, release) => {
			const max = (await stack.status()).find(fn => fn.name === 'cancel-transfer').max;
			const served = Array.from({ length: max }, cancel);

			await waiting(max);
			const late = cancel();
			await new Promise(resolve => setTimeout(resolve, 1200)); // the queue timeout is what is tested
			await release();
			assert.deepEqual((await Promise.all(served)).map(answer => answer.status), Array(max).fill(200));
			const answer = await late;
			assertWellFormed(answer, 503, { relay: true, code: 'busy' });
			assert.ok(Number(answer.headers.get('retry-after')) > 0);
		});
	});

	test('a worker that stands still beyond its hard limit is ended: 504 with x-relay-error', async () => {
		await stack.deployWith('decline-transfer', { limits: { hard: '3s' }, db: { statement_timeout: '2500ms', lock_timeout: '2s' } });
		await whileLocked(async () => {
			await stack.db.query(`update public.ticket_transfers set recipient_email = $2 where id = $1`, [locked.transferId, one.email]);
			const pending = call(stack, 'decline-transfer', { token: one.token, body: { transferId: locked.transferId } });

			await eventually('the worker stands still', async () => {
				const [pid] = await stack.workers('decline-transfer');
				const { rows: [row] } = await stack.db.query(`select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = 'decline-transfer' and wait_event_type = 'Lock'`);

				return pid && row.n === 1 && process.kill(pid, 'SIGSTOP');
			});
			assertWellFormed(await pending, 504, { relay: true });
		});
	});

	test("a row that stays locked is the function's own 503", async () => {
		await whileLocked(async cancel => {
			const answer = await cancel();

			assertWellFormed(answer, 503, { code: 'busy' });
			assert.ok(Number(answer.headers.get('retry-after')) > 0);
		});
	});
});
