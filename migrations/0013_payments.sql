-- Payments: the word that clients know and the rank behind it; keys of repeated requests; one-time
-- codes of phones.

create table public.payments (
	id uuid primary key default gen_random_uuid(),
	user_id uuid references private.people (user_id), -- NULL: the guest of the order
	event_id uuid not null references public.events (id),
	order_id uuid references public.orders (id),
	amount numeric not null, -- follows amount_minor
	amount_minor bigint not null,
	currency text not null default 'XOF' constraint payments_currency_check check (private.minor_units(currency) is not null),
	status varchar(20) not null default 'pending' constraint payments_status_check
		check (status in ('pending', 'completed', 'failed', 'cancelled')),
	payment_method varchar(50) not null constraint payments_method_check
		check (payment_method in ('mobile_money', 'credit_card', 'bank_transfer')),
	provider text constraint payments_provider_check check (provider in ('stripe', 'pawapay', 'paydunya')),
	transaction_id varchar(255),
	-- clients route on what it begins with; whoever has it may read the payment
	token text not null default replace(gen_random_uuid()::text, '-', '') constraint payments_token_key unique,
	stripe_payment_intent_id text constraint payments_stripe_intent_key unique,
	stripe_payment_method_id text,
	completed_at timestamptz,
	failed_at timestamptz,
	amount_paid numeric, -- follows amount_paid_minor, in amount_paid_currency
	amount_paid_minor bigint,
	amount_paid_currency text constraint payments_paid_currency_check check (amount_paid_currency is null or private.minor_units(amount_paid_currency) is not null),
	error_message text,
	metadata jsonb,
	ipn_data jsonb,
	paydunya_response jsonb,
	idempotency_key text,
	customer_email text,
	customer_phone text,
	client_ip inet,
	user_agent text,
	webhook_id uuid,
	last_webhook_at timestamptz,
	payment_confirmed_at timestamptz,
	display_currency text default 'XOF',
	display_amount_minor bigint,
	charge_currency text constraint payments_charge_currency_check check (charge_currency is null or private.minor_units(charge_currency) is not null),
	charge_amount_minor bigint,
	fx_rate_numerator bigint,
	fx_rate_denominator bigint,
	fx_locked_at timestamptz,
	fx_margin_bps integer default 150,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint payments_amount_check check (amount_minor >= 0),
	constraint payments_money check (amount * private.minor_units(currency) = amount_minor),
	constraint payments_paid_money check (num_nonnulls(amount_paid, amount_paid_minor, amount_paid_currency) in (0, 3)
		and (amount_paid is null or amount_paid * private.minor_units(amount_paid_currency) = amount_paid_minor)),
	constraint payments_provider_transaction_key unique (provider, transaction_id)
);
create unique index payments_one_live on public.payments (order_id) where status = 'pending';
create index payments_order_idx on public.payments (order_id, status, created_at desc);
create index payments_user_idx on public.payments (user_id, created_at desc);
create index payments_event_idx on public.payments (event_id, user_id, created_at desc);
create index payments_status_idx on public.payments (status, created_at);

alter table public.tickets add constraint tickets_payment_id_fkey foreign key (payment_id) references public.payments (id) on delete set null;
create index tickets_payment_idx on public.tickets (payment_id) where payment_id is not null;

