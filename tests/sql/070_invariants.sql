-- Every invariant query finds a fault that is planted behind the back of triggers and constraints.
\ir include/world.sql
\set invariants `cat "$TESTS_SQL/invariants.sql"`
create temporary view found as :invariants
select no_plan();

select is_empty('select * from found', 'the world is consistent to begin with');

-- `fault` is done with triggers and foreign keys off, looked at, and undone.
create function pg_temp.finds(invariant text, fault text, what text) returns text language plpgsql as $$
declare
	answer text[];
begin
	begin
		set local session_replication_role = replica;
		execute fault;
		answer := array(select distinct f.invariant from found f);
		raise exception using errcode = 'UNDOO';
	exception when sqlstate 'UNDOO' then
		null;
	end;
	return ok(finds.invariant = any (answer), format('%s: %s (found %s)', invariant, what, answer));
end $$;

select pg_temp.finds('V08', $$update public.tickets set user_id = pg_temp.id('issa') where id = pg_temp.ticket(1)$$, 'another owner than the log says');
select pg_temp.finds('V08', $$update public.tickets set user_id = null where id = pg_temp.ticket(1)$$, 'no owner');
select pg_temp.finds('V08', $$update private.ticket_state set epoch = 1 where ticket_id = pg_temp.ticket(1)$$, 'an epoch without a step');
select pg_temp.finds('V08', $$delete from private.ticket_state where ticket_id = pg_temp.ticket(1)$$, 'a ticket without state');
select pg_temp.finds('V08', $$delete from private.ticket_owner_log where ticket_id = pg_temp.ticket(1)$$, 'a ticket without log');
select pg_temp.finds('V08', $$insert into private.ticket_owner_log (ticket_id, epoch, owner_id, cause)
	values (pg_temp.ticket(1), 2, pg_temp.id('awa'), 'ADMIN'); update private.ticket_state set epoch = 2 where ticket_id = pg_temp.ticket(1)$$, 'a gap in the log');
select pg_temp.finds('V08', $$delete from public.guest_orders where id = pg_temp.id('guest order')$$, 'a guest ticket without its guest');

select pg_temp.finds('V09', $$drop index public.ticket_transfers_one_pending; insert into public.ticket_transfers (ticket_id, sender_id, recipient_email)
	values (pg_temp.ticket(2), pg_temp.id('awa'), 'x@example.org')$$, 'two offers of one ticket');
select pg_temp.finds('V09', $$update private.ticket_state set state = 'BLOCKED' where ticket_id = pg_temp.ticket(2)$$, 'an offer of a ticket that is not valid');
select pg_temp.finds('V09', $$update public.ticket_transfers set sender_id = pg_temp.id('issa') where id = pg_temp.id('offer')$$, 'an offer by somebody else');
select pg_temp.finds('V09', $$update private.transfer_state set from_epoch = 7 where transfer_id = pg_temp.id('offer')$$, 'an offer of another epoch');

create temporary table done as
select private.transfer_complete(pg_temp.ticket(5), pg_temp.id('awa'), 0, pg_temp.id('issa'), null, null, null, null) as id;
select is_empty('select * from found', 'a transfer leaves the world consistent');
select pg_temp.finds('V10', $$delete from private.transfer_state where transfer_id = (select id from done)$$, 'a step without a transfer');
select pg_temp.finds('V10', $$update public.ticket_transfers set recipient_id = pg_temp.id('stranger') where id = (select id from done)$$, 'a step to somebody else than the transfer says');
select pg_temp.finds('V10', $$drop index private.transfer_state_one_completed; insert into private.transfer_state select pg_temp.id('offer'), ticket_id, from_epoch, state, used, ended_at
	from private.transfer_state where transfer_id = (select id from done) on conflict (transfer_id) do update set ticket_id = excluded.ticket_id, state = 'COMPLETED', from_epoch = 0, ended_at = private.now();
	update public.ticket_transfers set status = 'COMPLETED', recipient_id = pg_temp.id('issa') where id = pg_temp.id('offer')$$, 'a completed transfer without a step');

