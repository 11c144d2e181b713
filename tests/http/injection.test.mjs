// A client's text is never SQL, wherever it stands: no failure of the server, no wait, no trace in any
// table or in the catalog, and the next request of the same connection runs as who it is.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, test } from 'node:test';

import { cast } from '../harness/cast.mjs';
import { injections, places } from '../harness/injections.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually } from '../harness/wire.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const AT_ONCE = 16, PROBE_EVERY = 25, SLOW_MS = 8000; // a sleep would end in a timeout, which is a 500; this is for what waits elsewhere
const { owner } = await cast(stack, 'owner');

await stack.db.query(`
	create table public.canary (x integer);
	grant all on public.canary to public;
	create function public.who_am_i() returns jsonb language sql stable as $$
		select jsonb_build_object('role', current_user, 'session', session_user, 'path', current_setting('search_path'), 'zone', current_setting('timezone'), 'sub', auth.uid(), 'claimed', auth.role(),
			'claims', current_setting('request.jwt.claims', true)::jsonb ->> 'role', 'guest', nullif(concat(current_setting('temba.guest_orders', true), current_setting('temba.guest_tokens', true), current_setting('temba.guest_payments', true)), ''),
			'timeout', current_setting('statement_timeout'), 'isolation', current_setting('transaction_isolation')) $$;
	grant execute on function public.who_am_i() to anon, authenticated;
	notify pgrst, 'reload schema'`);
const who = async token => (await call(stack, '/rest/v1/rpc/who_am_i', { body: {}, token })).body;
await eventually('the probe', async () => (await who())?.role === 'anon');

// Every table's rows, and how many things of each kind the catalog has.
async function photograph() {
	const { rows: tables } = await stack.db.query(`
		select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ('public', 'auth', 'private') and c.relkind = 'r' and c.relname not in ('jobs', 'schedules') order by 1`); // those the job runner writes
	const catalog = ['pg_class', 'pg_proc', 'pg_roles', 'pg_auth_members', 'pg_namespace', 'pg_policy', 'pg_trigger', 'pg_type', 'pg_largeobject_metadata', 'pg_extension', 'pg_default_acl', 'pg_constraint'];
	const pieces = [...tables.map(({ name }) => `select '${name}' as what, count(*) as n, md5(string_agg(t::text, '' order by t::text)) as rows from ${name} t`), ...catalog.map(name => `select '${name}', count(*), null from ${name}`),
		`select 'settings', count(*), md5(string_agg(s::text, '' order by s::text)) from pg_db_role_setting s where setdatabase in (0, (select oid from pg_database where datname = current_database()))`, // other files' databases have theirs
		`select 'roles', count(*), md5(string_agg(r::text, '' order by r.rolname)) from pg_roles r`, `select 'rights', count(*), md5(string_agg(concat(c.oid, c.relacl), '' order by c.oid)) from pg_class c where c.relnamespace = 'public'::regnamespace`];

	return Object.fromEntries((await stack.db.query(pieces.join(' union all '))).rows.map(({ what, ...rest }) => [what, rest]));
}

async function assertNothingChanged(before) {
	const now = await photograph();
	const changed = Object.keys({ ...before, ...now }).filter(what => JSON.stringify(before[what]) !== JSON.stringify(now[what]));

	assert.deepEqual(changed.map(what => [what, now[what]]), [], `before: ${JSON.stringify(changed.map(what => before[what]))}`);
}

// A header has no control characters and none beyond Latin-1: it goes as the bytes of UTF-8.
const sendable = headers => Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, Buffer.from(value.replace(/[\0-\x08\n-\x1f\x7f]/g, '')).toString('latin1')]));
const agent = new http.Agent({ keepAlive: true });

// As call() does it, at a fifth of the price: there are thousands.
function send({ method = 'GET', path, headers, body, own }) {
	const all = { apikey: stack.anonKey, Authorization: `Bearer ${own ? owner.token : stack.anonKey}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...sendable(headers) };

	return new Promise((resolve, reject) => {
		const request = http.request(`${stack.url}/rest/v1${path}`, { agent, method, headers: all, timeout: 30_000 }, answer => {
			const parts = [];

			answer.on('data', part => parts.push(part)).on('error', reject).on('end', () => {
				const text = Buffer.concat(parts).toString();
				resolve({ status: answer.statusCode, text, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined });
			});
		});

		request.on('error', reject).on('timeout', () => request.destroy(new Error('no answer'))).end(body);
	});
}

// Runs all, so many at once; every now and then a probe, as one person and as nobody.
async function inBulk(requests, judge, probe) {
	let at = 0;
	const work = async () => {
		while (at < requests.length) {
			const n = at++, began = performance.now();

			judge(requests[n], await send(requests[n].request), performance.now() - began);
			if (n % PROBE_EVERY === 0)
				await probe();
		}
	};

	await Promise.all(Array.from({ length: AT_ONCE }, work));
}

const anonymous = await who(), signedIn = await who(owner.token);
const secrets = (await stack.db.query(`select encrypted_password as secret from auth.users where encrypted_password is not null union select email from private.people`)).rows.map(row => row.secret);

async function probe() {
	assert.deepEqual(await who(), anonymous);
	assert.deepEqual(await who(owner.token), signedIn);
}

test('the probes tell the two apart', () => {
	assert.deepEqual([anonymous.role, anonymous.session, anonymous.sub, anonymous.claims], ['anon', 'authenticator', null, 'anon']);
	assert.deepEqual([signedIn.role, signedIn.session, signedIn.sub, signedIn.claims], ['authenticated', 'authenticator', owner.id, 'authenticated']);
	assert.ok(injections.length >= 150, `${injections.length} texts`);
});

test(`${injections.length} texts in ${places.length} places`, { timeout: 300_000 }, async () => {
	const before = await photograph();
	const wrong = [];
	const judge = ({ what, text }, { status, body, text: answer }, ms) => {
		const complain = why => wrong.push(`${what}: ${JSON.stringify(text.slice(0, 100))}: ${why}`);

		if (status >= 500 && body?.code !== '54000') // a limit of the database, which PostgREST tells so too
			complain(`${status} ${answer.slice(0, 300)}`);
		if (ms > SLOW_MS)
			complain(`${Math.round(ms)} ms`);
		if (secrets.some(secret => answer.includes(secret)))
			complain(`tells a secret: ${answer.slice(0, 300)}`);
	};
	const requests = injections.flatMap(text => places.map(([what, make]) => ({ what, text, request: make(text) })));

	await inBulk(requests, judge, probe);
	assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} of ${requests.length}`);
	await assertNothingChanged(before);
});

