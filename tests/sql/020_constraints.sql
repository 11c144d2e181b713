-- Constraints by example: the statement, and the constraint or SQLSTATE that stops it.
\ir include/world.sql
select no_plan();

create function pg_temp.stopped_by(statement text, stop text, what text) returns text language plpgsql as $$
declare
	name text;
	state text;
begin
	begin
		execute statement;
		raise exception using errcode = 'UNDOO';
	exception when others then
		get stacked diagnostics name = constraint_name, state = returned_sqlstate;
	end;
	return is(case when state = 'UNDOO' then 'nothing' else coalesce(nullif(name, ''), state) end, stop, what);
end $$;

-- people
select pg_temp.stopped_by($$insert into auth.users (email) values ('Awa@example.org')$$, 'users_email_canonical', 'an address is kept in small letters');
select pg_temp.stopped_by($$insert into auth.users (email) values ('awa@example.org')$$, 'users_email_key', 'one account an address');
select pg_temp.stopped_by($$insert into auth.users (phone) values ('+22670000001')$$, 'users_phone_canonical', 'the phone of an account has no plus');
select pg_temp.stopped_by($$update private.people set role = 'STAFF' where user_id = pg_temp.id('awa')$$, 'people_role', 'there is no role STAFF');
select pg_temp.stopped_by($$update private.people set phone = '70000001' where user_id = pg_temp.id('awa')$$, 'people_phone_canonical', 'a number is kept in its canonical form');
select pg_temp.stopped_by($$update private.people set phone_verified_at = now() where user_id = pg_temp.id('impostor')$$, 'people_verified_phone', 'a number is proven by one person');
select pg_temp.stopped_by($$update private.people set email = 'addressee@example.org', email_verified_at = now() + interval '1 s' where user_id = pg_temp.id('impostor')$$,
	'people_verified_email', 'an address is proven by one person');
select pg_temp.stopped_by($$update private.people set email = 'addressee@example.org' where user_id = pg_temp.id('impostor')$$, 'nothing', 'claiming an address without proof is no harm');
select pg_temp.stopped_by($$update private.people set email = '22670000009@temba.temp', email_verified_at = now() + interval '1 s' where user_id = pg_temp.id('awa')$$,
	'people_made_up_address_is_no_proof', 'a made-up address is never proven');
select pg_temp.stopped_by($$update private.people set phone = null, phone_verified_at = now() + interval '1 s' where user_id = pg_temp.id('addressee')$$,
	'people_verified_phone_exists', 'no number, no proof');
select pg_temp.stopped_by($$delete from auth.users where id = pg_temp.id('awa')$$, 'people_user_id_fkey', 'an account is not deleted from under its orders');

-- events and types
select pg_temp.stopped_by($$update public.events set currency = 'XXX' where id = pg_temp.id('foreign event')$$, 'events_currency_check', 'a currency that we know');
select pg_temp.stopped_by($$update public.events set timezone = 'Mars/Olympus' where id = pg_temp.event(1)$$, '22023', 'a time zone that exists');
select pg_temp.stopped_by($$update public.events set capacity = 0 where id = pg_temp.event(1)$$, 'events_capacity_check', 'an event has room');
select pg_temp.stopped_by($$update public.events set status = 'PENDING' where id = pg_temp.event(1)$$, 'events_status_check', 'a status that clients know');
select pg_temp.stopped_by($$insert into public.event_dates (event_id, date, start_time) select event_id, date, start_time from public.event_dates limit 1$$, 'event_dates_once', 'one row a date');
select pg_temp.stopped_by($$update public.ticket_types set available = -5$$, 'ticket_types_available_check', 'no fewer than none available');
select pg_temp.stopped_by($$update public.ticket_types set available = quantity + 1$$, 'ticket_types_available_check', 'no more available than there are');
select pg_temp.stopped_by($$update public.ticket_types set price = -1$$, 'ticket_types_price_check', 'no negative price');
select pg_temp.stopped_by($$insert into public.event_staff (event_id, user_id) select event_id, user_id from public.event_staff$$, 'event_staff_once', 'staff once an event');

-- money: either column may be written, both must agree
create temporary table money as select price, price_minor from public.ticket_types limit 0;
with made as (insert into public.ticket_types (event_id, name, price, quantity) values (pg_temp.event(1), 'M1', 2500.4, 1) returning price, price_minor)
insert into money select * from made;
with made as (insert into public.ticket_types (event_id, name, price_minor, quantity) values (pg_temp.event(1), 'M2', 700, 1) returning price, price_minor)
insert into money select * from made;
select results_eq('select price, price_minor from money', 'values (2500::numeric, 2500::bigint), (700, 700)', 'francs have no cents; each column follows the other');
update public.ticket_types set price = 900 where name = 'M1';
update public.ticket_types set price_minor = 1100 where name = 'M2';
select results_eq($$select price, price_minor from public.ticket_types where name in ('M1', 'M2') order by name$$,
	'values (900::numeric, 900::bigint), (1100, 1100)', 'and after an update');
