-- Refunds: what of a payment may go back, who asks for it, and what becomes of it at the provider. The
-- tables came with 0025. Tickets are void when a refund is approved; money moves when it succeeded.

-- ---- never more than was paid

-- One row for each payment of which anything went back: the sum of its refunds that were not rejected.
create table private.payment_refunds (
	payment_id uuid primary key references public.payments (id),
	amount_minor bigint not null, -- of the payment, in the order's currency
	charge_minor bigint not null, -- what the provider took, in its currency
	charge_currency text not null,
	refunded_minor bigint not null default 0,
	refunded_charge_minor bigint not null default 0,
	constraint refunds_within_payment check (refunded_minor between 0 and amount_minor and refunded_charge_minor between 0 and charge_minor)
) with (fillfactor = 70);

alter table private.refunds
	add column if not exists extras boolean not null default false, -- what was bought beside the tickets goes back too
	add column if not exists attempt integer not null default 0 constraint refunds_attempt_check check (attempt between 0 and 5),
	add column if not exists attempt_key uuid, -- of the present attempt: idempotency key at Stripe, refundId at pawaPay
	add column if not exists attempt_at timestamptz,
	add column if not exists provider_ref text, -- what the provider calls it
	add column if not exists failure_code text,
	add column if not exists checks integer not null default 0,
	add column if not exists next_check_at timestamptz default private.now() + interval '1 minute';
create index refunds_due_idx on private.refunds (next_check_at) where state in ('APPROVED', 'SUBMITTED', 'PROCESSING', 'UNKNOWN', 'FAILED');

create table private.refund_attempts (
	key uuid primary key,
	refund_id uuid not null references private.refunds (id),
	attempt integer not null,
	provider_ref text,
	state text not null,
	failure_code text,
	at timestamptz not null default now()
);
create index refund_attempts_refund_idx on private.refund_attempts (refund_id);
create index refund_attempts_ref_idx on private.refund_attempts (provider_ref) where provider_ref is not null;

alter table private.refund_items add column if not exists organizer_fee_minor bigint not null default 0; -- of the price, what was our fee

-- A refund to somebody who was inside already takes no ticket back; once for each ticket.
create table private.refund_goodwill (
	ticket_id uuid primary key references public.tickets (id),
	refund_id uuid not null references private.refunds (id),
	amount_minor bigint not null,
	fee_minor bigint not null,
	organizer_fee_minor bigint not null
);
create index refund_goodwill_refund_idx on private.refund_goodwill (refund_id);

-- While a provider's wallet is empty nothing is asked of it.
create table private.refund_pauses (
	provider text primary key,
	since timestamptz not null,
	until timestamptz not null,
	reason text not null
);

-- Every refund passes here, whoever makes it: the row of its payment is locked, the sum grows, and the
-- part of the charge that goes back is what makes all parts together the same part of the whole.
create function private.refund_capped() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	cap private.payment_refunds;
begin
	insert into private.payment_refunds (payment_id, amount_minor, charge_minor, charge_currency)
	select p.id, case when c.currency = p.currency then c.minor else p.amount_minor end, c.minor, c.currency
	  from public.payments p
	 cross join lateral (select coalesce(p.amount_paid_minor, p.charge_amount_minor, p.amount_minor) as minor,
		coalesce(p.amount_paid_currency, case when p.charge_amount_minor is not null then p.charge_currency end, p.currency) as currency) c
	 where p.id = new.payment_id
	on conflict on constraint payment_refunds_pkey do nothing;
	select * into strict cap from private.payment_refunds c where c.payment_id = new.payment_id for no key update;
	if tg_op = 'INSERT' then
		new.charge_currency := cap.charge_currency;
		new.charge_minor := case when cap.refunded_minor + new.amount_minor >= cap.amount_minor then cap.charge_minor
			else round(cap.charge_minor::numeric * (cap.refunded_minor + new.amount_minor) / cap.amount_minor) end - cap.refunded_charge_minor;
		if cap.refunded_minor + new.amount_minor > cap.amount_minor then
			raise exception 'more than is left of the payment' using errcode = '23514', constraint = 'refunds_within_payment';
		end if;
	end if;
	update private.payment_refunds c set
		refunded_minor = c.refunded_minor + case tg_op when 'INSERT' then new.amount_minor else -new.amount_minor end,
		refunded_charge_minor = c.refunded_charge_minor + case tg_op when 'INSERT' then new.charge_minor else -new.charge_minor end
	 where c.payment_id = new.payment_id;
	return new;
