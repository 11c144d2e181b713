-- Notes the sign-in, unless the password changed while it was being checked ($2: the hash that it
-- was checked against; $3: a hash of today's kind, or NULL). Columns: is the address confirmed.
UPDATE auth.users
   SET last_sign_in_at = private.now(), encrypted_password = coalesce($3, encrypted_password), updated_at = private.now()
 WHERE id = $1 AND encrypted_password = $2 AND deleted_at IS NULL
RETURNING email_confirmed_at IS NOT NULL
