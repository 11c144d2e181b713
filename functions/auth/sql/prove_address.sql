-- The proof: somebody followed the link that went to this address. Nothing when the person has
-- another address by now.
UPDATE private.people SET email_verified_at = coalesce(email_verified_at, private.now())
 WHERE user_id = $1 AND email = $2
