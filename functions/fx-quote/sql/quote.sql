-- The moment goes to the microsecond: the same quote is found again by it.
SELECT q.usd_cents, q.fx_den, q.base, q.margin_bps,
       to_char(q.locked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), q.source, q.stale, q.rate_id
  FROM private.quote($1::bigint, $2::integer, $3::integer * interval '1 hour') q
