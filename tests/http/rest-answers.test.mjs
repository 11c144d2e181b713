// What the data API makes of what the database gave: large answers, plans, other types than JSON, counts
// and pages, and statements that are refused, undone or cut off. With the real client.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { parts, signEs256 } from '../harness/tokens.mjs';
import { call, eventually } from '../harness/wire.mjs';
import { person, signIn } from '../harness/world.mjs';

const ROWS = 10_000, ANSWER_MAX = 15_000_000, MEMORY_MAX = 16 << 10; // kB
const stack = await Stack.start(import.meta.filename, {
	PGRST_DB_MAX_ROWS: 2 * ROWS, PGRST_DB_PLAN_ENABLED: true, PGRST_DB_TX_END: 'commit-allow-override', REST_ANSWER_MAX: ANSWER_MAX, REST_CSV_GUARD: true,
});
const service = stack.client({ key: stack.serviceKey });
const get = (path, headers = {}) => call(stack, `/rest/v1/${path}`, { method: 'GET', key: stack.serviceKey, headers });
// roles of their own: settings of a role hold for every database of the cluster
const roles = { thrifty: 'rest_answers_thrifty', hasty: 'rest_answers_hasty' };

function clientOf(role) {
	const { header, payload } = parts(stack.serviceKey);
	const token = signEs256(header, { ...payload, role }, stack.secret('API_PRIVATE_KEY'));

	return stack.client({ headers: { Authorization: `Bearer ${token}` } });
}

before(async () => {
	await stack.db.query(`
		create table public.lab (id integer primary key, name text, body text, at timestamptz default '2027-01-02 12:00Z');
		insert into public.lab select g, 'thing ' || g, repeat('x', 1000) from generate_series(1, ${ROWS}) g;
		create table public.pairs (a integer, b text, primary key (a, b));
		create table public.late (id integer unique deferrable initially deferred);
		create view public.lab_twice with (security_invoker) as select * from public.lab union all select id + ${ROWS}, name, body, at from public.lab;
		create view public.lab_broken with (security_invoker) as select id, body, 1 / (9000 - id) as q from public.lab order by id;
		create view public.lab_speaking with (security_invoker) as
			select id, set_config('response.headers', '[{"X-From": "SQL"}, {"Cache-Control": "max-age=5"}]', true) as h, set_config('response.status', '203', true) as s from public.lab;
		create view public.lab_mumbling with (security_invoker) as select id, set_config('response.headers', '{"X-From": "SQL"}', true) as h from public.lab;
		create view public.formulas with (security_invoker) as select * from (values (1, '=1+1', -5), (2, 'plain', 2), (3, '@cmd, "x"', 3)) v (id, text, number);
		create domain public."text/plain" as text;
		create domain public."image/png" as bytea;
		create function public.lab_note() returns "text/plain" stable language sql return 'a note';
		create function public.lab_picture() returns "image/png" stable language sql return '\\x89504e47000aff'::bytea;
		create function public.lab_add(state text, next public.lab) returns "text/plain" language sql return state || next.name || E'\\n';
		create aggregate public.lab_text(public.lab) (sfunc = public.lab_add, stype = "text/plain", initcond = '');
		create function public.lab_nap(seconds float) returns integer language plpgsql as $$ begin perform pg_sleep(seconds); return 1; end $$;
		create function public.lab_numbers() returns setof integer stable language sql begin atomic select generate_series(1, 5); end;
		create function public.lab_rename() returns setof public.lab language sql begin atomic update public.lab set name = 'renamed' where id <= 3 returning *; end;
		grant all on public.lab, public.pairs, public.late, public.lab_twice, public.lab_broken, public.lab_speaking, public.lab_mumbling, public.formulas to service_role;
		grant execute on all functions in schema public to service_role`);
	for (const role of Object.values(roles)) {
		await stack.db.query(`
			do $$ begin create role ${role} nologin; exception when duplicate_object then null; end $$;
			grant ${role} to authenticator; grant usage on schema public to ${role}; grant select on public.lab to ${role};
			grant execute on function public.lab_nap(float) to ${role}`);
	}
	await stack.db.query(`analyze public.lab; grant usage on schema auth to ${roles.thrifty}, ${roles.hasty}; grant execute on function auth.check_session() to ${roles.thrifty}, ${roles.hasty}; alter role ${roles.thrifty} set pgrst.cost_max = '100'; alter role ${roles.hasty} set statement_timeout = '100ms'; notify pgrst`);
	await eventually('the new catalog', async () => (await get('lab_numbers')).status === 404 && (await get('rpc/lab_numbers')).status === 200 && (await get('formulas')).status === 200);
});
after(async () => {
	for (const role of Object.values(roles))
		await stack.db.query(`drop owned by ${role}; drop role ${role}`);
	await stack.stop();
});

