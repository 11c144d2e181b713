// The stand-ins of pawaPay and the exchange rates, by their published rules, with a receiver that checks
// every signature; and what all stand-ins have in common: the page, bulk control, nonsense.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';

import { cards } from '../harness/cards.mjs';
import { Receiver, refusePawapay } from '../harness/receiver.mjs';
import { Stack } from '../harness/stack.mjs';
import { eventually } from '../harness/wire.mjs';

const stack = await Stack.start(import.meta.filename);
const receiver = await Receiver.start();
const stripe = stack.stripe();
after(() => stack.stop());
after(() => receiver.stop());

// Every test begins with providers that know nothing, and a receiver that says yes.
beforeEach(async () => {
	await stack.control('reset', {});
	for (const provider of ['stripe', 'pawapay'])
		await stack.control('webhooks', { provider, url: receiver.url, retry_ms: 20 });
	receiver.got = [];
	receiver.answers = () => 200;
});

const uuid = () => crypto.randomUUID();
const { intent, paid } = cards(stripe);

describe('mobile money', () => {
	const deposit = (more = {}, account = {}) => ({ depositId: uuid(), amount: '5000', currency: 'XOF', payer: { type: 'MMO', accountDetails: { phoneNumber: '22602345678', provider: 'MOOV_BFA', ...account } }, metadata: [{ orderId: 'ORD-7' }, { customerId: 'a@b.example', isPII: true }], ...more });
	const status = id => stack.pawapay(`deposits/${id}`).then(({ body }) => body.data?.status ?? body.status);
	const callback = (id, word) => receiver.wait(({ json }) => json.depositId === id && (!word || json.status === word)).then(([one]) => one);
	const made = async (more, account) => {
		const body = deposit(more, account);
		const answer = await stack.pawapay('deposits', body);

		assert.deepEqual([answer.status, answer.body.status, answer.body.depositId], [200, 'ACCEPTED', body.depositId], JSON.stringify(answer.body));
		return body.depositId;
	};
	let keys;

	before(async () => {
		keys = (await stack.pawapay('public-key/http')).body;
	});

	test('a deposit is accepted, completes by itself and is called back, signed', async () => {
		const body = deposit();
		const answer = await stack.pawapay('deposits', body);

		assert.deepEqual({ ...answer.body, created: undefined }, { depositId: body.depositId, status: 'ACCEPTED', nextStep: 'FINAL_STATUS', created: undefined });
		assert.match(answer.body.created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
		assert.equal((await stack.pawapay('deposits', body)).body.status, 'DUPLICATE_IGNORED');
		const one = await callback(body.depositId);

		assert.equal(refusePawapay(one, keys), undefined);
		assert.deepEqual([one.headers['content-type'], one.json.status, one.json.amount, one.json.currency, one.json.country, one.json.payer, one.json.metadata],
			['application/json; charset=UTF-8', 'COMPLETED', '5000.00', 'XOF', 'BFA', body.payer, { orderId: 'ORD-7', customerId: 'a@b.example' }]);
		const { body: found } = await stack.pawapay(`deposits/${body.depositId}`);

		assert.deepEqual(found, { status: 'FOUND', data: one.json });
		assert.match(found.data.providerTransactionId, /^[0-9a-f-]{36}$/);
		assert.deepEqual((await stack.pawapay(`deposits/${uuid()}`)).body, { status: 'NOT_FOUND' });
		assert.deepEqual(await stack.control('payments?provider=pawapay').then(([p]) => [p.id, p.amount, p.status, p.reference, p.payer]), [body.depositId, 5000, 'COMPLETED', 'ORD-7', '22602345678']);
	});

	for (const [number, code, provider = 'MOOV_BFA', more = {}] of [
		['22602345048', 'INSUFFICIENT_BALANCE'], ['22602345068', 'UNSPECIFIED_FAILURE'], ['22602345018', 'PAYER_LIMIT_REACHED'], ['22602345028', 'PAYER_NOT_FOUND'], ['22602345038', 'PAYMENT_NOT_APPROVED'],
		['22602345058', 'WALLET_LIMIT_REACHED'], ['22602345078', 'PAYMENT_IN_PROGRESS'], ['22607345148', 'PAYMENT_NOT_APPROVED', 'ORANGE_BFA', { preAuthorisationCode: '123456' }],
		['2250503456029', 'PAYER_NOT_FOUND', 'MTN_MOMO_CIV'], ['221773456049', 'INSUFFICIENT_BALANCE', 'ORANGE_SEN'], ['22951345039', 'PAYMENT_NOT_APPROVED', 'MTN_MOMO_BEN'],
	]) {
		test(`the sandbox's ${number} fails with ${code}`, async () => {
			const id = await made(more, { phoneNumber: number, provider });
			const { json } = await callback(id);

			assert.deepEqual([json.status, json.failureReason.failureCode], ['FAILED', code]);
			assert.equal((await stack.pawapay(`deposits/${id}`)).body.data.failureReason.failureCode, code);
		});
	}

	test('the silent number stays where it is until somebody says so', async () => {
		const silent = await made({}, { phoneNumber: '22602345138' }), other = await made();

		await callback(other);
		assert.equal(await status(silent), 'PROCESSING');
		await stack.control(`payments/${silent}`, { outcome: 'IN_RECONCILIATION' });
		assert.equal(await status(silent), 'IN_RECONCILIATION');
		await stack.control(`payments/${silent}`, { outcome: 'COMPLETED' });
		assert.equal((await callback(silent)).json.status, 'COMPLETED');
		assert.match((await stack.control(`payments/${silent}`, { outcome: 'FAILED:INSUFFICIENT_BALANCE' }, 409)).error, /ended/);
	});

	test('what is refused, and how', async () => {
		for (const [body, http, code] of [
			[deposit({ amount: '99' }), 200, 'AMOUNT_OUT_OF_BOUNDS'], [deposit({ amount: '2000001' }), 200, 'AMOUNT_OUT_OF_BOUNDS'], [deposit({ amount: '5000.50' }), 200, 'INVALID_AMOUNT'],
			[deposit({ amount: 5000 }), 400, 'INVALID_PARAMETER'], [deposit({ amount: '05000' }), 400, 'INVALID_PARAMETER'], [deposit({ amount: '-5' }), 400, 'INVALID_PARAMETER'], [deposit({ amount: '5e3' }), 400, 'INVALID_PARAMETER'],
			[deposit({ currency: 'USD' }), 200, 'INVALID_CURRENCY'], [deposit({}, { provider: 'WAVE' }), 200, 'INVALID_PROVIDER'], [deposit({}, { phoneNumber: '+22670000000' }), 200, 'INVALID_PHONE_NUMBER'],
			[deposit({}, { phoneNumber: '70000000' }), 200, 'INVALID_PHONE_NUMBER'], [deposit({}, { provider: 'ORANGE_BFA' }), 400, 'MISSING_PARAMETER'], [deposit({ depositId: 'x' }), 400, 'INVALID_PARAMETER'],
			[deposit({ depositId: undefined }), 400, 'MISSING_PARAMETER'], [deposit({ country: 'BFA' }), 400, 'UNSUPPORTED_PARAMETER'], [deposit({ customerMessage: 'no' }), 400, 'INVALID_PARAMETER'],
			[deposit({ metadata: [{ a: '1' }, { a: '2' }] }), 400, 'DUPLICATE_METADATA_FIELD'], ['{"depositId":', 400, 'INVALID_INPUT'],
		]) {
			const answer = await stack.pawapay('deposits', body);

			assert.deepEqual([answer.status, answer.body.status, answer.body.failureReason?.failureCode], [http, 'REJECTED', code], JSON.stringify([body, answer.body]));
		}
		assert.equal((await stack.pawapay('deposits', deposit(), { key: null })).body.failureReason.failureCode, 'NO_AUTHENTICATION');
		assert.deepEqual(await stack.pawapay('deposits', deposit(), { key: 'wrong' }).then(({ status: http, body }) => [http, body.failureReason.failureCode]), [403, 'AUTHENTICATION_ERROR']);
		await stack.control('pawapay', { closed: ['MOOV_BFA'] });
		assert.equal((await stack.pawapay('deposits', deposit())).body.failureReason.failureCode, 'PROVIDER_TEMPORARILY_UNAVAILABLE');
		assert.deepEqual(await stack.control('payments'), []);
	});

	test('Orange: the code of the operator comes with the deposit; a wrong one fails', async () => {
		const account = { phoneNumber: '22607345678', provider: 'ORANGE_BFA' };

		assert.equal((await callback(await made({ preAuthorisationCode: '367025' }, account))).json.status, 'COMPLETED');
		assert.equal((await callback(await made({ preAuthorisationCode: '000000' }, account))).json.failureReason.failureCode, 'PAYMENT_NOT_APPROVED');
	});

	test('Wave: the payer is sent to an address and says yes there', async () => {
		const urls = { successfulUrl: 'https://temba.example/yes', failedUrl: 'https://temba.example/no' };
		const wave = () => stack.pawapay('deposits', deposit(urls, { phoneNumber: '221773456789', provider: 'WAVE_SEN' }));

		await stack.control('pawapay', { settle_ms: -1 });
		const { body: { depositId: id, nextStep } } = await wave();

		assert.equal(nextStep, 'GET_AUTH_URL');
		const { json } = await callback(id, 'PROCESSING');

		assert.equal(json.nextStep, 'REDIRECT_TO_AUTH_URL');
		assert.equal((await stack.pawapay(`deposits/${id}`)).body.data.authorizationUrl, json.authorizationUrl);
		const answer = await fetch(json.authorizationUrl, { method: 'POST', body: new URLSearchParams({ answer: 'yes' }), redirect: 'manual' });

		assert.deepEqual([answer.status, answer.headers.get('location')], [303, urls.successfulUrl]);
		const final = (await callback(id, 'COMPLETED')).json;

		assert.deepEqual([final.authorizationUrl, final.nextStep], [undefined, undefined]);
		const second = (await wave()).body.depositId;
		const no = await fetch((await callback(second, 'PROCESSING')).json.authorizationUrl, { method: 'POST', body: new URLSearchParams({ answer: 'no' }), redirect: 'manual' });

		assert.equal(no.headers.get('location'), urls.failedUrl);
		assert.equal((await callback(second, 'FAILED')).json.failureReason.failureCode, 'PAYMENT_NOT_APPROVED');
	});

	test('refunds: part, rest, too much, one at a time, out of funds, enqueued', async () => {
		const id = await made();
		const refund = (more = {}) => stack.pawapay('refunds', { refundId: uuid(), depositId: id, ...more });
		const code = answer => answer.body.failureReason?.failureCode ?? answer.body.status;
		const ends = refundId => receiver.wait(({ json }) => json.refundId === refundId).then(([{ json }]) => json);

		await callback(id);
		await stack.control('pawapay', { settle_ms: 200 });
		const part = await refund({ amount: '2000', currency: 'XOF' });

		assert.equal(code(part), 'ACCEPTED');
		assert.equal(code(await refund()), 'REFUND_IN_PROGRESS');
		const ended = await ends(part.body.refundId);

		assert.deepEqual([ended.status, ended.amount, ended.recipient.accountDetails.phoneNumber], ['COMPLETED', '2000.00', '22602345678']);
		assert.equal(code(await stack.pawapay('refunds', { refundId: part.body.refundId, depositId: id })), 'DUPLICATE_IGNORED');
		assert.equal(code(await refund({ amount: '3001', currency: 'XOF' })), 'AMOUNT_TOO_LARGE');
		await stack.control('pawapay', { settle_ms: null, out_of_funds: true });
		assert.equal(code(await refund()), 'PAWAPAY_WALLET_OUT_OF_FUNDS');
		await stack.control('pawapay', { out_of_funds: null, refunds: 'enqueued' });
		const waits = (await refund()).body.refundId;

		assert.deepEqual(await stack.pawapay(`refunds/${waits}`).then(({ body: { data } }) => [data.status, data.amount]), ['ENQUEUED', '3000.00']);
		assert.equal(code(await stack.pawapay(`refunds/fail-enqueued/${waits}`, '')), 'ACCEPTED');
		assert.equal((await ends(waits)).failureReason.failureCode, 'MANUALLY_CANCELLED');
		await stack.control('pawapay', { refunds: null });
		assert.equal((await ends((await refund()).body.refundId)).status, 'COMPLETED');
		assert.equal(code(await refund()), 'DEPOSIT_ALREADY_REFUNDED');
		assert.equal(code(await stack.pawapay('refunds', { refundId: uuid(), depositId: uuid() })), 'NOT_FOUND');
		assert.equal(code(await stack.pawapay('refunds', { refundId: uuid(), depositId: await made({}, { phoneNumber: '22602345138' }) })), 'INVALID_STATE');
		assert.equal((await stack.control('payments?provider=pawapay&status=COMPLETED'))[0].refunded, 5000);
		const unlucky = await made({}, { phoneNumber: '22602345118' });

		await callback(unlucky);
		assert.equal((await ends((await stack.pawapay('refunds', { refundId: uuid(), depositId: unlucky })).body.refundId)).failureReason.failureCode, 'UNSPECIFIED_FAILURE');
	});

	test('callbacks: asked for again, retried, dropped, forged, signed with a new key', async () => {
		const id = await made();

		await callback(id);
		receiver.got = [];
		assert.equal((await stack.pawapay(`deposits/resend-callback/${id}`, '')).body.status, 'ACCEPTED');
		assert.equal((await callback(id)).json.status, 'COMPLETED');
		assert.equal((await stack.pawapay(`deposits/resend-callback/${uuid()}`, '')).body.failureReason.failureCode, 'NOT_FOUND');

		let failures = 2;

		receiver.answers = () => (failures-- > 0 ? 500 : 200);
		const retried = await made();

		for (const one of await receiver.wait(({ json }) => json.depositId === retried, 3))
			assert.equal(refusePawapay(one, keys), undefined);

		await stack.control('webhooks', { provider: 'pawapay', drop: true });
		const dropped = await made();

		await eventually('it completes without a word', async () => await status(dropped) === 'COMPLETED');
		assert.deepEqual(await stack.control(`deliveries?object=${dropped}`), []);

		await stack.control('webhooks', { provider: 'pawapay', drop: null, forge_percent: 100 });
		for (const [kind, why] of [['signature', 'signature'], ['amount', 'digest'], ['old', 'time'], ['unsigned', 'unsigned']]) {
			await stack.control('webhooks', { provider: 'pawapay', forge_kinds: [kind] });
			const aimed = await made();
			const verdicts = (await receiver.wait(({ json }) => json.depositId === aimed, 2)).map(one => refusePawapay(one, keys));

			assert.deepEqual(verdicts.sort(), [why, undefined], kind);
		}

		await stack.control('webhooks', { provider: 'pawapay', forge_percent: null, rotate: true });
		const rotated = await callback(await made());
		const { body: newer } = await stack.pawapay('public-key/http');

		assert.equal(newer.length, keys.length + 1);
		assert.deepEqual([refusePawapay(rotated, keys), refusePawapay(rotated, newer)], ['key', undefined]);
		await stack.control('webhooks', { provider: 'pawapay', raw_signature: true });
		assert.equal(refusePawapay(await callback(await made()), newer, { raw: true }), undefined);
	});

	test('operators, their limits and how their payers say yes', async () => {
		const { body: all } = await stack.pawapay('active-conf');
		const { body: some } = await stack.pawapay('active-conf?country=BFA&operationType=DEPOSIT');
		const deposits = some.countries[0].providers.map(({ provider, currencies: [{ currency, operationTypes }] }) => [provider, currency, operationTypes.DEPOSIT.authType, operationTypes.DEPOSIT.decimalsInAmount, operationTypes.DEPOSIT.minAmount, operationTypes.DEPOSIT.maxAmount, operationTypes.REFUND]);

		assert.deepEqual(all.countries.map(({ country }) => country), ['BEN', 'BFA', 'CMR', 'CIV', 'GHA', 'SEN']);
		assert.deepEqual(deposits, [['MOOV_BFA', 'XOF', 'PROVIDER_AUTH', 'NONE', '100', '2000000', undefined], ['ORANGE_BFA', 'XOF', 'PREAUTH', 'NONE', '100', '2000000', undefined]]);
		assert.equal(some.countries[0].providers[1].currencies[0].operationTypes.DEPOSIT.authTokenInstructions.channels[0].instructions.fr[0].text, 'Composez *144*4*6#');
		assert.equal(all.countries.at(-1).providers.at(-1).currencies[0].operationTypes.DEPOSIT.authType, 'REDIRECT_AUTH');
		await stack.control('pawapay', { closed: ['MOOV_BFA'], refunds: 'enqueued' });
		assert.deepEqual((await stack.pawapay('availability?country=BFA')).body[0].providers[0], { provider: 'MOOV_BFA', operationTypes: { DEPOSIT: 'CLOSED', REFUND: 'CLOSED' } });
		assert.equal((await stack.pawapay('availability?country=BFA&operationType=REFUND')).body[0].providers[1].operationTypes.REFUND, 'DELAYED');
		assert.deepEqual((await stack.pawapay('predict-provider', { phoneNumber: '+226 70-12-34-56' })).body, { country: 'BFA', provider: 'MOOV_BFA', phoneNumber: '22670123456' });
		assert.equal((await stack.pawapay('predict-provider', { phoneNumber: '+33612345678' })).status, 400);
	});

	test('a provider that fails says so in its own words, and takes nothing', async () => {
		await stack.control('behaviour', { provider: 'pawapay', mode: 'error500', count: 1 });
		const body = deposit();
		const failed = await stack.pawapay('deposits', body);

		assert.deepEqual([failed.status, failed.body.failureReason.failureCode, failed.body.status], [500, 'UNKNOWN_ERROR', undefined]);
		assert.equal(await status(body.depositId), 'NOT_FOUND');
		await stack.control('behaviour', { provider: 'pawapay', mode: 'truncated', count: 1 });
		await assert.rejects(stack.pawapay('deposits', body));
		await callback(body.depositId);
		assert.equal((await stack.pawapay('deposits', body)).body.status, 'DUPLICATE_IGNORED');
	});

	test('all open payments at once', async () => {
		await stack.control('pawapay', { settle_ms: -1 });
		const ids = await Promise.all(Array.from({ length: 20 }, () => made()));

		assert.equal((await stack.control('payments', { provider: 'pawapay', outcome: 'FAILED:INSUFFICIENT_BALANCE' })).count, 20);
		await receiver.wait(({ json }) => json.status === 'FAILED', 20);
		assert.deepEqual(new Set(receiver.got.map(({ json }) => json.depositId)), new Set(ids));
		await Promise.all(Array.from({ length: 20 }, () => intent()));
		assert.equal((await stack.control('payments', { provider: 'stripe', outcome: 'COMPLETED' })).count, 20);
		assert.equal((await stack.control('payments?provider=stripe&status=succeeded')).length, 20);
		await stack.control('stripe', { confirm_ms: 0 });
		const { id } = await intent();

		await receiver.wait(({ json }) => json.type === 'payment_intent.succeeded' && json.data.object.id === id);
	});
});

describe('exchange rates', () => {
	const ask = (path, headers = {}) => fetch(`${stack.providersUrl}/fx/${path}`, { headers });
	const xe = () => ask('v1/convert_from.json?from=USD&to=XOF', { Authorization: `Bearer ${stack.secret('XE_API_KEY')}` });

	test('three sources in three shapes, each with its own rate and its own troubles', async () => {
		assert.equal((await (await xe()).json()).to[0].mid, 566);
		assert.equal((await ask('v1/convert_from.json?from=USD&to=XOF')).status, 401);
		await stack.control('fx', { xe: 566.12, exchangerate: 570, fixer: 'nonsense' });
		assert.deepEqual([(await (await xe()).json()).to[0].mid, (await (await ask('v4/latest/USD')).json()).rates.XOF, (await (await ask('latest?base=USD&symbols=XOF')).json()).rates.XOF], [566.12, 570, 'nonsense']);
		await stack.control('behaviour', { provider: 'xe', mode: 'error500' });
		assert.deepEqual([(await xe()).status, (await ask('v4/latest/USD')).status], [500, 200]);
		await stack.control('behaviour', { provider: 'fx', mode: 'garbage' });
		assert.match(await (await ask('latest')).text(), /<html>/);
	});
});

describe('the page', () => {
	test('shows what is open with buttons that work, and the last webhooks', async () => {
		const { id } = await intent({ metadata: { order_id: '<ORD&1>' } });
		const look = async () => (await fetch(stack.providersUrl)).text();
		const press = (outcome, of = id) => fetch(`${stack.providersUrl}/page`, { method: 'POST', body: new URLSearchParams({ id: of, outcome }) });
		const html = await look();

		assert.match(html, new RegExp(`${id}.*&lt;ORD&amp;1&gt;.*8\\.71 usd.*requires_payment_method.*Ask for 3-D Secure`, 's'));
		assert.doesNotMatch(html, /<ORD&1>|https?:\/\//);
		assert.match(await (await press('REQUIRES_ACTION')).text(), /3-D Secure: pass/);
		assert.match(await (await press('CARD:4000000000009995')).text(), /insufficient_funds/);
		assert.match(await (await press('COMPLETED')).text(), /succeeded/);
		assert.equal((await press('COMPLETED')).status, 409);
		assert.equal((await press('COMPLETED', 'pi_nothing')).status, 409);
		await receiver.wait(({ json }) => json.type === 'payment_intent.succeeded');
		await eventually('the page shows the answer', async () => /payment_intent\.succeeded.*delivered.*noted/s.test(await look()));
		const [{ number }] = await stack.control('deliveries?what=payment_intent.succeeded');

		await press('SEND_AGAIN', String(number));
		await receiver.wait(({ json }) => json.type === 'payment_intent.succeeded', 2);
	});
});

test('nonsense is refused and ends no worker', async () => {
	const bearer = key => ({ Authorization: `Bearer ${stack.secret(key)}` });
	const forms = ['a[', '[a]=1', 'amount[x]=1&currency=usd', 'amount=1&amount=2', 'metadata=x&amount=871&currency=usd', 'expand=latest_charge&amount=871&currency=usd', 'payment_method_types=card&amount=871&currency=usd',
		'payment_method_data=x&confirm=true&amount=871&currency=usd', 'payment_method_data[card][number][]=4242&confirm=true&amount=871&currency=usd', 'payment_method[]=pm_card_visa&confirm=true&amount=871&currency=usd',
		'charge[]=x', 'payment_intent=&amount=1', 'amount=99999999999999999999&currency=usd', `${'a=1&'.repeat(2000)}`, '%ff%fe=1', 'automatic_payment_methods=true&amount=871&currency=usd'];
	const texts = ['', '[]', 'null', '"x"', '{', '{"depositId":[]}', '{"depositId":{},"amount":[],"currency":1,"payer":[]}', `{"depositId":"${uuid()}","amount":"1","currency":"XOF","payer":"x"}`,
		`{"depositId":"${uuid()}","amount":"5000","currency":"XOF","payer":{"type":"MMO","accountDetails":[]},"metadata":"x"}`, '{"refundId":1,"depositId":2}', '{"phoneNumber":{}}', '{"outcome":[]}', '{"provider":"stripe","outcome":5}',
		...['"secrets":[1,null]', '"delay_ms":["x"]', '"delay_ms":[1]', '"forge_kinds":[7]', '"forge_kinds":["x"]', '"drop":1', '"url":[]', '"x":1'].map(one => `{"provider":"stripe",${one}}`), `{"a":${'['.repeat(40)}`, '{"number":-1}', '{"provider":"pawapay","body":[]}', '{"closed":[[]]}'];
	const ask = (path, body, headers) => fetch(stack.providersUrl + path, { method: 'POST', body, headers, redirect: 'manual' }).then(({ status }) => status);
	const { id } = await paid();

	for (const path of ['payment_intents', `payment_intents/${id}`, `payment_intents/${id}/confirm`, `payment_intents/${id}/cancel`, 'payment_intents/%2e%2e', 'refunds', 'refunds/x', 'disputes/x', 'disputes/x/close']) {
		for (const form of forms)
			assert.notEqual(await ask(`/stripe/v1/${path}`, form, { 'Content-Type': 'application/x-www-form-urlencoded', ...bearer('STRIPE_SECRET_KEY') }), 500, `${path} ${form.slice(0, 60)}`);
	}
	for (const path of ['pawapay/v2/deposits', 'pawapay/v2/refunds', 'pawapay/v2/predict-provider', 'pawapay/v2/refunds/fail-enqueued/x', 'control/payments', 'control/payments/x', 'control/webhooks', 'control/pawapay', 'control/deliveries', 'control/behaviour', 'control/nothing', 'page', `page/intents/${id}`, 'page/deposits/x', 'page/nothing']) {
		for (const text of texts)
			assert.notEqual(await ask(`/${path}`, text, bearer('PAWAPAY_API_KEY')), 500, `${path} ${text.slice(0, 60)}`);
	}
	assert.equal((await fetch(`${stack.providersUrl}/stripe/v1/events?limit=x&starting_after=nobody`, { headers: bearer('STRIPE_SECRET_KEY') })).status, 400);
	assert.deepEqual(await stack.control('webhooks?provider=stripe'), { provider: 'stripe', url: receiver.url, retry_ms: 20 });
});
