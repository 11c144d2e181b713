// WS1: a storm of webhooks: each genuine one of 1 000 payments five times, in any order, with a forged
// one for every twentieth. What the providers' stand-ins sent is caught first and thrown from here, so
// that each answer is timed. A stack of its own: pawaPay signs the address that it believes is ours.
import { crowd, dice, percentile, post, shuffle } from '../harness/load.mjs';
import { Receiver } from '../harness/receiver.mjs';
import { CROWD, NO_CARDS, cardWish, drained, mobileWish, sale } from '../harness/sales.mjs';
import { Stack } from '../harness/stack.mjs';
import { eventually } from '../harness/wire.mjs';
import { people } from '../harness/world.mjs';
import { outcome, tally } from './checkout_flash.mjs';

const PAYMENTS = Number(process.env.BENCH_PAYMENTS ?? 1000), TIMES = 5, FORGED = 0.05, CONNECTIONS = 32;
const isCard = i => !NO_CARDS && i % 2 === 1;
const NOT_OURS = ['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding', 'expect'];

// Orders of as many people, as their browsers inserted them.
async function orders(stack, what) {
	const who = await people(stack, Array.from({ length: PAYMENTS }, (_, i) => ({ name: `Acheteur ${i}` })));
	const { rows } = await stack.db.query(`
		insert into public.orders (user_id, event_id, total_minor, currency, status, payment_method, ticket_quantities)
		select u, $2, t.base_minor + t.fee_minor, 'XOF', 'AWAITING_PAYMENT', 'MOBILE_MONEY', $3 from unnest($1::uuid[]) u, private.price_total($2, null, $3) t returning id`,
	[who.map(one => one.id), what.id, JSON.stringify({ [what.types[0]]: 2 })]);

	return rows.map(row => row.id);
}

// { provider, payment } of each; every second one by card.
async function payments(bench, stack, what) {
	const ids = await orders(stack, what), bodies = [];
	const mobile = await mobileWish(stack, what, { quantities: 2, order: 'x' }), card = NO_CARDS ? {} : await cardWish(stack, what, { quantities: 2, order: 'x' });

	for (const [i, id] of ids.entries())
		bodies.push(isCard(i) ? ['create-stripe-payment', { ...card, order_id: id }] : ['create-pawapay-payment', { ...mobile, order_id: id, phone: `+2267${String(i).padStart(7, '0')}` }]);
	const answers = await crowd(stack.url, PAYMENTS, 50, i => post(stack, ...bodies[i]));
	const made = answers.map((answer, i) => ({ provider: isCard(i) ? 'stripe' : 'pawapay', ...JSON.parse(answer.text) }));

	bench.must(answers.every(answer => answer.status === 200), `WS1: ${JSON.stringify(tally(answers.map(outcome)))}`);
	return made.map(one => ({ provider: one.provider, payment: one.payment_id ?? one.paymentId, theirs: one.deposit_id ?? one.clientSecret.split('_secret_')[0] }));
}

// Every tenth comes to nothing, the others are paid.
async function outcomes(stack, all, random) {
	const failing = all.filter(() => random() < 0.1);

	for (const one of failing)
		await stack.control(`payments/${one.theirs}`, { outcome: one.provider === 'pawapay' ? 'FAILED:INSUFFICIENT_BALANCE' : 'CANCELED' });
	await stack.control('payments', { provider: 'pawapay', outcome: 'COMPLETED', kind: 'deposit' });
	await Promise.all(all.filter(one => one.provider === 'stripe' && !failing.includes(one)).map(one => stack.control(`payments/${one.theirs}`, { outcome: 'COMPLETED' })));
}

