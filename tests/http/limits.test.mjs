// Limits by address, in a stack that has low ones: 429 for everybody, but never for a refresh.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { call } from '../harness/wire.mjs';
import { signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename, { RATE_PER_ADDRESS: 5, RATE_BURST: 10 });
after(() => stack.stop());

const one = await signedIn(stack);
const many = make => Promise.all(Array.from({ length: 40 }, make));

test('the 41st request of a moment is answered 429 in JSON, with CORS headers and Retry-After', async () => {
	const answers = await many(() => call(stack, 'health-check', { method: 'GET' }));
	const refused = answers.filter(answer => answer.status === 429);

	assert.ok(refused.length >= 20, `${refused.length} of 40 were refused`);
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
