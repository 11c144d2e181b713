-- The identity that was signed in with.
UPDATE auth.identities SET last_sign_in_at = private.now(), updated_at = private.now()
 WHERE user_id = $1 AND provider = 'email'
