-- What policies ask of a caller, as PL/pgSQL: a function in SQL that runs as its owner is planned anew at
-- each call, and planning took more than half of the database's time in "my tickets". Plans are kept with
-- the connection now; enable_seqscan = off keeps one that was made while a table was small from staying
-- when it has grown.

-- ---- who the caller is

create or replace function private.is_admin() returns boolean language plpgsql stable
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return exists (select from private.people p where p.user_id = auth.uid() and p.role = 'ADMIN' and p.status = 'ACTIVE');
end $$;
create or replace function private.is_organizer() returns boolean language plpgsql stable
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return exists (select from private.people p where p.user_id = auth.uid() and p.role in ('ORGANIZER', 'ADMIN') and p.status = 'ACTIVE');
end $$;
create or replace function private.my_email() returns text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return (select p.email from private.people p where p.user_id = auth.uid() and p.email_verified_at is not null);
end $$;
create or replace function private.my_phone() returns text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return (select p.phone from private.people p where p.user_id = auth.uid() and p.phone_verified_at is not null);
end $$;

-- ---- what is theirs

create or replace function private.organized_events() returns setof uuid language plpgsql stable
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return query select e.id from public.events e where e.organizer_id = auth.uid();
end $$;
create or replace function private.organized_orders() returns setof uuid language plpgsql stable
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return query select o.id from public.events e join public.orders o on o.event_id = e.id where e.organizer_id = auth.uid();
end $$;
create or replace function private.staffed_events() returns setof uuid language plpgsql stable
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return query select e.id from public.events e where e.organizer_id = auth.uid()
	union all
	select s.event_id from public.event_staff s where s.user_id = auth.uid();
end $$;
create or replace function private.transfer_tickets() returns setof uuid language plpgsql stable
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return query select x.ticket_id from public.ticket_transfers x where x.sender_id = auth.uid()
	union all
	select x.ticket_id from public.ticket_transfers x where x.status = 'PENDING' and x.recipient_email = private.my_email()
	union all
	select x.ticket_id from public.ticket_transfers x where x.status = 'PENDING' and x.recipient_phone = private.my_phone();
end $$;
create or replace function private.ticket_events() returns setof uuid language plpgsql stable
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return query select t.event_id from public.tickets t where t.user_id = auth.uid()
	union
	select t.event_id from public.tickets t where t.id in (select private.transfer_tickets());
end $$;
create or replace function private.counterparties() returns setof uuid language plpgsql stable
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return query select x.recipient_id from public.ticket_transfers x where x.sender_id = auth.uid() and x.recipient_id is not null
	union
	select x.sender_id from public.ticket_transfers x where x.recipient_id = auth.uid()
	union
	select x.sender_id from public.ticket_transfers x where x.status = 'PENDING' and x.recipient_email = private.my_email()
	union
	select x.sender_id from public.ticket_transfers x where x.status = 'PENDING' and x.recipient_phone = private.my_phone();
end $$;
create or replace function private.my_scanners() returns setof uuid language plpgsql stable
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return query select t.scanned_by from public.tickets t where t.user_id = auth.uid() and t.scanned_by is not null;
end $$;
create or replace function private.my_support() returns setof uuid language plpgsql stable
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return query select t.id from public.support_tickets t where t.user_id = auth.uid();
end $$;
create or replace function private.holders() returns setof uuid language plpgsql stable
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return query select t.user_id from public.tickets t where t.event_id in (select private.staffed_events()) and t.user_id is not null
	union
	select t.scanned_by from public.tickets t where t.event_id in (select private.staffed_events()) and t.scanned_by is not null;
end $$;

-- ---- what the caller's own filter named: most requests name nothing, and then nothing is looked for

create or replace function private.guest_orders_named() returns setof uuid language plpgsql stable
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	orders uuid[] := nullif(current_setting('temba.guest_orders', true), '');
	tokens uuid[] := nullif(current_setting('temba.guest_tokens', true), '');
begin
	if orders is not null then
		return query select g.order_id from public.guest_orders g join public.orders o on o.id = g.order_id
		 where g.order_id = any (orders) and private.event_start(o.event_id, o.event_date_id) + interval '48 hours' > private.now();
	end if;
	if tokens is not null then
		return query select g.order_id from public.guest_orders g where g.token = any (tokens);
	end if;
end $$;
create or replace function private.guest_payments_named() returns setof uuid language plpgsql stable
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	payments uuid[] := nullif(current_setting('temba.guest_payments', true), '');
begin
	if payments is not null then
		return query select p.id from public.payments p where p.id = any (payments) and p.user_id is null;
	end if;
end $$;
