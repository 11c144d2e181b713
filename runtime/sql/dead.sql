-- Parked: it was tried often enough, or no repetition would help. An operator looks at it.
UPDATE private.jobs
   SET state = 'DEAD', lease_until = NULL, leased_by = NULL, last_error = $4, finished_at = private.now()
 WHERE id = $1 AND state = 'RUNNING' AND leased_by = $2 AND attempts = $3
