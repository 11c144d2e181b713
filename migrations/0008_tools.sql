-- What tools write (the service key, imports, psql) keeps both layers of state together: new rows
-- get their rich state, a written word moves it as private.word_moves says. Roles of functions go
-- through the transitions and cost none of this.

-- ---- tickets

create function private.ticket_born() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	move private.word_moves := private.word_move('ticket', '', new.status);
	guest uuid;
begin
	if new.user_id is null then
		select g.id into guest from public.guest_orders g where g.order_id = new.order_id;
		if not found then
			raise exception 'a ticket needs an owner: a person or a guest order' using errcode = '23514';
		end if;
	end if;
	insert into private.ticket_state (ticket_id, state, cause, entry_seq, updated_at)
	values (new.id, move.to_state, move.cause, case move.to_state when 'USED' then 1 else 0 end, private.now());
	insert into private.ticket_owner_log (ticket_id, epoch, owner_id, guest_order_id, cause, at)
	values (new.id, 0, new.user_id, guest, 'ISSUE', private.now());
	if move.to_state = 'USED' then
		insert into public.ticket_scans (ticket_id, scanned_by, scan_location, result, entry_seq, created_at)
		values (new.id, new.scanned_by, new.scan_location, 'ACCEPTED', 1, coalesce(new.scanned_at, private.now()));
	end if;
	return null;
end $$;
create trigger ticket_born after insert on public.tickets for each row execute function private.ticket_born();

-- A tool wrote another owner: one more step in the log, and the old codes die.
create function private.ticket_reowned(ticket uuid, owner uuid, order_id uuid, epoch integer) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
	guest uuid;
begin
	if owner is null then
		select g.id into guest from public.guest_orders g where g.order_id = order_id;
		if not found then
			raise exception 'a ticket needs an owner: a person or a guest order' using errcode = '23514';
		end if;
	end if;
	insert into private.ticket_owner_log (ticket_id, epoch, owner_id, guest_order_id, cause, at)
	values (ticket, epoch + 1, owner, guest, 'ADMIN', private.now());
	update private.ticket_state s set epoch = s.epoch + 1, updated_at = private.now() where s.ticket_id = ticket;
	update public.tickets t set qr_code = replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
	 where t.id = ticket;
	perform private.transfers_settle(ticket, false);
end $$;

create function private.ticket_written() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	now_state private.ticket_state;
	move private.word_moves;
	head private.ticket_owner_log;
begin
	select * into now_state from private.ticket_state s where s.ticket_id = new.id for no key update;
	if new.status <> private.word('ticket', now_state.state, now_state.cause) then
		move := private.word_move('ticket', now_state.state, new.status);
		update private.ticket_state s set state = move.to_state, cause = move.cause, updated_at = private.now(),
			entry_seq = s.entry_seq + case move.to_state when 'USED' then 1 else 0 end
		 where s.ticket_id = new.id;
		if move.to_state in ('USED', 'VALID_OUT') then
			insert into public.ticket_scans (ticket_id, scanned_by, scan_location, direction, result, reason, entry_seq, created_at)
			values (new.id, new.scanned_by, new.scan_location, case move.to_state when 'USED' then 'IN' else 'OUT' end, 'ACCEPTED',
				case move.to_state when 'USED' then null else 'undone by a tool' end,
				now_state.entry_seq + case move.to_state when 'USED' then 1 else 0 end, private.now());
		end if;
		if move.to_state <> 'VALID' then
			perform private.transfers_settle(new.id, move.to_state = 'USED');
		end if;
	end if;
	select * into strict head from private.ticket_owner_log l where l.ticket_id = new.id and l.epoch = now_state.epoch;
	if new.user_id is distinct from head.owner_id then
		perform private.ticket_reowned(new.id, new.user_id, new.order_id, now_state.epoch);
	end if;
	return null;
end $$;
create trigger ticket_written after update of status, user_id on public.tickets for each row
	when (left(coalesce(nullif(current_setting('role', true), 'none'), session_user::text), 3) <> 'fn_')
	execute function private.ticket_written();

-- An accepted scan without the ticket being USED would be an entry that nobody made.
create function private.scan_written() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	if not exists (select from private.ticket_state s where s.ticket_id = new.ticket_id and s.entry_seq = new.entry_seq
		and s.state = case new.direction when 'IN' then 'USED' else 'VALID_OUT' end) then
		raise exception 'a scan is not accepted by writing its row: write the status of the ticket' using errcode = '23514';
	end if;
	return null;
