-- Columns: the last order, how many were looked at, refunded, cancelled; how many wait for others.
SELECT s.last, s.seen, s.refunded, s.cancelled, s.waiting
  FROM private.event_refund_step($1, $2, $3::integer) s
