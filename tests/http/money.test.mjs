// Money on the wires: the golden cases of domain.md (d) as the bytes that a provider gets, and what is
// refused before it gets any.
import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';

import { CROWD, cardWish, mobileWish, payByCard, payByMobile, sale } from '../harness/sales.mjs';
import { Stack } from '../harness/stack.mjs';

const stack = await Stack.start(import.meta.filename, CROWD);
after(() => stack.stop());

// The one fee rule there is.
const rule = (value, { least = null, most = null, kind = 'PERCENTAGE', payer = 'BUYER' } = {}) => stack.db.query(`
	with gone as (delete from public.service_fee_rules)
	insert into public.service_fee_rules (name, scope, fee_type, fee_value, minimum_fee, maximum_fee, applies_to) values ('Frais', 'GLOBAL', $1, $2, $3, $4, $5)`, [kind, value, least, most, payer]);
const asked = provider => stack.control(`requests?provider=${provider}&limit=100`).then(list => list.filter(({ method }) => method === 'POST'));
const order = async id => (await stack.db.query('select total_minor::int as total, currency from public.orders where id = $1', [id])).rows[0];

beforeEach(() => stack.control('reset', {}));

describe('mobile money', () => {
	for (const [what, price, quantities, fee, bytes] of [
		['golden: 2 x 5 000 francs at 500 bps, 100 at least, 1 000 at most', 5000, 2, [0.05, { least: 100, most: 1000 }], '10500'],
		['golden: 3 x 1 250 at 333 bps are 3 874.875', 1250, 3, [0.0333], '3875'],
		['the organizer\'s fee is not the buyer\'s', 1250, 3, [0.0333, { payer: 'ORGANIZER' }], '3750'],
		['half of it is', 1250, 3, [0.0333, { payer: 'SPLIT' }], '3812'],
		['a fixed fee for each ticket', 1250, 3, [150, { kind: 'FIXED' }], '4200'],
		['no fee at all', 5000, 1, [0], '5000'],
	]) {
		test(what, async () => {
			await rule(...fee);
			const { status, body } = await payByMobile(stack, await sale(stack, { price }), { quantities });

			assert.deepEqual([status, body.status], [200, 'ACCEPTED'], JSON.stringify(body));
			const [deposit] = await asked('pawapay');

			assert.deepEqual([deposit.body.amount, deposit.body.currency], [bytes, 'XOF'], 'a text without decimals');
			assert.deepEqual(await order(body.order_id), { total: Number(bytes), currency: 'XOF' });
		});
	}

	test('regression: pay one franc, or a hundred times too much: nothing reaches the provider, and both figures are told', async () => {
		await rule(0.02);
		const what = await sale(stack, { price: 5000 });

		assert.equal((await payByMobile(stack, what, { amount: 1 })).body.success, false);
		for (const amount of [100, 5099, 5101, 510000]) {
			const { status, body } = await payByMobile(stack, what, { amount });

			assert.deepEqual([status, body.code, body.amount, body.currency], [200, 'amount_differs', 5100, 'XOF'], JSON.stringify(body));
		}
		assert.deepEqual(await asked('pawapay'), []);
		assert.equal((await stack.db.query('select from public.orders where event_id = $1', [what.id])).rowCount, 0, 'and nothing is left behind');
	});

	test('the guest form\'s own 2 % is right where that is the rule, with the rest of a franc that browsers make of it', async () => {
		await rule(0.02);
		for (const [price, quantities] of [[1250, 3], [333, 1], [1025, 2], [4990, 7]]) {
			const { body } = await payByMobile(stack, await sale(stack, { price }), { quantities, amount: price * quantities * 1.02 });

			assert.deepEqual([body.status, (await order(body.order_id))?.total], ['ACCEPTED', Math.round(price * quantities * 1.02)], JSON.stringify(body));
		}
		await rule(0.05);
		const { body } = await payByMobile(stack, await sale(stack, { price: 5000 }), { quantities: 2, amount: 10_000 * 1.02 });

		assert.deepEqual([body.code, body.amount], ['amount_differs', 10_500], 'and refused where it is another');
	});

	test('the same by create-payment', async () => {
		await rule(0.05, { least: 100, most: 1000 });
		const wish = await mobileWish(stack, await sale(stack, { price: 5000 }), { quantities: 2, method: 'mobile_money' });
		const answer = await fetch(`${stack.url}/functions/v1/create-payment`, { method: 'POST', headers: { apikey: stack.anonKey, Authorization: `Bearer ${stack.anonKey}`, 'Content-Type': 'application/json' }, body: JSON.stringify(wish) });
		const body = await answer.json();

		assert.deepEqual([answer.status, body.status], [200, 'ACCEPTED'], JSON.stringify(body));
		assert.equal((await asked('pawapay'))[0].body.amount, '10500');
	});
});

describe('cards, in dollars at 566 francs and 1.5 %', () => {
	const intents = async () => (await asked('stripe')).filter(({ path }) => path === '/v1/payment_intents');

	for (const [what, price, quantities, fee, cents] of [
		['golden: 10 500 francs', 5000, 2, [0.05, { least: 100, most: 1000 }], 1829],
		['golden: 3 875 francs', 1250, 3, [0.0333], 675],
		['golden: 5 000 francs are 8.71 dollars', 5000, 1, [0], 871],
	]) {
		test(what, async () => {
			await rule(...fee);
			const { status, body } = await payByCard(stack, await sale(stack, { price }), { quantities });

			assert.equal(status, 200, JSON.stringify(body));
			const [{ body: form }] = await intents(), said = new URLSearchParams(form);

			assert.deepEqual([said.get('amount'), said.get('currency')], [String(cents), 'usd'], String(form));
			assert.deepEqual([body.charge_amount, body.fx_rate], [`$${(cents / 100).toFixed(2)} USD`, '5.74']);
		});
	}

	test('regression: simple mode multiplied francs by a hundred', async () => {
		await rule(0);
		const what = await sale(stack, { price: 5000 });
		const { event_id, description, create_order, ticket_quantities, payment_method } = await cardWish(stack, what);
		const rest = { event_id, description, create_order, ticket_quantities, payment_method };

		for (const more of [{ amount_is_minor: false }, {}, { amount_is_minor: true }]) {
			await stack.control('reset', {});
			const answer = await fetch(`${stack.url}/functions/v1/create-payment`, { method: 'POST', headers: { apikey: stack.anonKey, 'Content-Type': 'application/json' },
				body: JSON.stringify({ ...rest, method: 'card', guest_email: `simple${Math.random()}@example.org`, amount: 5000, currency: 'XOF', ...more }) });

			assert.equal(answer.status, 200, await answer.clone().text());
			assert.equal(new URLSearchParams((await intents())[0].body).get('amount'), '871', JSON.stringify(more));
		}
		assert.equal((await fetch(`${stack.url}/functions/v1/create-payment`, { method: 'POST', headers: { apikey: stack.anonKey, 'Content-Type': 'application/json' },
			body: JSON.stringify({ ...rest, method: 'card', guest_email: 'x@example.org', amount: 87108, currency: 'USD' }) })).ok, false);
	});
});
