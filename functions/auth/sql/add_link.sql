-- A link that proves an address. Only a hash of its secret is kept; links sent before stay good.
INSERT INTO auth.one_time_tokens (id, user_id, kind, token_hash, relates_to, redirect_to, created_at, expires_at)
VALUES ($1, $2, 'confirmation', $3, $4, $5, private.now(), private.now() + make_interval(secs => $6))
