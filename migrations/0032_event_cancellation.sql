-- An event is cancelled: everybody gets everything back once, fees included, in steps that may be broken
-- off anywhere and done again. And what an organizer may change while tickets are sold.

create table private.event_cancellations (
	event_id uuid primary key references public.events (id) on delete cascade,
	at timestamptz not null default now(),
	by_user uuid,
	finished_at timestamptz -- nothing was left to do
);

create function private.event_cancelled() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	insert into private.event_cancellations (event_id, at, by_user) values (new.id, private.now(), auth.uid()) on conflict do nothing;
	perform private.job_add('refund-event', 'refund-event:' || new.id, jsonb_build_object('event', new.id), null);
	return null;
end $$;
create trigger event_cancelled after update of status on public.events for each row
	when (new.status = 'CANCELLED' and old.status <> 'CANCELLED') execute function private.event_cancelled();

-- The money is on its way back: there is no return.
create function private.event_stays_cancelled() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	if exists (select from private.event_cancellations c where c.event_id = new.id) then
		raise exception 'an event that was cancelled stays cancelled: its buyers are being refunded' using errcode = '23514', constraint = 'events_stay_cancelled';
	end if;
	return new;
end $$;
create trigger event_stays_cancelled before update of status on public.events for each row
	when (old.status = 'CANCELLED' and new.status <> 'CANCELLED') execute function private.event_stays_cancelled();

-- An order of a cancelled event that is paid after all (late money, a dispute that was won) is refunded too.
create function private.order_of_cancelled() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	if exists (select from public.orders o join private.event_cancellations c on c.event_id = o.event_id where o.id = new.order_id) then
		perform private.job_add('refund-event', format('refund-event:order:%s:%s', new.order_id, extract(epoch from private.now())),
			(select jsonb_build_object('event', o.event_id) from public.orders o where o.id = new.order_id), null);
	end if;
	return null;
end $$;
create trigger order_of_cancelled after update of state on private.order_state for each row
	when (new.state in ('COMPLETED', 'PARTIALLY_REFUNDED') and old.state not in ('COMPLETED', 'PARTIALLY_REFUNDED'))
	execute function private.order_of_cancelled();

