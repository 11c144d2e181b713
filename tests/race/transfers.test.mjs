// Races for one ticket: many recipients, a ping-pong between two people, and many scanners. However the
// requests fall, each ticket has one owner and a log without gaps.
//
// The numbers are those of the benchmark page: TS1 200 tickets x 50 sends, TS2 1000 transfers by 8 clients
// a side. TS1_TICKETS, TS1_SENDS and TS2_TRANSFERS make them others.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { call } from '../harness/wire.mjs';
import { event, historyOf, ownerOf, people, signedIn, signIn, tickets } from '../harness/world.mjs';

const TICKETS = Number(process.env.TS1_TICKETS ?? 200), SENDS = Number(process.env.TS1_SENDS ?? 50);
const PING_PONGS = Number(process.env.TS2_TRANSFERS ?? 1000), CLIENTS = 8;

const stack = await Stack.start(import.meta.filename, { TRANSFERS_PER_MINUTE: 0, TRANSFERS_PER_DAY: 0, TRANSFERS_OPEN_PER_EVENT: 0 });
after(() => stack.stop());
stack.watchInvariants();

const what = await event(stack);
const give = (from, ticketId, email) => call(stack, 'transfer-ticket', { token: from.token, body: { ticketId, recipientEmail: email } });
const tally = answers => answers.reduce((sum, { body }) => ({ ...sum, [body.success ? 'ok' : body.code]: (sum[body.success ? 'ok' : body.code] ?? 0) + 1 }), {});

test(`TS1: of ${SENDS} parallel sends of one ticket to ${SENDS} people exactly one wins, ${TICKETS} times`, { timeout: 600_000 }, async t => {
	const from = await signedIn(stack);
	const to = await people(stack, Array.from({ length: SENDS }, (_, i) => ({ name: `Receveur ${i}` })));
	const ids = await tickets(stack, from, TICKETS, { of: what });
	const codes = {};
	const began = performance.now();

	for (const id of ids) {
		const answers = await Promise.all(to.map(one => give(from, id, one.email)));
		const winners = answers.map((answer, i) => ({ answer, i })).filter(({ answer }) => answer.body.success);

		assert.ok(answers.every(answer => answer.status === 200), answers.map(answer => answer.status).join());
		assert.equal(winners.length, 1, JSON.stringify(tally(answers)));
		assert.equal(winners[0].answer.body.instantTransfer, true);
		assert.equal(await ownerOf(stack, id), to[winners[0].i].id);
		for (const [code, n] of Object.entries(tally(answers)))
			codes[code] = (codes[code] ?? 0) + n;
	}
	t.diagnostic(`${TICKETS * SENDS} sends in ${((performance.now() - began) / 1000).toFixed(1)} s: ${JSON.stringify(codes)}`);
	assert.deepEqual(codes, { ok: TICKETS, ticket_not_found: TICKETS * (SENDS - 1) });
	const { rows } = await stack.db.query('select ticket_id from public.ticket_transfers where ticket_id = any ($1) group by 1 having count(*) <> 1', [ids]);
	assert.deepEqual(rows, []);
});

test(`TS1: to new addresses, one offer stands and the others are told so`, { timeout: 120_000 }, async () => {
	const from = await signedIn(stack);

	for (const id of await tickets(stack, from, 10, { of: what })) {
		const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => give(from, id, `new.${id.slice(0, 8)}.${i}@example.org`)));

		assert.deepEqual(tally(answers), { ok: 1, transfer_pending: 19 });
		assert.equal(await ownerOf(stack, id), from.id);
	}
});

test('TS1: the same send 20 times at once is one transfer with one answer', { timeout: 120_000 }, async () => {
	const from = await signedIn(stack);
	const [to] = await people(stack, [{ name: 'Receveur' }]);

	for (const [i, id] of (await tickets(stack, from, 10, { of: what })).entries()) {
		const answers = await Promise.all(Array.from({ length: 20 }, () => give(from, id, i % 2 ? to.email : `new.${id.slice(0, 8)}@example.org`)));

		assert.deepEqual(tally(answers), { ok: 20 });
		assert.equal(new Set(answers.map(answer => answer.body.transferId)).size, 1);
		assert.equal((await historyOf(stack, id)).epoch, i % 2);
	}
});

