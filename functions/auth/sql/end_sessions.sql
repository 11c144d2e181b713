-- Ends sessions of a person with their refresh tokens. $3: local = this one, others = all but this
-- one, global = all.
DELETE FROM auth.sessions
 WHERE user_id = $1
   AND CASE $3::text WHEN 'local' THEN id = $2 WHEN 'others' THEN id <> $2 WHEN 'global' THEN true END
