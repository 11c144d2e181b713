-- A session and the chain of its refresh tokens, which begins with counter 0.
WITH opened AS (
	INSERT INTO auth.sessions (id, user_id, amr, user_agent, ip, created_at, updated_at)
	VALUES ($1, $2, $3::jsonb, $4, $5::inet, private.now(), private.now())
	RETURNING id
)
INSERT INTO auth.refresh_tokens (session_id, counter, current_hash, created_at)
SELECT id, 0, decode($6, 'hex'), private.now() FROM opened
