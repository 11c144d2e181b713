// Refunds as organizers ask for them and providers make them: partial and whole, by mobile money and by
// card; failing, unknown, without funds; disputes; what an organizer changes meanwhile (journeys 24, 28, 30).
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, test } from 'node:test';

import { callInternal } from '../harness/fastcgi.mjs';
import { orderState, owed, paidOrder, placesLeft, refundIn, refundsOf } from '../harness/paid.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually, together } from '../harness/wire.mjs';
import { event, historyOf, signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());
stack.watchInvariants();

const [organizer, stranger, admin] = await Promise.all([signedIn(stack, { name: 'Idrissa Organisateur', role: 'ORGANIZER' }),
	signedIn(stack, { name: 'Moussa Ailleurs', role: 'ORGANIZER' }), signedIn(stack, { name: 'Awa Admin', role: 'ADMIN' })]);
const buyer = await signedIn(stack, { name: 'Nadia Acheteuse' });
const what = await event(stack, { organizer });
const socket = path.join(stack.runDir, 'submit-refund.sock');

const ask = (order, { tickets, by = organizer, reason = 'malade', ...rest } = {}) =>
	call(stack, 'refund-order', { token: by.token, body: { order_id: order, reason, ...(tickets && { ticket_ids: tickets }), ...rest } });
const ticketState = async id => (await historyOf(stack, id)).state;
const open = kind => stack.db.query('select subject from private.alarms where kind = $1 and cleared_at is null', [kind]).then(({ rows }) => rows.map(row => row.subject));
// the next attempt is made now, not when its time has come
const again = async refund => callInternal(socket, { refund });

test('journey 28: one of three by mobile money, failing twice; the place is sold again', { timeout: 120_000 }, async () => {
	const paid = await paidOrder(stack, buyer, what, 3);
	const before = await placesLeft(stack, what.paid);

	await stack.control('pawapay', { settle_ms: -1 });
	try {
		const { status, body } = await ask(paid.order, { tickets: [paid.tickets[1]] });

		assert.equal(status, 200, JSON.stringify(body));
		assert.deepEqual([body.success, body.amount, body.currency], [true, 5000, 'XOF']);
		assert.deepEqual(await orderState(stack, paid.order), { state: 'PARTIALLY_REFUNDED', status: 'COMPLETED' });
		assert.deepEqual(await Promise.all(paid.tickets.map(ticketState)), ['VALID', 'VOID', 'VALID']);
		assert.equal(await placesLeft(stack, what.paid), before + 1);
		const keys = new Set();

		for (let attempt = 1; attempt <= 3; attempt++) {
			const refund = await eventually(`attempt ${attempt} is at the provider`, async () => (await refundsOf(stack, paid.order)).find(r => r.attempt === attempt && ['SUBMITTED', 'PROCESSING', 'UNKNOWN'].includes(r.state)));

			keys.add(refund.attempt_key);
			await eventually('pawaPay has it', async () => (await stack.control(`payments?kind=deposit_refund`)).some(one => one.id === refund.attempt_key));
			await stack.control(`payments/${refund.attempt_key}`, { outcome: attempt < 3 ? 'FAILED:RECIPIENT_NOT_FOUND' : 'COMPLETED' });
			await again(refund.id);
			if (attempt < 3) // and the next one, without waiting for its time
				await again(refund.id);
		}
		const done = await refundIn(stack, paid.order, 'SUCCEEDED');

		assert.equal(keys.size, 3, 'each attempt has an id of its own');
		assert.equal(done.attempt, 3);
		assert.deepEqual((await stack.control('payments?kind=deposit')).filter(one => one.id === paid.payment).map(one => one.refunded), [5000]);
	} finally {
		await stack.control('pawapay', { settle_ms: null });
	}
	// the same wish again
	const repeat = await ask(paid.order, { tickets: [paid.tickets[1]] });

	assert.equal(repeat.body.success, true);
	assert.equal((await refundsOf(stack, paid.order)).length, 1);
	// somebody else buys the place
	const next = await paidOrder(stack, stranger, what, 1);

	assert.equal(await placesLeft(stack, what.paid), before);
	assert.equal(next.tickets.length, 1);
	// the buyer finds it in the app
	const { data } = await buyer.client.from('notifications').select('title').order('created_at');

	assert.deepEqual(data.filter(one => one.title.startsWith('Remboursement')).map(one => one.title), ['Remboursement accordé', 'Remboursement effectué']);
});

