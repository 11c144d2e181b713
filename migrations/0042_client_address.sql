-- The address that nginx writes (nginx/fastcgi.conf), which no client can. The header that was read
-- until now nobody wrote: free tickets had no limit by address, or that of whatever a client claimed.
-- A caller on this machine itself, a tool or a test, has no address.
create or replace function private.client_ip() returns inet stable language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
	address inet;
begin
	address := nullif(nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-forwarded-for', '')::inet;
	return case when not (address <<= '127.0.0.0/8' or address = '::1') then address end;
exception when data_exception then
	return null;
end $$;
