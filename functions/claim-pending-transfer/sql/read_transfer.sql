-- Columns: status, taken by the caller, addressed to the caller, by a proven address, overdue,
-- still the sender's, state of the ticket.
SELECT x.status,
       x.recipient_id IS NOT DISTINCT FROM me.user_id,
       x.recipient_email = me.email OR x.recipient_phone = me.phone,
       (x.recipient_email = me.email AND me.email_verified_at IS NOT NULL)
           OR (x.recipient_phone = me.phone AND me.phone_verified_at IS NOT NULL),
       x.expires_at <= private.now(),
       t.user_id = x.sender_id AND s.epoch = xs.from_epoch,
       s.state
  FROM public.ticket_transfers x
  JOIN private.transfer_state xs ON xs.transfer_id = x.id
  JOIN public.tickets t ON t.id = x.ticket_id
  JOIN private.ticket_state s ON s.ticket_id = t.id
  JOIN private.people me ON me.user_id = $2
 WHERE x.id = $1
