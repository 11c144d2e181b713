// Races for places and for money, each at a barrier: as many as stand there begin at the same moment.
// However it ends: no place is sold twice, no order has two sets of tickets, and money that bought
// nothing goes back.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, test } from 'node:test';

import { callInternal } from '../harness/fastcgi.mjs';
import { CROWD, NO_CARDS, confirmCard, counted, drained, fateOf, fated, freeOrderByRest, hurry, mobileWish, orderByRest, payByCard, payByMobile, sale } from '../harness/sales.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually, together } from '../harness/wire.mjs';
import { people, signIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename, CROWD);
after(() => stack.stop());
stack.watchInvariants();

const word = ({ body }) => (body.deposit_id || body.clientSecret ? 'created' : body.code ?? body.status);
const tally = words => words.reduce((sum, one) => ({ ...sum, [one]: (sum[one] ?? 0) + 1 }), {});
const idOf = ({ body }) => body.payment_id ?? body.paymentId;
// Prepares every call, then lets all of them go at once.
const atOnce = calls => together(calls.map(one => async () => one));
const byHand = () => stack.control('pawapay', { settle_ms: -1 });
const byItself = () => stack.control('pawapay', { settle_ms: 50 });
// The providers, whom payments wait for here, pay back what is under way.
const refundsEnd = () => eventually('refunds have ended', async () => {
	await drained(stack);
	await stack.control('payments', { provider: 'pawapay', outcome: 'COMPLETED', kind: 'deposit_refund' });
	await stack.db.query("update private.refunds set next_check_at = private.now() where state in ('SUBMITTED', 'PROCESSING', 'UNKNOWN')");
	await hurry(stack, 'tend-refunds');
	return (await stack.db.query("select from private.refunds where state not in ('SUCCEEDED', 'REJECTED', 'MANUAL')")).rowCount === 0;
}, { ms: 30_000, every: 200 });

// People who are signed in, a few at a time: passwords are hashed by two workers.
async function crowd(n, name) {
	const list = await people(stack, Array.from({ length: n }, (_, i) => ({ name: `${name} ${i}` }))), all = [];

	while (list.length > 0)
		all.push(...await Promise.all(list.splice(0, 4).map(one => signIn(stack, one))));
	return all;
}

for (const [means, pay] of [['mobile money', payByMobile], ['card', payByCard]]) {
	test(`50 buyers by ${means} for 10 places: 10 have one, 40 are told that there is none`, { timeout: 120_000, skip: means === 'card' && NO_CARDS }, async () => {
		const what = await sale(stack, { places: 10 });
		const answers = await atOnce(Array.from({ length: 50 }, () => () => pay(stack, what)));
		const words = tally(answers.map(word));

		assert.equal(words.created, 10, JSON.stringify(words));
		assert.equal((words.sold_out ?? 0) + (words.all_held ?? 0), 40, JSON.stringify(words));
		for (const answer of answers.filter(one => word(one) === 'created')) {
			if (answer.body.clientSecret)
				await confirmCard(stack, answer.body.clientSecret);
			assert.equal((await fated(stack, idOf(answer), { order: 'COMPLETED' })).tickets, 1);
		}
		assert.deepEqual(await counted(stack, what), { held: 0, sold: 10, left: 0, tickets: 10 });
	});
}

test('the last place, by two at once, by card and by mobile money, 20 times: one has it', { timeout: 120_000, skip: NO_CARDS }, async () => {
	for (let round = 0; round < 20; round++) {
		const what = await sale(stack, { places: 1 });
		const answers = await atOnce([() => payByMobile(stack, what), () => payByCard(stack, what)]);
		const won = answers.filter(one => word(one) === 'created');

		assert.equal(won.length, 1, JSON.stringify(answers.map(one => one.body)));
		assert.ok(['sold_out', 'all_held'].includes(word(answers.find(one => one !== won[0]))));
		if (won[0].body.clientSecret)
			await confirmCard(stack, won[0].body.clientSecret);
		await fated(stack, idOf(won[0]), { order: 'COMPLETED' });
		assert.equal((await counted(stack, what)).sold, 1);
	}
});

