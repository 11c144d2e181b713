-- Recurring work whose time has come becomes a job. next_run moves with the row locked, so of any
-- number of runners one does it; ticks that were missed are not made up for. One job per schedule:
-- while the last one is not over there is no new one. A next_run further away than a period was
-- written by a clock that has been set back.
WITH due AS (
	SELECT s.name, s.function, s.payload, s.period, s.next_run
	  FROM private.schedules s
	 WHERE s.enabled AND (s.next_run <= private.now() OR s.next_run > private.now() + s.period)
	   FOR UPDATE SKIP LOCKED),
moved AS (
	UPDATE private.schedules s
	   SET last_run = private.now(),
	       next_run = CASE WHEN due.next_run > private.now() THEN private.now()
			ELSE due.next_run + due.period
			* floor(extract(epoch FROM private.now() - due.next_run) / extract(epoch FROM due.period))::float8
			END + due.period
	  FROM due
	 WHERE s.name = due.name)
INSERT INTO private.jobs AS j (function, dedup, payload, run_at, created_at)
SELECT due.function, 'schedule:' || due.name, due.payload, private.now(), private.now()
  FROM due
ON CONFLICT (dedup) DO UPDATE
   SET state = 'READY', function = excluded.function, payload = excluded.payload, attempts = 0,
       run_at = excluded.run_at, created_at = excluded.created_at, finished_at = NULL
 WHERE j.state IN ('DONE', 'DEAD')
