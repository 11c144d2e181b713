-- Rules that hold for every object, asked of the catalogue: a new table or function that breaks one
-- fails here.
\ir include/world.sql
select no_plan();

select is_empty($$select c.oid::regclass from pg_class c
	where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)$$,
	'row security is enabled and forced on every table of public');
select is_empty($$select c.oid::regclass from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
	and not exists (select from pg_policy p where p.polrelid = c.oid and p.polroles = array['temba_owner'::regrole::oid])$$,
	'the owner, as whom definer functions run, has a policy on every table of public');
select is_empty($$select c.oid::regclass from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm')
	and c.relname <> 'profiles' and not coalesce('security_invoker=true' = any (c.reloptions), false)$$,
	'every view but profiles runs with the rights of whoever asks');
select is_empty($$select c.oid::regclass from pg_class c
	where c.relnamespace in ('auth'::regnamespace, 'public'::regnamespace, 'private'::regnamespace) and c.relowner <> 'temba_owner'::regrole
	union all select p.oid::regproc::oid::regclass from pg_proc p
	where p.pronamespace in ('auth'::regnamespace, 'public'::regnamespace, 'private'::regnamespace) and p.proowner <> 'temba_owner'::regrole$$,
	'temba_owner owns everything');
select is_empty($$select p.oid::regprocedure from pg_proc p
	where p.prosecdef and p.pronamespace not in ('pg_catalog'::regnamespace, 'tap'::regnamespace)
	  and not coalesce('search_path=pg_catalog, pg_temp' = any (p.proconfig), false)$$,
	'the search path of every definer function is pinned');
select is_empty($$select p.oid::regprocedure from pg_proc p join pg_language l on l.oid = p.prolang
	where p.pronamespace in ('auth'::regnamespace, 'public'::regnamespace, 'private'::regnamespace) and l.lanname = 'plpgsql'
	  and not coalesce('search_path=pg_catalog, pg_temp' = any (p.proconfig), false)$$,
	'and that of every plpgsql function');
select is_empty($$select p.oid::regprocedure from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
	where p.pronamespace in ('auth'::regnamespace, 'public'::regnamespace, 'private'::regnamespace) and a.grantee = 0$$,
	'PUBLIC may execute nothing');
select is_empty($$select n.nspname, a.privilege_type from pg_namespace n, aclexplode(n.nspacl) a
	where n.nspname in ('auth', 'public', 'private', 'extensions') and a.grantee = 0$$, 'PUBLIC may enter no schema');
select is_empty($$select c.oid::regclass, a.privilege_type from pg_class c, aclexplode(c.relacl) a
	where c.relnamespace in ('auth'::regnamespace, 'private'::regnamespace)
	  and a.grantee in (0, 'anon'::regrole, 'authenticated'::regrole, 'service_role'::regrole, 'authenticator'::regrole)$$,
	'no client has a right on any table of auth or private');
select is_empty($$select r, s from unnest(array['anon', 'authenticated', 'service_role', 'authenticator']) r, unnest(array['private', 'extensions', 'tap']) s
	where has_schema_privilege(r, s, 'usage')$$, 'and cannot even name what is in private');
select set_eq($$select rolname::text from pg_roles where rolbypassrls and not rolsuper
	and (rolname ~ '^fn' or rolname in ('anon', 'authenticated', 'service_role', 'authenticator', 'temba_owner'))$$, array['service_role'],
	'only service_role is free of row security');
select is_empty($$select r.rolname from pg_roles r where (r.rolname ~ '^fn_' or r.rolname in ('fnq', 'authenticator', 'anon', 'authenticated', 'temba_owner'))
	and (r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls)$$, 'no role has more than it needs');
select is_empty($$select r.rolname from pg_authid r where r.rolcanlogin and (r.rolname ~ '^fn' or r.rolname = 'authenticator') and (r.rolpassword is null or r.rolpassword !~ '^SCRAM-SHA-256\$')$$,
	'every login of ours has a scram password');

