// A ticket changes hands: the whole journey with supabase-js and nothing but the published API. What
// cannot be seen through that API yet (whose a ticket is) is asked in the database.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, describe, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { call } from '../harness/wire.mjs';
import { PASSWORD, address, event, historyOf, ownerOf, person, signIn, signedIn, ticket, transferRow } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename, { TRANSFERS_OPEN_PER_EVENT: 100, TRANSFERS_PER_MINUTE: 1000 });
after(() => stack.stop());

// What a page sees of a call: { data, error } of functions-js, data read in the language of the client.
const invoke = (who, name, body, headers) => who.client.functions.invoke(name, { body, headers });

async function transfer(from, ticketId, to, more = {}) {
	const { data, error } = await invoke(from, 'transfer-ticket', { ticketId, ...(to.includes('@') ? { recipientEmail: to } : { recipientPhone: to }), ...more });

	assert.equal(error, null, String(error));
	return data;
}

async function offered(from, ticketId, to) {
	const data = await transfer(from, ticketId, to);

	assert.deepEqual([data.success, data.instantTransfer], [true, false], JSON.stringify(data));
	return data.transferId;
}

// A refusal that the page shows: 200 with success false, a sentence and a code.
function assertRefused(data, code, words) {
	assert.equal(data.success, false, JSON.stringify(data));
	assert.equal(data.code, code, data.error);
	assert.match(data.error, words);
	assert.deepEqual(Object.keys(data).filter(key => !['success', 'error', 'code', 'fields'].includes(key)), [], 'more than the refusal was told');
}

// A refusal with a real status: functions-js gives an error whose context is the answer.
async function assertHttpRefused({ data, error }, status, code) {
	assert.equal(data, null);
	assert.equal(error?.name, 'FunctionsHttpError', JSON.stringify(data));
	const body = await error.context.json();
	assert.deepEqual([error.context.status, body.success, body.code], [status, false, code], JSON.stringify(body));
	return body;
}

async function notices(who) {
	const { rows } = await stack.db.query('select * from public.notifications where user_id = $1 order by created_at, type', [who.id]);

	return rows;
}

describe('the seeded world', () => {
	const seeded = email => signIn(stack, { email, password: stack.seedPassword });
	const AWA_TICKET = '10000000-0000-4000-8000-000000000001', FREE = '10000000-0000-4000-8000-000000000011', USED = '10000000-0000-4000-8000-000000000012';

	test('lets Awa sign in and give a ticket to Issa, and Issa to a friend', async () => {
		const awa = await seeded('awa@example.org');
		const issa = await seeded('issa@example.org');
		const data = await transfer(awa, AWA_TICKET, 'issa@example.org', { recipientName: 'Issa', message: 'Bonne soirée !' });

		assert.equal(data.success, true, JSON.stringify(data));
		assert.equal(data.instantTransfer, true);
		assert.match(data.transferId, /^[0-9a-f-]{36}$/);
		assert.equal(typeof data.message, 'string');
		// what only an owner can do: Issa passes it on, Awa no longer can
		assertRefused(await transfer(awa, AWA_TICKET, address()), 'ticket_not_found', /Billet non trouvé/);
		await offered(issa, AWA_TICKET, address());
	});

	test('refuses the free ticket and the used one', async () => {
		const awa = await seeded('awa@example.org');

		assertRefused(await transfer(awa, FREE, 'issa@example.org'), 'free_ticket', /^Les billets gratuits ne peuvent pas être transférés$/);
		assertRefused(await transfer(awa, USED, 'issa@example.org'), 'ticket_used', /déjà été utilisé/);
	});
});

