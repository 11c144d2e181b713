-- How many of the sender's transfers for this ticket's event wait for an answer.
SELECT count(*)
  FROM public.ticket_transfers x
  JOIN public.tickets t ON t.id = x.ticket_id
 WHERE x.sender_id = $2 AND x.status = 'PENDING'
   AND t.event_id = (SELECT event_id FROM public.tickets WHERE id = $1)
