// money_life.mjs: random orders through checkout and settle: right and wrong sums, declines, second
// payments, money that does not fit, refunds. Everything an order leaves behind (its frozen lines, what is charged,
// the ledger) is reckoned beside it and compared.
import fs from 'node:fs';

import { build } from './money_build.mjs';
import { order, quote, reckon, world } from './money_prices.mjs';

const INVARIANTS = fs.readFileSync(new URL('../sql/invariants.sql', import.meta.url), 'utf8').replace(/;\s*$/, '');
const RATE = '566.4';
const BATCH = 100; // in one transaction, whose dead rows nobody can clear away while it lasts
const PLACES = 4; // of a line at most: each is a ticket

export class Life {
	#db;
	#random;
	#complain;
	#counts;
	#frozen; // the fees of the lines of the last order, as the SQL has shared them
	ledger = new Map(); // "account owner currency" -> minor units
	world;
	made = 0;

	constructor(db, random, complain, counts) {
		this.#db = db;
		this.#random = random;
		this.#complain = complain;
		this.#counts = counts;
	}

	#count(what) {
		this.#counts[what] = (this.#counts[what] ?? 0) + 1;
	}

	async #one(sql, values) {
		return (await this.#db.query(sql, values)).rows[0];
	}

	#book(account, owner, currency, minor) {
		const name = `${account} ${owner} ${currency}`;

		this.ledger.set(name, (this.ledger.get(name) ?? 0n) + minor);
	}

	#expect(what, one, have, want) {
		if (String(have) !== String(want))
			this.#complain(what, one, have, want);
	}

	async begin() {
		this.world = world(this.#random, 40, new Date(Date.now() + 86_400_000).toISOString().slice(0, 10));
		await build(this.#db, this.world);
		await this.#db.query('delete from public.fx_rates');
		await this.#db.query(`insert into public.fx_rates (from_currency, to_currency, rate_decimal, source, valid_from) values ('USD', 'XOF', $1, 'xe', private.now())`, [RATE]);
		this.organizer = (await this.#one('select organizer_id as id from public.events where id = $1', [this.world.events[0].id])).id;
	}

	// What a client would show for it, and what is charged.
	#sums(one, price, provider) {
		const amount = price.base + price.fee;

		if (provider === 'pawapay' || price.currency !== 'XOF')
			return { amount, currency: price.currency, charge: amount, charged: price.currency };
		return { amount, currency: 'XOF', charge: amount > 0n ? quote(RATE, amount).cents : 0n, charged: 'USD' };
	}

	async #checkout(one, provider, more) {
		const { a } = await this.#one('select to_jsonb(private.checkout($1::jsonb)) as a', [JSON.stringify({
			provider, caller: 'anon', create_order: true, event_id: one.event, event_date_id: one.date, quantities: one.quantities, email: `guest${++this.made}@example.org`, phone: '+22670000042', ...more })]);

		return a;
	}

	async #compareLines(one, id, price) {
		const { rows } = await this.#db.query(`select ticket_type_id as type, quantity, unit_minor as unit, base_minor as base, fee_minor as fee, organizer_fee_minor as own, rule_id as rule
			from private.order_lines where order_id = $1 and kind = 'TICKETS' order by ticket_type_id`, [id]);

		this.#expect('frozen lines', one, rows.length, price.lines.length);
		this.#frozen = new Map(rows.map(row => [row.type, { fee: BigInt(row.fee), own: BigInt(row.own) }]));
		for (const [i, line] of price.lines.entries()) {
			const have = rows[i], own = [line.fee[0] * line.buyer[1] - line.buyer[0] * line.fee[1], line.fee[1] * line.buyer[1]];

			for (const name of ['type', 'quantity', 'unit', 'base', 'rule'])
				this.#expect(`frozen ${name}`, one, have[name], line[name]);
			// a part is the exact one, a whole unit up or down
			for (const [name, [a, b]] of [['fee', line.buyer], ['own', own]])
				if (BigInt(have[name]) < a / b || BigInt(have[name]) > (a + b - 1n) / b)
					this.#complain(`frozen ${name}`, one, have[name], `${a}/${b}`);
		}
		this.#expect('the parts of the fee', one, rows.reduce((sum, row) => sum + BigInt(row.fee), 0n), price.fee);
		this.#expect('the parts of the organizer\'s fee', one, rows.reduce((sum, row) => sum + BigInt(row.own), 0n), price.organizer);
	}

	// Money came in; what for is said by sold(), or it waits.
	#came(provider, minor, currency, to = 'SUSPENSE') {
		this.#book('PSP_CLEARING', provider, currency, minor);
		this.#book(to, '', currency, -minor);
	}

	#sold(provider, price, sums) {
		this.#book('PSP_CLEARING', provider, sums.charged, sums.charge);
		this.#book('ORGANIZER_PAYABLE', this.organizer, price.currency, price.organizer - price.base);
		this.#book('FEE_REVENUE', '', price.currency, -price.fee - price.organizer);
		if (sums.charged === price.currency)
			return;
		const worth = this.#worth(sums.charge);

		this.#book('FX', '', sums.charged, -sums.charge);
		this.#book('FX', '', price.currency, worth);
		this.#book('FX_MARGIN', '', price.currency, price.base + price.fee - worth);
	}

	async #settle(payment, state, minor = null, currency = null) {
		return (await this.#one('select private.payment_settle($1, $2, $3, $4, true) as word', [payment, state, minor?.toString(), currency])).word;
	}

	async #declined(one, provider, sums, answer) { // then another try, and at last both succeed
		this.#expect('a decline', one, await this.#settle(answer.payment_id, 'FAILED'), 'moved');
		const again = await this.#checkout(one, provider, { order_id: answer.order_id, amount_minor: Number(sums.amount) });

		this.#expect('another try', one, again.outcome, 'created');
		this.#expect('at the frozen price', one, again.amount_minor, sums.amount);
		return again;
	}

	async step() {
		const one = order(this.#random, this.world, PLACES), price = reckon(this.world, one);
		const provider = this.#random.pick(['stripe', 'pawapay']), sums = this.#sums(one, price, provider);
		const told = this.#random.below(100);
		const says = { amount_minor: Number(sums.amount), currency: sums.currency, ...(told < 50 && { charge_minor: Number(sums.charge), charge_currency: sums.charged }) };

		if (told >= 90) { // what is off by one, in either sum
			if (told >= 95)
				Object.assign(says, { charge_minor: Number(sums.charge) + 1, charge_currency: sums.charged });
			else
				says.amount_minor += told % 2 ? 1 : -1;
		}
		const answer = await this.#checkout(one, provider, says);

		if (sums.amount === 0n) {
			this.#count('orders that cost nothing');
			return this.#expect('a free order', one, answer.outcome, 'free_order');
		}
		for (const [name, want] of [['amount_minor', sums.amount], ['currency', sums.currency], ['charge_minor', sums.charge], ['charge_currency', sums.charged]])
			this.#expect(`checkout ${name}`, one, answer[name], want);
		if (told >= 90) {
			this.#count('wrong sums refused');
			return this.#expect('a wrong sum', one, answer.outcome, 'amount_differs');
		}
		this.#expect('checkout', one, answer.outcome, 'created');
		await this.#compareLines(one, answer.order_id, price);
		if (answer.charge_currency === 'USD' && price.currency === 'XOF')
			this.#expect('rate', one, `${answer.fx_num}/${answer.fx_den}`, `100/${quote(RATE, sums.amount).effective}`);
		await this.#db.query('select private.payment_attach($1, $2, $3)', [answer.payment_id, `reference-${answer.payment_id}`, 'SUBMITTED']);
		return this.#end(one, provider, price, sums, answer);
	}

	async #end(one, provider, price, sums, answer) {
		const fate = this.#random.below(100);

		if (fate < 8) {
			this.#count('declined');
			return this.#expect('a decline', one, await this.#settle(answer.payment_id, 'FAILED'), 'moved');
		}
		if (fate < 14) {
			const minor = sums.charge + (fate % 2 ? 1n : -1n);
			const [paid, currency] = fate < 12 && minor > 0n ? [minor, sums.charged] : [sums.charge, sums.charged === 'USD' ? 'EUR' : 'USD'];

			this.#count('other money than was asked for');
			this.#expect('a mismatch', one, await this.#settle(answer.payment_id, 'SUCCEEDED', paid, currency), 'mismatch');
			return this.#came(provider, paid, currency);
		}
		if (fate < 22) {
			const again = await this.#declined(one, provider, sums, answer);

			this.#count('paid twice');
			this.#expect('the second', one, await this.#settle(again.payment_id, 'SUCCEEDED', sums.charge, sums.charged), 'completed');
			this.#expect('the first after all', one, await this.#settle(answer.payment_id, 'SUCCEEDED', sums.charge, sums.charged), 'duplicate');
			this.#came(provider, sums.charge, sums.charged, 'REFUND_PAYABLE');
			const back = await this.#one('select amount_minor, charge_minor, charge_currency, cause from private.refunds where payment_id = $1', [answer.payment_id]);

			this.#expect('its way back', one, Object.values(back ?? {}).join(' '), [sums.amount, sums.charge, sums.charged, 'DUPLICATE'].join(' '));
			return this.#sold(provider, price, sums);
		}
		if (fate < 90) {
			this.#count('paid');
			for (let times = fate % 3 ? 1 : 2; times > 0; times--)
				this.#expect('a success', one, await this.#settle(answer.payment_id, 'SUCCEEDED', sums.charge, sums.charged), 'completed');
			this.#sold(provider, price, sums);
			return this.#random.often(40) && this.#giveBack(one, provider, price, sums, answer);
		}
		this.#count('still open');
	}

	// Some tickets and then the rest, without the buyer's fee as an organizer gives back, or all at once with
	// the fee as for an event that is cancelled.
	async #giveBack(one, provider, price, sums, { order_id: id, payment_id: payment }) {
		const { rows: tickets } = await this.#db.query('select id, ticket_type_id as type, ordinal from public.tickets where order_id = $1 order by id', [id]);
		// a ticket of less than half a cent has no part of its own in the charge
		if (sums.charged !== price.currency && price.lines.some(line => line.unit < 10n && line.unit > 0n))
			return;
		const whole = this.#random.often(30), back = { amount: 0n, charge: 0n, worth: 0n };

		this.#expect('tickets', one, tickets.length, Object.values(one.quantities).reduce((sum, n) => sum + n, 0));
		while (tickets.length) {
			const some = tickets.splice(0, whole ? tickets.length : 1 + this.#random.below(tickets.length)).map(({ id: ticket, type, ordinal }) => {
				const line = price.lines.find(other => other.type === type), kept = this.#frozen.get(type), n = line.quantity, i = BigInt(ordinal);
				const part = total => total * i / n - total * (i - 1n) / n;

				return { ticket, price: line.unit, fee: whole ? part(kept.fee) : 0n, own: part(kept.own) };
			});

			await this.#refund(one, provider, price, sums, { id, payment, whole, some, back });
		}
		if (whole)
			this.#expect('all of it', one, back.amount, sums.amount);
	}

	async #refund(one, provider, price, sums, { id, payment, whole, some, back }) {
		const list = some.map(({ ticket }) => ticket), amount = some.reduce((sum, ticket) => sum + ticket.price + ticket.fee, 0n);
		const { refund, outcome } = whole
			? await this.#one(`select private.refund_make($1, $2, $3, '{}', true, true, 'EVENT_CANCELLED', null, null) as refund, 'opened' as outcome`, [payment, id, list])
			: await this.#one(`select * from private.refund_request($1, $2, 'argent', $3)`, [id, list, this.organizer]);

		if (amount === 0n)
			return this.#expect('a refund of nothing', one, whole ? String(refund) : outcome, whole ? 'null' : 'nothing_left');
		this.#expect('a refund', one, outcome, 'opened');
		const made = await this.#one('select amount_minor, charge_minor, charge_currency, fee_minor from private.refunds where id = $1', [refund]);

		back.amount += amount;
		const upto = back.amount === sums.amount ? sums.charge : (2n * sums.charge * back.amount + sums.amount) / (2n * sums.amount), charge = upto - back.charge;
		const fee = some.reduce((sum, ticket) => sum + ticket.fee, 0n);
		const own = some.reduce((sum, ticket) => sum + (ticket.own < ticket.price ? ticket.own : ticket.price), 0n); // never more than what comes back

		this.#expect('what goes back', one, Object.values(made ?? {}).join(' '), [amount, charge, sums.charged, fee].join(' '));
		back.charge = upto;
		const { key } = await this.#one('select * from private.refund_begin($1)', [refund]);

		this.#expect('its end', one, (await this.#one(`select private.refund_move($1, $2, 'SUCCEEDED', $3, null, true) as word`, [refund, key, `back-${refund}`])).word, 'SUCCEEDED');
		this.#count('refunds');
		this.#book('PSP_CLEARING', provider, sums.charged, -charge);
		this.#book('ORGANIZER_PAYABLE', this.organizer, price.currency, amount - fee - own);
		this.#book('FEE_REVENUE', '', price.currency, fee + own);
		if (sums.charged === price.currency)
			return;
		const worth = this.#worth(sums.charge), gone = (2n * worth * upto + sums.charge) / (2n * sums.charge), took = gone - back.worth;

		back.worth = gone;
		this.#book('FX', '', sums.charged, charge);
		this.#book('FX', '', price.currency, -took);
		this.#book('FX_MARGIN', '', price.currency, took - amount);
	}

	#worth(cents) {
		return (cents * BigInt(Math.round(Number(RATE))) * 2n + 100n) / 200n;
	}

	// What is left in the books, and what may not be there.
	async end() {
		await this.#db.query('set constraints all immediate');
		const { rows } = await this.#db.query(`select e.account || ' ' || e.owner || ' ' || e.currency as name, sum(e.amount_minor)::text as minor
			from private.ledger_entries e join private.ledger_tx t on t.id = e.tx_id join public.orders o on o.id = t.order_id
			where o.event_id = any ($1) group by 1`, [this.world.events.map(one => one.id)]);
		const have = new Map(rows.map(row => [row.name, BigInt(row.minor)]));

		for (const name of new Set([...have.keys(), ...this.ledger.keys()]))
			this.#expect('the ledger', name, have.get(name) ?? 0n, this.ledger.get(name) ?? 0n);
		const broken = (await this.#db.query(INVARIANTS)).rows;

		for (const row of broken.slice(0, 10))
			this.#complain(`invariant ${row.invariant}`, row.id, row.detail, 'empty');
		this.#counts['accounts of the ledger'] = have.size;
	}
}

// So many orders, a hundred in a transaction that is undone.
export async function life(db, random, orders, complain, counts) {
	for (let left = orders; left > 0; left -= BATCH) {
		const one = new Life(db, random, complain, counts);

		await db.query('begin');
		try {
			await one.begin();
			for (let i = Math.min(left, BATCH); i > 0; i--)
				await one.step();
			await one.end();
		} finally {
			await db.query('rollback');
		}
	}
}
