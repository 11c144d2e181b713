-- What is sold: prices by kind of day, fees, the counters of places, and places held for an order.

-- A statement of a client itself, not one that a definer function makes on its behalf: rules for what
-- browsers may write are triggers that ask this in WHEN.
create function private.from_client() returns boolean stable language sql
return coalesce(current_setting('role', true), '') in ('anon', 'authenticated') and not pg_has_role('temba_owner', 'usage');
grant execute on function private.from_client() to anon, authenticated, service_role;

-- ---- prices and fees

create table public.ticket_type_pricing_overrides (
	id uuid primary key default gen_random_uuid(),
	ticket_type_id uuid not null references public.ticket_types (id) on delete cascade,
	day_type text not null constraint ticket_type_pricing_overrides_day_type_check check (day_type in ('weekday', 'weekend', 'holiday')),
	price numeric not null constraint ticket_type_pricing_overrides_price_check check (price >= 0),
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint ticket_type_pricing_overrides_once unique (ticket_type_id, day_type)
);

create table public.service_fee_rules (
	id uuid primary key default gen_random_uuid(),
	name text not null,
	scope text not null constraint service_fee_rules_scope_check check (scope in ('GLOBAL', 'EVENT', 'TICKET_TYPE')),
	event_id uuid references public.events (id) on delete cascade,
	ticket_type_id uuid references public.ticket_types (id) on delete cascade,
	fee_type text not null constraint service_fee_rules_fee_type_check check (fee_type in ('PERCENTAGE', 'FIXED')),
	fee_value numeric not null constraint service_fee_rules_fee_value_check check (fee_value >= 0), -- PERCENTAGE: a fraction, 0.02 is 2 %
	minimum_fee numeric constraint service_fee_rules_minimum_check check (minimum_fee >= 0), -- of a line
	maximum_fee numeric constraint service_fee_rules_maximum_check check (maximum_fee >= 0),
	applies_to text not null default 'BUYER' constraint service_fee_rules_applies_to_check check (applies_to in ('BUYER', 'ORGANIZER', 'SPLIT')),
	priority integer not null default 0,
	active boolean not null default true,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint service_fee_rules_scope_is_set check ((scope = 'EVENT') = (event_id is not null) and (scope = 'TICKET_TYPE') = (ticket_type_id is not null)),
	constraint service_fee_rules_fraction check (fee_type <> 'PERCENTAGE' or fee_value <= 1),
	constraint service_fee_rules_bounds check (minimum_fee <= maximum_fee)
);
create index service_fee_rules_type_idx on public.service_fee_rules (ticket_type_id) where active;
create index service_fee_rules_event_idx on public.service_fee_rules (event_id) where active;
create index service_fee_rules_scope_idx on public.service_fee_rules (scope) where active;
create trigger touch before update on public.service_fee_rules for each row execute function private.touch();
create trigger touch before update on public.ticket_type_pricing_overrides for each row execute function private.touch();

-- What one type costs on a date, in minor units: the day's price, or its own.
create function private.unit_minor(ticket_type uuid, event_date uuid) returns bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return (select coalesce(round(o.price * private.minor_units(y.currency))::bigint, y.price_minor)
		from public.ticket_types y
		left join public.event_dates d on d.id = event_date and d.event_id = y.event_id
		left join public.ticket_type_pricing_overrides o on o.ticket_type_id = y.id
		 and o.day_type = coalesce(d.day_type, case when extract(isodow from d.date) >= 6 then 'weekend' else 'weekday' end)
	       where y.id = ticket_type);
end $$;

-- The price of a selection {type: quantity}: one row a line, with the one rule that applies to it.
-- Fees are exact here; whoever adds them up rounds once (fee_minor of private.order_price).
create function private.price_lines(event uuid, event_date uuid, quantities jsonb)
returns table (ticket_type_id uuid, quantity integer, unit_minor bigint, base_minor bigint, rule public.service_fee_rules,
	fee_minor numeric, buyer_fee_minor numeric)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_column
begin
	return query
	select l.id, l.n, l.unit, l.unit * l.n, r.whole, f.fee,
	       case r.applies_to when 'BUYER' then f.fee when 'SPLIT' then f.fee / 2 else 0 end
	  from (select y.id, y.currency, q.value::integer as n, private.unit_minor(y.id, event_date) as unit
	          from jsonb_each_text(quantities) q join public.ticket_types y on y.id = q.key::uuid and y.event_id = event) l
	  left join lateral (select s.*, s as whole from public.service_fee_rules s
		where s.active and l.unit > 0 -- a free ticket has no fee
		  and (s.ticket_type_id = l.id or s.event_id = event or s.scope = 'GLOBAL')
		order by case s.scope when 'TICKET_TYPE' then 1 when 'EVENT' then 2 else 3 end, s.priority desc, s.created_at, s.id limit 1) r on true
	 cross join lateral (select coalesce(least(greatest(
		case r.fee_type when 'PERCENTAGE' then l.unit * l.n * r.fee_value
			else r.fee_value * l.n * private.minor_units(l.currency) end,
		r.minimum_fee * private.minor_units(l.currency)), r.maximum_fee * private.minor_units(l.currency)), 0) as fee) f
	 order by l.id;