-- Tells the buyer once that the event does not take place.
create function private.cancellation_told(order_id uuid, refund uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	insert into public.notifications (user_id, type, title, message, priority, action_url, action_text, metadata, created_at, updated_at)
	select o.user_id, 'EVENT_CANCELLED', 'Événement annulé', format('« %s » est annulé.', e.title) || coalesce(
	       (select format(' %s %s vous seront remboursés.', trim_scale(r.amount_minor / private.minor_units(r.currency)::numeric), r.currency)
		  from private.refunds r where r.id = refund), ''), 'urgent', '/dashboard', 'Voir mes billets',
	       jsonb_strip_nulls(jsonb_build_object('order_id', o.id, 'event_id', e.id, 'refund_id', refund)), private.now(), private.now()
	  from public.orders o join public.events e on e.id = o.event_id where o.id = order_id and o.user_id is not null;
	perform private.order_notice('event_cancelled', order_id, order_id);
end $$;

-- What is still to be done for one order of a cancelled event: `done`, `refunded`, `cancelled`, or
-- `waiting` for its provider or the buyer's bank.
create function private.order_cancel_with_event(order_id uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	paid record;
	live record;
	state text;
	total bigint;
	taken uuid[];
	used uuid[];
	made uuid;
begin
	-- the payment first, then its order, then tickets
	select s.payment_id, s.rank, s.state, p.provider into live from private.payment_state s join public.payments p on p.id = s.payment_id
	 where s.order_id = order_id and s.rank < 3 for no key update of s;
	select s.payment_id into paid from private.payment_state s where s.order_id = order_id and s.fulfilling for no key update;
	select s.state, o.total_minor into state, total from private.order_state s join public.orders o on o.id = s.order_id
	 where s.order_id = order_id for no key update of s;
	if state in ('HELD', 'AWAITING_PAYMENT') then
		if live.payment_id is not null then
			-- somebody may be paying this very moment: the provider says whether it can still be stopped
			perform private.job_add('settle-' || live.provider, 'cancel:' || live.payment_id, jsonb_build_object('kind', 'cancel', 'payment', live.payment_id), null);
			return 'waiting';
		end if;
		update private.order_state s set state = 'CANCELLED', updated_at = private.now() where s.order_id = order_id;
		update public.orders o set status = private.word('order', 'CANCELLED', null), updated_at = private.now() where o.id = order_id;
		perform private.cancellation_told(order_id, null);
		return 'cancelled';
	elsif state = 'DISPUTED' then
		return 'waiting';
	elsif state not in ('COMPLETED', 'PARTIALLY_REFUNDED') then
		return 'done';
	end if;
	perform from private.ticket_state s where s.ticket_id in (select t.id from public.tickets t where t.order_id = order_id) order by s.ticket_id for no key update;
	select coalesce(array_agg(s.ticket_id) filter (where s.state in ('VALID', 'BLOCKED')), '{}'),
	       coalesce(array_agg(s.ticket_id) filter (where s.state in ('USED', 'VALID_OUT')
			and not exists (select from private.refund_goodwill g where g.ticket_id = s.ticket_id)), '{}')
	  into taken, used from private.ticket_state s join public.tickets t on t.id = s.ticket_id where t.order_id = order_id;
	if cardinality(taken) = 0 and (paid.payment_id is null or cardinality(used) = 0) then
		return 'done';
	end if;
	if paid.payment_id is not null then
		made := private.refund_make(paid.payment_id, order_id, taken, used, true, not private.extras_returned(order_id), 'EVENT_CANCELLED', 'event cancelled', null);
	else
		perform private.tickets_void(taken, 'CANCELLED');
		perform private.order_follow(order_id);
		if total > 0 then
			perform private.alarm_raise('refund_by_hand', order_id::text, 'its event was cancelled; no payment is known');
		end if;
	end if;
	perform private.cancellation_told(order_id, made);
	return 'refunded';
end $$;

-- The next orders of a cancelled event, after `after`; one statement of refund-event. waiting counts
-- orders that somebody else has to decide first.
create function private.event_refund_step(event uuid, after uuid, most integer, out last uuid, out seen integer, out refunded integer, out cancelled integer, out waiting integer)
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	o record;
	what text;
begin
	seen := 0;
	refunded := 0;
	cancelled := 0;
	waiting := 0;
	if not exists (select from private.event_cancellations c where c.event_id = event) then
		return;
	end if;
	for o in
		select x.id from public.orders x join private.order_state s on s.order_id = x.id
		 where x.event_id = event and x.id > coalesce(after, '00000000-0000-0000-0000-000000000000')
		   and s.state in ('HELD', 'AWAITING_PAYMENT', 'COMPLETED', 'PARTIALLY_REFUNDED', 'DISPUTED')
		 order by x.id limit most
	loop
		what := private.order_cancel_with_event(o.id);
		last := o.id;
		seen := seen + 1;
		refunded := refunded + (what = 'refunded')::integer;
		cancelled := cancelled + (what = 'cancelled')::integer;
		waiting := waiting + (what = 'waiting')::integer;
	end loop;
end $$;

-- A run came to its end: it is over, or looked at again in a while.
create function private.event_refund_end(event uuid, waiting integer, soon boolean) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	if waiting = 0 and not soon then
		update private.event_cancellations c set finished_at = private.now() where c.event_id = event;
		return;
	end if;
	perform private.job_add('refund-event', format('refund-event:%s:%s', event, extract(epoch from private.now())), jsonb_build_object('event', event),
		private.now() + case when soon then interval '0' else interval '30 seconds' end);
end $$;

-- ---- what an organizer changes while tickets are sold: quantities and capacities, in words

create function private.places_taken(ticket_type uuid, event_date uuid) returns integer
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
	select coalesce(max(s.held + s.sold), 0) from private.sales s
	 where s.ticket_type_id is not distinct from ticket_type and (event_date is null or s.event_date_id = event_date);
end;

create or replace function private.type_counted() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	daily boolean := (select e.is_permanent from public.events e where e.id = new.event_id);
begin
	insert into private.sales as s (ticket_type_id, capacity) values (new.id, case when not daily then new.quantity end)
	on conflict on constraint sales_once do update set capacity = excluded.capacity;
	update private.sales s set capacity = new.quantity where daily and s.ticket_type_id = new.id and s.event_date_id is not null;
	return null;
exception when check_violation then
	raise exception '% places of "%" are sold or being paid for: there cannot be fewer', private.places_taken(new.id, null), new.name
		using errcode = '23514', constraint = 'sales_not_oversold';
end $$;

create or replace function private.date_counted() returns trigger language plpgsql
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
exception when check_violation then
	raise exception '% places of this date are sold or being paid for: there cannot be fewer',
		(select coalesce(sum(o.held + o.sold), 0) from private.sales o where o.event_date_id = new.id and o.ticket_type_id is not null)
		using errcode = '23514', constraint = 'sales_not_oversold';
end $$;

-- What people see as left follows a new quantity, but never below nothing: the counters say whether the
-- quantity is allowed.
create function private.available_bounded() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	new.available := least(greatest(new.available, 0), new.quantity);
	return new;
end $$;
create trigger ticket_types_written_bounds before update of quantity on public.ticket_types for each row execute function private.available_bounded();
