-- The link that came back. Columns: id, person, address it was sent to, is it spent or too old.
SELECT t.id, t.user_id, t.relates_to, t.used_at IS NOT NULL OR t.expires_at <= private.now()
  FROM auth.one_time_tokens t
 WHERE t.token_hash = $1 AND t.kind = 'confirmation'
   FOR UPDATE
