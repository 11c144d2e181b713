-- The job that has waited longest, of a function and lane that may start one more. It is ours, as
-- $1, until the lease of $2 seconds is over. $3: functions and lanes that are full, by commas; lanes
-- hold none (rt_lane.h). Each lane is looked at once, at its oldest job: what waits in a full lane
-- costs nothing.
WITH RECURSIVE lanes AS (
	(SELECT r.lane FROM private.jobs r WHERE r.state = 'READY' ORDER BY r.lane LIMIT 1)
	UNION ALL
	SELECT (SELECT r.lane FROM private.jobs r WHERE r.state = 'READY' AND r.lane > l.lane ORDER BY r.lane LIMIT 1)
	  FROM lanes l
	 WHERE l.lane IS NOT NULL),
oldest AS (
	SELECT first.id
	  FROM lanes l
	 CROSS JOIN LATERAL (
		SELECT r.id, r.run_at
		  FROM private.jobs r
		 WHERE r.state = 'READY' AND r.lane = l.lane AND r.run_at <= private.now()
		 ORDER BY r.run_at, r.id
		 LIMIT 1
		   FOR UPDATE SKIP LOCKED) AS first
	 WHERE l.lane <> ALL (string_to_array($3, ','))
	   AND split_part(l.lane, '/', 1) <> ALL (string_to_array($3, ','))
	 ORDER BY first.run_at, first.id
	 LIMIT 1)
UPDATE private.jobs j
   SET state = 'RUNNING',
       attempts = j.attempts + 1,
       lease_until = private.now() + make_interval(secs => $2),
       leased_by = $1
  FROM oldest
 WHERE j.id = oldest.id
RETURNING j.id, j.function, j.payload, j.attempts, j.max_attempts, j.lane
