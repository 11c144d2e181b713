-- What decline-transfer may do. FOR UPDATE on the ticket's lock takes the right to update one column.
SELECT private.allow('fn_decline_transfer', 'private.ticket_state', 'select (ticket_id), update (updated_at)');
SELECT private.allow('fn_decline_transfer', 'public.ticket_transfers', 'select (id, ticket_id, sender_id, recipient_id, recipient_email, recipient_phone)');
SELECT private.allow('fn_decline_transfer', 'private.transfer_state', 'select (transfer_id, state)');
SELECT private.allow_call('fn_decline_transfer', 'transfer_end');
SELECT private.allow('fn_decline_transfer', 'private.people', 'select (user_id, email, phone, email_verified_at, phone_verified_at)');
