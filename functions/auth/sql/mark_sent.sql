-- When the last confirmation mail was queued.
UPDATE auth.users SET confirmation_sent_at = private.now() WHERE id = $1
