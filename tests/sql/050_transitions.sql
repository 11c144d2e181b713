-- The transitions by example, run with the rights of a function's role that asked for these calls and
-- nothing else, so that private.call_rights is shown to be enough.
\ir include/world.sql
\set invariants `cat "$TESTS_SQL/invariants.sql"`
create temporary view broken as :invariants
select no_plan();

create role fn_probe login;
grant usage on schema tap to fn_probe;
set local role temba_owner;
\o /dev/null
select private.allow_base('fn_probe');
select private.allow_call('fn_probe', c) from unnest(array['transfer_complete', 'transfer_offer', 'transfer_claim', 'transfer_end', 'ticket_scan', 'job_add', 'rate_count']) c;
\o
reset role;

-- What a call as fn_probe returns, or the constraint (else the SQLSTATE) that stopped it.
create function pg_temp.run(query text) returns text language plpgsql as $$
declare
	answer text;
	name text;
begin
	begin
		set local role fn_probe;
		execute query into answer;
	exception when others then
		get stacked diagnostics name = constraint_name;
		answer := coalesce(nullif(name, ''), sqlstate || ' ' || sqlerrm);
	end;
	reset role;
	return answer;
end $$;
create function pg_temp.epoch(ticket uuid) returns integer language sql as $$ select s.epoch from private.ticket_state s where s.ticket_id = ticket $$;
create function pg_temp.complete(number integer, sender text, epoch integer, receiver text) returns text language sql as $$
	select pg_temp.run(format('select private.transfer_complete(%L, %L, %s, %L, %L, null, %L, %L)', pg_temp.ticket(number), pg_temp.id(sender), epoch,
		pg_temp.id(receiver), receiver || '@example.org', 'N', 'M')) $$;
create function pg_temp.offer(number integer, sender text, epoch integer, email text, lifetime text default '7 days') returns text language sql as $$
	select pg_temp.run(format('select private.transfer_offer(%L, %L, %s, %L, null, null, null, %L)', pg_temp.ticket(number), pg_temp.id(sender), epoch, email, lifetime)) $$;
create function pg_temp.scan(number integer, refusal text default null) returns text language sql as $$
	select pg_temp.run(format('select x::text from private.ticket_scan(%L, %L, %L, %L) x', pg_temp.ticket(number), pg_temp.id('staff'), 'Porte 1', refusal)) $$;
create function pg_temp.words(number integer) returns text language sql as $$
	select string_agg(x.status, ' ' order by x.created_at, x.status) from public.ticket_transfers x where x.ticket_id = pg_temp.ticket(number) $$;

-- ---- complete
create temporary table codes as select id, qr_code from public.tickets;
select matches(pg_temp.complete(1, 'awa', 0, 'issa'), '^[0-9a-f-]{36}$', 'a ticket is given to a registered person');
select results_eq($$select t.user_id, t.status, s.epoch, s.state, t.transfer_id is not null from public.tickets t join private.ticket_state s on s.ticket_id = t.id where t.id = pg_temp.ticket(1)$$,
	$$values (pg_temp.id('issa'), 'VALID', 1, 'VALID', true)$$, 'owner and epoch moved');
select results_eq($$select owner_id, cause, transfer_id is not null from private.ticket_owner_log where ticket_id = pg_temp.ticket(1) and epoch = 1$$,
	$$values (pg_temp.id('issa'), 'TRANSFER', true)$$, 'the log has the step');
select results_eq($$select x.status, x.sender_id, x.recipient_id, x.recipient_email, x.message, x.completed_at is not null, x.expires_at is null, s.from_epoch, s.state
	from public.ticket_transfers x join private.transfer_state s on s.transfer_id = x.id where x.ticket_id = pg_temp.ticket(1)$$,
	$$values ('COMPLETED', pg_temp.id('awa'), pg_temp.id('issa'), 'issa@example.org', 'M', true, true, 0, 'COMPLETED')$$, 'and the transfer its row');
