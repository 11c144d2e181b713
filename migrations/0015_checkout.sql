-- What clients may write of orders and tickets, and the calls of checkout and door: prices, status
-- and owner are the server's.

create table public.free_ticket_reservations (
	id uuid primary key default gen_random_uuid(),
	user_id uuid references private.people (user_id),
	email text,
	event_id uuid not null references public.events (id),
	order_id uuid references public.orders (id),
	ip_address inet,
	created_at timestamptz not null default now(),
	constraint free_ticket_reservations_user_once unique (user_id, event_id),
	constraint free_ticket_reservations_email_once unique (email, event_id)
);
create index free_ticket_reservations_event_idx on public.free_ticket_reservations (event_id);
create index free_ticket_reservations_order_idx on public.free_ticket_reservations (order_id);
create index free_ticket_reservations_ip_idx on public.free_ticket_reservations (ip_address, created_at);
select private.secure_tables();

-- ---- what can be bought

-- The selection, without lines of nothing; raises in words what is wrong with it.
create function private.selection(event uuid, event_date uuid, quantities jsonb) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	line record;
	kept jsonb := '{}';
begin
	perform from public.events e where e.id = event and e.status = 'PUBLISHED' and e.deleted_at is null
		and (e.sales_start_date is null or e.sales_start_date <= private.now())
		and (e.is_permanent or event_date is not null or exists (select from public.event_dates d where d.event_id = e.id and d.date > e.date)
			or private.event_start(e.id, null) + interval '12 hours' > private.now());
	if not found then
		raise exception 'this event is not on sale' using errcode = '23514';
	elsif event_date is not null and not exists (select from public.event_dates d
		where d.id = event_date and d.event_id = event and upper(d.status) = 'ACTIVE' and private.event_start(event, d.id) + interval '12 hours' > private.now()) then
		raise exception 'this date of the event is not on sale' using errcode = '23514';
	elsif quantities is null or jsonb_typeof(quantities) <> 'object' then
		raise exception 'ticket_quantities is an object of ticket types and numbers' using errcode = '23514';
	end if;
	for line in select q.key, q.value from jsonb_each_text(quantities) q loop
		if line.key !~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' or line.value !~ '^\d{1,6}$' then
			raise exception 'ticket_quantities is an object of ticket types and numbers' using errcode = '23514';
		elsif line.value::integer > 0 then
			kept := kept || jsonb_build_object(lower(line.key), line.value::integer);
		end if;
	end loop;
	if kept = '{}' then
		raise exception 'nothing was chosen' using errcode = '23514';
	end if;
	for line in
		select y.name, y.id, q.value::integer as wanted, y.max_per_order, private.places_left(y.id, event_date) as free,
		       y.sales_enabled and y.status = 'AVAILABLE' and not y.is_paused and y.on_sale and y.is_active as on_sale
		  from jsonb_each_text(kept) q left join public.ticket_types y on y.id = q.key::uuid and y.event_id = event
	loop
		if line.id is null then
			raise exception 'this ticket type does not belong to the event' using errcode = '23514';
		elsif not line.on_sale then
			raise exception '% is not on sale', line.name using errcode = '23514';
		elsif line.wanted > line.max_per_order then
			raise exception 'at most % of % in one order', line.max_per_order, line.name using errcode = '23514';
		elsif line.wanted > line.free then
			raise exception 'only % of % are left', line.free, line.name using errcode = '23514', constraint = 'sales_not_oversold';
		end if;
	end loop;
	return kept;
end $$;