describe('a transfer to a registered person', () => {
	test('hands the ticket over at once and tells both', async () => {
		const [from, to] = [await signedIn(stack, { name: 'Awa Sawadogo' }), await signedIn(stack, { name: 'Boubacar Diallo' })];
		const id = await ticket(stack, from);
		const data = await transfer(from, id, to.email, { message: 'À samedi' });

		assert.deepEqual([data.success, data.instantTransfer], [true, true]);
		assert.equal(await ownerOf(stack, id), to.id);
		const row = await transferRow(stack, data.transferId);
		assert.deepEqual([row.status, row.sender_id, row.recipient_id, row.ticket_id, row.message], ['COMPLETED', from.id, to.id, id, 'À samedi']);
		const { epoch, log } = await historyOf(stack, id);
		assert.equal(epoch, 1);
		assert.deepEqual(log.map(step => step.owner_id), [from.id, to.id]);

		const [received] = await notices(to);
		assert.deepEqual([received.type, received.read, received.read_at, received.title], ['ticket_received', 'false', null, 'Billet reçu']);
		assert.match(received.message, /^Awa Sawadogo .*Nuit du Balafon/);
		assert.deepEqual([received.metadata.ticket_id, received.metadata.transfer_id], [id, data.transferId]);
		assert.ok(received.action_url);
		const [sent] = await notices(from);
		assert.equal(sent.type, 'TICKET_TRANSFER');
		assert.match(sent.message, /Boubacar Diallo/);
		const mail = await stack.mailTo(to.email);
		assert.match(`${mail.subject} ${mail.text} ${mail.html}`, /Nuit du Balafon/);
	});

	test('finds the person in any letter case, and by a proven phone in any spelling', async () => {
		const from = await signedIn(stack);
		const what = await event(stack);
		const byMail = await person(stack);
		const byPhone = await person(stack, { phone: '+22676554433', phoneVerified: true });

		assert.equal((await transfer(from, await ticket(stack, from, { of: what }), ` ${byMail.email.toUpperCase()} `)).instantTransfer, true);
		for (const spelling of ['+226 76 55 44 33', '0022676554433', '76554433'])
			assert.equal((await transfer(from, await ticket(stack, from, { of: what }), spelling)).instantTransfer, true, spelling);
		const { rows: [row] } = await stack.db.query('select count(*)::int as n from public.tickets where user_id = any ($1)', [[byMail.id, byPhone.id]]);
		assert.equal(row.n, 4);
	});

	test('makes a new code and forgets the old one', async () => {
		const [from, to] = [await signedIn(stack), await person(stack)];
		const id = await ticket(stack, from);
		const code = async () => (await stack.db.query('select qr_code from public.tickets where id = $1', [id])).rows[0].qr_code;
		const before = await code();

		await transfer(from, id, to.email);
		assert.notEqual(await code(), before);
	});

	test('is not instant to an address that nobody proved', async () => {
		const from = await signedIn(stack);
		const unproven = await person(stack, { verified: false });
		const byPhone = await person(stack, { phone: '+22671000001' });
		const what = await event(stack);

		await offered(from, await ticket(stack, from, { of: what }), unproven.email);
		await offered(from, await ticket(stack, from, { of: what }), byPhone.phone);
	});

	test('answers a repeat with the same id and changes nothing', async () => {
		const [from, to] = [await signedIn(stack), await person(stack)];
		const id = await ticket(stack, from);
		const first = await transfer(from, id, to.email);

		for (let i = 0; i < 3; i++) {
			const again = await transfer(from, id, to.email.toUpperCase());
			assert.deepEqual([again.success, again.instantTransfer, again.transferId], [true, true, first.transferId]);
		}
		assert.equal((await historyOf(stack, id)).epoch, 1);
		assert.equal((await notices(to)).length, 1);
	});

	test('can be undone by a transfer back, and then repeated as a new one', async () => {
		const [one, two] = [await signedIn(stack), await signedIn(stack)];
		const id = await ticket(stack, one);
		const ids = [await transfer(one, id, two.email), await transfer(two, id, one.email), await transfer(one, id, two.email)].map(data => data.transferId);

		assert.equal(new Set(ids).size, 3);
		assert.equal(await ownerOf(stack, id), two.id);
		assert.equal((await historyOf(stack, id)).epoch, 3);
	});
});

