-- Checkout and settling: from a wish to tickets, and every way in which that ends otherwise.
\ir include/world.sql
\set invariants `cat "$TESTS_SQL/invariants.sql"`
create temporary view broken as :invariants
select no_plan();

delete from public.service_fee_rules where scope = 'GLOBAL';
insert into public.service_fee_rules (name, scope, fee_type, fee_value, maximum_fee) values ('Frais', 'GLOBAL', 'PERCENTAGE', 0.02, 1000);
create temporary table said (who text primary key, a private.checkout_answer);

create function pg_temp.line(type integer, n integer) returns jsonb language sql as $$
	select jsonb_build_object('30000000-0000-4000-8000-00000000000' || type, n) $$;
-- What checkout answers to a guest's wish for n of type 3 (10 000 francs) and some more.
create function pg_temp.ask(who text, n integer, more jsonb default '{}') returns text language plpgsql as $$
#variable_conflict use_column
declare
	answer private.checkout_answer;
begin
	answer := private.checkout(jsonb_build_object('provider', 'pawapay', 'caller', 'anon', 'create_order', true, 'email', who || '@example.org',
		'event_id', pg_temp.event(2), 'quantities', pg_temp.line(3, n), 'phone', '+22670000042', 'currency', 'XOF') || more);
	insert into said values (who, answer) on conflict (who) do update set a = excluded.a where (excluded.a).payment_id is not null;
	return answer.outcome;
end $$;
create function pg_temp.paid(who text) returns uuid language sql as $$ select (a).payment_id from said s where s.who = paid.who $$;
create function pg_temp.bought(who text) returns uuid language sql as $$ select (a).order_id from said s where s.who = bought.who $$;
create function pg_temp.order_is(who text) returns text language sql as $$
	select s.state || ' ' || o.status || ' ' || (select count(*) from public.tickets t where t.order_id = o.id) || ' ' || coalesce((select h.state from private.holds h where h.order_id = o.id), '-')
	  from public.orders o join private.order_state s on s.order_id = o.id where o.id = pg_temp.bought(who) $$;
create function pg_temp.settle(who text, state text, minor bigint, fresh boolean default true, currency text default 'XOF') returns text language sql as $$
	select private.payment_settle(pg_temp.paid(who), state, minor, currency, fresh) $$;
create function pg_temp.counter(type integer) returns text language sql as $$
	select s.held || '/' || s.sold from private.sales s where s.ticket_type_id = ('30000000-0000-4000-8000-00000000000' || type)::uuid and s.event_date_id is null $$;
create function pg_temp.balance(account text, currency text default 'XOF') returns bigint language sql as $$
	select coalesce(sum(e.amount_minor), 0)::bigint from private.ledger_entries e join private.ledger_tx x on x.id = e.tx_id
	  where e.account = balance.account and e.currency = balance.currency and x.payment_id in (select (a).payment_id from said) $$;

-- ---- a mobile payment from its wish to its tickets
select is(pg_temp.counter(3), '0/5', 'nothing is held at first');
select is(pg_temp.ask('a', 2, '{"amount_minor": 20400}'), 'created', 'two places and 2 percent');
select is(pg_temp.order_is('a'), 'HELD AWAITING_PAYMENT 0 ACTIVE', 'are held, not sold');
select is(pg_temp.counter(3), '2/5', 'and counted');
select is(pg_temp.ask('a', 2, '{"amount_minor": 20400}'), 'live_payment', 'asked again the payment under way is the answer');
select is(pg_temp.ask('a', 2, '{"amount_minor": 1}'), 'amount_differs', 'one franc buys nothing');
select is(pg_temp.ask('a', 2, '{"amount_minor": 20400, "currency": "USD"}'), 'amount_differs', 'nor do dollars');
select ok(private.payment_attach(pg_temp.paid('a'), 'deposit-a', 'SUBMITTED'), 'the provider has it');
select is(pg_temp.order_is('a'), 'AWAITING_PAYMENT AWAITING_PAYMENT 0 ACTIVE', 'so the order waits for the payment');
select is(pg_temp.settle('a', 'SUCCEEDED', 20400), 'completed', 'it is paid');
select is(pg_temp.order_is('a'), 'COMPLETED COMPLETED 2 CONVERTED', 'and there are two tickets');
select is(pg_temp.counter(3), '0/7', 'sold');
select is(pg_temp.settle('a', 'SUCCEEDED', 20400), 'completed', 'said again');
select is(pg_temp.settle('a', 'FAILED', null), 'unchanged', 'regression: FAILED after success');
select is(pg_temp.settle('a', 'PROCESSING', null), 'unchanged', 'regression: pending after success');
select is(pg_temp.order_is('a'), 'COMPLETED COMPLETED 2 CONVERTED', 'nothing changed');
select is(pg_temp.balance('PSP_CLEARING') || ' ' || pg_temp.balance('ORGANIZER_PAYABLE') || ' ' || pg_temp.balance('FEE_REVENUE') || ' ' || pg_temp.balance('SUSPENSE'),
	'20400 -20000 -400 0', 'the ledger has who it belongs to');
