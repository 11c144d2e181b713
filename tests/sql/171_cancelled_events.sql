-- An event is cancelled; what organizers may change while tickets are sold; their figures.
\ir include/world.sql
\set invariants `cat "$TESTS_SQL/invariants.sql"`
create temporary view broken as :invariants
select no_plan();
\ir include/paid.sql

-- ---- an event of its own, with figures that a person can add up
insert into public.events (id, title, description, location, image_url, date, time, price, capacity, status, organizer_id)
values (pg_temp.id('rule'), 'Bilan', '-', '-', '-', current_date + 20, '20:00', 1000, 100, 'PUBLISHED', pg_temp.id('organizer'));
insert into public.ticket_types (id, event_id, name, price, quantity) values
	('30000000-0000-4000-8000-000000000008', pg_temp.id('rule'), 'Fosse', 1000, 20), ('30000000-0000-4000-8000-000000000009', pg_temp.id('rule'), 'Balcon', 2500, 10);
select pg_temp.paid('p', 8, 3, organizer_fee => 90) as p \gset
select pg_temp.paid('q', 9, 2, 'stripe') as q \gset
select pg_temp.paid('r', 8, 1, 'pawapay', null, null, pg_temp.id('stranger')) as r \gset
insert into public.orders (user_id, event_id, total, status, payment_method) values (pg_temp.id('awa'), pg_temp.id('rule'), 99999, 'AWAITING_PAYMENT', 'CARD');
create function pg_temp.report(person text, section text) returns setof text language plpgsql as $$
begin
	call pg_temp.act_as('authenticated', pg_temp.id(person));
	return query select format('%s %s/%s brut %s frais %s+%s rendu %s+%s en cours %s litige %s net %s %s', r.label, r.tickets, r.orders, r.gross, r.buyer_fees, r.organizer_fees,
		r.refunds, r.refunded_fees, r.refunding, r.disputed, r.net, r.currency) from public.event_sales_report(pg_temp.id('rule')) r where r.section = report.section;
	reset role;
end $$;
grant usage on schema tap to authenticated;
-- 3 x 1000 + 2 x 2500 + 1 x 1000; fees 2 %: 60, 100, 20; the organizer's fee 90
select is(pg_temp.report('organizer', 'total'), ' 6/3 brut 9000 frais 180+90 rendu 0+0 en cours 0 litige 0 net 8910 XOF', 'all of it: an order counts once');
select results_eq($$select pg_temp.report('organizer', 'type')$$, array['Fosse 4/2 brut 4000 frais 80+90 rendu 0+0 en cours 0 litige 0 net 3910 XOF',
	'Balcon 2/1 brut 5000 frais 100+0 rendu 0+0 en cours 0 litige 0 net 5000 XOF'], 'by type');
select results_eq($$select pg_temp.report('admin', 'method')$$, array['credit_card/stripe 2/1 brut 5000 frais 100+0 rendu 0+0 en cours 0 litige 0 net 5000 XOF',
	'mobile_money/pawapay 4/2 brut 4000 frais 80+90 rendu 0+0 en cours 0 litige 0 net 3910 XOF'], 'by means of payment');
select throws_ok($$select pg_temp.report('foreign', 'total')$$, '42501', null, 'another organizer sees nothing');
reset role;
select r.refund as refund from private.refund_request(:'p', (select array_agg(t.id) from (select t.id from public.tickets t where t.order_id = :'p' order by t.ordinal limit 1) t), 'x', pg_temp.id('organizer')) r \gset
select is(pg_temp.report('organizer', 'total'), ' 6/3 brut 9000 frais 180+90 rendu 0+0 en cours 1000 litige 0 net 8910 XOF', 'a refund under way');
select b.key as key from private.refund_begin(:'refund') b \gset
select private.refund_move(:'refund', :'key', 'SUCCEEDED', null, null, true) as moved \gset
select is(pg_temp.report('organizer', 'total'), ' 6/3 brut 9000 frais 180+90 rendu 1000+0 en cours 0 litige 0 net 7940 XOF', 'and done: 8910 - (1000 - 30)');
select private.dispute_news('dp_9', 'pi_q', 5100, 'xof', 'needs_response', 'fraudulent') as moved \gset
select is(pg_temp.report('organizer', 'type'), 'Fosse 4/2 brut 4000 frais 80+90 rendu 1000+0 en cours 0 litige 0 net 2940 XOF', 'a dispute touches its own type alone') limit 1;
select is(pg_temp.report('organizer', 'total'), ' 6/3 brut 9000 frais 180+90 rendu 1000+0 en cours 0 litige 5000 net 2940 XOF', 'what is disputed is not owed');
select private.dispute_news('dp_9', 'pi_q', 5100, 'xof', 'won', 'fraudulent') as moved \gset
select is(pg_temp.report('organizer', 'total'), ' 6/3 brut 9000 frais 180+90 rendu 1000+0 en cours 0 litige 0 net 7940 XOF', 'won');