-- names that clients or code rely on
select is_empty($$
	select * from (values
		('public.events', 'events_organizer_id_fkey', 'private.people'), ('public.ticket_transfers', 'ticket_transfers_ticket_id_fkey', 'public.tickets'),
		('public.ticket_transfers', 'ticket_transfers_sender_id_fkey', 'private.people'), ('public.ticket_transfers', 'ticket_transfers_recipient_id_fkey', 'private.people'),
		('public.tickets', 'tickets_event_id_fkey', 'public.events'), ('public.tickets', 'tickets_ticket_type_id_fkey', 'public.ticket_types'),
		('public.tickets', 'tickets_order_id_fkey', 'public.orders'), ('public.orders', 'orders_event_id_fkey', 'public.events'),
		('public.guest_orders', 'guest_orders_order_id_fkey', 'public.orders'), ('public.ticket_types', 'ticket_types_event_id_fkey', 'public.events')) w (t, name, target)
	where not exists (select from pg_constraint c where c.conrelid = w.t::regclass and c.conname = w.name and c.contype = 'f' and c.confrelid = w.target::regclass)$$,
	'foreign keys that embeds name exist');
select is_empty($$
	select a.t, b.t from (values ('tickets', 'events'), ('tickets', 'ticket_types'), ('tickets', 'orders'), ('orders', 'events'), ('guest_orders', 'orders'),
		('ticket_types', 'events'), ('ticket_transfers', 'tickets')) p (a, b), lateral (select 'public.' || p.a as t) a, lateral (select 'public.' || p.b as t) b
	where (select count(*) from pg_constraint c where c.contype = 'f'
		and ((c.conrelid = a.t::regclass and c.confrelid = b.t::regclass) or (c.conrelid = b.t::regclass and c.confrelid = a.t::regclass))) <> 1$$,
	'and there is one path between two tables that are embedded');
select is_empty($$
	select w.name from unnest(array['ticket_transfers_one_pending', 'ticket_transfers_not_to_self', 'ticket_scans_one_entry', 'transfer_state_one_completed',
		'users_email_key', 'users_phone_key', 'people_verified_email', 'people_verified_phone']) w (name)
	where not exists (select from pg_constraint c where c.conname = w.name) and not exists (select from pg_class i where i.relname = w.name and i.relkind = 'i')$$,
	'constraints that code explains exist under their names');
select is_empty($$
	select c.conrelid::regclass, c.conname from pg_constraint c
	 where c.contype = 'f' and c.connamespace in ('auth'::regnamespace, 'public'::regnamespace, 'private'::regnamespace)
	   and c.confrelid not in ('private.people'::regclass, 'private.ticket_owner_log'::regclass)
	   and c.conrelid <> 'private.ticket_owner_log'::regclass
	   and not exists (select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])$$,
	'a foreign key that somebody may look up or delete along has an index');
select is_empty($$
	select c.conrelid::regclass, c.conname from pg_constraint c
	 where c.contype = 'f' and c.confdeltype = 'c' and c.connamespace = 'public'::regnamespace and c.conrelid in
	       ('public.orders'::regclass, 'public.guest_orders'::regclass, 'public.tickets'::regclass, 'public.ticket_scans'::regclass, 'public.payments'::regclass,
		'public.ticket_transfers'::regclass, 'public.notifications'::regclass, 'public.credit_transactions'::regclass, 'public.referrals'::regclass,
		'public.referral_rewards'::regclass, 'public.user_credits'::regclass, 'public.auth_audit_log'::regclass)
	union all
	select c.conrelid::regclass, c.conname from pg_constraint c
	 where c.contype = 'f' and c.confdeltype = 'c' and c.connamespace = 'public'::regnamespace and c.confrelid = 'private.people'::regclass$$,
	'deleting an account or an event takes no order, ticket, payment or transfer with it');
select is(public_ids.n, 0::bigint, 'ids that reach URLs are version 4 uuids')
  from (select count(*) as n from public.tickets where id::text !~ '^.{14}4') public_ids;

select * from finish();
rollback;
