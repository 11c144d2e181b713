// scripts/serve-rest on a database that knows nothing of Temba: PostgREST's settings, tokens of all
// kinds, a schema that changes under load, a database that goes and comes back, and an end that leaves
// nothing.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';

import { ForeignDatabase, Relay, ServeRest, freePort, processesOf, whileAsking } from '../harness/serve-rest.mjs';
import { base64url, newKey, pemOfJwk, signEs256, signHs256 } from '../harness/tokens.mjs';
import { eventually } from '../harness/wire.mjs';

const SECRET = 'the-secret-of-the-film-club-32-bytes', PASSWORD = `p@ss/w'ord %25:`;
const soon = seconds => Math.floor(Date.now() / 1000) + seconds;

const database = await ForeignDatabase.make('test_film_club', `
	drop role if exists films_anon, films_editor, films_member, films_login;
	create role films_anon; create role films_editor; create role films_member;
	create role films_login login noinherit password '${PASSWORD.replaceAll("'", "''")}';
	grant films_anon, films_editor, films_member to films_login;
	create schema club; create schema private; create schema archive;
	grant usage on schema club to films_anon, films_editor, films_member;
	grant usage on schema archive to films_editor;
	create type club.rating as enum ('all', 'teens', 'adults');
	create table club.directors (id int primary key generated always as identity, name text not null unique);
	create table club.films (
		id int primary key generated always as identity, title text not null, year int not null check (year > 1890),
		rating club.rating not null default 'all', tags text[] not null default '{}', director_id int not null references club.directors);
	create table club.actors (id int primary key generated always as identity, name text not null);
	create table club.parts (film_id int references club.films on delete cascade, actor_id int references club.actors, character text, primary key (film_id, actor_id));
	create table club.notes (id int primary key generated always as identity, owner text not null default current_setting('request.jwt.claims')::json->>'sub', text text not null);
	create table archive.reels (id int primary key, label text);
	create view club.recent with (security_invoker) as select id, title, year, director_id from club.films where year >= 1990;
	alter table club.notes enable row level security;
	create policy own on club.notes to films_member using (owner = current_setting('request.jwt.claims')::json->>'sub');
	create function club.films_of(year int) returns setof club.films language sql stable as 'select * from club.films f where f.year = films_of.year order by id';
	create function club.add_up(a int, b int default 1) returns int language sql immutable as 'select a + b';
	create function club.settings() returns json language sql stable as $$ select json_build_object('foo_bar', current_setting('app.settings.foo_bar', true),
		'quoted', current_setting('app.settings.quoted', true), 'seen', current_setting('club.seen', true), 'role', current_user, 'claims', current_setting('request.jwt.claims')::json) $$;
	create function private."checkCaller"() returns void language plpgsql as $$ begin perform set_config('club.seen', current_user, true);
		if current_setting('request.headers')::json->>'x-banned' is not null then raise sqlstate 'PT418' using message = 'banned'; end if; end $$;
	grant usage on schema private to films_anon, films_editor, films_member;
	grant select on all tables in schema club to films_anon, films_editor;
	revoke all on club.notes from films_anon;
	grant insert, update, delete on club.films, club.directors, club.parts to films_editor;
	grant select, insert on club.notes to films_member;
	grant select on archive.reels to films_editor;
	insert into club.directors (name) values ('Idrissa Ouédraogo'), ('Gaston Kaboré');
	insert into club.films (title, year, rating, tags, director_id) values ('Yaaba', 1989, 'all', '{village,friendship}', 1), ('Tilaï', 1990, 'adults', '{tragedy}', 1),
		('Wend Kuuni', 1982, 'all', '{village}', 2), ('Buud Yam', 1997, 'teens', '{quest}', 2);
	insert into club.actors (name) values ('Serge Yanogo'), ('Rasmané Ouédraogo');
	insert into club.parts values (3, 1, 'Wend Kuuni'), (4, 1, 'Wend Kuuni'), (2, 2, 'Saga');
	insert into archive.reels values (1, 'Yaaba 35 mm');
	analyze;
`);
const objects = `select (select count(*) from pg_class) + (select count(*) from pg_proc) + (select count(*) from pg_namespace) + (select count(*) from pg_event_trigger) as n`;
const [before] = await database.sql(objects);
const relay = new Relay(database.port);
await relay.open();

