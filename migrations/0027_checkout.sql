-- The one statement by which somebody begins to pay: it finds or makes the order, prices it, holds its
-- places and makes the payment, or says in one word why not. Nothing that a client can cause raises.

create index payments_phone_pending_idx on public.payments (customer_phone) where status = 'pending';

-- When the provider is asked next, and how often that was done.
alter table private.payment_state
	add column next_check_at timestamptz,
	add column checks integer not null default 0,
	add column fx_base bigint, -- francs for a dollar before the margin, of a charge in dollars
	add column outcome text constraint payment_state_outcome_check check (outcome in ('completed', 'unfulfillable', 'duplicate', 'mismatch'));
create index payment_state_due_idx on private.payment_state (next_check_at) where next_check_at is not null;

create type private.checkout_wish as (
	provider text, person uuid, caller text, key text, body_hash text,
	order_id uuid, create_order boolean, event_id uuid, event_date_id uuid, quantities jsonb,
	email text, user_id uuid, phone text, operator text, ip inet,
	amount_minor bigint, currency text, charge_minor bigint, charge_currency text,
	margin_bps integer, fx_max_age_hours integer,
	limits jsonb -- [{"key": whose payments are counted, "most": how many may be begun in ten minutes}, ...]
);

create type private.checkout_answer as (
	outcome text, payment_id uuid, order_id uuid, order_created boolean, token text, state text, reference text,
	amount_minor bigint, currency text, charge_minor bigint, charge_currency text,
	fx_num bigint, fx_den bigint, fx_locked_at timestamptz, margin_bps integer,
	retry_at timestamptz, owner uuid, event_title text, limit_n integer, guest_token uuid, subject text
);

-- What stands on a payment, as an answer. `subject` is its provider.
create function private.checkout_payment(outcome text, payment uuid) returns private.checkout_answer
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

create function private.checkout_refusal(outcome text, subject text default null, limit_n integer default null, retry_at timestamptz default null)
returns private.checkout_answer
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
	return (outcome, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
		retry_at, null, null, limit_n, null, subject)::private.checkout_answer;
end $$;

-- ---- what can be wrong with a wish

-- The answer that was given under this key, or null. A key belongs to who used it and to what was asked.
create function private.checkout_repeated(wish private.checkout_wish) returns private.checkout_answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	known public.idempotency_keys;
begin
	select * into known from public.idempotency_keys k where k.key = wish.key and k.expires_at > private.now();
	if not found then
		return null;
	elsif known.caller is distinct from wish.caller or encode(known.request_hash, 'hex') is distinct from wish.body_hash then
		return private.checkout_refusal('key_reused');
	elsif known.payment_id is null then
		return private.checkout_refusal('key_busy');
	end if;
	return private.checkout_payment('repeated', known.payment_id);
end $$;

-- Whether the event, its date and the chosen types are for sale: null when they are.
create function private.selection_fault(event uuid, event_date uuid, quantities jsonb) returns private.checkout_answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	sold public.events;
	line record;
	chosen boolean := false;
begin
	select * into sold from public.events e where e.id = event and e.deleted_at is null;
	if not found then
		return private.checkout_refusal('event_not_found');
	elsif sold.status <> 'PUBLISHED' then
		return private.checkout_refusal(case sold.status when 'COMPLETED' then 'ended' else 'not_on_sale' end, sold.title);
	elsif sold.sales_start_date > private.now() then
		return private.checkout_refusal('not_started', sold.title, null, sold.sales_start_date);
	elsif event_date is not null then
		perform from public.event_dates d where d.id = event_date and d.event_id = event and upper(d.status) <> 'CANCELLED';
		if not found then
			return private.checkout_refusal('unknown_date', sold.title);
		elsif private.event_start(event, event_date) + interval '12 hours' <= private.now() then
			return private.checkout_refusal('ended', sold.title);
		end if;
	elsif not sold.is_permanent and private.event_start(event, null) + interval '12 hours' <= private.now()
		and not exists (select from public.event_dates d where d.event_id = event and d.date > sold.date) then
		return private.checkout_refusal('ended', sold.title);
	end if;
	if quantities is null or jsonb_typeof(quantities) <> 'object' then
		return private.checkout_refusal('bad_quantity');
	end if;
	for line in
		select q.key, q.value, y.id, y.name, y.max_per_order,
		       y.sales_enabled and y.status <> 'PAUSED' and not y.is_paused and y.on_sale and y.is_active as on_sale
		  from jsonb_each_text(quantities) q
		  left join public.ticket_types y on y.event_id = event
		   and y.id = case when q.key ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then q.key::uuid end
	loop
		if line.value is null or line.value !~ '^\d{1,6}$' then
			return private.checkout_refusal('bad_quantity', line.name);
		elsif line.value::integer = 0 then
			continue;
		elsif line.id is null then
			return private.checkout_refusal('unknown_type');
		elsif not line.on_sale then
			return private.checkout_refusal('not_on_sale', line.name);
		elsif line.value::integer > line.max_per_order then
			return private.checkout_refusal('over_order_limit', line.name, line.max_per_order);
		end if;
		chosen := true;
	end loop;
	return case when not chosen then private.checkout_refusal('bad_quantity') end;
