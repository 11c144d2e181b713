-- The remaining views of pages, with the rights of whoever asks, and the remaining calls.

create view public.guest_ticket_details with (security_invoker = true) as
select t.*, y.name as ticket_type_name, y.price as ticket_type_price, e.title as event_title, e.date as event_date, e.time as event_time,
       e.location as event_location, e.image_url as event_image, g.name as guest_name, g.email as guest_email, g.token
  from public.tickets t
  join public.guest_orders g on g.order_id = t.order_id
  join public.events e on e.id = t.event_id
  join public.ticket_types y on y.id = t.ticket_type_id
 where t.user_id is null;

create view public.scanned_tickets_view with (security_invoker = true) as
select t.id, t.qr_code, t.status, t.scanned_at, t.scan_location, e.title as event_title, e.date as event_date, e.time as event_time,
       y.name as ticket_type_name, y.price as ticket_type_price, coalesce(p.name, g.name) as user_name, coalesce(p.email, g.email) as user_email,
       s.name as scanned_by_name
  from public.tickets t
  join public.events e on e.id = t.event_id
  join public.ticket_types y on y.id = t.ticket_type_id
  left join public.profiles p on p.user_id = t.user_id
  left join public.guest_orders g on g.order_id = t.order_id and t.user_id is null
  left join public.profiles s on s.user_id = t.scanned_by
 where t.scanned_at is not null
   and (t.event_id in (select private.staffed_events()) or (select private.is_admin()) or (select private.is_service()));

-- Each figure is counted by itself: joined, an order would count once for each of its tickets.
create view public.organizer_event_analytics with (security_invoker = true) as
select e.id as event_id, e.title as event_title, e.date as event_date, o.total_orders, t.tickets_sold, o.total_revenue, y.ticket_types, o.order_status_counts
  from public.events e
 cross join lateral (
	select count(*) as total_orders, coalesce(sum(x.total) filter (where x.status = 'COMPLETED'), 0) as total_revenue,
	       jsonb_build_object('pending', count(*) filter (where x.status = 'AWAITING_PAYMENT'), 'completed', count(*) filter (where x.status = 'COMPLETED'),
		'cancelled', count(*) filter (where x.status in ('CANCELLED', 'EXPIRED'))) as order_status_counts
	  from public.orders x where x.event_id = e.id) o
 cross join lateral (select count(*) as tickets_sold from public.tickets x where x.event_id = e.id and x.status not in ('REFUNDED', 'CANCELLED')) t
 cross join lateral (select coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'name', x.name, 'price', x.price, 'quantity', x.quantity, 'available', x.available)
		order by x.name), '[]') as ticket_types from public.ticket_types x where x.event_id = e.id) y
 where e.organizer_id = (select auth.uid()) or (select private.is_admin()) or (select private.is_service());

create view public.support_ticket_details with (security_invoker = true) as
select t.id, t.subject, t.status, t.priority, t.created_at, t.category_id, t.user_id, p.name as user_name, p.email as user_email,
       c.name as category_name, m.message_count, greatest(t.created_at, t.last_reply_at) as latest_activity
  from public.support_tickets t
  left join public.profiles p on p.user_id = t.user_id
  left join public.support_categories c on c.id = t.category_id
 cross join lateral (select count(*) as message_count from public.support_messages x where x.ticket_id = t.id) m;

create view public.support_message_details with (security_invoker = true) as
select m.id, m.ticket_id, m.user_id, m.message, m.is_staff_reply, m.created_at, p.name as user_name, p.email as user_email, p.role as user_role
  from public.support_messages m left join public.profiles p on p.user_id = m.user_id;

grant select on public.guest_ticket_details to anon, authenticated, service_role;
grant select on public.scanned_tickets_view, public.organizer_event_analytics, public.support_ticket_details, public.support_message_details
	to authenticated, service_role;

-- ---- what stands beside tickets: rows that the caller may read

create function public.get_venue_services(p_venue_id uuid, p_include_inactive boolean default false) returns setof public.venue_services
language sql stable
begin atomic
	select s.* from public.venue_services s
	 where s.venue_id = p_venue_id and (s.is_active or p_include_inactive) order by s.sort_order, s.name;
end;

create function public.get_event_addons(p_event_id uuid) returns setof public.venue_services
language sql stable
begin atomic
	select s.* from public.events e join public.venue_services s on s.venue_id = e.venue_id
	 where e.id = p_event_id and s.is_active and (s.event_id is null or s.event_id = e.id) order by s.sort_order, s.name;
end;

