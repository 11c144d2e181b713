// A flash sale while everything goes wrong: a worker of the money path is killed every two seconds, the
// database is restarted once (FS2); no webhook ever arrives (WS2); nginx, fnd and fnq are started anew
// in the middle of a payment and of the refunds of a cancelled event (journey 36). Places are neither
// lost nor sold twice, and everybody who paid has tickets or the money back.
// FAULT_SECONDS: how long the sale goes on (default 12).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

// the server is restarted: nobody else may depend on it
const TOP = path.resolve(import.meta.dirname, '../..');
process.env.STATE_DIR = path.join(process.env.STATE_DIR ?? path.join(TOP, 'var'), 'fault-checkout');

const { Stack } = await import('../harness/stack.mjs');
const { crowd, dice, json, post } = await import('../harness/load.mjs');
const { CROWD, counted, drained, fateOf, fated, hurry, mobileWish, payByMobile, sale } = await import('../harness/sales.mjs');
const { call, eventually } = await import('../harness/wire.mjs');

const SECONDS = Number(process.env.FAULT_SECONDS ?? 12), PLACES = 500, CONNECTIONS = 60, KILL_EVERY_MS = 2000, KILL_WHILE_SELLING_MS = 100;
const KILLED = ['create-pawapay-payment', 'pawapay-webhook', 'settle-pawapay', 'tend-payments', 'verify-pawapay-payment'];
const HELD_AT_MOST = 31 * 60;
const run = promisify(execFile);

const stack = await Stack.start(import.meta.filename, CROWD, { deathsExpected: /\bSIGKILL\b/ });
after(async () => {
	await stack.stop();
	await run(path.join(TOP, 'tests/harness/stack'), ['finish']);
});

const random = dice(2027);
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
const payments = async what => (await stack.db.query('select id from public.payments where event_id = $1', [what.id])).rows.map(row => row.id);

// Work that waits for its next try would wait for minutes; not at once, for the breaker lets nobody
// through for a while.
async function soon() {
	await stack.db.query("update private.jobs set run_at = private.now() + interval '3 s' where state = 'READY' and run_at > private.now() + interval '4 s'");
	await stack.db.query("update private.payment_state set next_check_at = private.now() where rank < 3 and next_check_at > private.now() + interval '4 s'");
}

// Until no payment of the sale is open and no job is left.
async function quiet(what, ms = 120_000) {
	await eventually('every payment has ended', async () => {
		await soon();
		const { rows: [row] } = await stack.db.query(`
			select (select count(*)::int from public.payments where event_id = $1 and status = 'pending') as open,
				(select count(*)::int from private.jobs where state in ('READY', 'RUNNING') and dedup not like 'schedule:%') as jobs,
				(select array_agg(function || ': ' || last_error) from private.jobs where state = 'DEAD') as dead`, [what.id]);

		assert.equal(row.dead, null);
		return row.open + row.jobs === 0 || Promise.reject(new Error(JSON.stringify(row)));
	}, { ms, every: 250 });
}