test('refusals say why, and change nothing', async () => {
	const paid = await paidOrder(stack, buyer, what, 2);
	const refused = async (answer, status, code) => {
		assert.deepEqual([answer.status, answer.body.success, answer.body.code], [status, false, code], JSON.stringify(answer.body));
		assert.ok(answer.body.error.length > 10);
	};

	await refused(await ask(paid.order, { by: buyer }), 403, 'not_allowed');
	await refused(await ask(paid.order, { by: stranger }), 403, 'not_allowed');
	await refused(await ask(crypto.randomUUID()), 404, 'order_not_found');
	await refused(await ask(paid.order, { tickets: [crypto.randomUUID()] }), 404, 'ticket_not_found');
	await refused(await ask(paid.order, { reason: '' }), 422, 'invalid_fields');
	const { rows: [unpaid] } = await stack.db.query(`insert into public.orders (user_id, event_id, total, status, payment_method) values ($1, $2, 5000, 'AWAITING_PAYMENT', 'CARD') returning id`, [buyer.id, what.id]);

	await refused(await ask(unpaid.id), 409, 'order_not_paid');
	await stack.db.query('select private.ticket_scan($1, $2, $3)', [paid.tickets[0], organizer.id, 'porte']);
	await refused(await ask(paid.order, { tickets: [paid.tickets[0]] }), 409, 'ticket_used');
	assert.deepEqual(await refundsOf(stack, paid.order), []);
	// goodwill: the price goes back, the ticket stays used
	assert.equal((await ask(paid.order, { by: admin, tickets: [paid.tickets[0]], goodwill: true })).body.amount, 5000);
	assert.equal(await ticketState(paid.tickets[0]), 'USED');
	// without a list: what was not used
	assert.equal((await ask(paid.order)).body.amount, 5000);
	await refused(await ask(paid.order, { by: admin, tickets: [paid.tickets[0]] }), 409, 'ticket_used');
	await eventually('both went back', async () => (await refundsOf(stack, paid.order)).every(refund => refund.state === 'SUCCEEDED'), { ms: 30_000 });
});

test('by card: the same part of the charge; pending first, and one that comes back', { timeout: 120_000 }, async () => {
	const paid = await paidOrder(stack, buyer, what, 3, { by: 'stripe' });

	assert.equal((await ask(paid.order, { tickets: [paid.tickets[0]] })).body.success, true);
	const first = await refundIn(stack, paid.order, 'SUCCEEDED');

	assert.match(first.provider_ref, /^re_/);
	assert.equal((await ask(paid.order)).body.amount, 10_000);
	await eventually('all went back', async () => (await refundsOf(stack, paid.order)).every(refund => refund.state === 'SUCCEEDED'));
	const sum = (await refundsOf(stack, paid.order)).reduce((n, refund) => n + Number(refund.charge_minor), 0);
	const intent = await stack.stripe().refunds.list({ payment_intent: paid.intent });

	assert.equal(intent.data.reduce((n, refund) => n + refund.amount, 0), sum);
	assert.equal(sum, Math.round(paid.charge * 15_000 / paid.amount));
	assert.deepEqual(await orderState(stack, paid.order), { state: 'REFUNDED', status: 'CANCELLED' });

	// pending first
	const slow = await paidOrder(stack, buyer, what, 1, { by: 'stripe', card: 'pm_card_pendingRefund' });

	await stack.control('stripe', { settle_ms: -1 });
	await ask(slow.order);
	const waiting = await refundIn(stack, slow.order, 'PROCESSING');

	await stack.control(`payments/${waiting.provider_ref}`, { outcome: 'COMPLETED' });
	await again(waiting.id);
	await refundIn(stack, slow.order, 'SUCCEEDED');
	// the bank sends it back: the ledger takes it back, and it is tried again
	const before = await owed(stack, organizer);

	await stack.control(`payments/${waiting.provider_ref}`, { outcome: 'FAILED:lost_or_stolen_card' });
	await again(waiting.id);
	await eventually('it counts as failed', async () => ['FAILED', 'SUBMITTED', 'PROCESSING'].includes((await refundsOf(stack, slow.order))[0].state));
	assert.equal(await owed(stack, organizer), before + 5000);
	await again(waiting.id);
	const next = await eventually('a second attempt', async () => (await refundsOf(stack, slow.order)).find(refund => refund.attempt === 2 && refund.provider_ref));

	await stack.control(`payments/${next.provider_ref}`, { outcome: 'COMPLETED' });
	await again(waiting.id);
	await refundIn(stack, slow.order, 'SUCCEEDED');
	assert.equal(await owed(stack, organizer), before);
	assert.deepEqual((await stack.stripe().refunds.list({ payment_intent: slow.intent })).data.map(one => one.status).sort(), ['failed', 'succeeded']);
	await stack.control('stripe', { settle_ms: null });
});

