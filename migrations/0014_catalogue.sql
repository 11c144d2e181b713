-- Categories, the views of pages over orders and categories, and who sees the new core tables.

create table public.categories (
	id uuid primary key default gen_random_uuid(), -- pages take versions 1 to 5 for an id, others for a name
	name varchar(100) not null constraint categories_name_key unique,
	icon varchar(50) not null default 'tag',
	color varchar(7) not null default '#64748b',
	description text,
	subcategories text[] not null default '{}',
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
create index categories_name_idx on public.categories using gin (name extensions.gin_trgm_ops);
create index categories_subcategories_idx on public.categories using gin (subcategories);
create trigger touch before update on public.categories for each row execute function private.touch();

create table public.event_category_relations (
	id uuid primary key default gen_random_uuid(), -- of its own: a pair as the key would read as many-to-many
	event_id uuid not null references public.events (id) on delete cascade,
	category_id uuid not null references public.categories (id) on delete cascade,
	created_at timestamptz not null default now(),
	constraint event_category_relations_once unique (event_id, category_id)
);
create index event_category_relations_category_idx on public.event_category_relations (category_id);

-- ---- what each new table of public gets first: enabled, forced, its owner (as whom definer
-- functions run) and the service key see all
create function private.secure_tables() returns void language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
	what regclass;
begin
	for what in select c.oid from pg_class c
		 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity
	loop
		execute format('alter table %s enable row level security, force row level security', what);
		execute format('create policy temba_owner on %s to temba_owner using (true) with check (true)', what);
		execute format('grant select, insert, update, delete on %s to service_role', what);
	end loop;
end $$;

-- Rows that everybody reads and administrators write.
create function private.public_table(what regclass, visible text default 'true') returns void language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
	execute format('create policy client_read on %s for select to anon, authenticated using ((%s) or (select private.is_admin()))', what, visible);
	execute format('create policy client_insert on %s for insert to authenticated with check ((select private.is_admin()))', what);
	execute format('create policy client_update on %s for update to authenticated using ((select private.is_admin()))', what);
	execute format('create policy client_delete on %s for delete to authenticated using ((select private.is_admin()))', what);
	execute format('grant select on %s to anon', what);
	execute format('grant select, insert, update, delete on %s to authenticated', what);
end $$;

-- Rows that belong to an event: read with it, written by its organizer and administrators.
create function private.event_table(what regclass, event text default 'event_id') returns void language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
	mine text := format('%s in (select private.organized_events()) or (select private.is_admin())', event);
begin
	execute format('create policy client_read on %s for select to anon, authenticated using (exists (select from public.events e where e.id = %s))', what, event);
	execute format('create policy client_insert on %s for insert to authenticated with check (%s)', what, mine);
	execute format('create policy client_update on %s for update to authenticated using (%s)', what, mine);
	execute format('create policy client_delete on %s for delete to authenticated using (%s)', what, mine);
	execute format('grant select on %s to anon', what);
	execute format('grant select, insert, update, delete on %s to authenticated', what);
end $$;

select private.secure_tables();
select private.public_table('public.service_fee_rules', 'active');
select private.public_table('public.categories');
select private.event_table('public.event_category_relations');
select private.event_table('public.ticket_type_pricing_overrides', '(select y.event_id from public.ticket_types y where y.id = ticket_type_id)');

-- ---- payments: read by the buyer; nobody's to write (the page's own PATCH finds no row)

-- Payments that the caller's own filter named (docs/database.md, Guests).
create function private.guest_payments_named() returns setof uuid stable
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	select p.id from public.payments p
	 where p.id = any (nullif(current_setting('temba.guest_payments', true), '')::uuid[]) and p.user_id is null;
end;
grant execute on function private.guest_payments_named() to anon, authenticated, service_role;

create policy client_read on public.payments for select to authenticated using (
	user_id = (select auth.uid()) or (select private.is_admin()));
create policy guest_read on public.payments for select to anon, authenticated using (
	user_id is null and (order_id in (select private.guest_orders_named()) or id in (select private.guest_payments_named())));
grant select, update (order_id) on public.payments to anon, authenticated;

create policy client_read on public.idempotency_keys for select to authenticated using ((select private.is_admin()));
grant select on public.idempotency_keys to authenticated;

-- An order's id opens it to its guest until two days after the event; the token does for good.
create or replace function private.guest_orders_named() returns setof uuid stable
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	select g.order_id from public.guest_orders g join public.orders o on o.id = g.order_id
	 where (g.order_id = any (nullif(current_setting('temba.guest_orders', true), '')::uuid[])
		and private.event_start(o.event_id, o.event_date_id) + interval '48 hours' > private.now())
	    or g.token = any (nullif(current_setting('temba.guest_tokens', true), '')::uuid[]);
end;

-- ---- views: the rights are those of whoever asks

create view public.category_event_counts with (security_invoker = true) as
select c.id as category_id, c.name as category_name, c.icon, c.color,
       count(e.id) as upcoming_event_count, min(e.date) as next_event_date, max(e.date) as last_event_date
  from public.categories c
  left join public.event_category_relations r on r.category_id = c.id
  left join public.events e on e.id = r.event_id and e.status = 'PUBLISHED' and e.deleted_at is null
	and (e.is_permanent or e.date >= (private.now() at time zone 'Africa/Ouagadougou')::date)
 group by c.id;
grant select on public.category_event_counts to anon, authenticated, service_role;

create view public.order_details with (security_invoker = true) as
select o.id, o.user_id, o.event_id, o.total, o.status, o.payment_method, o.created_at, o.updated_at,
       e.title as event_title, e.date as event_date, e.time as event_time, e.location as event_location, e.currency as event_currency,
       p.name as user_name, p.email as user_email,
       coalesce(t.count, 0) as ticket_count, coalesce(t.tickets, '[]') as tickets
  from public.orders o
  left join public.events e on e.id = o.event_id
  left join public.profiles p on p.user_id = o.user_id
  left join lateral (
	select count(*) as count, json_agg(json_build_object('id', k.id, 'ticket_type_name', y.name, 'ticket_type_price', y.price) order by k.ordinal) as tickets
	  from public.tickets k left join public.ticket_types y on y.id = k.ticket_type_id
	 where k.order_id = o.id) t on true;
grant select on public.order_details to anon, authenticated, service_role;
