-- What tools write with the service key: words move the rich state, or are refused in words.
\ir include/world.sql
\set invariants `cat "$TESTS_SQL/invariants.sql"`
create temporary view broken as :invariants
select no_plan();

-- Runs as service_role; 'ok', or what was said.
create function pg_temp.write(statement text) returns text language plpgsql as $$
declare
	answer text := 'ok';
begin
	begin
		set local role service_role;
		execute statement;
	exception when others then
		answer := sqlerrm;
	end;
	reset role;
	return answer;
end $$;
create function pg_temp.set_ticket(number integer, word text) returns text language sql as $$
	select pg_temp.write(format('update public.tickets set status = %L where id = %L', word, pg_temp.ticket(number))) $$;
create function pg_temp.rich(number integer) returns text language sql as $$
	select concat_ws(' ', s.state, s.cause, s.epoch, s.entry_seq) from private.ticket_state s where s.ticket_id = pg_temp.ticket(number) $$;
create function pg_temp.new_ticket(n integer, word text, owner text) returns text language sql as $$
	select pg_temp.write(format($q$insert into public.tickets (id, order_id, event_id, user_id, ticket_type_id, status) values
		(%L, '50000000-0000-4000-8000-000000000001', %L, %L, '30000000-0000-4000-8000-000000000001', %L)$q$, pg_temp.ticket(n), pg_temp.event(1), pg_temp.id(owner), word)) $$;

-- ---- new tickets
select is(pg_temp.new_ticket(101, 'VALID', 'issa'), 'ok', 'a VALID ticket');
select is(pg_temp.rich(101), 'VALID 0 0', 'gets its state');
select results_eq($$select epoch, owner_id, cause from private.ticket_owner_log where ticket_id = pg_temp.ticket(101)$$, $$values (0, pg_temp.id('issa'), 'ISSUE')$$, 'and its log');
select is(pg_temp.new_ticket(102, 'USED', 'issa'), 'ok', 'a USED ticket');
select results_eq($$select result, entry_seq from public.ticket_scans where ticket_id = pg_temp.ticket(102)$$, $$values ('ACCEPTED', 1)$$, 'gets its scan');
select is(pg_temp.new_ticket(103, 'PENDING', 'issa'), 'ok', 'a PENDING ticket');
select is(pg_temp.rich(103), 'BLOCKED 0 0', 'is blocked');
select is(pg_temp.new_ticket(104, 'REFUNDED', 'issa'), 'ok', 'a REFUNDED ticket');
select is(pg_temp.rich(104), 'VOID REFUNDED 0 0', 'is void, and why');
select is(pg_temp.new_ticket(105, 'EXPIRED', 'issa'), 'a new ticket cannot be EXPIRED', 'expiry is computed, not written');
select is(pg_temp.new_ticket(106, 'TRANSFERRED', 'issa'), 'a new ticket cannot be TRANSFERRED', 'nor is TRANSFERRED');
select is(pg_temp.new_ticket(107, 'VALID', null), 'a ticket needs an owner: a person or a guest order', 'nobody''s ticket is refused');
select is((select l.guest_order_id from private.ticket_owner_log l where l.ticket_id = pg_temp.id('guest ticket')), pg_temp.id('guest order'), 'a guest''s ticket belongs to the guest order');
select is_empty('select * from broken', 'consistent');

-- ---- written words
select is(pg_temp.set_ticket(1, 'PENDING'), 'ok', 'VALID to PENDING');
select is(pg_temp.rich(1), 'BLOCKED 0 0', 'blocks');
select is(pg_temp.set_ticket(1, 'USED'), 'a ticket that is BLOCKED cannot become USED', 'a blocked ticket is not used');
select is(pg_temp.set_ticket(1, 'VALID'), 'ok', 'but freed');
select is(pg_temp.set_ticket(1, 'USED'), 'ok', 'and used');
select is(pg_temp.rich(1), 'USED 0 1', 'which is an entry');
select is(pg_temp.set_ticket(1, 'REFUNDED'), 'a ticket that is USED cannot become REFUNDED', 'a used ticket is never voided');
select is(pg_temp.set_ticket(1, 'VALID'), 'ok', 'a wrong scan is undone');
select is(pg_temp.rich(1), 'VALID_OUT 0 1', 'as somebody who went out');
select is(pg_temp.set_ticket(1, 'CANCELLED'), 'a ticket that is VALID_OUT cannot become CANCELLED', 'who is not cancelled either');
select is(pg_temp.set_ticket(2, 'CANCELLED'), 'ok', 'a ticket on offer is cancelled');
select is((select x.status from public.ticket_transfers x where x.id = pg_temp.id('offer')), 'CANCELLED', 'and so is the offer');
select is(pg_temp.set_ticket(2, 'VALID'), 'a ticket that is VOID cannot become VALID', 'void is final');
select is(pg_temp.set_ticket(3, 'EXPIRED'), 'a ticket that is VALID cannot become EXPIRED', 'expiry is computed, not written');
select is(pg_temp.set_ticket(3, 'VALID'), 'ok', 'the same word again is nothing');
select is(pg_temp.rich(3), 'VALID 0 0', 'and changes nothing');
select is_empty('select * from broken', 'consistent');

