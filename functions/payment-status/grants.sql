-- What payment-status may read.
SELECT private.allow('fn_payment_status', 'public.payments', 'select (id, user_id, order_id, status, token, created_at)');
SELECT private.allow('fn_payment_status', 'private.order_state', 'select (order_id, state)');
SELECT private.allow('fn_payment_status', 'public.tickets', 'select (order_id)');
