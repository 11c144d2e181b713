-- Each function's role has what its grants.sql asks for, and nothing else from anywhere.
\ir include/world.sql
select no_plan();

create temporary table roles as
select r.oid, r.rolname as name from pg_roles r
 where r.rolname ~ '^fn_' and exists (select from pg_class c, aclexplode(c.relacl) a where a.grantee = r.oid
	union all select from pg_proc p, aclexplode(p.proacl) a where a.grantee = r.oid);

create function pg_temp.rights(who oid) returns table (thing text) language sql as $$
	select format('%s %s', c.oid::regclass, a.privilege_type) from pg_class c, aclexplode(c.relacl) a where a.grantee = who
	union all select format('%s (%s) %s', t.attrelid::regclass, t.attname, a.privilege_type) from pg_attribute t, aclexplode(t.attacl) a where a.grantee = who
	union all select format('%s %s', p.oid::regprocedure, a.privilege_type) from pg_proc p, aclexplode(p.proacl) a where a.grantee = who
	union all select format('schema %s %s', n.nspname, a.privilege_type) from pg_namespace n, aclexplode(n.nspacl) a where a.grantee = who
	union all select format('policy on %s', p.polrelid::regclass) from pg_policy p where who = any (p.polroles) $$;
create temporary table rights_found as select r.name, x.thing from roles r, pg_temp.rights(r.oid) x;

-- What the role can do in effect, by whatever way: PUBLIC, membership, ownership.
create temporary table rights_in_effect as
select r.name, format('%s %s', c.oid::regclass, p) as thing
  from roles r, pg_class c, unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
 where c.relkind in ('r', 'v', 'm', 'p', 'f') and c.relnamespace in ('auth'::regnamespace, 'public'::regnamespace, 'private'::regnamespace)
   and has_table_privilege(r.oid, c.oid, p)
union all
select r.name, format('%s (%s) %s', c.oid::regclass, t.attname, p)
  from roles r, pg_class c, pg_attribute t, unnest(array['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) p
 where c.relkind in ('r', 'v', 'm', 'p', 'f') and c.relnamespace in ('auth'::regnamespace, 'public'::regnamespace, 'private'::regnamespace)
   and t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped and has_column_privilege(r.oid, c.oid, t.attnum, p) and not has_table_privilege(r.oid, c.oid, p)
union all
select r.name, format('%s EXECUTE', f.oid::regprocedure)
  from roles r, pg_proc f
 where f.pronamespace in ('auth'::regnamespace, 'public'::regnamespace, 'private'::regnamespace) and has_function_privilege(r.oid, f.oid, 'EXECUTE')
union all
select r.name, format('schema %s %s', n.nspname, p) from roles r, pg_namespace n, unnest(array['USAGE', 'CREATE']) p
 where n.nspname in ('auth', 'public', 'private', 'extensions') and has_schema_privilege(r.oid, n.oid, p);

select is_empty(format('select thing from rights_in_effect where name = %L except select thing from rights_found where name = %L', r.name, r.name),
	r.name || ' can do nothing that was not given to it by name')
  from (select * from roles order by name) r;
select is_empty($$select r.rolname, m.roleid::regrole from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname ~ '^fn' $$, 'no function''s role is a member of another');
select is_empty($$select r.rolname from pg_roles r where r.rolname ~ '^fn' and (has_database_privilege(r.oid, current_database(), 'TEMPORARY')
	or has_database_privilege(r.oid, current_database(), 'CREATE'))$$, 'none makes tables, temporary ones either');

-- grants.sql is run again from nothing: what comes out is what was found
\getenv regrant TESTS_REGRANT
create procedure pg_temp.begin_again(who name) language plpgsql as $$
begin
	execute format('drop owned by %I', who); -- all that it was given here
	set local role temba_owner;
	perform private.allow_base(who);
end $$;
\o /dev/null
\i :regrant
\o
reset role;
select set_eq(format('select thing from pg_temp.rights(%s)', r.oid), format('select thing from rights_found where name = %L', r.name),
	r.name || ' has what its grants.sql asks for, no more and no less')
  from (select * from roles order by name) r;

-- the job runner
select set_eq($$select distinct split_part(thing, ' ', 1) from pg_temp.rights('fnq'::regrole) where thing !~ '^schema'$$,
	array['private.jobs', 'private.schedules', 'private.now()'], 'fnq has the jobs and the schedules alone');

select * from finish();
rollback;
