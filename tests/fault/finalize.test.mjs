// WS3: the database connection dies between any two statements of what makes tickets of money. At each
// point either nothing has happened or all of it, and the next try completes it. No product code knows
// of this: triggers of this test end the function's own connection before its n-th write, and at COMMIT.
// FAULT_POINTS: at most so many points of each story (default: all).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

const TOP = path.resolve(import.meta.dirname, '../..');
process.env.STATE_DIR = path.join(process.env.STATE_DIR ?? path.join(TOP, 'var'), 'fault-finalize');

const { callInternal } = await import('../harness/fastcgi.mjs');
const { Stack } = await import('../harness/stack.mjs');
const { CROWD, NO_CARDS, confirmCard, counted, drained, fateOf, moovNumber, payByCard, payByMobile, sale } = await import('../harness/sales.mjs');
const { eventually } = await import('../harness/wire.mjs');

const MOST = Number(process.env.FAULT_POINTS ?? 300);
const stack = await Stack.start(import.meta.filename, CROWD);
after(async () => {
	await stack.stop();
	await promisify(execFile)(path.join(TOP, 'tests/harness/stack'), ['finish']);
});

// Nothing but what the test calls may settle a payment, and nothing else may write meanwhile.
await stack.db.query('update private.schedules set enabled = false');
for (const provider of ['stripe', 'pawapay'])
	await stack.control('webhooks', { provider, drop: true });
await stack.control('pawapay', { settle_ms: -1 });

// A number of a sequence is never given back, so writes are counted although their transaction dies.
await stack.db.query(`
	create schema faults;
	create sequence faults.writes;
	create table faults.at (n bigint not null);
	insert into faults.at values (0);
	create function faults.strike() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
	begin
		if session_user in ('fn_settle_pawapay', 'fn_settle_stripe') and nextval('faults.writes') = (select n from faults.at) then
			perform pg_terminate_backend(pg_backend_pid()), pg_sleep(10);
		end if;
		return null;
	end $$;
	do $$
	declare
		what regclass;
	begin
		for what in select c.oid from pg_class c where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) loop
			execute format('create trigger strike before insert or update or delete on %s for each statement execute function faults.strike()', what);
		end loop;
		-- while COMMIT is under way
		create constraint trigger strike_at_commit after insert or update on private.payment_state deferrable initially deferred for each row execute function faults.strike();
	end $$`);
const strikeAt = async n => {
	await stack.db.query('select setval($1, 1, false)', ['faults.writes']);
	await stack.db.query('update faults.at set n = $1', [n]);
};
const writes = async () => Number((await stack.db.query('select last_value - (not is_called)::int as n from faults.writes')).rows[0].n);

// Every row of every table but those that only tell that somebody looked; recurring work of the start may
// still be under way.
const { rows: tables } = await stack.db.query(`select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
	where c.relkind = 'r' and n.nspname in ('public', 'private') and c.relname not in ('schedules', 'events', 'rate_counts') order by 1`);
async function everything() {
	const { rows: [{ all }] } = await stack.db.query(`select jsonb_object_agg(name, hash) as all from (${tables.map(({ name }) =>
		`select '${name}' as name, md5(string_agg((to_jsonb(t) - '{last_checked_at,next_check_at,checks,updated_at}'::text[])::text, ',' order by to_jsonb(t)::text)) as hash from ${name === 'private.jobs' ? `(select * from ${name} where dedup not like 'schedule:%' or dedup is null)` : name} t`).join(' union all ')}) x`);

	return all;
}
const settle = (provider, payment) => callInternal(path.join(stack.runDir, `settle-${provider}.sock`), { kind: 'check', payment });

const pay = async (what, options) => {
	const { body } = await payByMobile(stack, what, options);

	assert.ok(body.payment_id && body.deposit_id, JSON.stringify(body));
	return body;
};
const paid = async (provider, theirs) => stack.control(`payments/${theirs}`, { outcome: 'COMPLETED' });

// name: { make: () => { provider, payment, what }, end(fate) }
const stories = {
	'two tickets by mobile money': {
		make: async () => {
			const what = await sale(stack, { places: 5 }), { payment_id: payment, deposit_id: theirs } = await pay(what, { quantities: 2 });

			await paid('pawapay', theirs);
			return { provider: 'pawapay', payment, what };
		},
		end: fate => assert.deepEqual([fate.state, fate.fulfilling, fate.orderState, fate.tickets, fate.refunds], ['SUCCEEDED', true, 'COMPLETED', 2, []]),
		sold: 2,
	},
	'two tickets by card': {
		skip: NO_CARDS,
		make: async () => {
			const what = await sale(stack, { places: 5 }), { body } = await payByCard(stack, what, { quantities: 2 });

			assert.ok(body.clientSecret, JSON.stringify(body));
			await confirmCard(stack, body.clientSecret);
			return { provider: 'stripe', payment: body.paymentId, what };
		},
		end: fate => assert.deepEqual([fate.state, fate.fulfilling, fate.orderState, fate.tickets, fate.refunds], ['SUCCEEDED', true, 'COMPLETED', 2, []]),
		sold: 2,
	},
	'money that came too late': {
		make: async () => {
			const what = await sale(stack, { places: 1 }), late = await pay(what);

			// the hold is over, and somebody else has the place
			await stack.db.query("update private.holds set expires_at = private.now() - interval '1 s' where order_id = $1", [late.order_id]);
			await stack.db.query('select private.holds_expire()');
			const other = await pay(what, { phone: moovNumber() });
			await paid('pawapay', other.deposit_id);
			await settle('pawapay', other.payment_id);
			await paid('pawapay', late.deposit_id);
			return { provider: 'pawapay', payment: late.payment_id, what };
		},
		end: fate => assert.deepEqual([fate.state, fate.fulfilling, fate.orderState, fate.tickets, fate.refunds.length], ['SUCCEEDED', false, 'UNFULFILLABLE', 0, 1]),
		sold: 1,
	},
};

for (const [name, story] of Object.entries(stories)) {
	test(`WS3: ${name}: the connection dies before any write and at COMMIT: nothing or all`, { timeout: 240_000, skip: story.skip }, async t => {
		let n = 0;

		for (let more = true; more && n < MOST;) {
			const { provider, payment, what } = await story.make();
			await drained(stack); // mails of the round before
			const before = await everything();

			await strikeAt(++n);
			const first = await settle(provider, payment);
			more = await writes() >= n;
			await strikeAt(0);
			const fate = await fateOf(stack, payment);

			if (fate.state !== 'SUCCEEDED') {
				assert.notEqual(first.status, 200, `point ${n}: ${first.text}`);
				assert.deepEqual(await everything(), before, `point ${n}: half of it stays`);
				const second = await eventually('the next try', async () => {
					const answer = await settle(provider, payment);

					return answer.status === 200 ? answer : Promise.reject(new Error(answer.text));
				});
				assert.equal(second.status, 200);
			}
			story.end(await fateOf(stack, payment));
			const places = await counted(stack, what);
			assert.deepEqual([places.sold, places.held, places.tickets], [story.sold, 0, story.sold], `point ${n}`);
		}
		assert.deepEqual(await stack.brokenInvariants(), []);
		assert.ok(n > 5, `only ${n} points: do the triggers see the function's writes?`);
		t.diagnostic(`${n - 1} points`);
	});
}
