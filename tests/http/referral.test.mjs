// referral.test.mjs: who invited whom, and what the paid order gives both (journey 19).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { CROWD, confirmCard, fated, payByCard, payByMobile, sale } from '../harness/sales.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually } from '../harness/wire.mjs';
import { people, signIn, signedIn } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename, CROWD);
let what, inviter, code;

before(async () => {
	what = await sale(stack, { places: 500, price: 5000 });
	inviter = await signedIn(stack, { name: 'Awa Marraine' });
	code = (await ask('generate-referral-link', inviter)).body.referralCode;
});
after(() => stack.stop());

const ask = (name, who, body = {}) => call(stack, name, { token: who?.token ?? stack.anonKey, body });
const newcomer = (more = {}) => signedIn(stack, { name: 'Issa Filleul', ...more });
const track = (who, of = code) => ask('track-referral', who, { referralCode: of });
async function wallet(who) {
	const { data } = await who.client.from('user_credits').select('balance').eq('user_id', who.id);

	return Number(data[0]?.balance ?? 0);
}
async function buy(who, quantities = 1) {
	const { status, body } = await payByCard(stack, what, { token: who.token, email: null, quantities });

	assert.equal(status, 200, JSON.stringify(body));
	await confirmCard(stack, body.clientSecret);
	await fated(stack, body.paymentId, { order: 'COMPLETED' });
	return body.orderId;
}
async function refusal(answer, errorCode, word) {
	assert.deepEqual([answer.status, answer.body.success, answer.body.code], [200, false, errorCode], JSON.stringify(answer.body));
	assert.match(answer.body.error, word);
}

describe('the programme', () => {
	test('is told flat, as pages read it, and with its details', async () => {
		for (const method of ['GET', 'POST']) {
			const { status, body } = await call(stack, 'get-referral-config', { method, token: stack.anonKey });

			assert.equal(status, 200);
			assert.deepEqual([body.config.program_enabled, body.config.referrer_reward_amount, body.config.referee_reward_amount, body.config.min_purchase_amount], [true, 500, 250, 1000]);
			assert.equal(body.config_detail.program_enabled.type, 'boolean');
			assert.equal(body.config.new_user_days, undefined, 'regression: publishes all settings');
		}
		assert.equal((await call(stack, 'get-referral-config', { method: 'GET', key: null })).status, 401);
	});

	test('gives one code to one person, however often and at once it is asked for', async () => {
		const who = await newcomer();
		const answers = await Promise.all(Array.from({ length: 8 }, () => ask('generate-referral-link', who)));

		for (const { status, body } of answers) {
			assert.equal(status, 200);
			assert.match(body.referralCode, /^TEMBA[A-HJ-NP-Z2-9]{5}$/);
			assert.equal(body.referralCode, answers[0].body.referralCode);
			assert.equal(body.links.app, `temba://ref/${body.referralCode}`);
			assert.ok(body.links.web.endsWith(`/ref/${body.referralCode}`));
			assert.ok(body.shareMessage.includes(body.referralCode));
		}
		assert.equal((await ask('generate-referral-link')).status, 401);
	});
});

