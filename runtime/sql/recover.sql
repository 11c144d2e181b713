-- Left behind by a runner that died, or claimed by one that never learned it (a connection lost
-- during COMMIT): back into the queue, or parked after the last try. What runner $1 has under way,
-- $3, is its own even when a heartbeat came late.
UPDATE private.jobs
   SET state = CASE WHEN attempts < least(max_attempts, $2::int) THEN 'READY' ELSE 'DEAD' END,
       finished_at = CASE WHEN attempts < least(max_attempts, $2::int) THEN NULL ELSE private.now() END,
       lease_until = NULL,
       leased_by = NULL,
       last_error = 'the runner died during the call'
 WHERE state = 'RUNNING'
   AND lease_until <= private.now()
   AND NOT (leased_by = $1 AND id = ANY (string_to_array($3, ',')::bigint[]))
RETURNING id, function, state