end $$;

-- Sold out, or all that is left is held by others until `retry_at`; null when there is room. Reads alone.
create function private.places_fault(event_date uuid, quantities jsonb) returns private.checkout_answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	line record;
	free integer;
	unsold integer;
begin
	for line in
		select q.key::uuid as id, q.value::integer as wanted, y.name from jsonb_each_text(quantities) q join public.ticket_types y on y.id = q.key::uuid
	loop
		if line.wanted <= coalesce(private.places_left(line.id, event_date), line.wanted) then
			continue;
		elsif line.wanted > coalesce(private.places_unsold(line.id, event_date), line.wanted) then
			return private.checkout_refusal('sold_out', line.name);
		end if;
		return private.checkout_refusal('all_held', line.name, null, coalesce(
			(select min(h.expires_at) from private.hold_lines l join private.holds h on h.order_id = l.order_id and h.state = 'ACTIVE'
			  where l.ticket_type_id = line.id and l.quantity > 0), private.now() + interval '1 minute'));
	end loop;
	if (select count(*) from jsonb_object_keys(quantities)) < 2 then
		return null;
	end if;
	-- each type has room: but not all of them together, where they share places
	select min(c.free - c.wanted), min(c.unsold - c.wanted) into free, unsold from (
		select p.capacity - p.held - p.sold as free, p.capacity - p.sold as unsold, sum(q.value::integer) as wanted
		  from jsonb_each_text(quantities) q join private.pool_types x on x.ticket_type_id = q.key::uuid join private.pools p on p.id = x.pool_id
		 group by p.id
		union all
		select s.capacity - s.held - s.sold, s.capacity - s.sold, (select sum(q.value::integer) from jsonb_each_text(quantities) q)
		  from private.sales s where s.ticket_type_id is null and s.event_date_id = event_date and s.capacity is not null) c;
	if unsold < 0 then
		return private.checkout_refusal('sold_out');
	elsif free < 0 then
		return private.checkout_refusal('all_held', null, null, private.now() + interval '1 minute');
	end if;
	return null;
end $$;

-- Whether a buyer would have more of a type than one may: what they hold and what they have count.
create function private.buyer_fault(person uuid, email text, quantities jsonb, except_order uuid) returns private.checkout_answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	line record;
	has integer;
begin
	for line in
		select y.id, y.name, y.max_per_buyer, q.value::integer as wanted from jsonb_each_text(quantities) q
		  join public.ticket_types y on y.id = q.key::uuid and y.max_per_buyer is not null
	loop
		select coalesce(sum(x.n), 0) into has from (
			select count(*)::integer as n from public.orders o join public.tickets t on t.order_id = o.id
			 where (o.user_id = person or (person is null and o.guest_email = email)) and t.ticket_type_id = line.id and t.status not in ('REFUNDED', 'CANCELLED')
			union all
			select l.quantity from public.orders o join private.holds h on h.order_id = o.id and h.state = 'ACTIVE' join private.hold_lines l on l.order_id = o.id
			 where (o.user_id = person or (person is null and o.guest_email = email)) and l.ticket_type_id = line.id and o.id is distinct from except_order) x;
		if has + line.wanted > line.max_per_buyer then
			return private.checkout_refusal('over_buyer_limit', line.name, line.max_per_buyer);
		end if;
	end loop;
	return null;
end $$;

-- ---- the order that is to be paid

