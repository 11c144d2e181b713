-- The ticket's lock (docs/database.md, Locks). A statement of its own: what stands beside a lock in the
-- same statement would be read as it was before the wait.
SELECT s.ticket_id FROM private.ticket_state s WHERE s.ticket_id = $1 FOR UPDATE
