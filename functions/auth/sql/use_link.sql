-- A link is good once.
UPDATE auth.one_time_tokens SET used_at = private.now() WHERE id = $1
