-- Orders, free tickets, payments and prices as clients ask for them: what the server makes of it.
\ir include/world.sql
\set invariants `cat "$TESTS_SQL/invariants.sql"`
create temporary view broken as :invariants
select no_plan();
grant usage on schema tap to anon, authenticated, service_role;

-- What `role` gets from a statement that returns one text; 'SQLSTATE words' when it is refused. Its
-- effect stays.
create function pg_temp.ask(role name, person uuid, statement text) returns text language plpgsql as $$
declare
	answer text;
	state text;
begin
	begin
		call pg_temp.act_as(role, person);
		execute statement into answer;
	exception when others then
		get stacked diagnostics state = returned_sqlstate;
		answer := state || ' ' || sqlerrm;
	end;
	reset role;
	return answer;
end $$;
create function pg_temp.order_of(person text, quantities text, rest text default '', id uuid default gen_random_uuid()) returns text language sql as $$
	select pg_temp.ask('authenticated', pg_temp.id(person), format(
		'insert into public.orders (user_id, event_id, total, status, payment_method, ticket_quantities, event_date_id, visible_in_history)
		 values (%L, %L, 1, %s) returning status || $q$ $q$ || total || $q$ $q$ || total_amount || $q$ $q$ || currency || $q$ $q$ || payment_method || $q$ $q$ || visible_in_history',
		pg_temp.id(person), pg_temp.event(2), coalesce(nullif(rest, ''), format('%L, %L, %L, null, true', 'COMPLETED', 'MOBILE_MONEY', quantities)))) $$;
create function pg_temp.line(type integer, n text) returns text language sql as $$
	select format('{"30000000-0000-4000-8000-00000000000%s": %s}', type, n) $$;
create function pg_temp.counter(type integer, d uuid default null) returns text language sql as $$
	select s.held || '/' || s.sold from private.sales s where s.ticket_type_id = ('30000000-0000-4000-8000-00000000000' || type)::uuid and s.event_date_id is not distinct from d $$;
delete from public.service_fee_rules where scope = 'GLOBAL';
insert into public.service_fee_rules (id, name, scope, fee_type, fee_value, maximum_fee) values (pg_temp.id('held event'), 'Frais', 'GLOBAL', 'PERCENTAGE', 0.0333, 1000);

-- ---- an order that costs something
select is(pg_temp.order_of('stranger', pg_temp.line(3, '2')), 'AWAITING_PAYMENT 20666 20666 XOF MOBILE_MONEY false', 'price, fee, status and history are the server''s');
select is(pg_temp.order_of('stranger', '{"30000000-0000-4000-8000-000000000003": 1, "30000000-0000-4000-8000-000000000004": 0}'),
	'AWAITING_PAYMENT 10333 10333 XOF MOBILE_MONEY false', 'lines of nothing are dropped');
select is(pg_temp.counter(3), '0/5', 'an unpaid order holds nothing');
select is((select count(*) from public.tickets t join public.orders o on o.id = t.order_id where o.user_id = pg_temp.id('stranger')), 0::bigint, 'and has no tickets');
select is(pg_temp.order_of('stranger', pg_temp.line(3, '11')), '23514 at most 10 of Pass une soirée in one order', 'max_per_order');
select is(pg_temp.order_of('stranger', pg_temp.line(3, '-1')), '23514 ticket_quantities is an object of ticket types and numbers', 'no negative number');
select is(pg_temp.order_of('stranger', pg_temp.line(3, '1.5')), '23514 ticket_quantities is an object of ticket types and numbers', 'no half a ticket');
select is(pg_temp.order_of('stranger', '[]'), '23514 ticket_quantities is an object of ticket types and numbers', 'no list');
select is(pg_temp.order_of('stranger', '{"x": 1}'), '23514 ticket_quantities is an object of ticket types and numbers', 'no other key than an id');
select is(pg_temp.order_of('stranger', '{}'), '23514 nothing was chosen', 'no empty order');
select is(pg_temp.order_of('stranger', pg_temp.line(3, '0')), '23514 nothing was chosen', 'no order of nothing');
select is(pg_temp.order_of('stranger', pg_temp.line(1, '1')), '23514 this ticket type does not belong to the event', 'types are the event''s own');
select is(pg_temp.order_of('stranger', '', format('%L, %L, %L, %L, true', 'COMPLETED', 'CARD', pg_temp.line(3, '1'), '40000000-0000-4000-8000-000000000001')),
	'23514 this date of the event is not on sale', 'and so are dates');