test('journey 17: 50 people for 10 free places: 10 orders with one ticket each; nobody gets a second', { timeout: 120_000 }, async () => {
	const what = await sale(stack, { types: [{ name: 'Invitation', price: 0, places: 10 }] }), who = await crowd(50, 'Invité');
	const answers = await atOnce(who.map(one => () => freeOrderByRest(one, what)));
	const won = answers.flatMap(({ error }, i) => (error ? [] : [who[i]]));

	assert.equal(won.length, 10, JSON.stringify(tally(answers.map(({ error }) => error?.message ?? 'ok'))));
	assert.deepEqual(await counted(stack, what), { held: 0, sold: 10, left: 0, tickets: 10 });
	// the same person, five times at once, where there are places
	const more = await sale(stack, { types: [{ name: 'Invitation', price: 0, places: 100 }] });
	const again = await atOnce(Array.from({ length: 5 }, () => () => freeOrderByRest(won[0], more)));

	assert.equal(again.filter(({ error }) => !error).length, 1);
	assert.equal((await counted(stack, more)).sold, 1);
});

test('a double click, 10 times at once with one key: one order, one payment, one prompt at the phone', { timeout: 120_000 }, async () => {
	for (let round = 0; round < 10; round++) {
		const what = await sale(stack, { places: 50 }), body = await mobileWish(stack, what, { key: `double-${process.pid}-${round}` });
		const answers = await atOnce(Array.from({ length: 10 }, () => () => call(stack, 'create-pawapay-payment', { body })));
		const ids = new Set(answers.flatMap(one => (one.body.payment_id ? [one.body.payment_id] : [])));

		assert.equal(ids.size, 1, JSON.stringify(answers.map(one => one.body)));
		// who came while the first was under way may be told to ask again, and nothing else
		assert.deepEqual(Object.keys(tally(answers.map(word))).filter(one => !['created', 'key_busy'].includes(one)), [], JSON.stringify(tally(answers.map(word))));
		const [payment] = ids;

		await fated(stack, payment, { order: 'COMPLETED' });
		assert.equal((await stack.control(`payments?provider=pawapay&kind=deposit&limit=1000`)).filter(one => one.id === payment).length, 1);
		assert.equal((await stack.db.query('select from public.orders where event_id = $1', [what.id])).rowCount, 1);
		assert.equal((await counted(stack, what)).sold, 1);
	}
});

test('two tabs: two payments by mobile money of one order at once are one', { timeout: 120_000 }, async () => {
	const [who] = await crowd(1, 'Awa');

	await byHand();
	for (let round = 0; round < 10; round++) {
		const what = await sale(stack, { places: 50 }), order = await orderByRest(who, what);
		const bodies = await Promise.all([0, 1].map(() => mobileWish(stack, what, { order })));
		const answers = await atOnce(bodies.map(body => () => call(stack, 'create-pawapay-payment', { body })));
		const { rows } = await stack.db.query('select id from public.payments where order_id = $1', [order]);

		assert.equal(rows.length, 1, JSON.stringify(answers.map(one => one.body)));
		assert.ok(answers.every(one => one.status < 500), JSON.stringify(answers.map(one => one.body)));
		assert.ok(answers.some(one => one.body.payment_id === rows[0].id));
		assert.equal((await counted(stack, what)).held, 1);
		await stack.control(`payments/${rows[0].id}`, { outcome: 'COMPLETED' });
		await fated(stack, rows[0].id, { order: 'COMPLETED' });
	}
	await byItself();
});