// The bytes of a webhook, as it came or as a forger would have it.
function thrown(stack, { path, headers, body }, forged) {
	const name = path.slice(1), kept = Object.fromEntries(Object.entries(headers).filter(([key]) => !NOT_OURS.includes(key)));
	let text = body.toString();

	if (forged === 'amount')
		text = text.replace(/("amount(?:_received)?": ?"?)(\d)/, '$19');
	else if (forged === 'unsigned')
		for (const key of ['signature', 'signature-input', 'stripe-signature'])
			delete kept[key];
	else if (forged === 'signature')
		for (const key of ['signature', 'stripe-signature'])
			if (kept[key])
				kept[key] = kept[key].replace(/(sig-pp=:|v1=)(....)/, (_, label, few) => label + (few === 'abcd' ? 'dcba' : 'abcd'));
	return post(stack, name, text, { headers: { apikey: undefined, Authorization: undefined, 'Content-Type': undefined, ...kept } });
}

export async function run(bench) {
	const { seed } = bench, random = dice(seed), receivers = { stripe: await Receiver.start(), pawapay: await Receiver.start() };
	const address = provider => receivers[provider].url.replace('/hook', `/${provider}-webhook`);
	const stack = await Stack.start(import.meta.filename, { ...CROWD, PAWAPAY_CALLBACK_URL: address('pawapay') });

	console.log(`WS1: ${PAYMENTS} payments, ${NO_CARDS ? 'none' : 'half'} by card; each webhook ${TIMES} times in any order, ${FORGED * 100} % forged; ${CONNECTIONS} connections`);
	try {
		await storm(bench, stack, receivers, address, random);
	} finally {
		Object.values(receivers).forEach(receiver => receiver.stop());
		await stack.stop();
	}
}

async function storm(bench, stack, receivers, address, random) {
	const what = await sale(stack, { places: 4 * PAYMENTS });

	await stack.db.query("update private.schedules set enabled = false where name = 'tend-payments'"); // the webhooks alone shall do it
	await stack.control('pawapay', { settle_ms: -1 });
	for (const provider of ['stripe', 'pawapay'])
		await stack.control('webhooks', { provider, url: address(provider), drop: null });
	const all = await payments(bench, stack, what);

	await outcomes(stack, all, random);
	const caught = () => [...receivers.stripe.got, ...receivers.pawapay.got];
	const ended = /"(payment_intent\.(succeeded|canceled))"|"status": ?"(COMPLETED|FAILED)"/;

	await eventually('every webhook was caught', async () => caught().filter(one => ended.test(one.body)).length >= PAYMENTS, { ms: 60_000, every: 200 });
	const genuine = caught(), kinds = ['amount', 'unsigned', 'signature'];
	const all5 = genuine.flatMap((one, i) => [...Array(TIMES).fill({ one }), ...(random() < FORGED * TIMES ? [{ one, forged: kinds[i % 3] }] : [])]);
	const deliveries = shuffle(all5, random);
	const began = performance.now();
	const answers = await crowd(stack.url, deliveries.length, CONNECTIONS, i => thrown(stack, deliveries[i].one, deliveries[i].forged));
	const took = (performance.now() - began) / 1000;

	await drained(stack, { ms: 240_000 });
	const drain = (performance.now() - began) / 1000 - took;
	const of = forged => answers.filter((_, i) => Boolean(deliveries[i].forged) === forged);

	bench.must(of(false).every(answer => answer.status === 200), `WS1: genuine: ${JSON.stringify(tally(of(false).map(answer => `${answer.status} ${answer.status === 200 ? '' : answer.text}`)))}`);
	bench.must(of(true).every(answer => answer.status === 400 || answer.status === 401), `WS1: forged: ${JSON.stringify(tally(of(true).map(answer => answer.status)))}`);
	const waits = of(false).map(answer => answer.got - answer.sent);

	bench.line(`WS1: deliveries (${genuine.length} webhooks), of them forged and refused`, `${deliveries.length}, ${of(true).length}`);
	bench.line('WS1: acks/s', (deliveries.length / took).toFixed(0), 'goal >= 500');
	bench.line('WS1: ack p50 / p95 / p99, ms', [0.5, 0.95, 0.99].map(p => percentile(waits, p).toFixed(0)).join(' / '), 'goal p99 <= 200');
	bench.line('WS1: seconds from the last ack to all work done', drain.toFixed(1));
	await compare(bench, stack, all);
	await stack.db.query("update private.schedules set enabled = true where name = 'tend-payments'");
}

// Ours against the truth of the outside world.
async function compare(bench, stack, all) {
	const truth = new Map((await Promise.all(['deposit', 'payment_intent'].map(kind => stack.control(`payments?kind=${kind}&limit=1000`)))).flat().map(one => [one.id, one.status]));
	const { rows } = await stack.db.query(`
		select p.id, s.state, o.state as order, (select count(*) from public.tickets t where t.order_id = p.order_id)::int as tickets,
			(select count(*) from public.notifications n where n.type = 'ORDER_CONFIRMATION' and n.metadata ->> 'order_id' = p.order_id::text)::int as notices
		  from public.payments p join private.payment_state s on s.payment_id = p.id join private.order_state o on o.order_id = p.order_id where p.id = any ($1)`, [all.map(one => one.payment)]);
	const ours = new Map(rows.map(row => [row.id, row]));
	const wrong = all.filter(one => {
		const row = ours.get(one.payment), paid = ['COMPLETED', 'succeeded'].includes(truth.get(one.theirs));

		return paid ? row.state !== 'SUCCEEDED' || row.order !== 'COMPLETED' || row.tickets !== 2 || row.notices !== 1 : !['FAILED', 'CANCELLED'].includes(row.state) || row.tickets !== 0 || row.notices !== 0;
	});

	bench.must(truth.size === PAYMENTS, `WS1: ${truth.size} payments at the providers`);
	bench.must(wrong.length === 0, `WS1: ${wrong.length} differ from the truth: ${JSON.stringify(wrong.slice(0, 3).map(one => [truth.get(one.theirs), ours.get(one.payment)]))}`);
	bench.line('WS1: as the providers have it, 2 tickets and 1 notice if paid', `${all.length - wrong.length} of ${PAYMENTS}`);
}
