// Accounts, as auth-js uses them: sign up, sign in, read, and the mail that proves an address. What comes
// of a sign-in is in sessions.test.mjs.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { authOf, refuses } from '../harness/auth.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually } from '../harness/wire.mjs';
import { parts } from '../harness/tokens.mjs';
import { PASSWORD, address, person, signIn, signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const auth = authOf(stack);

async function signUp(details = {}) {
	const client = stack.client();
	const email = details.email ?? address('salif');
	const { data, error } = await client.auth.signUp({ email, password: details.password ?? PASSWORD, options: { data: { name: 'Salif Traoré' }, ...details.options } });

	return { client, email, data, error };
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