end $$;

-- What the buyer pays for a selection, in minor units, rounded once.
create function private.price_total(event uuid, event_date uuid, quantities jsonb,
	out base_minor bigint, out fee_minor bigint, out organizer_fee_minor bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
	select coalesce(sum(l.base_minor), 0)::bigint, round(coalesce(sum(l.buyer_fee_minor), 0))::bigint,
	       round(coalesce(sum(l.fee_minor), 0))::bigint - round(coalesce(sum(l.buyer_fee_minor), 0))::bigint
	  from private.price_lines(event, event_date, quantities) l;
end;

-- ---- places

-- Three kinds of counter: of a type over all dates (no date), of a type on a date, of a date over all
-- types (no type; only where the date has a capacity). The truth about what is left; the numbers in
-- ticket_types.available and event_dates.tickets_sold are for display and follow.
create table private.sales (
	ticket_type_id uuid references public.ticket_types (id) on delete cascade,
	event_date_id uuid references public.event_dates (id) on delete cascade,
	capacity integer, -- NULL: no limit of its own
	held integer not null default 0 constraint sales_held_check check (held >= 0),
	sold integer not null default 0 constraint sales_sold_check check (sold >= 0),
	constraint sales_once unique nulls not distinct (ticket_type_id, event_date_id),
	constraint sales_of_something check (num_nonnulls(ticket_type_id, event_date_id) > 0),
	constraint sales_not_oversold check (held + sold <= capacity)
) with (fillfactor = 70);
create index sales_date_idx on private.sales (event_date_id) where event_date_id is not null;

-- A permanent attraction has its quantity anew each day, anything else once over all its dates.
create function private.type_counted() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	daily boolean := (select e.is_permanent from public.events e where e.id = new.event_id);
begin
	insert into private.sales as s (ticket_type_id, capacity) values (new.id, case when not daily then new.quantity end)
	on conflict on constraint sales_once do update set capacity = excluded.capacity;
	update private.sales s set capacity = new.quantity where daily and s.ticket_type_id = new.id and s.event_date_id is not null;
	return null;
end $$;
create trigger type_counted after insert or update of quantity on public.ticket_types for each row execute function private.type_counted();

create function private.date_counted() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	if new.capacity is null then
		delete from private.sales s where s.ticket_type_id is null and s.event_date_id = new.id;
		return null;
	end if;
	insert into private.sales as s (event_date_id, capacity, held, sold)
	select new.id, new.capacity, coalesce(sum(o.held), 0), coalesce(sum(o.sold), 0)
	  from private.sales o where o.event_date_id = new.id and o.ticket_type_id is not null
	on conflict on constraint sales_once do update set capacity = excluded.capacity;
	return null;
end $$;
create trigger date_counted after insert or update of capacity on public.event_dates for each row execute function private.date_counted();

-- Moves places of a type on a date: (1, 0) holds, (-1, 1) sells what was held, (0, -1) gives back.
-- Refuses when there are not enough. One order of locks: the date, the type, the type on the date.
create function private.places_move(ticket_type uuid, event_date uuid, held integer, sold integer) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	daily integer;
begin
	if event_date is not null then
		update private.sales s set held = s.held + held, sold = s.sold + sold
		 where s.ticket_type_id is null and s.event_date_id = event_date
		   and (held + sold <= 0 or s.held + s.sold + held + sold <= s.capacity);
		if not found and exists (select from private.sales s where s.ticket_type_id is null and s.event_date_id = event_date) then
			raise exception 'this date is sold out' using errcode = '23514', constraint = 'sales_not_oversold';
		end if;
	end if;
	update private.sales s set held = s.held + held, sold = s.sold + sold
	 where s.ticket_type_id = ticket_type and s.event_date_id is null
	   and (held + sold <= 0 or s.capacity is null or s.held + s.sold + held + sold <= s.capacity);
	if not found then
		raise exception 'not enough places are left' using errcode = '23514', constraint = 'sales_not_oversold';
	end if;
	if event_date is null then
		return;
	end if;
	update private.sales s set held = s.held + held, sold = s.sold + sold
	 where s.ticket_type_id = ticket_type and s.event_date_id = event_date
	   and (held + sold <= 0 or s.capacity is null or s.held + s.sold + held + sold <= s.capacity);
	if found then
		return;
	elsif exists (select from private.sales s where s.ticket_type_id = ticket_type and s.event_date_id = event_date) then
		raise exception 'not enough places are left on this date' using errcode = '23514', constraint = 'sales_not_oversold';
	end if;
	if held + sold < 0 then
		return; -- the date was deleted, and its counters with it
	end if;
	select case when e.is_permanent then y.quantity end into daily
	  from public.ticket_types y join public.events e on e.id = y.event_id where y.id = ticket_type;
	insert into private.sales as s (ticket_type_id, event_date_id, capacity, held, sold)
	values (ticket_type, event_date, daily, held, sold)
	on conflict on constraint sales_once do update set held = s.held + excluded.held, sold = s.sold + excluded.sold;
end $$;

-- How many of a type are left (for that date); NULL when nothing limits it.
create function private.places_left(ticket_type uuid, event_date uuid) returns integer
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
	select min(s.capacity - s.held - s.sold) from private.sales s
	 where (s.ticket_type_id = ticket_type and (s.event_date_id is null or s.event_date_id = event_date))
	    or (s.ticket_type_id is null and s.event_date_id = event_date);
end;

-- Brings the numbers that people see up to the counters; only rows that differ are written.
create function private.available_refresh() returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	changed integer;
begin
	update public.ticket_types y set available = greatest(0, y.quantity - s.held - s.sold)
	  from private.sales s
	 where s.ticket_type_id = y.id and s.event_date_id is null and s.capacity is not null
	   and y.available <> greatest(0, y.quantity - s.held - s.sold);
	get diagnostics changed = row_count;
	update public.event_dates d set tickets_sold = s.sold
	  from (select o.event_date_id, sum(o.sold)::integer as sold from private.sales o
		where o.ticket_type_id is not null and o.event_date_id is not null group by 1) s
	 where d.id = s.event_date_id and d.tickets_sold <> s.sold;
	return changed;
end $$;

-- ---- places held for an order that is being paid

create table private.holds (
	order_id uuid primary key references public.orders (id),
	state text not null default 'ACTIVE' constraint holds_state_check check (state in ('ACTIVE', 'CONVERTED', 'RELEASED', 'EXPIRED')),
	expires_at timestamptz not null,
	created_at timestamptz not null default now(),
	ended_at timestamptz,
	constraint holds_end_check check ((state = 'ACTIVE') = (ended_at is null))
) with (fillfactor = 80);
create index holds_expiry_idx on private.holds (expires_at) where state = 'ACTIVE';

create table private.hold_lines (
	order_id uuid not null references private.holds (order_id),
	ticket_type_id uuid not null references public.ticket_types (id),
	event_date_id uuid, -- no foreign key: a deleted date has no counters to give back to
	quantity integer not null constraint hold_lines_quantity_check check (quantity >= 0), -- still held
	primary key (order_id, ticket_type_id)
) with (fillfactor = 80);
create index hold_lines_type_idx on private.hold_lines (ticket_type_id);

-- Holds what the order wants; again while the hold lives only makes it last longer (30 minutes at
-- most). False when the order does not wait for a payment.
create function private.hold_take(order_id uuid, lifetime interval default interval '15 minutes') returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	line record;
	live private.holds;
begin
	perform from private.order_state s where s.order_id = order_id and s.state in ('HELD', 'AWAITING_PAYMENT') for no key update;
	if not found then
		return false;
	end if;
	select * into live from private.holds h where h.order_id = order_id;
	if live.state = 'ACTIVE' then
		update private.holds h set expires_at = greatest(h.expires_at, least(private.now() + lifetime, h.created_at + interval '30 minutes'))
		 where h.order_id = order_id;
		return true;
	end if;
	insert into private.holds as h (order_id, expires_at, created_at) values (order_id, private.now() + lifetime, private.now())
	on conflict on constraint holds_pkey do update
		set state = 'ACTIVE', expires_at = excluded.expires_at, created_at = excluded.created_at, ended_at = null;
	for line in
		select q.key::uuid as type, q.value::integer as n, o.event_date_id as date
		  from public.orders o cross join jsonb_each_text(o.ticket_quantities) q
		 where o.id = order_id and q.value::integer > 0 order by q.key::uuid
	loop
		perform private.places_move(line.type, line.date, line.n, 0);
		insert into private.hold_lines as h (order_id, ticket_type_id, event_date_id, quantity) values (order_id, line.type, line.date, line.n)
		on conflict on constraint hold_lines_pkey do update set event_date_id = excluded.event_date_id, quantity = excluded.quantity;
	end loop;
	return true;
end $$;

-- Ends the hold and gives back what is still held. False when there is none.
create function private.hold_end(order_id uuid, state text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	line private.hold_lines;
begin
	update private.holds h set state = state, ended_at = private.now() where h.order_id = order_id and h.state = 'ACTIVE';
	if not found then
		return false;
	end if;
	for line in select * from private.hold_lines l where l.order_id = order_id and l.quantity > 0 order by l.ticket_type_id loop
		perform private.places_move(line.ticket_type_id, line.event_date_id, -line.quantity, 0);
		update private.hold_lines l set quantity = 0 where l.order_id = order_id and l.ticket_type_id = line.ticket_type_id;
	end loop;
	return true;
end $$;

-- ---- a ticket that lives has its place, whoever made it

-- Once a statement, not once a row: thousands of tickets in one import are one update of a counter.
create function private.tickets_counted() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	line record;
begin
	for line in
		with wanted as (
			select m.order_id, m.ticket_type_id, m.event_date_id, count(*)::integer as n from made m
			 where m.status not in ('REFUNDED', 'CANCELLED') group by 1, 2, 3),
		held as (
			select l.order_id, l.ticket_type_id, l.event_date_id, least(l.quantity, w.n) as n
			  from wanted w
			  join private.hold_lines l on l.order_id = w.order_id and l.ticket_type_id = w.ticket_type_id
			   and l.event_date_id is not distinct from w.event_date_id and l.quantity > 0
			  join private.holds h on h.order_id = l.order_id and h.state = 'ACTIVE'
			   for no key update of l),
		taken as (
			update private.hold_lines l set quantity = l.quantity - h.n
			  from held h where l.order_id = h.order_id and l.ticket_type_id = h.ticket_type_id)
		select w.ticket_type_id, w.event_date_id, sum(w.n)::integer as sold, coalesce(sum(h.n), 0)::integer as held
		  from wanted w left join held h on h.order_id = w.order_id and h.ticket_type_id = w.ticket_type_id
		   and h.event_date_id is not distinct from w.event_date_id
		 group by 1, 2 order by 2 nulls last, 1
	loop
		perform private.places_move(line.ticket_type_id, line.event_date_id, -line.held, line.sold);
	end loop;
	return null;
end $$;
create trigger tickets_counted after insert on public.tickets referencing new table as made
	for each statement execute function private.tickets_counted();

create function private.ticket_recounted() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	if old.status not in ('REFUNDED', 'CANCELLED') then
		perform private.places_move(old.ticket_type_id, old.event_date_id, 0, -1);
	end if;
	if tg_op = 'UPDATE' and new.status not in ('REFUNDED', 'CANCELLED') then
		perform private.places_move(new.ticket_type_id, new.event_date_id, 0, 1);
	end if;
	return null;
end $$;
create trigger ticket_removed after delete on public.tickets for each row execute function private.ticket_recounted();
create trigger ticket_recounted after update of status, ticket_type_id, event_date_id on public.tickets for each row
	when ((old.ticket_type_id, old.event_date_id, old.status in ('REFUNDED', 'CANCELLED'))
		is distinct from (new.ticket_type_id, new.event_date_id, new.status in ('REFUNDED', 'CANCELLED')))
	execute function private.ticket_recounted();

-- The slot: which of the order's tickets of that type. Two that are made at once wait for each other.
create function private.ticket_slot() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	perform from private.order_state s where s.order_id = new.order_id for no key update;
	select coalesce(max(t.ordinal), 0) + 1 into new.ordinal
	  from public.tickets t where t.order_id = new.order_id and t.ticket_type_id = new.ticket_type_id;
	return new;
end $$;
create trigger ticket_slot before insert on public.tickets for each row when (new.ordinal is null) execute function private.ticket_slot();

-- An order that is over holds nothing.
create function private.order_unheld() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	perform private.hold_end(new.id, case new.status when 'EXPIRED' then 'EXPIRED' else 'RELEASED' end);
	return null;
end $$;
create trigger order_unheld after update of status on public.orders for each row
	when (new.status in ('CANCELLED', 'EXPIRED')) execute function private.order_unheld();

-- ---- what was sold before there were counters
insert into private.sales (ticket_type_id, capacity)
select y.id, case when not e.is_permanent then y.quantity end from public.ticket_types y join public.events e on e.id = y.event_id;
insert into private.sales (event_date_id, capacity) select d.id, d.capacity from public.event_dates d where d.capacity is not null;
update public.tickets t set ordinal = x.n
  from (select i.id, row_number() over (partition by i.order_id, i.ticket_type_id order by i.created_at, i.id)
		+ coalesce(max(i.ordinal) over (partition by i.order_id, i.ticket_type_id), 0) as n
	  from public.tickets i where i.ordinal is null) x
 where x.id = t.id and t.ordinal is null;
select private.places_move(t.ticket_type_id, t.event_date_id, 0, count(*)::integer)
  from public.tickets t where t.status not in ('REFUNDED', 'CANCELLED') group by t.ticket_type_id, t.event_date_id;