-- The address of the caller, as the server in front wrote it.
create function private.client_ip() returns inet stable language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
	return nullif(nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-real-ip', '')::inet;
exception when data_exception then
	return null;
end $$;

-- Free places: one order for a person, an address and an event; five an hour from one network address.
create function private.free_reserve(person uuid, address text, event uuid, order_id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	if (select count(*) from public.free_ticket_reservations r
		where r.ip_address = private.client_ip() and r.created_at > private.now() - interval '1 hour') >= 5 then
		raise exception 'too many free tickets from this network: try again later' using errcode = '23514';
	end if;
	insert into public.free_ticket_reservations (user_id, email, event_id, order_id, ip_address, created_at)
	values (person, address, event, order_id, private.client_ip(), private.now())
	on conflict do nothing;
	if not found then
		raise exception 'there is an order of free tickets for this event already' using errcode = '23505',
			constraint = 'free_ticket_reservations_user_once';
	end if;
end $$;

-- ---- POST /orders: the row is what the server makes of the wish

create function private.order_asked() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	price record;
begin
	if new.user_id is distinct from auth.uid() or not exists (select from private.people p where p.user_id = auth.uid() and p.status = 'ACTIVE') then
		raise exception 'an order is made for oneself' using errcode = '42501';
	end if;
	new.guest_email := null;
	new.ticket_quantities := private.selection(new.event_id, new.event_date_id, new.ticket_quantities);
	select * into strict price from private.price_total(new.event_id, new.event_date_id, new.ticket_quantities);
	select e.currency into strict new.currency from public.events e where e.id = new.event_id;
	new.total_minor := price.base_minor + price.fee_minor;
	new.total := null;
	new.total_amount := null;
	new.status := case when new.status = 'COMPLETED' and price.base_minor = 0 then 'COMPLETED' else 'AWAITING_PAYMENT' end;
	new.payment_method := case when new.status = 'COMPLETED' then 'FREE_TICKET' else upper(left(new.payment_method, 40)) end;
	new.visible_in_history := new.status = 'COMPLETED';
	new.payment_confirmed_at := null;
	new.display_currency := new.currency;
	new.display_amount_minor := new.total_minor;
	new.charge_currency := null;
	new.charge_amount_minor := null;
	new.fx_rate_numerator := null;
	new.fx_rate_denominator := null;
	new.fx_locked_at := null;
	new.created_at := private.now();
	new.updated_at := private.now();
	return new;
end $$;
create trigger order_asked before insert on public.orders for each row when (private.from_client()) execute function private.order_asked();

-- A free order has its tickets at once; the browser's own POST of them changes nothing.
create function private.order_free() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	perform private.free_reserve(new.user_id, (select p.email from private.people p where p.user_id = new.user_id), new.event_id, new.id);
	perform private.order_issue(new.id);
	perform private.order_confirmed(new.id);
	return null;
end $$;
create trigger order_free after insert on public.orders for each row
	when (new.status = 'COMPLETED' and private.from_client()) execute function private.order_free();

create policy client_insert on public.orders for insert to authenticated with check (user_id = (select auth.uid()));
grant insert (user_id, guest_email, event_id, event_date_id, total, total_amount, currency, status, payment_method, ticket_quantities,
	visible_in_history, display_currency, display_amount_minor, charge_currency, charge_amount_minor, fx_rate_numerator,
	fx_rate_denominator, fx_locked_at, fx_margin_bps, created_at) on public.orders to authenticated;

-- ---- POST /tickets: accepted for one's own free order, whose tickets exist already

create function private.ticket_asked() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	perform from public.orders o where o.id = new.order_id and o.user_id = auth.uid() and o.status = 'COMPLETED' and o.total_minor = 0
		and o.event_id = new.event_id and o.ticket_quantities ? new.ticket_type_id::text;
	if not found or new.user_id is distinct from auth.uid() then
		raise exception 'tickets are made by the server' using errcode = '42501';
	end if;
	return null; -- the server made them with the order
end $$;
create trigger ticket_asked before insert on public.tickets for each row when (private.from_client()) execute function private.ticket_asked();
-- No row of a client's ever gets past the trigger; the policy says so once more.
create policy client_insert on public.tickets for insert to authenticated with check (false);
grant insert (order_id, event_id, user_id, ticket_type_id, event_date_id, status, payment_status, created_at) on public.tickets to authenticated;

-- What people see as left is the server's count, not an organizer's wish.
create function private.ticket_type_asked() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	new.available := case tg_op when 'INSERT' then new.quantity else old.available end;
	return new;
end $$;
create trigger ticket_type_asked before insert on public.ticket_types for each row when (private.from_client()) execute function private.ticket_type_asked();
create trigger ticket_type_asked_again before update of available on public.ticket_types for each row when (private.from_client()) execute function private.ticket_type_asked();

-- ---- calls

create function public.calculate_service_fees(p_event_id uuid, p_ticket_selections jsonb) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	units integer;
	quantities jsonb;
	lines jsonb;
	price record;
begin
	if not exists (select from public.events e where e.id = p_event_id and ((e.status = 'PUBLISHED' and e.deleted_at is null)
		or e.organizer_id = auth.uid() or private.is_admin() or private.is_service())) then
		raise exception 'there is no such event' using errcode = 'P0002';
	end if;
	-- the price in a line is the client's, and is not looked at
	select coalesce(jsonb_object_agg(s.id, s.n), '{}') into quantities
	  from (select lower(l ->> 'ticket_type_id') as id, sum((l ->> 'quantity')::integer) as n
	          from jsonb_array_elements(case jsonb_typeof(p_ticket_selections) when 'array' then p_ticket_selections else '[]' end) l
		 where l ->> 'ticket_type_id' ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' and l ->> 'quantity' ~ '^\d{1,6}$' group by 1) s
	 where s.n between 1 and 1000000;
	select private.minor_units(e.currency) into units from public.events e where e.id = p_event_id;
	select * into strict price from private.price_total(p_event_id, null, quantities);
	select coalesce(jsonb_agg(jsonb_build_object('rule_id', (l.rule).id, 'rule_name', (l.rule).name, 'scope', (l.rule).scope,
		'fee_type', (l.rule).fee_type, 'fee_amount', trim_scale(l.fee_minor / units), 'applies_to', (l.rule).applies_to,
		'ticket_type_id', l.ticket_type_id, 'base_amount', trim_scale(l.base_minor / units::numeric)) order by l.ticket_type_id), '[]')
	  into lines from private.price_lines(p_event_id, null, quantities) l where (l.rule).id is not null;
	return jsonb_build_object('total_buyer_fees', trim_scale(price.fee_minor / units::numeric),
		'total_organizer_fees', trim_scale(price.organizer_fee_minor / units::numeric), 'fee_breakdown', lines);
end $$;
grant execute on function public.calculate_service_fees(uuid, jsonb) to anon, authenticated, service_role;

-- A guest's order. p_payment_details may hold a card number: it is taken and never looked at.
create function public.guest_order_processor(p_email text, p_name text, p_phone text, p_event_id uuid, p_payment_method text,
	p_ticket_quantities jsonb, p_payment_details jsonb default null, p_event_date_id uuid default null) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	mail text := lower(btrim(p_email) collate "C");
	number text := private.phone(nullif(btrim(p_phone), ''));
	quantities jsonb;
	price record;
	made public.orders;
	token uuid := gen_random_uuid();
begin
	if mail is null or length(mail) > 255 or mail !~ '^[^[:space:]@<>"(),;:]+@[^[:space:]@.]+(\.[^[:space:]@.]+)+$' then
		return jsonb_build_object('success', false, 'error', 'Adresse e-mail invalide');
	elsif private.rate_count('guest_order:' || mail, interval '1 hour') > 30 then
		return jsonb_build_object('success', false, 'error', 'Trop de commandes, réessayez plus tard');
	end if;
	quantities := private.selection(p_event_id, p_event_date_id, p_ticket_quantities);
	select * into strict price from private.price_total(p_event_id, p_event_date_id, quantities);
	insert into public.orders (guest_email, event_id, event_date_id, total_minor, currency, status, payment_method, ticket_quantities, created_at, updated_at)
	select mail, e.id, p_event_date_id, price.base_minor + price.fee_minor, e.currency,
	       case price.base_minor when 0 then 'COMPLETED' else 'AWAITING_PAYMENT' end,
	       case price.base_minor when 0 then 'FREE_TICKET' else coalesce(upper(left(p_payment_method, 40)), 'MOBILE_MONEY') end, quantities, private.now(), private.now()
	  from public.events e where e.id = p_event_id
	returning * into strict made;
	insert into public.guest_orders (order_id, email, name, phone, token, created_at, updated_at)
	values (made.id, mail, nullif(left(btrim(p_name), 200), ''), number, token, private.now(), private.now());
	if price.base_minor = 0 then
		perform private.free_reserve(null, mail, p_event_id, made.id);
		perform private.order_issue(made.id);
	end if;
	return jsonb_build_object('success', true, 'order_id', made.id, 'token', token);
exception when check_violation or unique_violation then
	return jsonb_build_object('success', false, 'error', sqlerrm);
end $$;
grant execute on function public.guest_order_processor(text, text, text, uuid, text, jsonb, jsonb, uuid) to anon, authenticated, service_role;

-- The confirmation page calls this as the buyer: it completes what the provider has confirmed, and
-- nothing else.
create function public.admin_finalize_payment(p_payment_id uuid) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	perform from public.payments p where p.id = p_payment_id and (p.user_id = auth.uid() or private.is_service());
	if not found then
		return jsonb_build_object('success', false, 'error', 'payment not found');
	end if;
	return private.payment_finalize(p_payment_id);
exception when check_violation or no_data_found then
	return jsonb_build_object('success', false, 'error', sqlerrm);
end $$;
grant execute on function public.admin_finalize_payment(uuid) to authenticated, service_role;

-- The door. Who scans is who is signed in, whatever p_scanned_by says.
create function public.validate_ticket(p_ticket_id uuid, p_scanned_by uuid default null, p_scan_location text default null) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	seen record;
	scan record;
	refusal text;
begin
	select t.id, t.event_id, t.scanned_at, t.scan_location, o.status = 'COMPLETED' as paid, e.status = 'CANCELLED' as cancelled, e.title, y.name as type,
	       coalesce((select p.name from private.people p where p.user_id = t.user_id), (select g.name from public.guest_orders g where g.order_id = t.order_id)) as holder,
	       private.event_start(t.event_id, t.event_date_id) as starts, e.is_permanent
	  into seen
	  from public.tickets t join private.ticket_state s on s.ticket_id = t.id join public.orders o on o.id = t.order_id
	  join public.events e on e.id = t.event_id join public.ticket_types y on y.id = t.ticket_type_id
	 where t.id = p_ticket_id and (t.event_id in (select private.staffed_events()) or private.is_admin())
	   for no key update of s, t; -- both: whoever waited reads the holder anew
	if not found then
		return jsonb_build_object('success', false, 'message', 'Billet introuvable');
	end if;
	refusal := case when not seen.paid then 'order_not_completed' when seen.cancelled then 'event_cancelled'
		when private.now() < seen.starts - interval '24 hours' then 'too_early'
		when private.now() > seen.starts + interval '12 hours' and not seen.is_permanent then 'too_late' end;
	select * into strict scan from private.ticket_scan(p_ticket_id, auth.uid(), left(p_scan_location, 200), refusal);
	if not scan.accepted then
		return jsonb_build_object('success', false, 'code', scan.reason, 'message', case scan.reason when 'used' then 'Billet déjà utilisé'
			when 'order_not_completed' then 'Commande non payée' when 'event_cancelled' then 'Événement annulé' when 'too_early' then 'Trop tôt pour cet événement'
			when 'too_late' then 'Événement terminé' else 'Billet non valide' end) || case when seen.scanned_at is null then '{}'
			else jsonb_build_object('scanned_at', seen.scanned_at, 'scan_location', seen.scan_location) end;
	end if;
	return jsonb_build_object('success', true, 'message', 'Billet validé', 'ticket', jsonb_build_object('eventTitle', seen.title,
		'ticketType', seen.type, 'userName', seen.holder, 'eventDate', seen.starts, 'wasTransferred', scan.was_transferred));
end $$;
grant execute on function public.validate_ticket(uuid, uuid, text) to authenticated, service_role;

-- The clock takes back what was not paid: holds that are over give their places back, and their
-- orders expire, as do orders that nobody began to pay for an hour; but not while a payment may still
-- succeed. Returns how many orders were looked at; a row that somebody works on is left for later.
create function private.holds_expire(most integer default 100) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	late record;
	done integer := 0;
begin
	for late in
		select s.order_id, exists (select from public.payments p where p.order_id = s.order_id and p.status = 'pending') as paying
		  from private.order_state s
		  join public.orders o on o.id = s.order_id
		  left join private.holds h on h.order_id = s.order_id and h.state = 'ACTIVE'
		 where o.status = 'AWAITING_PAYMENT' and s.state in ('HELD', 'AWAITING_PAYMENT')
		   and case when h.order_id is not null then h.expires_at <= private.now()
			else o.created_at <= private.now() - interval '1 hour'
				and not exists (select from public.payments p where p.order_id = o.id and p.status = 'pending') end
		 order by o.created_at limit most for no key update of s skip locked
	loop
		if late.paying then
			perform private.hold_end(late.order_id, 'EXPIRED');
		else
			update private.order_state s set state = 'EXPIRED', updated_at = private.now() where s.order_id = late.order_id;
			update public.orders o set status = private.word('order', 'EXPIRED', null) where o.id = late.order_id;
		end if;
		done := done + 1;
	end loop;
	return done;
end $$;
