-- A worker plans what it needs once: by default each statement is planned five times anew before its plan
-- is kept, and a flash sale is over by then. All of these find rows by key; no value changes their plans.
alter function private.checkout(jsonb) set plan_cache_mode = 'force_generic_plan';
alter function private.payment_attach(uuid, text, text) set plan_cache_mode = 'force_generic_plan';
alter function private.payment_settle(uuid, text, bigint, text, boolean, text, text) set plan_cache_mode = 'force_generic_plan';

-- As before; the ledger is written before the tickets, with which the counter's row is locked.
create or replace function private.order_fulfil(order_id uuid, payment uuid) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	issued jsonb;
	made integer;
begin
	update private.payment_state s set fulfilling = true, outcome = 'completed', updated_at = private.now() where s.payment_id = payment and not s.fulfilling;
	update private.order_state s set state = 'COMPLETED', updated_at = private.now() where s.order_id = order_id and s.state <> 'COMPLETED';
	update public.orders o set status = private.word('order', 'COMPLETED', null), visible_in_history = true,
		payment_confirmed_at = coalesce(o.payment_confirmed_at, private.now()) where o.id = order_id and (o.status <> 'COMPLETED' or o.payment_confirmed_at is null);
	perform private.sale_booked(payment);
	select coalesce(jsonb_agg(jsonb_build_object('ticket_type_id', i.ticket_type_id, 'created', i.created)), '[]'), coalesce(sum(i.created), 0)
	  into issued, made from private.order_issue(order_id, payment) i;
	perform private.hold_end(order_id, 'CONVERTED');
	if made > 0 then
		perform private.order_confirmed(order_id);
	end if;
	return issued;
end $$;
