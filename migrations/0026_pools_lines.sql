-- Places that several types share, what one buyer may have, and the lines of an order: what was sold
-- at which price, kept from the first payment on.

-- ---- pools: types that share places

create table private.pools (
	id uuid primary key default gen_random_uuid(),
	event_id uuid not null references public.events (id) on delete cascade,
	name text not null,
	capacity integer not null constraint pools_capacity_check check (capacity >= 0),
	held integer not null default 0 constraint pools_held_check check (held >= 0),
	sold integer not null default 0 constraint pools_sold_check check (sold >= 0),
	constraint pools_not_oversold check (held + sold <= capacity),
	constraint pools_name_once unique (event_id, name)
) with (fillfactor = 70);

create table private.pool_types (
	ticket_type_id uuid primary key references public.ticket_types (id) on delete cascade,
	pool_id uuid not null references private.pools (id) on delete cascade
);
create index pool_types_pool_idx on private.pool_types (pool_id);

-- A type that enters a pool brings what it has sold and holds; one that leaves takes it along.
create function private.pool_type_moved() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	if tg_op in ('UPDATE', 'DELETE') then
		update private.pools p set held = p.held - s.held, sold = p.sold - s.sold
		  from private.sales s where p.id = old.pool_id and s.ticket_type_id = old.ticket_type_id and s.event_date_id is null;
	end if;
	if tg_op in ('INSERT', 'UPDATE') then
		if not exists (select from private.pools p join public.ticket_types y on y.event_id = p.event_id
			where p.id = new.pool_id and y.id = new.ticket_type_id) then
			raise exception 'a pool and its types belong to one event' using errcode = '23514';
		end if;
		update private.pools p set held = p.held + s.held, sold = p.sold + s.sold
		  from private.sales s where p.id = new.pool_id and s.ticket_type_id = new.ticket_type_id and s.event_date_id is null;
	end if;
	return null;
end $$;
create trigger pool_type_moved after insert or update or delete on private.pool_types
	for each row execute function private.pool_type_moved();

