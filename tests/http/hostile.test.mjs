// Peers that break the protocol below JSON: HTTP junk through nginx, clients that are slow on purpose,
// and malformed FastCGI records on a function's own socket. Honest clients go on being served.
import assert from 'node:assert/strict';
import net from 'node:net';
import path from 'node:path';
import { after, describe, test } from 'node:test';

import * as fastcgi from '../harness/fastcgi.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually, raw } from '../harness/wire.mjs';
import { signedIn, ticket } from '../harness/world.mjs';

// two of the records below end the worker inside libfcgi (an assertion of its own): only a peer on the
// socket can do that, and the next request finds another worker
const stack = await Stack.start(import.meta.filename, {}, { deathsExpected: /"fn":"cancel-transfer".*("end":"SIGABRT"|requested allocation size|allocation-size-too-big)/ });
after(() => stack.stop());

const one = await signedIn(stack);
const honest = () => call(stack, 'transfer-ticket', { token: one.token, body: { ticketId: '00000000-0000-4000-8000-00000000dead', recipientEmail: 'a@example.org' } });
const assertServed = async () => assert.equal((await honest()).body.code, 'ticket_not_found');

describe('HTTP that is none', () => {
	const start = 'POST /functions/v1/transfer-ticket HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
	const cases = {
		'a NUL in a header': [`${start}X-A: a\0b\r\nContent-Length: 2\r\n\r\n{}`, [400]],
		'a header without a colon': [`${start}nonsense\r\nContent-Length: 2\r\n\r\n{}`, [400, 401]],
		'a space before the colon': [`${start}Content-Length : 2\r\n\r\n{}`, [400, 401, 411]],
		'two lengths': [`${start}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, [400]],
		'a negative length': [`${start}Content-Length: -1\r\n\r\n{}`, [400]],
		'a length beyond every range': [`${start}Content-Length: 99999999999999999999\r\n\r\n{}`, [400, 413]],
		'a length and chunks': [`${start}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`, [400]],
		'chunks twice': [`${start}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`, [400, 501]],
		'an unknown encoding': [`${start}Transfer-Encoding: gzip\r\n\r\n{}`, [400, 501]],
		'a bad chunk size': [`${start}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`, [400]],
		'a huge chunk size': [`${start}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}`, [400, 413]],
		'no host': ['GET /functions/v1/health-check HTTP/1.1\r\n\r\n', [400]],
		'two hosts': ['GET /functions/v1/health-check HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', [400]],
		'a NUL in the path': ['GET /functions/v1/health-check%00 HTTP/1.1\r\nHost: a\r\n\r\n', [400, 404]],
		'a way out of the tree': ['GET /functions/v1/../../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n', [400, 404]],
		'the name of a socket': ['GET /functions/v1/../fnd.sock HTTP/1.1\r\nHost: a\r\n\r\n', [400, 404]],
		'TLS': [Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 13, 10, 13, 10]), [400]],
		'the preface of HTTP/2': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 405, 505]],
		'a thousand headers': [`GET /functions/v1/health-check HTTP/1.1\r\nHost: a\r\n${'X-A: b\r\n'.repeat(9000)}\r\n`, [200, 400, 431]],
	};

	for (const [what, [bytes, statuses]] of Object.entries(cases)) {
		test(`${what} is answered ${statuses.join(' or ')} in JSON`, async () => {
			const answer = await raw(stack, bytes);

			assert.ok(statuses.includes(answer.status), `${answer.status} ${answer.text.slice(0, 200)}`);
			assert.equal(answer.headers.get('content-type'), 'application/json');
			assert.equal(answer.headers.get('access-control-allow-origin'), '*');
			assert.ok(answer.body);
			await assertServed();
		});
	}

	test('headers that the platform itself uses change nothing when a client sends them', async () => {
		const answer = await call(stack, 'send-notice', { body: {}, headers: { 'Fn-Internal': '1', FN_INTERNAL: '1', 'X-Fn-Internal': '1' } });
		assert.equal(answer.status, 404);
		const { status, headers } = await call(stack, 'health-check', { method: 'GET', headers: { 'X-Fn-Platform': '1', 'x-relay-error': 'true', Proxy: 'http://evil.example', 'X-Forwarded-For': '10.0.0.1' } });
		assert.deepEqual([status, headers.get('x-relay-error')], [200, null]);
	});

	test('a client that leaves in the middle of its body takes no worker along', async () => {
		for (let i = 0; i < 20; i++) {
			const socket = net.connect(Number(new URL(stack.url).port), '127.0.0.1');
			await new Promise(resolve => socket.write('POST /functions/v1/transfer-ticket HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"ticketId"', resolve));
			socket.destroy();
		}
		await assertServed();
	});

	test('a client that leaves before its answer takes no worker along, and the transfer stands', async () => {
		const id = await ticket(stack, one);
		const text = JSON.stringify({ ticketId: id, recipientEmail: 'gone@example.org' });

		await new Promise(resolve => {
			const socket = net.connect(Number(new URL(stack.url).port), '127.0.0.1', () =>
				socket.end(`POST /functions/v1/transfer-ticket HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${one.token}\r\napikey: ${stack.anonKey}\r\nContent-Length: ${text.length}\r\n\r\n${text}`, () => setImmediate(() => {
					socket.destroy();
					resolve();
				})));
		});
		// it was done, or never begun: asking again ends in one transfer
		const answer = await call(stack, 'transfer-ticket', { token: one.token, body: { ticketId: id, recipientEmail: 'gone@example.org' } });
		assert.equal(answer.body.success, true, answer.text);
		const { rows: [row] } = await stack.db.query('select count(*)::int as n from public.ticket_transfers where ticket_id = $1', [id]);
		assert.equal(row.n, 1);
	});
});

describe('slow clients', () => {
	test('hold no worker: 300 half requests are open and honest ones are served', async () => {
		const port = Number(new URL(stack.url).port);
		const halves = ['POST /functions/v1/transfer-ticket HTTP/1.1\r\nHost: a\r\nX-', 'POST /functions/v1/transfer-ticket HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n{"tick'];
		const sockets = [];

		try {
			await Promise.all(Array.from({ length: 300 }, (_, i) => new Promise((resolve, reject) => {
				const socket = net.connect(port, '127.0.0.1', () => socket.write(halves[i % 2], resolve));
				socket.on('error', error => (error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error)));
				sockets.push(socket);
			})));
			assert.equal((await stack.status()).find(fn => fn.name === 'transfer-ticket').busy, 0);
			const times = [];
			for (let i = 0; i < 30; i++) {
				const began = performance.now();
				await assertServed();
				times.push(performance.now() - began);
			}
			times.sort((a, b) => a - b);
			assert.ok(times[27] < 1000, `90 % in ${times[27].toFixed(0)} ms`);
		} finally {
			for (const socket of sockets)
				socket.destroy();
		}
	});
});

describe("malformed FastCGI on a function's socket", () => {
	const socket = path.join(stack.runDir, 'cancel-transfer.sock');
	const served = async () => {
		const began = performance.now();
		const answer = await call(stack, 'cancel-transfer', { token: one.token, body: { transferId: '00000000-0000-4000-8000-00000000dead' } });

		assert.equal(answer.status, 404, answer.text);
		return performance.now() - began;
	};
	const two = { REQUEST_METHOD: 'POST', CONTENT_LENGTH: '2' };
	const records = {
		'nothing': Buffer.alloc(0),
		'one byte': Buffer.from([1]),
		'noise': Buffer.from('GET / HTTP/1.1\r\n\r\n'),
		'a wrong version': fastcgi.begin({ version: 9 }),
		'a wrong role': Buffer.concat([fastcgi.begin({ role: 3 }), fastcgi.params(two), fastcgi.stdin('{}')]),
		'the id 0': Buffer.concat([fastcgi.begin({ id: 0 }), fastcgi.params(two, { id: 0 })]),
		'records without a beginning': Buffer.concat([fastcgi.params(two), fastcgi.stdin('{}')]),
		'an unknown type': fastcgi.record(99, Buffer.from('x'), { id: 0 }),
		'a beginning and no more': fastcgi.begin(),
		'parameters without an end': Buffer.concat([fastcgi.begin(), fastcgi.record(4, fastcgi.pair('REQUEST_METHOD', 'POST'))]),
		'a length beyond the record': Buffer.concat([fastcgi.begin(), fastcgi.record(4, fastcgi.pair('A', 'b', 100, 100)), fastcgi.record(4)]),
		'two lengths of 0x7ffffffe': Buffer.concat([fastcgi.begin(), fastcgi.record(4, fastcgi.pair('A', 'b', 0x7ffffffe, 0x7ffffffe)), fastcgi.record(4)]),
		'a length of 0x7fffffff': Buffer.concat([fastcgi.begin(), fastcgi.record(4, fastcgi.pair('A', 'b', 0x7fffffff, 1)), fastcgi.record(4)]),
		'5 000 questions about the server': fastcgi.record(9, Buffer.concat(Array(3000).fill(fastcgi.pair('FCGI_MAX_CONNS', '')))),
		'a body shorter than it says': Buffer.concat([fastcgi.begin(), fastcgi.params({ REQUEST_METHOD: 'POST', CONTENT_LENGTH: '5000' }), fastcgi.stdin('{}')]),
		'a length that is no number': Buffer.concat([fastcgi.begin(), fastcgi.params({ REQUEST_METHOD: 'POST', CONTENT_LENGTH: 'many' }), fastcgi.stdin('{}')]),
		'a negative length': Buffer.concat([fastcgi.begin(), fastcgi.params({ REQUEST_METHOD: 'POST', CONTENT_LENGTH: '-5' }), fastcgi.stdin('{}')]),
		'no parameters': Buffer.concat([fastcgi.begin(), fastcgi.record(4), fastcgi.stdin('{}')]),
		'a NUL in the method': Buffer.concat([fastcgi.begin(), fastcgi.params({ REQUEST_METHOD: 'PO\0ST', CONTENT_LENGTH: '2' }), fastcgi.stdin('{}')]),
		'an abort': Buffer.concat([fastcgi.begin(), fastcgi.record(2), fastcgi.params(two)]),
		'20 000 parameters': Buffer.concat([fastcgi.begin(), ...Array.from({ length: 40 }, () => fastcgi.record(4, Buffer.concat(Array.from({ length: 500 }, (_, i) => fastcgi.pair(`HTTP_X_${i}`, 'y'.repeat(90)))))), fastcgi.record(4), fastcgi.stdin('')]),
	};

	for (const [what, bytes] of Object.entries(records)) {
		test(`${what}: has no effect, and the next request is served`, { timeout: 30_000 }, async () => {
			const before = (await stack.db.query('select count(*) as n from public.ticket_transfers')).rows[0].n;
			const peer = await fastcgi.send(socket, bytes, { hold: true });

			await served();
			peer.destroy();
			await eventually('the next requests are quick again', async () => (await served()) < 1000);
			assert.equal((await stack.db.query('select count(*) as n from public.ticket_transfers')).rows[0].n, before);
		});
	}

	test('an internal function answers 404 to a peer that does not say it is the runner', async () => {
		const peer = path.join(stack.runDir, 'expire-transfers.sock');
		const { output } = await fastcgi.send(peer, Buffer.concat([fastcgi.begin(), fastcgi.params({ REQUEST_METHOD: 'POST', CONTENT_LENGTH: '2' }), fastcgi.stdin('{}')]));

		assert.match(output.toString(), /^Status: 404/);
	});
});
