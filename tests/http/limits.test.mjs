// Limits, in a stack that has low ones: by person in words, by address 429 for everybody, but never for a
// refresh of tokens.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { call } from '../harness/wire.mjs';
import { event, person, signedIn, tickets } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename, { RATE_PER_ADDRESS: 5, RATE_BURST: 20, TRANSFERS_PER_MINUTE: 3, SIGN_INS_PER_ADDRESS: 3 });
after(() => stack.stop());

const one = await signedIn(stack);
const many = make => Promise.all(Array.from({ length: 60 }, make));

// A window may end between two tries: then so many more pass once.
const TRIES = 7;

test('a fourth transfer in a minute is refused in words', async () => {
	const to = await person(stack);
	const codes = [];

	for (const ticketId of await tickets(stack, one, TRIES, { of: await event(stack) })) {
		const { data } = await one.client.functions.invoke('transfer-ticket', { body: { ticketId, recipientEmail: to.email } });

		codes.push(data.success ? 'ok' : data.code);
	}
	assert.deepEqual(codes.slice(0, 3), ['ok', 'ok', 'ok']);
	assert.equal(codes.find(code => code !== 'ok'), 'too_many_transfers');
});

test('a fourth sign-in from an address is refused with the code of the auth API', async () => {
	const codes = [];

	for (let i = 0; i < TRIES; i++) { // one was made above
		const { error } = await stack.client().auth.signInWithPassword({ email: 'nobody@example.org', password: 'not that one' });

		codes.push(error.code);
	}
	assert.equal(codes[0], 'invalid_credentials');
	assert.equal(codes.find(code => code !== 'invalid_credentials'), 'over_request_rate_limit');
});

test('too many requests of a moment are answered 429 in JSON, with CORS headers and Retry-After', async () => {
	const answers = await many(() => call(stack, 'health-check', { method: 'GET' }));
	const refused = answers.filter(answer => answer.status === 429);

	assert.ok(refused.length >= 30, `${refused.length} of 60 were refused`);
	assert.ok(answers.every(answer => [200, 429].includes(answer.status)));
	for (const answer of refused) {
		assert.equal(answer.body.code, 'too_many_requests');
		assert.equal(answer.headers.get('access-control-allow-origin'), '*');
		assert.ok(Number(answer.headers.get('retry-after')) > 0);
		assert.equal(answer.headers.get('x-relay-error'), null);
	}
});

test('a refresh is told 503 and never 429, so that auth-js keeps the session', async () => {
	const answers = await many(() => call(stack, '/auth/v1/token?grant_type=refresh_token', { body: { refresh_token: one.refreshToken } }));

	assert.ok(answers.every(answer => [200, 503].includes(answer.status)), answers.map(answer => answer.status).join());
	assert.ok(answers.some(answer => answer.status === 503));
	const { error } = await one.client.auth.refreshSession().then(result => result, error => ({ error }));
	assert.ok(error === null || error.name === 'AuthRetryableFetchError', String(error));
});

test('preflights are not counted', async () => {
	await many(() => call(stack, 'health-check', { method: 'GET' }));
	const answers = await many(() => call(stack, 'health-check', { method: 'OPTIONS', key: null }));

	assert.ok(answers.every(answer => answer.status === 204));
});
