-- Accounts: what the auth function keeps (auth.*), the people behind them (private.people) and what
-- clients see of people (public.profiles).

-- ---- auth

create table auth.users (
	id uuid primary key default gen_random_uuid(),
	email text constraint users_email_key unique,
	phone text constraint users_phone_key unique, -- digits without '+', as auth clients expect
	encrypted_password text,
	email_confirmed_at timestamptz, -- permission to sign in; the proof is people.email_verified_at
	phone_confirmed_at timestamptz,
	invited_at timestamptz,
	confirmation_sent_at timestamptz,
	recovery_sent_at timestamptz,
	new_email text,
	email_change_sent_at timestamptz,
	new_phone text,
	phone_change_sent_at timestamptz,
	reauthentication_sent_at timestamptz,
	last_sign_in_at timestamptz,
	raw_app_meta_data jsonb not null default '{}',
	raw_user_meta_data jsonb not null default '{}',
	is_anonymous boolean not null default false,
	banned_until timestamptz,
	deleted_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint users_email_canonical check (email = lower(email collate "C") and email <> '' and length(email) <= 255),
	constraint users_phone_canonical check (phone ~ '^[1-9][0-9]{1,14}$')
);
create index users_created_at_idx on auth.users (created_at);

create table auth.identities (
	id uuid primary key default gen_random_uuid(), -- identity_id on the wire
	user_id uuid not null references auth.users (id) on delete cascade,
	provider text not null,
	provider_id text not null, -- "id" on the wire: the user's id for email and phone
	identity_data jsonb not null default '{}',
	email text generated always as (lower(identity_data ->> 'email')) stored,
	last_sign_in_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint identities_provider_key unique (provider, provider_id)
);
create index identities_user_id_idx on auth.identities (user_id);

