-- Back into the queue, to be tried again in $4 milliseconds.
UPDATE private.jobs
   SET state = 'READY', lease_until = NULL, leased_by = NULL, last_error = $5,
       run_at = private.now() + make_interval(secs => $4::bigint / 1000.0)
 WHERE id = $1 AND state = 'RUNNING' AND leased_by = $2 AND attempts = $3
