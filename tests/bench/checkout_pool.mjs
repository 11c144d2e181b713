// FS4: four types of tickets that share the places of one date, bought in any mixture and order.
// (A promo code is left out: there are none.)
import { crowd, dice, json, post, shuffle } from '../harness/load.mjs';
import { drained, mobileWish, sale } from '../harness/sales.mjs';
import { outcome, tally } from './checkout_flash.mjs';

const BUYERS = 1500, POOL = 600, CONNECTIONS = 200;

export async function run(bench) {
	const { stack } = bench, random = dice(bench.seed);
	const deadlocks = async () => (await stack.db.query('select deadlocks::int as n from pg_stat_database where datname = current_database()')).rows[0].n;

	console.log(`FS4: ${BUYERS} buyers of 4 types in any mixture, ${POOL} places of one date for all of them`);
	await bench.watched('FS4', async () => {
		const what = await sale(stack, { types: ['Debout', 'Gradin', 'Balcon', 'Loge'].map((name, i) => ({ name, price: 2500 * (i + 1), places: 400 })), dates: [{ days: 30, capacity: POOL }] });
		const [date] = what.dates, before = await deadlocks(), wishes = [];

		for (let i = 0; i < BUYERS; i++) {
			const types = shuffle(what.types, random).slice(0, 1 + Math.floor(random() * 3));

			wishes.push(await mobileWish(stack, what, { date, quantities: Object.fromEntries(types.map(type => [type, 1 + Math.floor(random() * 2)])) }));
		}
		const began = performance.now();
		const answers = await crowd(stack.url, BUYERS, CONNECTIONS, i => post(stack, 'create-pawapay-payment', wishes[i]));
		const took = (performance.now() - began) / 1000;

		await drained(stack, { ms: 120_000 });
		const { rows: [pool] } = await stack.db.query(`select s.held, s.sold, s.capacity, (select count(*)::int from public.tickets t where t.event_date_id = $1 and t.status = 'VALID') as tickets
			from private.sales s where s.event_date_id = $1 and s.ticket_type_id is null`, [date]);
		const { rows: [{ sold }] } = await stack.db.query('select sum(sold)::int as sold from private.sales where event_date_id = $1 and ticket_type_id is not null', [date]);
		const words = tally(answers.map(outcome)), bad = Object.keys(words).filter(word => !['created', 'sold_out', 'all_held'].includes(word));
		const bought = answers.reduce((sum, answer, i) => sum + (json(answer).deposit_id ? Object.values(wishes[i].ticket_quantities).reduce((a, b) => a + b, 0) : 0), 0);
		const left = POOL - pool.sold;

		bench.must(bad.length === 0, `FS4: ${JSON.stringify(words)}`);
		bench.must(pool.held === 0 && pool.sold === bought && pool.tickets === bought && sold === bought && left >= 0, `FS4: pool ${JSON.stringify(pool)}, types ${sold}, bought ${bought}`);
		// somebody wanted one place alone until the end
		bench.must(left === 0, `FS4: ${left} places were never sold`);
		bench.must(await deadlocks() === before, `FS4: ${await deadlocks() - before} deadlocks`);
		bench.line('FS4: pool sold, sum of its types, tickets', `${pool.sold}, ${sold}, ${pool.tickets} of ${POOL}`);
		bench.line('FS4: deadlocks', 0, 'goal 0');
		bench.line('FS4: answers', JSON.stringify(words));
		bench.line('FS4: answers/s', (BUYERS / took).toFixed(0));
	});
}