-- ---- another owner
create temporary table codes as select id, qr_code from public.tickets;
select is(pg_temp.write($$update public.tickets set user_id = '00000000-0000-4000-8000-000000000002' where id = '10000000-0000-4000-8000-000000000003'$$), 'ok', 'another owner');
select is(pg_temp.rich(3), 'VALID 1 0', 'is a step');
select results_eq($$select owner_id, cause from private.ticket_owner_log where ticket_id = pg_temp.ticket(3) and epoch = 1$$, $$values (pg_temp.id('issa'), 'ADMIN')$$, 'in the log');
select is((select count(*) from codes c join public.tickets t using (id) where t.id = pg_temp.ticket(3) and t.qr_code = c.qr_code), 0::bigint, 'and kills the code');
select is(pg_temp.write($$update public.tickets set user_id = null where id = '10000000-0000-4000-8000-000000000003'$$), 'a ticket needs an owner: a person or a guest order', 'no owner is refused');
select is_empty('select * from broken', 'consistent');

-- ---- transfers
select is(pg_temp.write($$insert into public.ticket_transfers (id, ticket_id, sender_id, recipient_email) values (pg_temp.ticket(201), pg_temp.ticket(4), pg_temp.id('awa'), 'x@example.org')$$), 'ok', 'an offer');
select results_eq($$select state, from_epoch from private.transfer_state where transfer_id = pg_temp.ticket(201)$$, $$values ('PENDING', 0)$$, 'gets its state');
select is(pg_temp.write($$insert into public.ticket_transfers (ticket_id, sender_id, recipient_email) values (pg_temp.ticket(5), pg_temp.id('issa'), 'x@example.org')$$),
	'only the owner of a valid ticket can transfer it', 'not by somebody else');
select is(pg_temp.write($$insert into public.ticket_transfers (ticket_id, sender_id, recipient_email) values (pg_temp.ticket(13), pg_temp.id('awa'), 'x@example.org')$$),
	'only the owner of a valid ticket can transfer it', 'not of a refunded ticket');
