-- What was done long ago is forgotten, some at a time; what is DEAD stays until somebody looked.
DELETE FROM private.jobs
 WHERE id IN (
	SELECT id
	  FROM private.jobs
	 WHERE state = 'DONE' AND finished_at < private.now() - make_interval(days => $1::int)
	 ORDER BY finished_at
	 LIMIT 1000
	   FOR UPDATE SKIP LOCKED)
