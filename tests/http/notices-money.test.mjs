// What buyers are told by mail and SMS: tickets paid, money on its way back and there, an event cancelled.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { paidOrder, refundIn } from '../harness/paid.mjs';
import { fated, moovNumber, payByMobile, sale } from '../harness/sales.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually } from '../harness/wire.mjs';
import { address, event, signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());
stack.watchInvariants();

const organizer = await signedIn(stack, { name: 'Idrissa Organisateur', role: 'ORGANIZER' });
const about = (subject, mail) => mail.subject.includes(subject);

test('a guest gets the tickets by mail and SMS, with the link that opens them; then the event is cancelled', { timeout: 120_000 }, async () => {
	const what = await sale(stack, { places: 5, organizer });
	const email = address('invite'), phone = moovNumber();
	const { status, body } = await payByMobile(stack, what, { quantities: 2, email, phone });

	assert.equal(status, 200, JSON.stringify(body));
	const { rows: [paid] } = await stack.db.query(`select p.id, g.token, g.phone from public.payments p join public.guest_orders g on g.order_id = p.order_id where g.email = $1`, [email]);

	await fated(stack, paid.id, { order: 'COMPLETED', ms: 60_000 });
	const mail = await stack.mailTo(email, one => about('Vos billets', one));

	assert.match(mail.text, /2 billets pour Nuit du Balafon/);
	assert.ok(mail.text.includes(`${stack.siteUrl}/verify/${paid.token}`), mail.text);
	if (paid.phone) {
		const sms = await stack.smsTo(paid.phone);

		assert.ok(sms.text.includes(`/verify/${paid.token}`), sms.text);
	}
	await organizer.client.from('events').update({ status: 'CANCELLED' }).eq('id', what.id);
	const gone = await stack.mailTo(email, one => about('Événement annulé', one));

	assert.match(gone.text, /vous seront remboursés/);
	await stack.mailTo(email, one => about('vous ont été remboursés', one));
	// each of them once
	const subjects = (await stack.mails(() => true, email)).map(one => one.subject);

	assert.equal(new Set(subjects).size, subjects.length, subjects.join('; '));
});

test('a refund is told when it is granted or done; nobody writes to an address that is not proven', { timeout: 120_000 }, async () => {
	const what = await event(stack, { organizer });
	const proven = await signedIn(stack, { name: 'Nadia Acheteuse' });
	const unproven = await signedIn(stack, { name: 'Moussa Inconnu', verified: false });

	for (const buyer of [proven, unproven]) {
		const paid = await paidOrder(stack, buyer, what, 1);
		const { body } = await call(stack, 'refund-order', { token: organizer.token, body: { order_id: paid.order, reason: 'malade' } });

		assert.equal(body.success, true);
		await refundIn(stack, paid.order, 'SUCCEEDED');
	}
	const mail = await stack.mailTo(proven.email, one => about('vous ont été remboursés', one));

	assert.match(mail.text, /5.000 FCFA vous ont été remboursés pour Nuit du Balafon/);
	await eventually('nothing is left to send', async () => (await stack.db.query(`select from private.jobs where function = 'send-notice' and state in ('READY', 'RUNNING')`)).rowCount === 0);
	assert.deepEqual(await stack.mails(() => true, unproven.email), []);
});
