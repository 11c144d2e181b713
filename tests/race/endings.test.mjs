// TS3: claim, cancel, decline, scan and expiry of one offer at the same moment, over and over: exactly
// one of them has its effect, and everybody is told what really happened. TS3_ROUNDS rounds in all.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, test } from 'node:test';

import { callInternal } from '../harness/fastcgi.mjs';
import { Stack } from '../harness/stack.mjs';
import { call } from '../harness/wire.mjs';
import { event, historyOf, ownerOf, people, signIn, tickets, transferRow } from '../harness/world.mjs';

const ROUNDS = Number(process.env.TS3_ROUNDS ?? 1000);

const stack = await Stack.start(import.meta.filename, { TRANSFERS_PER_MINUTE: 0, TRANSFERS_PER_DAY: 0, TRANSFERS_OPEN_PER_EVENT: 0 });
after(() => stack.stop());
stack.watchInvariants();

const [sender, receiver, staff, phoned, liar] = await Promise.all((await people(stack, [
	{ name: 'Awa Sawadogo' }, { name: 'Boubacar Diallo' }, { name: 'Salif Portier' },
	{ name: 'Fanta Sangaré', phone: '+22676000001', phoneVerified: true }, { name: 'Moussa Menteur', phone: '+22676000001' },
])).map(one => signIn(stack, one)));
const what = await event(stack, { staff: [staff] });
const expireSocket = path.join(stack.runDir, 'expire-transfers.sock');

const act = {
	claim: x => call(stack, 'claim-pending-transfer', { token: receiver.token, body: { transferId: x.transferId } }),
	cancel: x => call(stack, 'cancel-transfer', { token: sender.token, body: { transferId: x.transferId } }),
	decline: x => call(stack, 'decline-transfer', { token: receiver.token, body: { transferId: x.transferId } }),
	scan: x => call(stack, 'validate-ticket', { token: staff.token, body: { ticketId: x.id } }),
	expire: () => callInternal(expireSocket, {}),
};

// n offers to the receiver, made while the address was not proven yet.
async function offers(n, to = { recipientEmail: receiver.email }) {
	const ids = await tickets(stack, sender, n, { of: what });

	await stack.db.query('update private.people set email_verified_at = null where user_id = $1', [receiver.id]);
	const made = [];
	for (const id of ids) {
		const { body } = await call(stack, 'transfer-ticket', { token: sender.token, body: { ticketId: id, ...to } });

		assert.deepEqual([body.success, body.instantTransfer], [true, false], JSON.stringify(body));
		made.push({ id, transferId: body.transferId });
	}
	await stack.db.query('update private.people set email_verified_at = now() where user_id = $1', [receiver.id]);
	return made;
}

// What the end of the offer means for everybody who asked.
function checkRound(names, answers, row, owner, state) {
	const story = JSON.stringify({ row: [row.status, row.state, row.used], state, answers: Object.fromEntries(names.map((name, i) => [name, [answers[i].status, answers[i].body]])) });
	const of = name => answers[names.indexOf(name)];
	const won = name => names.includes(name) && of(name).body.success === true;
	const refusedWith = (name, codes) => !names.includes(name) || (of(name).body.success === false && codes.includes(of(name).body.code));

	assert.ok(answers.every(answer => answer.status < 500), story);
	assert.equal(owner, row.state === 'COMPLETED' ? receiver.id : sender.id, story);
	assert.equal(won('claim'), row.state === 'COMPLETED', story);
	if (names.includes('scan')) {
		assert.ok(won('scan') && state === 'USED', story);
		assert.equal(of('scan').body.ticket.userName, of('scan').body.ticket.wasTransferred ? receiver.name : sender.name, story);
	}
	switch (row.state) {
	case 'COMPLETED':
		assert.ok(refusedWith('cancel', ['transfer_completed']) && refusedWith('decline', ['transfer_completed']), story);
		assert.equal(row.status, names.includes('scan') ? 'USED' : 'COMPLETED', story);
		break;
	case 'DECLINED':
		assert.ok(won('decline') && refusedWith('cancel', ['transfer_ended']) && row.status === 'REJECTED', story);
		break;
	case 'CANCELLED': /* by the sender or by the scan; the sender is told that it is cancelled either way */
		assert.ok((won('cancel') || won('scan')) && refusedWith('decline', ['transfer_ended']) && row.status === 'CANCELLED', story);
		assert.ok(!names.includes('cancel') || won('cancel'), story);
		break;
	case 'EXPIRED':
		assert.ok(names.includes('expire') && refusedWith('cancel', ['transfer_ended']) && refusedWith('decline', ['transfer_ended']) && row.status === 'CANCELLED', story);
		break;
	default:
		assert.fail(story);
	}
	assert.ok(refusedWith('claim', ['transfer_not_pending', 'transfer_expired', 'ticket_already_scanned', 'ticket_already_transferred']) || won('claim'), story);
}

