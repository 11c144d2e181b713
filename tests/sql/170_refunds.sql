-- Refunds and disputes: who may, how much, what becomes of tickets, places, order and money.
\ir include/world.sql
\set invariants `cat "$TESTS_SQL/invariants.sql"`
create temporary view broken as :invariants
select no_plan();
\ir include/paid.sql

create function pg_temp.ask(order_id uuid, tickets uuid[] default null, by_user uuid default pg_temp.id('organizer'), goodwill boolean default false) returns text language sql as $$
	select r.outcome || coalesce(' ' || r.amount_minor || ' ' || r.currency, '') from private.refund_request(order_id, tickets, 'essai', by_user, goodwill) r $$;
create function pg_temp.order_state(o uuid) returns text language sql as $$ select s.state || ' ' || x.status from private.order_state s join public.orders x on x.id = s.order_id where s.order_id = o $$;
create function pg_temp.tickets_of(o uuid) returns text language sql as $$
	select string_agg(s.state || '/' || t.status, ' ' order by t.ticket_type_id, t.ordinal) from public.tickets t join private.ticket_state s on s.ticket_id = t.id where t.order_id = o $$;
create function pg_temp.nth(o uuid, n integer) returns uuid language sql as $$ select t.id from public.tickets t where t.order_id = o order by t.ticket_type_id, t.ordinal limit 1 offset n - 1 $$;
create function pg_temp.sold(type integer) returns integer language sql as $$ select s.sold from private.sales s where s.ticket_type_id = ('30000000-0000-4000-8000-00000000000' || type)::uuid and s.event_date_id is null $$;
-- one round with the provider
create function pg_temp.round(refund uuid, said text, ref text default null, code text default null) returns text language plpgsql as $$
declare
	b record := private.refund_begin(refund);
begin
	return b.step || ' ' || private.refund_move(refund, b.key, said, ref, code, true);
end $$;

-- ---- who, and which tickets
select pg_temp.paid('a', 3, 3) as a \gset
select is(pg_temp.ask(:'a', null, pg_temp.id('stranger')), 'not_allowed', 'a stranger may not');
select is(pg_temp.ask(:'a', null, pg_temp.id('awa')), 'not_allowed', 'nor the buyer');
select is(pg_temp.ask(:'a', null, pg_temp.id('foreign')), 'not_allowed', 'nor the organizer of another event');
select is(pg_temp.ask(gen_random_uuid()), 'order_not_found', 'no such order');
select is(pg_temp.ask(:'a', array[gen_random_uuid()]), 'ticket_not_found', 'a ticket of no order');
select pg_temp.sold(3) as before \gset
select is(pg_temp.ask(:'a', array[pg_temp.nth(:'a', 2)]), 'opened 10000 XOF', 'one of three: its price, and not the fee');
select is(pg_temp.order_state(:'a'), 'PARTIALLY_REFUNDED COMPLETED', 'the order is completed for who reads words');
select is(pg_temp.tickets_of(:'a'), 'VALID/VALID VOID/REFUNDED VALID/VALID', 'that ticket is void at once');
select is(pg_temp.sold(3), :before - 1, 'and its place goes back to sale');
select is(pg_temp.ask(:'a', array[pg_temp.nth(:'a', 2)]), 'repeated 10000 XOF', 'the same wish again has the same answer');
select is((select count(*) from private.refunds r where r.order_id = :'a'), 1::bigint, 'and makes no other refund');
select is(pg_temp.ask(:'a', array[pg_temp.nth(:'a', 2), pg_temp.nth(:'a', 1)]), 'ticket_refunded', 'a ticket that is refunded among others');
select private.ticket_scan(pg_temp.nth(:'a', 1), pg_temp.id('staff'), 'porte');
select is(pg_temp.ask(:'a', array[pg_temp.nth(:'a', 1)]), 'ticket_used', 'a used ticket is not taken back');
select is(pg_temp.ask(:'a', array[pg_temp.nth(:'a', 1)], pg_temp.id('admin'), true), 'opened 10000 XOF', 'but its price may be given back out of goodwill');
select is(pg_temp.tickets_of(:'a'), 'USED/USED VOID/REFUNDED VALID/VALID', 'it stays used');
select is(pg_temp.ask(:'a', array[pg_temp.nth(:'a', 1)], pg_temp.id('admin'), true), 'repeated 10000 XOF', 'once');
select private.transfer_offer(pg_temp.nth(:'a', 3), pg_temp.id('awa'), 0, 'x@example.org', null, null, null, interval '1 day') is not null as offered \gset
select is(pg_temp.ask(:'a'), 'opened 10000 XOF', 'the rest');
select is((select string_agg(x.status, '') from public.ticket_transfers x where x.ticket_id = pg_temp.nth(:'a', 3)), 'CANCELLED', 'its pending transfer has ended');
select is(pg_temp.order_state(:'a'), 'PARTIALLY_REFUNDED COMPLETED', 'somebody was inside: the order is not wholly refunded');
select throws_ok(format($$insert into private.refunds (payment_id, order_id, amount_minor, currency, cause, state) select payment_id, order_id, 601, 'XOF', 'REQUEST', 'APPROVED'
	from private.refunds where order_id = %L limit 1$$, :'a'), '23514', 'more than is left of the payment', 'never more than was paid, whoever asks');
