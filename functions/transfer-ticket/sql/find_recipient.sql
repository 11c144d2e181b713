-- Who has proven this address; or the caller, when it is their own, proven or not.
-- Columns: user, is the caller. Proven addresses are unique, so the caller comes first and alone.
-- A deleted account has lost its addresses; a banned person receives nothing.
SELECT p.user_id, p.user_id = $1
  FROM private.people p
 WHERE ((p.email = $2 AND (p.email_verified_at IS NOT NULL OR p.user_id = $1))
        OR (p.phone = $3 AND (p.phone_verified_at IS NOT NULL OR p.user_id = $1)))
   AND p.status <> 'BANNED'
 ORDER BY p.user_id = $1 DESC
 LIMIT 1
