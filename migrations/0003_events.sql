-- Events, their dates, their staff and what is sold for them.

create table public.events (
	id uuid primary key default gen_random_uuid(),
	title text not null,
	description text not null,
	location text not null,
	venue text,
	venue_id uuid, -- venues come with a later table
	image_url text not null,
	banner_images text[],
	gallery_images text[],
	date date not null,
	time text not null, -- free text, read by private.event_start()
	price numeric not null constraint events_price_check check (price >= 0),
	currency text not null default 'XOF' constraint events_currency_check check (private.minor_units(currency) is not null),
	capacity integer not null constraint events_capacity_check check (capacity > 0),
	tickets_sold integer not null default 0 constraint events_tickets_sold_check check (tickets_sold >= 0),
	status text not null default 'DRAFT' constraint events_status_check
		check (status in ('DRAFT', 'PUBLISHED', 'CANCELLED', 'COMPLETED')),
	featured boolean not null default false,
	categories text[] not null default '{}',
	avg_rating numeric not null default 0,
	review_count integer not null default 0,
	venue_layout_id uuid,
	coordinates jsonb not null default '{"latitude": 12.3714, "longitude": -1.5197}',
	organizer_id uuid not null references private.people (user_id),
	country_code text not null default 'BF',
	city text,
	address text,
	region text,
	timezone text not null default 'Africa/Ouagadougou' constraint events_timezone_check
		check (timestamp '2000-01-01 00:00' at time zone timezone is not null), -- an unknown zone raises
	is_permanent boolean not null default false,
	attraction_type text constraint events_attraction_type_check check (attraction_type in ('zoo', 'park', 'museum',
		'theme_park', 'aquarium', 'water_park', 'cultural_site', 'adventure_park', 'other')),
	sales_start_date timestamptz,
	deleted_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
create index events_status_date_idx on public.events (status, date);
create index events_country_idx on public.events (country_code, status, date);
create index events_featured_idx on public.events (date) where featured and status = 'PUBLISHED';
create index events_organizer_idx on public.events (organizer_id, status, date);
create index events_venue_idx on public.events (venue_id, status, date);
create index events_permanent_idx on public.events (status) where is_permanent;
create index events_created_at_idx on public.events (created_at);
create index events_categories_idx on public.events using gin (categories);
create index events_title_idx on public.events using gin (title extensions.gin_trgm_ops);
create index events_description_idx on public.events using gin (description extensions.gin_trgm_ops);
create index events_location_idx on public.events using gin (location extensions.gin_trgm_ops);

create table public.event_dates (
	id uuid primary key default gen_random_uuid(),
	event_id uuid not null references public.events (id) on delete cascade,
	date date not null,
	start_time text not null,
	end_time text,
	capacity integer constraint event_dates_capacity_check check (capacity > 0), -- NULL: the event's
	status text not null default 'ACTIVE' constraint event_dates_status_check
		check (upper(status) in ('ACTIVE', 'CANCELLED', 'SOLD_OUT')),
	day_type text constraint event_dates_day_type_check check (day_type in ('weekday', 'weekend', 'holiday')),
	tickets_sold integer not null default 0 constraint event_dates_tickets_sold_check check (tickets_sold >= 0),
	display_order integer not null default 0,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint event_dates_once unique (event_id, date, start_time)
);

create table public.event_staff (
	id uuid primary key default gen_random_uuid(),
	event_id uuid not null references public.events (id),
	user_id uuid not null references private.people (user_id),
	created_at timestamptz not null default now(),
	constraint event_staff_once unique (event_id, user_id)
);
create index event_staff_user_idx on public.event_staff (user_id);

create table public.ticket_types (
	id uuid primary key default gen_random_uuid(),
	event_id uuid not null references public.events (id) on delete cascade,
	name text not null,
	description text not null default '',
	price numeric not null constraint ticket_types_price_check check (price >= 0), -- follows price_minor
	price_minor bigint not null,
	currency text not null, -- the event's
	quantity integer not null constraint ticket_types_quantity_check check (quantity >= 0),
	available integer not null, -- for display; the counters of sales are the truth
	max_per_order integer not null default 10 constraint ticket_types_max_per_order_check check (max_per_order > 0),
	sales_enabled boolean not null default true,
	status text not null default 'AVAILABLE' constraint ticket_types_status_check
		check (status in ('AVAILABLE', 'SOLD_OUT', 'PAUSED')),
	is_paused boolean not null default false,
	on_sale boolean not null default true,
	is_active boolean not null default true,
	benefits text[] not null default '{}',
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint ticket_types_available_check check (available between 0 and quantity),
	constraint ticket_types_money check (price * private.minor_units(currency) = price_minor)
);
create index ticket_types_event_idx on public.ticket_types (event_id, sales_enabled);

create trigger touch before update on public.events for each row execute function private.touch();
create trigger touch before update on public.event_dates for each row execute function private.touch();
create trigger touch before update on public.ticket_types for each row execute function private.touch();

-- Minor units are the truth, the numeric beside them is what clients read and write: whichever of
-- the two was written decides, and both must agree when both were.
create function private.minor_of(amount numeric, minor bigint, old_amount numeric, old_minor bigint, currency text)
returns bigint language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
	from_amount bigint := round(amount * private.minor_units(currency));
begin
	if private.minor_units(currency) is null then
		raise exception 'unknown currency %', currency using errcode = '22023';
	end if;
	if minor is null or (minor is not distinct from old_minor and amount is distinct from old_amount) then
		return from_amount;
	end if;
	if amount is not null and amount is distinct from old_amount and minor is distinct from old_minor
		and from_amount <> minor then
		raise exception 'the amount % % and % minor units are not the same', amount, currency, minor using errcode = '22023';
	end if;
	return minor;
end $$;

create function private.ticket_types_written() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	select e.currency into new.currency from public.events e where e.id = new.event_id;
	if not found then
		return new; -- the foreign key says it better; without a currency the row is refused anyway
	end if;
	if tg_op = 'INSERT' then
		new.available := coalesce(new.available, new.quantity);
		new.price_minor := private.minor_of(new.price, new.price_minor, null, null, new.currency);
	else
		if new.quantity <> old.quantity and new.available = old.available then
			new.available := old.available + (new.quantity - old.quantity);
		end if;
		-- a new currency keeps the number that people read and changes its minor units
		new.price_minor := private.minor_of(new.price, case when new.currency = old.currency then new.price_minor end,
			old.price, old.price_minor, new.currency);
	end if;
	new.price := trim_scale(new.price_minor / private.minor_units(new.currency)::numeric);
	return new;
end $$;
create trigger ticket_types_written before insert or update on public.ticket_types
	for each row execute function private.ticket_types_written();

-- A price has the currency of its event: the types follow a change, which no order may have seen.
create function private.event_currency_changed() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	if exists (select from public.orders o where o.event_id = new.id) then
		raise exception 'the currency of an event with orders cannot change' using errcode = '23514';
	end if;
	update public.ticket_types set updated_at = private.now() where event_id = new.id;
	return null;
end $$;
create trigger event_currency_changed after update of currency on public.events for each row
	when (new.currency is distinct from old.currency) execute function private.event_currency_changed();

-- ---- when an event starts

-- 'HH:MM', '20h30', '8 PM' and the like; midnight when it cannot be read.
create function private.clock_time(given text) returns time
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
	part text[] := regexp_match(given, '^\s*(\d{1,2})\s*(?:[:hH.]\s*(\d{2})?)?(?::\d{2})?\s*([aApP]\.?[mM]\.?)?');
	hours integer := part[1];
	minutes integer := coalesce(part[2], '0');
begin
	if part is null or hours > 23 or minutes > 59 then
		return '00:00';
	end if;
	if part[3] is not null and hours between 1 and 12 then
		hours := hours % 12 + case when lower(left(part[3], 1)) = 'p' then 12 else 0 end;
	end if;
	return make_time(hours, minutes, 0);
end $$;

-- The moment of the date that a ticket is for, in the event's own time zone.
create function private.event_start(event uuid, event_date uuid) returns timestamptz
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return (select (coalesce(d.date, e.date) + private.clock_time(coalesce(d.start_time, e.time))) at time zone e.timezone
		from public.events e
		left join public.event_dates d on d.id = event_date and d.event_id = e.id
		where e.id = event);
end $$;
