-- The session whose token is presented; whoever refreshes waits here for those who came first.
-- Columns: person, methods of its sign-in, has it run out.
SELECT s.user_id, s.amr, coalesce(s.not_after <= private.now(), false)
  FROM auth.sessions s
 WHERE s.id = $1
   FOR UPDATE
