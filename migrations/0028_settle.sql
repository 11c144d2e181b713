-- What the provider says of a payment, and all that follows from it, in one transaction: the one
-- finalizer that webhooks, polls, verifying pages and operators converge on.

-- ---- money that came in is in the ledger, whoever says that it came

create function private.payment_booked() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	came record;
begin
	select coalesce(p.amount_paid_minor, p.charge_amount_minor, p.amount_minor) as minor,
	       coalesce(p.amount_paid_currency, p.charge_currency, p.currency) as currency, coalesce(p.provider, '') as provider, p.order_id
	  into strict came from public.payments p where p.id = new.payment_id;
	perform private.ledger_post('PAYMENT', 'payment:' || new.payment_id, came.order_id, new.payment_id, null, jsonb_build_array(
		jsonb_build_object('account', 'PSP_CLEARING', 'of', came.provider, 'currency', came.currency, 'minor', came.minor),
		jsonb_build_object('account', 'SUSPENSE', 'currency', came.currency, 'minor', -came.minor)));
	return null;
end $$;
create trigger payment_booked after insert or update of state on private.payment_state for each row
	when (new.state = 'SUCCEEDED') execute function private.payment_booked();

-- What the payment of an order was for: the organizer's part, ours, and what changing money brought or
-- cost. Money in another currency crosses through FX, balanced on both sides.
create function private.sale_booked(payment uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	came record;
	sold record;
	lines jsonb;
	worth bigint;
begin
	select p.order_id, coalesce(p.amount_paid_minor, p.charge_amount_minor, p.amount_minor) as minor,
	       coalesce(p.amount_paid_currency, p.charge_currency, p.currency) as currency, s.fx_base,
	       p.fx_rate_numerator as num, p.fx_rate_denominator as den
	  into strict came from public.payments p join private.payment_state s on s.payment_id = p.id where p.id = payment;
	-- an order that a tool priced has no lines: all of it is the organizer's
	select o.currency, e.organizer_id, coalesce(sum(l.base_minor - l.discount_minor - l.organizer_fee_minor), o.total_minor)::bigint as theirs,
	       coalesce(sum(l.fee_minor + l.organizer_fee_minor), 0)::bigint as ours
	  into strict sold
	  from public.orders o join public.events e on e.id = o.event_id left join private.order_lines l on l.order_id = o.id
	 where o.id = came.order_id group by o.currency, e.organizer_id, o.total_minor;
	lines := jsonb_build_array(
		jsonb_build_object('account', 'SUSPENSE', 'currency', came.currency, 'minor', came.minor),
		jsonb_build_object('account', 'ORGANIZER_PAYABLE', 'of', sold.organizer_id, 'currency', sold.currency, 'minor', -sold.theirs),
		jsonb_build_object('account', 'FEE_REVENUE', 'currency', sold.currency, 'minor', -sold.ours));
	if came.currency = sold.currency then
		-- more than it costs is not taken; a payment that a tool wrote may be: it stays where it is
		lines := lines || jsonb_build_array(jsonb_build_object('account', 'SUSPENSE', 'currency', came.currency, 'minor', sold.theirs + sold.ours - came.minor));
	else
		worth := round(came.minor * coalesce(came.fx_base::numeric, came.den) / coalesce(came.num, 100));
		lines := lines || jsonb_build_array(
			jsonb_build_object('account', 'FX', 'currency', came.currency, 'minor', -came.minor),
			jsonb_build_object('account', 'FX', 'currency', sold.currency, 'minor', worth),
			jsonb_build_object('account', 'FX_MARGIN', 'currency', sold.currency, 'minor', sold.theirs + sold.ours - worth));
	end if;
	perform private.ledger_post('SALE', 'sale:' || payment, came.order_id, payment, null, lines);
end $$;

-- ---- what a success leads to

-- The order has what was bought: tickets in its numbered slots, counters, notice. Safe to repeat.
-- Returns how many tickets were made of each type; raises sales_not_oversold when places went to others.
create function private.order_fulfil(order_id uuid, payment uuid) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	issued jsonb;
	made integer;
begin
	update private.payment_state s set fulfilling = true, outcome = 'completed', updated_at = private.now() where s.payment_id = payment and not s.fulfilling;
	update private.order_state s set state = 'COMPLETED', updated_at = private.now() where s.order_id = order_id and s.state <> 'COMPLETED';
	update public.orders o set status = private.word('order', 'COMPLETED', null), visible_in_history = true,
		payment_confirmed_at = coalesce(o.payment_confirmed_at, private.now()) where o.id = order_id and (o.status <> 'COMPLETED' or o.payment_confirmed_at is null);
	perform private.sale_booked(payment);
	select coalesce(jsonb_agg(jsonb_build_object('ticket_type_id', i.ticket_type_id, 'created', i.created)), '[]'), coalesce(sum(i.created), 0)
	  into issued, made from private.order_issue(order_id, payment) i;
	perform private.hold_end(order_id, 'CONVERTED');
	if made > 0 then
		perform private.order_confirmed(order_id);
	end if;
	return issued;
end $$;

-- Money that cannot become tickets goes back: at once, without anybody having to ask.
create function private.payment_return(payment uuid, outcome text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	paid record;
begin
	update private.payment_state s set outcome = outcome, updated_at = private.now() where s.payment_id = payment and s.outcome is null;
	if not found then
		return outcome;
	end if;
	select p.order_id, p.amount_minor, coalesce(p.amount_paid_minor, p.charge_amount_minor, p.amount_minor) as minor,
	       coalesce(p.amount_paid_currency, p.charge_currency, p.currency) as currency
	  into strict paid from public.payments p where p.id = payment;
	perform private.ledger_post('UNFULFILLED', 'unfulfilled:' || payment, paid.order_id, payment, null, jsonb_build_array(
		jsonb_build_object('account', 'SUSPENSE', 'currency', paid.currency, 'minor', paid.minor),
		jsonb_build_object('account', 'REFUND_PAYABLE', 'currency', paid.currency, 'minor', -paid.minor)));
	perform private.refund_open(payment, paid.amount_minor, paid.minor, case outcome when 'duplicate' then 'DUPLICATE' else 'LATE' end);
	return outcome;
end $$;

-- Money that is not what was asked for: nothing is issued, it stays in SUSPENSE, and a person looks.
create function private.payment_suspend(payment uuid, why text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	update private.payment_state s set outcome = 'mismatch', updated_at = private.now() where s.payment_id = payment and s.outcome is null;
	perform private.alarm_raise('payment_mismatch', payment::text, why);
	return 'mismatch';
end $$;

-- A payment that succeeded becomes the tickets of its order, or goes back. Locks the payment (held by
-- the caller), then the order.
create function private.payment_fulfil(payment uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	bought record;
	paid record;
	broken text;
begin
	select p.order_id, s.outcome, p.amount_minor, p.currency as order_currency,
	       coalesce(p.amount_paid_minor, p.charge_amount_minor, p.amount_minor) as minor,
	       coalesce(p.amount_paid_currency, p.charge_currency, p.currency) as currency,
	       coalesce(p.charge_amount_minor, p.amount_minor) as asked, coalesce(p.charge_currency, p.currency) as asked_currency
	  into strict paid from public.payments p join private.payment_state s on s.payment_id = p.id where p.id = payment;
	if paid.outcome is not null and paid.outcome <> 'completed' then
		return paid.outcome;
	elsif paid.order_id is null then
		return private.payment_suspend(payment, 'a payment without an order');
	elsif paid.minor <> paid.asked or paid.currency <> paid.asked_currency then
		return private.payment_suspend(payment, format('asked for %s %s, got %s %s', paid.asked, paid.asked_currency, paid.minor, paid.currency));
	end if;
	select s.state, o.total_minor, o.currency, e.status as event into strict bought
	  from private.order_state s join public.orders o on o.id = s.order_id join public.events e on e.id = o.event_id
	 where s.order_id = paid.order_id for no key update of s;
	if paid.order_currency <> bought.currency or paid.amount_minor < bought.total_minor then
		return private.payment_suspend(payment, format('the order costs %s %s', bought.total_minor, bought.currency));
	elsif exists (select from private.payment_state s where s.order_id = paid.order_id and s.fulfilling and s.payment_id <> payment)
		or (bought.state in ('PARTIALLY_REFUNDED', 'REFUNDED', 'DISPUTED') and paid.outcome is null) then
		return private.payment_return(payment, 'duplicate');
	elsif bought.state in ('PARTIALLY_REFUNDED', 'REFUNDED', 'DISPUTED') then
		return 'completed';
	elsif bought.state = 'UNFULFILLABLE' or (bought.event = 'CANCELLED' and bought.state <> 'COMPLETED') then
		perform private.order_give_up(paid.order_id);
		return private.payment_return(payment, 'unfulfillable');
	end if;
	begin
		perform private.order_fulfil(paid.order_id, payment);
		return 'completed';
	exception when check_violation then
		get stacked diagnostics broken = constraint_name;
		if broken not in ('sales_not_oversold', 'pools_not_oversold') then
			raise;
		end if;
	end;
	perform private.order_give_up(paid.order_id);
	return private.payment_return(payment, 'unfulfillable');
end $$;

create function private.order_give_up(order_id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	update private.order_state s set state = 'UNFULFILLABLE', updated_at = private.now() where s.order_id = order_id;
	update public.orders o set status = private.word('order', 'UNFULFILLABLE', null) where o.id = order_id and o.status <> 'CANCELLED';
end $$;

-- What the provider says. `fresh`: just read from it, not told by a message. Returns what became of it:
-- completed, moved, unchanged, unfulfillable, duplicate or mismatch.
create function private.payment_settle(payment uuid, state text, paid_minor bigint, paid_currency text, fresh boolean,
	failure_code text default null, failure_text text default null) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	held private.payment_state;
begin
	select * into held from private.payment_state s where s.payment_id = payment for no key update;
	if not found then
		raise exception 'there is no such payment' using errcode = 'P0002';
	end if;
	if fresh and failure_code is null and held.rank < 3 then -- a decline of before says nothing of the card of now
		update public.payments p set metadata = p.metadata - 'failure_code' - 'failure_message', error_message = null
		 where p.id = payment and p.metadata ? 'failure_code';
	end if;
	if state = 'SUCCEEDED' then
		if held.state <> 'SUCCEEDED' then
			if held.rank = 3 and not fresh then
				return 'unchanged'; -- the caller reads the provider and comes back
			end if;
			if paid_minor is null or paid_currency is null then -- money came, and nobody says how much: a person has to
				perform private.alarm_raise('payment_without_amount', payment::text);
				return 'unchanged';
			end if;
			update public.payments p set amount_paid_minor = paid_minor, amount_paid_currency = upper(paid_currency), payment_confirmed_at = private.now()
			 where p.id = payment;
			perform private.payment_move(payment, state, fresh);
		end if;
		return private.payment_fulfil(payment);
	elsif not private.payment_move(payment, state, fresh) then
		-- a decline that leaves the payment open is worth knowing too
		if failure_code is not null and held.rank < 3 then
			update public.payments p set metadata = coalesce(p.metadata, '{}') || jsonb_strip_nulls(jsonb_build_object('failure_code', failure_code, 'failure_message', failure_text)),
				error_message = coalesce(failure_text, failure_code) where p.id = payment;
		end if;
		update private.payment_state s set last_checked_at = private.now() where s.payment_id = payment and fresh;
		return 'unchanged';
	end if;
	if failure_code is not null then
		update public.payments p set metadata = coalesce(p.metadata, '{}') || jsonb_strip_nulls(jsonb_build_object('failure_code', failure_code, 'failure_message', failure_text)),
			error_message = coalesce(failure_text, failure_code) where p.id = payment;
	end if;
	if state in ('FAILED', 'CANCELLED') then
		-- the order can be paid in another way for as long as its places are held
		update private.order_state s set state = 'HELD', updated_at = private.now() where s.order_id = held.order_id and s.state = 'AWAITING_PAYMENT';
	end if;
	return 'moved';
end $$;

-- The reply of admin_finalize_payment: completes what the provider has confirmed. Raises when it cannot.
create or replace function private.payment_finalize(payment uuid) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	held record;
	had integer;
	has integer;
	outcome text;
begin
	select s.state, s.order_id into held from private.payment_state s where s.payment_id = payment for no key update;
	if not found or held.order_id is null then
		raise exception 'there is no such payment of an order' using errcode = 'P0002';
	elsif held.state <> 'SUCCEEDED' then
		raise exception 'this payment is not confirmed by its provider' using errcode = '23514';
	end if;
	had := (select count(*) from public.tickets t where t.order_id = held.order_id);
	outcome := private.payment_fulfil(payment);
	if outcome = 'duplicate' then
		raise exception 'the order was paid by another payment' using errcode = '23514', constraint = 'payment_state_one_fulfilling';
	elsif outcome = 'mismatch' then
		raise exception 'the payment is not what the order costs' using errcode = '23514';
	elsif outcome = 'unfulfillable' then
		raise exception 'no places are left: the money goes back' using errcode = '23514', constraint = 'sales_not_oversold';
	end if;
	has := (select count(*) from public.tickets t where t.order_id = held.order_id);
	return jsonb_build_object('success', true, 'message', case when has > had then 'tickets created' else 'tickets exist' end,
		'payment_id', payment, 'order_id', held.order_id, 'tickets_created', has - had,
		'per_type', (select coalesce(jsonb_agg(jsonb_build_object('ticket_type_id', x.ticket_type_id, 'created', case when has > had then x.n else 0 end)), '[]')
			from (select t.ticket_type_id, count(*) as n from public.tickets t where t.order_id = held.order_id group by 1) x));
end $$;

-- ---- the clock: who is asked next

-- 5, 10, 20, 40 s after each other, then each minute for 15 minutes, each 5 minutes for 2 hours, hourly
-- for 72 hours; then a person looks (null).
create function private.next_check(checks integer, age interval) returns interval
language sql immutable set search_path = pg_catalog, pg_temp
begin atomic
	select case when checks < 4 then interval '5 s' * power(2, checks)
		when age < interval '15 minutes' then interval '1 minute'
		when age < interval '2 hours' then interval '5 minutes'
		when age < interval '72 hours' then interval '1 hour' end;
end;

-- Makes a job for every payment whose time has come; returns how many.
create function private.payments_due(most integer default 100) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	late record;
	done integer := 0;
begin
	for late in
		select s.payment_id, s.rank, s.checks, p.provider, private.now() - p.created_at as age
		  from private.payment_state s join public.payments p on p.id = s.payment_id
		 where s.next_check_at <= private.now() order by s.next_check_at limit most for no key update of s skip locked
	loop
		if late.rank >= 3 then
			update private.payment_state s set next_check_at = null where s.payment_id = late.payment_id;
			continue;
		end if;
		update private.payment_state s set checks = late.checks + 1,
			next_check_at = private.now() + private.next_check(late.checks + 1, late.age) where s.payment_id = late.payment_id;
		perform private.job_add('settle-' || late.provider, format('check:%s:%s', late.payment_id, late.checks),
			jsonb_build_object('kind', 'check', 'payment', late.payment_id), private.now());
		if private.next_check(late.checks + 1, late.age) is null then
			perform private.alarm_raise('payment_stuck', late.payment_id::text, 'no final word of the provider for 72 hours');
		end if;
		done := done + 1;
	end loop;
	return done;
end $$;

-- Payments that succeeded and have no outcome, oldest first: whoever repairs calls payment_finalize.
create function private.payments_unfulfilled(most integer default 20) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off
begin atomic
	select s.payment_id from private.payment_state s where s.state = 'SUCCEEDED' and s.outcome is null and s.order_id is not null
	 order by s.succeeded_at limit most;
end;
create index payment_state_unfulfilled_idx on private.payment_state (succeeded_at) where state = 'SUCCEEDED' and outcome is null;

-- What stands already when this comes to a database in use.
update private.payment_state s set outcome = 'completed' where s.fulfilling;
select private.ledger_post('PAYMENT', 'payment:' || p.id, p.order_id, p.id, null, jsonb_build_array(
		jsonb_build_object('account', 'PSP_CLEARING', 'of', coalesce(p.provider, ''), 'currency', coalesce(p.amount_paid_currency, p.charge_currency, p.currency),
			'minor', coalesce(p.amount_paid_minor, p.charge_amount_minor, p.amount_minor)),
		jsonb_build_object('account', 'SUSPENSE', 'currency', coalesce(p.amount_paid_currency, p.charge_currency, p.currency),
			'minor', -coalesce(p.amount_paid_minor, p.charge_amount_minor, p.amount_minor))))
  from private.payment_state s join public.payments p on p.id = s.payment_id where s.state = 'SUCCEEDED';

-- A worker plans what it needs once: by default each statement is planned five times anew before its plan
-- is kept, and a flash sale is over by then. All of these find rows by key; no value changes their plans.
alter function private.checkout(jsonb) set plan_cache_mode = 'force_generic_plan';
alter function private.payment_attach(uuid, text, text) set plan_cache_mode = 'force_generic_plan';
alter function private.payment_settle(uuid, text, bigint, text, boolean, text, text) set plan_cache_mode = 'force_generic_plan';

-- Open payments are looked after every second: their providers are asked again when it is time.
insert into private.schedules (name, function, period) values ('tend-payments', 'tend-payments', interval '1 s');
