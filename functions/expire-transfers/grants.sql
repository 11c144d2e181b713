-- What the expiry of transfers may do: end offers, and tell their senders.
SELECT private.allow_call('fn_expire_transfers', 'transfer_end');
SELECT private.allow('fn_expire_transfers', 'public.ticket_transfers', 'select (id, ticket_id, sender_id, recipient_name, status, expires_at)');
SELECT private.allow('fn_expire_transfers', 'private.ticket_state', 'select (ticket_id), update (updated_at)'); -- for its lock
SELECT private.allow('fn_expire_transfers', 'public.tickets', 'select (id, event_id)');
SELECT private.allow('fn_expire_transfers', 'public.events', 'select (id, title)');
SELECT private.allow('fn_expire_transfers', 'public.notifications', 'insert');