end $$;
create trigger refund_capped before insert on private.refunds for each row
	when (new.state <> 'REJECTED') execute function private.refund_capped();
create trigger refund_uncapped before update of state on private.refunds for each row
	when (new.state = 'REJECTED' and old.state <> 'REJECTED') execute function private.refund_capped();

-- A dispute: the buyer's bank takes the money back itself (0031).
create table private.disputes (
	id text primary key, -- the provider's
	payment_id uuid not null references public.payments (id),
	order_id uuid references public.orders (id),
	charge_minor bigint not null constraint disputes_charge_check check (charge_minor > 0),
	charge_currency text not null,
	state text not null constraint disputes_state_check check (state in ('OPEN', 'WON', 'LOST')),
	provider_status text not null,
	reason text,
	frozen_minor bigint not null default 0, -- of what is owed to the organizer, in the order's currency
	blocked uuid[] not null default '{}', -- the tickets that wait for the bank
	opened_at timestamptz not null default now(),
	closed_at timestamptz,
	constraint disputes_closed_check check ((state = 'OPEN') = (closed_at is null))
);
create index disputes_payment_idx on private.disputes (payment_id);
create index disputes_order_idx on private.disputes (order_id) where state = 'OPEN';

-- How much of a payment has not gone back. Where it was paid in another currency, the rest must be worth
-- something there too.
create function private.refund_left(payment uuid) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
	select coalesce((select coalesce((select case when c.charge_minor > c.refunded_charge_minor then c.amount_minor - c.refunded_minor else 0 end
			from private.payment_refunds c where c.payment_id = payment), p.amount_minor)
		from public.payments p where p.id = payment
		 and not exists (select from private.disputes d where d.payment_id = p.id and d.state in ('OPEN', 'LOST'))), 0);
end;

-- ---- tickets and the order follow

-- The part that the i-th of n has in a sum: all parts together are the sum.
create function private.part_of(total bigint, n integer, i integer) returns bigint immutable parallel safe language sql
return total * i / n - total * (i - 1) / n;