-- One row per sign-in. Whoever refreshes locks this row first.
create table auth.sessions (
	id uuid primary key default gen_random_uuid(),
	user_id uuid not null references auth.users (id) on delete cascade,
	aal text not null default 'aal1' check (aal in ('aal1', 'aal2', 'aal3')),
	amr jsonb not null default '[]',
	user_agent text,
	ip inet,
	not_after timestamptz,
	refreshed_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
create index sessions_user_id_idx on auth.sessions (user_id);

-- The chain of a session, folded into one row: a token is the current one, its predecessor, or old.
create table auth.refresh_tokens (
	session_id uuid primary key references auth.sessions (id) on delete cascade,
	counter bigint not null default 0, -- of the current token
	current_hash bytea not null constraint refresh_tokens_current_key unique,
	previous_hash bytea,
	rotated_at timestamptz, -- the reuse interval counts from here
	created_at timestamptz not null default now()
) with (fillfactor = 70);
create index refresh_tokens_previous_idx on auth.refresh_tokens (previous_hash);

-- Links and codes sent by mail or SMS; one use, then used_at is set.
create table auth.one_time_tokens (
	id uuid primary key default gen_random_uuid(),
	user_id uuid not null references auth.users (id) on delete cascade,
	kind text not null constraint one_time_tokens_kind check (kind in ('confirmation', 'recovery', 'invite', 'magiclink',
		'email_change_current', 'email_change_new', 'reauthentication', 'sms', 'phone_change', 'pkce')),
	token_hash text not null,
	relates_to text not null, -- the address or number it was sent to: proof is of this one alone
	redirect_to text,
	attempts integer not null default 0,
	created_at timestamptz not null default now(),
	sent_at timestamptz,
	expires_at timestamptz not null,
	used_at timestamptz
);
create unique index one_time_tokens_hash_key on auth.one_time_tokens (token_hash);
create index one_time_tokens_user_idx on auth.one_time_tokens (user_id, kind, created_at desc);
create index one_time_tokens_relates_idx on auth.one_time_tokens (relates_to, kind) where used_at is null;

create table auth.audit_log (
	id bigint generated always as identity primary key,
	at timestamptz not null default now(),
	user_id uuid, -- no foreign key: the log outlives the account
	session_id uuid,
	action text not null,
	ip inet,
	user_agent text,
	detail jsonb not null default '{}'
);
create index audit_log_user_idx on auth.audit_log (user_id, at desc);

-- ---- people

-- The canonical form of a phone number, or NULL; the same rules as shared/temba_phone.c.
create function private.phone(given text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
	digits text := regexp_replace(given, '\D', '', 'g');
	international boolean := given ~ '^[^0-9]*\+';
begin
	if given is null or length(given) > 64 then
		return null;
	end if;
	if not international and left(digits, 2) = '00' then
		international := true;
		digits := substr(digits, 3);
	end if;
	if not international then
		digits := ltrim(digits, '0');
	end if;
	if digits ~ '^226226\d{8}$' then -- web clients glue +226 in front of what begins with it already
		digits := substr(digits, 4);
	end if;
	if not international and (length(digits) = 8
		or digits !~ '^(226\d{8}|225\d{10}|233\d{9}|221\d{9}|223\d{8}|227\d{8}|228\d{8}|229\d{8}|234\d{10,11})$') then
		digits := '226' || digits;
	end if;
	return case when digits ~ '^[1-9]\d{6,14}$' then '+' || digits end;
end $$;

create table private.people (
	user_id uuid primary key references auth.users (id),
	-- a column of its own: shown twice under two names it would make every embed ambiguous
	id uuid generated always as (user_id) stored constraint people_id_key unique,
	name text not null constraint people_name_length check (length(name) between 1 and 200),
	email text not null,
	phone text,
	location text,
	bio text,
	avatar_url text,
	role text not null default 'USER' constraint people_role check (role in ('USER', 'ADMIN', 'ORGANIZER')),
	status text not null default 'ACTIVE' constraint people_status check (status in ('ACTIVE', 'SUSPENDED', 'BANNED')),
	referral_code text constraint people_referral_code_key unique,
	email_verified_at timestamptz, -- proof: a followed link or a code (decisions 18)
	phone_verified_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint people_email_canonical check (email = lower(email collate "C") and email <> ''),
	constraint people_phone_canonical check (phone ~ '^\+[1-9][0-9]{6,14}$'),
	constraint people_made_up_address_is_no_proof check (email_verified_at is null or email not like '%@temba.temp'),
	constraint people_verified_phone_exists check (phone_verified_at is null or phone is not null)
);
-- A proven contact belongs to one person: that is who a ticket sent to it goes to.
create unique index people_verified_email on private.people (email) where email_verified_at is not null;
create unique index people_verified_phone on private.people (phone) where phone_verified_at is not null;
create index people_email_idx on private.people (email);
create index people_phone_idx on private.people (phone) where phone is not null;
create index people_role_idx on private.people (role) where role <> 'USER';
create index people_created_at_idx on private.people (created_at);

-- A changed address or number is not proven, unless the same statement brings the proof.
create function private.people_changed() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	if new.email is distinct from old.email and new.email_verified_at is not distinct from old.email_verified_at then
		new.email_verified_at := null;
	end if;
	if new.phone is distinct from old.phone and new.phone_verified_at is not distinct from old.phone_verified_at then
		new.phone_verified_at := null;
	end if;
	new.updated_at := private.now();
	return new;
end $$;
create trigger people_changed before update on private.people for each row execute function private.people_changed();

create table public.notification_preferences (
	id uuid primary key default gen_random_uuid(),
	user_id uuid not null constraint notification_preferences_user_id_key unique references private.people (user_id),
	email boolean not null default true,
	push boolean not null default false,
	types text[] not null default array['EVENT_REMINDER', 'TICKET_PURCHASED', 'PRICE_CHANGE', 'EVENT_CANCELLED', 'EVENT_UPDATED'],
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
create trigger touch before update on public.notification_preferences for each row execute function private.touch();

-- Profile and preferences are read right after sign-up: they are there when the account is. The
-- metadata is the user's own writing: it may give a name and an unproven number, never a role.
create function private.user_born() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	address text := coalesce(new.email, new.phone || '@temba.temp', new.id || '@temba.temp');
	given text := btrim(coalesce(new.raw_user_meta_data ->> 'name', new.raw_user_meta_data ->> 'full_name', ''));
begin
	insert into private.people (user_id, name, email, phone)
	values (new.id, left(coalesce(nullif(given, ''), split_part(address, '@', 1)), 200), address,
		coalesce('+' || new.phone, private.phone(new.raw_user_meta_data ->> 'phone')));
	insert into public.notification_preferences (user_id) values (new.id);
	return null;
end $$;
create trigger user_born after insert on auth.users for each row execute function private.user_born();

create function private.user_address_changed() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	update private.people set email = new.email where user_id = new.id and email <> new.email;
	return null;
end $$;
create trigger user_address_changed after update of email on auth.users for each row
	when (new.email is distinct from old.email and new.email is not null)
	execute function private.user_address_changed();

-- The session row lives and its person is neither banned nor deleted: asked inside each write
-- (decisions 20).
create function private.caller_alive(session uuid, person uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	return exists (select from auth.sessions s
		join auth.users u on u.id = s.user_id
		join private.people p on p.user_id = s.user_id
		where s.id = session and s.user_id = person
		  and (s.not_after is null or s.not_after > private.now())
		  and (u.banned_until is null or u.banned_until <= private.now())
		  and u.deleted_at is null and p.status <> 'BANNED');
end $$;
