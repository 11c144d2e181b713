-- An organizer's fee is at most what the line sells for. A fixed fee above the price made them owe for
-- selling, and what is payable to somebody may not be less than nothing (V15).
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
