// Sessions, as auth-js uses them: refresh, sign out, and what a token says.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, describe, test } from 'node:test';

import { authOf, refuses } from '../harness/auth.mjs';
import { Stack } from '../harness/stack.mjs';
import { parts } from '../harness/tokens.mjs';
import { call } from '../harness/wire.mjs';
import { person, signIn, signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const auth = authOf(stack);

describe('refresh', () => {
	const refresh = token => auth('/token?grant_type=refresh_token', { body: { refresh_token: token } });

	test('gives new tokens of the same session', async () => {
		const one = await signedIn(stack);
		const { data, error } = await one.client.auth.refreshSession();

		assert.equal(error, null);
		assert.notEqual(data.session.refresh_token, one.refreshToken);
		assert.equal(parts(data.session.access_token).payload.session_id, parts(one.token).payload.session_id);
		assert.equal(data.user.id, one.id);
	});

	test('gives concurrent refreshes with one token one and the same successor', async () => {
		const one = await signedIn(stack);
		const answers = await Promise.all(Array.from({ length: 12 }, () => refresh(one.refreshToken)));

		assert.deepEqual(answers.map(answer => answer.status), Array(12).fill(200));
		const successors = new Set(answers.map(answer => answer.body.refresh_token));
		assert.equal(successors.size, 1);
		assert.ok(!successors.has(one.refreshToken));
		const { rows: [row] } = await stack.db.query('select counter from auth.refresh_tokens where session_id = $1', [parts(one.token).payload.session_id]);
		assert.equal(Number(row.counter), 1);
	});

	test('answers the predecessor with the current token, without a limit in time', async () => {
		const one = await signedIn(stack);
		const current = (await refresh(one.refreshToken)).body.refresh_token;

		await age(one);
		const again = await refresh(one.refreshToken);
		assert.equal(again.status, 200);
		assert.equal(again.body.refresh_token, current);
	});

	test('forgives an older token within the reuse interval', async () => {
		const one = await signedIn(stack);
		const second = (await refresh(one.refreshToken)).body.refresh_token;
		const third = (await refresh(second)).body.refresh_token;
		const late = await refresh(one.refreshToken);

		assert.equal(late.status, 200);
		assert.equal(late.body.refresh_token, third);
	});

	test('ends the session when an older token comes back later, and no other session', async () => {
		const one = await signedIn(stack);
		const other = await signIn(stack, one);
		const second = (await refresh(one.refreshToken)).body.refresh_token;
		const third = (await refresh(second)).body.refresh_token;

		await age(one);
		const thief = await refresh(one.refreshToken);
		assert.deepEqual([thief.status, thief.body.code], [400, 'refresh_token_already_used']);
		const victim = await refresh(third);
		assert.deepEqual([victim.status, victim.body.code], [400, 'refresh_token_not_found']);
		const user = await auth('/user', { method: 'GET', token: one.token });
		assert.deepEqual([user.status, user.body.code], [403, 'session_not_found']);
		assert.equal((await other.client.auth.getUser()).error, null);
		assert.equal((await other.client.auth.refreshSession()).error, null);
	});

	test('tells an ill-formed token from an unknown one', async () => {
		const one = await signedIn(stack);
		const unknown = one.refreshToken.length > 20 ? flip(one.refreshToken) : crypto.randomBytes(9).toString('base64url');

		for (const bad of ['', 'x', '../../etc/passwd', "' or 1=1 --", 'é'.repeat(50), 'a'.repeat(5000)]) {
			const answer = await refresh(bad);
			assert.deepEqual([answer.status, answer.body.code], [400, 'validation_failed'], bad.slice(0, 20));
		}
		const answer = await refresh(unknown);
		assert.equal(answer.status, 400);
		assert.ok(['refresh_token_not_found', 'validation_failed'].includes(answer.body.code), answer.text);
	});

	test('is over when the person was banned', async () => {
		const one = await signedIn(stack);

		await stack.db.query(`update auth.users set banned_until = now() + interval '1 day' where id = $1`, [one.id]);
		const answer = await refresh(one.refreshToken);
		assert.deepEqual([answer.status, answer.body.code], [400, 'user_banned']);
	});

	// the last rotation is now longer ago than the reuse interval
	async function age(one) {
		await stack.db.query(`update auth.refresh_tokens set rotated_at = rotated_at - interval '11 s' where session_id = $1`, [parts(one.token).payload.session_id]);
	}

	function flip(token) {
		return token.slice(0, -4) + [...token.slice(-4)].reverse().join('').replace(/[a-z]/i, letter => (letter === 'a' ? 'b' : 'a'));
	}
});

describe('sign-out', () => {
	async function threeSessions() {
		const one = await person(stack);
		return Promise.all([signIn(stack, one), signIn(stack, one), signIn(stack, one)]);
	}
	const isAlive = async one => (await auth('/user', { method: 'GET', token: one.token })).status === 200;

	for (const [scope, alive] of [['local', [false, true, true]], ['others', [true, false, false]], ['global', [false, false, false]]]) {
		test(`with the scope ${scope} ends the sessions it names`, async () => {
			const sessions = await threeSessions();
			const { error } = await sessions[0].client.auth.signOut({ scope });

			assert.equal(error, null);
			assert.deepEqual(await Promise.all(sessions.map(isAlive)), alive);
			const gone = sessions[alive.indexOf(false)];
			await refuses(stack.client().auth.refreshSession({ refresh_token: gone.refreshToken }), 400, 'refresh_token_not_found');
		});
	}

	test('answers 204 without a body, and 400 to an unknown scope', async () => {
		const one = await signedIn(stack);
		const unknown = await auth('/logout?scope=everybody', { token: one.token });

		assert.equal(unknown.status, 400);
		assert.equal(typeof unknown.body.code, 'string');
		const answer = await auth('/logout', { token: one.token });
		assert.deepEqual([answer.status, answer.text, answer.headers.get('content-type')], [204, '', null]);
	});

	test('makes writes with the old token fail at once', async () => {
		const one = await signedIn(stack);

		await one.client.auth.signOut({ scope: 'global' });
		const answer = await call(stack, 'cancel-transfer', { token: one.token, body: { transferId: crypto.randomUUID() } });
		assert.deepEqual([answer.status, answer.body.code], [401, 'invalid_session']);
	});
});

describe('claims', () => {
	test('are checked by auth-js itself against the published keys', async () => {
		const one = await signedIn(stack);
		const { data, error } = await one.client.auth.getClaims();

		assert.equal(error, null);
		assert.equal(data.header.alg, 'ES256');
		assert.ok(data.header.kid);
		const { claims } = data;
		assert.deepEqual([claims.iss, claims.sub, claims.aud, claims.role, claims.aal, claims.email, claims.is_anonymous],
			[`${stack.url}/auth/v1`, one.id, 'authenticated', 'authenticated', 'aal1', one.email, false]);
		assert.equal(claims.amr[0].method, 'password');
		assert.match(claims.session_id, /^[0-9a-f-]{36}$/);
		assert.equal(claims.exp - claims.iat, 3600);
	});

	test('come with keys that hold no private part and may be cached', async () => {
		const answer = await auth('/.well-known/jwks.json', { method: 'GET', key: null });

		assert.equal(answer.status, 200);
		assert.match(answer.headers.get('cache-control'), /public.*max-age=\d+/);
		assert.ok(answer.body.keys.length >= 1);
		for (const key of answer.body.keys) {
			assert.deepEqual([key.kty, key.crv, key.alg, key.use, key.key_ops], ['EC', 'P-256', 'ES256', 'sig', ['verify']]);
			assert.equal(key.d, undefined);
			assert.equal(Buffer.from(key.x, 'base64url').length, 32);
			assert.equal(Buffer.from(key.y, 'base64url').length, 32);
		}
	});
});