test('what may be stored is stored as it was sent', { timeout: 120_000 }, async () => {
	const before = await photograph();
	const storable = text => text.isWellFormed() && !text.includes('\0');
	const rowOf = text => ({ user_id: owner.id, type: 'SYSTEM', title: text, message: 'm', metadata: { [text]: text, action_url: text } });
	const refused = [];

	await inBulk(injections.map(text => ({ text, request: { method: 'POST', own: true, path: '/notifications?select=title,metadata', headers: { Prefer: 'return=representation' }, body: JSON.stringify(rowOf(text)) } })), ({ text }, { status, body, text: answer }) => {
		if (storable(text))
			assert.deepEqual([status, body[0].title, body[0].metadata[text]], [201, text, text], answer.slice(0, 300));
		else
			refused.push(status);
	}, probe);
	assert.ok(refused.every(status => status === 400), `${refused}`);
	for (const text of injections.filter(storable).slice(0, 40)) {
		const { data } = await owner.client.from('notifications').select('title').eq('title', text);
		assert.deepEqual(data, [{ title: text }]);
	}
	assert.equal((await owner.client.from('notifications').delete().eq('user_id', owner.id)).status, 204);
	await assertNothingChanged(before);
});

test('no argument of a call is a failure of the server', { timeout: 120_000 }, async () => {
	const before = await photograph();
	const nonsense = [null, '', 'x', -1, 0, 1.5, 1e18, true, [], {}, [[]], [{}], [null], { a: {} }, { '': 1 }, 'infinity', '-infinity', '294276-12-31', '00000000-0000-4000-8000-00000000dead', owner.id, '20000000-0000-4000-8000-000000000024',
		{ '30000000-0000-4000-8000-000000000241': 1e18 }, [{ ticket_type_id: '30000000-0000-4000-8000-000000000241', quantity: 999_999, price: 1e300 }], 'é'.repeat(10_000), '🎟️'];
	const { rows } = await stack.db.query(`
		select proname as name, proargnames[1:pronargs] as args from pg_proc
		where pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', oid, 'execute') and prorettype <> 'trigger'::regtype and pronargs > 0`);
	const requests = rows.flatMap(({ name, args }) => args.flatMap(arg => nonsense.map(value => ({ name, arg, value,
		request: { method: 'POST', own: true, path: `/rpc/${name}`, body: JSON.stringify({ ...Object.fromEntries(args.map(other => [other, other.includes('event') ? '20000000-0000-4000-8000-000000000024' : null])), [arg]: value }) } }))));
	const wrong = [];

	assert.ok(rows.length >= 12, `${rows.length} functions`);
	await inBulk(requests, ({ name, arg, value }, { status, text }) => {
		if (status >= 500)
			wrong.push(`${name} ${arg} ${JSON.stringify(value).slice(0, 60)}: ${status} ${text.slice(0, 200)}`);
	}, probe);
	assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} of ${requests.length}`);
	await assertNothingChanged(before);
});

test('no connection is left in a transaction, in another role or time zone', async () => {
	const abroad = async () => (await call(stack, '/rest/v1/rpc/who_am_i', { method: 'GET', headers: { Prefer: 'timezone=America/Lima' } })).body.zone;
	const zones = await Promise.all(Array.from({ length: 48 }, (_, i) => (i % 2 === 0 ? abroad() : probe())));

	assert.deepEqual(new Set(zones), new Set(['America/Lima', undefined]));
	const { rows } = await eventually('idle connections', async () => {
		const found = await stack.db.query(`select state, query from pg_stat_activity where datname = current_database() and usename = 'authenticator'`);

		return found.rows.every(row => row.state === 'idle') && found;
	});

	assert.ok(rows.length > 0);
	for (let i = 0; i < 20; i++)
		await probe();
});