const shuffled = list => list.map(value => ({ value, by: Math.random() })).sort((a, b) => a.by - b.by).map(({ value }) => value);

for (const names of [['claim', 'cancel', 'decline', 'scan'], ['claim', 'cancel'], ['claim', 'scan'], ['claim', 'decline', 'expire'], ['claim', 'cancel', 'decline', 'scan', 'expire']]) {
	const rounds = Math.ceil(ROUNDS / 5);

	test(`${names.join(' x ')}, ${rounds} rounds: exactly one effect`, { timeout: 600_000 }, async t => {
		const ends = {};

		for (const offer of await offers(rounds)) {
			if (names.includes('expire')) // due in these very moments
				await stack.db.query('update public.ticket_transfers set expires_at = private.now() + make_interval(secs => random() * 0.02) where id = $1', [offer.transferId]);
			const order = shuffled(names);
			const answers = await Promise.all(order.map(name => act[name](offer)));
			const row = await transferRow(stack, offer.transferId);
			const { state, log, epoch } = await historyOf(stack, offer.id);

			if (row.state === 'PENDING') // nobody asked for the end of one that was not due yet
				assert.fail(`still pending: ${JSON.stringify(answers.map(answer => answer.body))}`);
			checkRound(order, answers, row, await ownerOf(stack, offer.id), state);
			assert.equal(log.length, epoch + 1);
			ends[row.state] = (ends[row.state] ?? 0) + 1;
		}
		t.diagnostic(JSON.stringify(ends));
	});
}

test('20 claims of one person at once are one claim', { timeout: 120_000 }, async () => {
	for (const offer of await offers(10)) {
		const answers = await Promise.all(Array.from({ length: 20 }, () => act.claim(offer)));

		assert.ok(answers.every(answer => answer.status === 200 && answer.body.success), JSON.stringify(answers.map(answer => answer.body)));
		assert.equal((await historyOf(stack, offer.id)).epoch, 1);
		const { rows: [row] } = await stack.db.query(`select count(*)::int as n from public.notifications where user_id = $1 and type = 'ticket_claimed' and metadata ->> 'transfer_id' = $2`, [sender.id, offer.transferId]);
		assert.equal(row.n, 1);
	}
});

test('of two accounts with one number, claiming 10 times each at once, the proven one gets the ticket', { timeout: 120_000 }, async () => {
	const claim = (who, offer) => call(stack, 'claim-pending-transfer', { token: who.token, body: { transferId: offer.transferId } });

	// the number was proven after the offer was made, else the offer would have been instant
	await stack.db.query('update private.people set phone_verified_at = null where user_id = $1', [phoned.id]);
	const made = await offers(10, { recipientPhone: phoned.phone });
	await stack.db.query('update private.people set phone_verified_at = now() where user_id = $1', [phoned.id]);
	for (const offer of made) {
		const answers = await Promise.all(Array.from({ length: 10 }, () => [claim(phoned, offer), claim(liar, offer)]).flat());

		assert.ok(answers.filter((_, i) => i % 2 === 0).every(answer => answer.body.success));
		assert.ok(answers.filter((_, i) => i % 2 === 1).every(answer => answer.body.success === false));
		assert.equal(await ownerOf(stack, offer.id), phoned.id);
		assert.equal((await historyOf(stack, offer.id)).epoch, 1);
	}
});

test('cancelling, declining and sending anew at once leave at most one offer and lose nothing', { timeout: 120_000 }, async () => {
	for (const offer of await offers(10)) {
		const send = () => call(stack, 'transfer-ticket', { token: sender.token, body: { ticketId: offer.id, recipientEmail: `again.${offer.id.slice(0, 8)}@example.org` } });

		await Promise.all([act.cancel(offer), act.decline(offer), send(), send(), act.cancel(offer), send()]);
		const { rows } = await stack.db.query(`select count(*) filter (where status = 'PENDING')::int as pending from public.ticket_transfers where ticket_id = $1`, [offer.id]);
		assert.ok(rows[0].pending <= 1);
		assert.equal(await ownerOf(stack, offer.id), sender.id);
		assert.ok(['CANCELLED', 'DECLINED'].includes((await transferRow(stack, offer.transferId)).state));
	}
});
