// Forged, broken and foreign tokens, against a function and against the auth API: each is refused with
// the right status and code, whatever it says of itself.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import { after, describe, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { call, raw } from '../harness/wire.mjs';
import { base64url, newKey, parts, pemOfJwk, signEs256, signHs256 } from '../harness/tokens.mjs';
import { signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const one = await signedIn(stack);
const other = await signedIn(stack);
const { header, payload } = parts(one.token);
const [head, body, signature] = one.token.split('.');
const ours = stack.secret('JWT_PRIVATE_KEY');
const { keys } = (await call(stack, '/auth/v1/.well-known/jwks.json', { method: 'GET' })).body;
const published = keys.find(key => key.kid === header.kid);
const pem = pemOfJwk(published);
const foreign = newKey();
const now = Math.floor(Date.now() / 1000);
const signed = (changes, headerChanges = {}, key = ours) => signEs256({ ...header, ...headerChanges }, { ...payload, ...changes }, key);
const without = (object, name) => Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

const forged = {
	'alg none, no signature': `${base64url({ alg: 'none', typ: 'JWT' })}.${body}.`,
	'alg none, with the kid': `${base64url({ ...header, alg: 'none' })}.${body}.`,
	'alg None, with the old signature': `${base64url({ ...header, alg: 'None' })}.${body}.${signature}`,
	'alg nOnE and two parts': `${base64url({ alg: 'nOnE' })}.${body}`,
	'HS256 with the public key in PEM': signHs256({ ...header, alg: 'HS256' }, payload, pem),
	'HS256 with the public key in PEM, trimmed': signHs256({ ...header, alg: 'HS256' }, payload, pem.trim()),
	'HS256 with the public key as JWK': signHs256({ ...header, alg: 'HS256' }, payload, JSON.stringify(published)),
	'HS256 with the point of the public key': signHs256({ ...header, alg: 'HS256' }, payload, Buffer.from(published.x, 'base64url')),
	'HS256 with the public key and no kid': signHs256({ alg: 'HS256', typ: 'JWT' }, payload, pem),
	'HS256 with an empty secret': signHs256({ alg: 'HS256', typ: 'JWT' }, payload, ''),
	'HS256 with the anon key as the secret': signHs256({ alg: 'HS256', typ: 'JWT' }, payload, stack.anonKey),
	'alg that is no text': `${base64url({ ...header, alg: ['ES256'] })}.${body}.${signature}`,
	'alg ES384': `${base64url({ ...header, alg: 'ES384' })}.${body}.${signature}`,
	'alg es256': signed({}, { alg: 'es256' }),
	expired: signed({ exp: now - 3600 }),
	'expired two minutes ago': signed({ exp: now - 120 }),
	'not yet valid': signed({ nbf: now + 3600 }),
	'no exp': signEs256(header, without(payload, 'exp'), ours),
	'exp a text': signed({ exp: String(now + 3600) }),
	'exp a fraction': signEs256(header, { ...payload, exp: now + 3600.5 }, ours),
	'exp null': signed({ exp: null }),
	'exp absurdly large': `${head}.${base64url(JSON.stringify(payload).replace(/"exp":\d+/, '"exp":1e400'))}.${signature}`,
	'nbf a text': signed({ nbf: 'now' }),
	'an unknown kid': signed({}, { kid: 'another' }),
	'no kid': signEs256(without(header, 'kid'), payload, foreign.private),
	'a kid that is a path': signed({}, { kid: '../../../../dev/null' }),
	'a kid that is SQL': signed({}, { kid: "' union select 'x" }),
	'a kid that is a number': signed({}, { kid: 7 }),
	'a kid that is a list': signed({}, { kid: [header.kid] }),
	'a kid with a NUL': signed({}, { kid: `${header.kid}\u0000` }),
	'a kid of 3 kB': signed({}, { kid: 'k'.repeat(3000) }),
	'our kid, another key': signEs256(header, payload, foreign.private),
	'another key that it carries itself': signEs256({ ...header, jwk: foreign.jwk, kid: undefined }, payload, foreign.private),
	'our signature and a jwk beside it': signed({}, { jwk: foreign.jwk }),
	'our signature and a jku': signed({}, { jku: 'https://evil.example/jwks.json' }),
	'our signature and an x5u': signed({}, { x5u: 'https://evil.example/cert.pem' }),
	'our signature and crit': signed({}, { crit: ['exp'] }),
	'another type': signed({}, { typ: 'logout+jwt' }),
	"another person's signature": `${head}.${body}.${other.token.split('.')[2]}`,
	"another person's payload": `${head}.${other.token.split('.')[1]}.${signature}`,
	'a changed payload': `${head}.${base64url({ ...payload, role: 'service_role' })}.${signature}`,
	'a signature in DER': signEs256(header, payload, ours, 'der'),
	'a signature of zeros': `${head}.${body}.${base64url(Buffer.alloc(64))}`,
	'half a signature': `${head}.${body}.${signature.slice(0, 43)}`,
	'no signature': `${head}.${body}.`,
	'a changed last letter': `${head}.${body}.${signature.slice(0, -1)}${'AQgw'.replace(signature.at(-1), '')[0]}`,
	'a padded signature': `${head}.${body}.${signature}==`,
	'a signature in ordinary base64': `${head}.${body}.${Buffer.from(signature, 'base64url').toString('base64')}`,
	'four parts': `${one.token}.${signature}`,
	'five parts': `${one.token}..`,
	'two parts': `${head}.${body}`,
	'one part': head,
	dots: '..',
	'three dots': '...',
	'a space inside': `${head}. ${body}.${signature}`,
	'a payload that is a list': signEs256(header, [payload], ours),
	'a payload that is a text': signEs256(header, '"me"', ours),
	'a payload that is nothing': signEs256(header, 'x', ours),
	'a payload with a key twice': signEs256(header, JSON.stringify(payload).replace('{', `{"sub":"${other.id}",`), ours),
	'a payload with a NUL': signed({ sub: `${one.id}\u0000` }),
	'a deep payload': signEs256(header, `{"x":${'['.repeat(200)}${']'.repeat(200)},${JSON.stringify(payload).slice(1)}`, ours),
	'another issuer': signed({ iss: 'https://evil.example/auth/v1' }),
	'no issuer': signEs256(header, without(payload, 'iss'), ours),
	'another audience': signed({ aud: 'somebody' }),
	'no audience': signEs256(header, without(payload, 'aud'), ours),
	'no sub': signEs256(header, without(payload, 'sub'), ours),
	'a sub that is no uuid': signed({ sub: "x' or '1'='1" }),
	'a sub that is a number': signed({ sub: 1 }),
	'no session': signEs256(header, without(payload, 'session_id'), ours),
	'role service_role by another key': signEs256(header, { ...payload, role: 'service_role' }, foreign.private),
	'role service_role and a person': signed({ role: 'service_role' }),
	'role postgres': signed({ role: 'postgres' }),
	'no role': signEs256(header, without(payload, 'role'), ours),
	'the anon key': stack.anonKey,
	'the service key': stack.serviceKey,
	'5 kB of letters': 'a'.repeat(5000),
	'15 kB of letters': 'a'.repeat(15_000),
	'15 kB of dots': '.'.repeat(15_000),
	'a genuine header and 10 kB of payload': `${head}.${'A'.repeat(10_000)}.${signature}`,
	null: 'null',
	undefined: 'undefined',
	'letters beyond ASCII': '\u00e9\u00e9\u00e9.\u00e9.\u00e9',
};

const transfer = (token, options) => call(stack, 'transfer-ticket', { token, body: { ticketId: crypto.randomUUID(), recipientEmail: 'a@example.org' }, ...options });
const getUser = token => call(stack, '/auth/v1/user', { method: 'GET', token, headers: { 'X-Supabase-Api-Version': '2024-01-01' } });

describe('the test itself can make tokens that are accepted', () => {
	test('signed anew with the same claims', async () => {
		assert.equal((await transfer(signed({}))).body.code, 'ticket_not_found');
		assert.equal((await getUser(signed({}))).body.id, one.id);
	});
	test('expired, but within the minute that clocks may differ', async () => {
		assert.equal((await transfer(signed({ exp: now - 5 }))).body.code, 'ticket_not_found');
	});
});

describe('a function answers 401 to', () => {
	for (const [what, token] of Object.entries(forged)) {
		test(what, async () => {
			const answer = await transfer(token);

			assert.equal(answer.status, 401, answer.text);
			assert.equal(answer.body.success, false);
			assert.equal(answer.body.code, token === stack.anonKey ? 'no_session' : 'invalid_session');
			assert.equal(typeof answer.body.error, 'string');
		});
	}

	test('a project key as the person, when no apikey says that it is one', async () => {
		for (const key of [stack.anonKey, stack.serviceKey]) {
			const answer = await transfer(key, { key: null });
			assert.deepEqual([answer.status, answer.body.code], [401, 'invalid_session']);
		}
	});

	test('a session that never was', async () => {
		const answer = await transfer(signed({ session_id: crypto.randomUUID() }));
		assert.deepEqual([answer.status, answer.body.code], [401, 'invalid_session']);
	});

	test("another person's session", async () => {
		const answer = await transfer(signed({ sub: other.id }));
		assert.deepEqual([answer.status, answer.body.code], [401, 'invalid_session']);
	});
});

describe('the auth API answers 403 bad_jwt to', () => {
	for (const [what, token] of Object.entries(forged)) {
		test(what, async () => {
			const answer = await getUser(token);

			assert.deepEqual([answer.status, answer.body.code], [403, 'bad_jwt'], answer.text);
		});
	}
});

describe('the header Authorization', () => {
	const with_ = value => call(stack, 'transfer-ticket', { body: {}, headers: { Authorization: value } });

	for (const [what, value] of [['is missing', null], ['is empty', ''], ['has another scheme', 'Basic YTpi'], ['is the token alone', one.token], ['says Bearer and no more', 'Bearer'], ['says Bearer twice', `Bearer Bearer ${one.token}`]]) {
		test(`that ${what} is 401`, async () => {
			const answer = await with_(value);
			assert.equal(answer.status, 401);
			assert.ok(['no_session', 'invalid_session'].includes(answer.body.code));
		});
	}

	for (const scheme of ['bearer', 'BEARER', 'Bearer  '])
		test(`may say ${JSON.stringify(scheme)}`, async () => assert.equal((await with_(`${scheme} ${one.token}`)).body.code, 'ticket_id_required'));

	test('twice is refused or read as one, never as another person', async () => {
		const text = JSON.stringify({ ticketId: crypto.randomUUID(), recipientEmail: 'a@example.org' });
		const answer = await raw(stack, `POST /functions/v1/transfer-ticket HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${forged.expired}\r\nAuthorization: Bearer ${one.token}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`);
		assert.ok([400, 401].includes(answer.status), answer.text);
	});

	test('of 9 MB is refused by nginx', async () => {
		const answer = await raw(stack, 'POST /functions/v1/transfer-ticket HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ', Buffer.alloc(9 * 1024 * 1024, 'a'), '\r\n\r\n');
		assert.equal(answer.status, 431);
		assert.equal(typeof answer.body.code, 'string');
	});
});

describe('the apikey', () => {
	test('of somebody else is refused by the auth API', async () => {
		for (const key of [signEs256(parts(stack.anonKey).header, parts(stack.anonKey).payload, foreign.private), signHs256({ alg: 'HS256', typ: 'JWT' }, parts(stack.anonKey).payload, pem), one.token, forged['alg none, no signature']]) {
			const answer = await call(stack, '/auth/v1/settings', { method: 'GET', key });
			assert.equal(answer.status, 401);
		}
	});

	test('may be an opaque one that API_KEYS knows', async () => {
		const known = 'sb_publishable_0123456789abcdef', unknown = 'sb_publishable_0123456789abcdeg';
		const ask = async key => Promise.all([['/auth/v1/settings'], ['/rest/v1/events?select=id&limit=1'], ['/rest/v1/events?select=id&limit=1', { Authorization: `Bearer ${key}` }]]
			.map(([address, headers]) => call(stack, address, { method: 'GET', key, headers })));

		assert.deepEqual((await ask(known)).map(answer => answer.status), [401, 401, 401]);
		const file = `${stack.state}/secrets/API_KEYS`, { uid, gid } = fs.statSync(stack.state);

		fs.writeFileSync(file, JSON.stringify({ [known]: 'anon' }), { mode: 0o400 });
		fs.chownSync(file, uid, gid);
		await Promise.all(['auth', 'rest'].map(name => stack.fnctl('restart', name)));
		assert.deepEqual((await ask(known)).map(answer => answer.status), [200, 200, 200]);
		const refused = await ask(unknown);

		assert.deepEqual(refused.map(answer => answer.status), [401, 401, 401]);
		assert.deepEqual(refused.slice(1).map(answer => answer.body.message), ['Invalid API key', 'Invalid API key']);
		// beside a person's session it only opens the door
		assert.equal((await call(stack, '/auth/v1/user', { method: 'GET', key: known, token: one.token })).status, 200);
		assert.ok([401, 403].includes((await call(stack, '/auth/v1/user', { method: 'GET', key: known, token: known })).status));
	});

	test('that says service_role gives nobody an admin route with the anon key', async () => {
		const answer = await call(stack, '/auth/v1/admin/users', { method: 'GET', token: signEs256(header, { ...payload, role: 'service_role' }, foreign.private) });
		assert.ok([401, 403, 404].includes(answer.status));
	});
});
