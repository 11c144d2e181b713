// Accounts, as auth-js uses them: sign up, sign in, refresh, read, sign out, and the mail that proves
// an address.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, describe, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { call, eventually } from '../harness/wire.mjs';
import { parts } from '../harness/tokens.mjs';
import { PASSWORD, address, person, signIn, signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const VERSION = { 'X-Supabase-Api-Version': '2024-01-01' };
const auth = (path, options = {}) => call(stack, `/auth/v1${path}`, { ...options, headers: { ...VERSION, ...options.headers } });

async function signUp(details = {}) {
	const client = stack.client();
	const email = details.email ?? address('salif');
	const { data, error } = await client.auth.signUp({ email, password: details.password ?? PASSWORD, options: { data: { name: 'Salif Traoré' }, ...details.options } });

	return { client, email, data, error };
}

async function refuses(attempt, status, code) {
	const { error } = await attempt;

	assert.ok(error, 'was accepted');
	assert.deepEqual([error.status, error.code], [status, code], error.message);
	return error;
}

describe('sign-up', () => {
	test('makes an account, a session and a profile at once', async () => {
		const { email, data, error } = await signUp();

		assert.equal(error, null);
		assert.equal(data.user.email, email);
		assert.equal(data.user.aud, 'authenticated');
		assert.equal(data.user.role, 'authenticated');
		assert.equal(data.user.user_metadata.name, 'Salif Traoré');
		assert.equal(data.user.app_metadata.provider, 'email');
		assert.ok(Array.isArray(data.user.identities) && data.user.identities.length === 1);
		assert.equal(data.user.identities[0].provider, 'email');
		assert.equal(data.session.token_type, 'bearer');
		assert.equal(data.session.expires_in, 3600);
		assert.ok(Math.abs(data.session.expires_at - Date.now() / 1000 - 3600) < 30);

		const { rows: [profile] } = await stack.db.query('select name, email, role, email_verified_at from private.people where user_id = $1', [data.user.id]);
		assert.deepEqual(profile, { name: 'Salif Traoré', email, role: 'USER', email_verified_at: null });
	});

	test('writes addresses in small letters and knows them in any', async () => {
		const email = address('Rokia');
		const { data } = await signUp({ email: email.toUpperCase() });

		assert.equal(data.user.email, email);
		const { error } = await stack.client().auth.signInWithPassword({ email: email.replace('rokia', 'RoKiA'), password: PASSWORD });
		assert.equal(error, null);
	});

	test('refuses a second account for the same address', async () => {
		const { email } = await signUp();

		await refuses(signUp({ email }), 422, 'user_already_exists');
		await refuses(signUp({ email: email.toUpperCase() }), 422, 'user_already_exists');
	});

	test('names what is wrong with a password', async () => {
		const { error } = await signUp({ password: 'abcde' });

		assert.equal(error.name, 'AuthWeakPasswordError');
		assert.equal(error.status, 422);
		assert.deepEqual(error.reasons, ['length']);
	});

	test('takes 72 bytes of password and not 73', async () => {
		const { email, error } = await signUp({ password: 'é'.repeat(36) });

		assert.equal(error, null);
		await refuses(signUp({ password: `${'é'.repeat(36)}x` }), 400, 'validation_failed');
		await refuses(stack.client().auth.signInWithPassword({ email, password: 'é'.repeat(35) }), 400, 'invalid_credentials');
	});

	for (const email of ['nobody', '@example.org', 'a b@example.org', 'a@b', `${'x'.repeat(250)}@example.org`, "a@example.org\r\nBcc: b@example.org"]) {
		test(`refuses the address ${JSON.stringify(email.slice(0, 40))}`, async () => {
			await refuses(signUp({ email }), 400, 'validation_failed');
		});
	}

	test('never lets metadata make somebody an admin', async () => {
		const { data } = await signUp({ options: { data: { name: 'Mallory', role: 'ADMIN', app_metadata: { role: 'service_role' }, email_verified: true } } });
		const { rows: [row] } = await stack.db.query('select role, email_verified_at from private.people where user_id = $1', [data.user.id]);

		assert.deepEqual(row, { role: 'USER', email_verified_at: null });
		assert.equal(parts(data.session.access_token).payload.role, 'authenticated');
	});
});

describe('sign-in', () => {
	test('gives a session whose user can be read', async () => {
		const one = await signedIn(stack);
		const { data, error } = await one.client.auth.getUser();

		assert.equal(error, null);
		assert.equal(data.user.id, one.id);
		assert.equal(data.user.email, one.email);
		assert.ok(data.user.last_sign_in_at);
	});

	test('says the same of a wrong password and of an unknown person', async () => {
		const one = await person(stack);
		const wrong = await refuses(stack.client().auth.signInWithPassword({ email: one.email, password: 'not that one' }), 400, 'invalid_credentials');
		const nobody = await refuses(stack.client().auth.signInWithPassword({ email: address('nobody'), password: PASSWORD }), 400, 'invalid_credentials');

		assert.equal(wrong.message, nobody.message);
	});

	test('knows a phone account by its made-up address', async () => {
		const email = '22670112233@temba.temp';
		const { data } = await signUp({ email });
		const { error } = await stack.client().auth.signInWithPassword({ email, password: PASSWORD });

		assert.equal(error, null);
		const { rows: [row] } = await stack.db.query('select email_verified_at from private.people where user_id = $1', [data.user.id]);
		assert.equal(row.email_verified_at, null);
	});

	test('turns a banned person away, with a password and with a token', async () => {
		const one = await signedIn(stack);

		await stack.db.query(`update auth.users set banned_until = now() + interval '1 day' where id = $1`, [one.id]);
		await refuses(stack.client().auth.signInWithPassword({ email: one.email, password: PASSWORD }), 400, 'user_banned');
		await refuses(one.client.auth.getUser(), 403, 'user_banned');
	});

	test('makes imported bcrypt passwords into argon2id ones', async () => {
		const one = await person(stack);

		await signIn(stack, one);
		const { rows: [row] } = await stack.db.query('select encrypted_password from auth.users where id = $1', [one.id]);
		assert.match(row.encrypted_password, /^\$argon2id\$/);
		await signIn(stack, one);
	});
});

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

describe('errors', () => {
	const cases = [
		['GET', '/user', {}, 401, 'no_authorization'],
		['GET', '/user', { token: 'anon' }, 403, 'bad_jwt'],
		['GET', '/user', { token: 'not.a.token' }, 403, 'bad_jwt'],
		['POST', '/logout', {}, 401, 'no_authorization'],
		['POST', '/token?grant_type=password', { body: '{' }, 400, 'bad_json'],
		['POST', '/signup', { body: '{"email": "a@example.org",' }, 400, 'bad_json'],
		['POST', '/token?grant_type=password', { body: { email: 7, password: [] } }, 400, 'validation_failed'],
		['POST', '/token?grant_type=telepathy', { body: {} }, 400, 'invalid_credentials'],
		['POST', '/token', { body: {} }, 400, 'invalid_credentials'],
	];

	for (const [method, path, { token, body }, status, code] of cases) {
		const given = typeof body === 'string' ? `the body ${body}` : body ? `the body ${JSON.stringify(body)}` : `${token ?? 'no'} bearer`;

		test(`${method} ${path} with ${given} is ${status} ${code}`, async () => {
			const answer = await auth(path, { method, body, token: token === 'anon' ? stack.anonKey : token });

			assert.deepEqual([answer.status, answer.body.code], [status, code], answer.text);
			assert.equal(typeof answer.body.message, 'string');
			assert.equal(answer.headers.get('x-supabase-api-version'), '2024-01-01');
			assert.equal(answer.headers.get('x-sb-error-code'), code);
		});
	}

	test('have their older form for clients that name no version', async () => {
		const answer = await call(stack, '/auth/v1/token?grant_type=password', { body: { email: address('nobody'), password: PASSWORD } });

		assert.equal(answer.status, 400);
		assert.deepEqual([answer.body.code, answer.body.error_code], [400, 'invalid_credentials']);
		assert.equal(typeof answer.body.msg, 'string');
		assert.equal(answer.headers.get('x-supabase-api-version'), null);
	});

	test('are JSON for a route that is not there', async () => {
		const answer = await auth('/factors', { body: {} });

		assert.equal(answer.status, 404);
		assert.equal(typeof answer.body.message, 'string');
	});

	test('ask for a project key, and refuse one that is not ours', async () => {
		for (const key of [null, 'sb_publishable_made_up', `${stack.anonKey.slice(0, -4)}AAAA`]) {
			const answer = await auth('/settings', { method: 'GET', key });

			assert.equal(answer.status, 401, String(key));
			assert.equal(typeof answer.body.message, 'string');
		}
	});
});

describe('what the server tells of itself', () => {
	test('settings', async () => {
		const answer = await auth('/settings', { method: 'GET' });

		assert.equal(answer.status, 200);
		assert.equal(answer.body.disable_signup, false);
		assert.equal(answer.body.mailer_autoconfirm, true);
		assert.equal(answer.body.external.email, true);
	});

	test('health', async () => {
		const answer = await auth('/health', { method: 'GET' });

		assert.equal(answer.status, 200);
		assert.equal(typeof answer.body.version, 'string');
	});
});

describe('the confirmation mail', () => {
	const verifiedAt = async id => (await stack.db.query('select email_verified_at from private.people where user_id = $1', [id])).rows[0].email_verified_at;

	test('comes after a sign-up, and its link proves the address', async () => {
		const { email, data } = await signUp();
		const mail = await stack.mailTo(email);
		const link = linkOf(mail);

		assert.equal(await verifiedAt(data.user.id), null);
		assert.equal(link.origin, stack.url);
		assert.equal(link.pathname, '/auth/v1/verify');
		const answer = await call(stack, link.pathname + link.search, { method: 'GET', key: null });
		assert.equal(answer.status, 303);
		const to = new URL(answer.headers.get('location'));
		assert.equal(to.origin, stack.siteUrl);
		const fragment = new URLSearchParams(to.hash.slice(1));
		assert.deepEqual([fragment.get('token_type'), fragment.get('type'), fragment.get('expires_in')], ['bearer', 'signup', '3600']);
		assert.ok(await verifiedAt(data.user.id));

		// what detectSessionInUrl does with it
		const client = stack.client();
		const { error } = await client.auth.setSession({ access_token: fragment.get('access_token'), refresh_token: fragment.get('refresh_token') });
		assert.equal(error, null);
		const { data: { user } } = await client.auth.getUser();
		assert.equal(user.id, data.user.id);
		assert.equal(user.user_metadata.email_verified, true);
	});

	test('has a link that works once', async () => {
		const { email } = await signUp();
		const link = linkOf(await stack.mailTo(email));
		const first = await call(stack, link.pathname + link.search, { method: 'GET', key: null });
		const second = await call(stack, link.pathname + link.search, { method: 'GET', key: null });

		assert.ok(new URL(first.headers.get('location')).hash.includes('access_token='));
		assert.equal(second.status, 303);
		const fragment = new URLSearchParams(new URL(second.headers.get('location')).hash.slice(1));
		assert.equal(fragment.get('error_code'), 'otp_expired');
		assert.equal(fragment.get('access_token'), null);
	});

	test('leads to no foreign site', async () => {
		const { email } = await signUp({ options: { emailRedirectTo: 'https://evil.example/steal', data: { name: 'Eve' } } });
		const link = linkOf(await stack.mailTo(email));

		link.searchParams.set('redirect_to', 'https://evil.example/steal');
		const answer = await call(stack, link.pathname + link.search, { method: 'GET', key: null });
		assert.equal(answer.status, 303);
		assert.equal(new URL(answer.headers.get('location')).origin, stack.siteUrl);
	});

	for (const [what, query] of [['no token', '?type=signup'], ['a made-up token', `?token=${'ab'.repeat(28)}&type=signup`], ['an unknown type', `?token=${'ab'.repeat(28)}&type=magic`],
		['an absurd token', `?token=${'a'.repeat(3000)}&type=signup`], ['SQL in the token', "?token=' or 1=1 --&type=signup"]]) {
		test(`has a link that shows an error when it carries ${what}`, async () => {
			const answer = await call(stack, `/auth/v1/verify${query.replaceAll(' ', '%20')}`, { method: 'GET', key: null });

			if (answer.status === 303) {
				const fragment = new URLSearchParams(new URL(answer.headers.get('location')).hash.slice(1));
				assert.ok(fragment.get('error_code'));
				assert.equal(fragment.get('access_token'), null);
			} else {
				assert.equal(answer.status, 400);
				assert.ok(answer.body.code ?? answer.body.error_code);
			}
		});
	}

	test('does not go to made-up addresses of phone accounts', async () => {
		await signUp({ email: '22670998877@temba.temp' });
		const { email } = await signUp();

		await stack.mailTo(email); // the later one has arrived, so the earlier would have
		await eventually('all jobs are done', async () => (await stack.db.query(`select count(*)::int as n from private.jobs where state in ('READY', 'RUNNING')`)).rows[0].n === 0);
		assert.deepEqual(await stack.mails(mail => mail.to.includes('22670998877@temba.temp')), []);
	});

	function linkOf(mail) {
		const found = /https?:\/\/[^\s"'<>]+\/auth\/v1\/verify\?[^\s"'<>]+/.exec(mail.text ?? mail.html.replaceAll('&amp;', '&'));

		assert.ok(found, `no link in ${JSON.stringify(mail)}`);
		return new URL(found[0]);
	}
});