select is((select count(*) from public.notifications n where n.metadata ->> 'order_id' = :'a' and n.title = 'Remboursement accordé'), 3::bigint, 'the buyer is told each time');
select is(pg_temp.ask('50000000-0000-4000-8000-000000000003'), 'not_paid', 'a free order');
select is_empty('select * from broken', 'the world is consistent');

-- ---- the money
select r.id as r1 from private.refunds r where r.order_id = :'a' order by r.created_at, r.amount_minor, r.id limit 1 \gset
select is(pg_temp.round(:'r1', 'SUBMITTED'), 'create same', 'asked of the provider, as was written down before');
select is(pg_temp.round(:'r1', 'UNKNOWN'), 'read UNKNOWN', 'then nobody knows');
select is(pg_temp.round(:'r1', 'FAILED', null, 'RECIPIENT_NOT_FOUND'), 'read FAILED', 'it failed');
select is(pg_temp.round(:'r1', 'LATER', null, 'PAWAPAY_WALLET_OUT_OF_FUNDS'), 'create APPROVED', 'the wallet is empty');
select is((private.refund_begin(:'r1')).step, 'wait', 'then nothing is asked for a while');
select ok(exists (select from private.alarms al where al.kind = 'refunds_paused'), 'and somebody is called');
update private.refund_pauses set until = private.now() - interval '1 s';
select is(pg_temp.round(:'r1', 'PROCESSING'), 'create PROCESSING', 'later it goes on');
select is((select r.attempt from private.refunds r where r.id = :'r1'), 2, 'what was refused for lack of money was no attempt');
select is(pg_temp.round(:'r1', 'SUCCEEDED'), 'read SUCCEEDED', 'the provider has paid');
select is((private.refund_begin(:'r1')).step, 'none', 'that is the end');
select is(private.refund_move(:'r1', (select r.attempt_key from private.refunds r where r.id = :'r1'), 'FAILED', null, null, true), 'same', 'nothing goes back');
select is((select count(*) from private.refund_attempts t where t.refund_id = :'r1'), 3::bigint, 'each attempt had a key of its own');
select is(private.refund_move(:'r1', (select t.key from private.refund_attempts t where t.refund_id = :'r1' order by t.at, t.attempt limit 1), 'SUCCEEDED', null, null, true), 'old', 'an attempt that was given up and paid after all');
select ok(exists (select from private.alarms al where al.kind = 'refund_paid_twice'), 'is an alarm');

select r.id as r2 from private.refunds r where r.order_id = :'a' and r.state = 'APPROVED' order by r.id limit 1 \gset
select is(string_agg(pg_temp.round(:'r2', 'FAILED', null, 'UNSPECIFIED_FAILURE'), ' '), 'create FAILED create FAILED create FAILED create FAILED create MANUAL', 'five attempts, then by hand')
  from generate_series(1, 5);