test('an unknown outcome is read, and never paid twice', { timeout: 120_000 }, async () => {
	for (const by of ['pawapay', 'stripe']) {
		const paid = await paidOrder(stack, buyer, what, 1, { by });

		// it was taken, but nobody heard so
		await stack.control('behaviour', { provider: by, mode: 'timeout_after_accept', count: 1, delay_ms: 8000 });
		assert.equal((await ask(paid.order)).body.success, true);
		// silence makes it UNKNOWN, until a look or a callback tells
		await eventually('it is known in the end', async () => {
			const [one] = await refundsOf(stack, paid.order);

			await again(one.id);
			return one.state === 'SUCCEEDED';
		}, { ms: 60_000, every: 300 });
		const [refund] = await refundsOf(stack, paid.order);

		assert.equal(refund.attempt, 1);
		const of = by === 'stripe' ? (await stack.stripe().refunds.list({ payment_intent: paid.intent })).data
			: (await stack.control('payments?kind=deposit_refund')).filter(one => one.parent === paid.payment);

		assert.equal(of.length, 1, `${by}: ${JSON.stringify(of)}`);
	}
});

test('no funds: the queue pauses, somebody is called, nothing counts as an attempt', { timeout: 120_000 }, async () => {
	const paid = await paidOrder(stack, buyer, what, 1);

	await stack.control('pawapay', { out_of_funds: true });
	await ask(paid.order);
	await eventually('the queue pauses', async () => (await stack.db.query(`select from private.refund_pauses where provider = 'pawapay' and until > private.now()`)).rowCount === 1, { ms: 20_000 });
	assert.equal((await open('refunds_paused')).length, 1);
	const [refund] = await refundsOf(stack, paid.order);

	assert.deepEqual([refund.state, refund.attempt], ['APPROVED', 0]);
	const asked = (await stack.control('requests?provider=pawapay&limit=1000')).filter(one => one.method === 'POST' && one.path.endsWith('/refunds')).length;

	await again(refund.id);
	assert.equal((await stack.control('requests?provider=pawapay&limit=1000')).filter(one => one.method === 'POST' && one.path.endsWith('/refunds')).length, asked, 'nothing is asked meanwhile');
	await stack.control('pawapay', { out_of_funds: null });
	await stack.db.query('update private.refund_pauses set until = private.now()');
	await again(refund.id);
	await refundIn(stack, paid.order, 'SUCCEEDED');
	assert.equal((await stack.db.query('select from private.refund_pauses')).rowCount, 0);
});

test('twenty wishes for one refund at once are one', async () => {
	const paid = await paidOrder(stack, buyer, what, 2);
	const answers = await together(Array.from({ length: 20 }, () => () => () => ask(paid.order)));

	assert.ok(answers.every(answer => answer.status === 200), JSON.stringify(answers.map(answer => answer.body)));
	assert.equal(new Set(answers.map(answer => answer.body.refund_id)).size, 1);
	assert.equal((await refundsOf(stack, paid.order)).length, 1);
	await refundIn(stack, paid.order, 'SUCCEEDED');
});

