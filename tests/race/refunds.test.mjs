// Refunds against each other, against a scan, a transfer and a dispute, at the same moment, over and over:
// one effect each, never more money back than was paid. REFUND_ROUNDS rounds of each.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { orderState, paidOrder, refundsOf } from '../harness/paid.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually, together } from '../harness/wire.mjs';
import { event, historyOf, signedIn } from '../harness/world.mjs';

const ROUNDS = Number(process.env.REFUND_ROUNDS ?? 15);

const stack = await Stack.start(import.meta.filename, { TRANSFERS_PER_MINUTE: 0, TRANSFERS_PER_DAY: 0, TRANSFERS_OPEN_PER_EVENT: 0 });
after(() => stack.stop());
stack.watchInvariants();

const [organizer, admin, buyer, friend] = await Promise.all([signedIn(stack, { name: 'Idrissa Organisateur', role: 'ORGANIZER' }), signedIn(stack, { name: 'Awa Admin', role: 'ADMIN' }),
	signedIn(stack, { name: 'Nadia Acheteuse' }), signedIn(stack, { name: 'Fanta Amie' })]);
const what = await event(stack, { organizer });
const ask = (order, tickets, by = organizer) => () => call(stack, 'refund-order', { token: by.token, body: { order_id: order, reason: 'course', ...(tickets && { ticket_ids: tickets }) } });
const stateOf = async id => (await historyOf(stack, id)).state;
const at = makers => together(makers.map(go => () => go));
const settled = order => eventually('its refunds have ended', async () => (await refundsOf(stack, order)).every(refund => refund.state === 'SUCCEEDED'), { ms: 60_000 });

test(`the whole order and each of its tickets, by two people, ${ROUNDS} rounds: nothing twice`, { timeout: 300_000 }, async () => {
	for (let i = 0; i < ROUNDS; i++) {
		const paid = await paidOrder(stack, buyer, what, 3);
		const answers = await at([ask(paid.order), ask(paid.order, null, admin), ...paid.tickets.map(id => ask(paid.order, [id])), ...paid.tickets.map(id => ask(paid.order, [id], admin))]);

		assert.ok(answers.every(answer => answer.status < 500), JSON.stringify(answers.map(answer => answer.body)));
		const refunds = await refundsOf(stack, paid.order);

		assert.equal(refunds.reduce((n, refund) => n + refund.amount, 0), 15_000);
		assert.deepEqual(await Promise.all(paid.tickets.map(stateOf)), ['VOID', 'VOID', 'VOID']);
		assert.equal((await orderState(stack, paid.order)).state, 'REFUNDED');
		const { rows } = await stack.db.query('select ticket_id from private.refund_items i join private.refunds r on r.id = i.refund_id where r.order_id = $1 group by 1 having count(*) > 1', [paid.order]);

		assert.deepEqual(rows, []);
		if (i === ROUNDS - 1)
			await settled(paid.order);
	}
});

test(`refund x scan x transfer, ${ROUNDS} rounds: the ticket is used or refunded, not both`, { timeout: 300_000 }, async t => {
	const ends = {};

	for (let i = 0; i < ROUNDS; i++) {
		const paid = await paidOrder(stack, buyer, what, 1);
		const [refund, scan] = await at([ask(paid.order, paid.tickets), () => call(stack, 'validate-ticket', { token: organizer.token, body: { ticketId: paid.tickets[0] } }),
			() => call(stack, 'transfer-ticket', { token: buyer.token, body: { ticketId: paid.tickets[0], recipientEmail: friend.email } })]);
		const state = await stateOf(paid.tickets[0]);

		assert.notEqual(refund.body.success, scan.body.success, JSON.stringify([refund.body, scan.body]));
		assert.equal(state, refund.body.success ? 'VOID' : 'USED');
		assert.equal((await refundsOf(stack, paid.order)).length, refund.body.success ? 1 : 0);
		ends[state] = (ends[state] ?? 0) + 1;
	}
	t.diagnostic(JSON.stringify(ends));
});

test(`refund x dispute, ${ROUNDS} rounds: the bank and we do not both pay`, { timeout: 300_000 }, async t => {
	const ends = {};

	for (let i = 0; i < ROUNDS; i++) {
		const paid = await paidOrder(stack, buyer, what, 2, { by: 'stripe' });
		const news = status => () => stack.db.query('select private.dispute_news($1, $2, $3, $4, $5, $6) as word', [`dp_race_${i}`, paid.intent, paid.charge, paid.chargeCurrency, status, 'fraudulent']);
		const [refund] = await at([ask(paid.order), news('needs_response'), news('lost'), news('needs_response')]);

		assert.ok(refund.status < 500, JSON.stringify(refund.body));
		const [row] = await refundsOf(stack, paid.order);

		// a refund that came first is only taken back while nobody has asked the provider
		ends[row?.state ?? 'none'] = (ends[row?.state ?? 'none'] ?? 0) + 1;
		assert.deepEqual(await Promise.all(paid.tickets.map(stateOf)), ['VOID', 'VOID']);
		assert.equal((await orderState(stack, paid.order)).state, 'REFUNDED');
	}
	t.diagnostic(JSON.stringify(ends));
});

test('the same refund is submitted by ten jobs at once: one refund at the provider', { timeout: 120_000 }, async () => {
	const { callInternal } = await import('../harness/fastcgi.mjs');

	for (const by of ['pawapay', 'stripe']) {
		const paid = await paidOrder(stack, buyer, what, 1, { by });
		const { body } = await ask(paid.order)();

		await at(Array.from({ length: 10 }, () => () => callInternal(`${stack.runDir}/submit-refund.sock`, { refund: body.refund_id })));
		await settled(paid.order);
		const [row] = await refundsOf(stack, paid.order);

		assert.equal(row.attempt, 1);
		const { rows } = await stack.db.query('select count(*)::int as n from private.refund_attempts where refund_id = $1', [row.id]);

		assert.equal(rows[0].n, 1);
		if (by === 'stripe')
			assert.equal((await stack.stripe().refunds.list({ payment_intent: paid.intent })).data.length, 1);
		else
			assert.equal((await stack.control('payments?kind=deposit')).find(one => one.id === paid.payment).refunded, paid.amount - (paid.amount - 5000));
	}
});
