-- The ground under payments: alarms for people, the ledger, money on its way back, and the inbox of
-- what providers say.

-- ---- alarms: what a person has to look at, one open row for each thing

create table private.alarms (
	id bigint generated always as identity primary key,
	kind text not null, -- a stable word: payment_mismatch, unknown_reference ...
	subject text not null, -- which payment, order or event
	detail text, -- for an operator; never a phone number, address or code
	times integer not null default 1,
	raised_at timestamptz not null default now(),
	last_at timestamptz not null default now(),
	cleared_at timestamptz
);
create unique index alarms_one_open on private.alarms (kind, subject) where cleared_at is null;

create function private.alarm_raise(kind text, subject text, detail text default null) returns void
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	insert into private.alarms as a (kind, subject, detail, raised_at, last_at) values (kind, subject, detail, private.now(), private.now())
	on conflict (kind, subject) where cleared_at is null
		do update set times = a.times + 1, last_at = excluded.last_at, detail = coalesce(excluded.detail, a.detail);
end;

-- ---- the ledger: every movement of money in two or more entries that add up to nothing

create table private.ledger_tx (
	id bigint generated always as identity primary key,
	key text not null constraint ledger_tx_once unique, -- a repeat posts nothing
	kind text not null constraint ledger_tx_kind_check check (kind in ('PAYMENT', 'SALE', 'UNFULFILLED', 'PSP_FEE', 'REFUND',
		'REFUND_REVERSED', 'DISPUTE_FREEZE', 'DISPUTE_RELEASE', 'DISPUTE_LOST', 'CREDIT', 'CLAWBACK')),
	order_id uuid references public.orders (id),
	payment_id uuid references public.payments (id),
	refund_id uuid,
	created_at timestamptz not null default now()
);
create index ledger_tx_order_idx on private.ledger_tx (order_id);
create index ledger_tx_payment_idx on private.ledger_tx (payment_id);
create index ledger_tx_refund_idx on private.ledger_tx (refund_id);

-- A positive amount is a debit: what a provider owes us grows; what we owe to others is negative.
create table private.ledger_entries (
	tx_id bigint not null references private.ledger_tx (id),
	line integer not null,
	account text not null constraint ledger_entries_account_check check (account in ('PSP_CLEARING', 'ORGANIZER_PAYABLE', 'FEE_REVENUE',
		'TAX_PAYABLE', 'CREDIT_WALLET', 'PROMO_EXPENSE', 'PSP_COST', 'FX', 'FX_MARGIN', 'REFUND_PAYABLE', 'RESERVE', 'SUSPENSE')),
	owner text not null default '', -- a provider, an organizer, a person; '' where there is only one
	currency text not null constraint ledger_entries_currency_check check (private.minor_units(currency) is not null),
	amount_minor bigint not null constraint ledger_entries_amount_check check (amount_minor <> 0),
	primary key (tx_id, line)
);
create index ledger_entries_account_idx on private.ledger_entries (account, owner, currency) include (amount_minor);

create trigger append_only before update or delete on private.ledger_tx for each row execute function private.append_only();
create trigger append_only_all before truncate on private.ledger_tx for each statement execute function private.append_only();
create trigger append_only before update or delete on private.ledger_entries for each row execute function private.append_only();
create trigger append_only_all before truncate on private.ledger_entries for each statement execute function private.append_only();

create function private.ledger_balanced() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	if exists (select from private.ledger_entries e where e.tx_id = new.tx_id group by e.currency having sum(e.amount_minor) <> 0) then
		raise exception 'the entries of a ledger transaction do not balance' using errcode = '23514', constraint = 'ledger_balanced';
	end if;
	return null;
end $$;
create constraint trigger ledger_balanced after insert on private.ledger_entries deferrable initially deferred
	for each row execute function private.ledger_balanced();

-- lines: [{"account": "PSP_CLEARING", "of": "stripe", "currency": "XOF", "minor": 10500}, ...]; lines of
-- nothing are left out. NULL when the key was posted before.
create function private.ledger_post(kind text, key text, order_id uuid, payment uuid, refund uuid, lines jsonb) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	made bigint;
begin
	insert into private.ledger_tx (key, kind, order_id, payment_id, refund_id, created_at)
	values (key, kind, order_id, payment, refund, private.now())
	on conflict on constraint ledger_tx_once do nothing returning id into made;
	if made is not null then
		insert into private.ledger_entries (tx_id, line, account, owner, currency, amount_minor)
		select made, l.n, l.entry ->> 'account', coalesce(l.entry ->> 'of', ''), l.entry ->> 'currency', (l.entry ->> 'minor')::bigint
		  from jsonb_array_elements(lines) with ordinality l (entry, n) where (l.entry ->> 'minor')::bigint <> 0;
	end if;
	return made;
end $$;

-- ---- money on its way back

