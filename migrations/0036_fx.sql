-- What a sum of francs costs in dollars: the one arithmetic of it, for the page that shows a price
-- (fx-quote) and for the payment that charges it (private.checkout).
--
-- The browser computes the same in its own numbers, and what it shows is what it sends: the server
-- has to come to the same cent. So the rate with the margin is a product of doubles here too. Only a
-- product that lies exactly between two whole francs can tell: 500 francs and 150 basis points are
-- 507.5 on paper and 507.49999999999994 in every browser. Cents are whole numbers throughout.

create index fx_rates_history_idx on public.fx_rates (from_currency, to_currency, valid_from desc);

-- One row, whatever the table holds. `stale`: there is no rate (566 stands in its place, as in the
-- browser), or it began more than `oldest` before `at`; a price to look at, never one to charge.
create function private.quote(xof_minor bigint, margin integer default 150, oldest interval default interval '24 hours',
	at timestamptz default private.now())
returns table (rate_id uuid, base bigint, effective bigint, usd_cents bigint, fx_num bigint, fx_den bigint, margin_bps integer,
	locked_at timestamptz, source text, stale boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off rows 1 as $$
#variable_conflict use_variable
declare
	exact double precision;
	rate public.fx_rates;
begin
	-- beyond this a browser's quotient may be rounded to the half it has to be compared with
	if xof_minor is null or xof_minor not between 1 and 1000000000000 or margin is null or margin not between 0 and 500 then
		raise exception 'a quote is for 1 to 10^12 francs and a margin of 0 to 500 basis points' using errcode = '22023';
	end if;
	-- what was in force then: a rate ends when the next one takes its place
	select * into rate from public.fx_rates r
	 where r.from_currency = 'USD' and r.to_currency = 'XOF' and r.valid_from <= at and (r.is_active or r.updated_at > at)
	 order by r.valid_from desc, r.created_at desc limit 1;
	base := coalesce(round(rate.rate_decimal)::bigint, 566);
	exact := base * (1 + margin / 10000::double precision);
	effective := floor(exact)::bigint + (exact - floor(exact) >= 0.5)::integer;
	usd_cents := greatest(1, (200 * xof_minor + effective) / (2 * effective));
	rate_id := rate.id;
	margin_bps := margin;
	fx_num := 100;
	fx_den := effective;
	locked_at := at;
	source := coalesce(rate.source, case when rate.id is null then 'fallback' else 'unknown' end);
	stale := rate.id is null or at - rate.valid_from > oldest;
	return next;
end $$;

-- The quote of now. When its cents are not the buyer's, that of a rate of the last 15 minutes which
-- gives exactly these: who read the rate a moment before it changed is right. What a browser says of
-- its clock, its rate and its margin is not asked.
create function private.quote_agreed(xof_minor bigint, cents bigint, margin integer default 150, oldest interval default interval '24 hours')
returns table (rate_id uuid, base bigint, effective bigint, usd_cents bigint, fx_num bigint, fx_den bigint, margin_bps integer,
	locked_at timestamptz, source text, stale boolean, agreed boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off rows 1 as $$
#variable_conflict use_variable
declare
	chosen record;
begin
	select q.*, q.usd_cents = cents as agreed into strict chosen
	  from (select private.now() as moment, true as current
		union all
		-- each rate at the last moment of its force
		select r.updated_at - interval '1 microsecond', false from public.fx_rates r
		 where r.from_currency = 'USD' and r.to_currency = 'XOF' and not r.is_active
		   and r.updated_at > private.now() - interval '15 minutes' and r.updated_at <= private.now() and r.valid_from < r.updated_at) m
	 cross join lateral private.quote(xof_minor, margin, oldest, m.moment) q
	 where m.current or q.usd_cents = cents
	 order by (q.usd_cents = cents) desc nulls last, m.moment desc limit 1;
	return query select chosen.rate_id, chosen.base, chosen.effective, chosen.usd_cents, chosen.fx_num, chosen.fx_den, chosen.margin_bps,
		chosen.locked_at, chosen.source, chosen.stale, coalesce(chosen.agreed, false);
end $$;

-- The rate of the dollar, once an hour.
insert into private.schedules (name, function, period) values ('fetch-fx-rates', 'fetch-fx-rates', interval '1 hour');
