-- A payment, and whether every ticket of its order is there.
select s.state, s.outcome, s.order_id is not null as has_order,
       coalesce(s.outcome = 'completed', false) and not exists (
	select from private.order_lines l
	 where l.order_id = s.order_id and l.kind = 'TICKETS'
	   and l.quantity > (select count(*) from public.tickets t where t.order_id = l.order_id and t.ticket_type_id = l.ticket_type_id)) as complete
  from private.payment_state s
 where s.payment_id = $1::uuid
