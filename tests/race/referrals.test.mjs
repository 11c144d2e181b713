// Rewards of referrals at the same moment, over and over: two people say who invited one, two payments
// complete one order, many orders of people whom one person invited complete and are refunded. Each reward
// once, each wallet exact, and nobody waits in a ring. REFERRAL_ROUNDS rounds of each.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { orderState, paidOrder } from '../harness/paid.mjs';
import { Stack } from '../harness/stack.mjs';
import { call, eventually, together } from '../harness/wire.mjs';
import { event, signedIn } from '../harness/world.mjs';

const ROUNDS = Number(process.env.REFERRAL_ROUNDS ?? 10);
const CROWD = 12;

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());
stack.watchInvariants();

const organizer = await signedIn(stack, { name: 'Idrissa Organisateur', role: 'ORGANIZER' });
const what = await event(stack, { organizer });
const inviters = await Promise.all(['Awa Marraine', 'Salif Parrain'].map(name => signedIn(stack, { name })));
const codes = await Promise.all(inviters.map(async who => (await call(stack, 'generate-referral-link', { token: who.token, body: {} })).body.referralCode));
const newcomer = () => signedIn(stack, { name: 'Issa Filleul' });
const track = (who, code) => () => call(stack, 'track-referral', { token: who.token, body: { referralCode: code } });
const at = makers => together(makers.map(go => () => go));

async function wallet(who) {
	const { rows: [row] } = await stack.db.query('select coalesce(sum(balance), 0)::int as n from public.user_credits where user_id = $1', [who.id]);

	return row.n;
}
const ring = async () => Number((await stack.db.query('select deadlocks from pg_stat_database where datname = current_database()')).rows[0].deadlocks);

test(`one newcomer, two inviters, ${ROUNDS} rounds: one of them, once`, { timeout: 300_000 }, async () => {
	for (let i = 0; i < ROUNDS; i++) {
		const who = await newcomer();
		const answers = await at(codes.flatMap(code => [track(who, code), track(who, code)]));

		assert.ok(answers.every(answer => answer.status === 200), JSON.stringify(answers.map(answer => answer.body)));
		assert.equal(answers.filter(answer => answer.body.success).length, 1);
		assert.ok(answers.filter(answer => !answer.body.success).every(answer => answer.body.code === 'already_referred'));
	}
});

test(`one order, many words of its success, ${ROUNDS} rounds: both are rewarded once`, { timeout: 300_000 }, async () => {
	for (let i = 0; i < ROUNDS; i++) {
		const who = await newcomer(), before = await wallet(inviters[0]);

		await track(who, codes[0])();
		const { rows: [p] } = await stack.db.query('select * from private.checkout($1)', [JSON.stringify({ provider: 'pawapay', person: who.id, caller: who.id, user_id: who.id,
			key: crypto.randomUUID(), body_hash: '00', create_order: true, event_id: what.id, quantities: { [what.paid]: 1 }, phone: '+22607345678', operator: 'MOOV_BFA' })]);
		const settle = () => stack.db.query(`select private.payment_settle($1, 'SUCCEEDED', $2, 'XOF', true) as word`, [p.payment_id, p.amount_minor]);
		const words = await at(Array.from({ length: 6 }, () => settle));

		assert.deepEqual(words.map(({ rows }) => rows[0].word), Array(6).fill('completed'));
		assert.deepEqual([await wallet(inviters[0]) - before, await wallet(who)], [500, 250]);
	}
});

test(`${CROWD} orders of one person's guests complete while ${CROWD} are refunded: no ring, and the wallet is exact`, { timeout: 300_000 }, async () => {
	const before = await wallet(inviters[1]), rings = await ring();
	const buyers = [], first = [];

	for (let i = 0; i < 2 * CROWD; i++) {
		buyers.push(await newcomer()); // one after the other: hashing of passwords has two places
		await track(buyers[i], codes[1])();
	}
	for (const who of buyers.slice(0, CROWD))
		first.push(await paidOrder(stack, who, what, 1));
	assert.equal(await wallet(inviters[1]) - before, 500 * CROWD);
	const answers = await at([...first.map(paid => () => call(stack, 'refund-order', { token: organizer.token, body: { order_id: paid.order, reason: 'course' } })),
		...buyers.slice(CROWD).map(who => () => paidOrder(stack, who, what, 1))]);

	assert.ok(answers.slice(0, CROWD).every(answer => answer.body.success), JSON.stringify(answers.slice(0, CROWD).map(answer => answer.body)));
	for (const paid of answers.slice(CROWD))
		assert.equal((await orderState(stack, paid.order)).state, 'COMPLETED');
	await eventually('the wallet has the rewards of those who stayed', async () => await wallet(inviters[1]) - before === 500 * CROWD);
	for (const [i, who] of buyers.entries())
		assert.equal(await wallet(who), i < CROWD ? 0 : 250);
	assert.equal(await ring(), rings, 'regression: completing locked the wallet before the counters, refunding after them');
});
