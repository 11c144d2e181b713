-- Transfers; notifications; jobs, schedules and counters of rates.

create table public.ticket_transfers (
	id uuid primary key default gen_random_uuid(),
	ticket_id uuid not null references public.tickets (id),
	sender_id uuid not null references private.people (user_id),
	recipient_id uuid references private.people (user_id), -- NULL while nobody has claimed it
	recipient_email text,
	recipient_phone text,
	recipient_name text,
	message text,
	status text not null default 'PENDING' constraint ticket_transfers_status_check
		check (status in ('PENDING', 'COMPLETED', 'REJECTED', 'CANCELLED', 'USED')),
	completed_at timestamptz,
	expires_at timestamptz default now() + interval '7 days', -- of the offer
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint ticket_transfers_not_to_self check (recipient_id <> sender_id),
	constraint ticket_transfers_has_recipient check (num_nonnulls(recipient_id, recipient_email, recipient_phone) > 0),
	constraint ticket_transfers_completed_has_recipient check (status not in ('COMPLETED', 'USED') or recipient_id is not null),
	constraint ticket_transfers_email_canonical check (recipient_email = lower(recipient_email collate "C")),
	constraint ticket_transfers_phone_canonical check (recipient_phone ~ '^\+[1-9][0-9]{6,14}$')
);
create unique index ticket_transfers_one_pending on public.ticket_transfers (ticket_id) where status = 'PENDING';
create index ticket_transfers_ticket_idx on public.ticket_transfers (ticket_id, status);
create index ticket_transfers_sender_idx on public.ticket_transfers (sender_id, created_at desc);
create index ticket_transfers_recipient_idx on public.ticket_transfers (recipient_id, status, created_at desc);
create index ticket_transfers_email_idx on public.ticket_transfers (recipient_email) where status = 'PENDING';
create index ticket_transfers_phone_idx on public.ticket_transfers (recipient_phone) where status = 'PENDING';
create index ticket_transfers_expiry_idx on public.ticket_transfers (expires_at) where status = 'PENDING';

create table private.transfer_state (
	transfer_id uuid primary key references public.ticket_transfers (id),
	ticket_id uuid not null,
	from_epoch integer not null, -- the ticket's when the transfer was made: it is for this owner alone
	state text not null constraint transfer_state_check
		check (state in ('PENDING', 'COMPLETED', 'DECLINED', 'CANCELLED', 'EXPIRED')),
	used boolean not null default false, -- the ticket was scanned after it
	ended_at timestamptz,
	constraint transfer_state_used check (state = 'COMPLETED' or not used),
	constraint transfer_state_end check ((state = 'PENDING') = (ended_at is null))
) with (fillfactor = 80);
-- Each step of ownership has one transfer.
create unique index transfer_state_one_completed on private.transfer_state (ticket_id, from_epoch) where state = 'COMPLETED';

create table public.notifications (
	id uuid primary key default gen_random_uuid(),
	user_id uuid not null references private.people (user_id),
	type text not null,
	title text not null,
	message text not null,
	read text not null default 'false' constraint notifications_read_check check (read in ('true', 'false')),
	read_at timestamptz,
	metadata jsonb,
	data jsonb,
	priority text not null default 'normal' constraint notifications_priority_check
		check (priority in ('low', 'normal', 'high', 'urgent')),
	action_url text,
	action_text text,
	category_id uuid,
	template_id uuid,
	expires_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
create index notifications_user_idx on public.notifications (user_id, created_at desc);
create index notifications_unread_idx on public.notifications (user_id) where read = 'false';

-- One part of the app reads metadata, another data, and so with read and read_at: each follows the other.
create function private.notifications_written() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	shared jsonb;
begin
	if tg_op = 'UPDATE' then
		if new.read_at is distinct from old.read_at and new.read = old.read then
			new.read := case when new.read_at is null then 'false' else 'true' end;
		end if;
		new.updated_at := private.now();
	end if;
	if new.read = 'false' then
		new.read_at := null;
	else
		new.read_at := coalesce(new.read_at, private.now());
	end if;
	if tg_op = 'INSERT' or new.data is distinct from old.data or new.metadata is distinct from old.metadata then
		shared := coalesce(new.metadata, '{}') || coalesce(new.data, '{}');
		new.action_url := coalesce(new.action_url, shared ->> 'action_url');
		select coalesce(jsonb_object_agg(m.key, m.value), '{}') into shared
		  from jsonb_each(shared || jsonb_strip_nulls(jsonb_build_object('action_url', new.action_url, 'priority', new.priority))) m
		 where m.key in ('action_url', 'order_id', 'event_id', 'priority');
		new.metadata := coalesce(new.metadata, '{}') || shared;
		new.data := coalesce(new.data, '{}') || shared;
	end if;
	return new;
end $$;
create trigger notifications_written before insert or update on public.notifications
	for each row execute function private.notifications_written();

-- ---- work to be done after COMMIT, by the job runner

create table private.jobs (
	id bigint generated always as identity primary key,
	function text not null constraint jobs_function_check check (function ~ '^[a-z][a-z0-9-]{0,62}$'),
	dedup text constraint jobs_dedup_key unique,
	payload jsonb not null default '{}',
	state text not null default 'READY' constraint jobs_state_check check (state in ('READY', 'RUNNING', 'DONE', 'DEAD')),
	run_at timestamptz not null default now(),
	attempts integer not null default 0,
	max_attempts integer not null default 10 constraint jobs_max_attempts_check check (max_attempts > 0),
	lease_until timestamptz,
	leased_by text,
	last_error text,
	created_at timestamptz not null default now(),
	finished_at timestamptz,
	constraint jobs_lease_check check ((state = 'RUNNING') = (lease_until is not null))
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index jobs_ready_idx on private.jobs (run_at, id) where state = 'READY';
create index jobs_running_idx on private.jobs (lease_until) where state = 'RUNNING';
create index jobs_dead_idx on private.jobs (id) where state = 'DEAD';
create index jobs_done_idx on private.jobs (finished_at) where state = 'DONE';

-- Recurring work: claimed by the runner on its tick, by moving next_run.
create table private.schedules (
	name text primary key,
	function text not null constraint schedules_function_check check (function ~ '^[a-z][a-z0-9-]{0,62}$'),
	payload jsonb not null default '{}',
	period interval not null constraint schedules_period_check check (period > interval '0'),
	next_run timestamptz not null default now(),
	last_run timestamptz,
	enabled boolean not null default true
);
insert into private.schedules (name, function, period) values ('expire-transfers', 'expire-transfers', interval '60 s');

grant usage on schema private to fnq;
grant execute on function private.now() to fnq;
grant select, insert, update, delete on private.jobs, private.schedules to fnq;

-- How often something was done in a window. Not logged: a crash of the server forgets at most some
-- counts, and a count must not cost a transaction its speed.
create unlogged table private.rate_counters (
	key text not null,
	window_start timestamptz not null,
	count integer not null default 0,
	primary key (key, window_start)
) with (fillfactor = 70);
create index rate_counters_window_idx on private.rate_counters (window_start);