const settings = {
	PGRST_DB_URI: database.as('films_login', PASSWORD, relay.port), PGRST_DB_SCHEMAS: 'club, archive', PGRST_DB_ANON_ROLE: 'films_anon',
	PGRST_DB_PRE_REQUEST: 'private.checkCaller', PGRST_JWT_SECRET: SECRET, PGRST_JWT_AUD: 'club', PGRST_APP_SETTINGS_FOO_BAR: 'from the environment',
	PGRST_APP_SETTINGS_QUOTED: `it's "quoted", \\ and ; # too`, PGRST_SERVER_CORS_ALLOWED_ORIGINS: 'https://films.example, http://localhost:3000', PGRST_DB_POOL: '3',
	PGRST_DB_AGGREGATES_ENABLED: 'True', PGRST_DB_TX_END: 'commit-allow-override', PGRST_LOG_LEVEL: 'info', PGRST_DB_CHANNEL: 'club-changes',
	PGRST_OPENAPI_SERVER_PROXY_URI: 'https://api.films.example/v1', PGRST_SERVER_TIMING_ENABLED: '1',
	// names of Temba's own that mean something else here
	JWT_EXP: 'never', DB_HOST: 'nowhere', SITE_URL: 'x'.repeat(5000),
};
const { privateKey: rsaPrivate, publicKey: rsaPublic } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = newKey(), foreign = newKey();
const jwks = { keys: [
	{ ...rsaPublic.export({ format: 'jwk' }), kid: 'rsa', alg: 'RS256', use: 'sig' }, { ...ec.jwk, kid: 'ec', use: 'sig' },
	{ ...rsaPublic.export({ format: 'jwk' }), kid: 'other', alg: 'RSA-OAEP', use: 'enc' }, { kty: 'OKP', crv: 'Ed25519', x: 'AA', kid: 'ed' },
] };
const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'film-club-')), 'postgrest.conf');
fs.writeFileSync(path.join(path.dirname(file), 'jwks.json'), JSON.stringify(jwks));
fs.writeFileSync(file, `# PostgREST's own form
db-uri = "${database.as('films_login', PASSWORD)}"
db-schema = "club"            # the older name
db-anon-role = "films_editor"
jwt-secret = "@${path.dirname(file)}/jwks.json"
role-claim-key = ".\\"https://club.example/claims\\".roles[1]"
max-rows = 2
db-tx-end = "rollback-allow-override"
app.settings.foo_bar = "from the file"
app.settings.quoted = "from the file"
`);
// the environment wins over the file
const [server, other] = await Promise.all([
	ServeRest.start(settings),
	ServeRest.start({ PGRST_DB_ANON_ROLE: 'films_anon', PGRST_APP_SETTINGS_QUOTED: 'from the environment', API_KEYS: JSON.stringify({ sb_publishable_0123456789abcdef: 'films_anon', sb_secret_0123456789abcdef: 'films_editor' }) }, file),
]);

after(async () => {
	await Promise.all([server.stop(), other.stop()]);
	await relay.close();
	await database.drop('drop role films_login, films_anon, films_editor, films_member');
	fs.rmSync(path.dirname(file), { recursive: true });
});

const token = (claims, header = {}) => signHs256({ alg: 'HS256', typ: 'JWT', ...header }, { aud: 'club', exp: soon(3600), ...claims }, SECRET);
const editor = server.client(token({ role: 'films_editor' }));
const anyone = server.client();
const told = async (bearer, from = server) => {
	const { status, body, headers } = await from.get('films?select=id&limit=1', { Authorization: `Bearer ${bearer}` });

	return [status, body.code, body.message, headers.get('www-authenticate')];
};

test('it says where it is, and what it does not use', () => {
	assert.match(server.said, /schemas +club, archive/);
	assert.match(server.said, /without a token +films_anon/);
	assert.equal(server.complained, 'not used here: PGRST_LOG_LEVEL\n');
});

