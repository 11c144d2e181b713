-- Whose address this is. Columns: id, hash of the password.
SELECT u.id, u.encrypted_password
  FROM auth.users u
 WHERE u.email = $1 AND u.deleted_at IS NULL
