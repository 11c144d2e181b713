-- Columns: id and time of this recovery; no row for whoever is no administrator.
SELECT b.recovery, to_char(b.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM private.recovery_begin($1, $2, $3) b
 WHERE b.recovery IS NOT NULL
