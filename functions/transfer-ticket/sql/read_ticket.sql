-- The caller's ticket; no row when it is not theirs or not there.
-- Columns: epoch, state, free, paid, over, begun, promised.
SELECT s.epoch,
       s.state,
       o.total_minor = 0 OR o.payment_method ILIKE '%FREE%',
       o.status = 'COMPLETED',
       e.status IN ('CANCELLED', 'COMPLETED')
           OR private.event_start(t.event_id, t.event_date_id) + make_interval(hours => $3::integer) <= private.now(),
       private.event_start(t.event_id, t.event_date_id) <= private.now(),
       EXISTS (SELECT FROM public.ticket_transfers x WHERE x.ticket_id = t.id AND x.status = 'PENDING')
  FROM private.ticket_state s
  JOIN public.tickets t ON t.id = s.ticket_id
  JOIN public.orders o ON o.id = t.order_id
  JOIN public.events e ON e.id = t.event_id
 WHERE s.ticket_id = $1 AND t.user_id = $2
