-- The next token of a session: what was current becomes the previous one.
WITH refreshed AS (
	UPDATE auth.sessions SET refreshed_at = private.now(), updated_at = private.now() WHERE id = $1
)
UPDATE auth.refresh_tokens
   SET counter = $2, previous_hash = current_hash, current_hash = decode($3, 'hex'), rotated_at = private.now()
 WHERE session_id = $1