-- ---- what an organizer changes
create function pg_temp.change(person text, statement text) returns text language plpgsql as $$
declare
	answer text := 'done';
begin
	begin
		call pg_temp.act_as('authenticated', pg_temp.id(person));
		execute statement;
	exception when others then
		answer := sqlstate || ' ' || sqlerrm;
	end;
	reset role;
	return answer;
end $$;
select is(pg_temp.change('organizer', $$update public.ticket_types set quantity = 2 where id = '30000000-0000-4000-8000-000000000008'$$),
	'23514 3 places of "Fosse" are sold or being paid for: there cannot be fewer', 'never fewer than are sold: in words');
select is(pg_temp.change('organizer', $$update public.ticket_types set quantity = 3 where id = '30000000-0000-4000-8000-000000000008'$$), 'done', 'as many as are sold');
select is((select y.available from public.ticket_types y where y.id = '30000000-0000-4000-8000-000000000008') >= 0, true, 'none are shown as left, and not fewer');
select is(pg_temp.change('organizer', $$update public.ticket_types set quantity = 30 where id = '30000000-0000-4000-8000-000000000008'$$), 'done', 'more again');
select is(private.places_left('30000000-0000-4000-8000-000000000008', null), 27, 'can be sold');
select is(pg_temp.change('organizer', $$update public.ticket_types set price = 7000 where id = '30000000-0000-4000-8000-000000000008'$$), 'done', 'another price');
select is((select string_agg(x.base_minor::text, ' ') from private.refund_shares(:'p') x), '1000 1000 1000', 'old orders keep theirs');

-- ---- cancelled
insert into public.orders (user_id, event_id, total_minor, status, payment_method, ticket_quantities)
values (pg_temp.id('issa'), pg_temp.id('rule'), 5000, 'AWAITING_PAYMENT', 'MOBILE_MONEY', '{"30000000-0000-4000-8000-000000000009": 2}') returning id as unpaid \gset
insert into public.payments (order_id, amount_minor, payment_method, provider, status) values (:'unpaid', 5000, 'mobile_money', 'pawapay', 'pending') returning id as live \gset
select private.ticket_scan((select t.id from public.tickets t where t.order_id = :'r'), pg_temp.id('organizer'), 'porte') as scanned \gset
select is(pg_temp.change('stranger', format('update public.events set status = %L where id = %L', 'CANCELLED', pg_temp.id('rule'))), 'done', 'a stranger''s wish');
select is((select e.status from public.events e where e.id = pg_temp.id('rule')), 'PUBLISHED', 'changes nothing');
select is(pg_temp.change('organizer', format('update public.events set status = %L where id = %L', 'CANCELLED', pg_temp.id('rule'))), 'done', 'its organizer cancels it');
select is((select count(*) from private.jobs j where j.function = 'refund-event' and j.payload ->> 'event' = pg_temp.id('rule')::text), 1::bigint, 'and its buyers'' money goes back by a job');
select is(pg_temp.change('organizer', format('update public.events set status = %L where id = %L', 'PUBLISHED', pg_temp.id('rule'))),
	'23514 an event that was cancelled stays cancelled: its buyers are being refunded', 'there is no return');