-- Null when it can be paid; fills in what the wish leaves to the order.
create function private.checkout_order(wish inout private.checkout_wish, refusal out private.checkout_answer)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	kept record;
begin
	select o.user_id, o.guest_email, o.event_id, o.event_date_id, o.ticket_quantities, s.state into kept
	  from public.orders o join private.order_state s on s.order_id = o.id where o.id = wish.order_id;
	if not found then
		refusal := private.checkout_refusal('order_not_found');
	-- its id is the capability: whoever has it may pay; but nobody in the name of another
	elsif kept.user_id is distinct from coalesce(case when kept.user_id is not null then wish.person end, kept.user_id)
		or kept.user_id is distinct from coalesce(case when kept.user_id is not null then wish.user_id end, kept.user_id) then
		refusal := private.checkout_refusal('not_yours');
	elsif kept.event_id <> wish.event_id or kept.event_date_id <> wish.event_date_id then
		refusal := private.checkout_refusal('event_mismatch');
	elsif kept.state in ('COMPLETED', 'PARTIALLY_REFUNDED', 'DISPUTED') then
		refusal := private.checkout_refusal('already_paid');
	elsif kept.state not in ('HELD', 'AWAITING_PAYMENT') then
		refusal := private.checkout_refusal('order_closed');
	end if;
	wish.person := kept.user_id;
	wish.email := coalesce(kept.guest_email, wish.email);
	wish.event_id := kept.event_id;
	wish.event_date_id := kept.event_date_id;
	wish.quantities := kept.ticket_quantities;
end $$;

-- A new order's buyer: the session's person, else a guest by address.
create function private.checkout_buyer(wish inout private.checkout_wish, refusal out private.checkout_answer)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
	wish.email := case when wish.person is null then lower(btrim(wish.email) collate "C") end;
	if not coalesce(wish.create_order, false) then
		refusal := private.checkout_refusal('order_not_found');
	elsif wish.person is null and nullif(wish.email, '') is null then
		refusal := private.checkout_refusal(case when wish.user_id is null then 'buyer_required' else 'needs_session' end);
	elsif wish.person is null and (length(wish.email) > 255 or wish.email !~ '^[^[:space:]@<>"(),;:]+@[^[:space:]@.]+(\.[^[:space:]@.]+)+$') then
		refusal := private.checkout_refusal('buyer_required');
	end if;
end $$;

-- The payment under way that this wish would double: the order's own, or that of the same buyer for
-- the same things from the same phone in the last minutes (a page sends a new order and a new key
-- with every press of the button).
create function private.checkout_twin(wish private.checkout_wish) returns uuid
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
		 where o.guest_email = wish.email and p.client_ip is not distinct from wish.ip
		   and o.event_id = wish.event_id and o.event_date_id is not distinct from wish.event_date_id and o.ticket_quantities = wish.quantities
		   and p.customer_phone is not distinct from wish.phone and p.created_at > private.now() - interval '5 minutes' limit 1;
	end if;
	return twin;
end $$;

-- ---- what it costs

-- The sum in the event's currency and what is charged for it; an outcome when the client shows another.
create function private.checkout_price(wish private.checkout_wish) returns private.checkout_answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	price private.checkout_answer;
	quote record;
begin
	select e.currency, e.title into strict price.currency, price.event_title from public.events e where e.id = wish.event_id;
	select sum(l.base_minor - l.discount_minor + l.fee_minor) into price.amount_minor from private.order_lines l where l.order_id = wish.order_id;
	if price.amount_minor is null then
		select t.base_minor + t.fee_minor into price.amount_minor from private.price_total(wish.event_id, wish.event_date_id, wish.quantities) t;
	end if;
	price.charge_minor := price.amount_minor;
	price.charge_currency := price.currency;
	if price.amount_minor = 0 then
		price.outcome := 'free_order';
		return price;
	end if;
	if wish.provider = 'stripe' and price.currency = 'XOF' then
		select * into strict quote from private.quote_agreed(price.amount_minor, coalesce(wish.charge_minor, 0),
			coalesce(wish.margin_bps, 150), make_interval(hours => coalesce(wish.fx_max_age_hours, 24)));
		price.charge_minor := quote.usd_cents;
		price.charge_currency := 'USD';
		price.fx_num := quote.fx_num;
		price.fx_den := quote.fx_den;
		price.fx_locked_at := quote.locked_at;
		price.margin_bps := quote.margin_bps;
		price.limit_n := quote.base; -- for the ledger
		if quote.stale then
			price.outcome := 'fx_stale';
		end if;
	end if;
	if upper(coalesce(wish.currency, price.currency)) <> price.currency
		or coalesce(wish.amount_minor, price.amount_minor) <> price.amount_minor
		or upper(coalesce(wish.charge_currency, price.charge_currency)) <> price.charge_currency
		or coalesce(wish.charge_minor, price.charge_minor) <> price.charge_minor then
		price.outcome := 'amount_differs';
	end if;
	return price;
