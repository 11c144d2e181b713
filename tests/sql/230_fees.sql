-- The golden cases of fees (domain.md d.4) and which rule has the word. That nothing else differs from a
-- second reckoning is 220_money.t.
\ir include/world.sql
select no_plan();
delete from public.service_fee_rules;
create function pg_temp.type(n integer) returns text language sql immutable as $$ select '30000000-0000-4000-8000-00000000000' || n $$;
-- "tickets + buyer's fee (organizer's fee)"
create function pg_temp.costs(quantities jsonb) returns text language sql as $$
	select p.base_minor || '+' || p.fee_minor || ' (' || p.organizer_fee_minor || ')' from private.price_total(pg_temp.event(2), null, quantities) p $$;
create function pg_temp.costs(price numeric, n integer) returns text language plpgsql as $$
begin
	update public.ticket_types y set price = costs.price where y.id = pg_temp.type(3)::uuid;
	return pg_temp.costs(jsonb_build_object(pg_temp.type(3), n));
end $$;
create function pg_temp.rule(value numeric, fee_type text default 'PERCENTAGE', minimum numeric default null, maximum numeric default null, payer text default 'BUYER',
	scope text default 'GLOBAL', priority integer default 0, since timestamptz default '2026-01-01') returns void language sql as $$
	insert into public.service_fee_rules (name, scope, event_id, ticket_type_id, fee_type, fee_value, minimum_fee, maximum_fee, applies_to, priority, created_at)
	values ('Frais', scope, case scope when 'EVENT' then pg_temp.event(2) end, case scope when 'TICKET_TYPE' then pg_temp.type(3)::uuid end,
		fee_type, value, minimum, maximum, payer, priority, since) $$;
create function pg_temp.alone(value numeric, fee_type text default 'PERCENTAGE', minimum numeric default null, maximum numeric default null, payer text default 'BUYER')
returns void language sql as $$
	delete from public.service_fee_rules;
	select pg_temp.rule(value, fee_type, minimum, maximum, payer) $$;

select is(pg_temp.costs(5000, 2), '10000+0 (0)', 'no rule, no fee');
select pg_temp.alone(0.05, 'PERCENTAGE', 100, 1000);
select is(pg_temp.costs(5000, 2), '10000+500 (0)', 'golden: 2 x 5 000 at 500 bps, 100 at least, 1 000 at most');
select is(pg_temp.costs(1000, 1), '1000+100 (0)', 'at least 100');
select is(pg_temp.costs(50000, 1), '50000+1000 (0)', 'at most 1 000');
select is(pg_temp.costs(0, 4), '0+0 (0)', 'a free ticket has no fee, not even the least');
select pg_temp.alone(0.0333);
select is(pg_temp.costs(1250, 3), '3750+125 (0)', 'golden: 3 x 1 250 at 333 bps are 124.875');
select pg_temp.alone(0.02);
select is(pg_temp.costs(25, 1), '25+1 (0)', 'half a franc is one');
select is(pg_temp.costs(24, 1), '24+0 (0)', 'less is none');
select pg_temp.alone(0.0333, 'PERCENTAGE', null, null, 'SPLIT');
select is(pg_temp.costs(1250, 3), '3750+62 (63)', 'halves of 125 are 62.4375 and what is left');
select pg_temp.alone(0.0333, 'PERCENTAGE', null, null, 'ORGANIZER');
select is(pg_temp.costs(1250, 3), '3750+0 (125)', 'or all of it the organizer''s');
select pg_temp.alone(150, 'FIXED');
select is(pg_temp.costs(1250, 3), '3750+450 (0)', 'a fixed fee is for each ticket');
select pg_temp.alone(12.5, 'FIXED');
select is(pg_temp.costs(1250, 3), '3750+38 (0)', 'and rounded once, for all of them');

select pg_temp.alone(2000, 'FIXED', null, null, 'ORGANIZER');
select is(pg_temp.costs(1250, 3), '3750+0 (3750)', 'an organizer does not pay for selling');
select pg_temp.alone(3000, 'FIXED', null, null, 'SPLIT');
select is(pg_temp.costs(1250, 3), '3750+4500 (3750)', 'nor by half of a fee');

