-- What sending notices may read: the link or the transfer that a notice is about, and the names and
-- proven addresses of the two people. It writes nothing but its count of messages to one number.
SELECT private.allow('fn_send_notice', 'auth.one_time_tokens', 'select (id, user_id, kind, relates_to, redirect_to, expires_at, used_at)');
SELECT private.allow('fn_send_notice', 'auth.users', 'select (id, raw_user_meta_data, deleted_at)');
SELECT private.allow('fn_send_notice', 'private.people', 'select (user_id, name, email, email_verified_at)');
SELECT private.allow('fn_send_notice', 'public.ticket_transfers',
	'select (id, ticket_id, sender_id, recipient_id, recipient_email, recipient_phone, message, status, expires_at)');
SELECT private.allow('fn_send_notice', 'public.tickets', 'select (id, event_id, event_date_id, ticket_type_id)');
SELECT private.allow('fn_send_notice', 'public.events', 'select (id, title, date, time, timezone)');
SELECT private.allow('fn_send_notice', 'public.event_dates', 'select (id, date, start_time)');
SELECT private.allow('fn_send_notice', 'public.ticket_types', 'select (id, name)');
SELECT private.allow_call('fn_send_notice', 'rate_count');
SELECT private.allow_call('fn_send_notice', 'order_notice_facts');
