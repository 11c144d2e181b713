-- The ticket's lock is taken before its transfer is read, everywhere: one order, no deadlock
-- (docs/database.md, Locks).
SELECT s.ticket_id
  FROM private.ticket_state s
 WHERE s.ticket_id = (SELECT x.ticket_id FROM public.ticket_transfers x WHERE x.id = $1)
   FOR UPDATE OF s
