// What people change of themselves, as auth-js asks for it: name and other data, the password, the
// confirmation mail once more, and the link given to a client instead of a browser.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { call, eventually } from '../harness/wire.mjs';
import { parts } from '../harness/tokens.mjs';
import { PASSWORD, address, person, signIn, signedIn } from '../harness/world.mjs';

const VERIFICATIONS = 20;
const stack = await Stack.start(import.meta.filename, { VERIFICATIONS_PER_ADDRESS: VERIFICATIONS });
after(() => stack.stop());

const auth = (path, options) => call(stack, `/auth/v1${path}`, { ...options, headers: { 'X-Supabase-Api-Version': '2024-01-01', ...options?.headers } });

async function signUp(options = {}) {
	const client = stack.client();
	const email = address('awa');
	const { data, error } = await client.auth.signUp({ email, password: PASSWORD, options: { data: { name: 'Awa' }, ...options } });

	assert.equal(error, null);
	return { client, email, id: data.user.id, token: data.session.access_token };
}

async function refuses(attempt, status, code) {
	const { error } = await attempt;

	assert.ok(error, 'was accepted');
	assert.deepEqual([error.status, error.code], [status, code], error.message);
	return error;
}

describe('data', () => {
	test('merges at the top, and a null takes a member away', async () => {
		const one = await signUp({ data: { name: 'Awa', city: 'Bobo', old: 1, list: [1, { a: null }] } });
		const { data: { user }, error } = await one.client.auth.updateUser({ data: { city: 'Ouaga', old: null, nested: { keeps: null } } });

		assert.equal(error, null);
		const { name, city, old, list, nested } = user.user_metadata;
		assert.deepEqual({ name, city, old, list, nested }, { name: 'Awa', city: 'Ouaga', old: undefined, list: [1, { a: null }], nested: { keeps: null } });
	});

	test('is in the next access token', async () => {
		const one = await signUp();

		await one.client.auth.updateUser({ data: { name: 'Awa Sanou' } });
		const { data } = await one.client.auth.refreshSession();
		assert.equal(parts(data.session.access_token).payload.user_metadata.name, 'Awa Sanou');
	});

	test('cannot say what only the server knows', async () => {
		const one = await signUp();
		const { data: { user } } = await one.client.auth.updateUser({ data: { sub: 'x', email: 'eve@example.org', email_verified: true, phone_verified: true, role: 'ADMIN' } });

		assert.deepEqual([user.user_metadata.sub, user.user_metadata.email, user.user_metadata.email_verified, user.user_metadata.phone_verified], [one.id, one.email, false, false]);
		assert.deepEqual([user.role, user.email], ['authenticated', one.email]);
		const { rows: [row] } = await stack.db.query('select role, email_verified_at from private.people where user_id = $1', [one.id]);
		assert.deepEqual(row, { role: 'USER', email_verified_at: null });
	});

	test('stays small enough for a token, together with what was there', async () => {
		const one = await signUp({ data: { a: 'x'.repeat(1000) } });

		await refuses(one.client.auth.updateUser({ data: { b: 'x'.repeat(1000) } }), 400, 'validation_failed');
		const { data: { user } } = await one.client.auth.getUser();
		assert.equal(user.user_metadata.b, undefined);
	});

	test('may hold numbers that not every library can read', async () => {
		const answer = await auth('/signup', { body: `{"email":"${address('zoe')}","password":"${PASSWORD}","data":{"n":1E19,"m":1e300}}` });

		assert.equal(answer.status, 200, answer.text);
		assert.equal((await auth('/user', { method: 'GET', token: answer.body.access_token })).status, 200);
	});

	test('leaves app_metadata to admins', async () => {
		const one = await signUp();
		const answer = await auth('/user', { method: 'PUT', token: one.token, body: { app_metadata: { role: 'ADMIN' } } });

		assert.deepEqual([answer.status, answer.body.code], [403, 'not_admin']);
	});
});

describe('a new password', () => {
	test('works from then on, and ends the other sessions', async () => {
		const one = await signedIn(stack);
		const other = await signIn(stack, one);
		const { error } = await one.client.auth.updateUser({ password: 'une autre phrase' });

		assert.equal(error, null);
		assert.equal((await one.client.auth.getUser()).error, null);
		const ended = await auth('/user', { method: 'GET', token: other.token });
		assert.deepEqual([ended.status, ended.body.code], [403, 'session_not_found']);
		await refuses(stack.client().auth.signInWithPassword({ email: one.email, password: PASSWORD }), 400, 'invalid_credentials');
		assert.equal((await stack.client().auth.signInWithPassword({ email: one.email, password: 'une autre phrase' })).error, null);
	});

	test('is another one, and long enough', async () => {
		const one = await signedIn(stack);

		await refuses(one.client.auth.updateUser({ password: PASSWORD }), 422, 'same_password');
		const weak = await refuses(one.client.auth.updateUser({ password: 'abc' }), 422, 'weak_password');
		assert.deepEqual(weak.reasons, ['length']);
		await refuses(one.client.auth.updateUser({ password: 'x'.repeat(73) }), 400, 'validation_failed');
	});

	test('asks for the old one where the client sends it', async () => {
		const one = await signedIn(stack);
		const change = current_password => auth('/user', { method: 'PUT', token: one.token, body: { password: 'une autre phrase', current_password } });

		assert.deepEqual([(await change('not that one')).body.code, (await change(PASSWORD)).status], ['invalid_credentials', 200]);
	});

	test('is set once when several are set at the same moment', async () => {
		const one = await signedIn(stack);
		const wishes = Array.from({ length: 5 }, (_, i) => `une phrase pour ${i}`);
		const answers = await Promise.all(wishes.map(password => auth('/user', { method: 'PUT', token: one.token, body: { password } })));
		const won = wishes.filter((_, i) => answers[i].status === 200);

		assert.ok(won.length >= 1, answers.map(answer => answer.text).join());
		const opens = await Promise.all(wishes.map(password => auth('/token?grant_type=password', { body: { email: one.email, password } })));
		const right = wishes.filter((_, i) => opens[i].status === 200);
		assert.equal(right.length, 1);
		assert.ok(won.includes(right[0]));
	});
});