set constraints all immediate;
set constraints all deferred;
select is(pg_temp.ask('a', 1), 'created', 'the same buyer may buy again');

-- ---- refusals
select is(pg_temp.ask('b', 11), 'over_order_limit', 'too many in one order');
select is(pg_temp.ask('b', 0), 'bad_quantity', 'none');
select is(pg_temp.ask('b', -1), 'bad_quantity', 'regression: a negative quantity');
select is(pg_temp.ask('b', 1, jsonb_build_object('quantities', pg_temp.line(1, 1))), 'unknown_type', 'regression: a type of another event');
select is(pg_temp.ask('b', 1, jsonb_build_object('event_id', pg_temp.id('held event'))), 'not_on_sale', 'a cancelled event');
select is(pg_temp.ask('b', 1, jsonb_build_object('event_id', gen_random_uuid())), 'event_not_found', 'no event');
select is(pg_temp.ask('b', 1, '{"email": null}'), 'buyer_required', 'nobody');
select is(pg_temp.ask('b', 1, jsonb_build_object('email', null, 'user_id', pg_temp.id('stranger'))), 'needs_session', 'regression: a person by name alone');
select is(pg_temp.ask('b', 1, jsonb_build_object('order_id', gen_random_uuid())), 'order_not_found', 'no order');
select is(pg_temp.ask('b', 1, jsonb_build_object('order_id', pg_temp.bought('a'), 'event_id', pg_temp.event(1))), 'event_mismatch', 'another event than the order''s');
update public.ticket_types set max_per_buyer = 2 where id = '30000000-0000-4000-8000-000000000003';
select is(pg_temp.ask('a', 2, '{"phone": "+22670000043"}'), 'over_buyer_limit', 'more than one buyer may have');
update public.ticket_types set max_per_buyer = null where id = '30000000-0000-4000-8000-000000000003';

-- ---- keys
select is(pg_temp.ask('k', 1, '{"key": "k1", "body_hash": "aa"}'), 'created', 'a key');
select is(pg_temp.ask('k', 1, '{"key": "k1", "body_hash": "aa"}'), 'repeated', 'again');
select is(pg_temp.ask('k', 1, '{"key": "k1", "body_hash": "bb"}'), 'key_reused', 'for something else');
select is(pg_temp.ask('k', 1, '{"key": "k1", "body_hash": "aa", "caller": "x"}'), 'key_reused', 'regression: by somebody else');

-- ---- how many may be begun
select is(pg_temp.ask('l', 1, '{"limits": [{"key": "phone:x", "most": 1}]}'), 'created', 'one in ten minutes');
select is(pg_temp.ask('m', 1, '{"limits": [{"key": "phone:x", "most": 1}]}'), 'too_many', 'not two');
select is((select count(*) from public.orders where guest_email = 'm@example.org'), 0::bigint, 'and nothing is left of the second');
select is(pg_temp.ask('m', 1, '{"limits": [{"key": "phone:y", "most": 1}]}'), 'created', 'others may');

-- ---- cards: dollars by the quote
update public.fx_rates set is_active = false where is_active;
insert into public.fx_rates (from_currency, to_currency, rate_decimal, source, valid_from, is_active) values ('USD', 'XOF', 566, 'xe', private.now() - interval '1 minute', true);
select is(pg_temp.ask('c', 1, '{"provider": "stripe", "amount_minor": 10200, "charge_minor": 1777, "charge_currency": "USD"}'), 'created', '10 200 francs are 17.77 dollars at 574');
select is(pg_temp.ask('d', 1, '{"provider": "stripe", "amount_minor": 10200, "charge_minor": 1, "charge_currency": "USD"}'), 'amount_differs', 'regression: client-priced order');
select is(pg_temp.ask('d', 1, '{"provider": "stripe", "amount_minor": 1020000}'), 'amount_differs', 'regression: 100x XOF charge');
select matches((select (a).token from said where who = 'c'), '^stripe-token-[0-9a-f]{32}$', 'clients route on the token');
select is(pg_temp.settle('c', 'SUCCEEDED', 1777, true, 'USD'), 'completed', 'paid in dollars');
select is(pg_temp.balance('PSP_CLEARING', 'USD') || ' ' || pg_temp.balance('FX', 'USD') || ' ' || pg_temp.balance('FX') || ' ' || pg_temp.balance('FX_MARGIN'),
	'1777 -1777 10058 142', 'two balanced legs');