-- ---- lines are rounded together
select pg_temp.alone(0.01);
update public.ticket_types set price = 1250 where id = pg_temp.type(3)::uuid;
update public.ticket_types set price = 1250 where id = pg_temp.type(4)::uuid;
select is(pg_temp.costs(jsonb_build_object(pg_temp.type(3), 1, pg_temp.type(4), 1)), '2500+25 (0)', 'twice 12.5 are 25 and not 26');
update public.ticket_types set price = 0 where id = pg_temp.type(4)::uuid;

-- ---- which rule
select pg_temp.alone(0.01);
select pg_temp.rule(0.02, scope => 'EVENT');
select is(pg_temp.costs(10000, 1), '10000+200 (0)', 'the event''s before everybody''s');
select pg_temp.rule(0.03, scope => 'TICKET_TYPE');
select is(pg_temp.costs(10000, 1), '10000+300 (0)', 'the type''s before the event''s');
select pg_temp.rule(0.04, scope => 'TICKET_TYPE', priority => 5);
select is(pg_temp.costs(10000, 1), '10000+400 (0)', 'the more important before the less');
select pg_temp.rule(0.05, scope => 'TICKET_TYPE', priority => 5, since => '2026-01-02'), pg_temp.rule(0.06, scope => 'TICKET_TYPE', priority => 5, since => '2025-12-31');
select is(pg_temp.costs(10000, 1), '10000+600 (0)', 'then the oldest');
update public.service_fee_rules set active = false where scope = 'TICKET_TYPE';
select is(pg_temp.costs(10000, 1), '10000+200 (0)', 'and only those that are on');

-- ---- the guest form adds 2 % by itself: right where that is the rule
create function pg_temp.guest(price numeric, n integer) returns text language plpgsql as $$
declare
	said jsonb;
begin
	perform pg_temp.costs(price, n);
	said := public.guest_order_processor('guest@example.org', 'G', '', pg_temp.event(2), 'MOBILE_MONEY', jsonb_build_object(pg_temp.type(3), n));
	return (select o.total_minor || case when o.total_minor = round(price * n * 1.02) then ' the form''s' else ' not the form''s' end
		from public.orders o where o.id = (said ->> 'order_id')::uuid);
end $$;
select pg_temp.alone(0.02);
select is(pg_temp.guest(p, n), w, format('%s x %s francs', n, p)) from (values (5000, 2, '10200 the form''s'), (1250, 3, '3825 the form''s'), (333, 1, '340 the form''s'), (1025, 1, '1046 the form''s')) v (p, n, w);
select pg_temp.alone(0.05);
select is(pg_temp.guest(5000, 2), '10500 not the form''s', 'another rule is another sum, and the server''s counts');

-- ---- a day has its price; an order without a date has none
insert into public.ticket_type_pricing_overrides (ticket_type_id, day_type, price) values (pg_temp.type(3)::uuid, 'weekday', 700), (pg_temp.type(3)::uuid, 'holiday', 900);
update public.event_dates set day_type = null where event_id = pg_temp.event(2);
update public.ticket_types set price = 500 where id = pg_temp.type(3)::uuid;
select is(private.unit_minor(pg_temp.type(3)::uuid, null), 500::bigint, 'regression: without a date every day was a weekday');
select is(private.unit_minor(pg_temp.type(3)::uuid, d.id), case when extract(isodow from d.date) >= 6 then 500 else 700 end::bigint, 'a date of the event: ' || to_char(d.date, 'Dy'))
  from public.event_dates d where d.event_id = pg_temp.event(2);
select is(private.unit_minor(pg_temp.type(3)::uuid, (select d.id from public.event_dates d where d.event_id = pg_temp.event(1) limit 1)), 500::bigint, 'a date of another event is none');

-- ---- no price is beyond counting
select throws_ok(format('update public.ticket_types set price = 10000000001 where id = %L', pg_temp.type(3)), '23514', null, 'a price of a slip of the keys');
select throws_ok($$insert into public.ticket_type_pricing_overrides (ticket_type_id, day_type, price) values ('30000000-0000-4000-8000-000000000003', 'weekend', 1e11)$$, '23514', null, 'nor one of a day');
select is(pg_temp.costs(10000000000, 999999), '9999990000000000+500000 (0)', 'the most there is')
  from (select pg_temp.alone(0.05, 'PERCENTAGE', null, 500000)) r;
select * from finish();
