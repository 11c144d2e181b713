-- Mobile money: what waits for a payer's code, what is known of a deposit, and how often pawaPay is asked.

-- Beside a payment by pawaPay: when somebody who waits last had pawaPay asked, and the operator's page
-- on which the payer says yes.
create table private.deposits (
	payment_id uuid primary key references public.payments (id),
	asked_at timestamptz,
	page text constraint deposits_page_length check (length(page) <= 2000)
) with (fillfactor = 80);

-- What a buyer asked for while the operator's code was missing. It holds nothing and is no payment; the
-- code makes one of it. Forgotten after an hour.
create table private.deposit_drafts (
	id uuid primary key default gen_random_uuid(),
	order_id uuid references public.orders (id),
	wish jsonb not null,
	payment_id uuid references public.payments (id), -- what became of it
	created_at timestamptz not null default now()
);
create unique index deposit_drafts_order_key on private.deposit_drafts (order_id);
create index deposit_drafts_age_idx on private.deposit_drafts (created_at);
create index deposit_drafts_payment_idx on private.deposit_drafts (payment_id);

-- True when nobody had pawaPay asked about this payment for so long; then the caller is to ask.
create function private.deposit_ask(payment uuid, gap interval) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	insert into private.deposits as d (payment_id, asked_at) values (payment, private.now())
	on conflict on constraint deposits_pkey do update set asked_at = excluded.asked_at
	 where d.asked_at is null or d.asked_at <= private.now() - gap;
	return found;
end $$;

create function private.deposit_page(payment uuid, page text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	insert into private.deposits as d (payment_id, page) values (payment, page)
	on conflict on constraint deposits_pkey do update set page = excluded.page where d.page is distinct from excluded.page;
end $$;

-- Everything about one payment that the functions of mobile money need. It is found by its id (or that
-- of the draft it came from), its token or its reference at pawaPay, the first that is given.
create function private.deposit_read(wanted uuid, wanted_token text default null, wanted_reference text default null)
returns table (payment_id uuid, order_id uuid, user_id uuid, provider text, status text, state text, order_state text,
	has_tickets boolean, operator text, phone text, amount_minor bigint, currency text, age bigint, page text, failure text, failure_code text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_column
declare
	found_id uuid;
begin
	if wanted is not null then
		found_id := coalesce((select p.id from public.payments p where p.id = wanted),
			(select d.payment_id from private.deposit_drafts d where d.id = wanted));
	elsif wanted_token is not null then
		found_id := (select p.id from public.payments p where p.token = wanted_token);
	else
		found_id := (select p.id from public.payments p where p.provider = 'pawapay' and p.transaction_id = wanted_reference);
	end if;
	return query
	select p.id, p.order_id, p.user_id, p.provider, p.status::text, s.state, o.state,
	       exists (select from public.tickets t where t.order_id = p.order_id),
	       p.metadata ->> 'operator', p.customer_phone, p.amount_minor, p.currency,
	       floor(extract(epoch from private.now() - p.created_at))::bigint, d.page, p.error_message, p.metadata ->> 'failure_code'
	  from public.payments p
	  join private.payment_state s on s.payment_id = p.id
	  left join private.order_state o on o.order_id = p.order_id
	  left join private.deposits d on d.payment_id = p.id
	 where p.id = found_id;
end $$;

-- Keeps what was asked for until the code comes, one draft an order. The code is made for an amount, so
-- that of the order is compared first; outcomes are words of private.checkout().
create function private.deposit_draft(wish jsonb, out outcome text, out draft uuid, out amount_minor bigint, out currency text)
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	wanted public.orders;
begin
	amount_minor := (wish ->> 'amount_minor')::bigint;
	currency := wish ->> 'currency';
	if wish ? 'order_id' then
		select * into wanted from public.orders o where o.id = (wish ->> 'order_id')::uuid;
		if not found then
			outcome := 'order_not_found';
			return;
		elsif wanted.status = 'COMPLETED' then
			outcome := 'already_paid';
			return;
		elsif wanted.status <> 'AWAITING_PAYMENT' then
			outcome := 'order_closed';
			return;
		elsif wish ? 'event_id' and (wish ->> 'event_id')::uuid <> wanted.event_id then
			outcome := 'event_mismatch';
			return;
		elsif wanted.currency <> currency or wanted.total_minor > amount_minor then -- more may be extras: the checkout knows
			outcome := 'amount_differs';
			amount_minor := wanted.total_minor;
			currency := wanted.currency;
			return;
		end if;
	end if;
	delete from private.deposit_drafts d where d.id in (select o.id from private.deposit_drafts o
		where o.created_at < private.now() - interval '1 hour' order by o.created_at limit 10 for update skip locked);
	insert into private.deposit_drafts as d (order_id, wish, created_at)
	values ((deposit_draft.wish ->> 'order_id')::uuid, deposit_draft.wish, private.now())
	on conflict (order_id) do update set wish = excluded.wish, payment_id = null, created_at = excluded.created_at
	returning d.id into draft;
	outcome := 'created';
end $$;

create function private.deposit_draft_read(draft uuid) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
	select d.wish from private.deposit_drafts d where d.id = draft;
end;

create function private.deposit_draft_end(draft uuid, payment uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	update private.deposit_drafts d set payment_id = payment where d.id = draft;
end;
