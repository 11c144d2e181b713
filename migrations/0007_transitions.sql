-- One function per transition. Each takes the ticket's lock (its row in private.ticket_state) first
-- and writes the rich state and the public word together. They run with the caller's rights:
-- private.call_rights below says which ones that takes. Every row is found by its key: without
-- enable_seqscan = off a plan made while a table was small would stay in use when it is not.

-- ---- the owner of a ticket changes

-- Gives the ticket to a registered person at once. NULL when it moved meanwhile. A PENDING offer of
-- the same ticket is a violation of ticket_transfers_one_pending.
create function private.transfer_complete(ticket uuid, from_user uuid, epoch integer, to_user uuid,
	email text, phone text, name text, message text) returns uuid
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	made uuid := gen_random_uuid();
begin
	update private.ticket_state s set epoch = s.epoch + 1, updated_at = private.now()
	  from public.tickets t
	 where s.ticket_id = ticket and s.epoch = epoch and s.state = 'VALID'
	   and t.id = s.ticket_id and t.user_id = from_user;
	if not found then
		return null;
	end if;
	if exists (select from public.ticket_transfers x where x.ticket_id = ticket and x.status = 'PENDING') then
		raise unique_violation using message = 'the ticket is on offer to somebody else',
			constraint = 'ticket_transfers_one_pending', schema = 'public', table = 'ticket_transfers';
	end if;
	with moved as (
		update public.tickets t set user_id = to_user, transfer_id = made, updated_at = private.now(),
			-- old copies of the code die with the old owner
			qr_code = replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
		 where t.id = ticket),
	told as (
		insert into public.ticket_transfers (id, ticket_id, sender_id, recipient_id, recipient_email, recipient_phone,
			recipient_name, message, status, completed_at, expires_at, created_at, updated_at)
		values (made, ticket, from_user, to_user, email, phone, name, message, private.word('transfer', 'COMPLETED', null),
			private.now(), null, private.now(), private.now())),
	ended as (
		insert into private.transfer_state (transfer_id, ticket_id, from_epoch, state, ended_at)
		values (made, ticket, epoch, 'COMPLETED', private.now()))
	insert into private.ticket_owner_log (ticket_id, epoch, owner_id, cause, transfer_id, at)
	values (ticket, epoch + 1, to_user, 'TRANSFER', made, private.now());
	return made;
end $$;

-- Offers the ticket to whoever proves to have that address or number. The sender stays its owner.
create function private.transfer_offer(ticket uuid, from_user uuid, epoch integer,
	email text, phone text, name text, message text, lifetime interval) returns uuid
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	made uuid := gen_random_uuid();
	starts timestamptz;
begin
	select private.event_start(t.event_id, t.event_date_id) into starts
	  from private.ticket_state s join public.tickets t on t.id = s.ticket_id
	 where s.ticket_id = ticket and s.epoch = epoch and s.state = 'VALID' and t.user_id = from_user
	   for no key update of s;
	if not found then
		return null;
	end if;
	with told as (
		insert into public.ticket_transfers (id, ticket_id, sender_id, recipient_email, recipient_phone,
			recipient_name, message, status, expires_at, created_at, updated_at)
		values (made, ticket, from_user, email, phone, name, message, private.word('transfer', 'PENDING', null),
			least(private.now() + lifetime, starts), private.now(), private.now()))
	insert into private.transfer_state (transfer_id, ticket_id, from_epoch, state)
	values (made, ticket, epoch, 'PENDING');
	return made;
end $$;

