// The door: who may scan, what the scan says, and that a ticket lets somebody in once.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, describe, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { event, historyOf, legacyCode, person, signedIn, ticket, transferRow } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

async function scan(who, body, headers) {
	const { data, error } = await who.client.functions.invoke('validate-ticket', { body, headers });

	assert.equal(error, null, String(error));
	return data;
}

async function world() {
	const [staff, owner] = [await signedIn(stack, { name: 'Salif Portier' }), await signedIn(stack, { name: 'Awa Sawadogo' })];
	const what = await event(stack, { staff: [staff] });

	return { staff, owner, what, id: await ticket(stack, owner, { of: what }) };
}

async function give(from, ticketId, to) {
	const { data } = await from.client.functions.invoke('transfer-ticket', { body: { ticketId, recipientEmail: to.email } });

	assert.equal(data.success, true, JSON.stringify(data));
	return data;
}

describe('a scan', () => {
	test('by the staff of the event lets the holder in and names them', async () => {
		const { staff, id, what } = await world();
		const timestamp = Date.now() - 3 * 86_400_000; // an image that was saved days ago
		const data = await scan(staff, { encodedData: legacyCode(id, timestamp), scanLocation: 'Porte A' });

		assert.equal(data.success, true, JSON.stringify(data));
		assert.equal(typeof data.message, 'string');
		assert.deepEqual([data.ticket.id, data.ticket.timestamp, data.ticket.eventTitle, data.ticket.ticketType, data.ticket.userName, data.ticket.wasTransferred],
			[id, timestamp, what.title, 'Entrée', 'Awa Sawadogo', false]);
		const { rows: [row] } = await stack.db.query('select status, scanned_by, scan_location from public.tickets where id = $1', [id]);
		assert.deepEqual(row, { status: 'USED', scanned_by: staff.id, scan_location: 'Porte A' });
	});

	test('after a transfer names the present holder and says that the ticket changed hands', async () => {
		const { staff, owner, id } = await world();
		const next = await person(stack, { name: 'Boubacar Diallo' });
		const { transferId } = await give(owner, id, next);
		const data = await scan(staff, { encodedData: legacyCode(id) });

		assert.deepEqual([data.success, data.ticket.userName, data.ticket.wasTransferred], [true, 'Boubacar Diallo', true]);
		assert.match(data.message, /changé de main/);
		assert.equal((await transferRow(stack, transferId)).status, 'USED');
	});

	test('takes the code that the server issued, and after a transfer only the new one', async () => {
		const { staff, owner, id } = await world();
		const code = async () => (await stack.db.query('select qr_code from public.tickets where id = $1', [id])).rows[0].qr_code;
		const old = await code();

		await give(owner, id, await person(stack));
		assert.deepEqual([(await scan(staff, { encodedData: old })).code], ['unknown_ticket']);
		assert.equal((await scan(staff, { encodedData: await code() })).success, true);
	});

	test('a second time is refused with the time of the first', async () => {
		const { staff, id } = await world();

		assert.equal((await scan(staff, { ticketId: id, scanLocation: 'Porte A' })).success, true);
		const second = await scan(staff, { ticketId: id, scanLocation: 'Porte B' });
		assert.deepEqual([second.success, second.code, second.message, second.scan_location], [false, 'already_used', 'Billet déjà utilisé', 'Porte A']);
		assert.ok(Math.abs(Date.parse(second.scanned_at) - Date.now()) < 60_000, second.scanned_at);
		const { rows } = await stack.db.query('select result, reason from public.ticket_scans where ticket_id = $1 order by created_at', [id]);
		assert.deepEqual(rows, [{ result: 'ACCEPTED', reason: null }, { result: 'REFUSED', reason: 'already_used' }]);
		assert.equal((await scan(staff, { ticketId: id }, { 'Accept-Language': 'en-GB' })).message, 'Ticket already used');
	});

	test('by the organizer and by an admin counts, by a stranger not', async () => {
		const organizer = await signedIn(stack, { role: 'ORGANIZER' });
		const admin = await signedIn(stack, { role: 'ADMIN' });
		const owner = await signedIn(stack);
		const what = await event(stack, { organizer });

		assert.equal((await scan(organizer, { ticketId: await ticket(stack, owner, { of: what }) })).success, true);
		assert.equal((await scan(admin, { ticketId: await ticket(stack, owner, { of: what }) })).success, true);
		const id = await ticket(stack, owner, { of: what });
		for (const stranger of [owner, await signedIn(stack, { role: 'ORGANIZER' })]) {
			const data = await scan(stranger, { ticketId: id });
			assert.deepEqual([data.success, data.code, data.ticket], [false, 'not_staff', undefined]);
			// a stranger cannot tell a ticket from none
			const none = await scan(stranger, { ticketId: crypto.randomUUID() });
			assert.deepEqual(none, data);
		}
		assert.equal((await historyOf(stack, id)).state, 'VALID');
	});

	test('by the staff of another event is refused and tells no name', async () => {
		const { id } = await world();
		const { staff } = await world();
		const data = await scan(staff, { ticketId: id });

		assert.deepEqual([data.success, data.code, data.ticket], [false, 'not_staff_of_event', undefined]);
		assert.ok(!JSON.stringify(data).includes('Awa'));
		assert.equal((await historyOf(stack, id)).state, 'VALID');
	});

	for (const [what, break_, code] of [
		['a refunded ticket', id => stack.db.query(`update public.tickets set status = 'REFUNDED' where id = $1`, [id]), 'ticket_not_valid'],
		['a ticket of a cancelled event', id => stack.db.query(`update public.events e set status = 'CANCELLED' from public.tickets t where t.id = $1 and e.id = t.event_id`, [id]), 'event_cancelled'],
	]) {
		test(`refuses ${what}`, async () => {
			const { staff, id } = await world();

			await break_(id);
			const data = await scan(staff, { ticketId: id });
			assert.deepEqual([data.success, data.code], [false, code]);
		});
	}

	test('refuses a ticket whose order is not paid', async () => {
		const { staff, owner, what } = await world();
		const data = await scan(staff, { ticketId: await ticket(stack, owner, { of: what, orderStatus: 'AWAITING_PAYMENT' }) });

		assert.deepEqual([data.success, data.code], [false, 'order_not_completed']);
	});

	for (const [what, encodedData, code] of [
		['something that is no code', 'hello', 'unreadable_code'],
		['base64 of something else', Buffer.from('hello hello hello hello hello').toString('base64'), 'unknown_ticket'],
		['a code without an id', Buffer.from('{"data":{"timestamp":1}}').toString('base64'), 'unknown_ticket'],
		['a ticket that is not there', legacyCode('00000000-0000-4000-8000-00000000dead'), 'unknown_ticket'],
		['SQL', "' or 1=1; drop table public.tickets; --", 'unknown_ticket'],
	]) {
		test(`refuses ${what}`, async () => {
			const { staff } = await world();
			const data = await scan(staff, { encodedData });

			assert.deepEqual([data.success, data.code], [false, code], JSON.stringify(data));
		});
	}

	test('cancels an offer that was waiting', async () => {
		const { staff, owner, id } = await world();
		const { data } = await owner.client.functions.invoke('transfer-ticket', { body: { ticketId: id, recipientEmail: 'someone.new@example.org' } });

		assert.equal(data.instantTransfer, false);
		const scanned = await scan(staff, { ticketId: id });
		assert.deepEqual([scanned.success, scanned.ticket.wasTransferred, scanned.ticket.userName], [true, false, 'Awa Sawadogo']);
		assert.equal((await transferRow(stack, data.transferId)).status, 'CANCELLED');
	});

	test('ends the ticket\'s travels', async () => {
		const { staff, owner, id } = await world();

		await scan(staff, { ticketId: id });
		const { data } = await owner.client.functions.invoke('transfer-ticket', { body: { ticketId: id, recipientEmail: (await person(stack)).email } });
		assert.deepEqual([data.success, data.code], [false, 'ticket_used']);
	});
});
