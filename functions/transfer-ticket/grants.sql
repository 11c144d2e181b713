-- What transfer-ticket may do. The calls bring the writes that they make.
SELECT private.allow('fn_transfer_ticket', 'private.ticket_state', 'select (ticket_id, state, epoch)');
SELECT private.allow('fn_transfer_ticket', 'public.tickets', 'select (id, user_id, order_id, event_id, event_date_id)');
SELECT private.allow('fn_transfer_ticket', 'public.orders', 'select (id, status, total_minor, payment_method)');
SELECT private.allow('fn_transfer_ticket', 'public.events', 'select (id, title, status)');
SELECT private.allow('fn_transfer_ticket', 'public.ticket_transfers', 'select');
SELECT private.allow('fn_transfer_ticket', 'private.transfer_state', 'select');
SELECT private.allow('fn_transfer_ticket', 'private.people', 'select (user_id, name, email, phone, status, email_verified_at, phone_verified_at)');
SELECT private.allow('fn_transfer_ticket', 'public.notifications', 'insert (user_id, type, title, message, priority, action_url, action_text, metadata)');
SELECT private.allow_call('fn_transfer_ticket', 'transfer_complete');
SELECT private.allow_call('fn_transfer_ticket', 'transfer_offer');
SELECT private.allow_call('fn_transfer_ticket', 'rate_count');
SELECT private.allow_call('fn_transfer_ticket', 'job_add');
