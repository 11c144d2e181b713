-- What runs with every press of a button keeps its plans. A definer function in SQL can neither be
-- inlined nor keeps a plan from one call to the next: each was planned anew, for longer than it ran.
-- The same functions in PL/pgSQL, and one question for each index in the place of an OR over all.

create or replace function private.checkout_payment(outcome text, payment uuid) returns private.checkout_answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	answer private.checkout_answer;
begin
	select outcome, p.id, p.order_id, false, p.token, s.state,
		case p.provider when 'stripe' then p.stripe_payment_intent_id else p.transaction_id end,
		p.amount_minor, p.currency, coalesce(p.charge_amount_minor, p.amount_minor), coalesce(p.charge_currency, p.currency),
		p.fx_rate_numerator, p.fx_rate_denominator, p.fx_locked_at, p.fx_margin_bps, null, p.user_id, e.title, null, g.token, p.provider
	  into answer
	  from public.payments p join private.payment_state s on s.payment_id = p.id join public.events e on e.id = p.event_id
	  left join public.guest_orders g on g.order_id = p.order_id
	 where p.id = payment;
	return answer;
end $$;

create or replace function private.checkout_refusal(outcome text, subject text default null, limit_n integer default null, retry_at timestamptz default null)
returns private.checkout_answer
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
	return (outcome, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
		retry_at, null, null, limit_n, null, subject)::private.checkout_answer;
end $$;

create or replace function private.checkout_twin(wish private.checkout_wish) returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	twin uuid;
begin
	if wish.order_id is not null then
		select p.id into twin from public.payments p where p.order_id = wish.order_id and p.status = 'pending';
	end if;
	if twin is null and wish.person is not null then
		select p.id into twin from public.orders o join public.payments p on p.order_id = o.id and p.status = 'pending' and p.provider = wish.provider
		 where o.user_id = wish.person
		   and o.event_id = wish.event_id and o.event_date_id is not distinct from wish.event_date_id and o.ticket_quantities = wish.quantities
		   and p.customer_phone is not distinct from wish.phone and p.created_at > private.now() - interval '5 minutes' limit 1;
	elsif twin is null then
		select p.id into twin from public.orders o join public.payments p on p.order_id = o.id and p.status = 'pending' and p.provider = wish.provider
		 where o.guest_email = wish.email
		   and o.event_id = wish.event_id and o.event_date_id is not distinct from wish.event_date_id and o.ticket_quantities = wish.quantities
		   and p.customer_phone is not distinct from wish.phone and p.created_at > private.now() - interval '5 minutes' limit 1;
	end if;
	return twin;
end $$;

create or replace function private.places_left(ticket_type uuid, event_date uuid) returns integer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	free integer := (select s.capacity - s.held - s.sold from private.sales s where s.ticket_type_id = ticket_type and s.event_date_id is null);
begin
	if event_date is not null then
		free := least(free,
			(select s.capacity - s.held - s.sold from private.sales s where s.ticket_type_id = ticket_type and s.event_date_id = event_date),
			(select s.capacity - s.held - s.sold from private.sales s where s.ticket_type_id is null and s.event_date_id = event_date));
	end if;
	return least(free, (select p.capacity - p.held - p.sold from private.pool_types x join private.pools p on p.id = x.pool_id where x.ticket_type_id = ticket_type));
end $$;

create or replace function private.places_unsold(ticket_type uuid, event_date uuid) returns integer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	unsold integer := (select s.capacity - s.sold from private.sales s where s.ticket_type_id = ticket_type and s.event_date_id is null);
begin
	if event_date is not null then
		unsold := least(unsold,
			(select s.capacity - s.sold from private.sales s where s.ticket_type_id = ticket_type and s.event_date_id = event_date),
			(select s.capacity - s.sold from private.sales s where s.ticket_type_id is null and s.event_date_id = event_date));
	end if;
	return least(unsold, (select p.capacity - p.sold from private.pool_types x join private.pools p on p.id = x.pool_id where x.ticket_type_id = ticket_type));
end $$;

create or replace function private.price_total(event uuid, event_date uuid, quantities jsonb,
	out base_minor bigint, out fee_minor bigint, out organizer_fee_minor bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
	select coalesce(sum(l.base_minor), 0)::bigint, round(coalesce(sum(l.buyer_fee_minor), 0))::bigint,
	       round(coalesce(sum(l.fee_minor), 0))::bigint - round(coalesce(sum(l.buyer_fee_minor), 0))::bigint
	  into price_total.base_minor, price_total.fee_minor, price_total.organizer_fee_minor
	  from private.price_lines(event, event_date, quantities) l;
end $$;

-- As before; the price of a unit is looked up once a line, not wherever it is named.
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
	select l.id, l.n, l.unit, l.unit * l.n, r.whole, f.fee,
	       case r.applies_to when 'BUYER' then f.fee when 'SPLIT' then f.fee / 2 else 0 end
	  from l
	  left join lateral (select s.*, s as whole from public.service_fee_rules s
		where s.active and l.unit > 0 -- a free ticket has no fee
		  and (s.ticket_type_id = l.id or s.event_id = event or s.scope = 'GLOBAL')
		order by case s.scope when 'TICKET_TYPE' then 1 when 'EVENT' then 2 else 3 end, s.priority desc, s.created_at, s.id limit 1) r on true
	 cross join lateral (select coalesce(least(greatest(
		case r.fee_type when 'PERCENTAGE' then l.unit * l.n * r.fee_value
			else r.fee_value * l.n * private.minor_units(l.currency) end,
		r.minimum_fee * private.minor_units(l.currency)), r.maximum_fee * private.minor_units(l.currency)), 0) as fee offset 0) f
	 order by l.id;
end $$;