select is((select s.seen || ' ' || s.refunded || ' ' || s.cancelled || ' ' || s.waiting from private.event_refund_step(pg_temp.id('rule'), null, 2) s), '2 2 0 0', 'in steps') where false;
create temporary table step as select s.* from private.event_refund_step(pg_temp.id('rule'), null, 100) s;
select is((select s.seen || ' ' || s.refunded || ' ' || s.cancelled || ' ' || s.waiting from step s), '5 3 1 1', 'three refunded, one ended, one being paid this moment');
select is((select string_agg(r.amount_minor || '/' || r.fee_minor || '/' || r.cause, ' ' order by r.amount_minor) from private.refunds r join public.orders o on o.id = r.order_id
	where o.event_id = pg_temp.id('rule') and r.id <> :'refund'), '1020/20/EVENT_CANCELLED 2040/40/EVENT_CANCELLED 5100/100/EVENT_CANCELLED', 'all that is left, with the fees; the used ticket''s too');
select is((select string_agg(distinct s.state, ' ') from public.tickets t join private.ticket_state s on s.ticket_id = t.id where t.event_id = pg_temp.id('rule')), 'USED VOID', 'tickets are void, a used one stays used');
select is((select count(*) from private.jobs j where j.function = 'settle-pawapay' and j.payload = jsonb_build_object('kind', 'cancel', 'payment', :'live')), 1::bigint, 'the open payment is to be stopped at its provider');
select is((select s.refunded + s.cancelled from private.event_refund_step(pg_temp.id('rule'), null, 100) s), 0, 'again: nothing');
select is((select count(*) from public.notifications n where n.type = 'EVENT_CANCELLED' and n.metadata ->> 'event_id' = pg_temp.id('rule')::text), 4::bigint, 'everybody is told once');
update public.payments set status = 'failed' where id = :'live';
select is((select s.cancelled || ' ' || s.waiting from private.event_refund_step(pg_temp.id('rule'), null, 100) s), '1 0', 'the last order ends with its payment');
select is((select sum(s.held) from private.sales s join public.ticket_types y on y.id = s.ticket_type_id where y.event_id = pg_temp.id('rule')), 0::bigint, 'nothing is held');
select is((select sum(r.amount_minor) = (select sum(p.amount_minor) - 20 from public.payments p where p.event_id = pg_temp.id('rule') and p.status = 'completed') from private.refunds r
	join public.orders o on o.id = r.order_id where o.event_id = pg_temp.id('rule')), true, 'all that came in goes back, but the fee of the ticket refunded before');

-- ---- do the books agree: what cannot be right is found, and only what is open is asked about again
create function pg_temp.differs(what text) returns text language sql as $$ select string_agg(d.subject || ' ' || d.repairable, ', ' order by d.subject) from private.money_differences() d where d.kind = what $$;
select is(pg_temp.differs('refund_open'), null, 'refunds that are on their way are no difference');
update private.refunds set created_at = private.now() - interval '2 hours' where id = (select r.id from private.refunds r where r.state = 'APPROVED' order by r.id limit 1) returning id as old \gset
select is(pg_temp.differs('refund_open'), :'old' || ' true', 'one that takes too long is, and can be asked about');
select is((private.recovery_begin(pg_temp.id('organizer'), 'data_verification', true)).recovery, null, 'not for organizers');
select b.recovery as recovery from private.recovery_begin(pg_temp.id('admin'), 'data_verification', false) b \gset
select is((private.recovery_end(:'recovery', 1, true, '{}')).mended, 0, 'a dry run mends nothing');
select is((select e.mended || ' ' || e.tables::text from private.recovery_end(:'recovery', 1, false, '{}') e), (select count(*) from private.money_differences() d where d.repairable) || ' {refunds}', 'else it has the provider asked');
select ok(exists (select from private.recovery_sample(100) x where x.reference = 'pi_q' and x.state = 'SUCCEEDED'), 'what is to be compared with the providers');
select is((select count(*) from private.jobs j where j.function = 'settle-stripe' and j.payload ->> 'kind' = 'check'), 0::bigint, 'what agrees is left alone');
select private.recovery_end(:'recovery', 1, false, array(select p.id from public.payments p where p.stripe_payment_intent_id = 'pi_q')) as ended \gset
select is((select count(*) from private.jobs j where j.function = 'settle-stripe' and j.payload ->> 'kind' = 'check'), 1::bigint, 'what a provider says otherwise is asked again');
select ok(exists (select from private.jobs j where j.function = 'submit-refund' and j.dedup like 'recovery:%' and j.payload ->> 'refund' = :'old'), 'by a job');
select is_empty('select * from broken', 'the world is consistent');
select * from finish();
rollback;
