// paid.mjs: orders that are paid at the providers' stand-ins, made without the functions of checkout:
// the story of a refund begins where the money has arrived.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';

import { eventually } from './wire.mjs';

export const MOBILE = '22607345678'; // completes; a refund to it does too

async function checkout(stack, buyer, what, n, provider) {
	const { rows: [p] } = await stack.db.query('select * from private.checkout($1)', [JSON.stringify({
		provider, person: buyer.id, caller: buyer.id, user_id: buyer.id, key: crypto.randomUUID(), body_hash: '00', create_order: true, event_id: what.id,
		quantities: { [what.paid]: n }, phone: '+22607345678', operator: 'MOOV_BFA',
	})]);

	assert.equal(p.outcome, 'created', JSON.stringify(p));
	return p;
}

async function settle(stack, p, reference, minor, currency) {
	await stack.db.query('select private.payment_attach($1, $2, $3)', [p.payment_id, reference, 'SUBMITTED']);
	const { rows: [{ word }] } = await stack.db.query('select private.payment_settle($1, $2, $3, $4, true) as word', [p.payment_id, 'SUCCEEDED', minor, currency]);

	return word;
}

// A deposit of that phone at pawaPay, completed there.
async function deposit(stack, p, phone) {
	const { body } = await stack.pawapay('deposits', {
		depositId: p.payment_id, amount: String(p.amount_minor), currency: 'XOF', payer: { type: 'MMO', accountDetails: { phoneNumber: phone, provider: 'MOOV_BFA' } },
	});

	assert.equal(body.status, 'ACCEPTED', JSON.stringify(body));
	await eventually('the deposit is completed', async () => (await stack.pawapay(`deposits/${p.payment_id}`)).body.data?.status === 'COMPLETED');
}

// { order, payment, tickets, amount (minor) } of n tickets, paid by mobile money or card.
export async function paidOrder(stack, buyer, what, n, { by = 'pawapay', phone = MOBILE, card = 'pm_card_visa' } = {}) {
	const p = await checkout(stack, buyer, what, n, by);
	const made = { order: p.order_id, payment: p.payment_id, amount: Number(p.amount_minor) };

	if (by === 'pawapay') {
		await deposit(stack, p, phone);
		assert.equal(await settle(stack, p, p.payment_id, p.amount_minor, 'XOF'), 'completed');
	} else {
		const intent = await stack.stripe().paymentIntents.create({ amount: Number(p.charge_minor), currency: p.charge_currency.toLowerCase(), payment_method: card, confirm: true,
			automatic_payment_methods: { enabled: true, allow_redirects: 'never' } });

		assert.equal(intent.status, 'succeeded');
		assert.equal(await settle(stack, p, intent.id, p.charge_minor, p.charge_currency), 'completed');
		Object.assign(made, { intent: intent.id, charge: Number(p.charge_minor), chargeCurrency: p.charge_currency });
	}
	const { rows } = await stack.db.query('select id from public.tickets where order_id = $1 order by ordinal', [made.order]);

	return { ...made, tickets: rows.map(row => row.id) };
}

export async function orderState(stack, order) {
	const { rows: [row] } = await stack.db.query('select s.state, o.status from private.order_state s join public.orders o on o.id = s.order_id where o.id = $1', [order]);

	return row;
}

export async function refundsOf(stack, order) {
	const { rows } = await stack.db.query('select r.*, amount_minor::int as amount from private.refunds r where r.order_id = $1 order by created_at, id', [order]);

	return rows;
}

// The newest refund of the order, once it is in that state.
export function refundIn(stack, order, state, { ms = 20_000 } = {}) {
	return eventually(`the refund is ${state}`, async () => (await refundsOf(stack, order)).find(refund => refund.state === state), { ms });
}

// What the organizer is owed by the ledger, in minor units of francs.
export async function owed(stack, organizer) {
	const { rows: [row] } = await stack.db.query(`
		select coalesce(-sum(e.amount_minor), 0)::int as n from private.ledger_entries e where e.account = 'ORGANIZER_PAYABLE' and e.owner = $1`, [organizer.id]);

	return row.n;
}

export async function placesLeft(stack, type) {
	const { rows: [row] } = await stack.db.query('select private.places_left($1, null) as n', [type]);

	return row.n;
}