describe('what the client library asks for', () => {
	test('reads, embeds, filters of enums and arrays, views', async () => {
		const films = await anyone.from('films').select('title, directors(name), actors(name), parts(character)').eq('rating', 'teens').single();

		assert.deepEqual(films.data, { title: 'Buud Yam', directors: { name: 'Gaston Kaboré' }, actors: [{ name: 'Serge Yanogo' }], parts: [{ character: 'Wend Kuuni' }] });
		assert.deepEqual((await anyone.from('films').select('title').contains('tags', ['village']).order('year')).data, [{ title: 'Wend Kuuni' }, { title: 'Yaaba' }]);
		assert.deepEqual((await anyone.from('recent').select('title, directors!inner(name)').eq('directors.name', 'Idrissa Ouédraogo')).data, [{ title: 'Tilaï', directors: { name: 'Idrissa Ouédraogo' } }]);
		assert.deepEqual((await anyone.from('films').select('rating, count()').order('rating')).data, [{ rating: 'all', count: 2 }, { rating: 'teens', count: 1 }, { rating: 'adults', count: 1 }]);
		assert.equal((await anyone.from('films').select('id').eq('rating', 'nobody')).error.code, '22P02');
	});

	test('calls functions', async () => {
		assert.equal((await anyone.rpc('add_up', { a: 2 })).data, 3);
		assert.equal((await anyone.rpc('add_up', { a: 2, b: 5 }, { get: true })).data, 7);
		assert.deepEqual((await anyone.rpc('films_of', { year: 1990 }).select('title, directors(name)')).data, [{ title: 'Tilaï', directors: { name: 'Idrissa Ouédraogo' } }]);
	});

	test('writes in the name of the role that a token names', async () => {
		const mine = { title: 'Samba Traoré', year: 1992, director_id: 1 };
		const refused = await anyone.from('films').insert(mine);

		assert.deepEqual([refused.status, refused.error.code], [401, '42501']);
		const made = await editor.from('films').insert(mine).select('id, title, rating').single();
		assert.deepEqual([made.status, made.data.title, made.data.rating], [201, 'Samba Traoré', 'all']);
		assert.equal((await editor.from('films').update({ year: 1800 }).eq('id', made.data.id)).error.code, '23514');
		assert.equal((await editor.from('films').delete().eq('id', made.data.id).select()).data.length, 1);
		assert.equal((await editor.from('films').insert(mine).select().rollback()).data.length, 1);
		assert.equal((await anyone.from('films').select('id').eq('title', 'Samba Traoré')).data.length, 0);
	});

	test('row level security sees the claims', async () => {
		const [ana, ben] = ['ana', 'ben'].map(sub => server.client(token({ role: 'films_member', sub })));

		assert.equal((await ana.from('notes').insert({ text: 'of Ana' })).status, 201);
		assert.deepEqual((await ana.from('notes').select('owner, text')).data, [{ owner: 'ana', text: 'of Ana' }]);
		assert.deepEqual((await ben.from('notes').select('text')).data, []);
		assert.equal((await editor.from('notes').insert({ text: 'x' })).status, 403);
	});

	test('several schemas, the first without being asked for', async () => {
		assert.deepEqual((await server.client(token({ role: 'films_editor' }), { schema: 'archive' }).from('reels').select()).data, [{ id: 1, label: 'Yaaba 35 mm' }]);
		assert.equal((await server.client(undefined, { schema: 'private' }).from('reels').select()).error.code, 'PGRST106');
	});

	test('application settings, and the function before each request', async () => {
		const { data } = await editor.rpc('settings');

		assert.deepEqual({ ...data, claims: undefined }, { foo_bar: 'from the environment', quoted: settings.PGRST_APP_SETTINGS_QUOTED, seen: 'films_editor', role: 'films_editor', claims: undefined });
		assert.equal(data.claims.role, 'films_editor');
		assert.equal((await server.client(undefined, { headers: { 'X-Banned': '1' } }).from('films').select()).status, 418);
	});

	test('the root describes what there is, as the settings say', async () => {
		const { status, body, headers } = await server.get('');

		assert.deepEqual([status, body.host, body.basePath, Object.keys(body.definitions).includes('films')], [200, 'api.films.example:443', '/v1', true]);
		assert.match(headers.get('server-timing'), /dur=/);
		assert.equal((await other.get('films?limit=1')).headers.get('server-timing'), null);
	});

	test('browsers of the listed origins alone', async () => {
		for (const [origin, allowed] of [['https://films.example', 'https://films.example'], ['http://localhost:3000', 'http://localhost:3000'], ['https://evil.example', null], ['null', null]]) {
			const answer = await server.get('films?limit=1', { Origin: origin });
			const preflight = await fetch(`${server.url}/rest/v1/films`, { method: 'OPTIONS', headers: { Origin: origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'prefer' } });

			assert.equal(answer.headers.get('access-control-allow-origin'), allowed, origin);
			assert.equal(preflight.headers.get('access-control-allow-origin'), allowed, origin);
		}
		assert.equal((await other.get('films?limit=1', { Origin: 'https://evil.example' })).headers.get('access-control-allow-origin'), '*');
	});
});

