-- Accounts: what a sign-up makes, how proof is kept, whose session lives, one form of phone numbers.
\ir include/world.sql
select no_plan();

insert into auth.users (id, email, raw_user_meta_data)
values (pg_temp.id('offer'), 'zoe@example.org', '{"name": "  Zoé  ", "role": "ADMIN", "phone": "00226 70 11 22 33", "status": "x"}');
select results_eq($$select name, email, phone, role, status, id = user_id, email_verified_at, phone_verified_at from private.people where user_id = pg_temp.id('offer')$$,
	$$values ('Zoé', 'zoe@example.org', '+22670112233', 'USER', 'ACTIVE', true, null::timestamptz, null::timestamptz)$$,
	'a sign-up makes a person: name and number from the metadata, nothing proven, never a role');
select results_eq($$select email, push, cardinality(types) from public.notification_preferences where user_id = pg_temp.id('offer')$$, 'values (true, false, 5)', 'and its preferences');
insert into auth.users (id, phone) values (pg_temp.id('guest ticket'), '22670445566');
select results_eq($$select name, email, phone from private.people where user_id = pg_temp.id('guest ticket')$$,
	$$values ('22670445566', '22670445566@temba.temp', '+22670445566')$$, 'an account by phone has a made-up address');
insert into auth.users (id, email, raw_user_meta_data) values (pg_temp.id('held ticket'), 'nameless@example.org', '{"name": null, "phone": "nonsense"}');
select results_eq($$select name, phone from private.people where user_id = pg_temp.id('held ticket')$$, $$values ('nameless', null)$$, 'without a name it is called after its address');

update private.people set email_verified_at = private.now() where user_id = pg_temp.id('offer');
update auth.users set email = 'zoe2@example.org' where id = pg_temp.id('offer');
select results_eq($$select email, email_verified_at from private.people where user_id = pg_temp.id('offer')$$, $$values ('zoe2@example.org', null::timestamptz)$$, 'a changed address is not proven');

-- ---- sessions
insert into auth.sessions (id, user_id) values (pg_temp.id('offer'), pg_temp.id('offer'));
select ok(private.caller_alive(pg_temp.id('offer'), pg_temp.id('offer')), 'a session lives');
select ok(not private.caller_alive(pg_temp.id('offer'), pg_temp.id('awa')), 'but not for somebody else');
select ok(not private.caller_alive(pg_temp.id('awa'), pg_temp.id('offer')), 'an unknown one does not');
select ok(not private.caller_alive(null, null), 'nor none');
create function pg_temp.lives_after(statement text) returns boolean language plpgsql as $$
declare
	answer boolean;
begin
	begin
		execute statement;
		answer := private.caller_alive(pg_temp.id('offer'), pg_temp.id('offer'));
		raise exception using errcode = 'UNDOO';
	exception when sqlstate 'UNDOO' then
		return answer;
	end;
end $$;
select ok(not pg_temp.lives_after($$update auth.users set banned_until = private.now() + interval '1 h' where id = pg_temp.id('offer')$$), 'banned people are out');
select ok(pg_temp.lives_after($$update auth.users set banned_until = private.now() - interval '1 h' where id = pg_temp.id('offer')$$), 'until the ban is over');
select ok(not pg_temp.lives_after($$update private.people set status = 'BANNED' where user_id = pg_temp.id('offer')$$), 'by either way');
select ok(not pg_temp.lives_after($$update auth.users set deleted_at = private.now() where id = pg_temp.id('offer')$$), 'deleted people are out');
select ok(not pg_temp.lives_after($$update auth.sessions set not_after = private.now() where user_id = pg_temp.id('offer')$$), 'a session that ran out is out');
select ok(not pg_temp.lives_after($$delete from auth.sessions where user_id = pg_temp.id('offer')$$), 'and one that was ended');
insert into auth.refresh_tokens (session_id, current_hash) values (pg_temp.id('offer'), '\x01');
delete from auth.sessions where id = pg_temp.id('offer');
select is((select count(*) from auth.refresh_tokens where session_id = pg_temp.id('offer')), 0::bigint, 'refresh tokens go with their session');
insert into auth.audit_log (action) values ('test');
select throws_ok($$update auth.audit_log set action = 'x'$$, '42501', null, 'the audit log is append-only');

-- ---- what the data API asks before each request
create function pg_temp.check_as(who text, claims text, speaks text default 'fr') returns text language plpgsql as $$
begin
	perform set_config('request.jwt.claims', claims, true), set_config('request.headers', jsonb_build_object('accept-language', speaks)::text, true),
		set_config('role', who, true);
	perform auth.check_session();
	reset role;
	return 'fine';
exception when sqlstate 'PGRST' then
	return sqlerrm::jsonb ->> 'message';
end $$;
insert into auth.sessions (id, user_id) values (pg_temp.id('foreign event'), pg_temp.id('offer'));
select is(pg_temp.check_as(who, format(claims, pg_temp.id('foreign event'), pg_temp.id('offer')), speaks), wanted, who || claims || speaks)
  from (values ('authenticated', '{"session_id": "%s", "sub": "%s"}', 'fr', 'fine'),
	('authenticated', '{"session_id": "%2$s", "sub": "%2$s"}', 'fr', 'La session est terminée. Reconnectez-vous.'),
	('authenticated', '{"session_id": "%2$s", "sub": "%2$s"}', 'en-GB,fr;q=0.5', 'The session has ended. Sign in again.'),
	('authenticated', '{"session_id": "%2$s", "sub": "%2$s"}', 'de,en', 'The session has ended. Sign in again.'),
	('authenticated', '{"sub": "%2$s"}', 'fr-BF,en', 'La session est terminée. Reconnectez-vous.'),
	('authenticated', '{}', '', 'La session est terminée. Reconnectez-vous.'),
	('anon', '{}', '', 'fine'), ('service_role', '{"role": "service_role"}', '', 'fine')) t (who, claims, speaks, wanted);
delete from auth.sessions where id = pg_temp.id('foreign event');
reset role;

-- ---- phone numbers: the table of the contract (the C form is tested with the same)
select is(private.phone(given), wanted, format('%s is %s', given, coalesce(wanted, 'no number')))
  from (values ('70 00 00 01', '+22670000001'), ('70000001', '+22670000001'), ('070000001', '+22670000001'), ('+226 70-00-00-01', '+22670000001'),
	('0022670000001', '+22670000001'), ('22670000001', '+22670000001'), ('+22622670000001', '+22670000001'), ('22622670000001', '+22670000001'),
	('2250102030405', '+2250102030405'), ('+2250102030405', '+2250102030405'), ('233201234567', '+233201234567'), ('2348012345678', '+2348012345678'),
	('+33 6 12 34 56 78', '+33612345678'), ('(+33) 612345678', '+33612345678'), ('612345678', '+226612345678'), ('', null), ('abc', null), ('+', null), ('12', null),
	('+123', null), ('+012345678', null), ('+1234567890123456', null), (repeat('7', 65), null), (null, null)) t (given, wanted);

select * from finish();
rollback;