describe('a newcomer', () => {
	test('buys for the first time and rewards both, once (journey 19)', async () => {
		const who = await newcomer(), before = await wallet(inviter);

		const tracked = await track(who, code.toLowerCase());
		assert.equal(tracked.body.success, true, JSON.stringify(tracked.body));
		assert.deepEqual(Object.keys(tracked.body.referral).sort(), ['referral_code', 'status'], 'regression: the reply leaks the row');
		await refusal(await ask('complete-referral', who, { userId: who.id, orderId: crypto.randomUUID(), orderAmount: 1_000_000 }), 'order_not_found', /introuvable/);
		assert.equal(await wallet(inviter), before, 'regression: an invented order pays');
		const order = await buy(who);
		assert.deepEqual([await wallet(inviter) - before, await wallet(who)], [500, 250]);
		const told = await Promise.all(Array.from({ length: 5 }, () => ask('complete-referral', who, { userId: who.id, orderId: order, orderAmount: 5100 })));
		for (const { body } of told)
			assert.equal(body.success, true, JSON.stringify(body));
		await buy(who);
		assert.deepEqual([await wallet(inviter) - before, await wallet(who)], [500, 250], 'regression: a referral is paid twice');
		const { data } = await who.client.from('referral_rewards').select('amount,reward_value,expires_at').eq('user_id', who.id);
		assert.deepEqual([data.length, Number(data[0].amount), Number(data[0].reward_value)], [1, 250, 250]);
		assert.ok(Date.parse(data[0].expires_at) > Date.now() + 300 * 86_400_000);
	});

	test('whose order is refunded gives the rewards back, as far as they are there', async () => {
		const who = await newcomer(), before = await wallet(inviter);

		await track(who);
		const order = await buy(who);
		const { status, body } = await call(stack, 'refund-order', { token: (await signIn(stack, what.organizer)).token, body: { order_id: order, reason: 'essai' } });
		assert.equal(status, 200, JSON.stringify(body));
		await eventually('the rewards are gone', async () => await wallet(who) === 0 && await wallet(inviter) === before, { ms: 20_000 });
		await refusal(await track(who), 'already_referred', /already/);
	});

	test('without a proven address earns nothing (regression: farmable with unverified sign-ups)', async () => {
		const who = await newcomer({ verified: false }), before = await wallet(inviter);

		assert.equal((await track(who)).body.success, true);
		const order = await buy(who);
		assert.deepEqual([await wallet(inviter) - before, await wallet(who)], [0, 0]);
		await refusal(await ask('complete-referral', who, { orderId: order }), 'not_proven', /Confirmez/);
	});

	test('with an order too small, or another\'s, is told so', async () => {
		const small = await sale(stack, { places: 5, price: 500 });
		const who = await newcomer(), other = await newcomer();

		await track(who);
		const { body } = await payByMobile(stack, small, { token: who.token, email: null, create_order: true });
		assert.ok(body.payment_id, JSON.stringify(body));
		const { order } = await fated(stack, body.payment_id, { order: 'COMPLETED' });
		await refusal(await ask('complete-referral', who, { orderId: order }), 'below_minimum', /trop petit/);
		await refusal(await ask('complete-referral', other, { orderId: order }), 'order_not_found', /introuvable/);
		await refusal(await ask('complete-referral', other, { orderId: order, userId: who.id }), 'not_yours', /pas la vôtre/);
		assert.equal(await wallet(who), 0);
	});

	test('says it once, and in words that stop the page', async () => {
		const who = await newcomer();
		const at_once = await Promise.all(Array.from({ length: 6 }, () => track(who)));

		assert.equal(at_once.filter(answer => answer.body.success).length, 1);
		for (const answer of at_once.filter(one => !one.body.success))
			await refusal(answer, 'already_referred', /already/);
		await refusal(await track(inviter), 'own_code', /own code/);
		await refusal(await track(await newcomer(), 'TEMBAXXXXX'), 'code_not_found', /not found/);
		await refusal(await ask('track-referral', who, {}), 'code_required', /invalid/);
		assert.equal((await ask('track-referral', null, { referralCode: code })).status, 401);
	});

	test('is no newcomer after a month, or after buying (regression: any old account)', async () => {
		const [old] = await people(stack, [{ name: 'Vieux Compte' }]);
		const who = await signIn(stack, old);

		await stack.db.query(`update auth.users set created_at = private.now() - interval '31 days' where id = $1`, [old.id]);
		await refusal(await track(who), 'not_new', /invalid/);
		const buyer = await newcomer();
		await buy(buyer);
		await refusal(await track(buyer), 'not_new', /invalid/);
	});

	test('finds the programme closed', async () => {
		await stack.db.query(`update private.referral_config set value = 'false' where key = 'program_enabled'`);
		try {
			await refusal(await track(await newcomer()), 'program_disabled', /disabled/);
		} finally {
			await stack.db.query(`update private.referral_config set value = 'true' where key = 'program_enabled'`);
		}
	});
});