describe('tokens of a secret', () => {
	test('are good with and without an end', async () => {
		for (const claims of [{}, { exp: undefined }, { exp: null, sub: 'somebody' }, { exp: soon(-25) }, { nbf: soon(25), iat: soon(25) }, { aud: ['web', 'club'] }, { aud: [] }, { aud: undefined }])
			assert.deepEqual(await told(token({ role: 'films_editor', ...claims })), [200, undefined, undefined, null], JSON.stringify(claims));
	});

	test('are refused in upstream\'s words', async () => {
		const bad = code => [401, code];

		for (const [bearer, code, message] of [
			[token({ exp: soon(-35) }), 'PGRST303', 'JWT expired'], [token({ nbf: soon(60) }), 'PGRST303', 'JWT not yet valid'], [token({ iat: soon(60) }), 'PGRST303', 'JWT issued at future'],
			[token({ exp: 'x' }), 'PGRST303', `The JWT 'exp' claim must be a number`], [token({ nbf: 'x' }), 'PGRST303', `The JWT 'nbf' claim must be a number`], [token({ iat: {} }), 'PGRST303', `The JWT 'iat' claim must be a number`],
			[token({ aud: 'web' }), 'PGRST303', 'JWT not in audience'], [token({ aud: 7 }), 'PGRST303', `The JWT 'aud' claim must be a string or an array of strings`],
			['', 'PGRST301', 'Empty JWT is sent in Authorization header'], ['a.b', 'PGRST301', 'Expected 3 parts in JWT; got 2'], [`${base64url({ alg: 'none' })}.${base64url({ role: 'films_editor' })}.`, 'PGRST301', 'Wrong or unsupported encoding algorithm'],
			[signHs256({ alg: 'HS256' }, { role: 'films_editor' }, `${SECRET}.`), 'PGRST301', 'No suitable key or wrong key type'], [token({}, { alg: 'HS512' }), 'PGRST301', 'No suitable key or wrong key type'],
		]) {
			const [status, seenCode, seenMessage, header] = await told(bearer);

			assert.deepEqual([[status, seenCode], seenMessage], [bad(code), message]);
			assert.equal(header, `Bearer error="invalid_token", error_description="${message}"`);
		}
	});

	test('that name no role of this connection are the database\'s to refuse', async () => {
		assert.deepEqual((await told(token({ role: 'nobody_here' }))).slice(0, 2), [401, '22023']);
		assert.deepEqual((await told(token({ role: 'postgres' }))).slice(0, 2), [403, '42501']);
	});
});

