-- What claim-pending-transfer may do. The calls bring the writes that they make.
SELECT private.allow('fn_claim_pending_transfer', 'public.ticket_transfers', 'select');
SELECT private.allow('fn_claim_pending_transfer', 'private.transfer_state', 'select');
SELECT private.allow('fn_claim_pending_transfer', 'private.ticket_state', 'select (ticket_id, state, epoch)');
SELECT private.allow('fn_claim_pending_transfer', 'public.tickets', 'select (id, user_id, event_id)');
SELECT private.allow('fn_claim_pending_transfer', 'public.events', 'select (id, title)');
SELECT private.allow('fn_claim_pending_transfer', 'private.people', 'select (user_id, name, email, phone, email_verified_at, phone_verified_at)');
SELECT private.allow('fn_claim_pending_transfer', 'public.notifications', 'insert (user_id, type, title, message, priority, action_url, action_text, metadata)');
SELECT private.allow_call('fn_claim_pending_transfer', 'transfer_claim');
SELECT private.allow_call('fn_claim_pending_transfer', 'job_add');