create table private.refunds (
	id uuid primary key default gen_random_uuid(),
	payment_id uuid not null references public.payments (id),
	order_id uuid references public.orders (id),
	amount_minor bigint not null constraint refunds_amount_check check (amount_minor > 0), -- in the currency of the order
	fee_minor bigint not null default 0 constraint refunds_fee_check check (fee_minor between 0 and amount_minor), -- the part that was the buyer's fee
	currency text not null,
	charge_minor bigint not null constraint refunds_charge_check check (charge_minor > 0), -- what goes back at the provider
	charge_currency text not null,
	cause text not null constraint refunds_cause_check check (cause in ('REQUEST', 'EVENT_CANCELLED', 'LATE', 'DUPLICATE', 'MISMATCH', 'GOODWILL')),
	reason text,
	state text not null constraint refunds_state_check check (state in ('REQUESTED', 'APPROVED', 'REJECTED', 'SUBMITTED', 'PROCESSING',
		'UNKNOWN', 'SUCCEEDED', 'FAILED', 'MANUAL')),
	requested_by uuid references private.people (user_id), -- NULL: the house itself
	succeeded_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
create index refunds_payment_idx on private.refunds (payment_id);
create index refunds_order_idx on private.refunds (order_id);
alter table private.ledger_tx add constraint ledger_tx_refund_id_fkey foreign key (refund_id) references private.refunds (id);

create table private.refund_items (
	refund_id uuid not null references private.refunds (id),
	ticket_id uuid not null references public.tickets (id),
	amount_minor bigint not null constraint refund_items_amount_check check (amount_minor >= 0),
	fee_minor bigint not null default 0 constraint refund_items_fee_check check (fee_minor between 0 and amount_minor),
	primary key (refund_id, ticket_id)
);
create index refund_items_ticket_idx on private.refund_items (ticket_id);

-- A refund that nobody has to approve, and the job that carries it to the provider.
create function private.refund_open(payment uuid, amount_minor bigint, charge_minor bigint, cause text) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	made uuid;
begin
	insert into private.refunds (payment_id, order_id, amount_minor, currency, charge_minor, charge_currency, cause, state, created_at, updated_at)
	select p.id, p.order_id, amount_minor, p.currency, charge_minor, coalesce(p.amount_paid_currency, p.charge_currency, p.currency),
	       cause, 'APPROVED', private.now(), private.now()
	  from public.payments p where p.id = payment returning id into strict made;
	perform private.job_add('submit-refund', format('refund:%s:0', made), jsonb_build_object('refund', made), private.now());
	return made;
end $$;

-- ---- what providers say: kept before it is answered, worked on by a job

create table private.webhook_inbox (
	id bigint generated always as identity primary key,
	provider text not null constraint webhook_inbox_provider_check check (provider in ('stripe', 'pawapay')),
	event_key text not null,
	event_type text not null,
	reference text, -- what it is about, in the provider's words
	body jsonb not null,
	state text not null default 'RECEIVED' constraint webhook_inbox_state_check check (state in ('RECEIVED', 'PROCESSED', 'IGNORED', 'RETRY', 'DEAD')),
	cause text,
	tries integer not null default 0,
	received_at timestamptz not null default now(),
	ended_at timestamptz,
	constraint webhook_inbox_once unique (provider, event_key)
) with (fillfactor = 80);
create index webhook_inbox_open_idx on private.webhook_inbox (received_at) where state in ('RECEIVED', 'RETRY');

-- False when it was there before. The job is the same transaction's: what is answered 2xx is worked on.
create function private.inbox_add(provider text, event_key text, event_type text, reference text, body jsonb) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	made bigint;
begin
	insert into private.webhook_inbox (provider, event_key, event_type, reference, body, received_at)
	values (provider, event_key, event_type, reference, body, private.now())
	on conflict on constraint webhook_inbox_once do nothing returning id into made;
	if made is null then
		return false;
	end if;
	perform private.job_add('settle-' || provider, 'inbox:' || made, jsonb_build_object('kind', 'event', 'inbox', made), private.now());
	return true;
end $$;

create function private.inbox_read(inbox bigint) returns private.webhook_inbox
language sql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off
begin atomic
	select i from private.webhook_inbox i where i.id = inbox;
end;

-- PROCESSED, IGNORED or DEAD end it. RETRY: it is about something that we do not know yet (the event
-- may be faster than our own COMMIT): a later job looks again, for a day.
create function private.inbox_end(inbox bigint, state text, cause text default null) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	held private.webhook_inbox;
begin
	select * into strict held from private.webhook_inbox i where i.id = inbox for no key update;
	if held.state not in ('RECEIVED', 'RETRY') then
		return;
	end if;
	if state = 'RETRY' and held.received_at < private.now() - interval '24 hours' then
		state := 'DEAD';
		perform private.alarm_raise('unknown_reference', held.provider || ':' || coalesce(held.reference, held.event_key), held.event_type);
	end if;
	update private.webhook_inbox i set state = state, cause = cause, tries = i.tries + 1,
		ended_at = case when state <> 'RETRY' then private.now() end where i.id = inbox;
	if state = 'RETRY' then
		perform private.job_add('settle-' || held.provider, format('inbox:%s:%s', inbox, held.tries + 1),
			jsonb_build_object('kind', 'event', 'inbox', inbox), private.now() + least(interval '5 s' * power(2, held.tries), interval '1 hour'));
	end if;
end $$;
