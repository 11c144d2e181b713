-- Columns: id, word, state of the order, whether it has tickets, whether this caller may know: the
-- buyer ($2), or for a guest's payment whoever names its order ($3) or its token ($4).
SELECT p.id, p.status, s.state,
       EXISTS (SELECT FROM public.tickets t WHERE t.order_id = p.order_id),
       CASE WHEN p.user_id IS NOT NULL THEN p.user_id = $2::uuid
            ELSE p.order_id = $3::uuid OR p.token = $4::text END
  FROM public.payments p
  LEFT JOIN private.order_state s ON s.order_id = p.order_id
 WHERE p.id = $1