-- Whoever moves places of several types takes the pools first, in one order: two orders over the same
-- pools then wait for each other and never in a circle.
create function private.pools_lock(types uuid[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	perform from private.pools p where p.id in (select x.pool_id from private.pool_types x where x.ticket_type_id = any (types))
	  order by p.id for no key update;
end $$;

-- The type's pool first. Refuses when there are not enough. One order of locks: the
-- pool, the date, the type, the type on the date.
create or replace function private.places_move(ticket_type uuid, event_date uuid, held integer, sold integer) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	daily integer;
	pool uuid := (select x.pool_id from private.pool_types x where x.ticket_type_id = ticket_type);
begin
	if pool is not null then
		update private.pools p set held = p.held + held, sold = p.sold + sold
		 where p.id = pool and (held + sold <= 0 or p.held + p.sold + held + sold <= p.capacity);
		if not found then
			raise exception 'not enough places are left' using errcode = '23514', constraint = 'sales_not_oversold';
		end if;
	end if;
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

-- How many would be left if nobody held any: below what is wanted, waiting does not help.
create function private.places_unsold(ticket_type uuid, event_date uuid) returns integer
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

-- All who want places of one event wait for one row, the counter, from the moment when somebody takes
-- places until that transaction ends. So the hold is written first, and its places are taken last.

-- The hold of an order and its lines, without taking the places. Nothing when it has one that lives.
create function private.hold_write(order_id uuid, lifetime interval) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	insert into private.holds as h (order_id, expires_at, created_at) values (order_id, private.now() + lifetime, private.now())
	on conflict on constraint holds_pkey do update
		set state = 'ACTIVE', expires_at = excluded.expires_at, created_at = excluded.created_at, ended_at = null;
	insert into private.hold_lines as h (order_id, ticket_type_id, event_date_id, quantity)
	select o.id, q.key::uuid, o.event_date_id, q.value::integer
	  from public.orders o cross join jsonb_each_text(o.ticket_quantities) q where o.id = order_id and q.value::integer > 0
	on conflict on constraint hold_lines_pkey do update set event_date_id = excluded.event_date_id, quantity = excluded.quantity;
end $$;

-- Takes the places that the lines of the order's hold say; raises sales_not_oversold.
create function private.hold_places(order_id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	line record;
begin
	perform private.pools_lock(array(select l.ticket_type_id from private.hold_lines l where l.order_id = order_id and l.quantity > 0));
	for line in select l.ticket_type_id, l.event_date_id, l.quantity from private.hold_lines l where l.order_id = order_id and l.quantity > 0 order by l.ticket_type_id loop
		perform private.places_move(line.ticket_type_id, line.event_date_id, line.quantity, 0);
	end loop;
end $$;

create or replace function private.hold_take(order_id uuid, lifetime interval default interval '15 minutes') returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	perform from private.order_state s where s.order_id = order_id and s.state in ('HELD', 'AWAITING_PAYMENT') for no key update;
	if not found then
		return false;
	end if;
	if exists (select from private.holds h where h.order_id = order_id and h.state = 'ACTIVE') then
		update private.holds h set expires_at = least(private.now() + lifetime, h.created_at + interval '30 minutes')
		 where h.order_id = order_id and h.expires_at < least(private.now() + lifetime, h.created_at + interval '30 minutes');
	else
		perform private.hold_write(order_id, lifetime);
		perform private.hold_places(order_id);
	end if;
	return true;
end $$;

create or replace function private.hold_end(order_id uuid, state text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	line private.hold_lines;
begin
	update private.holds h set state = state, ended_at = private.now() where h.order_id = order_id and h.state = 'ACTIVE';
	if not found then
		return false;
	end if;
	perform private.pools_lock(array(select l.ticket_type_id from private.hold_lines l where l.order_id = order_id and l.quantity > 0));
	for line in select * from private.hold_lines l where l.order_id = order_id and l.quantity > 0 order by l.ticket_type_id loop
		perform private.places_move(line.ticket_type_id, line.event_date_id, -line.quantity, 0);
		update private.hold_lines l set quantity = 0 where l.order_id = order_id and l.ticket_type_id = line.ticket_type_id;
	end loop;
	return true;
end $$;

create or replace function private.tickets_counted() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	line record;
begin
	perform private.pools_lock(array(select distinct m.ticket_type_id from made m));
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
		 group by 1, 2 order by 1, 2 nulls last
	loop
		perform private.places_move(line.ticket_type_id, line.event_date_id, -line.held, line.sold);
	end loop;
	return null;
end $$;

-- ---- what one buyer may have of a type, over all their orders; NULL: as many as they like
alter table public.ticket_types add column max_per_buyer integer constraint ticket_types_max_per_buyer_check check (max_per_buyer > 0);

-- ---- the lines of an order: frozen with its first payment

create table private.order_lines (
	order_id uuid not null references public.orders (id),
	line integer not null,
	kind text not null default 'TICKETS' constraint order_lines_kind_check check (kind in ('TICKETS', 'EXTRAS')),
	ticket_type_id uuid references public.ticket_types (id),
	event_date_id uuid, -- no foreign key: what was sold stays sold
	quantity integer not null constraint order_lines_quantity_check check (quantity > 0),
	unit_minor bigint not null constraint order_lines_unit_check check (unit_minor >= 0),
	base_minor bigint not null,
	discount_minor bigint not null default 0 constraint order_lines_discount_check check (discount_minor between 0 and base_minor),
	fee_minor bigint not null constraint order_lines_fee_check check (fee_minor >= 0), -- the buyer's
	organizer_fee_minor bigint not null constraint order_lines_organizer_fee_check check (organizer_fee_minor >= 0),
	rule_id uuid, -- the fee rule of then; no foreign key: rules come and go
	primary key (order_id, line),
	constraint order_lines_arithmetic check (base_minor = unit_minor * quantity),
	constraint order_lines_type check ((kind = 'TICKETS') = (ticket_type_id is not null)),
	constraint order_lines_type_once unique (order_id, ticket_type_id)
);
create index order_lines_type_idx on private.order_lines (ticket_type_id);

-- Puts the price of now on the order, once. Fees are rounded once for the whole order (functions.md
-- 9.3); the lines share them by largest remainder, so that parts add up to the whole. Returns the total.
create function private.lines_freeze(order_id uuid) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	total bigint;
begin
	select sum(l.base_minor - l.discount_minor + l.fee_minor) into total from private.order_lines l where l.order_id = order_id;
	if total is not null then
		return total;
	end if;
	with priced as (
		select p.*, p.fee_minor - p.buyer_fee_minor as own_fee_minor
		  from public.orders o cross join lateral private.price_lines(o.event_id, o.event_date_id, o.ticket_quantities) p where o.id = order_id),
	whole as (
		select round(sum(p.buyer_fee_minor))::bigint as buyers, round(sum(p.fee_minor))::bigint - round(sum(p.buyer_fee_minor))::bigint as organizers from priced p),
	shared as (
		select p.*, floor(p.buyer_fee_minor)::bigint as fee, floor(p.own_fee_minor)::bigint as own_fee,
		       row_number() over (order by p.ticket_type_id)::integer as line,
		       row_number() over (order by p.buyer_fee_minor - floor(p.buyer_fee_minor) desc, p.ticket_type_id) as fee_turn,
		       row_number() over (order by p.own_fee_minor - floor(p.own_fee_minor) desc, p.ticket_type_id) as own_fee_turn,
		       sum(floor(p.buyer_fee_minor)) over ()::bigint as fee_floor, sum(floor(p.own_fee_minor)) over ()::bigint as own_fee_floor
		  from priced p)
	insert into private.order_lines (order_id, line, ticket_type_id, event_date_id, quantity, unit_minor, base_minor, fee_minor, organizer_fee_minor, rule_id)
	select order_id, s.line, s.ticket_type_id, o.event_date_id, s.quantity, s.unit_minor, s.base_minor,
	       s.fee + (s.fee_turn <= w.buyers - s.fee_floor)::integer, s.own_fee + (s.own_fee_turn <= w.organizers - s.own_fee_floor)::integer, (s.rule).id
	  from shared s cross join whole w join public.orders o on o.id = order_id;
	select coalesce(sum(l.base_minor + l.fee_minor), 0) into total from private.order_lines l where l.order_id = order_id;
	update public.orders o set total_minor = total where o.id = order_id and o.total_minor <> total;
	return total;
end $$;

-- What was bought is not changed any more, by nobody.
create function private.order_frozen() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	if exists (select from private.order_lines l where l.order_id = new.id) then
		raise exception 'what an order holds is fixed once it was to be paid' using errcode = '23514', constraint = 'order_frozen';
	end if;
	return new;
end $$;
create trigger order_frozen before update of ticket_quantities, event_id, currency on public.orders for each row
	when ((old.ticket_quantities, old.event_id, old.currency) is distinct from (new.ticket_quantities, new.event_id, new.currency))
	execute function private.order_frozen();
