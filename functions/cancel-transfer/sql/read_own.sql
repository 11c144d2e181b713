-- The rich state of the caller's own transfer.
SELECT xs.state
  FROM public.ticket_transfers x
  JOIN private.transfer_state xs ON xs.transfer_id = x.id
 WHERE x.id = $1 AND x.sender_id = $2