test('journey 30: a chargeback blocks and freezes; won: restored; lost: void and gone', { timeout: 120_000 }, async () => {
	const news = (dispute, paid, status) => stack.db.query('select private.dispute_news($1, $2, $3, $4, $5, $6) as word', [dispute, paid.intent, paid.charge, paid.chargeCurrency, status, 'fraudulent']).then(({ rows }) => rows[0].word);
	const kept = await paidOrder(stack, buyer, what, 2, { by: 'stripe' });
	const before = await owed(stack, organizer);

	assert.equal(await news('dp_kept', kept, 'needs_response'), 'opened');
	assert.equal(await news('dp_kept', kept, 'needs_response'), 'same');
	assert.deepEqual(await orderState(stack, kept.order), { state: 'DISPUTED', status: 'COMPLETED' });
	assert.deepEqual(await Promise.all(kept.tickets.map(ticketState)), ['BLOCKED', 'BLOCKED']);
	assert.equal(await owed(stack, organizer), before - 10_000);
	// the door and a refund both wait
	const door = await call(stack, 'validate-ticket', { token: organizer.token, body: { ticketId: kept.tickets[0] } });

	assert.equal(door.body.success, false);
	assert.equal((await ask(kept.order)).body.code, 'order_disputed');
	assert.equal(await news('dp_kept', kept, 'won'), 'won');
	assert.deepEqual(await orderState(stack, kept.order), { state: 'COMPLETED', status: 'COMPLETED' });
	assert.deepEqual(await Promise.all(kept.tickets.map(ticketState)), ['VALID', 'VALID']);
	assert.equal(await owed(stack, organizer), before);

	const lost = await paidOrder(stack, buyer, what, 1, { by: 'stripe' });

	assert.equal(await news('dp_lost', lost, 'lost'), 'lost'); // nothing was heard of its beginning
	assert.deepEqual(await orderState(stack, lost.order), { state: 'REFUNDED', status: 'CANCELLED' });
	assert.equal(await ticketState(lost.tickets[0]), 'VOID');
	assert.equal(await owed(stack, organizer), before);
	assert.equal(await news('dp_lost', lost, 'needs_response'), 'same'); // late
	assert.equal((await ask(lost.order)).body.success, false);
});

test('journey 24: prices and quantities change, old orders keep theirs; never fewer than are sold', async () => {
	const mine = await event(stack, { organizer });
	const old = await paidOrder(stack, buyer, mine, 2);
	const change = values => organizer.client.from('ticket_types').update(values).eq('id', mine.paid).select('price,quantity');
	const { data: [price] } = await change({ price: 9000 });

	assert.equal(price.price, 9000);
	assert.equal((await paidOrder(stack, stranger, mine, 1)).amount >= 9000, true);
	const fewer = await change({ quantity: 2 });

	assert.equal(fewer.error.code, '23514');
	assert.match(fewer.error.message, /3 places of "Entrée" are sold or being paid for/);
	assert.equal((await change({ quantity: 3 })).data[0].quantity, 3);
	assert.equal(await placesLeft(stack, mine.paid), 0);
	assert.equal((await change({ quantity: 50 })).data[0].quantity, 50);
	assert.equal(await placesLeft(stack, mine.paid), 47);
	assert.equal((await ask(old.order, { tickets: [old.tickets[0]] })).body.amount, 5000);
	await refundIn(stack, old.order, 'SUCCEEDED');
	// the organizer's figures
	const { data, error } = await organizer.client.rpc('event_sales_report', { p_event_id: mine.id });

	assert.equal(error, null);
	const total = data.find(row => row.section === 'total');

	assert.deepEqual([total.orders, total.tickets, total.tickets_refunded, total.gross, total.refunds, total.net], [2, 3, 1, 19_000, 5000, 14_000]);
	assert.equal((await stranger.client.rpc('event_sales_report', { p_event_id: mine.id })).error.code, '42501');
});

test('payment-recovery: for administrators; finds what does not agree, restores nothing', async () => {
	const recover = (by, body) => call(stack, 'payment-recovery', { token: by.token, body });
	const checked = await recover(admin, { recovery_type: 'data_verification' });

	assert.equal(checked.status, 200, checked.text);
	assert.deepEqual([checked.body.success, checked.body.dry_run, checked.body.records_recovered], [true, true, 0]);
	assert.deepEqual([(await recover(organizer, { recovery_type: 'data_verification' })).status, (await recover(admin, { recovery_type: 'backup_restore' })).status], [403, 501]);
	const bad = await recover(admin, { recovery_type: 'x' });

	assert.deepEqual([bad.status, bad.body.success, bad.body.recovery_id], [400, false, null]);
});
