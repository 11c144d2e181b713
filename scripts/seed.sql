-- The development world: four people, three events, Awa's tickets. May run again: what is there
-- stays as it is (tickets may have changed hands meanwhile), but events that are over or about to
-- begin move into the future. docs/database.md lists the ids.
\set ON_ERROR_STOP on
\getenv password SEED_PASSWORD
\getenv api_url API_URL

begin;
set local search_path = pg_catalog, pg_temp;

-- ---- people: the first sign-in replaces the bcrypt hash, as it does for imported accounts
create temporary table seed_people (id uuid, email text, name text, phone text, phone_proven boolean, role text) on commit drop;
insert into seed_people values
	('00000000-0000-4000-8000-000000000001', 'awa@example.org', 'Awa Ouédraogo', '+22670000001', false, 'USER'),
	('00000000-0000-4000-8000-000000000002', 'issa@example.org', 'Issa Traoré', '+22670000002', true, 'USER'),
	('00000000-0000-4000-8000-000000000003', 'staff@example.org', 'Salif Kaboré', '+22670000003', false, 'USER'),
	('00000000-0000-4000-8000-000000000004', 'organizer@example.org', 'Fatim Zongo', '+22670000004', false, 'ORGANIZER');

insert into auth.users (id, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data)
select s.id, s.email, extensions.crypt(:'password', extensions.gen_salt('bf', 10)), private.now(),
       '{"provider": "email", "providers": ["email"]}',
       jsonb_build_object('sub', s.id, 'email', s.email, 'name', s.name, 'phone', s.phone, 'email_verified', true, 'phone_verified', false)
  from seed_people s where not exists (select from auth.users u where u.id = s.id);
insert into auth.identities (user_id, provider, provider_id, identity_data)
select s.id, 'email', s.id::text, jsonb_build_object('sub', s.id, 'email', s.email, 'email_verified', true, 'phone_verified', false)
  from seed_people s
on conflict do nothing;
update private.people p set role = s.role, email_verified_at = private.now(),
       phone_verified_at = case when s.phone_proven then private.now() end
  from seed_people s where p.user_id = s.id and p.email_verified_at is null;

-- ---- events: the first is within the hours in which its door is open, the second weeks ahead
create temporary table seed_events (id uuid, title text, description text, venue text, city text, starts timestamp, price integer,
	capacity integer, status text, featured boolean) on commit drop;
insert into seed_events values
	('20000000-0000-4000-8000-000000000001', 'Nuit du balafon', 'Trois orchestres, une scène sous les étoiles.',
	 'Jardin de la musique Reemdoogo', 'Ouagadougou', date_trunc('hour', private.now() at time zone 'Africa/Ouagadougou') + interval '18 hours',
	 5000, 500, 'PUBLISHED', true),
	('20000000-0000-4000-8000-000000000002', 'Festival des lumières', 'Deux soirées de danse et de cinéma en plein air.',
	 'Place de la Femme', 'Bobo-Dioulasso', date_trunc('day', private.now() at time zone 'Africa/Ouagadougou') + interval '30 days 19 hours',
	 10000, 2000, 'PUBLISHED', false),
	('20000000-0000-4000-8000-000000000003', 'Atelier de bronze', 'Pas encore annoncé.',
	 'Village artisanal', 'Ouagadougou', date_trunc('day', private.now() at time zone 'Africa/Ouagadougou') + interval '60 days 9 hours',
	 2500, 20, 'DRAFT', false);
insert into public.events (id, title, description, location, venue, city, image_url, date, time, price, capacity, status, featured, organizer_id)
select s.id, s.title, s.description, s.venue || ', ' || s.city, s.venue, s.city, '/images/placeholder-event.svg',
       s.starts::date, to_char(s.starts, 'HH24:MI'), s.price, s.capacity, s.status, s.featured, '00000000-0000-4000-8000-000000000004'
  from seed_events s
on conflict (id) do nothing;

create temporary table seed_dates (id uuid, event_id uuid, days integer) on commit drop;
insert into seed_dates values
	('40000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001', 0),
	('40000000-0000-4000-8000-000000000002', '20000000-0000-4000-8000-000000000002', 0),
	('40000000-0000-4000-8000-000000000003', '20000000-0000-4000-8000-000000000002', 1),
	('40000000-0000-4000-8000-000000000004', '20000000-0000-4000-8000-000000000003', 0);
insert into public.event_dates (id, event_id, date, start_time, display_order)
select d.id, d.event_id, e.date + d.days, e.time, d.days
  from seed_dates d join public.events e on e.id = d.event_id
on conflict (id) do nothing;

-- a world that was seeded days ago is moved on
update public.events e set date = s.starts::date, time = to_char(s.starts, 'HH24:MI')
  from seed_events s where s.id = e.id and private.event_start(e.id, null) < private.now() + interval '6 hours';
