-- The way in which a person is known to us: by e-mail.
INSERT INTO auth.identities (user_id, provider, provider_id, identity_data, last_sign_in_at, created_at, updated_at)
VALUES ($1::uuid, 'email', $1::uuid::text, $2::jsonb, private.now(), private.now(), private.now())