select is((private.refund_begin(:'r2')).step, 'none', 'and no sixth');
select ok(exists (select from private.alarms al where al.kind = 'refund_by_hand' and al.subject = :'r2'), 'somebody is called');
select ok(private.refund_news('pawapay', (select t.key::text from private.refund_attempts t where t.refund_id = :'r2' limit 1)), 'a callback finds its refund');
select ok(not private.refund_news('stripe', 're_none'), 'or none');

-- the ledger
create function pg_temp.books(o uuid) returns text language sql as $$
	select string_agg(x.kind || ' ' || x.account || ' ' || x.minor || ' ' || x.currency, ', ' order by x.kind, x.currency, x.account) from (
		select l.kind, l.account, l.currency, sum(l.minor) as minor from public.payments p cross join lateral private.ledger_of(p.id) l where p.order_id = o group by 1, 2, 3) x where x.kind not in ('PAYMENT', 'SALE') $$;
select is(pg_temp.books(:'a'), 'REFUND ORGANIZER_PAYABLE 10000 XOF, REFUND PSP_CLEARING -10000 XOF', 'what went back was owed to the organizer');

-- what is due
select r.id as r3 from private.refunds r where r.order_id = :'a' and r.state = 'APPROVED' limit 1 \gset
select is(private.refunds_due(10), 1, 'the next one of a payment is due when one has ended');
select is(private.refunds_due(10), 0, 'once');
update private.refunds set next_check_at = private.now() where id = :'r3';
select is(private.refunds_due(10), 1, 'now one is');
select is(private.refunds_due(10), 0, 'once');

-- ---- paid in another currency: the parts of the charge are the whole charge
select pg_temp.paid('b', 3, 3, 'stripe', 5499, 'USD') as b \gset
select is(string_agg(pg_temp.ask(:'b', array[pg_temp.nth(:'b', n)]), ', '), 'opened 10000 XOF, opened 10000 XOF, opened 10000 XOF', 'three refunds of a dollar charge') from generate_series(1, 3) n;
select is((select sum(r.charge_minor) from private.refunds r where r.order_id = :'b'), round(5499 * 30000 / 30600.0), 'the fee''s part of the charge stays');
select is((select max(r.charge_minor) - min(r.charge_minor) <= 1 from private.refunds r where r.order_id = :'b'), true, 'evenly');

create procedure pg_temp.settle_all(o uuid) language plpgsql as $$
declare
	r record;
begin
	for r in select x.id from private.refunds x where x.order_id = o and x.state = 'APPROVED' loop
		perform private.refund_move(r.id, (private.refund_begin(r.id)).key, 'SUCCEEDED', 're_' || r.id, null, true);
	end loop;
end $$;
call pg_temp.settle_all(:'b');
select is(pg_temp.books(:'b'), 'REFUND FX 5391 USD, REFUND PSP_CLEARING -5391 USD, REFUND FX -30944 XOF, REFUND FX_MARGIN 944 XOF, REFUND ORGANIZER_PAYABLE 30000 XOF', 'the exchange is undone in the same part');
select r.id as r4 from private.refunds r where r.order_id = :'b' order by r.id limit 1 \gset
select is((private.refund_begin(:'r4')).step, 'read', 'a bank may send a refund back');
select is(private.refund_move(:'r4', (select r.attempt_key from private.refunds r where r.id = :'r4'), 'FAILED', null, 'lost_or_stolen_card', true), 'FAILED', 'then it is tried again');
select is((select sum(l.minor)::bigint from public.payments p cross join lateral private.ledger_of(p.id) l where p.order_id = :'b' and l.account = 'ORGANIZER_PAYABLE'), -10000::bigint, 'and stands in the ledger as owed');
call pg_temp.settle_all(:'b');
select is((select r.state || r.attempt from private.refunds r where r.id = :'r4'), 'FAILED1', 'when its time has come');