update public.ticket_types set sales_enabled = false where id = '30000000-0000-4000-8000-000000000003';
select is(pg_temp.order_of('stranger', pg_temp.line(3, '1')), '23514 Pass une soirée is not on sale', 'sales can be off');
update public.ticket_types set sales_enabled = true, quantity = 6 where id = '30000000-0000-4000-8000-000000000003';
select is(pg_temp.order_of('stranger', pg_temp.line(3, '2')), '23514 only 1 of Pass une soirée are left', 'no more than there are');
update public.ticket_types set quantity = 1500 where id = '30000000-0000-4000-8000-000000000003';
update private.people set status = 'BANNED' where user_id = pg_temp.id('impostor');
select is(pg_temp.order_of('impostor', pg_temp.line(3, '1')), '42501 an order is made for oneself', 'banned people order nothing');
select is(pg_temp.ask('authenticated', pg_temp.id('stranger'), $$update public.orders set status = 'COMPLETED' where user_id = pg_temp.id('stranger') returning id::text$$), null, 'an order is not completed by its buyer');
select is(pg_temp.try('authenticated', pg_temp.id('stranger'), $$delete from public.orders where user_id = pg_temp.id('stranger')$$), '42501', 'nor deleted');

-- ---- a free order
select is(pg_temp.order_of('stranger', pg_temp.line(4, '3')), 'COMPLETED 0 0 XOF FREE_TICKET true', 'a free order is complete at once');
select results_eq($$select t.ordinal, t.status, t.payment_status::text, t.user_id from public.tickets t join public.orders o on o.id = t.order_id where o.user_id = pg_temp.id('stranger') order by 1$$,
	$$select n, 'VALID', 'paid', pg_temp.id('stranger') from generate_series(1, 3) n$$, 'and has its tickets');
select is(pg_temp.counter(4), '0/4', 'which have their places');
create temporary table free as select o.id from public.orders o where o.user_id = pg_temp.id('stranger') and o.status = 'COMPLETED';
grant select on free to authenticated;
create function pg_temp.post_tickets(person text, order_id uuid, type integer) returns text language sql as $$
	select pg_temp.ask('authenticated', pg_temp.id(person), format($q$with made as (insert into public.tickets (order_id, event_id, user_id, ticket_type_id, event_date_id, status, payment_status, created_at)
		select %L, %L, %L, '30000000-0000-4000-8000-00000000000%s', null, 'VALID', 'paid', '2020-01-01' from generate_series(1, 3) returning 1) select count(*) from made$q$,
		order_id, pg_temp.event(2), pg_temp.id(person), type)) $$;
select is(pg_temp.post_tickets('stranger', id, 4), '0', 'the browser''s own tickets double nothing') from free;
select is((select count(*) from public.tickets t where t.order_id = f.id), 3::bigint, 'three they are') from free f;
select is(pg_temp.post_tickets('stranger', id, 3), '42501 tickets are made by the server', 'another type than the order''s is refused') from free;
select is(pg_temp.post_tickets('addressee', id, 4), '42501 tickets are made by the server', 'another''s order too') from free;
select is(pg_temp.post_tickets('stranger', '50000000-0000-4000-8000-000000000001', 3), '42501 tickets are made by the server', 'and a paid one');
select is(pg_temp.order_of('stranger', pg_temp.line(4, '1')), '23505 there is an order of free tickets for this event already', 'once for a person and an event');
select is(pg_temp.order_of('addressee', '{"30000000-0000-4000-8000-000000000003": 1, "30000000-0000-4000-8000-000000000004": 1}'),
	'AWAITING_PAYMENT 10333 10333 XOF MOBILE_MONEY false', 'a mixed order is not free');
select is((select count(*) from public.notifications n where n.user_id = pg_temp.id('stranger') and n.type = 'ORDER_CONFIRMATION'), 1::bigint, 'one notice of it');

