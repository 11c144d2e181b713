-- The ground: schemas, the clock, who is calling, and how a function's role gets its rights.
-- scripts/migrate runs every file as temba_owner in one transaction. All names are qualified:
-- the search path of a migration holds pg_catalog alone.

-- Before the first function: nobody may call what was not given to him by name.
alter default privileges revoke execute on functions from public;
revoke all on schema public from public;

create schema auth;
create schema extensions;
create extension pg_trgm with schema extensions;
create extension pgcrypto with schema extensions; -- only for imported and seeded bcrypt hashes

-- ---- time

-- The database's clock. A database marked as a test database may move it (docs/database.md, Time);
-- elsewhere the offset is ignored, whoever sets it.
create function private.now() returns timestamptz stable parallel safe language sql
return case
	when current_setting('temba.test', true) = 'on'
	then transaction_timestamp() -- the clock itself
		+ make_interval(secs => coalesce(nullif(current_setting('temba.clock_offset', true), ''), '0')::float8)
	else transaction_timestamp() -- the clock itself
end;

-- Triggers that call something of `private` are definer: whoever writes may have no right there.
create function private.touch() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	new.updated_at := private.now();
	return new;
end $$;

-- ---- who is calling

-- The role whose rights count now. Inside a definer trigger current_user is always the owner, so
-- it cannot answer this.
create function private.caller() returns text stable parallel safe language sql
return coalesce(nullif(current_setting('role', true), 'none'), session_user::text);

-- Tools: the service key, the owner and superusers. They see and write everything.
create function private.is_service() returns boolean stable parallel safe
language sql security definer set search_path = pg_catalog, pg_temp
return exists (select from pg_roles r
	where r.rolname = private.caller() and (r.rolsuper or r.rolbypassrls or r.rolname = 'temba_owner'));

-- After a local setting existed once, current_setting() answers '' and not NULL: guard each cast.
create function auth.jwt() returns jsonb stable parallel safe language sql
return nullif(current_setting('request.jwt.claims', true), '')::jsonb;

create function auth.uid() returns uuid stable parallel safe language sql
return (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid;

create function auth.role() returns text stable parallel safe language sql
return nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role';

grant usage on schema auth, public to anon, authenticated, service_role;
grant execute on function auth.jwt(), auth.uid(), auth.role() to anon, authenticated, service_role;
grant execute on function private.caller(), private.is_service(), private.now()
	to anon, authenticated, service_role;

-- ---- money

-- How many minor units one unit of a currency has (ISO 4217); NULL for a currency we do not take.
create function private.minor_units(currency text) returns integer immutable parallel safe language sql
return case
	when currency in ('XOF', 'XAF', 'GNF', 'RWF', 'UGX', 'JPY') then 1
	when currency in ('USD', 'EUR', 'GBP', 'CAD', 'GHS', 'NGN', 'KES', 'ZAR') then 100
end;
grant execute on function private.minor_units(text) to anon, authenticated, service_role;

-- ---- rights of functions (functions/NAME/grants.sql)

-- Gives a function's role operations on one table: private.allow('fn_x', 'public.tickets',
-- 'select, update (user_id)'). Row security of that table then lets the role see every row: which
-- rows it may touch is the function's own business, what it may do to them is the grant's.
create function private.allow(who name, what regclass, operations text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
	has_policy boolean;
begin
	if left(who, 3) <> 'fn_' and who <> 'fnq' then
		raise exception 'private.allow() is for roles of functions, not for %', who;
	end if;
	execute format('grant usage on schema %I to %I', (select n.nspname from pg_class c
		join pg_namespace n on n.oid = c.relnamespace where c.oid = what), who);
	execute format('grant %s on %s to %I', operations, what, who);
	if not (select c.relrowsecurity from pg_class c where c.oid = what) then
		return;
	end if;
	-- scripts/migrate drops the policies that were not asked for again
	perform set_config('temba.wanted_policies',
		concat_ws(',', nullif(current_setting('temba.wanted_policies', true), ''), what::oid::text || ':' || who), true);
	select exists (select from pg_policy p where p.polrelid = what and p.polname = who) into has_policy;
	if not has_policy then -- made only when it is missing: it needs a lock that stops all readers
		execute format('create policy %I on %s to %I using (true) with check (true)', who, what, who);
	end if;
end $$;

-- What each SQL function of `private` touches, so that whoever calls it gets exactly that.
create table private.call_rights (
	call text not null, -- name in schema private
	what text not null, -- a table, or another function
	operations text not null, -- on the table; "call" for a function
	primary key (call, what)
);

-- Gives a function's role a call of schema private, with all that the call touches.
create function private.allow_call(who name, call text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
	routine regprocedure;
	rights record;
	found_any boolean := false;
begin
	for routine in
		select p.oid from pg_proc p
		 where p.pronamespace = 'private'::regnamespace and p.proname = call
	loop
		execute format('grant execute on function %s to %I', routine, who);
		found_any := true;
	end loop;
	if not found_any then
		raise exception 'there is no function private.%', call;
	end if;
	for rights in select r.what, r.operations from private.call_rights r where r.call = allow_call.call
	loop
		if rights.operations = 'call' then
			perform private.allow_call(who, split_part(rights.what, '.', 2));
			continue;
		end if;
		perform private.allow(who, rights.what::regclass, rights.operations);
	end loop;
end $$;

-- What every role of a function has without asking.
create function private.allow_base(who name) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	execute format('grant usage on schema private to %I', who);
	execute format('grant execute on function private.now(), private.minor_units(text), private.word(text, text, text), '
		'private.caller_alive(uuid, uuid), private.event_start(uuid, uuid) to %I', who);
end $$;
