-- What a person changes of themselves. Metadata merges at the top level and a null removes a member
-- ($2, NULL = as it is); a new password ($3) only while the one that it replaces ($4) still stands.
-- Columns: size of the metadata.
UPDATE auth.users u
   SET raw_user_meta_data = CASE WHEN $2::jsonb IS NULL THEN u.raw_user_meta_data ELSE (
		SELECT coalesce(jsonb_object_agg(m.key, m.value), '{}')
		  FROM jsonb_each(u.raw_user_meta_data || $2::jsonb) m
		 WHERE m.value <> 'null' OR NOT $2::jsonb ? m.key) END,
       encrypted_password = coalesce($3, u.encrypted_password),
       updated_at = private.now()
 WHERE u.id = $1 AND u.deleted_at IS NULL
   AND ($3::text IS NULL OR u.encrypted_password IS NOT DISTINCT FROM $4::text)
RETURNING octet_length(u.raw_user_meta_data::text)
