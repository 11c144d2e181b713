-- The world that the tests of this folder share: the seeded people and things, and some more. Each
-- file is one transaction that is rolled back.
\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset tuples_only on
begin;
set local client_min_messages = warning;
set local search_path = tap, pg_catalog, pg_temp;

-- ids by name
create function pg_temp.id(name text) returns uuid language sql immutable as $$
	select (case name
		when 'awa' then '00000000-0000-4000-8000-000000000001' -- owner of the tickets
		when 'issa' then '00000000-0000-4000-8000-000000000002'
		when 'staff' then '00000000-0000-4000-8000-000000000003' -- of event 1
		when 'organizer' then '00000000-0000-4000-8000-000000000004'
		when 'stranger' then '00000000-0000-4000-8000-0000000000a1'
		when 'foreign' then '00000000-0000-4000-8000-0000000000a2' -- organizer of other events
		when 'admin' then '00000000-0000-4000-8000-0000000000a3'
		when 'addressee' then '00000000-0000-4000-8000-0000000000a4' -- proven e-mail, has an offer
		when 'impostor' then '00000000-0000-4000-8000-0000000000a5' -- same number as the addressee's, not proven
		when 'guest order' then '50000000-0000-4000-8000-0000000000a1'
		when 'guest ticket' then '10000000-0000-4000-8000-0000000000a1'
		when 'held event' then '20000000-0000-4000-8000-0000000000a1'
		when 'held ticket' then '10000000-0000-4000-8000-0000000000a2'
		when 'foreign event' then '20000000-0000-4000-8000-0000000000a2'
		when 'offer' then '70000000-0000-4000-8000-0000000000a1'
		end)::uuid $$;
create function pg_temp.ticket(number integer) returns uuid language sql immutable as $$
	select ('10000000-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid $$;
create function pg_temp.event(number integer) returns uuid language sql immutable as $$
	select ('20000000-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid $$;

insert into auth.users (id, email, raw_user_meta_data)
select pg_temp.id(n), n || '@example.org', jsonb_build_object('name', initcap(n), 'phone',
	case when n in ('addressee', 'impostor') then '70 00 00 99' end)
  from unnest(array['stranger', 'foreign', 'admin', 'addressee', 'impostor']) n;
update private.people set role = 'ORGANIZER' where user_id = pg_temp.id('foreign');
update private.people set role = 'ADMIN' where user_id = pg_temp.id('admin');
update private.people set email_verified_at = private.now() where user_id <> pg_temp.id('impostor');
update private.people set phone_verified_at = private.now() where user_id = pg_temp.id('addressee');

insert into public.events (id, title, description, location, image_url, date, time, price, capacity, status, organizer_id) values
	(pg_temp.id('held event'), 'Annulé', '-', '-', '-', current_date + 5, '20:00', 1000, 10, 'CANCELLED', pg_temp.id('organizer')),
	(pg_temp.id('foreign event'), 'Ailleurs', '-', '-', '-', current_date + 5, '20:00', 1000, 10, 'PUBLISHED', pg_temp.id('foreign'));
insert into public.ticket_types (id, event_id, name, price, quantity)
values (pg_temp.id('held event'), pg_temp.id('held event'), 'Place', 1000, 10);
insert into public.orders (id, guest_email, event_id, total, status, payment_method)
values (pg_temp.id('guest order'), 'guest@example.org', pg_temp.event(1), 5000, 'COMPLETED', 'CARD');
insert into public.guest_orders (id, order_id, email, token)
values (pg_temp.id('guest order'), pg_temp.id('guest order'), 'guest@example.org', pg_temp.id('guest order'));
insert into public.tickets (id, order_id, event_id, user_id, ticket_type_id, payment_status) values
	(pg_temp.id('guest ticket'), pg_temp.id('guest order'), pg_temp.event(1), null, '30000000-0000-4000-8000-000000000001', 'paid'),
	(pg_temp.id('held ticket'), '50000000-0000-4000-8000-000000000001', pg_temp.id('held event'), pg_temp.id('awa'), pg_temp.id('held event'), 'paid');
insert into public.ticket_transfers (id, ticket_id, sender_id, recipient_email)
values (pg_temp.id('offer'), pg_temp.ticket(2), pg_temp.id('awa'), 'addressee@example.org');
insert into public.notifications (id, user_id, type, title, message)
values (pg_temp.id('offer'), pg_temp.id('awa'), 'SYSTEM', 'T', 'M');

-- From now on the transaction acts as this role, with these claims ('' = none).
create procedure pg_temp.act_as(role name, person uuid) language plpgsql as $$
begin
	perform set_config('request.jwt.claims', json_build_object('role', role, 'sub', person)::text, true);
	execute format('set local role %I', role);
end $$;

-- What became of a statement that `role` runs: the rows it touched, or the error's SQLSTATE. Its
-- effect is undone.
create function pg_temp.try(role name, person uuid, statement text) returns text language plpgsql as $$
declare
	rows bigint;
	state text;
begin
	begin
		call pg_temp.act_as(role, person);
		execute statement;
		get diagnostics rows = row_count;
		raise exception using errcode = 'UNDOO';
	exception when others then
		get stacked diagnostics state = returned_sqlstate;
		return case state when 'UNDOO' then rows::text else state end;
	end;
end $$;
