// Everything that can go wrong at once: a random worker is killed every two seconds, PostgreSQL is
// restarted once, the SMS provider says nothing, and people go on transferring, claiming and scanning.
// What was acknowledged must have happened, whatever failed must have been answered in JSON, and no
// invariant may break. FAULT_SECONDS: how long (default 20).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

// the server is restarted: nobody else may depend on it
const TOP = path.resolve(import.meta.dirname, '../..');
process.env.STATE_DIR = path.join(process.env.STATE_DIR ?? path.join(TOP, 'var'), 'fault');

const { Stack } = await import('../harness/stack.mjs');
const { call, eventually } = await import('../harness/wire.mjs');
const { event, people, signIn, tickets } = await import('../harness/world.mjs');

const SECONDS = Number(process.env.FAULT_SECONDS ?? 20);
const CLIENTS = 12, KILL_EVERY_MS = 2000, PEOPLE = 6, TICKETS = 40;
const FUNCTIONS = ['transfer-ticket', 'claim-pending-transfer', 'cancel-transfer', 'validate-ticket', 'send-notice', 'health-check'];
const run = promisify(execFile);

const stack = await Stack.start(import.meta.filename, { TRANSFERS_PER_MINUTE: 0, TRANSFERS_PER_DAY: 0, TRANSFERS_OPEN_PER_EVENT: 0 }, { deathsExpected: /\bSIGKILL\b/ });
after(async () => {
	await stack.stop();
	await run(path.join(TOP, 'tests/harness/stack'), ['finish']);
});

const crowd = await Promise.all((await people(stack, Array.from({ length: PEOPLE }, (_, i) => ({ name: `Personne ${i}`, phone: `+2267700000${i}`, phoneVerified: true })))).map(one => signIn(stack, one)));
const [staff] = await Promise.all((await people(stack, [{ name: 'Salif Portier' }])).map(one => signIn(stack, one)));
const what = await event(stack, { staff: [staff] });
const all = (await Promise.all(crowd.map(async owner => (await tickets(stack, owner, TICKETS, { of: what })).map(id => ({ id, owner }))))).flat();

const pick = list => list[Math.floor(Math.random() * list.length)];
const acknowledged = { completed: [], pending: [], claimed: [], scanned: [] };
const count = { answers: 0, unavailable: 0, killed: 0 };
const notJson = [];
let ending = false;

async function ask(name, options) {
	try {
		const answer = await call(stack, name, options);

		count.answers++;
		if (answer.status >= 500)
			count.unavailable++;
		if (answer.body === undefined || (answer.status >= 400 && typeof (answer.body.code ?? answer.body.status) !== 'string'))
			notJson.push(`${name}: ${answer.status} ${answer.text.slice(0, 200)}`);
		return answer.body ?? {};
	} catch (error) {
		notJson.push(`${name}: ${error.message} ${error.cause?.message ?? ''}`);
		return {};
	}
}

// One person's doings: who owns a ticket now is asked of nobody: a refusal is an answer too.
async function live() {
	while (!ending) {
		const one = pick(all), to = pick(crowd.filter(other => other !== one.owner));
		const dice = Math.random();

		if (dice < 0.55) {
			const body = await ask('transfer-ticket', { token: one.owner.token, body: { ticketId: one.id, recipientPhone: to.phone } });

			if (body.success && body.instantTransfer) {
				acknowledged.completed.push({ id: body.transferId, ticket: one.id, to: to.id });
				one.owner = to;
			}
		} else if (dice < 0.85) {
			const number = `+2267${String(Math.floor(Math.random() * 1e7)).padStart(7, '0')}`;
			const body = await ask('transfer-ticket', { token: one.owner.token, body: { ticketId: one.id, recipientPhone: number } });

			if (body.success && !body.instantTransfer)
				acknowledged.pending.push({ id: body.transferId, ticket: one.id, by: one.owner });
		} else if (dice < 0.95 && acknowledged.pending.length > 0) {
			const offer = pick(acknowledged.pending);

			await ask('cancel-transfer', { token: offer.by.token, body: { transferId: offer.id } });
		} else if (dice < 0.96) {
			const body = await ask('validate-ticket', { token: staff.token, body: { ticketId: one.id } });

			if (body.success)
				acknowledged.scanned.push(one.id);
		} else {
			await ask('health-check', { method: 'GET' });
		}
	}
}

