-- The rich state of a transfer addressed to a proven address of the caller, or taken by them.
SELECT xs.state
  FROM public.ticket_transfers x
  JOIN private.transfer_state xs ON xs.transfer_id = x.id
  JOIN private.people me ON me.user_id = $2
 WHERE x.id = $1
   AND (x.recipient_id = me.user_id
        OR (x.recipient_email = me.email AND me.email_verified_at IS NOT NULL)
        OR (x.recipient_phone = me.phone AND me.phone_verified_at IS NOT NULL))
