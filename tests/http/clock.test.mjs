// What time does to a transfer and to a door: the clock of the database is moved, nobody sleeps. A
// file of its own, because the clock never goes back.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { eventually } from '../harness/wire.mjs';
import { address, event, ownerOf, person, signedIn, ticket, transferRow } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const HOUR = 3600, DAY = 24 * HOUR;
const invoke = (who, name, body) => who.client.functions.invoke(name, { body });
const bodyOf = async ({ data, error }) => data ?? error.context.json();

test('an offer ends by itself after seven days, and the ticket can be given to somebody else', async () => {
	const from = await signedIn(stack);
	const email = address('lassina');
	const id = await ticket(stack, from, { of: await event(stack, { startsIn: 30 * 24 }) });
	const { data } = await invoke(from, 'transfer-ticket', { ticketId: id, recipientEmail: email });
	const to = await signedIn(stack, { email });

	assert.equal(data.instantTransfer, false);
	await stack.moveClock(6 * DAY);
	assert.equal((await transferRow(stack, data.transferId)).status, 'PENDING');
	await stack.moveClock(7 * DAY + 60);
	// whoever comes first, the claim or the schedule, it is over
	const claim = await bodyOf(await invoke(to, 'claim-pending-transfer', { transferId: data.transferId }));
	assert.equal(claim.success, false);
	assert.ok(['transfer_expired', 'transfer_not_pending'].includes(claim.code), claim.code);
	const row = await eventually('the schedule ends it', async () => {
		const now = await transferRow(stack, data.transferId);
		return now.status !== 'PENDING' && now;
	}, { ms: 20_000 });
	assert.deepEqual([row.status, row.state], ['CANCELLED', 'EXPIRED']);
	assert.equal(await ownerOf(stack, id), from.id);
	const again = await invoke(from, 'transfer-ticket', { ticketId: id, recipientEmail: (await person(stack)).email });
	assert.deepEqual([again.data.success, again.data.instantTransfer], [true, true]);
});

test('an offer lasts no longer than until the event begins', async () => {
	const from = await signedIn(stack);
	const id = await ticket(stack, from, { of: await event(stack, { startsIn: 5 }) });
	const { data } = await invoke(from, 'transfer-ticket', { ticketId: id, recipientEmail: address() });
	const row = await transferRow(stack, data.transferId);
	const { rows: [{ hours }] } = await stack.db.query('select extract(epoch from $1::timestamptz - private.now()) / 3600 as hours', [row.expires_at]);

	assert.ok(hours > 4.9 && hours <= 5.02, String(hours));
});

test('the door opens a day before and closes half a day after the start', async () => {
	const staff = await signedIn(stack);
	const owner = await person(stack);
	const what = await event(stack, { startsIn: 48, staff: [staff] });
	const [early, later, late] = [await ticket(stack, owner, { of: what }), await ticket(stack, owner, { of: what }), await ticket(stack, owner, { of: what })];
	const scan = async ticketId => (await invoke(staff, 'validate-ticket', { ticketId })).data;

	const now = stack.clockOffset;
	assert.deepEqual([(await scan(early)).success, (await scan(early)).code], [false, 'too_early']);
	await stack.moveClock(now + 25 * HOUR);
	assert.equal((await scan(early)).success, true);
	await stack.moveClock(now + 48 * HOUR + 11 * HOUR);
	assert.equal((await scan(later)).success, true);
	await stack.moveClock(now + 48 * HOUR + 13 * HOUR);
	assert.deepEqual([(await scan(late)).success, (await scan(late)).code], [false, 'too_late']);
});