select is(pg_temp.ask('e', 1, '{"provider": "stripe"}'), 'created', 'another card');
select is(pg_temp.settle('e', 'SUCCEEDED', 1776, true, 'USD'), 'mismatch', 'one cent less is no ticket');
select is(pg_temp.order_is('e'), 'HELD AWAITING_PAYMENT 0 ACTIVE', 'and no order');
select is((select count(*) from private.alarms where kind = 'payment_mismatch'), 1::bigint, 'a person looks');
update public.fx_rates set valid_from = private.now() - interval '2 days' where is_active;
select is(pg_temp.ask('f', 1, '{"provider": "stripe"}'), 'fx_stale', 'no charge by a rate of last week');

-- ---- failure and another try
select is(pg_temp.ask('g', 1), 'created', 'a payment');
select private.payment_attach(pg_temp.paid('g'), 'deposit-g', 'SUBMITTED');
select is(private.payment_settle(pg_temp.paid('g'), 'FAILED', null, null, true, 'INSUFFICIENT_BALANCE', 'Solde insuffisant'), 'moved', 'fails');
select is(pg_temp.order_is('g'), 'HELD AWAITING_PAYMENT 0 ACTIVE', 'regression: a decline does not end the order');
create temporary table first_try as select pg_temp.paid('g') as id;
select is(pg_temp.ask('g', 1, jsonb_build_object('order_id', pg_temp.bought('g'), 'phone', '+22660000042')), 'created', 'another phone');
select is(pg_temp.settle('g', 'SUCCEEDED', 10200), 'completed', 'pays');
select is(private.payment_settle((select id from first_try), 'SUCCEEDED', 10200, 'XOF', false), 'unchanged', 'the first is said to have succeeded too');
select is(private.payment_settle((select id from first_try), 'SUCCEEDED', 10200, 'XOF', true), 'duplicate', 'and has: it goes back');
select is((select r.state || ' ' || r.amount_minor || ' ' || r.cause from private.refunds r where r.payment_id = (select id from first_try)), 'APPROVED 10200 DUPLICATE', 'whole');
select is((select count(*) from private.jobs where function = 'submit-refund'), 1::bigint, 'by a job');

-- ---- the last places
update public.ticket_types set quantity = (select s.held + s.sold + 2 from private.sales s where s.ticket_type_id = '30000000-0000-4000-8000-000000000003' and s.event_date_id is null)
 where id = '30000000-0000-4000-8000-000000000003';
select is(pg_temp.ask('h', 2), 'created', 'the last two');
select is(pg_temp.ask('i', 1), 'all_held', 'the rest waits for who is paying');
select isnt((select pg_temp.ask('i', 1)), 'sold_out', 'it is not sold out');
select is(pg_temp.ask('i', 9), 'sold_out', 'nine will never be there');
update private.holds set expires_at = private.now() - interval '1 second' where order_id = pg_temp.bought('h');
select is(pg_temp.settle('h', 'FAILED', null), 'moved', 'h gives up');
select ok(private.holds_expire() > 0, 'and the clock takes the places back');
select is(pg_temp.order_is('h'), 'EXPIRED EXPIRED 0 EXPIRED', 'h''s order is over');
select is(pg_temp.ask('i', 2), 'created', 'so i has them');
select is(pg_temp.settle('h', 'SUCCEEDED', 20400), 'unfulfillable', 'h paid after all, too late');
select is(pg_temp.order_is('h'), 'UNFULFILLABLE CANCELLED 0 EXPIRED', 'no ticket');
select is((select r.state || ' ' || r.amount_minor || ' ' || r.cause from private.refunds r where r.payment_id = pg_temp.paid('h')), 'APPROVED 20400 LATE', 'the money goes back');
update private.holds set expires_at = private.now() - interval '1 second' where order_id = pg_temp.bought('i');
select is(pg_temp.settle('i', 'FAILED', null), 'moved', 'i fails');
select is(private.holds_expire(), 1, 'expires');
select is(pg_temp.settle('i', 'SUCCEEDED', 20400), 'completed', 'and pays late while places are left: taken again');

