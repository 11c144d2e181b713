-- A new person with an e-mail address and a password. Signing in is allowed at once; the proof of the
-- address comes with the link (decisions 18). A trigger adds the profile.
INSERT INTO auth.users (id, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data,
	confirmation_sent_at, last_sign_in_at, created_at, updated_at)
VALUES ($1, $2, $3, private.now(), '{"provider": "email", "providers": ["email"]}', $4::jsonb,
	CASE WHEN $5::boolean THEN private.now() END, private.now(), private.now(), private.now())
