-- Who waits for a confirmation mail to this address.
SELECT u.id
  FROM auth.users u
  JOIN private.people p ON p.user_id = u.id
 WHERE u.email = $1 AND u.deleted_at IS NULL AND p.email_verified_at IS NULL AND p.status <> 'BANNED'
