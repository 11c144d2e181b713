-- The job that has waited longest, of a function and lane that may start one more. It is ours, as
-- $1, until the lease of $2 seconds is over. Lanes hold no comma: rt_lane.h.
UPDATE private.jobs j
   SET state = 'RUNNING',
       attempts = j.attempts + 1,
       lease_until = private.now() + make_interval(secs => $2),
       leased_by = $1
 WHERE j.id = (
	SELECT r.id
	  FROM private.jobs r
	 WHERE r.state = 'READY'
	   AND r.run_at <= private.now()
	   AND r.function <> ALL (string_to_array($3, ','))
	   AND r.function || '/' || left(regexp_replace(coalesce(r.payload ->> 'kind', ''), '[^a-z0-9_-]', '', 'g'), 60)
	       <> ALL (string_to_array($3, ','))
	 ORDER BY r.run_at, r.id
	 LIMIT 1
	   FOR UPDATE SKIP LOCKED)
RETURNING j.id, j.function, j.payload, j.attempts, j.max_attempts,
	j.function || '/' || left(regexp_replace(coalesce(j.payload ->> 'kind', ''), '[^a-z0-9_-]', '', 'g'), 60)
