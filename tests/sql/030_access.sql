-- The probe matrix: every table and view of `public` x caller x operation, on rows of Awa (or of a
-- guest). A table that is not in the list fails the first test. r read, c create, u update, d delete.
\ir include/world.sql
select no_plan();

create temporary table rows (what text, which text, condition text, written text default 'updated_at = updated_at',
	anon text, guest text, owner text, stranger text, organizer text, "foreign" text, staff text, admin text, addressee text,
	impostor text, service text);
insert into rows (what, which, condition, anon, guest, owner, stranger, organizer, "foreign", staff, admin, addressee, impostor, service) values
--                                                                          anon guest owner strng organ foreign staff admin addre impos service
('events', 'published', $$id = pg_temp.event(1)$$,                           'r', 'r', 'r',   'r',  'ru', 'r',   'r',  'rud','r',  'r',  'rud'),
('events', 'draft', $$id = pg_temp.event(3)$$,                               '',  '',  '',    '',   'ru', '',    '',   'rud','',   '',   'rud'),
('events', 'cancelled, Awa has a ticket', $$id = pg_temp.id('held event')$$, '',  '',  'r',   '',   'ru', '',    '',   'rud','',   '',   'rud'),
('event_dates', 'of a published event', $$event_id = pg_temp.event(1)$$,     'r', 'r', 'r',   'r',  'ru', 'r',   'r',  'rud','r',  'r',  'rud'),
('event_dates', 'of a draft', $$event_id = pg_temp.event(3)$$,               '',  '',  '',    '',   'ru', '',    '',   'rud','',   '',   'rud'),
('ticket_types', 'of a published event', $$event_id = pg_temp.event(1)$$,    'r', 'r', 'r',   'r',  'ru', 'r',   'r',  'rud','r',  'r',  'rud'),
('ticket_types', 'of a draft', $$event_id = pg_temp.event(3)$$,              '',  '',  '',    '',   'ru', '',    '',   'rud','',   '',   'rud'),
('orders', 'of Awa', $$id = '50000000-0000-4000-8000-000000000001'$$,        '',  '',  'r',   '',   'r',  '',    '',   'ru', '',   '',   'rud'),
('orders', 'of a guest', $$id = pg_temp.id('guest order')$$,                 '',  'r', '',    '',   'r',  '',    '',   'ru', '',   '',   'rud'),
('guest_orders', 'of a guest', $$order_id = pg_temp.id('guest order')$$,     '',  'r', '',    '',   'r',  '',    '',   'r',  '',   '',   'rud'),
('tickets', 'of Awa', $$id = pg_temp.ticket(1)$$,                            '',  '',  'r',   '',   'r',  '',    'r',  'r',  '',   '',   'rud'),
('tickets', 'of another event', $$id = pg_temp.ticket(6)$$,                  '',  '',  'r',   '',   'r',  '',    '',   'r',  '',   '',   'rud'),
('tickets', 'on offer', $$id = pg_temp.ticket(2)$$,                          '',  '',  'r',   '',   'r',  '',    'r',  'r',  'r',  '',   'rud'),
('tickets', 'of a guest', $$id = pg_temp.id('guest ticket')$$,               '',  'r', '',    '',   'r',  '',    'r',  'r',  '',   '',   'rud'),
('ticket_scans', 'of Awa''s ticket', $$ticket_id = pg_temp.ticket(12)$$,     '',  '',  '',    '',   'r',  '',    'r',  'r',  '',   '',   'r'),
('ticket_transfers', 'an offer', $$id = pg_temp.id('offer')$$,               '',  '',  'r',   '',   '',   '',    '',   'r',  'r',  '',   'rud'),
('event_staff', 'of event 1', $$event_id = pg_temp.event(1)$$,               '',  '',  '',    '',   'r',  '',    'r',  'ru', '',   '',   'rud');
insert into rows (what, which, condition, written, anon, guest, owner, stranger, organizer, "foreign", staff, admin, addressee, impostor, service) values
('notifications', 'of Awa', $$id = pg_temp.id('offer')$$, 'read = read',     '',  '',  'rud', '',   '',   '',    '',   'r',  '',   '',   'rud'),
('notification_preferences', 'of Awa', $$user_id = pg_temp.id('awa')$$, 'email = email',
	                                                                         '',  '',  'ru',  '',   '',   '',    '',   'r',  '',   '',   'rud'),
('profiles', 'of Awa', $$user_id = pg_temp.id('awa')$$, 'bio = bio',         '',  '',  'ru',  '',   'r',  '',    'r',  'ru', 'r',  '',   'ru'),
('profiles', 'of an organizer', $$user_id = pg_temp.id('organizer')$$, 'bio = bio',
	                                                                         'r', 'r', 'r',   'r',  'ru', 'r',   'r',  'ru', 'r',  'r',  'ru'),
('profiles', 'of nobody special', $$user_id = pg_temp.id('issa')$$, 'bio = bio',
	                                                                         '',  '',  '',    '',   '',   '',    '',   'ru', '',   '',   'ru');
update rows set written = 'created_at = created_at' where what in ('event_staff', 'ticket_scans');

