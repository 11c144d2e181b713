// Races of accounts: one address, many sign-ups; one session, many refreshes and a sign-out between.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { call } from '../harness/wire.mjs';
import { PASSWORD, address, signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const auth = (path, options) => call(stack, `/auth/v1${path}`, { ...options, headers: { 'X-Supabase-Api-Version': '2024-01-01' } });

test('of 8 sign-ups with one address at once one makes the account', { timeout: 120_000 }, async () => {
	for (let round = 0; round < 8; round++) {
		const email = address('tous');
		const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => auth('/signup', { body: { email: i % 2 ? email : email.toUpperCase(), password: PASSWORD, data: { name: `Tous ${i}` } } })));
		const made = answers.filter(answer => answer.status === 200);

		assert.equal(made.length, 1, JSON.stringify(answers.map(answer => [answer.status, answer.body.code])));
		assert.deepEqual(answers.filter(answer => answer !== made[0]).map(answer => `${answer.status} ${answer.body.code}`), Array(7).fill('422 user_already_exists'));
		const { rows } = await stack.db.query('select p.name from auth.users u join private.people p on p.user_id = u.id join auth.identities i on i.user_id = u.id where u.email = $1', [email]);
		assert.deepEqual(rows, [{ name: made[0].body.user.user_metadata.name }]);
	}
});

test('more sign-ups than passwords can be hashed are told to come back, and none makes a second account', { timeout: 120_000 }, async () => {
	const email = address('foule');
	const answers = await Promise.all(Array.from({ length: 40 }, () => auth('/signup', { body: { email, password: PASSWORD } })));

	assert.equal(answers.filter(answer => answer.status === 200).length, 1);
	for (const answer of answers.filter(({ status }) => status !== 200)) {
		assert.ok(answer.status === 503 || (answer.status === 422 && answer.body.code === 'user_already_exists'), answer.text);
		assert.equal(answer.status === 503, answer.headers.get('retry-after') !== null);
	}
	const { rows: [row] } = await stack.db.query('select count(*)::int as n from auth.users where email = $1', [email]);
	assert.equal(row.n, 1);
});

test('20 refreshes with one token at once have one successor, round after round', { timeout: 120_000 }, async () => {
	const one = await signedIn(stack);
	let token = one.refreshToken;

	for (let round = 0; round < 10; round++) {
		const answers = await Promise.all(Array.from({ length: 20 }, () => auth('/token?grant_type=refresh_token', { body: { refresh_token: token } })));

		assert.ok(answers.every(answer => answer.status === 200), JSON.stringify(answers.map(answer => [answer.status, answer.body.code])));
		const next = new Set(answers.map(answer => answer.body.refresh_token));
		assert.equal(next.size, 1);
		[token] = next;
	}
	const { rows: [row] } = await stack.db.query('select counter::int from auth.refresh_tokens t join auth.sessions s on s.id = t.session_id where s.user_id = $1', [one.id]);
	assert.equal(row.counter, 10);
});

test('a sign-out among refreshes ends the session for good', { timeout: 120_000 }, async () => {
	for (let round = 0; round < 5; round++) {
		const one = await signedIn(stack);
		const refresh = () => auth('/token?grant_type=refresh_token', { body: { refresh_token: one.refreshToken } });
		const answers = await Promise.all([refresh(), refresh(), auth('/logout?scope=global', { token: one.token }), refresh(), refresh()]);

		assert.ok(answers.every(answer => [200, 204, 400].includes(answer.status)), JSON.stringify(answers.map(answer => [answer.status, answer.body?.code])));
		for (const answer of answers.filter(({ status }) => status === 200)) {
			const late = await auth('/token?grant_type=refresh_token', { body: { refresh_token: answer.body.refresh_token } });
			assert.deepEqual([late.status, late.body.code], [400, 'refresh_token_not_found']);
			assert.equal((await auth('/user', { method: 'GET', token: answer.body.access_token })).status, 403);
		}
	}
});
