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