describe('tokens of a key set', () => {
	const claims = { 'https://club.example/claims': { roles: ['x', 'films_editor'] } };
	const rs256 = (header, payload = claims, key = rsaPrivate) => {
		const text = `${base64url({ alg: 'RS256', ...header })}.${base64url(payload)}`;

		return `${text}.${crypto.sign('sha256', Buffer.from(text), key).toString('base64url')}`;
	};
	const role = async bearer => {
		const answer = await other.client(bearer).rpc('settings');

		return answer.data?.role ?? answer.error.code;
	};

	test('RS256 and ES256, the kid choosing', async () => {
		assert.equal(await role(rs256({ kid: 'rsa' })), 'films_editor');
		assert.equal(await role(rs256({})), 'films_editor');
		assert.equal(await role(signEs256({ alg: 'ES256', kid: 'ec' }, claims, ec.private)), 'films_editor');
		assert.equal(await role(signEs256({ alg: 'ES256', kid: 'ec', typ: 'at+jwt' }, { exp: soon(60) }, ec.private)), 'films_anon');
	});

	test('and none that only looks like one', async () => {
		const pem = rsaPublic.export({ type: 'spki', format: 'pem' });

		for (const bearer of [
			rs256({ kid: 'ec' }), rs256({ kid: 'other' }), rs256({ kid: 'ed' }), rs256({ kid: 'none' }), signEs256({ alg: 'ES256', kid: 'ec' }, claims, foreign.private), signEs256({ alg: 'ES256', kid: 'rsa' }, claims, ec.private),
			signHs256({ alg: 'HS256', kid: 'rsa' }, claims, pem), signHs256({ alg: 'HS256' }, claims, pem), signHs256({ alg: 'HS256', kid: 'ec' }, claims, pemOfJwk(ec.jwk)), signHs256({ alg: 'HS256', kid: 'rsa' }, claims, JSON.stringify(jwks.keys[0])),
			signHs256({ alg: 'HS256' }, claims, ''), rs256({ kid: 'rsa', jwk: foreign.jwk }), rs256({ kid: 'rsa', alg: 'RS512' }), rs256({ kid: 'rsa', alg: 'none' }),
		])
			assert.equal(await role(bearer), 'PGRST301', bearer);
	});

	test('opaque API keys stand for roles', async () => {
		const as = (...headers) => other.client(undefined, { headers: Object.fromEntries(headers) }).rpc('settings').then(({ data, error }) => data?.role ?? error.message);

		assert.equal(await as(['apikey', 'sb_secret_0123456789abcdef']), 'films_editor');
		assert.equal(await as(['apikey', 'sb_secret_0123456789abcdef'], ['Authorization', 'Bearer sb_secret_0123456789abcdef']), 'films_editor');
		assert.equal(await as(['apikey', 'sb_publishable_0123456789abcdef']), 'films_anon');
		assert.equal(await as(['apikey', 'sb_publishable_0123456789abcdef'], ['Authorization', `Bearer ${rs256({ kid: 'rsa' })}`]), 'films_editor');
		for (const headers of [[['apikey', 'sb_secret_0123456789abcdeg']], [['Authorization', 'Bearer sb_secret_0123456789abcdef']], [['apikey', 'sb_publishable_0123456789abcdef'], ['Authorization', 'Bearer sb_secret_0123456789abcdef']]])
			assert.equal(await as(...headers), 'Invalid API key');
	});

	test('the file\'s settings, over which the environment wins', async () => {
		const { data } = await other.client().rpc('settings');

		assert.deepEqual([data.foo_bar, data.quoted], ['from the file', 'from the environment']);
		assert.equal((await other.client().from('films').select('id')).data.length, 2);
		// nothing is kept unless that is asked for
		const writer = headers => other.client(rs256({ kid: 'rsa' }), { headers }).from('directors').insert({ name: 'Fanta Régina Nacro' }).select();

		assert.equal((await writer({})).data.length, 1);
		assert.equal((await writer({})).data.length, 1);
		assert.equal((await writer({ Prefer: 'tx=commit' })).data.length, 1);
		assert.equal((await writer({})).error.code, '23505');
	});
});