end $$;
create trigger scan_written after insert on public.ticket_scans for each row
	when (new.result = 'ACCEPTED' and left(coalesce(nullif(current_setting('role', true), 'none'), session_user::text), 3) <> 'fn_')
	execute function private.scan_written();

-- ---- transfers

create function private.transfer_born() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	move private.word_moves;
	held private.ticket_state;
begin
	if exists (select from private.transfer_state x where x.transfer_id = new.id) then
		return null; -- a transition made both rows
	end if;
	move := private.word_move('transfer', '', new.status);
	select * into held from private.ticket_state s where s.ticket_id = new.ticket_id for no key update;
	if move.to_state in ('PENDING', 'COMPLETED') and (held.state <> 'VALID'
		or not exists (select from public.tickets t where t.id = new.ticket_id and t.user_id = new.sender_id)) then
		raise exception 'only the owner of a valid ticket can transfer it' using errcode = '23514';
	end if;
	insert into private.transfer_state (transfer_id, ticket_id, from_epoch, state, ended_at)
	values (new.id, new.ticket_id, held.epoch, case move.to_state when 'COMPLETED' then 'PENDING' else move.to_state end,
		case when move.to_state in ('DECLINED', 'CANCELLED') then private.now() end);
	if move.to_state = 'COMPLETED' then
		if exists (select from public.ticket_transfers x where x.ticket_id = new.ticket_id and x.status = 'PENDING') then
			raise exception 'the ticket is on offer to somebody else' using errcode = '23514';
		end if;
		perform private.transfer_claim_by_word(new.id, new.recipient_id);
	end if;
	return null;
end $$;

create function private.transfer_claim_by_word(transfer uuid, recipient uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if recipient is null or not private.transfer_claim(transfer, recipient) then
		raise exception 'this transfer cannot be completed: it has no recipient, is over, or the ticket moved'
			using errcode = '23514';
	end if;
end $$;

create function private.transfer_written() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	held private.transfer_state;
	move private.word_moves;
begin
	select * into held from private.transfer_state x where x.transfer_id = new.id;
	if new.status = private.word('transfer', held.state, case when held.used then 'USED' end) then
		return null;
	end if;
	move := private.word_move('transfer', held.state, new.status);
	if move.cause = 'USED' then
		if not exists (select from private.ticket_state s where s.ticket_id = new.ticket_id and s.entry_seq > 0) then
			raise exception 'a transfer is USED when its ticket was' using errcode = '23514';
		end if;
		update private.transfer_state x set used = true where x.transfer_id = new.id;
	elsif move.to_state = 'COMPLETED' then
		perform private.transfer_claim_by_word(new.id, new.recipient_id);
	else
		perform private.transfer_end(new.id, move.to_state);
	end if;
	return null;
end $$;

create trigger transfer_born after insert on public.ticket_transfers for each row
	when (left(coalesce(nullif(current_setting('role', true), 'none'), session_user::text), 3) <> 'fn_')
	execute function private.transfer_born();
create trigger transfer_written after update of status on public.ticket_transfers for each row
	when (left(coalesce(nullif(current_setting('role', true), 'none'), session_user::text), 3) <> 'fn_')
	execute function private.transfer_written();

-- ---- orders

create function private.order_born() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	move private.word_moves := private.word_move('order', '', new.status);
begin
	insert into private.order_state (order_id, state, updated_at) values (new.id, move.to_state, private.now());
	return null;
end $$;
create trigger order_born after insert on public.orders for each row execute function private.order_born();

create function private.order_written() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	held private.order_state;
	move private.word_moves;
begin
	select * into held from private.order_state s where s.order_id = new.id for no key update;
	if new.status <> private.word('order', held.state, null) then
		move := private.word_move('order', held.state, new.status);
		update private.order_state s set state = move.to_state, updated_at = private.now() where s.order_id = new.id;
	end if;
	return null;
end $$;
create trigger order_written after update of status on public.orders for each row
	when (left(coalesce(nullif(current_setting('role', true), 'none'), session_user::text), 3) <> 'fn_')
	execute function private.order_written();