test('one order, paid by card and by mobile money at once: one fulfils it, the other goes back', { timeout: 180_000, skip: NO_CARDS }, async t => {
	const [who] = await crowd(1, 'Issa'), ends = {};

	await byHand();
	for (let round = 0; round < 10; round++) {
		const what = await sale(stack, { places: 50 }), order = await orderByRest(who, what, { quantities: 2 });
		const [mobile, card] = [await mobileWish(stack, what, { order, quantities: 2 }), { order, quantities: 2, token: who.token }];
		const answers = await atOnce([() => call(stack, 'create-pawapay-payment', { body: mobile }), () => payByCard(stack, what, card)]);
		const live = answers.filter(one => word(one) === 'created');

		assert.ok(live.length >= 1 && answers.every(one => one.status < 500), JSON.stringify(answers.map(one => one.body)));
		// both pay, whoever was let in
		await Promise.all(live.map(one => (one.body.clientSecret ? confirmCard(stack, one.body.clientSecret) : stack.control(`payments/${one.body.deposit_id}`, { outcome: 'COMPLETED' }))));
		await eventually('order completed', async () => (await stack.db.query("select from private.order_state where order_id = $1 and state = 'COMPLETED'", [order])).rowCount === 1, { ms: 20_000 });
		await refundsEnd();
		const fates = await Promise.all([...new Set(live.map(idOf))].map(id => fateOf(stack, id)));

		assert.equal(fates.filter(fate => fate.fulfilling).length, 1, JSON.stringify(fates));
		for (const fate of fates.filter(one => one.state === 'SUCCEEDED' && !one.fulfilling))
			assert.deepEqual(fate.refunds.map(refund => [refund.state, refund.amount]), [['SUCCEEDED', fate.amount]]);
		assert.equal((await counted(stack, what)).tickets, 2);
		const story = fates.map(fate => (fate.fulfilling ? 'fulfils' : `${fate.state}, ${fate.refunds.length} refunds`)).sort().join(' + ');
		ends[story] = (ends[story] ?? 0) + 1;
	}
	await byItself();
	t.diagnostic(JSON.stringify(ends));
});

test('a second payment succeeds after all, when the first had failed and the order was paid by another: it goes back', { timeout: 120_000, skip: NO_CARDS }, async () => {
	const [who] = await crowd(1, 'Fanta'), what = await sale(stack, { places: 5 });

	await byHand();
	const order = await orderByRest(who, what), first = (await payByMobile(stack, what, { order })).body;
	// the operator says no, the person pays by card; then the operator finds the money after all
	await stack.control(`payments/${first.deposit_id}`, { outcome: 'FAILED:UNSPECIFIED_FAILURE' });
	await fated(stack, first.payment_id, { state: 'FAILED' });
	const second = (await payByCard(stack, what, { order, token: who.token })).body;

	assert.ok(second.clientSecret, JSON.stringify(second));
	await confirmCard(stack, second.clientSecret);
	assert.equal((await fated(stack, second.paymentId, { order: 'COMPLETED' })).tickets, 1);
	const { rows: [{ said }] } = await stack.db.query("select private.payment_settle($1, 'SUCCEEDED', p.amount_minor, p.currency, true) as said from public.payments p where p.id = $1", [first.payment_id]);

	assert.equal(said, 'duplicate');
	const { rows: [refund] } = await stack.db.query('select amount_minor::int as amount, cause from private.refunds where payment_id = $1', [first.payment_id]);
	assert.equal(refund.cause, 'DUPLICATE');
	assert.equal((await counted(stack, what)).tickets, 1);
	await byItself();
});

test('verify, webhook, poll, finalize-order and the page at once: one set of tickets, one notice, one ledger entry', { timeout: 180_000 }, async () => {
	const [who] = await crowd(1, 'Nadège'), secret = stack.env.FINALIZE_ORDER_SECRET;

	await byHand();
	for (let round = 0; round < 15; round++) {
		const what = await sale(stack, { places: 50 }), order = await orderByRest(who, what, { quantities: 3 });
		const { body: { payment_id: payment } } = await payByMobile(stack, what, { order, quantities: 3 });
		const poll = () => callInternal(path.join(stack.runDir, 'settle-pawapay.sock'), { kind: 'check', payment });

		const answers = await atOnce([
			() => stack.control(`payments/${payment}`, { outcome: 'COMPLETED' }), // and with it the webhook
			() => call(stack, 'verify-pawapay-payment', { body: { payment_id: payment, order_id: order } }),
			() => call(stack, 'finalize-order', { body: { payment_id: payment }, headers: { 'X-Finalize-Secret': secret } }),
			poll, poll,
			() => call(stack, 'verify-pawapay-payment', { body: { payment_id: payment, order_id: order } }),
			() => who.client.rpc('admin_finalize_payment', { p_payment_id: payment }),
		]);
		const fate = await fated(stack, payment, { order: 'COMPLETED' });

		assert.deepEqual([fate.tickets, fate.fulfilling, fate.notices, fate.refunds], [3, true, 1, []], JSON.stringify(answers.map(one => one.body ?? one.data)));
		for (const answer of [answers[1], answers[5]])
			assert.equal(answer.status, 200, answer.text);
		const { rows: [{ n }] } = await stack.db.query("select count(*)::int as n from private.ledger_tx where payment_id = $1 and kind = 'PAYMENT'", [payment]);
		assert.equal(n, 1, 'one posting of the payment');
		await drained(stack);
	}
	await byItself();
});