create function public.get_event_food_menu(p_event_id uuid) returns jsonb
language sql stable
begin atomic
	select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'event_id', c.event_id, 'name', c.name, 'sort_order', c.sort_order, 'items', coalesce(i.items, '[]'))
		order by c.sort_order, c.name), '[]')
	  from public.food_menu_categories c
	  left join lateral (select jsonb_agg(jsonb_build_object('id', x.id, 'category_id', x.category_id, 'name', x.name, 'description', x.description, 'price', x.price,
			'image_url', x.image_url, 'is_available', x.is_available, 'is_vegetarian', x.is_vegetarian, 'is_featured', x.is_featured, 'sort_order', x.sort_order)
			order by x.is_featured desc, x.sort_order, x.name) as items
		  from public.food_menu_items x where x.category_id = c.id and x.is_available) i on true
	 where c.event_id = p_event_id;
end;

-- ---- permanent attractions

create function public.get_permanent_schedule(p_event_id uuid, p_start_date date default null, p_end_date date default null) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	days jsonb;
begin
	if not exists (select from public.events e where e.id = p_event_id and e.status = 'PUBLISHED' and e.deleted_at is null) then
		return jsonb_build_object('success', false, 'error', 'event not found');
	end if;
	select coalesce(jsonb_agg(jsonb_build_object('date', d.date, 'event_date_id', d.id, 'day_type', k.kind, 'open_time', d.start_time, 'close_time', d.end_time,
		'capacity', coalesce(d.capacity, e.capacity), 'tickets_sold', s.sold, 'remaining', greatest(0, coalesce(d.capacity, e.capacity) - s.taken),
		'status', d.status, 'time_slots', '[]'::jsonb, 'ticket_types', y.types) order by d.date, d.start_time), '[]') into days
	  from public.event_dates d
	  join public.events e on e.id = d.event_id
	 cross join lateral (select coalesce(d.day_type, case when extract(isodow from d.date) >= 6 then 'weekend' else 'weekday' end) as kind) k
	 cross join lateral (select coalesce(sum(x.sold), 0) as sold, coalesce(sum(x.held + x.sold), 0) as taken
		from private.sales x where x.event_date_id = d.id and x.ticket_type_id is not null) s
	 cross join lateral (select coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'name', x.name, 'description', x.description, 'base_price', x.price,
			'effective_price', trim_scale(private.unit_minor(x.id, d.id) / private.minor_units(x.currency)::numeric), 'color', null, 'max_per_order', x.max_per_order,
			'available', coalesce(private.places_left(x.id, d.id), x.quantity)) order by x.price desc, x.name), '[]') as types
		from public.ticket_types x where x.event_id = e.id and x.sales_enabled) y
	 where d.event_id = p_event_id and d.date >= coalesce(p_start_date, (private.now() at time zone e.timezone)::date)
	   and d.date <= least(coalesce(p_end_date, 'infinity'), coalesce(p_start_date, (private.now() at time zone e.timezone)::date) + 92);
	return jsonb_build_object('success', true, 'dates', days);
end $$;

create function public.check_visit_date_available(p_event_id uuid, p_visit_date date, p_time_slot_id uuid default null) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	day jsonb := public.get_permanent_schedule(p_event_id, p_visit_date, p_visit_date) #> '{dates,0}';
begin
	return jsonb_build_object('available', coalesce(upper(day ->> 'status') = 'ACTIVE' and (day ->> 'remaining')::integer > 0, false),
		'event_date_id', day -> 'event_date_id', 'remaining', coalesce(day -> 'remaining', '0'));
end $$;

-- Free visits only: for anything that costs, the page goes on to its usual checkout.
create function public.initiate_permanent_purchase(p_event_id uuid, p_visit_date date, p_ticket_selections jsonb, p_time_slot_id uuid default null,
	p_guest_email text default null, p_payment_method text default 'CASH') returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	day uuid;
	kind text;
	quantities jsonb;
	made public.orders;
begin
	if auth.uid() is null or not exists (select from private.people p where p.user_id = auth.uid() and p.status = 'ACTIVE') then
		return jsonb_build_object('success', false, 'error', 'sign in or use the usual checkout');
	end if;
	select d.id, d.day_type into day, kind from public.event_dates d
	 where d.event_id = p_event_id and d.date = p_visit_date and upper(d.status) = 'ACTIVE' order by d.start_time limit 1;
	if not found then
		return jsonb_build_object('success', false, 'error', 'not open on this day');
	end if;
	select jsonb_object_agg(l ->> 'ticket_type_id', l -> 'quantity') into quantities
	  from jsonb_array_elements(case jsonb_typeof(p_ticket_selections) when 'array' then p_ticket_selections else '[]' end) l where l ->> 'ticket_type_id' is not null;
	quantities := private.selection(p_event_id, day, quantities);
	if (select t.base_minor from private.price_total(p_event_id, day, quantities) t) > 0 then
		return jsonb_build_object('success', false, 'error', 'this visit is paid at checkout');
	end if;
	insert into public.orders (user_id, event_id, event_date_id, total_minor, currency, status, payment_method, ticket_quantities, visible_in_history, created_at, updated_at)
	select auth.uid(), e.id, day, 0, e.currency, 'COMPLETED', 'FREE_TICKET', quantities, true, private.now(), private.now() from public.events e where e.id = p_event_id
	returning * into strict made;
	perform private.free_reserve(auth.uid(), (select p.email from private.people p where p.user_id = auth.uid()), p_event_id, made.id);
	perform private.order_issue(made.id);
	return jsonb_build_object('success', true, 'order_id', made.id, 'total', 0, 'payment_token', null, 'visit_date', p_visit_date, 'day_type', kind,
		'currency', made.currency, 'ticket_ids', (select jsonb_agg(t.id) from public.tickets t where t.order_id = made.id));
