-- One person as the API shows them, and what decides whether they may act. $2: a session or NULL.
-- Times are UTC without zone; the identities are JSON already.
SELECT u.id,
       coalesce(u.email, ''),
       coalesce(u.phone, ''),
       u.encrypted_password,
       u.banned_until > private.now() OR p.status = 'BANNED',
       u.deleted_at IS NOT NULL,
       s.id IS NOT NULL,
       u.is_anonymous,
       u.raw_app_meta_data,
       u.raw_user_meta_data,
       (SELECT coalesce(json_agg(json_build_object(
                   'identity_id', i.id,
                   'id', i.provider_id,
                   'user_id', i.user_id,
                   'identity_data', i.identity_data,
                   'provider', i.provider,
                   'last_sign_in_at', to_char(i.last_sign_in_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                   'created_at', to_char(i.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                   'updated_at', to_char(i.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                   'email', i.email) ORDER BY i.created_at, i.id), '[]')
          FROM auth.identities i WHERE i.user_id = u.id),
       u.created_at AT TIME ZONE 'UTC',
       u.updated_at AT TIME ZONE 'UTC',
       u.email_confirmed_at AT TIME ZONE 'UTC',
       u.phone_confirmed_at AT TIME ZONE 'UTC',
       least(u.email_confirmed_at, u.phone_confirmed_at) AT TIME ZONE 'UTC',
       u.invited_at AT TIME ZONE 'UTC',
       u.confirmation_sent_at AT TIME ZONE 'UTC',
       u.recovery_sent_at AT TIME ZONE 'UTC',
       u.email_change_sent_at AT TIME ZONE 'UTC',
       u.phone_change_sent_at AT TIME ZONE 'UTC',
       u.reauthentication_sent_at AT TIME ZONE 'UTC',
       u.last_sign_in_at AT TIME ZONE 'UTC',
       u.banned_until AT TIME ZONE 'UTC',
       u.new_email,
       u.new_phone
  FROM auth.users u
  LEFT JOIN private.people p ON p.user_id = u.id
  LEFT JOIN auth.sessions s ON s.id = $2 AND s.user_id = u.id AND (s.not_after IS NULL OR s.not_after > private.now())
 WHERE u.id = $1