end $$;

-- ---- writing

create function private.checkout_order_make(wish private.checkout_wish, price private.checkout_answer) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	made uuid := gen_random_uuid();
begin
	insert into public.orders (id, user_id, guest_email, event_id, event_date_id, total_minor, currency, status, payment_method, ticket_quantities,
		display_currency, display_amount_minor, created_at, updated_at)
	values (made, wish.person, case when wish.person is null then wish.email end, wish.event_id, wish.event_date_id, price.amount_minor, price.currency,
		'AWAITING_PAYMENT', case wish.provider when 'stripe' then 'CARD' else 'MOBILE_MONEY' end, wish.quantities,
		price.currency, price.amount_minor, private.now(), private.now());
	if wish.person is null then
		insert into public.guest_orders (order_id, email, phone, created_at, updated_at) values (made, wish.email, wish.phone, private.now(), private.now());
	end if;
	return made;
end $$;

-- The row comes before any call of a provider. Its trigger holds the places, or raises sales_not_oversold.
create function private.checkout_payment_make(wish private.checkout_wish, price private.checkout_answer) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	made uuid := gen_random_uuid();
begin
	insert into public.payments (id, user_id, event_id, order_id, amount_minor, currency, status, payment_method, provider, token,
		customer_email, customer_phone, client_ip, display_currency, display_amount_minor, charge_currency, charge_amount_minor,
		fx_rate_numerator, fx_rate_denominator, fx_locked_at, fx_margin_bps, metadata, created_at, updated_at)
	values (made, wish.person, wish.event_id, wish.order_id, price.amount_minor, price.currency, 'pending',
		case wish.provider when 'stripe' then 'credit_card' else 'mobile_money' end, wish.provider,
		case wish.provider when 'stripe' then 'stripe-token-' else '' end || encode(extensions.gen_random_bytes(16), 'hex'),
		case when wish.person is null then wish.email end, wish.phone, wish.ip, price.currency, price.amount_minor, price.charge_currency, price.charge_minor,
		price.fx_num, price.fx_den, price.fx_locked_at, price.margin_bps, jsonb_strip_nulls(jsonb_build_object('operator', wish.operator)),
		private.now(), private.now());
	update private.payment_state s set next_check_at = private.now() + interval '5 s', fx_base = price.limit_n where s.payment_id = made;
	update private.order_state s set state = 'HELD', updated_at = private.now() where s.order_id = wish.order_id and s.state = 'AWAITING_PAYMENT';
	return made;
end $$;

-- Whoever begins to pay holds places and makes phones ring: not for ever more. Counted are payments that
-- are made; a refusal counts for nothing.
create function private.checkout_count(wish private.checkout_wish) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	one record;
begin
	for one in select l ->> 'key' as key, (l ->> 'most')::integer as most from jsonb_array_elements(wish.limits) l loop
		if private.rate_count('checkout:' || one.key, interval '10 minutes') > one.most then
			raise exception 'too many payments were begun' using errcode = '23514', constraint = 'checkout_limits';
		end if;
	end loop;
end $$;

create function private.checkout(asked jsonb) returns private.checkout_answer
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	wish private.checkout_wish := jsonb_populate_record(null::private.checkout_wish, asked);
	answer private.checkout_answer;
	price private.checkout_answer;
	found_order record;
	twin uuid;
	made uuid;
	new_order boolean := wish.order_id is null;
	holding boolean := false;
	broken text;
