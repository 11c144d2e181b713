// create-payment: one address for all ways to pay. What the other functions make of the request is their
// tests'; here it is that they get it whole, and that what is gone says so.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const post = async (name, body, { language = 'fr', bearer, apikey = stack.anonKey } = {}) => {
	const answer = await fetch(`${stack.url}/functions/v1/${name}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers: { ...(apikey && { apikey }), ...(bearer && { Authorization: `Bearer ${bearer}` }), 'Content-Type': 'application/json', 'Accept-Language': language, Origin: 'https://shop.example' } });

	return { status: answer.status, type: answer.headers.get('content-type'), origin: answer.headers.get('access-control-allow-origin'), relay: answer.headers.get('x-relay-error'), accel: answer.headers.get('x-accel-redirect'), text: await answer.text() };
};
const code = ({ text }) => JSON.parse(text).code;

test('the old page: 410 with a sentence in two languages', async () => {
	const old = { event_id: '20000000-0000-4000-8000-000000000001', amount_major: 5000, currency: 'XOF', description: 'Billet', return_url: 'https://shop.example/ok', cancel_url: 'https://shop.example/no' };

	for (const [body, language, words] of [[old, 'fr', /par carte ou par mobile money/], [old, 'en', /no longer exists/], [{ ...old, provider: 'paydunya' }, 'fr', /n'existe plus/]]) {
		const answer = await post('create-payment', body, { language });

		assert.deepEqual([answer.status, answer.origin, answer.relay, code(answer)], [410, '*', null, 'paydunya_gone']);
		assert.match(JSON.parse(answer.text).error, words);
	}
});

test('what says nothing of a way to pay, or two things', async () => {
	for (const body of [{}, { method: 'cash' }, { method: 'card', provider: 'moov' }])
		assert.deepEqual(await post('create-payment', body).then(answer => [answer.status, code(answer)]), [400, 'method_unclear'], JSON.stringify(body));
	assert.deepEqual(await post('create-payment', '{"method":').then(answer => [answer.status, code(answer)]), [400, 'bad_json']);
	assert.equal((await post('create-payment', { method: 'card', more: 'x'.repeat(20_000) })).status, 413);
	assert.equal((await fetch(`${stack.url}/functions/v1/create-payment`)).status, 405);
});

// The same request at the other function's own address gets the same answer: body, language, caller and all.
for (const [way, name] of [[{ method: 'card' }, 'create-stripe-payment'], [{ payment_method: 'CARD' }, 'create-stripe-payment'], [{ method: 'mobile_money', provider: 'moov' }, 'create-pawapay-payment']]) {
	test(`${JSON.stringify(way)} is answered by ${name}`, async () => {
		const { token: bearer } = await signedIn(stack);

		for (const [body, options] of [
			[{ ...way }, {}], [{ ...way }, { language: 'en' }], [{ ...way }, { apikey: null }], [{ ...way }, { bearer: 'eyJhbGciOiJub25lIn0.e30.' }], [{ ...way, event_id: 7, amount: 'much', amount_major: [] }, { bearer }],
			[{ ...way, event_id: '20000000-0000-4000-8000-0000000000ff', amount: 5000, amount_major: 5000, currency: 'XOF', amount_is_minor: true, phone: '+22660000001', buyer_email: 'a@b.example', description: 'é'.repeat(1000) }, { bearer }],
		])
			assert.deepEqual(await post('create-payment', body, options), await post(name, body, options), JSON.stringify([body, options]));
	});
}