describe('a transfer is refused in words', () => {
	const cases = [
		['no ticket is named', async () => ({ body: { recipientEmail: address() } }), 'ticket_id_required', /^L'ID du billet est requis$/, /ticket id/i],
		['nobody is named', async from => ({ body: { ticketId: await ticket(stack, from) } }), 'recipient_required', /^L'email ou le téléphone du destinataire est requis$/, /recipient/i],
		['there is no such ticket', async () => ({ body: { ticketId: crypto.randomUUID(), recipientEmail: address() } }), 'ticket_not_found',
			/^Billet non trouvé ou vous n'avez pas l'autorisation de le transférer$/, /not found/i],
		['it is another person\'s', async () => ({ body: { ticketId: await ticket(stack, await person(stack)), recipientEmail: address() } }), 'ticket_not_found',
			/^Billet non trouvé ou vous n'avez pas l'autorisation de le transférer$/, /not found/i],
		['it is free', async from => ({ body: { ticketId: await ticket(stack, from, { free: true }), recipientEmail: address() } }), 'free_ticket',
			/^Les billets gratuits ne peuvent pas être transférés$/, /free tickets/i],
		['it goes to the sender', async from => ({ body: { ticketId: await ticket(stack, from), recipientEmail: from.email } }), 'self_transfer', /propre billet/, /yourself/i],
		['its order is not paid', async from => ({ body: { ticketId: await ticket(stack, from, { orderStatus: 'AWAITING_PAYMENT' }), recipientEmail: address() } }), 'order_not_completed', /payée/, /paid/i],
		['its event is over', async from => ({ body: { ticketId: await ticket(stack, from, { of: await event(stack, { startsIn: -72 }) }), recipientEmail: address() } }), 'event_over', /passé ou annulé/, /over or cancelled/i],
		['its event is cancelled', async from => {
			const what = await event(stack);
			const id = await ticket(stack, from, { of: what });
			await stack.db.query(`update public.events set status = 'CANCELLED' where id = $1`, [what.id]);
			return { body: { ticketId: id, recipientEmail: address() } };
		}, 'event_over', /passé ou annulé/, /over or cancelled/i],
		['it was refunded', async from => {
			const id = await ticket(stack, from);
			await stack.db.query(`update public.tickets set status = 'REFUNDED' where id = $1`, [id]);
			return { body: { ticketId: id, recipientEmail: address() } };
		}, 'ticket_not_transferable', /n'est pas transférable/, /cannot be transferred/i],
		['its address is none', async from => ({ body: { ticketId: await ticket(stack, from), recipientEmail: 'nobody' } }), 'invalid_fields', /./, /./],
		['its phone is none', async from => ({ body: { ticketId: await ticket(stack, from), recipientPhone: 'zero' } }), 'invalid_fields', /./, /./],
	];

	for (const [what, prepare, code, french, english] of cases) {
		test(`when ${what}`, async () => {
			const from = await signedIn(stack);
			const { body } = await prepare(from);
			const before = body.ticketId ? await ownerOf(stack, body.ticketId) : undefined;
			const { data, error } = await invoke(from, 'transfer-ticket', body);

			assert.equal(error, null);
			assertRefused(data, code, french);
			const inEnglish = await invoke(from, 'transfer-ticket', body, { 'Accept-Language': 'en' });
			assertRefused(inEnglish.data, code, english);
			if (body.ticketId)
				assert.equal(await ownerOf(stack, body.ticketId), before);
		});
	}

	test('without a session, with 401', async () => {
		const anon = { client: stack.client() };

		for (const headers of [undefined, { Authorization: 'Bearer nonsense' }]) {
			const { error } = await invoke(anon, 'transfer-ticket', { ticketId: crypto.randomUUID(), recipientEmail: address() }, headers);
			assert.equal(error.name, 'FunctionsHttpError');
			assert.equal(error.context.status, 401);
			const body = await error.context.json();
			assert.equal(body.success, false);
			assert.equal(typeof body.error, 'string');
		}
	});
});

describe('a transfer to a new address', () => {
	// signs up, follows the link of the confirmation mail, and returns the person
	async function signUpAndConfirm(email) {
		const client = stack.client();
		const { data, error } = await client.auth.signUp({ email, password: PASSWORD, options: { data: { name: 'Mariam Neuve' } } });

		assert.equal(error, null);
		const mail = await stack.mailTo(email, found => found.text.includes('/auth/v1/verify?'));
		const link = new URL(/https?:\/\/[^\s"'<>]+\/auth\/v1\/verify\?[^\s"'<>]+/.exec(mail.text)[0]);
		const answer = await call(stack, link.pathname + link.search, { method: 'GET', key: null });
		assert.equal(answer.status, 303);
		return { id: data.user.id, email, client };
	}

	test('waits, writes to that address, and is claimed after a sign-up that proved it', async () => {
		const from = await signedIn(stack, { name: 'Awa Sawadogo' });
		const id = await ticket(stack, from);
		const email = address('mariam');
		const data = await transfer(from, id, email.toUpperCase(), { recipientName: 'Mariam' });

		assert.deepEqual([data.success, data.instantTransfer], [true, false]);
		assert.equal(await ownerOf(stack, id), from.id);
		const mail = await stack.mailTo(email);
		assert.match(`${mail.subject} ${mail.text}`, /Awa Sawadogo|Nuit du Balafon/);
		assert.ok(mail.text.includes(stack.siteUrl), mail.text);

		const mariam = await signUpAndConfirm(email);
		const claimed = await invoke(mariam, 'claim-pending-transfer', { transferId: data.transferId });
		assert.equal(claimed.error, null);
		assert.deepEqual(claimed.data, { success: true, message: 'Ticket successfully claimed!' });
		assert.equal(await ownerOf(stack, id), mariam.id);
		const row = await transferRow(stack, data.transferId);
		assert.deepEqual([row.status, row.recipient_id, row.recipient_email], ['COMPLETED', mariam.id, email]);
		const told = (await notices(from)).find(notice => notice.type === 'ticket_claimed');
		assert.match(told.message, /Mariam Neuve/);
		assert.ok(!JSON.stringify(told).includes(email), 'the sender was told the address');
		assert.equal(told.metadata.transfer_id, data.transferId);

		// the same claim again changes nothing
		assert.equal((await invoke(mariam, 'claim-pending-transfer', { transferId: data.transferId })).data.success, true);
		assert.equal((await historyOf(stack, id)).epoch, 1);
		// and now it is hers to give
		assert.equal((await transfer(mariam, id, from.email)).instantTransfer, true);
	});

	test('is refused in words to a sign-up that did not follow the link', async () => {
		const from = await signedIn(stack);
		const id = await ticket(stack, from);
		const email = address('oumar');
		const transferId = await offered(from, id, email);
		const client = stack.client();

		assert.equal((await client.auth.signUp({ email, password: PASSWORD, options: { data: { name: 'Oumar' } } })).error, null);
		const body = await assertHttpRefused(await invoke({ client }, 'claim-pending-transfer', { transferId }), 403, 'address_not_verified');
		assert.match(body.error, /Confirmez d'abord votre adresse/);
		assert.equal(await ownerOf(stack, id), from.id);
	});

	test('is refused to somebody who only says to have that number', async () => {
		const from = await signedIn(stack);
		const transferId = await offered(from, await ticket(stack, from), '+22672223344');
		const liar = await signedIn(stack, { phone: '+22672223344', phoneVerified: false });
		const owner = await signedIn(stack, { phone: '+22672223345', phoneVerified: true });

		await assertHttpRefused(await invoke(liar, 'claim-pending-transfer', { transferId }), 403, 'address_not_verified');
		await assertHttpRefused(await invoke(owner, 'claim-pending-transfer', { transferId }), 403, 'not_recipient');
	});

	test('texts a number', async () => {
		const from = await signedIn(stack, { name: 'Awa Sawadogo' });

		await offered(from, await ticket(stack, from), '70 88 99 00');
		const sms = await stack.smsTo('+22670889900');
		assert.match(sms.text, /Awa Sawadogo|Nuit du Balafon/);
	});

	test('keeps the ticket from being promised to a second person', async () => {
		const from = await signedIn(stack);
		const id = await ticket(stack, from);
		const first = address();
		const transferId = await offered(from, id, first);

		assertRefused(await transfer(from, id, address()), 'transfer_pending', /déjà en attente/);
		assertRefused((await invoke(from, 'transfer-ticket', { ticketId: id, recipientEmail: address() }, { 'Accept-Language': 'en' })).data, 'transfer_pending', /already pending/i);
		assertRefused(await transfer(from, id, (await person(stack)).email), 'transfer_pending', /déjà en attente/);
		assert.equal(await offered(from, id, first), transferId);
	});

	test('can be claimed by nobody else', async () => {
		const from = await signedIn(stack);
		const transferId = await offered(from, await ticket(stack, from), address());
		const stranger = await signedIn(stack);

		await assertHttpRefused(await invoke(stranger, 'claim-pending-transfer', { transferId }), 403, 'not_recipient');
		await assertHttpRefused(await invoke(from, 'claim-pending-transfer', { transferId }), 403, 'not_recipient');
		await assertHttpRefused(await invoke(stranger, 'claim-pending-transfer', { transferId: crypto.randomUUID() }), 404, 'transfer_not_found');
		await assertHttpRefused(await invoke(stranger, 'claim-pending-transfer', {}), 400, 'transfer_id_required');
	});
});

describe('a pending transfer ends', () => {
	async function pending() {
		const [from, to] = [await signedIn(stack), await signedIn(stack)];
		const id = await ticket(stack, from);
		// offered before the address was proven
		await stack.db.query('update private.people set email_verified_at = null where user_id = $1', [to.id]);
		const transferId = await offered(from, id, to.email);
		await stack.db.query('update private.people set email_verified_at = now() where user_id = $1', [to.id]);
		return { from, to, id, transferId };
	}

	test('when its sender cancels it, and can then be made anew', async () => {
		const { from, to, id, transferId } = await pending();

		for (let i = 0; i < 2; i++)
			assert.deepEqual((await invoke(from, 'cancel-transfer', { transferId })).data, { success: true });
		assert.equal((await transferRow(stack, transferId)).status, 'CANCELLED');
		await assertHttpRefused(await invoke(to, 'claim-pending-transfer', { transferId }), 400, 'transfer_not_pending');
		const again = await transfer(from, id, to.email);
		assert.deepEqual([again.success, again.instantTransfer], [true, true]);
		assert.notEqual(again.transferId, transferId);
	});

	test('when its addressee declines it', async () => {
		const { from, to, id, transferId } = await pending();

		for (let i = 0; i < 2; i++)
			assert.deepEqual((await invoke(to, 'decline-transfer', { transferId })).data, { success: true });
		assert.equal((await transferRow(stack, transferId)).status, 'REJECTED');
		assert.equal(await ownerOf(stack, id), from.id);
		await assertHttpRefused(await invoke(to, 'claim-pending-transfer', { transferId }), 400, 'transfer_not_pending');
		await assertHttpRefused(await invoke(from, 'cancel-transfer', { transferId }), 409, 'transfer_ended');
	});

	test('only by those it is between', async () => {
		const { from, to, id, transferId } = await pending();
		const stranger = await signedIn(stack);

		for (const [who, name] of [[stranger, 'cancel-transfer'], [to, 'cancel-transfer'], [stranger, 'decline-transfer'], [from, 'decline-transfer']])
			await assertHttpRefused(await invoke(who, name, { transferId }), 404, 'transfer_not_found');
		assert.equal((await transferRow(stack, transferId)).status, 'PENDING');
		assert.equal(await ownerOf(stack, id), from.id);
	});

	test('no more after it was claimed', async () => {
		const { from, to, transferId } = await pending();

		assert.equal((await invoke(to, 'claim-pending-transfer', { transferId })).data.success, true);
		await assertHttpRefused(await invoke(from, 'cancel-transfer', { transferId }), 409, 'transfer_completed');
		await assertHttpRefused(await invoke(to, 'decline-transfer', { transferId }), 409, 'transfer_completed');
	});

	test('when the ticket was refunded meanwhile', async () => {
		const { to, id, transferId } = await pending();

		await stack.db.query(`update public.tickets set status = 'REFUNDED' where id = $1`, [id]);
		const { error } = await invoke(to, 'claim-pending-transfer', { transferId });
		assert.equal(error?.name, 'FunctionsHttpError');
		assert.equal(error.context.status, 400);
		assert.ok(['transfer_not_pending', 'ticket_not_valid'].includes((await error.context.json()).code));
	});
});
