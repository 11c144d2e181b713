-- A refusal costs little: what is sold out is said before anything is priced. And the clock of an event is
-- read without a pattern where it is plain.

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
	answer := private.checkout_payment('created', made);
	answer.order_created := new_order;
	return answer;
end $$;

-- "20:00" is what nearly every event says, and needs no pattern.
create or replace function private.clock_time(given text) returns time
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
	part text[];
	hours integer;
	minutes integer;
begin
	if length(given) = 5 and translate(given, '0123456789', '') = ':' and strpos(given, ':') = 3 and left(given, 2) < '24' collate "C" and right(given, 2) < '60' collate "C" then
		return make_time(left(given, 2)::integer, right(given, 2)::integer, 0);
	end if;
	part := regexp_match(given, '^\s*(\d{1,2})\s*(?:[:hH.]\s*(\d{2})?)?(?::\d{2})?\s*([aApP]\.?[mM]\.?)?');
	hours := part[1];
	minutes := coalesce(part[2], '0');
	if part is null or hours > 23 or minutes > 59 then
		return '00:00';
	end if;
	if part[3] is not null and hours between 1 and 12 then
		hours := hours % 12 + case when lower(left(part[3], 1)) = 'p' then 12 else 0 end;
	end if;
	return make_time(hours, minutes, 0);
end $$;
