-- profiles: what is shown to whom, and what is kept of what people write.
\ir include/world.sql
select no_plan();

-- The first row of a query as `person` sees it, as text.
create function pg_temp.seen(role name, person uuid, query text) returns text language plpgsql as $$
declare
	answer text;
begin
	begin
		call pg_temp.act_as(role, person);
		execute format('select string_agg(x::text, %L) from (%s) x', ' ', query) into answer;
		raise exception using errcode = 'UNDOO';
	exception when others then
		if sqlstate <> 'UNDOO' then
			answer := sqlstate || ' ' || sqlerrm;
		end if;
	end;
	return answer;
end $$;

select is(pg_temp.seen('authenticated', pg_temp.id('awa'), $$select email, phone, email_verified, phone_verified from public.profiles where user_id = pg_temp.id('awa')$$),
	'(awa@example.org,+22670000001,t,f)', 'I see all of mine');
select is(pg_temp.seen('anon', null, $$select email, phone, location, status, email_verified from public.profiles where user_id = pg_temp.id('organizer')$$),
	'(,,,,)', 'strangers see no contact of an organizer');
select is(pg_temp.seen('anon', null, $$select name, role, id = user_id from public.profiles where user_id = pg_temp.id('organizer')$$),
	'("Fatim Zongo",ORGANIZER,t)', 'but a name, and id is user_id');
select is(pg_temp.seen('anon', null, $$select count(*) from public.profiles where email is not null or phone is not null$$), '(0)', 'nobody unknown reads any address');
select is(pg_temp.seen('anon', null, $$select count(*) from public.profiles where user_id = pg_temp.id('awa')$$), '(0)', 'people who publish nothing do not show');
select is(pg_temp.seen('authenticated', pg_temp.id('organizer'), $$select name, email, phone from public.profiles where user_id = pg_temp.id('awa')$$),
	'("Awa Ouédraogo",,)', 'an organizer sees the names of holders, no contacts');
select is(pg_temp.seen('authenticated', pg_temp.id('awa'), $$select name, email from public.profiles where user_id = pg_temp.id('staff')$$),
	'("Salif Kaboré",)', 'a holder sees the name of who scanned the ticket');
select is(pg_temp.seen('authenticated', pg_temp.id('addressee'), $$select name, email, phone from public.profiles where user_id = pg_temp.id('awa')$$),
	'("Awa Ouédraogo",awa@example.org,)', 'the addressee of an offer sees who sent it');
select is(pg_temp.seen('authenticated', pg_temp.id('impostor'), $$select name from public.profiles where user_id = pg_temp.id('awa')$$), null, 'who only says to have the number does not');
select ok(private.transfer_complete(pg_temp.ticket(1), pg_temp.id('awa'), 0, pg_temp.id('issa'), null, null, null, null) is not null, 'a transfer');
select is(pg_temp.seen('authenticated', pg_temp.id('issa'), $$select name, email, phone from public.profiles where user_id = pg_temp.id('awa')$$),
	'("Awa Ouédraogo",awa@example.org,)', 'receiver and sender see name and e-mail of each other');
select is(pg_temp.seen('authenticated', pg_temp.id('awa'), $$select name, email, phone from public.profiles where user_id = pg_temp.id('issa')$$),
	'("Issa Traoré",issa@example.org,)', 'and the other way');
select is(pg_temp.seen('service_role', null, $$select count(*) = (select count(*) from public.profiles where email is not null) from public.profiles$$), '(t)', 'the service key sees all');
select is(pg_temp.seen('authenticated', pg_temp.id('admin'), $$select email, phone from public.profiles where user_id = pg_temp.id('issa')$$), '(issa@example.org,+22670000002)', 'and so does an admin');
-- a leaky function in the caller's filter must not see what the view hides
create function pg_temp.spy(name text) returns boolean language plpgsql cost 0.0000001 as $$ begin
	if name like 'Awa%' then
		raise exception 'spied %', name;
	end if;
	return true;
end $$;
select is(pg_temp.seen('anon', null, $$select count(*) from public.profiles where pg_temp.spy(name) and name like 'Awa%'$$), '(0)', 'filters run behind the barrier');

-- ---- writing
create function pg_temp.written(person uuid, statement text) returns text language plpgsql as $$
declare
	answer text;
begin
	begin
		call pg_temp.act_as(case when person is null then 'service_role' else 'authenticated' end, person);
		execute statement into answer;
	exception when others then
		answer := sqlstate || ' ' || sqlerrm;
	end;
	reset role;
	return answer;
end $$;
select is(pg_temp.written(pg_temp.id('awa'), $$update public.profiles set name = 'Awa O.', bio = 'B', location = 'Ouaga', phone = '70 00 00 77', email = 'stolen@example.org',
	role = 'ADMIN', status = 'BANNED' where user_id = pg_temp.id('awa') returning name || bio || location || phone || email || role || status$$),
	'Awa O.BOuaga+22670000077awa@example.orgUSERACTIVE', 'what I may not change keeps its value, and the reply says so');
select is((select row(p.name, p.phone, p.email, p.role)::text from private.people p where p.user_id = pg_temp.id('awa')),
	'("Awa O.",+22670000077,awa@example.org,USER)', 'as does the row');
select is(pg_temp.written(pg_temp.id('issa'), $$update public.profiles set phone = '+22670000002' where user_id = pg_temp.id('issa') returning phone_verified$$), 'true', 'the same number stays proven');
select is(pg_temp.written(pg_temp.id('issa'), $$update public.profiles set phone = '70000001' where user_id = pg_temp.id('issa') returning phone_verified$$), 'false', 'another number is not proven');
select is(pg_temp.written(pg_temp.id('issa'), $$update public.profiles set phone = '' where user_id = pg_temp.id('issa') returning phone is null$$), 'true', 'an empty number is none');
select is(pg_temp.written(pg_temp.id('issa'), $$update public.profiles set phone = '12' where user_id = pg_temp.id('issa')$$), '22023 this is no phone number', 'nonsense is refused in words');
select is(pg_temp.written(pg_temp.id('issa'), $$update public.profiles set name = 'x' where user_id = pg_temp.id('awa')$$), '42501 this profile is not yours', 'another''s profile is not mine to write');
select is(pg_temp.written(pg_temp.id('admin'), $$update public.profiles set role = 'ORGANIZER' where user_id = pg_temp.id('issa') returning role$$), 'ORGANIZER', 'an admin gives roles');
select is(pg_temp.written(null, $$update public.profiles set phone = '70000055' where user_id = pg_temp.id('issa') returning phone || phone_verified$$), '+22670000055true',
	'a number written with the service key is proven');
select is(pg_temp.written(pg_temp.id('issa'), $$insert into public.profiles (user_id, name) values (pg_temp.id('issa'), 'Issa T.') returning name || phone || role$$),
	'Issa T.+22670000055ORGANIZER', 'an insert is merged into the row that is there');
select is(pg_temp.written(pg_temp.id('issa'), $$insert into public.profiles (user_id, name, role) values (pg_temp.id('stranger'), 'x', 'ADMIN')$$),
	'42501 there is no account of that id, or it is not yours', 'and not into another''s');

select * from finish();
rollback;
