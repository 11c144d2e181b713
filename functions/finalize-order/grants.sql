-- What finalize-order may do: see whether an order has all its tickets, and complete it.
select private.allow_call('fn_finalize_order', 'payment_settle');
select private.allow('fn_finalize_order', 'private.payment_state', 'select (payment_id, order_id, state, outcome)');
select private.allow('fn_finalize_order', 'private.order_lines', 'select (order_id, kind, ticket_type_id, quantity)');
select private.allow('fn_finalize_order', 'public.tickets', 'select (id, order_id, ticket_type_id)');