describe('a schema that changes', () => {
	const isThere = (what, status = 200) => async () => (await server.get(what)).status === status;

	test('is seen after a NOTIFY on the configured channel, and of no other payload', async () => {
		const began = async () => (await server.log('functions')).split('restart: release').length;
		const generations = await began();

		assert.equal((await server.get('posters')).body.code, 'PGRST205');
		await database.sql(`create table club.posters (id int); grant select on club.posters to films_anon; notify "club-changes", 'something else'; notify pgrst`);
		await database.sql(`notify "club-changes", 'reload schema'; notify "club-changes"; notify "club-changes", 'reload config'`);
		await eventually('the new table', isThere('posters'));
		await eventually('one generation more', async () => await began() === generations + 1);
	});

	test('loses no request, however often it does', async () => {
		const { asked, failures } = await whileAsking(async () => {
			const answer = await server.get('films?select=id,title,directors(name)&order=id&limit=2');

			return (answer.status === 200 && answer.body.length === 2) || `${answer.status} ${JSON.stringify(answer.body)}`;
		}, async () => {
			for (let changes = 0; changes < 6; changes++) {
				await database.sql(`create table club.posters_${changes} (id int); grant select on club.posters_${changes} to films_anon; notify "club-changes"`);
				await eventually('the new table', isThere(`posters_${changes}`), { ms: 30_000 });
			}
		});

		assert.deepEqual(failures.slice(0, 5), []);
		assert.ok(asked > 50, `${asked} requests`);
	});
});

test('the database may go and come back, and what changed meanwhile is seen', async () => {
	const { port } = relay;

	await relay.close();
	const away = await server.get('films');
	assert.deepEqual([away.status, away.body.code], [503, 'PGRST000']);
	assert.ok(away.headers.get('retry-after'));
	await database.sql('create table club.tickets (id int); grant select on club.tickets to films_anon');
	await relay.open(port);
	await eventually('the old tables', async () => (await server.get('films')).status === 200);
	await eventually('the new table', async () => (await server.get('tickets')).status === 200, { ms: 20_000 });
	// and a server that ends every connection at once
	await database.sql(`create table club.seats (id int); grant select on club.seats to films_anon`);
	await database.sql(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'films_login'`);
	await eventually('the newest table', async () => (await server.get('seats')).status === 200, { ms: 20_000 });
	assert.equal((await server.get('films')).status, 200);
});

test('signals of PostgREST: the schema, and the settings of the file', async () => {
	await database.sql('create table club.bars (id int); grant select on club.bars to films_anon');
	other.process.kill('SIGUSR1');
	await eventually('the new table', async () => (await other.get('bars')).status === 200);
	fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"from the file"', '"from the changed file"'));
	other.process.kill('SIGUSR2');
	const { data } = await eventually('the new setting', async () => {
		const answer = await other.client().rpc('settings');

		return answer.data.foo_bar === 'from the changed file' && answer;
	});

	assert.equal(data.quoted, 'from the environment');
});

test('secrets are in no log, no argument and no environment of a process', () => {
	const secrets = [PASSWORD, encodeURIComponent(PASSWORD), SECRET, Buffer.from(SECRET).toString('base64url'), 'sb_secret_0123456789abcdef', settings.PGRST_APP_SETTINGS_QUOTED];

	for (const one of [server, other]) {
		const texts = [...fs.readdirSync(one.logs).map(name => fs.readFileSync(path.join(one.logs, name), 'utf8')), ...one.processes().flatMap(({ command, environment }) => [command, environment]), one.said, one.complained,
			fs.readFileSync(`/proc/${one.process.pid}/cmdline`, 'utf8')];

		assert.ok(one.processes().length > 5 && texts.join('').length > 5000);
		for (const secret of secrets)
			assert.ok(!texts.some(text => text.includes(secret)), `${secret} in ${texts.find(text => text.includes(secret))}`);
	}
});

test('says why it does not start, and leaves nothing', async () => {
	const { port } = new URL(server.url);

	const cases = [
		[{ PGRST_DB_URI: database.as('films_login', 'wrong') }, /password authentication failed for user "films_login"/],
		[{ PGRST_DB_URI: `postgres://films_login:${PASSWORD}@127.0.0.1/x` }, /neither a URI nor a list of keywords/],
		[{ PGRST_DB_SCHEMAS: 'club,nothing' }, /there is no schema "nothing" \(PGRST_DB_SCHEMAS\)/],
		[{ PGRST_DB_ANON_ROLE: 'postgres' }, /films_login may not become "postgres"/],
		[{ PGRST_JWT_SECRET: 'short' }, /at least 32 characters/],
		[{ PORT: port }, new RegExp(`port ${port} is taken by nginx`)],
	];
	const tryOne = async ([changes, sentence]) => {
		const one = new ServeRest({ ...settings, PORT: String(await freePort()), ...changes });

		assert.equal(await one.ended, 1, one.complained);
		assert.match(one.complained, sentence);
		assert.ok(!one.complained.includes(PASSWORD), one.complained);
	};

	// side by side, as several of them may run
	await Promise.all([0, 1, 2].map(async lane => {
		for (let i = lane; i < cases.length; i += 3)
			await tryOne(cases[i]);
	}));
	assert.equal((await server.get('films')).status, 200); // its neighbours notice nothing
});