test('TS1: to new addresses and to registered people at once: one wins, nobody sees a fault', { timeout: 120_000 }, async () => {
	const from = await signedIn(stack);
	const to = await people(stack, Array.from({ length: 10 }, (_, i) => ({ name: `Receveur ${i}` })));

	for (const id of await tickets(stack, from, 20, { of: what })) {
		const answers = await Promise.all(to.flatMap((one, i) => [give(from, id, `new.${id.slice(0, 8)}.${i}@example.org`), give(from, id, one.email)]));

		assert.ok(answers.every(answer => answer.status === 200), JSON.stringify(answers.map(answer => [answer.status, answer.body.code])));
		const { ok, ...refused } = tally(answers);
		assert.equal(ok, 1, JSON.stringify(tally(answers)));
		assert.deepEqual(Object.keys(refused).filter(code => !['ticket_not_found', 'transfer_pending'].includes(code)), []);
	}
});

test(`TS2: a ticket goes to and fro ${PING_PONGS} times between two people with ${CLIENTS} clients each: the epoch counts the successes`, { timeout: 600_000 }, async t => {
	const [one, two] = [await signedIn(stack), await signedIn(stack)];
	const [id] = await tickets(stack, one, 1, { of: what });
	const made = new Set();
	const codes = {};
	let sends = 0;

	async function client(from, to) {
		while (made.size < PING_PONGS && sends++ < PING_PONGS * 100) {
			const { status, body } = await give(from, id, to.email);

			assert.equal(status, 200, JSON.stringify(body));
			if (body.success)
				made.add(body.transferId);
			codes[body.success ? 'ok' : body.code] = (codes[body.success ? 'ok' : body.code] ?? 0) + 1;
		}
	}
	await Promise.all(Array.from({ length: CLIENTS }, () => [client(one, two), client(two, one)]).flat());
	t.diagnostic(`${sends} sends, ${made.size} transfers: ${JSON.stringify(codes)}`);

	const { epoch, log } = await historyOf(stack, id);
	assert.ok(made.size >= PING_PONGS);
	assert.equal(epoch, made.size);
	assert.deepEqual(log.map(step => step.epoch), Array.from({ length: epoch + 1 }, (_, i) => i));
	assert.deepEqual(log.map(step => step.owner_id), Array.from({ length: epoch + 1 }, (_, i) => (i % 2 ? two : one).id));
	assert.equal(await ownerOf(stack, id), log.at(-1).owner_id);
	const { rows } = await stack.db.query('select id from public.ticket_transfers where ticket_id = $1', [id]);
	assert.deepEqual(new Set(rows.map(row => row.id)), made);
	assert.deepEqual(Object.keys(codes).filter(code => !['ok', 'ticket_not_found'].includes(code)), []);
});

test('of 20 scanners at once one lets the holder in, and the others say that it was used', { timeout: 120_000 }, async () => {
	const staff = await Promise.all((await people(stack, Array.from({ length: 4 }, (_, i) => ({ name: `Portier ${i}` })))).map(one => signIn(stack, one)));
	const [owner] = await people(stack, [{ name: 'Awa Sawadogo' }]);
	const door = await event(stack, { staff });

	for (const id of await tickets(stack, owner, 15, { of: door })) {
		const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => call(stack, 'validate-ticket', { token: staff[i % 4].token, body: { ticketId: id, scanLocation: `Porte ${i}` } })));

		assert.deepEqual(tally(answers), { ok: 1, already_used: 19 });
		const winner = answers.findIndex(answer => answer.body.success);
		const { rows: [row] } = await stack.db.query('select scanned_by, scan_location from public.tickets where id = $1', [id]);
		assert.deepEqual(row, { scanned_by: staff[winner % 4].id, scan_location: `Porte ${winner}` });
		assert.deepEqual(new Set(answers.filter(answer => !answer.body.success).map(answer => answer.body.scan_location)), new Set([`Porte ${winner}`]));
	}
});
