-- The ticket by id or by its secret code, locked, with what the door has to know.
-- Columns: id, staff of its event, state, paid, cancelled, early, late, scanned_at, scan_location,
-- event, type, holder, date.
SELECT t.id,
       e.organizer_id = $3
           OR EXISTS (SELECT FROM public.event_staff f WHERE f.event_id = e.id AND f.user_id = $3)
           OR EXISTS (SELECT FROM private.people a WHERE a.user_id = $3 AND a.role = 'ADMIN' AND a.status = 'ACTIVE'),
       s.state,
       o.status = 'COMPLETED',
       e.status = 'CANCELLED',
       private.now() < private.event_start(t.event_id, t.event_date_id) - make_interval(hours => $4::integer),
       private.now() > private.event_start(t.event_id, t.event_date_id) + make_interval(hours => $5::integer),
       to_char(t.scanned_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       t.scan_location,
       e.title,
       y.name,
       -- subqueries, not joins: when the lock had to be waited for, the ticket is read anew and so are
       -- these, while what was joined to it stays that of the holder before
       coalesce((SELECT p.name FROM private.people p WHERE p.user_id = t.user_id),
                (SELECT g.name FROM public.guest_orders g WHERE g.order_id = t.order_id)),
       to_char(private.event_start(t.event_id, t.event_date_id) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  FROM public.tickets t
  JOIN private.ticket_state s ON s.ticket_id = t.id
  JOIN public.orders o ON o.id = t.order_id
  JOIN public.events e ON e.id = t.event_id
  JOIN public.ticket_types y ON y.id = t.ticket_type_id
 WHERE t.id = $1 OR t.qr_code = $2
   FOR UPDATE OF s, t
