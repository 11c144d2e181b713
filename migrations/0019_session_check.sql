-- What the data API calls before each request (PGRST_DB_PRE_REQUEST): a person whose session was ended,
-- who was banned or deleted, reads and writes nothing more (decisions 20). Project keys have no session.
create function auth.check_session() returns void language plpgsql stable
security definer set search_path = pg_catalog, pg_temp as $$
declare
	claims jsonb;
	spoken text;
begin
	if private.caller() <> 'authenticated' then
		return;
	end if;
	claims := auth.jwt();
	if private.caller_alive(nullif(claims ->> 'session_id', '')::uuid, nullif(claims ->> 'sub', '')::uuid) then
		return;
	end if;
	spoken := nullif(current_setting('request.headers', true), '')::jsonb ->> 'accept-language';
	raise sqlstate 'PGRST' using
		message = jsonb_build_object('code', 'invalid_session', 'message',
			case when spoken ~* '^\s*en\M' or spoken ~* '\men\M' and spoken !~* '\mfr\M'
			     then 'The session has ended. Sign in again.'
			     else 'La session est terminée. Reconnectez-vous.' end),
		detail = '{"status": 401}';
end $$;
grant execute on function auth.check_session() to anon, authenticated, service_role;
