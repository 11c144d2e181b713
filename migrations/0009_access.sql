-- Who of the clients sees and writes which rows of `public`. Default deny: a table has row security
-- enabled and forced, a role has the operations granted here and no other. Helpers are asked once
-- per query: (select f()) for one value, in (select f()) for a set.

-- ---- what the caller is to a row; definer, because clients may read nothing in `private`

create function private.is_admin() returns boolean stable
language sql security definer set search_path = pg_catalog, pg_temp
return exists (select from private.people p
	where p.user_id = auth.uid() and p.role = 'ADMIN' and p.status = 'ACTIVE');

create function private.is_organizer() returns boolean stable
language sql security definer set search_path = pg_catalog, pg_temp
return exists (select from private.people p
	where p.user_id = auth.uid() and p.role in ('ORGANIZER', 'ADMIN') and p.status = 'ACTIVE');

-- Only a proven address or number makes somebody an addressee.
create function private.my_email() returns text stable
language sql security definer set search_path = pg_catalog, pg_temp
return (select p.email from private.people p where p.user_id = auth.uid() and p.email_verified_at is not null);

create function private.my_phone() returns text stable
language sql security definer set search_path = pg_catalog, pg_temp
return (select p.phone from private.people p where p.user_id = auth.uid() and p.phone_verified_at is not null);

create function private.organized_events() returns setof uuid stable
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	select e.id from public.events e where e.organizer_id = auth.uid();
end;

create function private.staffed_events() returns setof uuid stable
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	select e.id from public.events e where e.organizer_id = auth.uid()
	union all
	select s.event_id from public.event_staff s where s.user_id = auth.uid();
end;

-- Tickets that were sent by me, or are on offer to my proven address.
create function private.transfer_tickets() returns setof uuid stable
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	select x.ticket_id from public.ticket_transfers x where x.sender_id = auth.uid()
	union all
	select x.ticket_id from public.ticket_transfers x where x.status = 'PENDING' and x.recipient_email = private.my_email()
	union all
	select x.ticket_id from public.ticket_transfers x where x.status = 'PENDING' and x.recipient_phone = private.my_phone();
end;

-- Events of tickets that I can see: lists of tickets show their event, published or not.
create function private.ticket_events() returns setof uuid stable
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	select t.event_id from public.tickets t where t.user_id = auth.uid()
	union
	select t.event_id from public.tickets t where t.id in (select private.transfer_tickets());
end;

-- Guest orders whose id or token the caller's own filter named: `rest` puts them into these two
-- settings before the query (docs/database.md, Guests).
create function private.guest_orders_named() returns setof uuid stable
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	select g.order_id from public.guest_orders g
	 where g.order_id = any (nullif(current_setting('temba.guest_orders', true), '')::uuid[])
	    or g.token = any (nullif(current_setting('temba.guest_tokens', true), '')::uuid[]);
end;

-- People the caller has to do with: both sides of a transfer or an offer.
create function private.counterparties() returns setof uuid stable
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	select x.recipient_id from public.ticket_transfers x where x.sender_id = auth.uid() and x.recipient_id is not null
	union
	select x.sender_id from public.ticket_transfers x where x.recipient_id = auth.uid()
	union
	select x.sender_id from public.ticket_transfers x where x.status = 'PENDING'
	   and (x.recipient_email = private.my_email() or x.recipient_phone = private.my_phone());
end;

grant execute on function private.is_admin(), private.is_organizer(), private.my_email(), private.my_phone(),
	private.organized_events(), private.staffed_events(), private.transfer_tickets(), private.ticket_events(),
	private.guest_orders_named(), private.counterparties() to anon, authenticated, service_role;

-- ---- every table: enabled, forced, its owner (definer functions run as it) sees all

do $$
declare
	what regclass;
begin
	for what in select c.oid from pg_class c
		 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
	loop
		execute format('alter table %s enable row level security, force row level security', what);
		execute format('create policy temba_owner on %s to temba_owner using (true) with check (true)', what);
		execute format('grant select, insert, update, delete on %s to service_role', what);
	end loop;
end $$;

-- ---- events and what belongs to them

create policy client_read on public.events for select to anon, authenticated using (
	(status = 'PUBLISHED' and deleted_at is null)
	or organizer_id = (select auth.uid())
	or id in (select private.staffed_events())
	or id in (select private.ticket_events())
	or (select private.is_admin()));
create policy client_insert on public.events for insert to authenticated with check (
	(organizer_id = (select auth.uid()) and (select private.is_organizer())) or (select private.is_admin()));
create policy client_update on public.events for update to authenticated using (
	organizer_id = (select auth.uid()) or (select private.is_admin()));
create policy client_delete on public.events for delete to authenticated using ((select private.is_admin()));

-- Organizers write their own events, but not what the house says of them.
create function private.events_written() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	if private.is_service() or private.is_admin() then
		return new;
	end if;
	if tg_op = 'INSERT' then
		new.featured := false;
		new.tickets_sold := 0;
		new.avg_rating := 0;
		new.review_count := 0;
	else
		new.organizer_id := old.organizer_id;
		new.featured := old.featured;
		new.tickets_sold := old.tickets_sold;
		new.avg_rating := old.avg_rating;
		new.review_count := old.review_count;
	end if;
	return new;