// Peak memory in kB of the workers that serve now, the largest.
async function peak() {
	const all = (await stack.workers('rest')).map(pid => {
		try {
			return Number(/^VmHWM:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
		} catch { // it has left meanwhile
			return 0;
		}
	});

	return Math.max(...all);
}

describe('large answers', () => {
	test('ten thousand rows are sent whole, and cost no memory', async () => {
		for (let round = 0; round < 3; round++) {
			const { data, error, status } = await service.from('lab').select('id, name, body').order('id');

			assert.deepEqual([error, status, data?.length], [null, 200, ROWS]);
			assert.ok(data.every((row, i) => row.id === i + 1 && row.body.length === 1000));
		}
		const { headers, bytes } = await get('lab?select=id,body');
		assert.equal(headers.get('content-range'), `0-${ROWS - 1}/*`);
		assert.equal(Number(headers.get('content-length')), bytes.length);
		if (process.env.MODE !== 'asan')
			assert.ok(await peak() < MEMORY_MAX, `${await peak()} kB`);
	});

	test('what is larger than an answer may be is refused in words', async () => {
		const { data, error, status } = await service.from('lab_twice').select();

		assert.deepEqual([data, status, error.code, error.message], [null, 400, '54000', 'The answer is too large']);
		assert.match(error.details, new RegExp(String(ANSWER_MAX)));
		assert.equal((await service.from('lab_twice').select('id')).data.length, 2 * ROWS);
		assert.equal((await get('lab_twice', { Accept: 'text/csv' })).body.code, '54000');
		if (process.env.MODE !== 'asan')
			assert.ok(await peak() < 4 * MEMORY_MAX, `${await peak()} kB`);
	});

	test('a failure after thousands of rows is an error and nothing else', async () => {
		const { data, error, status } = await service.from('lab_broken').select();

		assert.deepEqual([data, status, error.code, error.message], [null, 400, '22012', 'division by zero']);
		assert.deepEqual((await service.from('lab').select('id').eq('id', 1)).data, [{ id: 1 }]);
	});

	test('a failure at the end of the transaction is an error too', async () => {
		const { data, error, status } = await service.from('late').insert([{ id: 1 }, { id: 1 }]).select();

		assert.deepEqual([data, status, error.code], [null, 409, '23505']);
		assert.deepEqual((await service.from('late').select()).data, []);
	});

	test('SQL has its say, and mumbling is a fault', async () => {
		for (const path of ['lab_speaking?id=lt.3', 'lab_speaking?limit=2&select=id,h,s']) {
			const said = await get(path);

			assert.deepEqual([said.status, said.body.length, said.headers.get('x-from'), said.headers.get('cache-control')], [203, 2, 'SQL', 'max-age=5']);
		}
		assert.deepEqual([(await get('lab_mumbling')).status, (await get('lab_mumbling')).body.code], [500, 'PGRST111']);
	});
});

describe('plans', () => {
	test('as text, with every option', async () => {
		const plain = await service.from('lab').select('id').eq('id', 5).explain();

		assert.deepEqual([plain.error, plain.status], [null, 200]);
		assert.match(plain.data, /^Aggregate .*\n.*Index Only Scan using lab_pkey/s);
		assert.doesNotMatch(plain.data, /Execution Time|Output:/);
		const full = await service.from('lab').select('id').eq('id', 5).explain({ analyze: true, verbose: true, settings: true, buffers: true, wal: true });
		for (const found of [/actual time/, /Output:/, /Settings: .*search_path/, /Buffers: /, /Execution Time: /])
			assert.match(full.data, found);
	});

	test('as JSON, of single rows, calls and writes', async () => {
		const plans = await Promise.all([
			service.from('lab').select('id').order('name').limit(3).explain({ format: 'json', verbose: true }),
			service.from('lab').select('id').eq('id', 5).single().explain({ format: 'json' }),
			service.from('lab').select('id').csv().explain({ format: 'json' }),
			service.rpc('lab_numbers').explain({ format: 'json', analyze: true }),
			service.from('lab').insert({ id: -1 }).select().explain({ format: 'json' }),
			service.from('lab').update({ name: 'other' }).eq('id', 1).explain({ format: 'json' }),
			service.from('lab').upsert({ id: 1, name: 'other' }).explain({ format: 'json' }),
			service.from('lab').delete().eq('id', 1).explain({ format: 'json' }),
		]);

		for (const { data, error, status } of plans) {
			assert.deepEqual([error, status], [null, 200]);
			assert.equal(typeof data[0].Plan['Total Cost'], 'number');
		}
		assert.ok(Number.isFinite(plans[3].data[0]['Execution Time']));
		assert.deepEqual((await service.from('lab').select('id, name').lt('id', 2)).data, [{ id: 1, name: 'thing 1' }]);
	});

	test('a write that is analyzed happens, unless it is rolled back', async () => {
		const first = await service.from('lab').insert({ id: -1 }).rollback().explain({ analyze: true });

		assert.match(first.data, /Insert on lab .*actual time/);
		assert.deepEqual((await service.from('lab').select('id').eq('id', -1)).data, []);
		await service.from('lab').insert({ id: -1 }).explain({ analyze: true });
		assert.deepEqual((await service.from('lab').delete().eq('id', -1).select('id')).data, [{ id: -1 }]);
	});
});

describe('other types', () => {
	test('functions and aggregates whose result is named like a type', async () => {
		const note = await get('rpc/lab_note', { Accept: 'text/plain' });
		assert.deepEqual([note.status, note.headers.get('content-type'), note.text], [200, 'text/plain; charset=utf-8', 'a note']);
		assert.equal((await service.rpc('lab_note')).data, 'a note');
		const picture = await get('rpc/lab_picture', { Accept: 'image/png,*/*' });
		assert.deepEqual([picture.headers.get('content-type'), picture.bytes.toString('hex')], ['image/png', '89504e47000aff']);
		const list = await get('lab?id=lt.3&order=id', { Accept: 'text/plain' });
		assert.deepEqual([list.headers.get('content-type'), list.text], ['text/plain; charset=utf-8', 'thing 1\nthing 2\n']);
		assert.deepEqual([(await get('pairs', { Accept: 'text/plain' })).status, (await get('lab?select=id', { Accept: 'text/plain' })).body.code], [406, 'PGRST107']);
	});

	test('CSV, of values too, and without formulas where that is set', async () => {
		assert.equal((await service.from('formulas').select().order('id').csv()).data, `id,text,number\n1,'=1+1,-5\n2,plain,2\n3,"'@cmd, ""x""",3`);
		assert.equal((await service.rpc('lab_numbers').csv()).data, 'pgrst_scalar\n1\n2\n3\n4\n5');
		assert.equal((await get('formulas?id=eq.0', { Accept: 'text/csv' })).text, '\n');
	});
});

describe('counts and pages', () => {
	test('exact, planned and estimated', async () => {
		const page = await service.from('lab').select('id', { count: 'exact' }).order('id').range(10, 14);
		assert.deepEqual([page.status, page.count, page.data.map(row => row.id)], [206, ROWS, [11, 12, 13, 14, 15]]);
		const head = await service.from('lab').select('*', { count: 'exact', head: true });
		assert.deepEqual([head.status, head.count, head.data], [200, ROWS, null]);
		for (const count of ['planned', 'estimated'])
			assert.ok(Math.abs((await service.from('lab').select('id', { count }).limit(1)).count - ROWS) < ROWS / 10, count);
		assert.equal((await service.rpc('lab_numbers', {}, { count: 'exact' }).limit(2)).count, 5);
	});

	test('heads have no length, ranges count on GET alone', async () => {
		const head = await call(stack, '/rest/v1/lab?select=id', { method: 'HEAD', key: stack.serviceKey, headers: { Range: '0-1', Prefer: 'count=exact' } });
		assert.deepEqual([head.status, head.headers.get('content-range'), head.headers.get('content-length')], [200, `0-${ROWS - 1}/${ROWS}`, null]);
		const range = await get('lab?select=id&order=id', { Range: '3-4' });
		assert.deepEqual([range.status, range.headers.get('content-range'), range.body], [200, '3-4/*', [{ id: 4 }, { id: 5 }]]);
	});

	test('past the end', async () => {
		const past = await get(`lab?select=id&offset=${ROWS + 1}`, { Prefer: 'count=exact' });
		assert.deepEqual([past.status, past.body.code, past.headers.get('content-range')], [416, 'PGRST103', `*/${ROWS}`]);
		assert.equal(past.body.details, `An offset of ${ROWS + 1} was requested, but there are only ${ROWS} rows.`);
		const end = await get(`lab?select=id&offset=${ROWS}`, { Prefer: 'count=exact' });
		assert.deepEqual([end.status, end.body, end.headers.get('content-range')], [206, [], `*/${ROWS}`]);
		assert.deepEqual([(await get('lab?limit=-1')).status, (await get('lab?limit=0')).headers.get('content-range')], [416, '*/*']);
		assert.equal((await get('lab', { Range: '4-3' })).status, 416);
	});
});

describe('what is undone', () => {
	test('more rows than may be affected', async () => {
		const gone = await service.from('lab').delete().lt('id', 4).maxAffected(2).select('id');
		assert.deepEqual([gone.status, gone.error.code, gone.error.details], [400, 'PGRST124', 'The query affects 3 rows']);
		assert.equal((await service.from('lab').update({ name: 'thing 1' }).eq('id', 1).maxAffected(1)).status, 204);
		const renamed = await service.rpc('lab_rename').maxAffected(2);
		assert.deepEqual([renamed.status, renamed.error.code], [400, 'PGRST124']);
		const nap = await service.rpc('lab_nap', { seconds: 0 }).maxAffected(2);
		assert.deepEqual([nap.status, nap.error.code], [400, 'PGRST128']);
		assert.deepEqual((await service.from('lab').select('name').lt('id', 4).order('id')).data.map(row => row.name), ['thing 1', 'thing 2', 'thing 3']);
	});

	test('what was only tried, and what is not one row', async () => {
		const tried = await service.from('lab').update({ name: 'tried' }).eq('id', 1).rollback().select('name').single();
		assert.deepEqual(tried.data, { name: 'tried' });
		const two = await service.from('lab').update({ name: 'two' }).lt('id', 3).select().single();
		assert.deepEqual([two.status, two.error.code, two.error.details], [406, 'PGRST116', 'The result contains 2 rows']);
		assert.deepEqual((await service.from('lab').select('name').lt('id', 3).order('id')).data, [{ name: 'thing 1' }, { name: 'thing 2' }]);
		assert.equal((await service.rpc('lab_numbers').single()).error.code, 'PGRST116');
		assert.equal((await service.rpc('lab_numbers').limit(1).single()).data, 1);
	});

	test('PUT is one row under its own key', async () => {
		const put = (query, body, prefer = 'return=representation') => call(stack, `/rest/v1/pairs?${query}`, { method: 'PUT', key: stack.serviceKey, body, headers: { Prefer: prefer } });

		assert.deepEqual((await put('a=eq.1&b=eq.x', { a: 1, b: 'x' })).status, 201);
		assert.deepEqual((await put('a=eq.1&b=eq.x', { a: 1, b: 'x' })).status, 200);
		assert.deepEqual((await put('a=eq.1&b=eq.x', { a: 1, b: 'x' }, 'return=minimal')).status, 204);
		for (const body of [{ a: 2, b: 'x' }, { a: 1 }, [{ a: 1, b: 'x' }, { a: 1, b: 'x' }], []])
			assert.equal((await put('a=eq.1&b=eq.x', body)).body.code, 'PGRST115', JSON.stringify(body));
		assert.equal((await put('a=eq.1', { a: 1, b: 'x' })).status, 405);
		assert.deepEqual((await service.from('pairs').select()).data, [{ a: 1, b: 'x' }]);
	});
});

describe('what a role may ask', () => {
	test('a statement that would cost too much is not begun', async () => {
		const thrifty = clientOf(roles.thrifty);

		for (let round = 0; round < 2; round++) {
			const { error, status } = await thrifty.from('lab').select('id, name').order('name');

			assert.deepEqual([status, error.code, error.message], [400, '54001', 'The query would cost too much']);
			assert.match(error.hint, /limit/);
			assert.equal((await thrifty.from('lab').select('id, name').eq('id', 7)).data.length, 1);
		}
		assert.equal((await service.from('lab').select('id, name').order('name')).data.length, ROWS);
	});

	test('the roles of the site have a ceiling', async () => {
		const { rows } = await stack.db.query(`select rolname, split_part(setting, '=', 2)::integer as most from pg_roles, unnest(rolconfig) setting where setting like 'pgrst.cost_max=%' and rolname in ('anon', 'authenticated', 'service_role') order by 1`);

		assert.deepEqual(rows.map(row => [row.rolname, row.most > 0]), [['anon', true], ['authenticated', true]]);
	});

	test('a statement has as long as its role', async () => {
		const hasty = clientOf(roles.hasty);
		const { error, status } = await hasty.rpc('lab_nap', { seconds: 5 });

		assert.deepEqual([status, error.code], [500, '57014']);
		assert.equal((await hasty.rpc('lab_nap', { seconds: 0 })).data, 1);
		assert.equal((await service.rpc('lab_nap', { seconds: 0.2 })).data, 1);
	});

	test('times come in the zone that is preferred, for one request', async () => {
		const ask = async (...zone) => (await get('lab?select=at&id=eq.9', ...zone.map(name => ({ Prefer: `timezone=${name}` }))));

		assert.equal((await ask('Asia/Tokyo')).body[0].at, '2027-01-02T21:00:00+09:00');
		assert.equal((await ask('Asia/Tokyo')).headers.get('preference-applied'), 'timezone=Asia/Tokyo');
		assert.equal((await ask()).body[0].at, '2027-01-02T12:00:00+00:00');
		assert.deepEqual([(await ask('Nowhere/Land')).status, (await ask('Nowhere/Land')).body.code], [400, '22023']);
	});
});

test('an upsert of a profile is merged by the view', async () => {
	const awa = await signIn(stack, await person(stack, { name: 'Awa Ouattara' }));
	const { data, error, status } = await awa.client.from('profiles').upsert({ user_id: awa.id, name: 'Awa O.', location: 'Bobo-Dioulasso' }, { onConflict: 'user_id' }).select('user_id, name, location').single();

	assert.deepEqual([error, status, data], [null, 201, { user_id: awa.id, name: 'Awa O.', location: 'Bobo-Dioulasso' }]);
	const kept = await awa.client.from('profiles').upsert([{ user_id: awa.id, name: 'Nobody' }], { onConflict: 'user_id', ignoreDuplicates: true }).select('name');
	assert.deepEqual([kept.error, kept.data], [null, []]);
	assert.deepEqual((await awa.client.from('profiles').select('name').eq('user_id', awa.id)).data, [{ name: 'Awa O.' }]);
	const other = await person(stack, { name: 'Issa Barry' });
	assert.equal((await awa.client.from('profiles').upsert({ user_id: other.id, name: 'Mine' }, { onConflict: 'user_id' })).error.code, '42501');
});
