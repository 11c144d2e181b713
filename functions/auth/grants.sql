-- What the auth function may do. No right on tickets, orders or any public table.
SELECT private.allow('fn_auth', 'auth.users', $$select,
	insert (id, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data,
		confirmation_sent_at, last_sign_in_at, created_at, updated_at),
	update (encrypted_password, email_confirmed_at, raw_user_meta_data, confirmation_sent_at, last_sign_in_at, updated_at)$$);
SELECT private.allow('fn_auth', 'auth.identities', $$select,
	insert (user_id, provider, provider_id, identity_data, last_sign_in_at, created_at, updated_at),
	update (identity_data, last_sign_in_at, updated_at)$$);
SELECT private.allow('fn_auth', 'auth.sessions', $$select, delete,
	insert (id, user_id, amr, user_agent, ip, created_at, updated_at),
	update (refreshed_at, updated_at)$$);
SELECT private.allow('fn_auth', 'auth.refresh_tokens', $$select,
	insert (session_id, counter, current_hash, created_at),
	update (counter, previous_hash, current_hash, rotated_at)$$);
SELECT private.allow('fn_auth', 'auth.one_time_tokens', $$select,
	insert (id, user_id, kind, token_hash, relates_to, redirect_to, created_at, expires_at),
	update (used_at)$$);
SELECT private.allow('fn_auth', 'auth.audit_log', 'insert (at, user_id, session_id, action, ip, user_agent)');
SELECT private.allow('fn_auth', 'private.people', 'select (user_id, email, email_verified_at, status), update (email_verified_at)');
SELECT private.allow_call('fn_auth', 'rate_count');
SELECT private.allow_call('fn_auth', 'job_add');