test(`FS2: ${SECONDS} s of a sale of ${PLACES} places with workers killed, ten a second until all is sold and one every 2 s then, and a restart of the database: all are sold, not one more, none is lost`, { timeout: SECONDS * 1000 + 300_000 }, async t => {
	const what = await sale(stack, { places: PLACES });
	const prices = await Promise.all([1, 2, 3, 4].map(n => mobileWish(stack, what, { quantities: n })));
	let ending = false, selling = true, killed = 0, buyers = 0;
	const stories = {}, created = [], notJson = [];
	const load = crowd(stack.url, 1e9, CONNECTIONS, () => {
		if (ending)
			return undefined;
		const n = Math.floor(random() * 4), who = buyers++;

		return post(stack, 'create-pawapay-payment', { ...prices[n], idempotency_key: `fs2-${who}`, buyer_email: `fs2.${who}@example.org`, phone: `+2267${String(who).padStart(7, '0')}` });
	}, async answer => {
		const body = json(answer), word = body.deposit_id ? 'created' : body.code ?? `status ${answer.status}`;

		stories[word] = (stories[word] ?? 0) + 1;
		if (body.deposit_id)
			created.push(body.payment_id);
		selling &&= word !== 'sold_out';
		if (answer.status === 0 || answer.text === '' || Object.keys(body).length === 0)
			notJson.push(`${answer.status} ${answer.text.slice(0, 100)}`);
		await pause(body.deposit_id ? 0 : 100); // who is refused looks again a little later
	});
	const killing = (async () => {
		while (!ending) {
			await pause(selling ? KILL_WHILE_SELLING_MS : KILL_EVERY_MS);
			const pids = (await Promise.all(KILLED.map(name => stack.workers(name)))).flat();

			try {
				if (!ending && pids.length > 0) {
					process.kill(pids[Math.floor(random() * pids.length)], 'SIGKILL');
					killed++;
				}
			} catch { /* it left by itself meanwhile */ }
		}
	})();

	await pause(300); // in the middle of the holds
	for (const word of ['stop', 'start'])
		await run(path.join(TOP, 'scripts/cluster'), [word]);
	const back = performance.now();
	await eventually('the sale goes on', async () => {
		const before = created.length;

		await pause(100);
		return created.length > before || (await counted(stack, what)).left === 0;
	}, { ms: 60_000 });
	const recovery = performance.now() - back;

	await pause(SECONDS * 1000);
	ending = true;
	await Promise.all([load, killing]);
	assert.deepEqual(notJson.slice(0, 3), [], `${notJson.length} of ${buyers} answers were no JSON`);
	assert.deepEqual(await stack.brokenInvariants(), [], 'after the sale');

	// what dead workers held comes back, once the provider has not heard of it for long enough
	await stack.moveClock(stack.clockOffset + HELD_AT_MOST);
	await hurry(stack, 'tend-payments', 'refresh-places');
	await quiet(what);
	await eventually('no place is held', async () => (await counted(stack, what)).held === 0, { ms: 60_000 });
	const lost = await counted(stack, what);
	for (let left = lost.left; left > 0; left--)
		assert.ok((await payByMobile(stack, what)).body.deposit_id, `${left} places are left, and nobody gets one`);
	await quiet(what);
	const end = await counted(stack, what);

	assert.deepEqual([end.sold, end.held, end.left, end.tickets], [PLACES, 0, 0, PLACES]);
	// whoever was told that the payment exists has tickets
	const { rows: cheated } = await stack.db.query("select p.id, p.status, s.state from public.payments p join private.payment_state s on s.payment_id = p.id where p.id = any ($1) and not s.fulfilling", [created]);
	assert.deepEqual(cheated, [], 'acknowledged payments without tickets');
	t.diagnostic(`${buyers} requests ${JSON.stringify(stories)}; ${killed} workers killed; ${(recovery / 1000).toFixed(1)} s from the restart to the next hold; ${lost.left} places came back from dead buyers`);
});

test('WS2: no webhook arrives: the poller alone brings every payment to the end that the provider knows', { timeout: 240_000 }, async t => {
	const what = await sale(stack, { places: 60 });

	await stack.control('webhooks', { provider: 'pawapay', drop: true });
	await stack.control('pawapay', { settle_ms: -1 });
	const made = await Promise.all(Array.from({ length: 40 }, async (_, i) => {
		const { body } = await payByMobile(stack, what, { quantities: 1 });

		assert.ok(body.deposit_id, JSON.stringify(body));
		return { payment: body.payment_id, outcome: i % 4 === 3 ? 'FAILED:INSUFFICIENT_BALANCE' : 'COMPLETED' };
	}));

	for (const one of made)
		await stack.control(`payments/${one.payment}`, { outcome: one.outcome });
	// the ladder by itself, without anybody hurrying it: the first steps in real time, then minutes
	const began = performance.now();
	const ended = async () => (await stack.db.query("select from public.payments where event_id = $1 and status = 'pending'", [what.id])).rowCount === 0;
	for (const seconds of [0, 30, 90, 300]) {
		if (seconds > 0)
			await stack.moveClock(stack.clockOffset + seconds);
		if (await eventually('', ended, { ms: 15_000, every: 200 }).catch(() => false))
			break;
	}
	await drained(stack);
	for (const one of made) {
		const fate = await fateOf(stack, one.payment);

		assert.deepEqual([fate.state, fate.orderState === 'COMPLETED', fate.tickets], one.outcome === 'COMPLETED' ? ['SUCCEEDED', true, 1] : ['FAILED', false, 0], JSON.stringify(fate));
	}
	assert.deepEqual(await stack.control('deliveries?provider=pawapay&limit=1000').then(list => list.filter(one => one.status === 200 && made.some(m => m.payment === one.object))), [], 'webhooks came after all');
	assert.equal((await counted(stack, what)).sold, 30);
	t.diagnostic(`${((performance.now() - began) / 1000).toFixed(1)} s`);
	await stack.control('webhooks', { provider: 'pawapay', drop: null });
	await stack.control('pawapay', { settle_ms: 50 });
});