select pg_temp.finds('V11', $$update private.ticket_state set state = 'USED' where ticket_id = pg_temp.ticket(1)$$, 'USED without an entry');
select pg_temp.finds('V11', $$update private.ticket_state set state = 'VALID' where ticket_id = pg_temp.ticket(12)$$, 'an entry, but not USED');
select pg_temp.finds('V11', $$drop index public.ticket_scans_one_entry; insert into public.ticket_scans (ticket_id, result, entry_seq)
	values (pg_temp.ticket(12), 'ACCEPTED', 1)$$, 'one entry accepted twice');

select pg_temp.finds('WORD', $$update public.tickets set status = 'CANCELLED' where id = pg_temp.ticket(1)$$, 'a ticket');
select pg_temp.finds('WORD', $$update public.orders set status = 'EXPIRED' where id = '50000000-0000-4000-8000-000000000001'$$, 'an order');
select pg_temp.finds('WORD', $$delete from private.order_state where order_id = '50000000-0000-4000-8000-000000000001'$$, 'an order without state');
select pg_temp.finds('WORD', $$update public.ticket_transfers set status = 'REJECTED' where id = pg_temp.id('offer')$$, 'a transfer');
select pg_temp.finds('WORD', $$update public.ticket_transfers set status = 'USED' where id = (select id from done)$$, 'a transfer said to be USED');

-- refunds
select is((private.refund_request('50000000-0000-4000-8000-000000000001', array[pg_temp.ticket(1)], 'x', pg_temp.id('organizer'))).outcome, 'not_paid', 'orders of the seed have no payment that fulfilled them');
update private.payment_state set fulfilling = true where payment_id = pg_temp.id('awa payment');
create temporary table given as select (private.refund_request('50000000-0000-4000-8000-000000000001', array[pg_temp.ticket(1)], 'x', pg_temp.id('organizer'))).refund as id;
select is_empty($$select * from found where invariant = 'V12'$$, 'a refund leaves V12 in order');
select pg_temp.finds('V12', $$update private.refunds set amount_minor = 99999999 where id = (select id from given)$$, 'more back than was paid');
select pg_temp.finds('V12', $$update private.payment_refunds set refunded_minor = 0$$, 'a refund that is not counted');
select pg_temp.finds('V12', $$delete from private.payment_refunds$$, 'a refund without its count');
select pg_temp.finds('V12', $$update private.ticket_state set state = 'VALID', cause = null where ticket_id = pg_temp.ticket(1)$$, 'a refunded ticket that is valid');
select pg_temp.finds('V12', $$insert into private.refunds (id, payment_id, order_id, amount_minor, currency, charge_minor, charge_currency, cause, state)
	select gen_random_uuid(), payment_id, order_id, 1, currency, 1, charge_currency, cause, 'APPROVED' from private.refunds where id = (select id from given);
	insert into private.refund_items (refund_id, ticket_id, amount_minor, fee_minor) select r.id, pg_temp.ticket(1), 1, 0 from private.refunds r where r.amount_minor = 1$$, 'one ticket refunded twice');
select pg_temp.finds('V12', $$update private.order_state set state = 'REFUNDED' where order_id = '50000000-0000-4000-8000-000000000001'$$, 'a refunded order with tickets');
select pg_temp.finds('V12', $$update private.order_state set state = 'DISPUTED' where order_id = '50000000-0000-4000-8000-000000000001'$$, 'a disputed order without a dispute');
select pg_temp.finds('V12', $$insert into private.disputes (id, payment_id, order_id, charge_minor, charge_currency, state, provider_status)
	values ('dp_x', pg_temp.id('awa payment'), '50000000-0000-4000-8000-000000000001', 1, 'XOF', 'OPEN', 'needs_response')$$, 'a dispute that its order does not know of');