exception when check_violation or unique_violation then
	return jsonb_build_object('success', false, 'error', sqlerrm);
end $$;

-- The organizer's days ahead, on the hours of the last one.
create function public.generate_permanent_event_dates(p_event_id uuid, p_days_ahead integer default 30) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	made integer;
begin
	if not (p_event_id in (select private.organized_events()) or private.is_admin() or private.is_service())
		or not exists (select from public.events e where e.id = p_event_id and e.is_permanent) then
		return jsonb_build_object('success', false, 'error', 'not your permanent event');
	end if;
	insert into public.event_dates (event_id, date, start_time, end_time, capacity, day_type)
	select e.id, g.d::date, coalesce(l.start_time, e.time), l.end_time, l.capacity, case when extract(isodow from g.d) >= 6 then 'weekend' else 'weekday' end
	  from public.events e
	  left join lateral (select * from public.event_dates d where d.event_id = e.id order by d.date desc limit 1) l on true
	 cross join generate_series((private.now() at time zone e.timezone)::date::timestamp, (private.now() at time zone e.timezone)::date + least(greatest(p_days_ahead, 0), 366), interval '1 day') g (d)
	 where e.id = p_event_id and not exists (select from public.event_dates d where d.event_id = e.id and d.date = g.d::date)
	on conflict on constraint event_dates_once do nothing;
	get diagnostics made = row_count;
	return jsonb_build_object('success', true, 'dates_created', made);
end $$;

-- ---- the rest

create function public.create_anonymous_support_ticket(p_name text, p_email text, p_subject text, p_message text) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	made uuid;
begin
	if coalesce(p_email, '') !~ '^[^[:space:]@]+@[^[:space:]@.]+(\.[^[:space:]@.]+)+$' or length(p_email) > 255 then
		raise exception 'this is no e-mail address' using errcode = '22023';
	elsif coalesce(btrim(p_subject), '') = '' or coalesce(btrim(p_message), '') = '' then
		raise exception 'subject and message are needed' using errcode = '22023';
	elsif private.rate_count('contact:' || lower(p_email), interval '1 hour') > 5 or private.rate_count('contact', interval '1 hour') > 200 then
		raise exception 'too many messages: try again later' using errcode = '23514';
	end if;
	insert into public.support_tickets (subject, created_at, updated_at) values (left(btrim(p_subject), 300), private.now(), private.now()) returning id into made;
	insert into public.support_messages (ticket_id, message, created_at)
	values (made, left(format(E'%s <%s>\n\n%s', left(p_name, 200), p_email, p_message), 10000), private.now());
	return made;
end $$;

create function public.increment_blog_post_views(post_id uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	update public.blog_posts b set view_count = b.view_count + 1 where b.id = increment_blog_post_views.post_id and b.status = 'PUBLISHED';
end;

create function public.record_blog_post_view(p_post_id uuid, p_session_id text default null) returns void
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	select public.increment_blog_post_views(p_post_id);
end;

-- Asked by pages, kept by nobody.
create function public.track_image_access(p_image_url text, p_event_id uuid default null, p_image_type text default null) returns void
language sql immutable
begin atomic
	select;
end;

create function public.get_config_value(config_key text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
	select c.value from private.referral_config c where c.key = config_key;
end;

create function public.get_all_config() returns table (key text, value text, value_type text, category text, description text)
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
	select c.key, c.value, c.value_type, c.category, c.description from private.referral_config c order by c.key;
end;

grant execute on function public.get_venue_services(uuid, boolean), public.get_event_addons(uuid), public.get_event_food_menu(uuid),
	public.get_permanent_schedule(uuid, date, date), public.check_visit_date_available(uuid, date, uuid),
	public.initiate_permanent_purchase(uuid, date, jsonb, uuid, text, text), public.create_anonymous_support_ticket(text, text, text, text),
	public.increment_blog_post_views(uuid), public.record_blog_post_view(uuid, text), public.track_image_access(text, uuid, text)
	to anon, authenticated, service_role;
grant execute on function public.generate_permanent_event_dates(uuid, integer) to authenticated, service_role;
grant execute on function public.get_config_value(text), public.get_all_config() to service_role;
