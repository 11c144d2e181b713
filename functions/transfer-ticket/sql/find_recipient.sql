-- Who has proven this address, or the caller when it is their own, proven or not.
-- Columns: user, is the caller. Proven addresses are unique, so the caller comes first and alone.
SELECT p.user_id, p.user_id = $1
  FROM private.people p
  JOIN auth.users u ON u.id = p.user_id
 WHERE ((p.email = $2 AND (p.email_verified_at IS NOT NULL OR p.user_id = $1))
        OR (p.phone = $3 AND (p.phone_verified_at IS NOT NULL OR p.user_id = $1)))
   AND u.deleted_at IS NULL
 ORDER BY p.user_id = $1 DESC
 LIMIT 1