-- ---- fees
create function pg_temp.fees(type integer, n integer) returns jsonb language sql as $$
	select public.calculate_service_fees(e.id, jsonb_build_array(jsonb_build_object('ticket_type_id', y.id, 'quantity', n, 'price', 1)))
	  from public.ticket_types y join public.events e on e.id = y.event_id where y.id = ('30000000-0000-4000-8000-00000000000' || type)::uuid $$;
select is(pg_temp.fees(3, 2) -> 'total_buyer_fees', '666', 'a percentage of the server''s price');
select is(pg_temp.fees(3, 7) -> 'total_buyer_fees', '1000', 'at most the maximum');
select is(pg_temp.fees(4, 2) -> 'total_buyer_fees', '0', 'nothing of nothing');
insert into public.service_fee_rules (name, scope, event_id, fee_type, fee_value, applies_to, priority) values
	('E1', 'EVENT', pg_temp.event(2), 'FIXED', 101, 'SPLIT', 1), ('E2', 'EVENT', pg_temp.event(2), 'FIXED', 7, 'BUYER', 0);
select is(pg_temp.fees(3, 1) - 'fee_breakdown', '{"total_buyer_fees": 51, "total_organizer_fees": 50}', 'the event''s rule beats the global one, the higher priority the lower; halves make the whole');
insert into public.service_fee_rules (id, name, scope, ticket_type_id, fee_type, fee_value, minimum_fee, applies_to)
values (pg_temp.id('offer'), 'T', 'TICKET_TYPE', '30000000-0000-4000-8000-000000000003', 'PERCENTAGE', 0.001, 100, 'ORGANIZER');
select is(pg_temp.fees(3, 1), '{"total_buyer_fees": 0, "total_organizer_fees": 100, "fee_breakdown": [{"rule_id": "70000000-0000-4000-8000-0000000000a1", "rule_name": "T", "scope": "TICKET_TYPE",
	"fee_type": "PERCENTAGE", "fee_amount": 100, "applies_to": "ORGANIZER", "ticket_type_id": "30000000-0000-4000-8000-000000000003", "base_amount": 10000}]}', 'the type''s beats both, and says how');
select is(pg_temp.ask('anon', null, format('select public.calculate_service_fees(%L, %L)', pg_temp.event(3), '[]')), '22023 there is no such event', 'drafts have no price for strangers');

-- ---- payments hold places
insert into public.orders (id, user_id, event_id, event_date_id, total, status, payment_method, ticket_quantities) values
	(pg_temp.id('held event'), pg_temp.id('stranger'), pg_temp.event(1), '40000000-0000-4000-8000-000000000001', 10000, 'AWAITING_PAYMENT', 'CARD', pg_temp.line(1, '2')::jsonb);
select is(pg_temp.ask('service_role', null, $$insert into public.payments (id, order_id, amount, payment_method, provider) values (pg_temp.id('held event'), pg_temp.id('held event'), 10000, 'credit_card', 'stripe') returning status$$), 'pending', 'a payment');
select is(pg_temp.counter(1), '2/7', 'holds the places');
select is(pg_temp.counter(1, '40000000-0000-4000-8000-000000000001'), '2/6', 'on its date');
select is(pg_temp.try('service_role', null, $$insert into public.payments (order_id, amount, payment_method) values (pg_temp.id('held event'), 10000, 'credit_card')$$), '23505', 'one live payment an order');
select is(pg_temp.ask('authenticated', pg_temp.id('stranger'), 'select public.admin_finalize_payment(pg_temp.id($q$held event$q$)) ->> $q$error$q$'), 'this payment is not confirmed by its provider', 'the buyer completes nothing that is not confirmed');
select is(pg_temp.ask('authenticated', pg_temp.id('awa'), 'select public.admin_finalize_payment(pg_temp.id($q$held event$q$)) ->> $q$error$q$'), 'payment not found', 'and nothing of another');
select is(pg_temp.ask('service_role', null, $$update public.payments set status = 'failed' where id = pg_temp.id('held event') returning status$$), 'failed', 'it fails');
select is(pg_temp.ask('service_role', null, $$update public.payments set status = 'pending' where id = pg_temp.id('held event') returning status$$), '23514 a payment that is FAILED cannot become pending', 'does not go back');
select is(pg_temp.ask('service_role', null, $$update public.payments set status = 'completed' where id = pg_temp.id('held event') returning status$$), 'completed', 'but succeeds after all');
select is(pg_temp.ask('authenticated', pg_temp.id('stranger'), 'select public.admin_finalize_payment(pg_temp.id($q$held event$q$)) ->> $q$tickets_created$q$'), '2', 'and then makes the tickets');
select is(pg_temp.ask('authenticated', pg_temp.id('stranger'), 'select public.admin_finalize_payment(pg_temp.id($q$held event$q$)) ->> $q$tickets_created$q$'), '0', 'once');
select is(pg_temp.counter(1), '0/9', 'what was held is sold');
select results_eq($$select o.status, o.visible_in_history, h.state, p.fulfilling from public.orders o join private.holds h on h.order_id = o.id join private.payment_state p on p.order_id = o.id where o.id = pg_temp.id('held event')$$,
	$$values ('COMPLETED', true, 'CONVERTED', true)$$, 'the order is complete');
