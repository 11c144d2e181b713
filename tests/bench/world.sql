-- A world to measure in: :people senders and as many receivers, each sender with :tickets tickets.
-- Ticket k is 20000000-0000-4000-8000-(100000000000 + k). Run by tests/bench/bench.mjs on a database
-- of its own, as a superuser.
\set ON_ERROR_STOP on
begin;
insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data)
select format('21000000-0000-4000-8000-%s', 100000000000 + n)::uuid, format('%s%s@bench.example', kind, n), now(),
       jsonb_build_object('name', initcap(kind) || ' ' || n)
  from generate_series(1, 2 * :people) n, lateral (select case when n <= :people then 'sender' else 'receiver' end as kind) k;
update private.people set email_verified_at = now() where email like '%@bench.example';
insert into auth.sessions (id, user_id)
select format('22000000-0000-4000-8000-%s', 100000000000 + n)::uuid, format('21000000-0000-4000-8000-%s', 100000000000 + n)::uuid
  from generate_series(1, :people) n;
update public.ticket_types t set quantity = 10000000 from (:event_and_type) y where t.id = y.id; -- room for all of it
insert into public.orders (id, user_id, event_id, total_minor, currency, status, payment_method, ticket_quantities)
select format('23000000-0000-4000-8000-%s', 100000000000 + n)::uuid, format('21000000-0000-4000-8000-%s', 100000000000 + n)::uuid,
       y.event_id, :tickets * 5000, 'XOF', 'COMPLETED', 'MOBILE_MONEY', jsonb_build_object(y.id::text, :tickets)
  from generate_series(1, :people) n, (:event_and_type) y;
insert into public.tickets (id, order_id, event_id, user_id, ticket_type_id, ordinal, status, payment_status)
select format('20000000-0000-4000-8000-%s', 100000000000 + (n - 1) * :tickets + i)::uuid,
       format('23000000-0000-4000-8000-%s', 100000000000 + n)::uuid, y.event_id,
       format('21000000-0000-4000-8000-%s', 100000000000 + n)::uuid, y.id, i, 'VALID', 'paid'
  from generate_series(1, :people) n, generate_series(1, :tickets) i, (:event_and_type) y;
commit;
vacuum analyze;
