-- The newest payment of an order; columns as in by_payment.sql. Whoever has the id of a guest's order
-- may know.
SELECT p.id, p.status, s.state,
       EXISTS (SELECT FROM public.tickets t WHERE t.order_id = p.order_id),
       p.user_id IS NULL OR p.user_id = $2::uuid
  FROM public.payments p
  LEFT JOIN private.order_state s ON s.order_id = p.order_id
 WHERE p.order_id = $1
 ORDER BY p.created_at DESC, p.id
 LIMIT 1
