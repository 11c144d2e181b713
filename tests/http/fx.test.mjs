// Exchange rates: fetch-fx-rates with sources that fail, lie and stall, and fx-quote on what came of it.
import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { eventually } from '../harness/wire.mjs';
import { signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());
await stack.db.query(`update private.schedules set enabled = false where name = 'fetch-fx-rates'`); // the tests do it
await eventually('the one that the start has asked for is over', async () =>
	(await stack.db.query(`select from private.jobs where dedup = 'schedule:fetch-fx-rates' and state in ('READY', 'RUNNING')`)).rowCount === 0, { ms: 60_000 });

const call = async (name, { key = stack.anonKey, bearer = key, method = 'POST', body, headers = {} } = {}) => {
	const answer = await fetch(`${stack.url}/functions/v1/${name}`, { method, body: body && JSON.stringify(body), headers: { ...(key && { apikey: key }), ...(bearer && { Authorization: `Bearer ${bearer}` }), 'Content-Type': 'application/json', ...headers } });

	return { status: answer.status, body: await answer.json() };
};
const fetchRates = (more = {}) => call('fetch-fx-rates', { key: stack.serviceKey, ...more });
const quote = (body, more = {}) => call('fx-quote', { body, ...more });
const rows = async (what = 'is_active') => (await stack.db.query(`select trim_scale(rate_decimal)::text as rate, source, metadata from public.fx_rates where ${what} order by valid_from`)).rows;
const asked = async provider => (await stack.control(`requests?provider=${provider}&limit=100`)).length;
// The rate in force, and no other.
const world = async (rate, age = '0', source = 'xe') => {
	await stack.db.query('delete from public.fx_rates');
	if (rate)
		await stack.db.query(`insert into public.fx_rates (from_currency, to_currency, rate_decimal, source, valid_from, valid_until) values ('USD', 'XOF', $1, $2, private.now() - $3::interval, private.now() - $3::interval + interval '2 hours')`, [rate, source, age]);
};

beforeEach(async () => {
	await stack.control('reset', {});
	await world();
});

