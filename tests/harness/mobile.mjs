// mobile.mjs: paying with mobile money as the web does it: an order by the browser, the payment by its
// order, then waiting; and the provider's hand on the other side.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';

import { call, eventually } from './wire.mjs';

// Numbers of the sandbox (tests/providers/README.md): what becomes of a deposit from them.
export const NUMBERS = {
	moov: '+22602345678', orange: '+22607345678', poor: '+22602345048', silent: '+22602345138', wave: '+2250712345678',
};

// A number of nobody else's: the same buyer, event and number within minutes are one payment.
let made = 0;
export const number = () => `+2267${String(1_000_000 + process.pid % 1000 * 1000 + made++).padStart(7, '0')}`;

export class Till {
	constructor(stack) {
		this.stack = stack;
	}

	// What the browser inserts; the order of so many tickets of the paid type.
	async order(person, what, quantity = 2, more = {}) {
		const { data, error } = await person.client.from('orders').insert({
			user_id: person.id, event_id: what.id, total: 0, status: 'AWAITING_PAYMENT', payment_method: 'MOBILE_MONEY',
			ticket_quantities: { [what.paid]: quantity }, event_date_id: null, visible_in_history: false, ...more,
		}).select('id,total').single();

		assert.equal(error, null);
		return data;
	}

	body(order, what, more = {}) {
		return {
			idempotency_key: `web-pawapay-${crypto.randomUUID()}`, event_id: what.id, order_id: order.id, amount_major: order.total, currency: 'XOF',
			method: 'mobile_money', phone: number(), provider: 'moov', description: what.title, ...more,
		};
	}

	// The web sends the anon key alone, even for somebody who is signed in.
	ask(body, options = {}) {
		return call(this.stack, 'create-pawapay-payment', { body, token: this.stack.anonKey, ...options });
	}

	// A payment that pawaPay took: the reply's body.
	async pay(order, what, more, options) {
		const { status, body } = await this.ask(this.body(order, what, more), options);

		assert.equal(status, 200, JSON.stringify(body));
		assert.ok(['ACCEPTED', 'PROCESSING', 'COMPLETED'].includes(body.status), JSON.stringify(body));
		assert.equal(body.deposit_id, body.payment_id);
		return body;
	}

	// Refused: 200 with words and this code, and a sentence.
	async refused(body, code, options) {
		const answer = await this.ask(body, options);

		assert.deepEqual([answer.status, answer.body.status, answer.body.code], [200, 'ERROR', code], JSON.stringify(answer.body));
		assert.ok(answer.body.message.length > 10);
		return answer.body;
	}

	verify(body, options) {
		return call(this.stack, 'verify-pawapay-payment', { body: typeof body === 'string' ? { payment_id: body } : body, token: this.stack.anonKey, ...options });
	}

	status(query, token = this.stack.anonKey) {
		return call(this.stack, `payment-status?${new URLSearchParams(query)}`, { method: 'GET', token });
	}

	// ---- what is true

	async payment(id) {
		const { rows: [row] } = await this.stack.db.query(`
			select p.*, s.state, s.rank, o.state as order_state, o.order_id, (select count(*)::int from public.tickets t where t.order_id = p.order_id and t.status = 'VALID') as tickets
			  from public.payments p join private.payment_state s on s.payment_id = p.id left join private.order_state o on o.order_id = p.order_id where p.id = $1`, [id]);

		return row;
	}

	// Waits until the payment's state is this one.
	async reaches(id, state, ms = 30_000) {
		return eventually(`payment ${id} is ${state}`, async () => {
			const row = await this.payment(id);

			return row?.state === state && row;
		}, { ms });
	}

	async payments(order) {
		return (await this.stack.db.query('select id, status from public.payments where order_id = $1 order by created_at', [order.id])).rows;
	}

	// Places of a type: { held, sold }.
	async places(type) {
		return (await this.stack.db.query('select held, sold from private.sales where ticket_type_id = $1 and event_date_id is null', [type])).rows[0];
	}

	// ---- the provider's side

	byHand(yes = true) {
		return this.stack.control('pawapay', { settle_ms: yes ? -1 : null });
	}

	outcome(id, outcome) {
		return this.stack.control(`payments/${id}`, { outcome });
	}

	async deposits(query = '') {
		return this.stack.control(`payments?provider=pawapay&kind=deposit&limit=200${query}`);
	}

	webhooks(more) {
		return this.stack.control('webhooks', { provider: 'pawapay', retry_ms: 100, ...more });
	}
}
