// FS1: 5 000 buyers for 500 places, 1 to 4 each, over 200 connections; all who get places pay at once.
// Beside it what the parts can do for longer: holds of a sale that does not end, refusals of one that
// is over, each with pgbench calling private.checkout with the same arguments.
import fs from 'node:fs';
import path from 'node:path';

import { crowd, dice, json, percentile, post } from '../harness/load.mjs';
import { counted, drained, priceOf, sale } from '../harness/sales.mjs';

const BUYERS = Number(process.env.BENCH_BUYERS ?? 5000), PLACES = 500, CONNECTIONS = 200, MOST = 4;
const FUNCTION = 'create-pawapay-payment', ROLE = 'fn_create_pawapay_payment';
export const outcome = answer => (answer.status === 0 ? 'no answer' : json(answer).deposit_id ? 'created' : json(answer).code ?? `${answer.status} ${answer.text.slice(0, 80)}`);
export const tally = words => words.reduce((sum, word) => ({ ...sum, [word]: (sum[word] ?? 0) + 1 }), {});
const ms = values => [0.5, 0.95, 0.99].map(p => percentile(values, p).toFixed(0)).join(' / ');
const isRefusal = word => word === 'sold_out' || word === 'all_held';

let people = 0;
// A buyer without an account: bytes of the request for n places.
async function buyersOf(bench, what) {
	const prices = [];

	for (let n = 1; n <= MOST; n++)
		prices[n] = await priceOf(bench.stack, what, { [what.types[0]]: n });
	return n => {
		const who = people++;

		return post(bench.stack, FUNCTION, { idempotency_key: `bench-${who}`, buyer_email: `b${who}@bench.example`, event_id: what.id, create_order: true, ticket_quantities: { [what.types[0]]: n },
			amount_major: prices[n], currency: 'XOF', method: 'mobile_money', phone: `+2267${String(who % 1e7).padStart(7, '0')}`, provider: 'moov', description: 'Nuit du Balafon' });
	};
}

// Answers for so many seconds: { rate, ms, cpu, words }.
async function forSeconds(bench, what) {
	const buyer = await buyersOf(bench, what), random = dice(bench.seed + people);
	const before = bench.measure.cpu(FUNCTION, { patient: false }), began = performance.now();
	let stopped = false;

	setTimeout(() => (stopped = true), bench.seconds * 1000);
	const answers = (await crowd(bench.stack.url, Infinity, CONNECTIONS, () => (stopped ? undefined : buyer(1 + Math.floor(random() * MOST))))).filter(Boolean);
	const took = (performance.now() - began) / 1000;

	return { rate: answers.length / took, ms: answers.map(one => one.got - one.sent), words: tally(answers.map(outcome)), cpu: bench.measure.cpuSince(before, FUNCTION, answers.length, { patient: false }) };
}

// private.checkout with what the function hands it, by as many connections as it has workers.
async function byPgbench(bench, what, workers) {
	const prices = [];

	for (let n = 1; n <= MOST; n++)
		prices.push(await priceOf(bench.stack, what, { [what.types[0]]: n }));
	const script = path.join(bench.stack.state, 'checkout.pgbench');

	fs.writeFileSync(script, `\\set n random(1, ${MOST})
\\set who random(1, 2000000000)
select outcome from private.checkout(jsonb_build_object('provider', 'pawapay', 'caller', 'anon', 'key', 'pgbench-' || :who::bigint || '-' || :client_id::int, 'body_hash', '${'00'.repeat(32)}',
 'create_order', true, 'event_id', '${what.id}', 'quantities', jsonb_build_object('${what.types[0]}', :n::int), 'email', 'p' || :who::bigint || '.' || :client_id::int || '@bench.example',
 'phone', '+2267' || lpad((:who::bigint % 10000000)::text, 7, '0'), 'operator', 'MOOV_BFA', 'ip', '127.0.0.1', 'amount_minor', (array[${prices}])[:n::int], 'currency', 'XOF'));
`);
	return bench.measure.pgbench(ROLE, script, workers, bench.seconds, [`--random-seed=${bench.seed + people}`]);
}

async function sustained(bench, name, what, goal, expected) {
	const workers = (await bench.stack.status()).find(fn => fn.name === FUNCTION).max;
	const sides = { nginx: [], pgbench: [] };

	for (let round = 0; round < bench.rounds; round++) {
		const fresh = await what();

		sides.nginx.push(await forSeconds(bench, fresh));
		sides.pgbench.push(await byPgbench(bench, fresh, workers));
		const others = Object.entries(sides.nginx[round].words).filter(([word]) => !expected(word));

		bench.must(others.length === 0, `${name}: ${JSON.stringify(others.slice(0, 3))}`);
		await drained(bench.stack, { ms: 240_000 });
	}
	const { median } = bench.measure;
	const typical = sides.nginx.find(side => side.rate === median(sides.nginx.map(one => one.rate)));

	bench.line(`${name}/s through nginx (of ${bench.rounds} rounds: ${sides.nginx.map(side => side.rate.toFixed(0)).join(' ')})`, typical.rate.toFixed(0), goal);
	bench.line(`${name}/s by pgbench, private.checkout, ${workers} connections`, median(sides.pgbench.map(side => side.rate)).toFixed(0));
	bench.line(`${name}: ratio (median of rounds)`, median(sides.nginx.map((side, i) => side.rate / sides.pgbench[i].rate)).toFixed(2));
	bench.line(`${name}: p50 / p95 / p99 over ${CONNECTIONS} connections, ms`, ms(typical.ms));
	bench.line(`${name}: CPU us nginx / worker / fnd / postgres`, ['nginx', 'worker', 'fnd', 'postgres'].map(key => typical.cpu[key].toFixed(0)).join(' / '));
}