describe('address and number', () => {
	test('may be sent back as they are, and not be changed without proof', async () => {
		const one = await signUp();

		assert.equal((await one.client.auth.updateUser({ email: one.email.toUpperCase() })).error, null);
		await refuses(one.client.auth.updateUser({ email: address('other') }), 422, 'contact_change_disabled');
		await refuses(one.client.auth.updateUser({ phone: '22670112233' }), 422, 'contact_change_disabled');
	});
});

describe('the mail once more', () => {
	// the mail before went out longer ago than the interval
	const wait = () => stack.db.query(`update private.rate_counters set window_start = window_start - interval '61 s' where key like 'auth:mail:%'`);

	test('goes to who waits for it, and both links are good', async () => {
		const one = await signUp();

		await wait();
		assert.equal((await stack.client().auth.resend({ type: 'signup', email: one.email })).error, null);
		await eventually('two mails', async () => (await stack.mails(undefined, one.email)).length === 2);
		const { rows } = await stack.db.query('select used_at from auth.one_time_tokens where user_id = $1', [one.id]);
		assert.deepEqual(rows, [{ used_at: null }, { used_at: null }]);
	});

	test('is not sent again at once, to whomever', async () => {
		const one = await signUp();
		const nobody = address('nobody');

		const refused = await refuses(stack.client().auth.resend({ type: 'signup', email: one.email }), 429, 'over_email_send_rate_limit');
		assert.match(refused.message, /after \d+ seconds/);
		const first = await auth('/resend', { body: { type: 'signup', email: nobody } });
		assert.deepEqual([first.status, first.body], [200, {}]);
		const second = await auth('/resend', { body: { type: 'signup', email: nobody } });
		assert.deepEqual([second.status, second.body.code], [429, 'over_email_send_rate_limit']);
		assert.ok(Number(second.headers.get('retry-after')) > 0);
	});

	test('does not tell who has proven an address already', async () => {
		const one = await person(stack, { verified: true });
		const answer = await auth('/resend', { body: { type: 'signup', email: one.email } });

		assert.deepEqual([answer.status, answer.body], [200, {}]);
		const { rows } = await stack.db.query('select from auth.one_time_tokens where user_id = $1', [one.id]);
		assert.equal(rows.length, 0);
	});
});

describe('the link in a client', () => {
	const tokenOf = async email => new URL(/https?:\/\/[^\s"'<>]+\/auth\/v1\/verify\?[^\s"'<>]+/.exec((await stack.mailTo(email)).text)[0]).searchParams.get('token');

	test('proves the address and signs in, once', async () => {
		const one = await signUp();
		const token_hash = await tokenOf(one.email);
		const { data, error } = await stack.client().auth.verifyOtp({ token_hash, type: 'email' });

		assert.equal(error, null);
		assert.equal(data.user.id, one.id);
		assert.equal(data.user.identities[0].identity_data.email_verified, true);
		assert.equal(parts(data.session.access_token).payload.amr[0].method, 'otp');
		await refuses(stack.client().auth.verifyOtp({ token_hash, type: 'email' }), 403, 'otp_expired');
	});

	test('is one person’s, however many try it at once', async () => {
		const one = await signUp();
		const token = await tokenOf(one.email);

		await refuses(stack.client().auth.verifyOtp({ email: address('eve'), token, type: 'signup' }), 403, 'otp_expired');
		const answers = await Promise.all(Array.from({ length: 5 }, () => auth('/verify', { body: { type: 'signup', token, email: one.email } })));
		assert.deepEqual(answers.map(answer => answer.status).sort(), [200, 403, 403, 403, 403]);
	});

	test('is over with its time, and with the address that it went to', async () => {
		const [late, moved] = [await signUp(), await signUp()];
		const [a, b] = [await tokenOf(late.email), await tokenOf(moved.email)];

		await stack.db.query('update auth.one_time_tokens set expires_at = now() where user_id = $1', [late.id]);
		await stack.db.query('update auth.users set email = $2 where id = $1', [moved.id, address('moved')]);
		await refuses(stack.client().auth.verifyOtp({ token_hash: a, type: 'signup' }), 403, 'otp_expired');
		await refuses(stack.client().auth.verifyOtp({ token_hash: b, type: 'signup' }), 403, 'otp_expired');
		const { rows } = await stack.db.query('select from private.people where user_id = any($1) and email_verified_at is not null', [[late.id, moved.id]]);
		assert.equal(rows.length, 0);
	});

	test('cannot be guessed for long from one address', async () => {
		const answers = [];

		for (let i = 0; i <= VERIFICATIONS; i++)
			answers.push(await auth('/verify', { body: { type: 'signup', token_hash: `guess ${i}` } }));
		const last = answers.at(-1);
		assert.deepEqual([last.status, last.body.code], [429, 'over_request_rate_limit']);
		assert.ok(Number(last.headers.get('retry-after')) > 0);
	});
});