end $$;
create trigger events_written before insert or update on public.events for each row
	when (coalesce(nullif(current_setting('role', true), 'none'), session_user::text) = 'authenticated')
	execute function private.events_written();

create policy client_read on public.event_dates for select to anon, authenticated using (
	exists (select from public.events e where e.id = event_id));
create policy client_insert on public.event_dates for insert to authenticated with check (
	event_id in (select private.organized_events()) or (select private.is_admin()));
create policy client_update on public.event_dates for update to authenticated using (
	event_id in (select private.organized_events()) or (select private.is_admin()));
create policy client_delete on public.event_dates for delete to authenticated using ((select private.is_admin()));

create policy client_read on public.ticket_types for select to anon, authenticated using (
	exists (select from public.events e where e.id = event_id));
create policy client_insert on public.ticket_types for insert to authenticated with check (
	event_id in (select private.organized_events()) or (select private.is_admin()));
create policy client_update on public.ticket_types for update to authenticated using (
	event_id in (select private.organized_events()) or (select private.is_admin()));
create policy client_delete on public.ticket_types for delete to authenticated using ((select private.is_admin()));

create policy client_read on public.event_staff for select to authenticated using (
	user_id = (select auth.uid()) or event_id in (select private.organized_events()) or (select private.is_admin()));
create policy client_insert on public.event_staff for insert to authenticated with check ((select private.is_admin()));
create policy client_update on public.event_staff for update to authenticated using ((select private.is_admin()));

grant select on public.events, public.event_dates, public.ticket_types to anon;
grant select, insert, update, delete on public.events, public.event_dates, public.ticket_types to authenticated;
grant select, insert, update on public.event_staff to authenticated;

-- ---- orders and tickets: clients read; what they may create comes with the checkout

create policy client_read on public.orders for select to authenticated using (
	user_id = (select auth.uid()) or event_id in (select private.organized_events()) or (select private.is_admin()));
create policy guest_read on public.orders for select to anon, authenticated using (
	id in (select private.guest_orders_named()));
create policy client_update on public.orders for update to authenticated using ((select private.is_admin()));

create policy client_read on public.guest_orders for select to authenticated using (
	order_id in (select o.id from public.orders o where o.event_id in (select private.organized_events()))
	or (select private.is_admin()));
create policy guest_read on public.guest_orders for select to anon, authenticated using (
	order_id in (select private.guest_orders_named()));

create policy client_read on public.tickets for select to authenticated using (
	user_id = (select auth.uid())
	or id in (select private.transfer_tickets())
	or event_id in (select private.staffed_events())
	or (select private.is_admin()));
create policy guest_read on public.tickets for select to anon, authenticated using (
	order_id in (select private.guest_orders_named()));

create policy client_read on public.ticket_scans for select to authenticated using (
	exists (select from public.tickets t where t.id = ticket_id and t.event_id in (select private.staffed_events()))
	or (select private.is_admin()));

create policy client_read on public.ticket_transfers for select to authenticated using (
	sender_id = (select auth.uid())
	or recipient_id = (select auth.uid())
	or (status = 'PENDING' and recipient_email = (select private.my_email()))
	or (status = 'PENDING' and recipient_phone = (select private.my_phone()))
	or (select private.is_admin()));

grant select on public.orders, public.guest_orders, public.tickets to anon, authenticated;
grant update on public.orders to authenticated;
grant select on public.ticket_scans, public.ticket_transfers to authenticated;

-- ---- notices

-- Clients ask for their notices without naming themselves, so the policy alone must lead to the
-- index: an array can be looked up, "mine or I am an admin" cannot.
create function private.notice_owners() returns uuid[] stable
language sql security definer set search_path = pg_catalog, pg_temp
return case when private.is_admin() then array(select p.user_id from private.people p) else array[auth.uid()] end;
grant execute on function private.notice_owners() to authenticated;
create policy client_read on public.notifications for select to authenticated using (
	user_id = any ((select private.notice_owners())::uuid[]));
create policy client_insert on public.notifications for insert to authenticated with check (
	(user_id = (select auth.uid()) and type in ('SYSTEM', 'INFO')) or (select private.is_admin()));
create policy client_update on public.notifications for update to authenticated using (user_id = (select auth.uid()));
create policy client_delete on public.notifications for delete to authenticated using (user_id = (select auth.uid()));
grant select, insert, delete, update (read, read_at) on public.notifications to authenticated;

create policy client_read on public.notification_preferences for select to authenticated using (
	user_id = (select auth.uid()) or (select private.is_admin()));
create policy client_insert on public.notification_preferences for insert to authenticated with check (
	user_id = (select auth.uid()));
create policy client_update on public.notification_preferences for update to authenticated using (
	user_id = (select auth.uid()));
grant select, insert, update on public.notification_preferences to authenticated;
