-- Seconds until this address may get another mail ($2: the interval); 0 = now, and that is noted.
WITH last AS (
	SELECT max(c.window_start) AS at
	  FROM private.rate_counters c
	 WHERE c.key = $1::text AND c.window_start > private.now() - make_interval(secs => $2)
), noted AS (
	INSERT INTO private.rate_counters (key, window_start, count)
	SELECT $1::text, private.now(), 1 FROM last WHERE at IS NULL
	ON CONFLICT DO NOTHING
)
SELECT coalesce(ceil(extract(epoch FROM at + make_interval(secs => $2) - private.now())), 0)::integer FROM last
