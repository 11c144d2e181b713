-- The chain as it stands once the session is locked ($2: the reuse interval in seconds).
-- Columns: counter, current and previous hash, was it rotated within the interval.
SELECT r.counter,
       encode(r.current_hash, 'hex'),
       coalesce(encode(r.previous_hash, 'hex'), ''),
       coalesce(r.rotated_at > private.now() - make_interval(secs => $2), false)
  FROM auth.refresh_tokens r
 WHERE r.session_id = $1
