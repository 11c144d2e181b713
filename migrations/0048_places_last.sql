-- All who want places of one event wait for one row, the counter, from the moment when somebody takes
-- places until that transaction ends. So places are taken last, when all the rest is written.

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

-- As before; of a hold that lives nothing is written when it would not last longer.
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

create or replace function private.checkout(asked jsonb) returns private.checkout_answer
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
		elsif broken = 'idempotency_keys_pkey' then
			return private.checkout_refusal('key_reused');
		end if;
		raise;
	end;
end $$;