-- New rows; {me} is the caller.
create temporary table new_rows (what text, which text, statement text,
	anon text, guest text, owner text, stranger text, organizer text, "foreign" text, staff text, admin text, addressee text,
	impostor text, service text);
insert into new_rows values
--                       anon guest owner strng organ foreign staff admin addre impos service
('events', 'by me', $$insert into public.events (title, description, location, image_url, date, time, price, capacity, organizer_id)
	values ('T', 'D', 'L', '-', '2030-01-01', '20:00', 1, 1, {me})$$,
	                     '',  '',  '',   '',   'c',  'c',    '',   'c',  '',   '',   'c'),
('events', 'in the name of another', $$insert into public.events (title, description, location, image_url, date, time, price, capacity, organizer_id)
	values ('T', 'D', 'L', '-', '2030-01-01', '20:00', 1, 1, pg_temp.id('issa'))$$,
	                     '',  '',  '',   '',   '',   '',     '',   'c',  '',   '',   'c'),
('event_dates', 'of event 1', $$insert into public.event_dates (event_id, date, start_time) values (pg_temp.event(1), '2030-01-01', '8:00')$$,
	                     '',  '',  '',   '',   'c',  '',     '',   'c',  '',   '',   'c'),
('ticket_types', 'of event 1', $$insert into public.ticket_types (event_id, name, price, quantity) values (pg_temp.event(1), 'N', 1, 1)$$,
	                     '',  '',  '',   '',   'c',  '',     '',   'c',  '',   '',   'c'),
('event_staff', 'myself', $$insert into public.event_staff (event_id, user_id) values (pg_temp.event(2), {me})$$,
	                     '',  '',  '',   '',   '',   '',     '',   'c',  '',   '',   'c'),
('orders', 'mine', $$insert into public.orders (user_id, event_id, total, status, payment_method) values ({me}, pg_temp.event(1), 0, 'COMPLETED', 'FREE_TICKET')$$,
	                     '',  '',  '',   '',   '',   '',     '',   '',   '',   '',   'c'),
('guest_orders', 'of Awa''s order', $$insert into public.guest_orders (order_id, email) values ('50000000-0000-4000-8000-000000000001', 'x@example.org')$$,
	                     '',  '',  '',   '',   '',   '',     '',   '',   '',   '',   'c'),
('tickets', 'mine', $$insert into public.tickets (order_id, event_id, user_id, ticket_type_id)
	values ('50000000-0000-4000-8000-000000000001', pg_temp.event(1), {me}, '30000000-0000-4000-8000-000000000001')$$,
	                     '',  '',  '',   '',   '',   '',     '',   '',   '',   '',   'c'),
('ticket_scans', 'a refusal', $$insert into public.ticket_scans (ticket_id, result, reason) values (pg_temp.ticket(1), 'REFUSED', 'x')$$,
	                     '',  '',  '',   '',   '',   '',     '',   '',   '',   '',   'c'),
('ticket_transfers', 'by Awa', $$insert into public.ticket_transfers (ticket_id, sender_id, recipient_email)
	values (pg_temp.ticket(3), pg_temp.id('awa'), 'x@example.org')$$,
	                     '',  '',  '',   '',   '',   '',     '',   '',   '',   '',   'c'),
('notifications', 'to myself', $$insert into public.notifications (user_id, type, title, message) values ({me}, 'SYSTEM', 'T', 'M')$$,
	                     '',  '',  'c',  'c',  'c',  'c',    'c',  'c',  'c',  'c',  'c'),
('notifications', 'to myself, as if from the house', $$insert into public.notifications (user_id, type, title, message) values ({me}, 'ORDER_CONFIRMATION', 'T', 'M')$$,
	                     '',  '',  '',   '',   '',   '',     '',   'c',  '',   '',   'c'),
('notifications', 'to Awa', $$insert into public.notifications (user_id, type, title, message) values (pg_temp.id('awa'), 'SYSTEM', 'T', 'M')$$,
	                     '',  '',  'c',  '',   '',   '',     '',   'c',  '',   '',   'c'),
('notification_preferences', 'mine', $$insert into public.notification_preferences (user_id, email) values ({me}, false)
	on conflict (user_id) do update set email = excluded.email$$,
	                     '',  '',  'c',  'c',  'c',  'c',    'c',  'c',  'c',  'c',  'c'),
('notification_preferences', 'of Awa', $$insert into public.notification_preferences (user_id, email) values (pg_temp.id('awa'), false)
	on conflict (user_id) do update set email = excluded.email$$,
	                     '',  '',  'c',  '',   '',   '',     '',   '',   '',   '',   'c'),
('profiles', 'mine', $$insert into public.profiles (user_id, name) values ({me}, 'N')$$,
	                     '',  '',  'c',  'c',  'c',  'c',    'c',  'c',  'c',  'c',  'c'),
('profiles', 'of Awa', $$insert into public.profiles (user_id, name) values (pg_temp.id('awa'), 'N')$$,
	                     '',  '',  'c',  '',   '',   '',     '',   'c',  '',   '',   'c');

