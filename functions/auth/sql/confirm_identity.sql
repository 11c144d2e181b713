-- The identity of the proven address.
UPDATE auth.identities
   SET identity_data = identity_data || '{"email_verified": true}', last_sign_in_at = private.now(), updated_at = private.now()
 WHERE user_id = $1 AND provider = 'email' AND email = $2