-- ---- a ticket that was given away: the buyer gets the money, its owner learns of it
select pg_temp.paid('e', 3, 1) as e \gset
select private.transfer_complete(pg_temp.nth(:'e', 1), pg_temp.id('awa'), 0, pg_temp.id('issa'), null, null, null, null) is not null as given \gset
select is(pg_temp.ask(:'e'), 'opened 10000 XOF', 'a ticket that was given away is refunded too');
select is((select string_agg(n.user_id || ' ' || n.title, ', ') from public.notifications n where n.metadata ->> 'ticket_id' = pg_temp.nth(:'e', 1)::text), pg_temp.id('issa') || ' Billet annulé', 'its owner is told');
select is((select n.user_id from public.notifications n where n.metadata ->> 'order_id' = :'e' and n.title = 'Remboursement accordé'), pg_temp.id('awa'), 'the money is the buyer''s');

-- ---- disputes
select pg_temp.paid('c', 3, 2, 'stripe') as c \gset
select p.stripe_payment_intent_id as intent from public.payments p where p.order_id = :'c' \gset
select private.transfer_offer(pg_temp.nth(:'c', 1), pg_temp.id('awa'), 0, 'x@example.org', null, null, null, interval '1 day') is not null as offered \gset
select is(private.dispute_news('dp_1', 'pi_nobody', 1, 'xof', 'needs_response', 'fraudulent'), 'unknown', 'an intent of nobody');
select is(private.dispute_news('dp_1', :'intent', 20400, 'xof', 'needs_response', 'fraudulent'), 'opened', 'the bank opens a dispute');
select is(pg_temp.order_state(:'c'), 'DISPUTED COMPLETED', 'the order is disputed');
select is(pg_temp.tickets_of(:'c'), 'BLOCKED/PENDING BLOCKED/PENDING', 'its tickets wait');
select is((select string_agg(x.status, '') from public.ticket_transfers x where x.ticket_id = pg_temp.nth(:'c', 1)), 'CANCELLED', 'nothing is on offer');
select is(private.dispute_news('dp_1', :'intent', 20400, 'xof', 'needs_response', 'fraudulent'), 'same', 'told twice');
select is(private.dispute_news('dp_1', :'intent', 20400, 'xof', 'under_review', 'fraudulent'), 'same', 'under review');
select is(pg_temp.books(:'c'), 'DISPUTE_FREEZE ORGANIZER_PAYABLE 20000 XOF, DISPUTE_FREEZE RESERVE -20000 XOF', 'what the organizer was owed is frozen');
select is(pg_temp.ask(:'c'), 'disputed', 'no refund beside a dispute');
select is(private.dispute_news('dp_1', :'intent', 20400, 'xof', 'won', 'fraudulent'), 'won', 'won');
select is(pg_temp.order_state(:'c') || ' ' || pg_temp.tickets_of(:'c'), 'COMPLETED COMPLETED VALID/VALID VALID/VALID', 'all is as before');
select is(private.dispute_news('dp_1', :'intent', 20400, 'xof', 'needs_response', 'fraudulent'), 'same', 'late news of its beginning');
select is(private.dispute_news('dp_1', :'intent', 20400, 'xof', 'lost', 'fraudulent'), 'same', 'an end is an end');
select private.ticket_scan(pg_temp.nth(:'c', 1), pg_temp.id('staff'), 'porte');
select is(private.dispute_news('dp_2', :'intent', 20400, 'xof', 'lost', 'fraudulent'), 'lost', 'another one, first heard of when it was lost');
select is(pg_temp.order_state(:'c') || ' ' || pg_temp.tickets_of(:'c'), 'PARTIALLY_REFUNDED COMPLETED USED/USED VOID/CANCELLED', 'what was not used is void');
select is(pg_temp.ask(:'c', array[pg_temp.nth(:'c', 1)], pg_temp.id('admin'), true), 'nothing_left', 'the bank took it back: nothing is left to refund');
select is((select string_agg(x.account || ' ' || x.minor, ', ' order by x.account) from (select l.account, sum(l.minor) as minor from public.payments p cross join lateral private.ledger_of(p.id) l
	where p.order_id = :'c' group by 1) x), 'FEE_REVENUE 0, ORGANIZER_PAYABLE 0, PSP_CLEARING 0, RESERVE 0, SUSPENSE 0', 'lost: nothing of that payment is left to anybody');
