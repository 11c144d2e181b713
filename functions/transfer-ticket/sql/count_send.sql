-- Adds one to the sender's counters of this minute and this day; true while neither is over its
-- limit ($2 a minute, $3 a day; 0 = no limit).
WITH counted AS (
	INSERT INTO private.rate_counters AS c (key, window_start, count)
	VALUES ('transfer:minute:' || $1::text, date_trunc('minute', private.now()), 1),
	       ('transfer:day:' || $1::text, date_trunc('day', private.now()), 1)
	ON CONFLICT (key, window_start) DO UPDATE SET count = c.count + 1
	RETURNING key, count
)
SELECT bool_and(limits.most = 0 OR counted.count <= limits.most)
  FROM counted
  JOIN (VALUES ('transfer:minute:', $2::bigint), ('transfer:day:', $3::bigint)) AS limits (prefix, most)
    ON starts_with(counted.key, limits.prefix)
