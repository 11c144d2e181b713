-- A row when this person organizes events or runs the site.
SELECT 1
  FROM private.people p
 WHERE p.user_id = $1 AND p.role IN ('ORGANIZER', 'ADMIN') AND p.status = 'ACTIVE'
