-- The work is done. No row: the lease was lost meanwhile.
UPDATE private.jobs
   SET state = 'DONE', lease_until = NULL, leased_by = NULL, last_error = NULL, finished_at = private.now()
 WHERE id = $1 AND state = 'RUNNING' AND leased_by = $2 AND attempts = $3