select results_eq($$select t.event_date_id, t.payment_id from public.tickets t where t.order_id = pg_temp.id('held event')$$,
	$$select '40000000-0000-4000-8000-000000000001'::uuid, pg_temp.id('held event') from generate_series(1, 2)$$, 'the tickets have the date and the payment');
select is(pg_temp.ask('authenticated', pg_temp.id('stranger'), $$with u as (update public.payments set order_id = null where id = pg_temp.id('held event') returning 1) select count(*) from u$$), '0', 'the page''s PATCH of a payment changes nothing');
insert into public.orders (id, user_id, event_id, total, status, payment_method, ticket_quantities) values
	(pg_temp.id('offer'), pg_temp.id('stranger'), pg_temp.event(1), 5000, 'AWAITING_PAYMENT', 'CARD', pg_temp.line(1, '1')::jsonb);
insert into public.payments (id, order_id, amount, payment_method, status) values (pg_temp.id('offer'), pg_temp.id('offer'), 5000, 'credit_card', 'pending');
update public.orders set status = 'EXPIRED' where id = pg_temp.id('offer');
select is(pg_temp.counter(1), '0/9', 'an order that expires gives its places back');
update public.payments set status = 'completed' where id = pg_temp.id('offer');
select is(private.payment_finalize(pg_temp.id('offer')) ->> 'tickets_created', '1', 'paid late, it takes them again');
select is(pg_temp.try('service_role', null, $$insert into public.payments (order_id, event_id, amount, payment_method) values (pg_temp.id('offer'), pg_temp.event(2), 5000, 'credit_card')$$), '23514', 'a payment is of its order''s event');
update public.ticket_types set quantity = 10 where id = '30000000-0000-4000-8000-000000000001';
select is(pg_temp.try('service_role', null, $$insert into public.tickets (order_id, event_id, user_id, ticket_type_id) values (pg_temp.id('offer'), pg_temp.event(1), pg_temp.id('stranger'), '30000000-0000-4000-8000-000000000001')$$), '23514', 'a tool cannot oversell');
select is(pg_temp.try('authenticated', pg_temp.id('organizer'), $$update public.ticket_types set quantity = 9 where id = '30000000-0000-4000-8000-000000000001'$$), '23514', 'nor an organizer take away what is sold');
select is(pg_temp.ask('service_role', null, $$update public.tickets set status = 'REFUNDED' where order_id = pg_temp.id('offer') returning status$$), 'REFUNDED', 'a ticket is refunded');
select is(pg_temp.counter(1), '0/9', 'and its place is free');
select lives_ok('select private.available_refresh()', 'the numbers on display');
select is((select available from public.ticket_types where id = '30000000-0000-4000-8000-000000000001'), 1, 'follow');

-- ---- the rank of a payment only rises
insert into public.payments (id, event_id, amount, payment_method) values (pg_temp.id('category'), pg_temp.event(2), 10, 'credit_card');
select is(private.payment_move(pg_temp.id('category'), m.state, m.fresh), m.moves, format('%s, fresh: %s', m.state, m.fresh))
  from (values (1, 'SUBMITTED', false, true), (2, 'PROCESSING', false, true), (3, 'SUBMITTED', true, false), (4, 'UNKNOWN', false, false), (5, 'UNKNOWN', true, true),
	(6, 'FAILED', false, true), (7, 'PROCESSING', true, false), (8, 'CANCELLED', true, false), (9, 'SUCCEEDED', false, false), (10, 'SUCCEEDED', true, true),
	(11, 'FAILED', true, false)) m (n, state, fresh, moves) order by m.n;
