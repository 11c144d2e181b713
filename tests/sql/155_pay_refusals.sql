-- Checkout and settling, what 150 leaves out: the rarer refusals, whose order it stays, what is frozen,
-- and what is refused to whoever finalizes by hand.
\ir include/world.sql
\set invariants `cat "$TESTS_SQL/invariants.sql"`
create temporary view broken as :invariants
select no_plan();

delete from public.service_fee_rules where scope = 'GLOBAL';
insert into public.service_fee_rules (name, scope, fee_type, fee_value, maximum_fee) values ('Frais', 'GLOBAL', 'PERCENTAGE', 0.02, 1000);
create temporary table said (who text primary key, a private.checkout_answer);

create function pg_temp.line(type integer, n integer) returns jsonb language sql as $$
	select jsonb_build_object('30000000-0000-4000-8000-00000000000' || type, n) $$;
-- What checkout answers to a wish for n of type 3 (10 000 francs) of event 2 and some more.
create function pg_temp.ask(who text, n integer, more jsonb default '{}') returns text language plpgsql as $$
declare
	answer private.checkout_answer;
begin
	answer := private.checkout(jsonb_build_object('provider', 'pawapay', 'caller', 'anon', 'create_order', true, 'email', who || '@example.org',
		'event_id', pg_temp.event(2), 'quantities', pg_temp.line(3, n), 'phone', '+22670000042', 'currency', 'XOF') || more);
	if answer.payment_id is not null then
		delete from said s where s.who = ask.who;
		insert into said values (ask.who, answer);
	end if;
	return answer.outcome;
end $$;
create function pg_temp.paid(who text) returns uuid language sql as $$ select (a).payment_id from said s where s.who = paid.who $$;
create function pg_temp.bought(who text) returns uuid language sql as $$ select (a).order_id from said s where s.who = bought.who $$;
create function pg_temp.order_is(who text) returns text language sql as $$
	select s.state || ' ' || (select count(*) from public.tickets t where t.order_id = s.order_id) from private.order_state s where s.order_id = pg_temp.bought(who) $$;

-- ---- what is not for sale
select is(pg_temp.ask('a', 1, jsonb_build_object('event_date_id', gen_random_uuid())), 'unknown_date', 'no such date');
select is(pg_temp.ask('a', 1, '{"event_date_id": "40000000-0000-4000-8000-000000000001"}'), 'unknown_date', 'regression: a date of another event');
select is(pg_temp.ask('a', 1, jsonb_build_object('event_id', pg_temp.event(59))), 'ended', 'an event that is over');
select is(pg_temp.ask('a', 1, jsonb_build_object('event_id', pg_temp.event(3))), 'not_on_sale', 'a draft');
select is(pg_temp.ask('a', 1, jsonb_build_object('quantities', pg_temp.line(4, 1))), 'free_order', 'what costs nothing is not paid for');
update public.events set sales_start_date = private.now() + interval '1 hour' where id = pg_temp.event(2);
select is(pg_temp.ask('a', 1), 'not_started', 'sales have not begun');
update public.events set sales_start_date = null where id = pg_temp.event(2);
update public.ticket_types set is_paused = true where id = '30000000-0000-4000-8000-000000000003';
select is(pg_temp.ask('a', 1), 'not_on_sale', 'a type that is paused');
update public.ticket_types set is_paused = false where id = '30000000-0000-4000-8000-000000000003';
select is(pg_temp.ask('a', 1, '{"quantities": [1]}'), 'bad_quantity', 'a list is no selection');
select is(pg_temp.ask('a', 1, '{"quantities": {"x": 1}}'), 'unknown_type', 'a type by another name');
select is(pg_temp.ask('a', 1, jsonb_build_object('quantities', jsonb_build_object('30000000-0000-4000-8000-000000000003', 1.5))), 'bad_quantity', 'regression: half a ticket');
select is((select count(*) from said), 0::bigint, 'none of these made a payment');

-- ---- whose it is
insert into public.idempotency_keys (key, caller, request_hash, expires_at) values ('busy', 'anon', '\xaa', private.now() + interval '1 hour');
select is(pg_temp.ask('a', 1, '{"key": "busy", "body_hash": "aa"}'), 'key_busy', 'the same wish is being worked on');
select is(pg_temp.ask('own', 1, jsonb_build_object('email', null, 'person', pg_temp.id('stranger'), 'user_id', pg_temp.id('awa'))), 'created', 'a session buys');
select is((select o.user_id from public.orders o where o.id = pg_temp.bought('own')), pg_temp.id('stranger'), 'regression: for its own person, whoever the body names');
select is(pg_temp.ask('x', 1, jsonb_build_object('order_id', pg_temp.bought('own'), 'person', pg_temp.id('awa'))), 'not_yours', 'another person''s session');
select is(pg_temp.ask('x', 1, jsonb_build_object('order_id', pg_temp.bought('own'), 'user_id', pg_temp.id('awa'))), 'not_yours', 'in another person''s name');
select private.payment_settle(pg_temp.paid('own'), 'FAILED', null, null, true);
select is(pg_temp.ask('again', 1, jsonb_build_object('order_id', pg_temp.bought('own'), 'email', 'x@example.org')), 'created', 'who has the id of an order may pay it');
select is((select o.user_id from public.orders o where o.id = pg_temp.bought('again')), pg_temp.id('stranger'), 'and it stays its owner''s');