-- The person who proved the address takes what was offered. False when the offer is over or the
-- ticket is no longer what it was. Whether `to_user` is the addressee is the caller's to check.
create function private.transfer_claim(transfer uuid, to_user uuid) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	perform from private.transfer_state x join private.ticket_state s on s.ticket_id = x.ticket_id
	  where x.transfer_id = transfer and s.epoch = x.from_epoch and s.state = 'VALID'
	    for no key update of s;
	if not found then
		return false;
	end if;
	with claimed as (
		update private.transfer_state x set state = 'COMPLETED', ended_at = private.now()
		  from public.ticket_transfers p
		 where x.transfer_id = transfer and x.state = 'PENDING' and p.id = x.transfer_id
		   and (p.expires_at is null or p.expires_at > private.now())
		returning x.transfer_id, x.ticket_id, x.from_epoch),
	told as (
		update public.ticket_transfers p set recipient_id = to_user, status = private.word('transfer', 'COMPLETED', null),
			completed_at = private.now(), updated_at = private.now()
		  from claimed c where p.id = c.transfer_id),
	moved as (
		update private.ticket_state s set epoch = s.epoch + 1, updated_at = private.now()
		  from claimed c where s.ticket_id = c.ticket_id and s.epoch = c.from_epoch and s.state = 'VALID'),
	given as (
		update public.tickets t set user_id = to_user, transfer_id = c.transfer_id, updated_at = private.now(),
			qr_code = replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
		  from claimed c where t.id = c.ticket_id)
	insert into private.ticket_owner_log (ticket_id, epoch, owner_id, cause, transfer_id, at)
	select c.ticket_id, c.from_epoch + 1, to_user, 'TRANSFER', c.transfer_id, private.now() from claimed c;
	return found;
end $$;

-- Ends an offer without giving the ticket away: CANCELLED by the sender, DECLINED by the addressee,
-- EXPIRED by the clock. False when it was no longer PENDING (or has not expired).
create function private.transfer_end(transfer uuid, state text) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	if state not in ('CANCELLED', 'DECLINED', 'EXPIRED') then
		raise exception 'an offer does not end as %', state using errcode = '22023';
	end if;
	with ended as (
		update private.transfer_state x set state = state, ended_at = private.now()
		  from public.ticket_transfers p
		 where x.transfer_id = transfer and x.state = 'PENDING' and p.id = x.transfer_id
		   and (state <> 'EXPIRED' or p.expires_at <= private.now())
		returning x.transfer_id)
	update public.ticket_transfers p set status = private.word('transfer', state, null), updated_at = private.now()
	  from ended e where p.id = e.transfer_id;
	return found;
end $$;

-- ---- the door

-- The ticket is no longer what was offered: an offer ends, past transfers learn that it was used.
create function private.transfers_settle(ticket uuid, used boolean) returns void
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	with changed as (
		update private.transfer_state x
		   set state = case when x.state = 'PENDING' then 'CANCELLED' else x.state end,
		       ended_at = coalesce(x.ended_at, private.now()),
		       used = x.state = 'COMPLETED'
		  from public.ticket_transfers p
		 where p.ticket_id = ticket and p.status in ('PENDING', 'COMPLETED') and x.transfer_id = p.id
		   and (x.state = 'PENDING' or (used and x.state = 'COMPLETED' and not x.used))
		returning x.transfer_id, x.state, x.used)
	update public.ticket_transfers p
	   set status = private.word('transfer', c.state, case when c.used then 'USED' end), updated_at = private.now()
	  from changed c where p.id = c.transfer_id;
end $$;

-- Somebody stands at the door with the ticket. The first scan wins; every other one is written down
-- with its reason. `refusal`: why the caller refuses it whatever its state (wrong event, too early).
create function private.ticket_scan(ticket uuid, by_user uuid, location text, refusal text default null,
	out accepted boolean, out was_transferred boolean, out reason text)
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	seq integer;
begin
	if refusal is null then
		update private.ticket_state s set state = 'USED', entry_seq = s.entry_seq + 1, updated_at = private.now()
		 where s.ticket_id = ticket and s.state in ('VALID', 'VALID_OUT')
		returning s.entry_seq into seq;
	end if;
	accepted := seq is not null;
	-- asked after the lock: a transfer that we waited for counts
	was_transferred := exists (select from public.ticket_transfers x
		where x.ticket_id = ticket and x.status in ('COMPLETED', 'USED'));
	if not accepted then
		select lower(s.state) into reason from private.ticket_state s where s.ticket_id = ticket;
		if not found then -- no such ticket: nothing to write it down for
			reason := 'unknown';
			return;
		end if;
		reason := coalesce(refusal, reason);
		insert into public.ticket_scans (ticket_id, scanned_by, scan_location, result, reason, created_at)
		values (ticket, by_user, location, 'REFUSED', reason, private.now());
		return;
	end if;
	update public.tickets t set status = private.word('ticket', 'USED', null), scanned_at = private.now(),
		scanned_by = by_user, scan_location = location, updated_at = private.now()
	 where t.id = ticket;
	insert into public.ticket_scans (ticket_id, scanned_by, scan_location, result, entry_seq, created_at)
	values (ticket, by_user, location, 'ACCEPTED', seq, private.now());
	perform private.transfers_settle(ticket, true);
