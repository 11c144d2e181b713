-- The link of a confirmation mail while it is good for something. Columns: address, name, target of
-- the link, language.
SELECT t.relates_to, p.name, t.redirect_to, u.raw_user_meta_data ->> 'language'
  FROM auth.one_time_tokens t
  JOIN auth.users u ON u.id = t.user_id
  JOIN private.people p ON p.user_id = t.user_id
 WHERE t.id = $1
   AND t.kind = 'confirmation'
   AND t.used_at IS NULL
   AND t.expires_at > private.now()
   AND u.deleted_at IS NULL
