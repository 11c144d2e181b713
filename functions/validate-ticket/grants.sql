-- What validate-ticket may do. The call brings the writes that it makes.
SELECT private.allow('fn_validate_ticket', 'private.ticket_state', 'select (ticket_id, state)');
SELECT private.allow('fn_validate_ticket', 'public.tickets', 'select (id, user_id, order_id, event_id, event_date_id, ticket_type_id, qr_code, scanned_at, scan_location)');
SELECT private.allow('fn_validate_ticket', 'public.orders', 'select (id, status)');
SELECT private.allow('fn_validate_ticket', 'public.guest_orders', 'select (order_id, name)');
SELECT private.allow('fn_validate_ticket', 'public.events', 'select (id, title, status, organizer_id)');
SELECT private.allow('fn_validate_ticket', 'public.event_staff', 'select (event_id, user_id)');
SELECT private.allow('fn_validate_ticket', 'public.ticket_types', 'select (id, name)');
SELECT private.allow('fn_validate_ticket', 'private.people', 'select (user_id, name, role, status)');
SELECT private.allow_call('fn_validate_ticket', 'ticket_scan');