select is((select count(*) from codes c join public.tickets t using (id) where t.qr_code = c.qr_code and t.id = pg_temp.ticket(1)), 0::bigint, 'the old code is dead');
select is(pg_temp.complete(1, 'awa', 0, 'stranger'), null, 'a second one from the old owner does nothing');
select is(pg_temp.complete(1, 'awa', 1, 'stranger'), null, 'nor with the new epoch');
select is(pg_temp.complete(1, 'issa', 0, 'stranger'), null, 'the new owner with the old epoch does nothing');
select matches(pg_temp.complete(1, 'issa', 1, 'awa'), '^[0-9a-f-]{36}$', 'the new owner passes it on');
select is(pg_temp.epoch(pg_temp.ticket(1)), 2, 'the epoch counts the moves');
select is(pg_temp.complete(1, 'awa', 2, 'awa'), 'ticket_transfers_not_to_self', 'not to oneself');
select is(pg_temp.complete(12, 'awa', 0, 'issa'), null, 'a USED ticket does not move');
select is(pg_temp.complete(13, 'awa', 0, 'issa'), null, 'nor a REFUNDED one');
select is(pg_temp.complete(2, 'awa', 0, 'issa'), 'ticket_transfers_one_pending', 'one on offer is refused by the name of the constraint');
select is(pg_temp.epoch(pg_temp.ticket(2)), 0, 'and stays where it was');
select is_empty('select * from broken', 'consistent');

-- ---- offer and claim
select matches(pg_temp.offer(3, 'awa', 0, 'new@example.org'), '^[0-9a-f-]{36}$', 'a ticket is offered to an address');
select is(pg_temp.offer(3, 'awa', 0, 'other@example.org'), 'ticket_transfers_one_pending', 'once');
select is(pg_temp.offer(4, 'awa', 1, 'new@example.org'), null, 'not with another epoch');
select is(pg_temp.offer(4, 'issa', 0, 'new@example.org'), null, 'not by somebody else');
select is(pg_temp.offer(12, 'awa', 0, 'new@example.org'), null, 'not a USED one');
select results_eq($$select t.user_id, s.epoch, x.status, x.recipient_id, x.expires_at = private.event_start(t.event_id, t.event_date_id)
	from public.tickets t join private.ticket_state s on s.ticket_id = t.id join public.ticket_transfers x on x.ticket_id = t.id where t.id = pg_temp.ticket(3)$$,
	$$values (pg_temp.id('awa'), 0, 'PENDING', null::uuid, true)$$, 'the sender stays owner; the offer ends when the event begins, if that is earlier');
select matches(pg_temp.offer(6, 'awa', 0, 'new@example.org'), '^[0-9a-f-]{36}$', 'a ticket of an event weeks ahead');
select is((select x.expires_at from public.ticket_transfers x where x.ticket_id = pg_temp.ticket(6)), private.now() + interval '7 days', 'ends after its lifetime');
create temporary table offers as select x.ticket_id, x.id from public.ticket_transfers x where x.status = 'PENDING';
grant select on offers to fn_probe;
create function pg_temp.claim(number integer, person text) returns text language sql as $$
	select pg_temp.run(format('select private.transfer_claim(%L, %L)', (select o.id from offers o where o.ticket_id = pg_temp.ticket(number)), pg_temp.id(person))) $$;
select is(pg_temp.claim(3, 'issa'), 'true', 'the addressee takes it');
select results_eq($$select t.user_id, s.epoch, x.status, x.recipient_id, x.completed_at is not null, xs.state, l.owner_id, t.transfer_id = x.id
	from public.tickets t join private.ticket_state s on s.ticket_id = t.id join public.ticket_transfers x on x.ticket_id = t.id
	join private.transfer_state xs on xs.transfer_id = x.id join private.ticket_owner_log l on l.ticket_id = t.id and l.epoch = s.epoch where t.id = pg_temp.ticket(3)$$,
	$$values (pg_temp.id('issa'), 1, 'COMPLETED', pg_temp.id('issa'), true, 'COMPLETED', pg_temp.id('issa'), true)$$, 'and everything moved with it');
select is((select count(*) from codes c join public.tickets t using (id) where t.qr_code = c.qr_code and t.id = pg_temp.ticket(3)), 0::bigint, 'the old code is dead');
select is(pg_temp.claim(3, 'issa'), 'false', 'a second claim does nothing');
select is(pg_temp.claim(3, 'stranger'), 'false', 'nor one by another');
select is(pg_temp.run(format('select private.transfer_claim(%L, %L)', pg_temp.id('awa'), pg_temp.id('issa'))), 'false', 'an unknown transfer');
select is(pg_temp.claim(2, 'awa'), 'ticket_transfers_not_to_self', 'the sender cannot take the own offer');
select is_empty('select * from broken', 'consistent');

-- ---- end
create function pg_temp.finish(number integer, state text) returns text language sql as $$
	select pg_temp.run(format('select private.transfer_end(%L, %L)', (select o.id from offers o where o.ticket_id = pg_temp.ticket(number)), state)) $$;
