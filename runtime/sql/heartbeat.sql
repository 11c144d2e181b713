-- The calls $3 of runner $1 go on: their leases begin anew.
UPDATE private.jobs
   SET lease_until = private.now() + make_interval(secs => $2)
 WHERE state = 'RUNNING' AND leased_by = $1 AND id = ANY (string_to_array($3, ',')::bigint[])