select pg_temp.stopped_by($$update public.ticket_types set price = 5, price_minor = 6 where name = 'M1'$$, '22023', 'two different amounts are refused');
update public.events set currency = 'USD' where id = pg_temp.id('foreign event');
insert into public.ticket_types (event_id, name, price, quantity) values (pg_temp.id('foreign event'), 'M3', 12.345, 1);
select results_eq($$select price, price_minor, currency from public.ticket_types where name = 'M3'$$, $$values (12.35::numeric, 1235::bigint, 'USD')$$,
	'dollars have cents, rounded half up');
update public.events set currency = 'XOF' where id = pg_temp.id('foreign event');
select results_eq($$select price, price_minor, currency from public.ticket_types where name = 'M3'$$, $$values (12::numeric, 12::bigint, 'XOF')$$,
	'types follow the currency of their event');
select pg_temp.stopped_by($$update public.events set currency = 'EUR' where id = pg_temp.event(1)$$, '23514', 'which stands still once there are orders');
insert into public.orders (id, user_id, event_id, total, currency, status, payment_method)
values (pg_temp.id('offer'), pg_temp.id('awa'), pg_temp.event(1), 12.5, 'USD', 'AWAITING_PAYMENT', 'CARD');
select results_eq($$select total, total_amount, total_minor from public.orders where id = pg_temp.id('offer')$$, 'values (12.5::numeric, 12.5::numeric, 1250::bigint)', 'an order in dollars');
update public.orders set total_amount = 20 where id = pg_temp.id('offer');
select results_eq($$select total, total_amount, total_minor from public.orders where id = pg_temp.id('offer')$$, 'values (20::numeric, 20::numeric, 2000::bigint)', 'written under its other name');
update public.orders set total_minor = 300 where id = pg_temp.id('offer');
select results_eq($$select total, total_amount, total_minor from public.orders where id = pg_temp.id('offer')$$, 'values (3::numeric, 3::numeric, 300::bigint)', 'or in cents');

-- orders, tickets, scans
select pg_temp.stopped_by($$update public.orders set guest_email = 'x@example.org' where user_id is not null$$, 'orders_one_buyer', 'an order has one buyer');
select pg_temp.stopped_by($$insert into public.orders (event_id, status, payment_method) values (pg_temp.event(1), 'COMPLETED', 'CARD')$$, 'orders_one_buyer', 'and not none');
select pg_temp.stopped_by($$update public.orders set status = 'PENDING'$$, 'orders_status_check', 'an order is never PENDING');
select pg_temp.stopped_by($$insert into public.guest_orders (order_id, email) values (pg_temp.id('guest order'), 'y@example.org')$$, 'guest_orders_order_id_key', 'one guest an order');
select pg_temp.stopped_by($$insert into public.tickets (order_id, event_id, user_id, ticket_type_id, ordinal) select order_id, event_id, user_id, ticket_type_id, ordinal
	from public.tickets where id = pg_temp.ticket(1)$$, 'tickets_issued_once', 'a place of an order is issued once');
select pg_temp.stopped_by($$update public.tickets set status = 'ACTIVE' where id = pg_temp.ticket(1)$$, 'tickets_status_check', 'a status that clients know');
select pg_temp.stopped_by($$update public.tickets set qr_code = 'x'$$, 'tickets_qr_code_key', 'a code belongs to one ticket');
select cmp_ok((select min(length(qr_code)) from public.tickets), '>=', 32, 'and has 128 random bits at least');
select pg_temp.stopped_by($$delete from public.orders where id = '50000000-0000-4000-8000-000000000001'$$, 'tickets_order_id_fkey', 'an order with tickets stays');
select pg_temp.stopped_by($$update public.ticket_scans set reason = 'x'$$, '42501', 'scans are not edited');
select pg_temp.stopped_by($$delete from public.ticket_scans$$, '42501', 'nor deleted');
select pg_temp.stopped_by($$truncate public.ticket_scans$$, '42501', 'nor truncated');
select pg_temp.stopped_by($$insert into public.ticket_scans (ticket_id, result) values (pg_temp.ticket(1), 'REFUSED')$$, 'ticket_scans_reason_check', 'a refusal has a reason');
select pg_temp.stopped_by($$insert into public.ticket_scans (ticket_id, result, entry_seq) values (pg_temp.ticket(12), 'ACCEPTED', 1)$$, 'ticket_scans_one_entry', 'one entry is accepted once');

-- the owner log
select pg_temp.stopped_by($$insert into private.ticket_owner_log (ticket_id, epoch, owner_id, cause) values (pg_temp.ticket(1), 2, pg_temp.id('issa'), 'ADMIN')$$,
	'ticket_owner_log_gapless', 'the log has no gaps');