select is((select p.status::text from public.payments p where p.id = pg_temp.id('category')), 'completed', 'the word follows');
select is((select string_agg(l.new_status, ' ' order by l.id) from private.payment_log l where l.payment_id = pg_temp.id('category')), 'pending failed completed', 'and each change of it is kept');
create function pg_temp.throws_append() returns setof text language sql as $$ select throws_ok('delete from private.payment_log', '42501', null, 'for good') $$;
select * from pg_temp.throws_append();

-- ---- the clock takes back
insert into public.orders (id, user_id, event_id, total, status, payment_method, ticket_quantities) values
	(pg_temp.id('foreign event'), pg_temp.id('stranger'), pg_temp.event(2), 10000, 'AWAITING_PAYMENT', 'CARD', pg_temp.line(3, '2')::jsonb),
	(pg_temp.id('rule'), pg_temp.id('stranger'), pg_temp.event(2), 10000, 'AWAITING_PAYMENT', 'CARD', pg_temp.line(3, '1')::jsonb);
insert into public.payments (id, order_id, amount, payment_method) values (pg_temp.id('rule'), pg_temp.id('rule'), 10000, 'credit_card');
select ok(private.hold_take(pg_temp.id('foreign event')), 'places are held');
select is(private.hold_take('50000000-0000-4000-8000-000000000001'), false, 'not for an order that is complete');
select is(pg_temp.counter(3), '3/5', 'three of them');
create temporary table before as select private.holds_expire(1000);
select is(pg_temp.counter(3), '3/5', 'for a while');
set local temba.clock_offset = '1000';
select cmp_ok(private.holds_expire(1000), '>=', 2, 'then the clock takes them');
select is(pg_temp.counter(3), '0/5', 'back');
select results_eq($$select o.status from public.orders o where o.id in (pg_temp.id('foreign event'), pg_temp.id('rule')) order by 1$$, $$values ('AWAITING_PAYMENT'), ('EXPIRED')$$,
	'and the order expires, unless its payment may still succeed');
set local temba.clock_offset = '0';

-- ---- prices by kind of day
update public.event_dates set day_type = 'holiday' where id = '40000000-0000-4000-8000-000000000003';
insert into public.ticket_type_pricing_overrides (ticket_type_id, day_type, price) values ('30000000-0000-4000-8000-000000000003', 'holiday', 12000);
select is(pg_temp.order_of('awa', '', format('%L, %L, %L, %L, true', 'AWAITING_PAYMENT', 'CARD', pg_temp.line(3, '1'), '40000000-0000-4000-8000-000000000003')),
	'AWAITING_PAYMENT 12000 12000 XOF CARD false', 'a day has its own price');

-- ---- guests
create temporary table guest as select pg_temp.ask('anon', null, format('select public.guest_order_processor(%L, %L, %L, %L, %L, %L, %L, null)',
	' Moussa@Example.org ', 'Moussa', '', pg_temp.event(2), 'CARD', pg_temp.line(3, '1'), '{"number": "4242"}'))::jsonb as said;
select is(said -> 'success', 'true', 'a guest orders') from guest;
select results_eq($$select o.guest_email, o.status, o.total, o.visible_in_history, g.phone from public.orders o join public.guest_orders g on g.order_id = o.id, guest where g.token = (said ->> 'token')::uuid and o.id = (said ->> 'order_id')::uuid$$,
	$$values ('moussa@example.org', 'AWAITING_PAYMENT', 10000::numeric, false, null::text)$$, 'at the server''s price');