async function killWorkers() {
	while (!ending) {
		await new Promise(resolve => setTimeout(resolve, KILL_EVERY_MS));
		const pids = (await Promise.all(FUNCTIONS.map(name => stack.workers(name)))).flat();

		if (!ending && pids.length > 0) {
			try {
				process.kill(pick(pids), 'SIGKILL');
				count.killed++;
			} catch { /* it left by itself meanwhile */ }
		}
	}
}

async function restartDatabase() {
	await new Promise(resolve => setTimeout(resolve, (SECONDS * 1000) / 2));
	for (const word of ['stop', 'start'])
		await run(path.join(TOP, 'scripts/cluster'), [word]);
}

test('nothing acknowledged is lost while workers die, the database restarts and the SMS provider is silent', async () => {
	await fetch(`${stack.providersUrl}/control/behaviour`, { method: 'POST', body: JSON.stringify({ provider: 'twilio', mode: 'stall', delay_ms: 60000 }) });
	const load = Array.from({ length: CLIENTS }, live);
	const killer = killWorkers();

	await Promise.all([restartDatabase(), new Promise(resolve => setTimeout(resolve, SECONDS * 1000))]);
	ending = true;
	await Promise.all([...load, killer]);

	assert.deepEqual(notJson.slice(0, 5), [], `${notJson.length} of ${count.answers} answers were no JSON with a code`);
	assert.ok(count.killed >= Math.floor((SECONDS * 1000) / KILL_EVERY_MS) - 2, `${count.killed} workers were killed`);
	assert.ok(acknowledged.completed.length > 20 * SECONDS / 10, `${acknowledged.completed.length} transfers went through`);

	const { rows: lost } = await stack.db.query(`
		select a.id from jsonb_to_recordset($1::jsonb) as a (id uuid, ticket uuid, "to" uuid)
		 where not exists (select from private.ticket_owner_log l where l.transfer_id = a.id and l.ticket_id = a.ticket and l.owner_id = a."to")`,
	[JSON.stringify(acknowledged.completed)]);
	assert.deepEqual(lost, [], 'acknowledged transfers that did not happen');
	const { rows: forgotten } = await stack.db.query('select id from unnest($1::uuid[]) id except select id from public.ticket_transfers', [acknowledged.pending.map(x => x.id)]);
	assert.deepEqual(forgotten, [], 'acknowledged offers that do not exist');
	const { rows: unscanned } = await stack.db.query("select id from unnest($1::uuid[]) id except select ticket_id from public.ticket_scans where result = 'ACCEPTED'", [acknowledged.scanned]);
	assert.deepEqual(unscanned, [], 'acknowledged scans that were not written down');
	assert.deepEqual(await stack.brokenInvariants(), []);
	console.log(`# ${count.answers} answers, ${count.unavailable} of them 5xx; ${acknowledged.completed.length} transfers, ${acknowledged.pending.length} offers, ${acknowledged.scanned.length} scans acknowledged; ${count.killed} workers killed`);
});

test('afterwards the house is whole again: it answers, and what is owed to people is sent', async () => {
	await fetch(`${stack.providersUrl}/control/behaviour`, { method: 'POST', body: JSON.stringify({ provider: 'twilio', mode: 'ok' }) });
	await eventually('health', async () => (await call(stack, 'health-check', { method: 'GET' })).body?.status === 'ok');
	// whoever waits for his next try would wait for minutes. Not at once, though: the circuit breaker
	// lets nobody through for a while, and a job has ten tries
	await eventually('all jobs done', async () => {
		await stack.db.query("update private.jobs set run_at = now() + interval '8 s' where state = 'READY' and run_at > now() + interval '8 s'");
		const { rows: [{ left, dead }] } = await stack.db.query("select count(*) filter (where state in ('READY', 'RUNNING'))::int as left, count(*) filter (where state = 'DEAD')::int as dead from private.jobs");

		assert.equal(dead, 0, 'dead jobs');
		return left === 0;
	}, { ms: 180_000, every: 500 });
	assert.deepEqual(await stack.brokenInvariants(), []);
});