test('expiry against success: tickets, or the money back; never both, never neither', { timeout: 180_000 }, async t => {
	const ends = {};

	await byHand();
	for (let round = 0; round < 20; round++) {
		const what = await sale(stack, { places: 1 }), { body } = await payByMobile(stack, what);

		// over in this very moment, and somebody stands there who wants the place
		await stack.db.query('update private.holds set expires_at = private.now() where order_id = $1', [body.order_id]);
		const [, , other] = await atOnce([
			() => stack.control(`payments/${body.deposit_id}`, { outcome: 'COMPLETED' }),
			() => stack.db.query('select private.holds_expire()'),
			() => payByMobile(stack, what),
		]);

		await fated(stack, body.payment_id);
		if (other.body.deposit_id) {
			await stack.control(`payments/${other.body.deposit_id}`, { outcome: 'COMPLETED' });
			await fated(stack, other.body.payment_id);
		}
		await refundsEnd();
		const fates = await Promise.all([body, other.body].filter(one => one.payment_id).map(one => fateOf(stack, one.payment_id)));

		for (const fate of fates)
			assert.deepEqual([fate.fulfilling, fate.tickets, fate.refunds.filter(one => one.state === 'SUCCEEDED').length], fate.fulfilling ? [true, 1, 0] : [false, 0, 1], JSON.stringify(fates));
		assert.equal(fates.filter(one => one.fulfilling).length, 1, JSON.stringify(fates));
		assert.deepEqual(await counted(stack, what), { held: 0, sold: 1, left: 0, tickets: 1 });
		const story = fates.map(one => one.orderState).join(' + ');
		ends[story] = (ends[story] ?? 0) + 1;
	}
	await byItself();
	t.diagnostic(JSON.stringify(ends));
});

test('capacity lowered and raised during a sale: never below what is held and sold, and as many are sold as there are in the end', { timeout: 120_000 }, async () => {
	const what = await sale(stack, { places: 60 }), organizer = await signIn(stack, what.organizer);
	const set = n => () => organizer.client.from('ticket_types').update({ quantity: n }).eq('id', what.types[0]).select('quantity');
	const answers = await atOnce([...Array.from({ length: 80 }, () => () => payByMobile(stack, what)), set(40), set(20), set(50), set(45)]);
	const bought = answers.slice(0, 80).filter(one => word(one) === 'created').length;

	await drained(stack);
	const { rows: [row] } = await stack.db.query('select y.quantity, s.capacity, s.held, s.sold from public.ticket_types y join private.sales s on s.ticket_type_id = y.id and s.event_date_id is null where y.id = $1', [what.types[0]]);

	assert.ok(row.sold === bought && row.sold <= row.capacity && row.capacity === row.quantity, JSON.stringify({ ...row, bought }));
	const { error } = await set(bought - 1)();
	assert.ok(error, 'fewer places than tickets');
	assert.equal((await set(bought)()).error, null);
	assert.ok(['sold_out', 'all_held'].includes(word(await payByMobile(stack, what))));
	assert.equal((await set(bought + 1)()).error, null);
	assert.equal(word(await payByMobile(stack, what)), 'created');
	await drained(stack);
});