select pg_temp.stopped_by($$insert into private.ticket_owner_log (ticket_id, epoch, owner_id, cause) values (pg_temp.ticket(1), 0, pg_temp.id('issa'), 'ISSUE')$$,
	'ticket_owner_log_pkey', 'one owner an epoch');
select pg_temp.stopped_by($$insert into private.ticket_owner_log (ticket_id, epoch, cause) values (pg_temp.ticket(1), 1, 'ADMIN')$$, 'ticket_owner_log_one_owner', 'somebody owns it');
select pg_temp.stopped_by($$insert into private.ticket_owner_log (ticket_id, epoch, owner_id, cause) values (pg_temp.ticket(1), 1, pg_temp.id('issa'), 'TRANSFER')$$,
	'ticket_owner_log_transfer', 'a step by transfer names it');
select pg_temp.stopped_by($$update private.ticket_owner_log set owner_id = pg_temp.id('issa')$$, '42501', 'the log is not edited');
select pg_temp.stopped_by($$delete from private.ticket_owner_log$$, '42501', 'nor deleted');
select pg_temp.stopped_by($$truncate private.ticket_owner_log$$, '42501', 'nor truncated');

-- transfers
select pg_temp.stopped_by($$insert into public.ticket_transfers (ticket_id, sender_id, recipient_email) values (pg_temp.ticket(2), pg_temp.id('awa'), 'x@example.org')$$,
	'ticket_transfers_one_pending', 'a ticket is on offer once');
select pg_temp.stopped_by($$insert into public.ticket_transfers (ticket_id, sender_id, recipient_id) values (pg_temp.ticket(1), pg_temp.id('awa'), pg_temp.id('awa'))$$,
	'ticket_transfers_not_to_self', 'not to oneself');
select pg_temp.stopped_by($$insert into public.ticket_transfers (ticket_id, sender_id) values (pg_temp.ticket(1), pg_temp.id('awa'))$$, 'ticket_transfers_has_recipient', 'to somebody');
select pg_temp.stopped_by($$insert into public.ticket_transfers (ticket_id, sender_id, recipient_email) values (pg_temp.ticket(1), pg_temp.id('awa'), 'X@example.org')$$,
	'ticket_transfers_email_canonical', 'addresses are compared in small letters');
select pg_temp.stopped_by($$insert into public.ticket_transfers (ticket_id, sender_id, recipient_phone) values (pg_temp.ticket(1), pg_temp.id('awa'), '70000001')$$,
	'ticket_transfers_phone_canonical', 'numbers in their canonical form');
select pg_temp.stopped_by($$insert into public.ticket_transfers (ticket_id, sender_id, recipient_email, status) values (pg_temp.ticket(1), pg_temp.id('awa'), 'x@example.org', 'COMPLETED')$$,
	'ticket_transfers_completed_has_recipient', 'completed means that somebody has it');

-- notices and jobs
select pg_temp.stopped_by($$update public.notifications set read = 'yes'$$, 'notifications_read_check', 'read is true or false, as text');
select pg_temp.stopped_by($$insert into public.notifications (user_id, type, title, message, priority) values (pg_temp.id('awa'), 'SYSTEM', 'T', 'M', 'loud')$$,
	'notifications_priority_check', 'a priority that clients know');
select pg_temp.stopped_by($$insert into private.jobs (function) values ('../x')$$, 'jobs_function_check', 'a job names a function');
select pg_temp.stopped_by($$insert into private.jobs (function, state) values ('x', 'RUNNING')$$, 'jobs_lease_check', 'a running job has a lease');
select pg_temp.stopped_by($$insert into private.schedules (name, function, period) values ('x', 'x', '0 s')$$, 'schedules_period_check', 'a period is some time');

-- one reader uses metadata, the other data; one context writes read, the other read_at
insert into public.notifications (id, user_id, type, title, message, metadata, priority)
values (pg_temp.id('held event'), pg_temp.id('awa'), 'SYSTEM', 'T', 'M', '{"event_id": "e1", "action_url": "/tickets", "x": 1}', 'high');
select results_eq($$select data, metadata, action_url from public.notifications where id = pg_temp.id('held event')$$,
	$$values ('{"event_id": "e1", "action_url": "/tickets", "priority": "high"}'::jsonb, '{"event_id": "e1", "action_url": "/tickets", "priority": "high", "x": 1}'::jsonb, '/tickets')$$,
	'data and metadata carry the same');
update public.notifications set read = 'true' where id = pg_temp.id('held event');
select isnt((select read_at from public.notifications where id = pg_temp.id('held event')), null, 'read sets read_at');
update public.notifications set read = 'false' where id = pg_temp.id('held event');
select is((select read_at from public.notifications where id = pg_temp.id('held event')), null, 'unread clears it');
update public.notifications set read_at = now() where id = pg_temp.id('held event');
select is((select read from public.notifications where id = pg_temp.id('held event')), 'true', 'read_at sets read');

select * from finish();
rollback;
