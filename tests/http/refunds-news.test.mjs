// Refunds and disputes as the providers tell of them: by webhook and callback, in any order, twice, forged.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { orderState, owed, paidOrder, refundIn, refundsOf } from '../harness/paid.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually } from '../harness/wire.mjs';
import { event, historyOf, signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());
stack.watchInvariants();

const organizer = await signedIn(stack, { name: 'Idrissa Organisateur', role: 'ORGANIZER' });
const buyer = await signedIn(stack, { name: 'Nadia Acheteuse' });
const what = await event(stack, { organizer });
const ask = order => call(stack, 'refund-order', { token: organizer.token, body: { order_id: order, reason: 'malade' } });
const stateOf = async id => (await historyOf(stack, id)).state;
// only news move anything: nobody looks by himself for a long time
const waitForNews = refund => stack.db.query(`update private.refunds set next_check_at = private.now() + interval '1 hour' where id = $1`, [refund.id]);
// so many of each kind of webhook, in any order
const noisy = { duplicate: 2, shuffle_ms: 300, forge_percent: 30 };

test('pawaPay calls back: the refund is done', { timeout: 120_000 }, async () => {
	const paid = await paidOrder(stack, buyer, what, 1);

	await stack.control('pawapay', { settle_ms: -1 });
	await stack.control('webhooks', { provider: 'pawapay', ...noisy });
	await ask(paid.order);
	const refund = await eventually('it is at pawaPay', async () => (await refundsOf(stack, paid.order)).find(one => ['SUBMITTED', 'PROCESSING'].includes(one.state) && one.provider_ref), { ms: 20_000 });

	await waitForNews(refund);
	await stack.control(`payments/${refund.attempt_key}`, { outcome: 'FAILED:RECIPIENT_NOT_FOUND' });
	// failed by callback, and once more by the clock
	const second = await eventually('the next attempt', async () => (await refundsOf(stack, paid.order)).find(one => one.attempt === 2 && one.provider_ref), { ms: 30_000 });

	await waitForNews(second);
	await stack.control(`payments/${second.attempt_key}`, { outcome: 'COMPLETED' });
	await refundIn(stack, paid.order, 'SUCCEEDED', { ms: 30_000 });
	assert.equal((await refundsOf(stack, paid.order)).length, 1);
	await stack.control('pawapay', { settle_ms: null });
});

test('Stripe tells of a refund: pending, done, and sent back', { timeout: 120_000 }, async () => {
	const paid = await paidOrder(stack, buyer, what, 1, { by: 'stripe', card: 'pm_card_pendingRefund' });

	await stack.control('stripe', { settle_ms: -1 });
	await stack.control('webhooks', { provider: 'stripe', ...noisy });
	await ask(paid.order);
	const refund = await refundIn(stack, paid.order, 'PROCESSING');

	await waitForNews(refund);
	await stack.control(`payments/${refund.provider_ref}`, { outcome: 'COMPLETED' });
	await refundIn(stack, paid.order, 'SUCCEEDED', { ms: 30_000 });
	await stack.control(`payments/${refund.provider_ref}`, { outcome: 'FAILED:lost_or_stolen_card' });
	const second = await eventually('a second attempt', async () => (await refundsOf(stack, paid.order)).find(one => one.attempt === 2 && one.provider_ref), { ms: 30_000 });

	await waitForNews(second);
	await stack.control(`payments/${second.provider_ref}`, { outcome: 'COMPLETED' });
	await refundIn(stack, paid.order, 'SUCCEEDED', { ms: 30_000 });
	await stack.control('stripe', { settle_ms: null });
});

test('journey 30, told by Stripe: blocked and frozen, won and restored; lost and void', { timeout: 120_000 }, async () => {
	await stack.control('webhooks', { provider: 'stripe', ...noisy });
	for (const [end, state, tickets] of [['won', 'COMPLETED', 'VALID'], ['lost', 'REFUNDED', 'VOID']]) {
		const before = await owed(stack, organizer);
		const paid = await paidOrder(stack, buyer, what, 2, { by: 'stripe' });

		assert.equal(await owed(stack, organizer), before + 10_000);
		await stack.control(`payments/${paid.intent}`, { outcome: 'DISPUTED:fraudulent' });
		await eventually('the order is disputed', async () => (await orderState(stack, paid.order)).state === 'DISPUTED', { ms: 30_000 });
		assert.deepEqual(await Promise.all(paid.tickets.map(stateOf)), ['BLOCKED', 'BLOCKED']);
		assert.equal(await owed(stack, organizer), before);
		const dispute = await eventually('Stripe has it', async () => (await stack.control('payments?kind=dispute&limit=10')).find(one => one.status !== 'won' && one.status !== 'lost'));

		await stack.control(`payments/${dispute.id}`, { outcome: end });
		await eventually(`it is ${end}`, async () => (await orderState(stack, paid.order)).state === state, { ms: 30_000 });
		assert.deepEqual(await Promise.all(paid.tickets.map(stateOf)), [tickets, tickets]);
		assert.equal(await owed(stack, organizer), before + (end === 'won' ? 10_000 : 0));
	}
});