end $$;

-- ---- jobs and rates

-- Adds work for the runner; NULL when the key is known already. The runner is woken only when it
-- may be asleep: a notice holds a lock of the whole server until COMMIT, so with a notice for each
-- job all commits would queue. A job that finds another one waiting is found with it, or at the
-- runner's next look (it looks at least once a second).
create function private.job_add(function text, dedup text, payload jsonb, run_at timestamptz) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	due timestamptz := coalesce(run_at, private.now());
	awake boolean;
	made bigint;
begin
	awake := exists (select from private.jobs j where j.state = 'READY' and j.run_at <= private.now());
	insert into private.jobs (function, dedup, payload, run_at, created_at)
	values (function, dedup, coalesce(payload, '{}'), due, private.now())
	on conflict on constraint jobs_dedup_key do nothing
	returning id into made;
	if made is not null and not awake and due <= private.now() then
		perform pg_notify('jobs', '');
	end if;
	return made;
end $$;

-- Counts one more in the window of `period` that now falls into; returns the count. Windows that
-- are long over are forgotten a few at a time, by whoever opens a new one.
create function private.rate_count(key text, period interval) returns integer
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	began timestamptz := date_bin(period, private.now(), timestamptz '2000-01-01 00:00+00');
	counted integer;
begin
	insert into private.rate_counters as c (key, window_start, count) values (key, began, 1)
	on conflict on constraint rate_counters_pkey do update set count = c.count + 1
	returning c.count into counted;
	if counted = 1 then
		delete from private.rate_counters c where c.ctid = any (array(
			select o.ctid from private.rate_counters o
			 where o.window_start < private.now() - interval '2 days'
			 order by o.window_start limit 4 for update skip locked));
	end if;
	return counted;
end $$;

insert into private.call_rights (call, what, operations) values
	('transfer_complete', 'private.ticket_state', 'select (ticket_id, epoch, state), update (epoch, updated_at)'),
	('transfer_complete', 'public.tickets', 'select (id, user_id), update (user_id, transfer_id, qr_code, updated_at)'),
	('transfer_complete', 'public.ticket_transfers', 'select (ticket_id, status), insert'),
	('transfer_complete', 'private.transfer_state', 'insert'),
	('transfer_complete', 'private.ticket_owner_log', 'insert'),
	('transfer_offer', 'private.ticket_state', 'select (ticket_id, epoch, state), update (updated_at)'),
	('transfer_offer', 'public.tickets', 'select (id, user_id, event_id, event_date_id)'),
	('transfer_offer', 'public.ticket_transfers', 'insert'),
	('transfer_offer', 'private.transfer_state', 'insert'),
	('transfer_claim', 'private.transfer_state', 'select, update (state, ended_at)'),
	('transfer_claim', 'private.ticket_state', 'select (ticket_id, epoch, state), update (epoch, updated_at)'),
	('transfer_claim', 'public.ticket_transfers', 'select (id, expires_at), update (recipient_id, status, completed_at, updated_at)'),
	('transfer_claim', 'public.tickets', 'select (id), update (user_id, transfer_id, qr_code, updated_at)'),
	('transfer_claim', 'private.ticket_owner_log', 'insert'),
	('transfer_end', 'private.transfer_state', 'select, update (state, ended_at)'),
	('transfer_end', 'public.ticket_transfers', 'select (id, expires_at), update (status, updated_at)'),
	('transfers_settle', 'private.transfer_state', 'select, update (state, ended_at, used)'),
	('transfers_settle', 'public.ticket_transfers', 'select (id, ticket_id, status), update (status, updated_at)'),
	('ticket_scan', 'private.ticket_state', 'select (ticket_id, state, entry_seq), update (state, entry_seq, updated_at)'),
	('ticket_scan', 'public.tickets', 'select (id), update (status, scanned_at, scanned_by, scan_location, updated_at)'),
	('ticket_scan', 'public.ticket_scans', 'insert'),
	('ticket_scan', 'private.transfers_settle', 'call'),
	('job_add', 'private.jobs', 'select (id, dedup, state, run_at), insert (function, dedup, payload, run_at, created_at)'),
	('rate_count', 'private.rate_counters', 'select, insert, update (count), delete');