create table private.payment_state (
	payment_id uuid primary key references public.payments (id),
	order_id uuid, -- that of the payment, for the index below
	state text not null constraint payment_state_check check (state in ('CREATED', 'SUBMITTED', 'ACTION_REQUIRED', 'PROCESSING',
		'UNKNOWN', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
	rank integer not null generated always as (case state when 'CREATED' then 0 when 'SUBMITTED' then 1
		when 'SUCCEEDED' then 4 when 'FAILED' then 3 when 'CANCELLED' then 3 else 2 end) stored,
	fulfilling boolean not null default false, -- the success that its order was completed by; a second one is refunded
	submitted_at timestamptz,
	last_checked_at timestamptz,
	succeeded_at timestamptz,
	updated_at timestamptz not null default now(),
	constraint payment_state_fulfilling_succeeded check (state = 'SUCCEEDED' or not fulfilling)
) with (fillfactor = 80);
create unique index payment_state_one_fulfilling on private.payment_state (order_id) where fulfilling;
create index payment_state_open_idx on private.payment_state (last_checked_at) where rank < 3;

-- Whoever asks to pay under this key again gets the first answer; private.* is not for clients, but
-- tools read this one through the API.
create table public.idempotency_keys (
	key text primary key constraint idempotency_keys_length check (length(key) between 1 and 255),
	payment_id uuid references public.payments (id),
	caller text, -- whose key it is: a key is no secret
	request_hash bytea,
	response jsonb,
	created_at timestamptz not null default now(),
	expires_at timestamptz not null default now() + interval '24 hours'
);
create index idempotency_keys_payment_idx on public.idempotency_keys (payment_id);
create index idempotency_keys_expiry_idx on public.idempotency_keys (expires_at);

-- Codes sent by SMS, for the server alone. What is kept is the code's hash under a key that is not in
-- the database; tries and sends are counted elsewhere, so that a resend does not forgive them.
create table public.otp_codes (
	id uuid primary key default gen_random_uuid(),
	phone text not null constraint otp_codes_phone_key unique constraint otp_codes_phone_canonical check (phone ~ '^\+[1-9][0-9]{6,14}$'),
	code text not null constraint otp_codes_code_is_hashed check (code ~ '^[0-9a-f]{64}$'),
	expires_at timestamptz not null default now() + interval '10 minutes',
	verified boolean not null default false,
	attempts integer not null default 0 constraint otp_codes_attempts_check check (attempts >= 0),
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
create index otp_codes_expiry_idx on public.otp_codes (expires_at);
create trigger touch before update on public.otp_codes for each row execute function private.touch();

-- ---- words

create or replace function private.word(entity text, state text, cause text) returns text
immutable parallel safe language sql
return case entity
when 'ticket' then case state
	when 'VALID' then 'VALID'
	when 'VALID_OUT' then 'VALID'
	when 'USED' then 'USED'
	when 'BLOCKED' then 'PENDING'
	when 'VOID' then cause -- REFUNDED or CANCELLED
	end
when 'order' then case state
	when 'HELD' then 'AWAITING_PAYMENT'
	when 'AWAITING_PAYMENT' then 'AWAITING_PAYMENT'
	when 'COMPLETED' then 'COMPLETED'
	when 'PARTIALLY_REFUNDED' then 'COMPLETED'
	when 'DISPUTED' then 'COMPLETED'
	when 'REFUNDED' then 'CANCELLED'
	when 'CANCELLED' then 'CANCELLED'
	when 'UNFULFILLABLE' then 'CANCELLED'
	when 'EXPIRED' then 'EXPIRED'
	end
when 'transfer' then case state
	when 'PENDING' then 'PENDING'
	when 'COMPLETED' then coalesce(cause, 'COMPLETED') -- cause USED once the ticket was scanned after it
	when 'DECLINED' then 'REJECTED'
	when 'CANCELLED' then 'CANCELLED'
	when 'EXPIRED' then 'CANCELLED'
	end
when 'payment' then case state
	when 'CREATED' then 'pending'
	when 'SUBMITTED' then 'pending'
	when 'ACTION_REQUIRED' then 'pending'
	when 'PROCESSING' then 'pending'
	when 'UNKNOWN' then 'pending'
	when 'SUCCEEDED' then 'completed'
	when 'FAILED' then 'failed'
	when 'CANCELLED' then 'cancelled'
	end
end;

insert into private.word_moves (entity, from_state, word, to_state)
select 'payment', f, word, state
  from (values ('pending', 'CREATED'), ('completed', 'SUCCEEDED'), ('failed', 'FAILED'), ('cancelled', 'CANCELLED')) w (word, state)
 cross join unnest(array['', 'CREATED', 'SUBMITTED', 'ACTION_REQUIRED', 'PROCESSING', 'UNKNOWN', 'FAILED', 'CANCELLED']) f
 where f = '' -- a new payment; later the rank only rises: failed may turn out to have succeeded, nothing goes back
    or (f in ('FAILED', 'CANCELLED') and word = 'completed')
    or (f not in ('FAILED', 'CANCELLED') and word <> 'pending');

-- ---- writing a payment: money in step, event and buyer are the order's

create function private.payments_written() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	paid_for public.orders;
begin
	if new.order_id is not null and (tg_op = 'INSERT' or new.order_id is distinct from old.order_id) then
		select * into paid_for from public.orders o where o.id = new.order_id;
		new.event_id := coalesce(new.event_id, paid_for.event_id);
		new.user_id := coalesce(new.user_id, paid_for.user_id);
		if found and (new.event_id, new.user_id) is distinct from (paid_for.event_id, paid_for.user_id) then
			raise exception 'event and buyer of a payment are those of its order' using errcode = '23514';
		end if;
	end if;
	if tg_op = 'INSERT' then
		new.amount_minor := private.minor_of(new.amount, new.amount_minor, null, null, new.currency);
	else
		new.amount_minor := private.minor_of(new.amount, case when new.currency = old.currency then new.amount_minor end,
			old.amount, old.amount_minor, new.currency);
		new.updated_at := private.now();
	end if;
	new.amount := trim_scale(new.amount_minor / private.minor_units(new.currency)::numeric);
	if new.amount_paid is not null or new.amount_paid_minor is not null then
		new.amount_paid_currency := coalesce(new.amount_paid_currency, new.charge_currency, new.currency);
		new.amount_paid_minor := private.minor_of(new.amount_paid, new.amount_paid_minor,
			case tg_op when 'UPDATE' then old.amount_paid end, case tg_op when 'UPDATE' then old.amount_paid_minor end, new.amount_paid_currency);
		new.amount_paid := trim_scale(new.amount_paid_minor / private.minor_units(new.amount_paid_currency)::numeric);
	else
		new.amount_paid_currency := null;
	end if;
	if new.status = 'completed' then
		new.completed_at := coalesce(new.completed_at, private.now());
	elsif new.status = 'failed' then
		new.failed_at := coalesce(new.failed_at, private.now());
	end if;
	return new;
end $$;
create trigger payments_written before insert or update on public.payments
	for each row execute function private.payments_written();

-- A new payment has its state, and the places of its order are held from here on (decisions 16),
-- whoever made it. One that was made as completed is the success its order waits for.
create function private.payment_born() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	move private.word_moves := private.word_move('payment', '', new.status);
begin
	insert into private.payment_state (payment_id, order_id, state, succeeded_at, updated_at)
	values (new.id, new.order_id, move.to_state, case move.to_state when 'SUCCEEDED' then private.now() end, private.now());
	if move.to_state = 'CREATED' and new.order_id is not null then
		perform private.hold_take(new.order_id);
	end if;
	return null;
end $$;
create trigger payment_born after insert on public.payments for each row execute function private.payment_born();

create function private.payment_written() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	held private.payment_state;
	move private.word_moves;
begin
	select * into held from private.payment_state s where s.payment_id = new.id for no key update;
	if new.status <> private.word('payment', held.state, null) then
		move := private.word_move('payment', held.state, new.status);
		update private.payment_state s set state = move.to_state, updated_at = private.now(),
			succeeded_at = case move.to_state when 'SUCCEEDED' then private.now() end
		 where s.payment_id = new.id;
	end if;
	update private.payment_state s set order_id = new.order_id where s.payment_id = new.id and s.order_id is distinct from new.order_id;
	return null;
end $$;
create trigger payment_written after update of status, order_id on public.payments for each row
	when (left(coalesce(nullif(current_setting('role', true), 'none'), session_user::text), 3) <> 'fn_')
	execute function private.payment_written();

-- Every change of a payment's word, for good.
create table private.payment_log (
	id bigint generated always as identity primary key,
	payment_id uuid not null references public.payments (id),
	old_status text,
	new_status text not null,
	amount_minor bigint not null,
	currency text not null,
	caller text not null,
	at timestamptz not null default now()
);
create index payment_log_payment_idx on private.payment_log (payment_id, id);
create trigger append_only before update or delete on private.payment_log for each row execute function private.append_only();
create trigger append_only_all before truncate on private.payment_log for each statement execute function private.append_only();

create function private.payment_logged() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	insert into private.payment_log (payment_id, old_status, new_status, amount_minor, currency, caller, at)
	values (new.id, case tg_op when 'UPDATE' then old.status end, new.status, new.amount_minor, new.currency, private.caller(), private.now());
	return null;
end $$;
create trigger payment_logged_new after insert on public.payments for each row execute function private.payment_logged();
create trigger payment_logged after update of status on public.payments for each row
	when (new.status <> old.status) execute function private.payment_logged();

-- ---- issuing

-- Makes the tickets that a completed order still lacks, in its numbered slots: safe to repeat and to
-- race. Event, date and owner are the order's.
create function private.order_issue(order_id uuid, payment uuid default null)
returns table (ticket_type_id uuid, created integer)
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	perform from private.order_state s where s.order_id = order_id and s.state = 'COMPLETED' for no key update;
	if not found then
		raise exception 'tickets are made for a completed order alone' using errcode = '23514';
	end if;
	return query
	with made as (
		insert into public.tickets (order_id, event_id, event_date_id, user_id, ticket_type_id, ordinal, status, payment_status, payment_id, created_at, updated_at)
		select o.id, o.event_id, o.event_date_id, o.user_id, q.key::uuid, n.n, private.word('ticket', 'VALID', null), 'paid', payment, private.now(), private.now()
		  from public.orders o cross join jsonb_each_text(o.ticket_quantities) q cross join generate_series(1, q.value::integer) n (n)
		 where o.id = order_id
		   and not exists (select from public.tickets t where t.order_id = o.id and t.ticket_type_id = q.key::uuid and t.ordinal = n.n)
		 order by q.key, n.n
		on conflict on constraint tickets_issued_once do nothing
		returning tickets.ticket_type_id)
	select q.key::uuid, (select count(*)::integer from made m where m.ticket_type_id = q.key::uuid)
	  from public.orders o cross join jsonb_each_text(o.ticket_quantities) q where o.id = order_id order by 1;
end $$;

-- Completes the order of a payment that the provider confirmed: order, tickets, notice, counters in
-- one transaction. Again is nothing. Raises when it cannot be done.
create function private.payment_finalize(payment uuid) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	paid record;
	bought record;
	issued jsonb;
	made integer;
begin
	select s.state, s.fulfilling, p.order_id, p.amount_minor, p.currency into paid
	  from private.payment_state s join public.payments p on p.id = s.payment_id where s.payment_id = payment for no key update of s;
	if not found or paid.order_id is null then
		raise exception 'there is no such payment of an order' using errcode = 'P0002';
	elsif paid.state <> 'SUCCEEDED' then
		raise exception 'this payment is not confirmed by its provider' using errcode = '23514';
	end if;
	select s.state, o.total_minor, o.currency, o.user_id, o.event_id into bought
	  from private.order_state s join public.orders o on o.id = s.order_id where s.order_id = paid.order_id for no key update of s;
	if paid.currency <> bought.currency or paid.amount_minor < bought.total_minor then
		raise exception 'the payment is not what the order costs' using errcode = '23514';
	end if;
	if bought.state not in ('HELD', 'AWAITING_PAYMENT', 'EXPIRED', 'CANCELLED', 'COMPLETED') then
		raise exception 'an order that is % cannot be completed', bought.state using errcode = '23514';
	elsif exists (select from private.payment_state s where s.order_id = paid.order_id and s.fulfilling and s.payment_id <> payment) then
		raise exception 'the order was paid by another payment' using errcode = '23514', constraint = 'payment_state_one_fulfilling';
	end if;
	update private.payment_state s set fulfilling = true, updated_at = private.now() where s.payment_id = payment and not s.fulfilling;
	if bought.state <> 'COMPLETED' then
		update private.order_state s set state = 'COMPLETED', updated_at = private.now() where s.order_id = paid.order_id;
		update public.orders o set status = private.word('order', 'COMPLETED', null), visible_in_history = true,
			payment_confirmed_at = private.now() where o.id = paid.order_id;
	end if;
	select coalesce(jsonb_agg(jsonb_build_object('ticket_type_id', i.ticket_type_id, 'created', i.created)), '[]'), coalesce(sum(i.created), 0)
	  into issued, made from private.order_issue(paid.order_id, payment) i;
	perform private.hold_end(paid.order_id, 'CONVERTED');
	if made > 0 and bought.user_id is not null then
		perform private.order_confirmed(paid.order_id);
	end if;
	return jsonb_build_object('success', true, 'message', case when made > 0 then 'tickets created' else 'tickets exist' end,
		'payment_id', payment, 'order_id', paid.order_id, 'tickets_created', made, 'per_type', issued);
end $$;

-- The notice that the page of the buyer shows.
create function private.order_confirmed(order_id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	insert into public.notifications (user_id, type, title, message, priority, action_url, action_text, metadata, created_at, updated_at)
	select o.user_id, 'ORDER_CONFIRMATION', 'Commande confirmée', format('Vos billets pour « %s » sont prêts.', e.title), 'high',
	       '/booking/confirmation/' || o.id, 'Voir mes billets', jsonb_build_object('order_id', o.id, 'event_id', e.id), private.now(), private.now()
	  from public.orders o join public.events e on e.id = o.event_id where o.id = order_id and o.user_id is not null;
end $$;

-- The transition of payments, for functions: the rank only rises. Inside rank 2, and from FAILED or
-- CANCELLED to SUCCEEDED, only what was just read from the provider counts (`fresh`). False when the
-- news is older than what is known.
create function private.payment_move(payment uuid, state text, fresh boolean default false) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	rank integer := case state when 'CREATED' then 0 when 'SUBMITTED' then 1 when 'SUCCEEDED' then 4
		when 'FAILED' then 3 when 'CANCELLED' then 3 else 2 end;
begin
	update private.payment_state s set state = state, updated_at = private.now(),
		submitted_at = case when rank > 0 then coalesce(s.submitted_at, private.now()) else s.submitted_at end,
		last_checked_at = case when fresh then private.now() else s.last_checked_at end,
		succeeded_at = case when rank = 4 then private.now() end
	 where s.payment_id = payment
	   and case when s.rank = 3 then rank = 4 and fresh
		when s.rank = 2 and rank = 2 then fresh and s.state <> state
		else rank > s.rank end;
	if not found then
		return false;
	end if;
	update public.payments p set status = private.word('payment', state, null), updated_at = private.now()
	 where p.id = payment and p.status <> private.word('payment', state, null);
	return true;
end $$;
insert into private.call_rights (call, what, operations) values
	('payment_move', 'private.payment_state', 'select (payment_id, state, rank, submitted_at, last_checked_at), update (state, updated_at, submitted_at, last_checked_at, succeeded_at)'),
	('payment_move', 'public.payments', 'select (id, status), update (status, updated_at)');