begin
	if wish.key is not null then
		answer := private.checkout_repeated(wish);
		if answer.outcome is not null then
			return answer;
		end if;
	end if;
	-- what reading can refuse is refused before anything is written
	if new_order then
		select * into found_order from private.checkout_buyer(wish);
	else
		select * into found_order from private.checkout_order(wish);
		holding := exists (select from private.holds h where h.order_id = wish.order_id and h.state = 'ACTIVE');
	end if;
	wish := found_order.wish;
	answer := found_order.refusal;
	if answer.outcome is null and not holding then
		answer := private.selection_fault(wish.event_id, wish.event_date_id, wish.quantities);
	end if;
	if answer.outcome is not null then
		return answer;
	end if;
	wish.quantities := (select jsonb_object_agg(lower(q.key), q.value::integer) from jsonb_each_text(wish.quantities) q where q.value::integer > 0);
	if not holding then
		answer := private.places_fault(wish.event_date_id, wish.quantities);
		if answer.outcome is not null then
			twin := private.checkout_twin(wish); -- who waits for a payment holds the very places that seem to be gone
			return case when twin is not null then private.checkout_payment('live_payment', twin) else answer end;
		end if;
	end if;
	price := private.checkout_price(wish);
	if price.outcome is not null then
		return price;
	end if;

	-- one buyer's wishes for one event come one after another
	perform pg_advisory_xact_lock(hashtextextended(coalesce(wish.person::text, wish.email) || wish.event_id, 0));
	if not new_order then
		perform from private.order_state s where s.order_id = wish.order_id and s.state in ('HELD', 'AWAITING_PAYMENT') for no key update;
		if not found then
			return private.checkout_refusal('order_closed');
		end if;
	end if;
	if wish.key is not null then
		answer := private.checkout_repeated(wish);
	end if;
	if answer.outcome is null then
		twin := private.checkout_twin(wish);
		answer := case when twin is not null then private.checkout_payment('live_payment', twin)
			else private.buyer_fault(wish.person, wish.email, wish.quantities, wish.order_id) end;
	end if;
	if answer.outcome is not null then
		return answer;
	end if;
	begin
		if new_order then
			wish.order_id := private.checkout_order_make(wish, price);
		end if;
		perform private.lines_freeze(wish.order_id);
		if not holding then
			perform private.hold_write(wish.order_id, interval '15 minutes');
		end if;
		made := private.checkout_payment_make(wish, price);
		if wish.key is not null then
			insert into public.idempotency_keys as k (key, payment_id, caller, request_hash, created_at, expires_at)
			values (wish.key, made, wish.caller, decode(wish.body_hash, 'hex'), private.now(), private.now() + interval '24 hours')
			on conflict (key) do update set payment_id = excluded.payment_id, caller = excluded.caller, request_hash = excluded.request_hash,
				created_at = excluded.created_at, expires_at = excluded.expires_at where k.expires_at <= private.now();
			if not found then -- another buyer took the same key meanwhile
				raise unique_violation using constraint = 'idempotency_keys_pkey';
			end if;
		end if;
		answer := private.checkout_payment('created', made);
		answer.order_created := new_order;
		perform private.checkout_count(wish);
		if not holding then
			perform private.hold_places(wish.order_id); -- until COMMIT all others wait for these places
		end if;
		return answer;
	exception when check_violation or unique_violation then
		get stacked diagnostics broken = constraint_name;
		if broken = 'sales_not_oversold' or broken = 'pools_not_oversold' then
			answer := private.places_fault(wish.event_date_id, wish.quantities);
			return case when answer.outcome is not null then answer
				else private.checkout_refusal('all_held', null, null, private.now() + interval '5 s') end;
		elsif broken = 'checkout_limits' then
			return private.checkout_refusal('too_many');
		elsif broken = 'idempotency_keys_pkey' then
			return private.checkout_refusal('key_reused');
		end if;
		raise;
	end;
end $$;

-- After the provider's first answer: what it calls the payment, and where that stands. What is paid
-- for is held longer, 30 minutes in all.
create function private.payment_attach(payment uuid, reference text, state text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	moved boolean;
	paid public.payments;
begin
	moved := private.payment_move(payment, state);
	update public.payments p set
		stripe_payment_intent_id = case p.provider when 'stripe' then coalesce(p.stripe_payment_intent_id, reference) else p.stripe_payment_intent_id end,
		transaction_id = coalesce(p.transaction_id, reference), updated_at = private.now()
	 where p.id = payment returning * into strict paid;
	if paid.status = 'pending' then
		update private.order_state s set state = 'AWAITING_PAYMENT', updated_at = private.now() where s.order_id = paid.order_id and s.state = 'HELD';
		update private.holds h set expires_at = greatest(h.expires_at, h.created_at + interval '30 minutes') where h.order_id = paid.order_id and h.state = 'ACTIVE';
	end if;
	return moved;
end $$;
