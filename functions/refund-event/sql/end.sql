SELECT private.event_refund_end($1, $2::integer, $3)