-- ---- what is frozen
update public.ticket_types set price = 12000 where id = '30000000-0000-4000-8000-000000000003';
select private.payment_settle(pg_temp.paid('again'), 'FAILED', null, null, true);
select is(pg_temp.ask('again', 1, jsonb_build_object('order_id', pg_temp.bought('own'), 'amount_minor', 12240)), 'amount_differs', 'a new price is not an old order''s');
select is(pg_temp.ask('again', 1, jsonb_build_object('order_id', pg_temp.bought('own'), 'amount_minor', 10200)), 'created', 'which costs what it did');
select throws_ok($$update public.orders set ticket_quantities = pg_temp.line(3, 9) where id = pg_temp.bought('own')$$, '23514', null, 'regression: more tickets for the same money');
update public.ticket_types set price = 10000 where id = '30000000-0000-4000-8000-000000000003';
select is(pg_temp.ask('long', 1), 'created', 'a hold');
select private.payment_attach(pg_temp.paid('long'), 'deposit-long', 'SUBMITTED');
select private.payment_attach(pg_temp.paid('long'), 'deposit-long', 'PROCESSING');
select is((select h.expires_at - h.created_at from private.holds h where h.order_id = pg_temp.bought('long')), interval '30 minutes', 'lasts half an hour with its payment, never more');

-- ---- paid is paid
select is(private.payment_settle(pg_temp.paid('again'), 'SUCCEEDED', 10200, 'xof', true), 'completed', 'the third try succeeds');
select is(pg_temp.order_is('again'), 'COMPLETED 1', 'one ticket');
select is(pg_temp.ask('x', 1, jsonb_build_object('order_id', pg_temp.bought('own'))), 'already_paid', 'it is not paid twice');
update private.order_state set state = 'EXPIRED' where order_id = pg_temp.bought('long');
select is(pg_temp.ask('x', 1, jsonb_build_object('order_id', pg_temp.bought('long'))), 'order_closed', 'nor is one that is over');
update private.order_state set state = 'AWAITING_PAYMENT' where order_id = pg_temp.bought('long');
select throws_ok($$select private.payment_settle(gen_random_uuid(), 'SUCCEEDED', 1, 'XOF', true)$$, 'P0002', null, 'a payment that is not ours');
select throws_ok($$select private.payment_finalize(pg_temp.paid('long'))$$, '23514', 'this payment is not confirmed by its provider', 'regression: a pending payment is not finalized');
select is(pg_temp.order_is('long'), 'AWAITING_PAYMENT 0', 'no ticket of it');
select is(private.payment_finalize(pg_temp.paid('again')) ->> 'tickets_created', '0', 'finalized again makes nothing');
select is(private.payment_settle(pg_temp.paid('long'), 'SUCCEEDED', 10200, 'USD', true), 'mismatch', 'francs were asked for, not dollars');
select throws_ok($$select private.payment_finalize(pg_temp.paid('long'))$$, '23514', 'the payment is not what the order costs', 'nor by hand');
select is((select string_agg(e.account || ' ' || e.currency || ' ' || e.amount_minor, ', ' order by e.line) from private.ledger_entries e join private.ledger_tx x on x.id = e.tx_id
	where x.payment_id = pg_temp.paid('long')), 'PSP_CLEARING USD 10200, SUSPENSE USD -10200', 'that money is nobody''s yet');
select is((select count(*) from private.refunds r where r.payment_id = pg_temp.paid('long')), 0::bigint, 'a person decides');

-- ---- an event that is cancelled while somebody pays
select is(pg_temp.ask('late', 2), 'created', 'two places');
select private.payment_attach(pg_temp.paid('late'), 'deposit-late', 'SUBMITTED');
update public.events set status = 'CANCELLED' where id = pg_temp.event(2);
select is(private.payment_settle(pg_temp.paid('late'), 'SUCCEEDED', 20400, 'XOF', true), 'unfulfillable', 'paid for nothing');
select is(pg_temp.order_is('late'), 'UNFULFILLABLE 0', 'no ticket');
select is((select r.state || ' ' || r.amount_minor from private.refunds r where r.payment_id = pg_temp.paid('late')), 'APPROVED 20400', 'all of it goes back');
select is(private.payment_settle(pg_temp.paid('late'), 'SUCCEEDED', 20400, 'XOF', true), 'unfulfillable', 'said again');
select is((select count(*) from private.refunds r where r.payment_id = pg_temp.paid('late')), 1::bigint, 'once');

-- ---- the ledger is written once
select throws_ok('update private.ledger_entries set amount_minor = 1', null, null, 'no entry changes');
select throws_ok('delete from private.ledger_tx', null, null, 'and none goes');
select is(private.ledger_post('SALE', 'sale:' || pg_temp.paid('again'), null, null, null, '[]'), null, 'what was posted is not posted again');
set constraints all immediate;
select is((select string_agg(b.invariant || ' ' || b.detail, '; ') from broken b where b.invariant in ('V01', 'V02', 'V03', 'V04', 'V06', 'V07', 'V13', 'V15')), null, 'the invariants hold');
select * from finish();
rollback;