describe('fetch-fx-rates', () => {
	test('the first source that has a rate has the word; its parameters, its key, two decimals', async () => {
		await stack.control('fx', { xe: 601.2349, exchangerate: 570 });
		const { status, body } = await fetchRates();

		assert.deepEqual([status, body.rate, body.source, body.cached], [200, 601.23, 'xe', false]);
		assert.match(body.message, /./);
		assert.equal(Date.parse(body.valid_until) - Date.parse(body.valid_from), 7_200_000);
		assert.ok(Math.abs(Date.parse(body.valid_from) - Date.now()) < 60_000);
		const [request] = await stack.control('requests?provider=xe');

		assert.match(request.path, /^\/v1\/convert_from\.json/);
		assert.equal(request.accepted, true, 'regression: XE was called without its parameters');
		assert.deepEqual(await rows(), [{ rate: '601.23', source: 'xe', metadata: { tried: [] } }]);
		assert.deepEqual([await asked('exchangerate'), await asked('fixer')], [0, 0]);
	});

	test('within the hour nobody is asked again; after it the next rate takes the place of the last', async () => {
		await world('600', '59 minutes');
		assert.deepEqual(await fetchRates({ method: 'GET' }).then(({ status, body }) => [status, body.rate, body.source, body.cached]), [200, 600, 'xe', true]);
		assert.equal(await asked('xe'), 0);
		await world('600', '61 minutes');
		await stack.control('fx', { xe: 610 });
		assert.deepEqual(await fetchRates().then(({ body }) => [body.rate, body.cached]), [610, false]);
		assert.deepEqual((await rows('true')).map(row => row.rate), ['600', '610']);
		assert.equal((await rows()).length, 1);
	});

	for (const [what, prepare, source] of [
		['XE fails', () => stack.control('behaviour', { provider: 'xe', mode: 'error500' }), 'exchangerate-api'],
		['XE has had enough', () => stack.control('behaviour', { provider: 'xe', mode: 'error429' }), 'exchangerate-api'],
		['XE talks nonsense', () => stack.control('behaviour', { provider: 'xe', mode: 'garbage' }), 'exchangerate-api'],
		['XE says half of it', () => stack.control('behaviour', { provider: 'xe', mode: 'truncated' }), 'exchangerate-api'],
		['XE says far too much', () => stack.control('behaviour', { provider: 'xe', mode: 'huge' }), 'exchangerate-api'],
		['regression: XE turns the rate over', () => stack.control('fx', { xe: 0.00166 }), 'exchangerate-api'],
		['XE lies low', () => stack.control('fx', { xe: 300 }), 'exchangerate-api'],
		['XE lies high', () => stack.control('fx', { xe: 1000 }), 'exchangerate-api'],
		['XE lies below nothing', () => stack.control('fx', { xe: -601 }), 'exchangerate-api'],
		['XE says a text', () => stack.control('fx', { xe: '601' }), 'exchangerate-api'],
		['XE says a list', () => stack.control('fx', { xe: [601] }), 'exchangerate-api'],
		['XE says nothing of it', () => stack.control('fx', { xe: null, exchangerate: 590 }), 'xe'], // a member taken away is the usual rate
		['the first two fail', async () => {
			await stack.control('behaviour', { provider: 'xe', mode: 'error500' });
			await stack.control('fx', { exchangerate: 'n/a' });
		}, 'fixer'],
	]) {
		test(`${what}: ${source}`, async () => {
			await prepare();
			const { status, body } = await fetchRates();

			assert.deepEqual([status, body.source, body.rate], [200, source, 566]);
			const [{ metadata }] = await rows();

			assert.deepEqual(metadata.tried.map(one => one.source), { xe: [], 'exchangerate-api': ['xe'], fixer: ['xe', 'exchangerate-api'] }[source]);
			assert.ok(metadata.tried.every(one => one.why && !one.why.includes(stack.secret('XE_API_KEY'))));
		});
	}

	test('a source that says nothing at all costs ten seconds, and the next one is asked', async () => {
		await stack.control('behaviour', { provider: 'xe', mode: 'stall', delay_ms: 25_000 });
		const began = Date.now(), { status, body } = await fetchRates();

		assert.deepEqual([status, body.source], [200, 'exchangerate-api']);
		assert.ok(Date.now() - began >= 9_500);
	});

	test('nobody answers: a rate that is in force stays, is never displaced by the constant, and is not made to look fresh', async () => {
		await world('600', '3 hours');
		await stack.control('behaviour', { provider: 'fx', mode: 'error500' });
		for (let i = 0; i < 2; i++) {
			const { status, body } = await fetchRates();

			assert.deepEqual([status, body.success, body.code], [500, false, 'fx_sources_failed']);
			assert.ok(Math.abs(Date.parse(body.timestamp) - Date.now()) < 60_000);
		}
		assert.deepEqual((await rows('true')).map(row => [row.rate, row.source]), [['600', 'xe']]);
		assert.equal((await rows(`valid_from < private.now() - interval '2 hours'`)).length, 1);
		const alarms = async () => (await stack.db.query(`select times, cleared_at is null as open from private.alarms where kind = 'fx_rate_old' order by id`)).rows;

		assert.deepEqual(await alarms(), [{ times: 2, open: true }], 'a person looks');
		await stack.control('reset', {});
		assert.equal((await fetchRates()).status, 200);
		assert.deepEqual(await alarms(), [{ times: 2, open: false }], 'and need not any more');
	});

	test('nobody answers and there is no rate: the constant, until somebody does', async () => {
		await stack.control('behaviour', { provider: 'fx', mode: 'error500' });
		assert.deepEqual(await fetchRates().then(({ status, body }) => [status, body.rate, body.source, body.cached]), [200, 566, 'fallback', false]);
		assert.equal((await fetchRates()).status, 500, 'it is not a rate that need not be asked for');
		await stack.control('reset', {});
		await stack.control('fx', { xe: 601.5 });
		assert.deepEqual(await fetchRates().then(({ body }) => [body.rate, body.source, body.cached]), [601.5, 'xe', false]);
		assert.deepEqual((await rows()).map(row => row.source), ['xe']);
	});

	test('many at once: one rate is in force, and at every moment there is one', async () => {
		await world('600', '2 hours');
		await stack.control('fx', { xe: 610 });
		let done = false, gaps = 0;
		const watch = (async () => {
			while (!done)
				gaps += Number((await stack.db.query(`select count(*) from public.fx_rates where is_active`)).rows[0].count !== '1');
		})();
		const answers = await Promise.all(Array.from({ length: 6 }, () => fetchRates()));

		done = true;
		await watch;
		assert.deepEqual([...new Set(answers.map(({ status, body }) => `${status} ${body.rate}`))], ['200 610']);
		assert.equal(gaps, 0);
		assert.equal((await rows()).length, 1);
	});

	test('regression: anybody could trigger it', async () => {
		const { token: bearer } = await signedIn(stack);

		assert.deepEqual(await call('fetch-fx-rates').then(({ status, body }) => [status, body.code]), [403, 'service_only']);
		assert.deepEqual(await call('fetch-fx-rates', { bearer }).then(({ status, body }) => [status, body.code]), [403, 'service_only']);
		assert.equal((await call('fetch-fx-rates', { key: null })).status, 401);
		assert.equal((await call('fetch-fx-rates', { bearer: `${stack.anonKey.slice(0, -4)}AAAA` })).status, 401);
		assert.equal(await asked('xe'), 0);
	});

	test('the job runner calls it', async () => {
		await stack.control('fx', { xe: 604 });
		await stack.db.query(`update private.schedules set enabled = true, next_run = private.now() where name = 'fetch-fx-rates'`);
		await eventually('a rate is there', async () => (await rows()).length > 0, { ms: 30_000 });
		assert.deepEqual((await rows()).map(row => row.rate), ['604']);
		await stack.db.query(`update private.schedules set enabled = false where name = 'fetch-fx-rates'`);
		await eventually('it is over', async () => (await stack.db.query(`select from private.jobs where dedup = 'schedule:fetch-fx-rates' and state in ('READY', 'RUNNING')`)).rowCount === 0, { ms: 30_000 });
	});
});