-- Takes a ticket back that nobody has used; false when it is used or void.
create function private.ticket_void(ticket uuid, cause text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	update private.ticket_state s set state = 'VOID', cause = cause, updated_at = private.now()
	 where s.ticket_id = ticket and s.state in ('VALID', 'BLOCKED');
	if not found then
		return false;
	end if;
	perform private.transfers_settle(ticket, false);
	update public.tickets t set status = private.word('ticket', 'VOID', cause), updated_at = private.now(),
		payment_status = case cause when 'REFUNDED' then 'refunded' else t.payment_status end
	 where t.id = ticket;
	-- whoever got it from the buyer learns that it is worth nothing any more; the buyer is told of the money
	insert into public.notifications (user_id, type, title, message, priority, action_url, action_text, metadata, created_at, updated_at)
	select t.user_id, 'INFO', 'Billet annulé', format('Votre billet pour « %s » n''est plus valable : sa commande a été annulée ou remboursée à son acheteur.', e.title), 'high',
	       '/dashboard', 'Voir mes billets', jsonb_build_object('ticket_id', t.id, 'event_id', e.id), private.now(), private.now()
	  from public.tickets t join public.events e on e.id = t.event_id join public.orders o on o.id = t.order_id
	 where t.id = ticket and t.user_id is not null and t.user_id is distinct from o.user_id;
	return true;
end $$;

-- Several, in the order in which places are counted, so that two orders cannot wait for each other.
create function private.tickets_void(tickets uuid[], cause text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	t record;
begin
	perform private.pools_lock(array(select distinct x.ticket_type_id from public.tickets x where x.id = any (tickets)));
	for t in select x.id from public.tickets x where x.id = any (tickets) order by x.ticket_type_id, x.event_date_id nulls last, x.id loop
		perform private.ticket_void(t.id, cause);
	end loop;
end $$;

-- What a paid order is, by its tickets and by the bank. Its row in private.order_state is locked by the caller.
create function private.order_follow(order_id uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	alive integer;
	void integer;
	target text;
begin
	select count(*) filter (where s.state <> 'VOID'), count(*) filter (where s.state = 'VOID') into alive, void
	  from public.tickets t join private.ticket_state s on s.ticket_id = t.id where t.order_id = order_id;
	target := case
		when private.order_disputed(order_id) then 'DISPUTED'
		when alive = 0 and void > 0 then 'REFUNDED'
		when void > 0 then 'PARTIALLY_REFUNDED'
		else 'COMPLETED' end;
	update private.order_state s set state = target, updated_at = private.now()
	 where s.order_id = order_id and s.state in ('COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'DISPUTED') and s.state <> target;
	if found then
		update public.orders o set status = private.word('order', target, null), updated_at = private.now()
		 where o.id = order_id and o.status <> private.word('order', target, null);
	end if;
	return target;
end $$;

-- Replaced in 0031, where disputes begin to exist.
create function private.order_disputed(order_id uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	return exists (select from private.disputes d where d.order_id = order_id and d.state = 'OPEN');
end $$;

-- ---- asking

-- A notice that the buyer's page shows; guests have none there.
create function private.refund_told(refund uuid, title text, message text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	insert into public.notifications (user_id, type, title, message, priority, action_url, action_text, metadata, created_at, updated_at)
	select o.user_id, case r.cause when 'EVENT_CANCELLED' then 'EVENT_CANCELLED' else 'INFO' end, title,
	       format(message, trim_scale(r.amount_minor / private.minor_units(r.currency)::numeric) || ' ' || r.currency, e.title), 'high',
	       '/dashboard', 'Voir mes billets', jsonb_build_object('refund_id', r.id, 'order_id', o.id, 'event_id', e.id), private.now(), private.now()
	  from private.refunds r join public.orders o on o.id = r.order_id join public.events e on e.id = o.event_id
	 where r.id = refund and o.user_id is not null;
end $$;

-- What each ticket of an order cost, out of the lines that were frozen with it. An order that was made
-- without lines (an import) is split evenly.
create function private.refund_shares(order_id uuid)
returns table (ticket_id uuid, base_minor bigint, buyer_fee_minor bigint, organizer_fee_minor bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	return query
	select t.id, private.part_of(l.base_minor - l.discount_minor, l.quantity, t.ordinal), private.part_of(l.fee_minor, l.quantity, t.ordinal),
	       private.part_of(l.organizer_fee_minor, l.quantity, t.ordinal)
	  from public.tickets t join private.order_lines l on l.order_id = t.order_id and l.kind = 'TICKETS' and l.ticket_type_id = t.ticket_type_id
	 where t.order_id = order_id;
	if not found then
		return query
		select t.id, private.part_of(o.total_minor, count(*) over ()::integer, row_number() over (order by t.id)::integer), 0::bigint, 0::bigint
		  from public.tickets t join public.orders o on o.id = t.order_id where t.order_id = order_id;
	end if;
end $$;

-- Extras go back once, with the first refund that is not of single tickets.
create function private.extras_returned(order_id uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	return exists (select from private.refunds r where r.order_id = order_id and r.state <> 'REJECTED' and r.extras);
end $$;

-- Makes the refund of tickets of a paid order whose rows (payment, order, tickets) are locked. used: gets
-- the price back and stays used. fees: the buyer's fee goes back too. extras: what was bought beside the
-- tickets too. Where less is left of the payment (a part was paid with credit), each ticket has its part
-- of that. NULL: nothing is left.
create function private.refund_make(payment uuid, order_id uuid, tickets uuid[], used uuid[], fees boolean, extras boolean, cause text, reason text, by_user uuid) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	wanted bigint;
	amount bigint;
	made uuid := gen_random_uuid();
begin
	select coalesce(sum(x.base_minor + case when fees then x.buyer_fee_minor else 0 end), 0) into wanted
	  from private.refund_shares(order_id) x where x.ticket_id = any (tickets || used);
	if extras then
		wanted := wanted + coalesce((select sum(l.base_minor - l.discount_minor + case when fees then l.fee_minor else 0 end)
			from private.order_lines l where l.order_id = order_id and l.kind = 'EXTRAS'), 0);
	end if;
	amount := least(wanted, private.refund_left(payment));
	if amount > 0 then
		insert into private.refunds (id, payment_id, order_id, amount_minor, currency, cause, reason, extras, state, requested_by, next_check_at, created_at, updated_at)
		select made, payment, order_id, amount, o.currency, cause, reason, extras, 'APPROVED', by_user,
		       private.now() + interval '1 minute', private.now(), private.now()
		  from public.orders o where o.id = order_id;
		with share as (
			select x.ticket_id, x.organizer_fee_minor, case when fees then x.buyer_fee_minor else 0 end as fee,
			       sum(x.base_minor + case when fees then x.buyer_fee_minor else 0 end) over (order by x.ticket_id) as upto,
			       x.base_minor + case when fees then x.buyer_fee_minor else 0 end as whole
			  from private.refund_shares(order_id) x where x.ticket_id = any (tickets || used)),
		part as (
			select s.*, floor(s.upto * amount / wanted)::bigint - floor((s.upto - s.whole) * amount / wanted)::bigint as mine from share s),
		split as (
			select p.ticket_id, p.mine, least(p.fee, p.mine) as fee, least(p.organizer_fee_minor, p.mine - least(p.fee, p.mine)) as organizer_fee from part p),
		given as (
			insert into private.refund_goodwill (ticket_id, refund_id, amount_minor, fee_minor, organizer_fee_minor)
			select p.ticket_id, made, p.mine, p.fee, p.organizer_fee from split p where p.ticket_id = any (used))
		insert into private.refund_items (refund_id, ticket_id, amount_minor, fee_minor, organizer_fee_minor)
		select made, p.ticket_id, p.mine, p.fee, p.organizer_fee from split p where p.ticket_id = any (tickets);
		-- the fee part of tickets and extras: what the ledger takes out of our income
		update private.refunds r set fee_minor = least(r.amount_minor, f.fee)
		  from (select coalesce(sum(x.fee_minor), 0) + case when extras and fees then
			coalesce((select sum(l.fee_minor) from private.order_lines l where l.order_id = order_id and l.kind = 'EXTRAS'), 0) else 0 end as fee
			  from (select i.fee_minor from private.refund_items i where i.refund_id = made
				union all select g.fee_minor from private.refund_goodwill g where g.refund_id = made) x) f
		 where r.id = made and f.fee > 0;
	end if;
	perform private.tickets_void(tickets, case when amount > 0 then 'REFUNDED' else 'CANCELLED' end);
	perform private.order_follow(order_id);
	if amount > 0 then
		perform private.job_add('submit-refund', format('refund:%s:0', made), jsonb_build_object('refund', made), null);
		return made;
	end if;
	return null;
end $$;

-- The organizer of the event or an administrator gives money back: for these tickets, or (NULL) for all
-- that nobody has used. goodwill: used tickets too, which stay used. Refusals are words, and write nothing.
create function private.refund_request(order_id uuid, tickets uuid[], reason text, by_user uuid, goodwill boolean default false,
	out outcome text, out refund uuid, out amount_minor bigint, out currency text)
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	bought record;
	paid record;
	chosen uuid[];
	taken uuid[] := '{}';
	used uuid[] := '{}';
begin
	select o.id, o.currency, e.organizer_id into bought from public.orders o join public.events e on e.id = o.event_id where o.id = order_id;
	if not found then
		outcome := 'order_not_found';
		return;
	end if;
	if bought.organizer_id is distinct from by_user
		and not exists (select from private.people p where p.user_id = by_user and p.role = 'ADMIN' and p.status = 'ACTIVE') then
		outcome := 'not_allowed';
		return;
	end if;
	select s.payment_id, p.provider into paid from private.payment_state s join public.payments p on p.id = s.payment_id
	 where s.order_id = order_id and s.fulfilling for no key update of s;
	if not found then
		outcome := 'not_paid';
		return;
	elsif paid.provider not in ('stripe', 'pawapay') then
		outcome := 'no_provider';
		return;
	end if;
	perform from private.order_state s where s.order_id = order_id for no key update;
	currency := bought.currency;
	-- again: the lock was waited for
	perform from private.order_state s where s.order_id = order_id and s.state in ('COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'DISPUTED');
	if not found then
		outcome := 'not_paid';
		return;
	elsif private.order_disputed(order_id) then
		outcome := 'disputed';
		return;
	end if;
	perform from private.ticket_state s where s.ticket_id in (select t.id from public.tickets t where t.order_id = order_id) order by s.ticket_id for no key update;
	chosen := coalesce(tickets, array(select t.id from public.tickets t where t.order_id = order_id));
	if exists (select from unnest(chosen) c (id) where not exists (select from public.tickets t where t.id = c.id and t.order_id = order_id)) then
		outcome := 'ticket_not_found';
		return;
	end if;
	select coalesce(array_agg(s.ticket_id) filter (where s.state in ('VALID', 'BLOCKED')), '{}'),
	       coalesce(array_agg(s.ticket_id) filter (where s.state in ('USED', 'VALID_OUT')
			and not exists (select from private.refund_goodwill g where g.ticket_id = s.ticket_id)), '{}')
	  into taken, used from private.ticket_state s where s.ticket_id = any (chosen);
	if not goodwill then
		used := '{}';
	end if;
	if tickets is null and cardinality(taken || used) > 0 then
		null; -- all that can be taken back
	elsif cardinality(taken || used) < cardinality(chosen) or cardinality(chosen) = 0 then
		-- the same wish again has the same answer
		select r.id, r.amount_minor into refund, amount_minor from private.refunds r
		 where r.order_id = order_id and r.state <> 'REJECTED' and cardinality(taken) = 0
		   and (tickets is null or not exists (select from unnest(chosen) c (id)
			where not exists (select from private.refund_items i where i.refund_id = r.id and i.ticket_id = c.id)
			  and not exists (select from private.refund_goodwill g where g.refund_id = r.id and g.ticket_id = c.id and goodwill)))
		 order by r.created_at desc, r.id limit 1;
		outcome := case
			when refund is not null then 'repeated'
			when exists (select from private.ticket_state s where s.ticket_id = any (chosen) and s.state in ('USED', 'VALID_OUT')) then 'ticket_used'
			when tickets is null then 'nothing_left'
			else 'ticket_refunded' end;
		return;
	end if;
	if private.refund_left(paid.payment_id) <= 0 then
		outcome := 'nothing_left';
		return;
	end if;
	refund := private.refund_make(paid.payment_id, order_id, taken, used, false, tickets is null and not private.extras_returned(order_id),
		case when cardinality(taken) = 0 then 'GOODWILL' else 'REQUEST' end, reason, by_user);
	if refund is null then -- tickets that cost nothing
		outcome := 'nothing_left';
		return;
	end if;
	perform private.refund_told(refund, 'Remboursement accordé', '%s vous seront remboursés pour « %s ».');
	select r.amount_minor into amount_minor from private.refunds r where r.id = refund;
	outcome := 'opened';
end $$;
