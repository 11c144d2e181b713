-- The organizer's figures, and what of the books does not agree.

-- One row a figure: of all, of each ticket type, of each date, of each means of payment. Every row of
-- the base is counted by itself before anything is joined, so that an order with three tickets of two
-- types is one order. net: what the organizer is owed; refunds that are still under way are in `refunding`.
create function public.event_sales_report(p_event_id uuid)
returns table (section text, key text, label text, orders integer, tickets integer, tickets_refunded integer, gross numeric, buyer_fees numeric,
	organizer_fees numeric, refunds numeric, refunded_fees numeric, refunding numeric, disputed numeric, net numeric, currency text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
declare
	units integer;
	money text;
begin
	select private.minor_units(e.currency), e.currency into units, money from public.events e where e.id = p_event_id
	   and (e.organizer_id = auth.uid() or private.is_admin() or private.is_service());
	if not found then
		raise exception 'there is no such event of yours' using errcode = '42501';
	end if;
	return query
	with paid as (
		select o.id, o.event_date_id, s.state, coalesce(p.payment_method::text || '/' || p.provider, lower(o.payment_method)) as method,
		       exists (select from private.disputes d where d.order_id = o.id and d.state in ('OPEN', 'LOST')) as in_dispute
		  from public.orders o
		  join private.order_state s on s.order_id = o.id and s.state in ('COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'DISPUTED')
		  left join private.payment_state f on f.order_id = o.id and f.fulfilling
		  left join public.payments p on p.id = f.payment_id
		 where o.event_id = p_event_id),
	line as ( -- what was sold
		select b.id, l.ticket_type_id as type, l.base_minor - l.discount_minor as base, l.fee_minor as fee, l.organizer_fee_minor as organizer_fee
		  from paid b join private.order_lines l on l.order_id = b.id
		union all
		select b.id, t.ticket_type_id, x.base_minor, x.buyer_fee_minor, x.organizer_fee_minor
		  from paid b cross join lateral private.refund_shares(b.id) x join public.tickets t on t.id = x.ticket_id
		 where not exists (select from private.order_lines l where l.order_id = b.id)),
	back as ( -- what went back, ticket by ticket
		select r.order_id as id, t.ticket_type_id as type, i.amount_minor as amount, i.fee_minor as fee, i.organizer_fee_minor as organizer_fee, r.state = 'SUCCEEDED' as settled
		  from paid b join private.refunds r on r.order_id = b.id and r.state <> 'REJECTED'
		  join lateral (select i.ticket_id, i.amount_minor, i.fee_minor, i.organizer_fee_minor from private.refund_items i where i.refund_id = r.id
			union all select g.ticket_id, g.amount_minor, g.fee_minor, g.organizer_fee_minor from private.refund_goodwill g where g.refund_id = r.id) i on true
		  join public.tickets t on t.id = i.ticket_id
		union all -- what was bought beside the tickets
		select r.order_id, null, r.amount_minor - x.amount, r.fee_minor - x.fee, 0, r.state = 'SUCCEEDED'
		  from paid b join private.refunds r on r.order_id = b.id and r.state <> 'REJECTED' and r.extras
		 cross join lateral (select coalesce(sum(i.amount_minor), 0)::bigint as amount, coalesce(sum(i.fee_minor), 0)::bigint as fee
			from (select i.amount_minor, i.fee_minor from private.refund_items i where i.refund_id = r.id
				union all select g.amount_minor, g.fee_minor from private.refund_goodwill g where g.refund_id = r.id) i) x
		 where r.amount_minor > x.amount),
	fact as (
		select l.id, l.type, l.base, l.fee, l.organizer_fee, 0::bigint as back, 0::bigint as back_fee, 0::bigint as back_organizer_fee, 0::bigint as pending, 0 as tickets, 0 as void from line l
		union all
		select b.id, b.type, 0, 0, 0, case when b.settled then b.amount - b.fee else 0 end, case when b.settled then b.fee else 0 end,
		       case when b.settled then b.organizer_fee else 0 end, case when b.settled then 0 else b.amount end, 0, 0 from back b
		union all
		select t.order_id, t.ticket_type_id, 0, 0, 0, 0, 0, 0, 0, 1, (s.state = 'VOID')::integer
		  from paid p join public.tickets t on t.order_id = p.id join private.ticket_state s on s.ticket_id = t.id),
	sum as (
		select grouping(f.type) as no_type, grouping(p.event_date_id) as no_date, grouping(p.method) as no_method, f.type, p.event_date_id, p.method,
		       count(distinct f.id)::integer as orders, sum(f.tickets)::integer as tickets, sum(f.void)::integer as void, sum(f.base) as base, sum(f.fee) as fee,
		       sum(f.organizer_fee) as organizer_fee, sum(f.back) as back, sum(f.back_fee) as back_fee, sum(f.back_organizer_fee) as back_organizer_fee, sum(f.pending) as pending,
		       coalesce(sum(f.base - f.organizer_fee - f.back + f.back_organizer_fee) filter (where p.in_dispute), 0) as disputed
		  from fact f join paid p on p.id = f.id
		 group by grouping sets ((), (f.type), (p.event_date_id), (p.method)))
	select case when s.no_type = 0 then 'type' when s.no_date = 0 then 'date' when s.no_method = 0 then 'method' else 'total' end,
	       case when s.no_type = 0 then s.type::text when s.no_date = 0 then s.event_date_id::text when s.no_method = 0 then s.method end,
	       case when s.no_type = 0 then coalesce((select y.name from public.ticket_types y where y.id = s.type), 'Options')
		    when s.no_date = 0 then (select d.date || ' ' || d.start_time from public.event_dates d where d.id = s.event_date_id)
		    when s.no_method = 0 then s.method end,
	       coalesce(s.orders, 0), coalesce(s.tickets, 0), coalesce(s.void, 0), trim_scale(coalesce(s.base, 0) / units), trim_scale(coalesce(s.fee, 0) / units),
	       trim_scale(coalesce(s.organizer_fee, 0) / units), trim_scale(coalesce(s.back, 0) / units), trim_scale(coalesce(s.back_fee, 0) / units),
	       trim_scale(coalesce(s.pending, 0) / units), trim_scale(s.disputed / units),
	       trim_scale(coalesce(s.base - s.organizer_fee - s.back + s.back_organizer_fee - s.disputed, 0) / units), money
	  from sum s
	 order by case when s.no_type = 0 then 2 when s.no_date = 0 then 3 when s.no_method = 0 then 4 else 1 end, 2;
end $$;
grant execute on function public.event_sales_report(uuid) to authenticated, service_role;

-- ---- do the books agree

create table private.recoveries (
	id uuid primary key default gen_random_uuid(),
	type text not null,
	by_user uuid not null references private.people (user_id),
	dry_run boolean not null,
	differences integer,
	mended integer,
	at timestamptz not null default now()
);

create function private.ledger_differences() returns table (kind text, subject text, detail text, repairable boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
	select 'ledger_unbalanced', t.key, format('%s: %s %s too much', t.kind, sum(e.amount_minor), e.currency), false
	  from private.ledger_tx t join private.ledger_entries e on e.tx_id = t.id group by t.id, e.currency having sum(e.amount_minor) <> 0
	union all
	select 'ledger_payment', s.payment_id::text, 'succeeded, and is not in the ledger', false from private.payment_state s
	 where s.state = 'SUCCEEDED' and not exists (select from private.ledger_tx t where t.payment_id = s.payment_id and t.kind = 'PAYMENT')
	union all
	select 'ledger_sale', s.payment_id::text, 'fulfils its order, and the ledger does not say for whom', false from private.payment_state s
	 where s.fulfilling and exists (select from private.order_lines l where l.order_id = s.order_id)
	   and not exists (select from private.ledger_tx t where t.payment_id = s.payment_id and t.kind = 'SALE')
	union all
	select 'ledger_refund', r.id::text, 'went back, and is not in the ledger', false from private.refunds r
	 where r.state = 'SUCCEEDED' and not exists (select from private.ledger_tx t where t.refund_id = r.id and t.kind = 'REFUND');
end;

-- Whatever does not agree, one row each. repairable: the provider is asked again, and the usual way of
-- its news mends it.
create function private.money_differences() returns table (kind text, subject text, detail text, repairable boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select 'payment_open', s.payment_id::text, format('%s since %s', s.state, coalesce(s.submitted_at, p.created_at)), p.provider in ('stripe', 'pawapay')
	  from private.payment_state s join public.payments p on p.id = s.payment_id
	 where s.rank < 3 and coalesce(s.submitted_at, p.created_at) < private.now() - interval '1 hour'
	union all
	select 'payment_unfinished', s.payment_id::text, format('paid, but its order is %s', o.state), p.provider in ('stripe', 'pawapay')
	  from private.payment_state s join public.payments p on p.id = s.payment_id join private.order_state o on o.order_id = s.order_id
	 where s.state = 'SUCCEEDED' and o.state in ('HELD', 'AWAITING_PAYMENT') and s.succeeded_at < private.now() - interval '1 minute'
	union all
	select 'order_unpaid', o.id::text, format('%s of %s %s without a payment', s.state, o.total, o.currency), false
	  from public.orders o join private.order_state s on s.order_id = o.id
	 where s.state in ('COMPLETED', 'PARTIALLY_REFUNDED', 'DISPUTED') and o.total_minor > 0
	   and not exists (select from private.payment_state f where f.order_id = o.id and f.fulfilling)
	union all
	select 'payment_unused', s.payment_id::text, format('paid %s %s, fulfils nothing, and only %s went back', p.amount_minor, p.currency, coalesce(c.refunded_minor, 0)), false
	  from private.payment_state s join public.payments p on p.id = s.payment_id join private.order_state o on o.order_id = s.order_id
	  left join private.payment_refunds c on c.payment_id = s.payment_id
	 where s.state = 'SUCCEEDED' and not s.fulfilling and o.state not in ('HELD', 'AWAITING_PAYMENT') and coalesce(c.refunded_minor, 0) < p.amount_minor
	   and exists (select from private.order_lines l where l.order_id = s.order_id)
	union all
	select 'amount_differs', p.id::text, format('paid %s %s instead of %s %s', p.amount_paid_minor, p.amount_paid_currency,
		coalesce(p.charge_amount_minor, p.amount_minor), coalesce(p.charge_currency, p.currency)), false
	  from public.payments p join private.payment_state s on s.payment_id = p.id and s.state = 'SUCCEEDED'
	 where (p.amount_paid_minor, p.amount_paid_currency) is distinct from (case when p.charge_amount_minor is not null then p.charge_amount_minor else p.amount_minor end,
		case when p.charge_amount_minor is not null then p.charge_currency else p.currency end) and p.amount_paid_minor is not null
	union all
	select case r.state when 'MANUAL' then 'refund_by_hand' else 'refund_open' end, r.id::text, format('%s %s %s since %s', r.state, r.amount_minor, r.currency, r.created_at), r.state <> 'MANUAL'
	  from private.refunds r where r.state = 'MANUAL' or (r.state in ('APPROVED', 'SUBMITTED', 'PROCESSING', 'UNKNOWN', 'FAILED') and r.created_at < private.now() - interval '1 hour')
	union all
	select 'refunds_sum', c.payment_id::text, format('%s of refunds, %s counted', x.total, c.refunded_minor), false
	  from private.payment_refunds c
	  join (select r.payment_id, sum(r.amount_minor) filter (where r.state <> 'REJECTED') as total from private.refunds r group by 1) x on x.payment_id = c.payment_id
	 where coalesce(x.total, 0) <> c.refunded_minor
	union all
	select * from private.ledger_differences();
end $$;

-- NULL for whoever is no administrator.
create function private.recovery_begin(by_user uuid, type text, dry_run boolean, out recovery uuid, out at timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	if not exists (select from private.people p where p.user_id = by_user and p.role = 'ADMIN' and p.status = 'ACTIVE') then
		return;
	end if;
	at := private.now();
	insert into private.recoveries (type, by_user, dry_run, at) values (type, by_user, dry_run, at) returning id into recovery;
end $$;

-- Payments to compare with what their providers say: the open ones first, then the newest.
create function private.recovery_sample(most integer)
returns table (payment uuid, provider text, reference text, state text, minor bigint, currency text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select s.payment_id, p.provider, case p.provider when 'stripe' then p.stripe_payment_intent_id else p.id::text end, s.state,
	       coalesce(p.amount_paid_minor, p.charge_amount_minor, p.amount_minor), coalesce(p.amount_paid_currency, p.charge_currency, p.currency)
	  from private.payment_state s join public.payments p on p.id = s.payment_id
	 where p.provider in ('stripe', 'pawapay') and s.rank > 0 and (p.provider = 'pawapay' or p.stripe_payment_intent_id is not null)
	   and (s.rank < 3 or s.updated_at > private.now() - interval '7 days')
	 order by s.rank < 3 desc, s.updated_at desc limit most;
end $$;

-- apart: payments of which a provider says something else than we do.
create function private.recovery_end(recovery uuid, differences integer, dry_run boolean, apart uuid[], out mended integer, out tables text[])
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
	d record;
	minute text := to_char(private.now(), 'YYYYMMDDHH24MI');
begin
	mended := 0;
	tables := '{}';
	for d in
		select x.subject, case x.kind when 'refund_open' then 'submit-refund' else 'settle-' || p.provider end as function
		  from private.money_differences() x left join public.payments p on x.kind like 'payment_%' and p.id = x.subject::uuid
		 where x.repairable and not dry_run
		union
		select p.id::text, 'settle-' || p.provider from public.payments p where p.id = any (apart) and not dry_run
		 limit 500
	loop
		perform private.job_add(d.function, format('recovery:%s:%s', d.subject, minute),
			case d.function when 'submit-refund' then jsonb_build_object('refund', d.subject) else jsonb_build_object('kind', 'check', 'payment', d.subject) end, null);
		mended := mended + 1;
		tables := array(select distinct t from unnest(tables || case d.function when 'submit-refund' then array['refunds'] else array['payments', 'orders', 'tickets'] end) t order by 1);
	end loop;
	update private.recoveries r set differences = differences, mended = mended where r.id = recovery;
end $$;
