// How often phones may be made to ring, and ids be guessed; with the limits that these tests need.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, beforeEach, test } from 'node:test';

import { Till, number } from '../harness/mobile.mjs';
import { Stack } from '../harness/stack.mjs';
import { event, person, signIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename, { DEPOSITS_PER_PHONE: 2, DEPOSITS_PER_PERSON: 4, DEPOSITS_PER_ADDRESS: 0, UNKNOWN_PAYMENTS_PER_ADDRESS: 3 });
after(() => stack.stop());

const till = new Till(stack);
const what = await event(stack, { title: 'Nuit du Balafon', startsIn: 96 });
const newBuyer = async name => signIn(stack, await person(stack, { name }));

beforeEach(async () => {
	await stack.control('reset', {});
	await till.byHand(); // nothing ends meanwhile
});

test('regression: anybody could make any phone ring without end', async () => {
	const phone = number(), buyers = await Promise.all(['Awa', 'Issa', 'Salif'].map(newBuyer));

	for (const buyer of buyers.slice(0, 2))
		await till.pay(await till.order(buyer, what, 1), what, { phone });
	const order = await till.order(buyers[2], what, 1);
	const before = await till.places(what.paid);

	await till.refused(till.body(order, what, { phone }), 'too_many_requests');
	assert.deepEqual([await till.payments(order), await till.places(what.paid)], [[], before]);
	assert.equal((await till.deposits()).filter(d => d.payer === phone.slice(1)).length, 2);
	// another phone pays
	await till.pay(order, what);
});

test('nor may one person make many ring', async () => {
	const buyer = await newBuyer('Nadia');

	for (let i = 0; i < 4; i++)
		await till.pay(await till.order(buyer, what, 1), what, {}, { token: buyer.token });
	await till.refused(till.body(await till.order(buyer, what, 1), what), 'too_many_requests', { token: buyer.token });
});

test('regression: ids could be guessed for ever', async () => {
	for (let i = 0; i < 3; i++)
		assert.equal((await till.verify(crypto.randomUUID())).status, 404);
	assert.equal((await till.verify(crypto.randomUUID())).status, 429);
	const buyer = await newBuyer('Fatim');

	// whoever knows a payment is not in the way of it
	assert.equal((await till.verify((await till.pay(await till.order(buyer, what, 1), what)).payment_id)).status, 200);
});