update public.event_dates d set date = e.date + s.days, start_time = e.time
  from seed_dates s join public.events e on e.id = s.event_id
 where d.id = s.id and (d.date, d.start_time) is distinct from (e.date + s.days, e.time);

insert into public.ticket_types (id, event_id, name, description, price, quantity, max_per_order) values
	('30000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001', 'Standard', 'Place debout', 5000, 400, 10),
	('30000000-0000-4000-8000-000000000002', '20000000-0000-4000-8000-000000000001', 'VIP', 'Place assise, boisson comprise', 15000, 50, 4),
	('30000000-0000-4000-8000-000000000003', '20000000-0000-4000-8000-000000000002', 'Pass une soirée', 'Une soirée au choix', 10000, 1500, 10),
	('30000000-0000-4000-8000-000000000004', '20000000-0000-4000-8000-000000000002', 'Enfant', 'Moins de 12 ans, gratuit', 0, 300, 4),
	('30000000-0000-4000-8000-000000000005', '20000000-0000-4000-8000-000000000003', 'Atelier', 'Une matinée', 2500, 20, 2)
on conflict (id) do nothing;

insert into public.event_staff (id, event_id, user_id) values
	('60000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000003')
on conflict (id) do nothing;

-- ---- Awa's orders and tickets
create temporary table seed_orders (id uuid, event_id uuid, event_date_id uuid, ticket_type_id uuid, count integer, total integer, method text) on commit drop;
insert into seed_orders values
	('50000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001',
	 '30000000-0000-4000-8000-000000000001', 7, 35000, 'MOBILE_MONEY'),
	('50000000-0000-4000-8000-000000000002', '20000000-0000-4000-8000-000000000002', '40000000-0000-4000-8000-000000000002',
	 '30000000-0000-4000-8000-000000000003', 5, 50000, 'CARD'),
	('50000000-0000-4000-8000-000000000003', '20000000-0000-4000-8000-000000000002', '40000000-0000-4000-8000-000000000002',
	 '30000000-0000-4000-8000-000000000004', 1, 0, 'FREE_TICKET');
insert into public.orders (id, user_id, event_id, event_date_id, total, status, payment_method, ticket_quantities, visible_in_history, payment_confirmed_at)
select s.id, '00000000-0000-4000-8000-000000000001', s.event_id, s.event_date_id, s.total, 'COMPLETED', s.method,
       jsonb_build_object(s.ticket_type_id, s.count), true, private.now()
  from seed_orders s
on conflict (id) do nothing;

create temporary table seed_tickets (number integer, order_number integer, ordinal integer) on commit drop;
insert into seed_tickets
select n, 1, n from generate_series(1, 5) n -- event 1, VALID
union all select n, 2, n - 5 from generate_series(6, 10) n -- event 2, VALID
union all values (11, 3, 1), (12, 1, 6), (13, 1, 7); -- free; to be used; to be refunded
create temporary table seed_new (id uuid) on commit drop;
with made as (
	insert into public.tickets (id, order_id, event_id, event_date_id, user_id, ticket_type_id, ordinal, status, payment_status)
	select ('10000000-0000-4000-8000-' || lpad(t.number::text, 12, '0'))::uuid, o.id, o.event_id, o.event_date_id,
	       '00000000-0000-4000-8000-000000000001', o.ticket_type_id, t.ordinal, 'VALID', 'paid'
	  from seed_tickets t join seed_orders o on o.id = ('50000000-0000-4000-8000-' || lpad(t.order_number::text, 12, '0'))::uuid
	on conflict (id) do nothing
	returning id)
insert into seed_new select id from made;
update public.tickets t set status = 'USED', scanned_at = private.now(), scanned_by = '00000000-0000-4000-8000-000000000003',
       scan_location = 'Entrée principale'
  from seed_new n where t.id = n.id and t.id = '10000000-0000-4000-8000-000000000012';
update public.tickets t set status = 'REFUNDED', payment_status = 'refunded'
  from seed_new n where t.id = n.id and t.id = '10000000-0000-4000-8000-000000000013';
update private.order_state s set state = 'PARTIALLY_REFUNDED'
  from seed_new n where n.id = '10000000-0000-4000-8000-000000000013' and s.order_id = '50000000-0000-4000-8000-000000000001';
update public.ticket_types y set available = y.quantity - c.sold
  from (select t.ticket_type_id, count(*) filter (where t.status <> 'REFUNDED') as sold
          from public.tickets t where t.id in (select id from seed_new) group by 1) c
 where c.ticket_type_id = y.id;
\ir seed-site.sql
\ir seed-images.sql
commit;