select is(pg_temp.ask('anon', null, format('select public.guest_order_processor(%L, %L, %L, %L, %L, %L) ->> %L', 'nobody', 'M', '', pg_temp.event(2), 'CARD', pg_temp.line(3, '1'), 'error')), 'Adresse e-mail invalide', 'needs an address');
select is(pg_temp.ask('anon', null, format('select public.guest_order_processor(%L, %L, %L, %L, %L, %L) ->> %L', 'x@example.org', 'M', '', pg_temp.event(2), 'CARD', pg_temp.line(1, '1'), 'error')), 'this ticket type does not belong to the event', 'of this event');
select is(pg_temp.ask('anon', null, format('select public.guest_order_processor(%L, %L, %L, %L, %L, %L) ->> %L', 'x@example.org', 'M', '', pg_temp.event(2), 'FREE', pg_temp.line(4, '2'), 'success')), 'true', 'a free one');
select is((select count(*) from public.tickets t join public.orders o on o.id = t.order_id where o.guest_email = 'x@example.org'), 2::bigint, 'has its tickets');
-- the capability
create function pg_temp.guest_sees(setting text, value text, what text) returns text language sql as $$
	select set_config('temba.' || setting, value, true);
	select pg_temp.ask('anon', null, format('select count(*) from public.%I', what)) $$;
create function pg_temp.forget() returns void language sql as $$
	select set_config('temba.guest_tokens', '', true), set_config('temba.guest_orders', '', true), set_config('temba.guest_payments', '', true) $$;
select is(pg_temp.guest_sees('guest_tokens', '', t), '0', 'without a name nothing is seen of ' || t) from unnest(array['orders', 'tickets', 'payments', 'guest_orders']) t;
select is(pg_temp.guest_sees('guest_orders', format('{%s}', pg_temp.id('guest order')), t), '1', 'the order''s id shows ' || t) from unnest(array['orders', 'tickets', 'payments', 'guest_orders']) t;
select pg_temp.forget() \g /dev/null
select is(pg_temp.guest_sees('guest_payments', format('{%s}', pg_temp.id('guest payment')), t.what), t.n, 'the payment''s id shows ' || t.n || ' of ' || t.what) from (values ('payments', '1'), ('orders', '0')) t (what, n);
select is(pg_temp.guest_sees('guest_payments', format('{%s}', pg_temp.id('awa payment')), 'payments'), '0', 'but nothing of a person''s');
select pg_temp.forget() \g /dev/null
update public.events set date = current_date - 10 where id = pg_temp.event(1);
update public.event_dates set date = current_date - 10 where event_id = pg_temp.event(1);
select is(pg_temp.guest_sees('guest_orders', format('{%s}', pg_temp.id('guest order')), 'orders'), '0', 'two days after the event the id opens nothing');
select is(pg_temp.guest_sees('guest_tokens', format('{%s}', pg_temp.id('guest order')), 'orders'), '1', 'the token does');
select pg_temp.forget() \g /dev/null

-- ---- the door
update public.events set date = (private.now() at time zone 'Africa/Ouagadougou')::date, time = '12:00' where id = pg_temp.event(1);
update public.event_dates set date = (private.now() at time zone 'Africa/Ouagadougou')::date, start_time = '12:00' where event_id = pg_temp.event(1);
create function pg_temp.scan(person text, n integer) returns text language sql as $$
	select coalesce((a::jsonb) ->> 'success', '') || ' ' || coalesce(a::jsonb ->> 'code', a::jsonb #>> '{ticket,userName}', a::jsonb ->> 'message')
	  from pg_temp.ask('authenticated', pg_temp.id(person), format('select public.validate_ticket(%L, %L, %L)', pg_temp.ticket(n), pg_temp.id('staff'), 'Porte')) a $$;
select is(pg_temp.scan('stranger', 1), 'false Billet introuvable', 'who is not staff finds no ticket');
select is(pg_temp.scan('staff', 6), 'false Billet introuvable', 'staff of another event neither');
select is(pg_temp.scan('staff', 1), 'true Awa Ouédraogo', 'staff lets in');
select is(pg_temp.scan('organizer', 1), 'false used', 'once');
select is(pg_temp.scan('staff', 13), 'false void', 'not with a refunded ticket');
select is(pg_temp.scan('organizer', 6), 'false too_early', 'not weeks before');
select is(pg_temp.try('anon', null, 'select public.validate_ticket(pg_temp.ticket(2))'), '42501', 'strangers cannot ask');
select is_empty('select * from broken', 'consistent');

select * from finish();
rollback;
