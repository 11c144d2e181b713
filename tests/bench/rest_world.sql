-- A world in which plans are what they are in earnest: 2,000 events of three ticket types, 20,000 people
-- who bought ten tickets each. Person n is 21000000-0000-4000-8000-(100000000000 + n), event n
-- 24000000-..., its types 25000000-... (3n, 3n + 1, 3n + 2). Run by tests/bench/rest.mjs as a
-- superuser, on a database of its own.
\set ON_ERROR_STOP on
\set events 2000
\set people 20000
begin;
create function pg_temp.id(kind text, n bigint) returns uuid immutable language sql
	as $$ select (kind || '000000-0000-4000-8000-' || (100000000000 + n))::uuid $$;

insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data)
select pg_temp.id('21', n), format('person%s@bench.example', n), now(), jsonb_build_object('name', 'Personne ' || n)
  from generate_series(1, :people) n;
insert into auth.sessions (id, user_id) select pg_temp.id('22', n), pg_temp.id('21', n) from generate_series(1, :people) n;

-- ninety cities with twenty-two events each, no two of them on one day
insert into public.events (id, title, description, location, venue, image_url, date, time, price, capacity, status, categories, organizer_id, city, created_at)
select pg_temp.id('24', n), 'Concert numéro ' || n, repeat('Une soirée de musique et de danse sous les étoiles. ', 6), format('Salle %s, Ville %s', n % 7, 10 + n % 90), 'Salle ' || n % 7,
       format('/images/bench-%s.svg', n % 24), current_date + 1 + n / 90 + n % 90, '20:00', 5000, 3000, case when n > 1800 then 'COMPLETED' else 'PUBLISHED' end, array['Musique'],
       '00000000-0000-4000-8000-000000000004', 'Ville ' || 10 + n % 90, now() - n * interval '1 minute'
  from generate_series(1, :events) n;
insert into public.event_category_relations (event_id, category_id)
select pg_temp.id('24', n), c.id
  from generate_series(1, :events) n
  join (select id, row_number() over (order by name) - 1 as i, count(*) over () as all from public.categories) c on c.i in (n % c.all, (n / 3) % c.all);
insert into public.ticket_types (id, event_id, name, description, price, quantity)
select pg_temp.id('25', 3 * n + k), pg_temp.id('24', n), (array['Entrée', 'Balcon', 'Loge'])[k + 1], 'Une place assise', 5000 * (k + 1), 1000
  from generate_series(1, :events) n, generate_series(0, 2) k;

-- Five orders each, all over the events; two tickets an order. Row by row the triggers would take a
-- minute: both layers are written here, and the counters once.
create temporary table bought on commit drop as
select i, 1 + i / 5 as n, 1 + (i * 7919) % :events as event, 3 * (1 + (i * 7919) % :events) + i % 3 as type
  from generate_series(0, 5 * :people - 1) i;
set local session_replication_role = replica;
insert into public.orders (id, user_id, event_id, total, total_amount, total_minor, status, payment_method, ticket_quantities, visible_in_history, created_at)
select pg_temp.id('23', i), pg_temp.id('21', n), pg_temp.id('24', event), total, total, total, 'COMPLETED', 'MOBILE_MONEY',
       jsonb_build_object(pg_temp.id('25', type), 2), true, now() - i * interval '1 second'
  from bought, lateral (select 2 * 5000 * (1 + type % 3) as total) t;
insert into private.order_state (order_id, state)
select pg_temp.id('23', i), 'COMPLETED' from bought;
insert into public.tickets (id, order_id, event_id, user_id, ticket_type_id, ordinal, status, payment_status, created_at)
select pg_temp.id('20', 2 * i + place), pg_temp.id('23', i), pg_temp.id('24', event), pg_temp.id('21', n), pg_temp.id('25', type), place, 'VALID', 'paid', now() - i * interval '1 second'
  from bought, generate_series(1, 2) place;
insert into private.ticket_state (ticket_id, state)
select t.id, 'VALID' from public.tickets t join bought on t.order_id = pg_temp.id('23', i);
insert into private.ticket_owner_log (ticket_id, epoch, owner_id, cause)
select t.id, 0, t.user_id, 'ISSUE' from public.tickets t join bought on t.order_id = pg_temp.id('23', i);
set local session_replication_role = origin;
update private.sales s set sold = b.sold
  from (select pg_temp.id('25', type) as type, 2 * count(*) as sold from bought group by 1) b
 where s.ticket_type_id = b.type and s.event_date_id is null;
select private.available_refresh() \g /dev/null

-- what a bell shows
insert into public.notifications (user_id, type, title, message)
select pg_temp.id('21', n), 'SYSTEM', 'Bienvenue', 'Vos billets sont là.' from generate_series(1, :people) n, generate_series(1, 3);
commit;
vacuum analyze;
