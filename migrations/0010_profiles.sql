-- profiles: the one view that runs with its owner's rights over private.people, so the test of who
-- asks is inside it (decisions 3). Every column exists for everybody; what is not theirs to see is null.

-- Event staff and organizers see who holds a ticket of their event.
create function private.holders() returns setof uuid stable
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	select t.user_id from public.tickets t where t.event_id in (select private.staffed_events()) and t.user_id is not null;
end;

-- Who let me in: the scans of my tickets.
create function private.my_scanners() returns setof uuid stable
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	select t.scanned_by from public.tickets t where t.user_id = auth.uid() and t.scanned_by is not null;
end;
grant execute on function private.holders(), private.my_scanners() to anon, authenticated, service_role;

create view public.profiles with (security_barrier) as
select p.id, p.user_id, p.name,
       case when seen.own or seen.counterparty then p.email end as email,
       case when seen.own then p.phone end as phone,
       case when seen.own then p.location end as location,
       p.bio, p.avatar_url, p.role,
       case when seen.own then p.status end as status,
       case when seen.own then p.referral_code end as referral_code,
       case when seen.own then p.email_verified_at is not null end as email_verified,
       case when seen.own then p.phone_verified_at is not null end as phone_verified,
       p.created_at, p.updated_at
  from private.people p
 cross join lateral (select
	p.user_id = (select auth.uid()) or (select private.is_service()) or (select private.is_admin()) as own,
	p.user_id in (select private.counterparties()) as counterparty offset 0) seen
 where seen.own or seen.counterparty
    or exists (select from public.events e
	where e.organizer_id = p.user_id and e.status = 'PUBLISHED' and e.deleted_at is null)
    or p.user_id in (select private.my_scanners())
    or p.user_id in (select private.holders());

-- The owner changes what is his; role, status, ids and the address keep their value, whatever was
-- sent, because the form always sends them. NEW is read again, so that a reply shows what was kept.
create function private.profiles_written() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	service boolean := private.is_service();
	admin boolean := private.is_admin();
	canonical text := private.phone(nullif(btrim(new.phone), ''));
	who uuid := case tg_op when 'UPDATE' then old.user_id else coalesce(new.user_id, new.id) end;
begin
	if who is distinct from auth.uid() and not service and not admin then
		raise exception 'this profile is not yours' using errcode = '42501';
	end if;
	if nullif(btrim(new.phone), '') is not null and canonical is null then
		raise exception 'this is no phone number' using errcode = '22023';
	end if;
	update private.people p set
		name = coalesce(nullif(btrim(new.name), ''), p.name),
		phone = canonical,
		-- a number written with the service key is proven (decisions 18)
		phone_verified_at = case when service and canonical is distinct from p.phone and canonical is not null
			then private.now() when canonical is not distinct from p.phone then p.phone_verified_at end,
		location = new.location, bio = new.bio, avatar_url = new.avatar_url,
		email = case when service then lower(coalesce(new.email, p.email) collate "C") else p.email end,
		role = case when service or admin then coalesce(new.role, p.role) else p.role end,
		status = case when service or admin then coalesce(new.status, p.status) else p.status end,
		referral_code = case when service then new.referral_code else p.referral_code end
	 where p.user_id = who;
	if not found then
		raise exception 'there is no account of that id' using errcode = '23503';
	end if;
	select * into new from public.profiles f where f.user_id = who;
	return new;
end $$;
-- An upsert arrives as an INSERT: the row is there since sign-up, so it is merged.
create function private.profiles_inserted() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	kept public.profiles;
begin
	select * into kept from public.profiles f where f.user_id = coalesce(new.user_id, new.id);
	new.name := coalesce(new.name, kept.name);
	new.phone := coalesce(new.phone, kept.phone);
	new.location := coalesce(new.location, kept.location);
	new.bio := coalesce(new.bio, kept.bio);
	new.avatar_url := coalesce(new.avatar_url, kept.avatar_url);
	new.referral_code := coalesce(new.referral_code, kept.referral_code);
	update public.profiles f set name = new.name, phone = new.phone, location = new.location, bio = new.bio,
		avatar_url = new.avatar_url, email = coalesce(new.email, kept.email), role = coalesce(new.role, kept.role),
		status = coalesce(new.status, kept.status), referral_code = new.referral_code
	 where f.user_id = coalesce(new.user_id, new.id);
	if not found then
		raise exception 'there is no account of that id, or it is not yours' using errcode = '42501';
	end if;
	select * into new from public.profiles f where f.user_id = kept.user_id;
	return new;
end $$;
create trigger profiles_inserted instead of insert on public.profiles for each row execute function private.profiles_inserted();
create trigger profiles_updated instead of update on public.profiles for each row execute function private.profiles_written();

grant select on public.profiles to anon;
grant select, insert, update on public.profiles to authenticated, service_role;