select is_empty($$select * from found where invariant <> 'V05' and invariant <> 'V14'$$, 'the faults were undone');
select pg_temp.finds('V01', $$alter table private.sales drop constraint sales_not_oversold; update private.sales set capacity = 1 where ticket_type_id = '30000000-0000-4000-8000-000000000001' and event_date_id is null$$, 'more sold than there is');
select pg_temp.finds('V02', $$update private.sales set sold = sold + 1 where ticket_type_id = '30000000-0000-4000-8000-000000000001' and event_date_id is null$$, 'a place sold to nobody');
select pg_temp.finds('V02', $$update private.sales set held = held + 1 where ticket_type_id = '30000000-0000-4000-8000-000000000001' and event_date_id is null$$, 'a place held for nobody');
select pg_temp.finds('V02', $$delete from private.sales where ticket_type_id = '30000000-0000-4000-8000-000000000001'$$, 'a type that nobody counts');
select pg_temp.finds('V06', $$update private.order_state set state = 'EXPIRED' where order_id = '50000000-0000-4000-8000-000000000001'; update public.orders set status = 'EXPIRED' where id = '50000000-0000-4000-8000-000000000001'$$, 'tickets of an order that expired');
select pg_temp.finds('WORD', $$update private.payment_state set state = 'FAILED' where payment_id = pg_temp.id('guest payment')$$, 'a payment whose word is not its state''s');

-- ---- money: an order that was bought, and each way in which it could be wrong
create temporary table bought as
select (private.checkout(jsonb_build_object('provider', 'pawapay', 'create_order', true, 'email', 'v@example.org', 'event_id', pg_temp.event(1),
	'quantities', '{"30000000-0000-4000-8000-000000000001": 2}'::jsonb))).*;
select is(private.payment_settle(b.payment_id, 'SUCCEEDED', b.amount_minor, b.currency, true), 'completed', 'bought') from bought b;
insert into private.pools (id, event_id, name, capacity) values (pg_temp.id('rule'), pg_temp.event(1), 'Salle', 100000);
insert into private.pool_types (pool_id, ticket_type_id) values (pg_temp.id('rule'), '30000000-0000-4000-8000-000000000001');
select is_empty('select * from found', 'a sale leaves the world consistent');
select pg_temp.finds('V01', $$alter table private.pools drop constraint pools_not_oversold; update private.pools set capacity = 0$$, 'a pool that is too small');
select pg_temp.finds('V03', $$update private.pools set sold = sold + 1$$, 'a pool that counts otherwise than its types');
select pg_temp.finds('V04', $$update public.orders set total_minor = total_minor + 1, total = total + 1, total_amount = total_amount + 1 where id = (select order_id from bought)$$, 'a total that its lines are not');
select pg_temp.finds('V05', $$update private.payment_state set fulfilling = false where order_id = (select order_id from bought)$$, 'tickets without a payment');
select pg_temp.finds('V05', $$update public.payments set amount_minor = 1, amount = 1 where id = (select payment_id from bought)$$, 'tickets for one franc');
select pg_temp.finds('V05', $$update private.payment_state set outcome = 'unfulfillable', fulfilling = false where order_id = (select order_id from bought)$$, 'money kept for nothing');
select pg_temp.finds('V05', $$update private.order_state set state = 'EXPIRED' where order_id = (select order_id from bought)$$, 'a paid order that expired');
select pg_temp.finds('V06', $$delete from public.tickets where order_id = (select order_id from bought) and ordinal = 1$$, 'a ticket too few');
select pg_temp.finds('V06', $$update private.order_lines set quantity = 1, base_minor = unit_minor where order_id = (select order_id from bought)$$, 'a ticket too many');
select pg_temp.finds('V07', $$update public.tickets set ordinal = 7 where order_id = (select order_id from bought) and ordinal = 1$$, 'a slot that the line does not have');
select pg_temp.finds('V07', $$alter table public.tickets drop constraint tickets_issued_once; update public.tickets set ordinal = 2 where order_id = (select order_id from bought)$$, 'two tickets in one slot');
select pg_temp.finds('V13', $$delete from private.ledger_entries where line = 1 and tx_id = (select max(id) from private.ledger_tx)$$, 'an entry alone');
select pg_temp.finds('V14', $$delete from private.ledger_entries where tx_id = (select id from private.ledger_tx where key = 'payment:' || (select payment_id from bought))$$, 'a payment that the ledger does not have');
select pg_temp.finds('V15', $$update private.ledger_entries set amount_minor = -amount_minor where account = 'ORGANIZER_PAYABLE'$$, 'an organizer who owes us');

select * from finish();
rollback;