// Whom was said no while there certainly was a place: holds whose request had been sent before the
// refusal came count as taken, so a race is never called a lie.
function falseRefusals(answers, wanted) {
	const taken = answers.flatMap((answer, i) => (outcome(answer) === 'created' ? [{ sent: answer.sent, n: wanted[i] }] : []));

	return answers.filter((answer, i) => isRefusal(outcome(answer)) && PLACES - taken.filter(one => one.sent < answer.got).reduce((sum, one) => sum + one.n, 0) >= wanted[i]).length;
}

export async function flashSale(bench, round) {
	const { stack } = bench;
	const random = dice(bench.seed + round), wanted = Array.from({ length: BUYERS }, () => 1 + Math.floor(random() * MOST));
	const what = await sale(stack, { places: PLACES });
	const buyer = await buyersOf(bench, what), requests = wanted.map(n => buyer(n));
	const began = performance.now();
	const answers = await crowd(stack.url, BUYERS, CONNECTIONS, i => requests[i]);
	const words = answers.map(outcome);

	await drained(stack, { ms: 120_000 });
	const settled = (performance.now() - began) / 1000, { sold, held, tickets } = await counted(stack, what);

	bench.must(sold === PLACES && held === 0 && tickets === PLACES, `round ${round}: ${sold} sold, ${held} held, ${tickets} tickets of ${PLACES}`);
	const others = Object.entries(tally(words)).filter(([word]) => word !== 'created' && !isRefusal(word));
	bench.must(others.length === 0, `round ${round}: ${JSON.stringify(others.slice(0, 5))}`);
	const holds = answers.filter((_, i) => words[i] === 'created'), refused = answers.filter((_, i) => isRefusal(words[i]));
	const soldOut = Math.max(...holds.map(one => one.got)), end = Math.max(...answers.map(one => one.got));

	return { holds: holds.length, soldOut: (soldOut - began) / 1000, settled, words: tally(words), wrong: falseRefusals(answers, wanted), refusals: refused.length,
		holdRate: holds.length / ((soldOut - began) / 1000), refusalRate: refused.filter(one => one.got > soldOut).length / ((end - soldOut) / 1000), holdMs: holds.map(one => one.got - one.sent),
		refusalMs: refused.map(one => one.got - one.sent) };
}

export async function run(bench) {
	console.log(`FS1: ${BUYERS} buyers, ${PLACES} places, 1 to ${MOST} each, ${CONNECTIONS} connections, ${bench.rounds} rounds, all pay at once`);
	const rounds = await bench.watched('FS1', async () => {
		const all = [];

		for (let round = 0; round < bench.rounds; round++)
			all.push(await flashSale(bench, round));
		return all;
	});
	const { median } = bench.measure, each = (pick, digits = 0) => rounds.map(one => pick(one).toFixed(digits)).join(' ');

	bench.line('FS1: sold exactly, of every round', `${PLACES} of ${PLACES}`);
	bench.line(`FS1: holds/s until sold out (${each(one => one.holdRate)})`, median(rounds.map(one => one.holdRate)).toFixed(0), 'goal >= 300');
	bench.line(`FS1: refusals/s after that (${each(one => one.refusalRate)})`, median(rounds.map(one => one.refusalRate)).toFixed(0), 'goal >= 2000');
	bench.line(`FS1: seconds to sold out (${each(one => one.soldOut, 2)}), to all settled`, median(rounds.map(one => one.settled)).toFixed(1));
	bench.line('FS1: hold p50 / p95 / p99, ms', ms(rounds.flatMap(one => one.holdMs)), 'goal p99 <= 500');
	bench.line('FS1: refusal p50 / p95 / p99, ms', ms(rounds.flatMap(one => one.refusalMs)), 'goal p99 <= 50');
	bench.line('FS1: refused although places were free for them', rounds.reduce((sum, one) => sum + one.wrong, 0), 'goal 0');
	bench.line('FS1: answers', JSON.stringify(rounds[0].words));
	bench.must(rounds.every(one => one.wrong === 0), 'somebody was refused although places were free');

	const over = await sale(bench.stack, { places: 1 });
	await crowd(bench.stack.url, 1, 1, await buyersOf(bench, over).then(buyer => () => buyer(1)));
	await sustained(bench, 'refusals', async () => over, 'goal >= 2000', isRefusal);
	await sustained(bench, 'holds', () => sale(bench.stack, { places: 1_000_000 }), 'goal >= 300', word => word === 'created');
}