-- ---- a pool over two types
insert into private.pools (id, event_id, name, capacity)
select pg_temp.id('rule'), pg_temp.event(1), 'Salle', sum(s.held + s.sold) + 3 from private.sales s
 where s.ticket_type_id in ('30000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000002') and s.event_date_id is null;
insert into private.pool_types (pool_id, ticket_type_id) values (pg_temp.id('rule'), '30000000-0000-4000-8000-000000000001'), (pg_temp.id('rule'), '30000000-0000-4000-8000-000000000002');
select is(pg_temp.ask('p', 1, jsonb_build_object('event_id', pg_temp.event(1), 'quantities', pg_temp.line(1, 1) || pg_temp.line(2, 1))), 'created', 'two types of one pool');
select is(pg_temp.ask('q', 1, jsonb_build_object('event_id', pg_temp.event(1), 'quantities', pg_temp.line(1, 2))), 'all_held', 'the pool has one left');
select is(pg_temp.settle('p', 'SUCCEEDED', (select (a).amount_minor from said where who = 'p')), 'completed', 'paid');
select is(pg_temp.ask('q', 1, jsonb_build_object('event_id', pg_temp.event(1), 'quantities', pg_temp.line(1, 2))), 'sold_out', 'now it is sold');
select results_eq($$select p.held, p.sold from private.pools p$$,
	$$select sum(s.held)::integer, sum(s.sold)::integer from private.sales s join private.pool_types x on x.ticket_type_id = s.ticket_type_id where s.event_date_id is null$$, 'a pool counts what its types do');

select is(pg_temp.ask('r', 1, jsonb_build_object('event_id', pg_temp.event(1), 'quantities', pg_temp.line(1, 1) || pg_temp.line(2, 1))), 'sold_out', 'two types that share one place');

-- ---- a success without a sum
select is(private.payment_settle(pg_temp.paid('k'), 'SUCCEEDED', null, null, true), 'unchanged', 'is none');
select is((select count(*) from private.alarms where kind = 'payment_without_amount'), 1::bigint, 'and somebody looks');

-- ---- the clock asks again
select is(private.next_check(0, '0') || ' ' || private.next_check(3, '1 min') || ' ' || private.next_check(4, '2 min') || ' ' || private.next_check(9, '1 hour') || ' ' || private.next_check(99, '1 day'),
	'00:00:05 00:00:40 00:01:00 00:05:00 01:00:00', 'the ladder');
update private.payment_state set next_check_at = private.now() - interval '1 s' where payment_id = (select (a).payment_id from said where who = 'k');
select is(private.payments_due(), 1, 'one is due');
select is(private.payments_due(), 0, 'once');
select is((select j.function || ' ' || (j.payload ->> 'kind') from private.jobs j where j.payload ->> 'payment' = pg_temp.paid('k')::text), 'settle-pawapay check', 'a job asks its provider');

-- ---- the inbox
select ok(private.inbox_add('stripe', 'evt_1', 'payment_intent.succeeded', 'pi_1', '{}'), 'an event');
select ok(not private.inbox_add('stripe', 'evt_1', 'payment_intent.succeeded', 'pi_1', '{}'), 'twice is once');
select is((select count(*) from private.jobs where function = 'settle-stripe'), 1::bigint, 'one job');
select private.inbox_end((select id from private.webhook_inbox), 'RETRY');
select is((select count(*) from private.jobs where function = 'settle-stripe'), 2::bigint, 'what is about nothing known is looked at again');
update private.webhook_inbox set received_at = private.now() - interval '25 hours';
select private.inbox_end((select id from private.webhook_inbox), 'RETRY');
select is((select state from private.webhook_inbox), 'DEAD', 'for a day');

-- ---- the ledger
create function pg_temp.at_once() returns void language plpgsql as $$ begin set constraints all immediate; end $$;
select throws_ok($$with odd as (select private.ledger_post('CREDIT', 'x', null, null, null, '[{"account": "FX", "currency": "XOF", "minor": 1}]'))
	select from odd, pg_temp.at_once()$$,
	'23514', 'the entries of a ledger transaction do not balance', 'entries balance');
select is((select string_agg(b.invariant || ' ' || b.detail, '; ') from broken b where b.invariant in ('V01', 'V02', 'V06', 'WORD')), null, 'the invariants hold');
select * from finish();
rollback;