describe('fx-quote', () => {
	test('the example of the contract, whatever margin is asked for', async () => {
		await world('566.4');
		for (const margin_bps of [undefined, 150, 0, 500]) {
			const { status, body } = await quote({ xof_amount_minor: 5000, margin_bps });
			const { fx_locked_at: moment, rate_id: rate, ...rest } = body;

			assert.equal(status, 200);
			assert.deepEqual(rest, { usd_cents: 871, fx_num: 100, fx_den: 574, margin_bps: 150, base_xof_per_usd: 566, effective_xof_per_usd: 574, display_amount: '5\u202f000 FCFA', charge_amount: '$8.71 USD', source: 'xe', stale: false });
			assert.ok(Math.abs(Date.parse(moment) - Date.now()) < 60_000);
			assert.equal((await stack.db.query('select usd_cents from private.quote(5000, 150, $1, $2)', ['24 hours', moment])).rows[0].usd_cents, '871', 'found again by its moment');
			assert.equal((await stack.db.query('select id from public.fx_rates where is_active')).rows[0].id, rate);
		}
	});

	test('the same as the shop computes from the row it reads', async () => {
		await world('601.23');
		const [row] = await (await fetch(`${stack.url}/rest/v1/fx_rates?select=*&from_currency=eq.USD&to_currency=eq.XOF&is_active=eq.true&order=valid_from.desc&limit=1`, { headers: { apikey: stack.anonKey } })).json();
		const effective = Math.round(Math.round(Number(row.rate_decimal)) * (1 + 150 / 10000));

		for (const xof of [1, 99, 100, 1250, 10_500, 123_457, 10_000_000])
			assert.equal((await quote({ xof_amount_minor: xof })).body.usd_cents, Math.max(1, Math.round(xof * 100 / effective)));
	});

	test('regression: an old rate was quoted as if it were fresh', async () => {
		await world('600', '25 hours');
		assert.deepEqual(await quote({ xof_amount_minor: 5000 }).then(({ status, body }) => [status, body.stale, body.code, body.usd_cents]), [200, true, 'fx_rate_stale', 821]);
		await world();
		assert.deepEqual(await quote({ xof_amount_minor: 5000 }).then(({ status, body }) => [status, body.stale, body.source, body.usd_cents, body.rate_id]), [200, true, 'fallback', 871, null]);
	});

	test('what is no sum, no margin, no caller', async () => {
		for (const [body, status, code] of [[{}, 400, 'invalid_amount'], [{ xof_amount_minor: 0 }, 400, 'invalid_amount'], [{ xof_amount_minor: 1.5 }, 400, 'invalid_amount'], [{ xof_amount_minor: '5000' }, 400, 'invalid_amount'], [{ xof_amount_minor: 1e21 }, 400, 'invalid_amount'], [{ xof_amount_minor: 1, margin_bps: 501 }, 400, 'invalid_margin']]) {
			const answer = await quote(body);

			assert.deepEqual([answer.status, answer.body.code, typeof answer.body.error], [status, code, 'string'], JSON.stringify(body));
		}
		assert.match((await quote({}, { headers: { 'Accept-Language': 'en' } })).body.error, /positive whole number/);
		assert.equal((await quote({ xof_amount_minor: 1 }, { key: null })).status, 401);
		assert.equal((await fetch(`${stack.url}/functions/v1/fx-quote`)).status, 405);
	});
});
