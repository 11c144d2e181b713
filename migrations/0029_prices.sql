-- Prices, again: what runs with every press of a button keeps its plans (a definer function in SQL can
-- neither be inlined nor keep one), no sum overflows, and a day's price is for orders that name a day.

-- A price that no sum can be made of: a million tickets of ten thousand million units still fit a bigint,
-- and a buyer never meets an error that a typing mistake of an organizer has left behind.
alter table public.ticket_types add constraint ticket_types_price_most check (price_minor <= 10000000000);
alter table public.ticket_type_pricing_overrides add constraint ticket_type_pricing_overrides_price_most check (price <= 10000000000);

-- The price of a kind of day is for orders that name a day. Without a date every day was a weekday, and
-- whoever had set a price for weekdays sold at it although the page showed the type's own.
create or replace function private.unit_minor(ticket_type uuid, event_date uuid) returns bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return (select coalesce(round(o.price * private.minor_units(y.currency))::bigint, y.price_minor)
		from public.ticket_types y
		left join public.event_dates d on d.id = event_date and d.event_id = y.event_id
		left join public.ticket_type_pricing_overrides o on o.ticket_type_id = y.id and d.id is not null
		 and o.day_type = coalesce(d.day_type, case when extract(isodow from d.date) >= 6 then 'weekend' else 'weekday' end)
	       where y.id = ticket_type);
end $$;

-- The organizer's fee is no more than the line costs: nobody owes us for having sold. The price of a unit
-- is looked up once a line, not wherever it is named.
create or replace function private.price_lines(event uuid, event_date uuid, quantities jsonb)
returns table (ticket_type_id uuid, quantity integer, unit_minor bigint, base_minor bigint, rule public.service_fee_rules,
	fee_minor numeric, buyer_fee_minor numeric)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_column
begin
	return query
	with l as materialized (
		select y.id, y.currency, q.value::integer as n, private.unit_minor(y.id, event_date) as unit
		  from jsonb_each_text(quantities) q join public.ticket_types y on y.id = q.key::uuid and y.event_id = event)
	select l.id, l.n, l.unit, l.unit * l.n, r.whole, p.buyers + least(f.fee - p.buyers, l.unit * l.n), p.buyers
	  from l
	  left join lateral (select s.*, s as whole from public.service_fee_rules s
		where s.active and l.unit > 0 -- a free ticket has no fee
		  and (s.ticket_type_id = l.id or s.event_id = event or s.scope = 'GLOBAL')
		order by case s.scope when 'TICKET_TYPE' then 1 when 'EVENT' then 2 else 3 end, s.priority desc, s.created_at, s.id limit 1) r on true
	 cross join lateral (select coalesce(least(greatest(
		case r.fee_type when 'PERCENTAGE' then l.unit * l.n * r.fee_value
			else r.fee_value * l.n * private.minor_units(l.currency) end,
		r.minimum_fee * private.minor_units(l.currency)), r.maximum_fee * private.minor_units(l.currency)), 0) as fee offset 0) f
	 cross join lateral (select case r.applies_to when 'BUYER' then f.fee when 'SPLIT' then f.fee * 0.5 else 0 end as buyers offset 0) p
	 order by l.id;
end $$;

-- What the buyer pays for a selection, in minor units, rounded once.
create or replace function private.price_total(event uuid, event_date uuid, quantities jsonb,
	out base_minor bigint, out fee_minor bigint, out organizer_fee_minor bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
	select coalesce(sum(l.base_minor), 0)::bigint, round(coalesce(sum(l.buyer_fee_minor), 0))::bigint,
	       round(coalesce(sum(l.fee_minor), 0))::bigint - round(coalesce(sum(l.buyer_fee_minor), 0))::bigint
	  into price_total.base_minor, price_total.fee_minor, price_total.organizer_fee_minor
	  from private.price_lines(event, event_date, quantities) l;
end $$;
