-- What the auth API shows of the proof, and the sign-in that comes with it.
UPDATE auth.users
   SET email_confirmed_at = coalesce(email_confirmed_at, private.now()),
       raw_user_meta_data = raw_user_meta_data || '{"email_verified": true}',
       last_sign_in_at = private.now(), updated_at = private.now()
 WHERE id = $1 AND email = $2 AND deleted_at IS NULL
