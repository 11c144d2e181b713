-- The caller's own transfer of this ticket to this address, while its result stands.
-- Columns: id, instant.
SELECT x.id, x.status <> 'PENDING'
  FROM public.ticket_transfers x
  JOIN private.transfer_state xs ON xs.transfer_id = x.id
  JOIN private.ticket_state s ON s.ticket_id = x.ticket_id
 WHERE x.ticket_id = $1 AND x.sender_id = $2
   AND (x.recipient_email = $3 OR x.recipient_phone = $4)
   AND (x.status = 'PENDING' OR (x.status IN ('COMPLETED', 'USED') AND s.epoch = xs.from_epoch + 1))
 ORDER BY x.created_at DESC
 LIMIT 1