select is(pg_temp.finish(6, 'EXPIRED'), 'false', 'an offer does not expire before its time');
select is(pg_temp.finish(6, 'DECLINED'), 'true', 'the addressee declines');
select is(pg_temp.finish(6, 'CANCELLED'), 'false', 'then there is nothing to cancel');
select is(pg_temp.claim(6, 'issa'), 'false', 'nor to claim');
select is(pg_temp.words(6), 'REJECTED', 'clients read REJECTED');
select is(pg_temp.finish(2, 'CANCELLED'), 'true', 'the sender cancels');
select is(pg_temp.words(2), 'CANCELLED', 'clients read CANCELLED');
select is(pg_temp.finish(3, 'CANCELLED'), 'false', 'what was claimed is not cancelled');
select is(pg_temp.finish(3, 'COMPLETED'), '22023 an offer does not end as COMPLETED', 'an end is an end');
select matches(pg_temp.offer(2, 'awa', 0, 'again@example.org', '1 hour'), '^[0-9a-f-]{36}$', 'after that the ticket can be offered again');
delete from offers;
insert into offers select x.ticket_id, x.id from public.ticket_transfers x where x.status = 'PENDING';
select set_config('temba.clock_offset', '3601', true) \g /dev/null
select is(pg_temp.claim(2, 'issa'), 'false', 'an offer whose time is over cannot be claimed');
select is(pg_temp.finish(2, 'EXPIRED'), 'true', 'and expires');
select is((select s.state from private.transfer_state s join offers o on o.id = s.transfer_id), 'EXPIRED', 'as what it is');
select set_config('temba.clock_offset', '', true) \g /dev/null
select is_empty('select * from broken', 'consistent');

-- ---- the door
select is(pg_temp.scan(4), '(t,f,)', 'the first scan is accepted');
select is(pg_temp.scan(4), '(f,f,used)', 'the second is not');
select results_eq($$select t.status, t.scanned_by, t.scan_location, t.scanned_at is not null, s.state, s.entry_seq from public.tickets t join private.ticket_state s on s.ticket_id = t.id where t.id = pg_temp.ticket(4)$$,
	$$values ('USED', pg_temp.id('staff'), 'Porte 1', true, 'USED', 1)$$, 'the ticket is USED');
select results_eq($$select result, reason, entry_seq from public.ticket_scans where ticket_id = pg_temp.ticket(4) order by result$$,
	$$values ('ACCEPTED', null, 1), ('REFUSED', 'used', null)$$, 'both are written down');
select is(pg_temp.scan(1), '(t,t,)', 'a ticket that changed hands says so');
select is(pg_temp.words(1), 'USED USED', 'its transfers become USED');
select is(pg_temp.scan(13), '(f,f,void)', 'a REFUNDED ticket is refused');
select is(pg_temp.scan(7, 'wrong_event'), '(f,f,wrong_event)', 'a refusal of the caller''s');
select results_eq($$select t.status, c.result, c.reason from public.tickets t join public.ticket_scans c on c.ticket_id = t.id where t.id = pg_temp.ticket(7)$$,
	$$values ('VALID', 'REFUSED', 'wrong_event')$$, 'is written down and changes nothing');
select is(pg_temp.scan(999), '(f,f,unknown)', 'an unknown ticket');
select is(pg_temp.scan(999, 'wrong_event'), '(f,f,unknown)', 'stays unknown');
select matches(pg_temp.offer(8, 'awa', 0, 'new@example.org'), '^[0-9a-f-]{36}$', 'a ticket on offer');
select is(pg_temp.scan(8), '(t,f,)', 'lets its owner in');
select is(pg_temp.words(8), 'CANCELLED', 'which cancels the offer');
select is(pg_temp.complete(8, 'awa', 0, 'issa'), null, 'and after that it moves no more');
select is_empty('select * from broken', 'consistent');

-- a ticket that came back from the door
update public.tickets set status = 'VALID' where id = pg_temp.ticket(4);
select is((select s.state from private.ticket_state s where s.ticket_id = pg_temp.ticket(4)), 'VALID_OUT', 'a supervisor lets somebody out');
select is(pg_temp.complete(4, 'awa', 0, 'issa'), null, 'who cannot give the ticket away');
select is(pg_temp.scan(4), '(t,f,)', 'but can come in again');
select is((select s.entry_seq from private.ticket_state s where s.ticket_id = pg_temp.ticket(4)), 2, 'as the second entry');
select is_empty('select * from broken', 'consistent');

-- the rights of the calls are needed and suffice: nothing else works
select is(pg_temp.run('select count(*) from private.people'), '42501 permission denied for table people', 'the role reads nothing that the calls do not');
select is(pg_temp.run('delete from public.tickets'), '42501 permission denied for table tickets', 'and deletes nothing');
select is(pg_temp.run($$update public.tickets set order_id = order_id$$), '42501 permission denied for table tickets', 'and no other column');

select * from finish();
rollback;