create temporary table callers (caller text, role name, person uuid);
insert into callers values
	('anon', 'anon', null), ('guest', 'anon', null), ('owner', 'authenticated', pg_temp.id('awa')),
	('stranger', 'authenticated', pg_temp.id('stranger')), ('organizer', 'authenticated', pg_temp.id('organizer')),
	('foreign', 'authenticated', pg_temp.id('foreign')), ('staff', 'authenticated', pg_temp.id('staff')),
	('admin', 'authenticated', pg_temp.id('admin')), ('addressee', 'authenticated', pg_temp.id('addressee')),
	('impostor', 'authenticated', pg_temp.id('impostor')), ('service', 'service_role', null);

-- A refusal by a constraint comes after the right was found to be there.
create function pg_temp.was_allowed(outcome text) returns boolean language sql immutable as $$
	select outcome ~ '^23(503|505|502)$' or (outcome ~ '^\d{1,4}$' and outcome <> '0') $$;

create function pg_temp.operations(c callers, what text, condition text, written text) returns text language plpgsql as $$
declare
	found text := '';
begin
	perform set_config('temba.guest_tokens', case c.caller when 'guest' then format('{%s}', pg_temp.id('guest order')) else '' end, true);
	if pg_temp.was_allowed(pg_temp.try(c.role, c.person, format('select from public.%I where %s', what, condition))) then
		found := found || 'r';
	end if;
	if pg_temp.was_allowed(pg_temp.try(c.role, c.person, format('update public.%I set %s where %s', what, written, condition))) then
		found := found || 'u';
	end if;
	if pg_temp.was_allowed(pg_temp.try(c.role, c.person, format('delete from public.%I where %s', what, condition))) then
		found := found || 'd';
	end if;
	return found;
end $$;

select set_eq(
	$$select c.relname::text from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')$$,
	$$select what from rows intersect select what from new_rows$$,
	'every table and view of public has its expected answers here');

select is(pg_temp.operations(c, r.what, r.condition, r.written), e.value,
	format('%s (%s) as %s', r.what, r.which, c.caller))
  from rows r
 cross join callers c
  join lateral jsonb_each_text(to_jsonb(r)) e on e.key = c.caller
 order by r.what, r.which, c.caller;

select is(case when pg_temp.was_allowed(pg_temp.try(c.role, c.person,
		replace(n.statement, '{me}', quote_nullable(coalesce(c.person, pg_temp.id('issa')))))) then 'c' else '' end,
	e.value, format('a new row of %s (%s) as %s', n.what, n.which, c.caller))
  from new_rows n
 cross join callers c
  join lateral jsonb_each_text(to_jsonb(n)) e on e.key = c.caller
 order by n.what, n.which, c.caller;

select is(pg_temp.try(c.role, c.person, format('truncate public.%I', t.relname)), '42501', format('%s cannot truncate %s', c.role, t.relname))
  from pg_class t, (select distinct role, null::uuid as person from callers) c
 where t.relnamespace = 'public'::regnamespace and t.relkind = 'r'
 order by 1;

-- ---- what a row shows is tested with the profile; here: columns that an organizer cannot set
set local role authenticated;
\o /dev/null
select set_config('request.jwt.claims', json_build_object('sub', '00000000-0000-4000-8000-000000000004')::text, true);
update public.events set featured = false, tickets_sold = 7, organizer_id = '00000000-0000-4000-8000-000000000001', title = 'Nouveau titre'
 where id = '20000000-0000-4000-8000-000000000001';
\o
reset role;
select results_eq($$select title, featured, tickets_sold, organizer_id from public.events where id = pg_temp.event(1)$$,
	$$values ('Nouveau titre', true, 0, pg_temp.id('organizer'))$$,
	'an organizer changes the title of an event, not what the house says of it');

-- ---- queries that rely on the policies alone find their rows by index
create function pg_temp.plan_of(person uuid, query text) returns text language plpgsql as $$
declare
	line text;
	answer text := '';
begin
	begin
		call pg_temp.act_as('authenticated', person);
		set local enable_seqscan = off; -- the tables of tests are too small for an index to pay
		for line in execute 'explain (costs off) ' || query loop
			answer := answer || line || E'\n';
		end loop;
		raise exception using errcode = 'UNDOO';
	exception when sqlstate 'UNDOO' then
		return answer;
	end;
end $$;
select alike(pg_temp.plan_of(pg_temp.id('awa'), q), '%Index Cond: %' || condition || '%', 'found by index: ' || q)
  from (values
	('user_id = ANY', 'select * from public.notifications order by created_at desc limit 50'),
	('user_id = ANY', 'update public.notifications set read = $q$true$q$ where read = $q$false$q$'),
	('user_id = ', $q$select * from public.profiles where user_id = '00000000-0000-4000-8000-000000000002'$q$),
	('user_id = ', $q$select * from public.tickets where user_id = '00000000-0000-4000-8000-000000000001' and status = 'VALID'$q$),
	('user_id = ', $q$select * from public.orders where user_id = '00000000-0000-4000-8000-000000000001' order by created_at desc$q$)) x (condition, q);

select * from finish();
rollback;