-- a refund on its way when the bank decides
select pg_temp.paid('d', 3, 1, 'stripe') as d \gset
select is(pg_temp.ask(:'d'), 'opened 10000 XOF', 'a refund');
select r.id as r5 from private.refunds r where r.order_id = :'d' \gset
select is(pg_temp.round(:'r5', 'UNKNOWN'), 'create UNKNOWN', 'nobody knows what became of it');
select is(private.dispute_news('dp_3', 'pi_d', 10200, 'xof', 'lost', 'fraudulent'), 'lost', 'a dispute that was lost meanwhile');
select is((select r.state from private.refunds r where r.id = :'r5'), 'UNKNOWN', 'what may have been sent is not taken back');
select is(private.refund_move(:'r5', (select r.attempt_key from private.refunds r where r.id = :'r5'), 'LATER', null, 'charge_disputed', false), 'APPROVED', 'it was not');
select is((private.refund_begin(:'r5')).step, 'none', 'then it is not sent again');
create function pg_temp.rest(o uuid) returns text language sql as $$
	select string_agg(x.account || ' ' || x.minor, ', ' order by x.account) from (select l.account, sum(l.minor) as minor from public.payments p cross join lateral private.ledger_of(p.id) l
	where p.order_id = o group by 1) x where x.minor <> 0 $$;
select is(pg_temp.rest(:'d'), null, 'nothing of that payment is left to anybody');
select is((select r.state || ' ' || c.refunded_minor from private.refunds r join private.payment_refunds c on c.payment_id = r.payment_id where r.id = :'r5'), 'REJECTED 0', 'and counts no more');

-- a dispute over half of the charge
select pg_temp.paid('f', 3, 2, 'stripe') as f \gset
select is(private.dispute_news('dp_4', 'pi_f', 10200, 'xof', 'needs_response', 'fraudulent'), 'opened', 'half of it');
select is(pg_temp.rest(:'f'), 'FEE_REVENUE -400, ORGANIZER_PAYABLE -10000, PSP_CLEARING 20400, RESERVE -10000', 'half is frozen');
select is(private.dispute_news('dp_4', 'pi_f', 10200, 'xof', 'lost', 'fraudulent'), 'lost', 'lost');
select is(pg_temp.rest(:'f'), 'FEE_REVENUE -200, ORGANIZER_PAYABLE -10000, PSP_CLEARING 10200', 'half is gone');

-- money that nobody can use goes back by itself, and its owner is told why
insert into public.payments (order_id, amount_minor, currency, payment_method, provider, status) select :'c', 20400, 'XOF', 'mobile_money', 'pawapay', 'pending' returning id as second \gset
select is(private.payment_settle(:'second', 'SUCCEEDED', 20400, 'XOF', true), 'duplicate', 'a second payment of an order');
select is((select n.title || ' ' || n.message from public.notifications n join private.refunds r on r.id = (n.metadata ->> 'refund_id')::uuid where r.payment_id = :'second'),
	'Paiement en double : remboursement 20400 XOF vous seront remboursés : « ' || (select e.title from public.events e join public.orders o on o.event_id = e.id where o.id = :'c') || ' » était déjà payé.', 'its owner is told');
select r.id as r6 from private.refunds r where r.payment_id = :'second' \gset
select is(pg_temp.round(:'r6', 'SUCCEEDED'), 'create SUCCEEDED', 'it goes back');
select is((select sum(l.minor)::bigint from private.ledger_of(:'second') l where l.account = 'REFUND_PAYABLE'), 0::bigint, 'out of where it waited');

select is_empty('select * from broken', 'the world is consistent');
select * from finish();
rollback;