select is(pg_temp.write($$update public.ticket_transfers set status = 'COMPLETED', recipient_id = pg_temp.id('issa') where id = pg_temp.ticket(201)$$), 'ok', 'completed by its word');
select results_eq($$select t.user_id, s.epoch from public.tickets t join private.ticket_state s on s.ticket_id = t.id where t.id = pg_temp.ticket(4)$$, $$values (pg_temp.id('issa'), 1)$$, 'moves the ticket');
select is(pg_temp.write($$update public.ticket_transfers set status = 'PENDING' where id = pg_temp.ticket(201)$$), 'a transfer that is COMPLETED cannot become PENDING', 'completed is final');
select is(pg_temp.write($$update public.ticket_transfers set status = 'USED' where id = pg_temp.ticket(201)$$), 'a transfer is USED when its ticket was', 'USED when the ticket was');
select is(pg_temp.write($$insert into public.ticket_transfers (ticket_id, sender_id, recipient_id, status) values (pg_temp.ticket(5), pg_temp.id('awa'), pg_temp.id('issa'), 'COMPLETED')$$), 'ok', 'a completed one at once');
select results_eq($$select t.user_id, s.epoch from public.tickets t join private.ticket_state s on s.ticket_id = t.id where t.id = pg_temp.ticket(5)$$, $$values (pg_temp.id('issa'), 1)$$, 'moves the ticket');
select is(pg_temp.write($$update public.tickets set user_id = pg_temp.id('issa') where id = pg_temp.ticket(5)$$), 'ok', 'and the tool that also writes the owner');
select is(pg_temp.rich(5), 'VALID 1 0', 'makes no second step');
select is(pg_temp.write($$insert into public.ticket_transfers (id, ticket_id, sender_id, recipient_email) values (pg_temp.ticket(202), pg_temp.ticket(6), pg_temp.id('awa'), 'x@example.org')$$), 'ok', 'another offer');
select is(pg_temp.write($$update public.ticket_transfers set status = 'REJECTED' where id = pg_temp.ticket(202)$$), 'ok', 'is rejected');
select is((select state from private.transfer_state where transfer_id = pg_temp.ticket(202)), 'DECLINED', 'which is DECLINED');
select is(pg_temp.write($$update public.ticket_transfers set status = 'COMPLETED', recipient_id = pg_temp.id('issa') where id = pg_temp.ticket(202)$$), 'a transfer that is DECLINED cannot become COMPLETED', 'and over');
select is(pg_temp.write($$insert into public.ticket_transfers (ticket_id, sender_id, recipient_id, status) values (pg_temp.ticket(7), pg_temp.id('awa'), pg_temp.id('issa'), 'USED')$$), 'a new transfer cannot be USED', 'no transfer begins as USED');
select is(pg_temp.set_ticket(4, 'USED'), 'ok', 'the transferred ticket is used');
select is((select status from public.ticket_transfers where id = pg_temp.ticket(201)), 'USED', 'and its transfer with it');
select is(pg_temp.write($$insert into public.ticket_transfers (id, ticket_id, sender_id, recipient_email, expires_at) values (pg_temp.ticket(203), pg_temp.ticket(9), pg_temp.id('awa'), 'x@example.org', now() - interval '1 s')$$), 'ok', 'an old offer');
select is(pg_temp.write($$update public.ticket_transfers set status = 'COMPLETED', recipient_id = pg_temp.id('issa') where id = pg_temp.ticket(203)$$),
	'this transfer cannot be completed: it has no recipient, is over, or the ticket moved', 'is not completed any more');
select is_empty('select * from broken', 'consistent');

-- ---- scans and orders
select is(pg_temp.write($$insert into public.ticket_scans (ticket_id, result, entry_seq) values (pg_temp.ticket(9), 'ACCEPTED', 1)$$),
	'a scan is not accepted by writing its row: write the status of the ticket', 'an entry is not written by hand');
select is(pg_temp.write($$insert into public.ticket_scans (ticket_id, result, reason) values (pg_temp.ticket(9), 'REFUSED', 'torn')$$), 'ok', 'a refusal may be');
create function pg_temp.set_order(word text) returns text language sql as $$
	select pg_temp.write(format('update public.orders set status = %L where id = pg_temp.id(%L)', word, 'offer')) $$;
select is(pg_temp.write($$insert into public.orders (id, user_id, event_id, total, status, payment_method) values (pg_temp.id('offer'), pg_temp.id('awa'), pg_temp.event(1), 5000, 'AWAITING_PAYMENT', 'CARD')$$), 'ok', 'an order');
select is(pg_temp.set_order('EXPIRED'), 'ok', 'expires');
select is(pg_temp.set_order('AWAITING_PAYMENT'), 'an order that is EXPIRED cannot become AWAITING_PAYMENT', 'does not come back');
select is(pg_temp.set_order('COMPLETED'), 'ok', 'but is paid late');
select is(pg_temp.set_order('CANCELLED'), 'ok', 'and refunded');
select is((select state from private.order_state where order_id = pg_temp.id('offer')), 'REFUNDED', 'which is REFUNDED');
select is(pg_temp.set_order('COMPLETED'), 'an order that is REFUNDED cannot become COMPLETED', 'for good');
select is_empty('select * from broken', 'consistent');

-- every word leads to a state that reads as that word
select is_empty($$select * from private.word_moves m where m.word is distinct from private.word(m.entity, m.to_state, m.cause)$$, 'the table of words agrees with itself');
select is_empty($$select entity, from_state from private.word_moves where from_state <> '' and private.word(entity, from_state, 'CANCELLED') is null$$, 'and names states that exist');

select * from finish();
rollback;