test('waits for a database that is not up yet', async () => {
	const late = new Relay(database.port), port = await freePort();
	const keywords = `host=127.0.0.1 port=${port} user=films_login password='${PASSWORD.replaceAll("'", "\\'")}' dbname=test_film_club`;
	const one = new ServeRest({ ...settings, PGRST_DB_URI: keywords, PGRST_JWT_SECRET: '', PORT: String(await freePort()) });

	await eventually('it says so', () => /waiting for the database: .*Connection refused/.test(one.complained), { ms: 30_000 });
	await late.open(port);
	await one.up();
	assert.equal((await one.get('films')).status, 200);
	assert.deepEqual((await told(token({}), one)).slice(0, 3), [500, 'PGRST300', 'Server lacks JWT secret']);
	assert.equal(await one.stop('SIGINT'), 130);
	await late.close();
});

describe('the end', () => {
	test('comes at any moment, and leaves nothing behind', async () => {
		for (const delay of [300, 700, 1100]) {
			const home = fs.mkdtempSync(path.join(os.tmpdir(), 'film-end-'));

			fs.chmodSync(home, 0o711);
			const one = new ServeRest({ ...settings, TMPDIR: home, PORT: String(await freePort()) });

			await new Promise(resolve => setTimeout(resolve, delay));
			// at first, when there is nothing to clean up, the signal itself ends it
			assert.ok([143, 'SIGTERM'].includes(await one.stop()), `after ${delay} ms: ${one.complained}`);
			assert.deepEqual(fs.readdirSync(home), [], `after ${delay} ms`);
			assert.deepEqual(processesOf(home), [], `after ${delay} ms`);
			fs.rmdirSync(home);
		}
	});

	test('answers the request in hand, leaves the logs where they were asked for, and nothing in the database', async () => {
		const state = fs.mkdtempSync(path.join(os.tmpdir(), 'film-state-'));
		const one = await ServeRest.start({ ...settings, STATE_DIR: state });
		const second = new ServeRest({ ...settings, STATE_DIR: state, PORT: String(await freePort()) });

		assert.equal(await second.ended, 1);
		assert.equal((await one.get('films')).status, 200);
		assert.equal(await one.stop(), 143);
		assert.deepEqual(one.processes(), []);
		assert.deepEqual(fs.readdirSync(state).sort(), ['log', 'serve-rest']);
		assert.ok(fs.readdirSync(path.join(state, 'log')).includes('functions.log'));
		fs.rmSync(state, { recursive: true });

		assert.deepEqual([await server.stop(), await other.stop()], [143, 143]);
		assert.deepEqual([...server.processes(), ...other.processes()], []);
		assert.ok(!fs.existsSync(server.state) && !fs.existsSync(other.state));
		await assert.rejects(server.get('films'));
		assert.deepEqual(await database.sql(`select pid from pg_stat_activity where usename = 'films_login'`), []);
		await database.sql(`drop table club.posters, ${[0, 1, 2, 3, 4, 5].map(n => `club.posters_${n}`)}, club.tickets, club.seats, club.bars`);
		assert.deepEqual(await database.sql(objects), [before]);
	});
});
