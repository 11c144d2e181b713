-- What stands around the core: money matters of people, directories, support, translations. Who sees
-- them stands beside each.

-- ---- of one person

create table public.payment_methods (
	id uuid primary key default gen_random_uuid(),
	user_id uuid not null references private.people (user_id),
	method_type text not null constraint payment_methods_type_check check (method_type in ('mobile_money', 'credit_card', 'bank_transfer')),
	provider text not null,
	-- masked by the client; a whole card number is never kept
	account_number text not null constraint payment_methods_masked check (account_number !~ '\d{13}' and account_number !~ '(\d{4}[ -]?){3}\d'),
	account_name text not null default '',
	is_default boolean not null default false,
	is_active boolean not null default true,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
create unique index payment_methods_once on public.payment_methods (user_id, method_type, provider, account_number) where is_active;
create index payment_methods_user_idx on public.payment_methods (user_id, is_active, is_default desc, created_at desc);

create table public.user_credits (
	user_id uuid primary key references private.people (user_id),
	balance numeric not null default 0 constraint user_credits_balance_check check (balance >= 0),
	lifetime_earned numeric not null default 0,
	lifetime_spent numeric not null default 0,
	currency text not null default 'XOF',
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);

create table public.credit_transactions (
	id uuid primary key default gen_random_uuid(),
	user_id uuid not null references private.people (user_id),
	amount numeric not null, -- below zero: spent
	type text not null,
	source text,
	reference_id uuid,
	balance_after numeric,
	description text,
	created_at timestamptz not null default now()
);
create index credit_transactions_user_idx on public.credit_transactions (user_id, created_at desc);
-- one bonus of a kind for one cause, however often it is asked for
create unique index credit_transactions_once on public.credit_transactions (user_id, type, source, reference_id) where reference_id is not null;

-- The ledger moves the balance, in one transaction: nobody writes the balance.
create function private.credit_written() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	insert into public.user_credits (user_id) values (new.user_id) on conflict on constraint user_credits_pkey do nothing;
	update public.user_credits c set balance = c.balance + new.amount, lifetime_earned = c.lifetime_earned + greatest(new.amount, 0),
		lifetime_spent = c.lifetime_spent - least(new.amount, 0), updated_at = private.now()
	 where c.user_id = new.user_id returning c.balance into new.balance_after;
	return new;
end $$;
create trigger credit_written before insert on public.credit_transactions for each row execute function private.credit_written();
create trigger append_only before update or delete on public.credit_transactions for each row execute function private.append_only();

create table public.user_referral_codes (
	id uuid primary key default gen_random_uuid(),
	user_id uuid not null constraint user_referral_codes_user_key unique references private.people (user_id),
	referral_code text not null constraint user_referral_codes_code_key unique
		constraint user_referral_codes_canonical check (referral_code = upper(referral_code)),
	is_active boolean not null default true,
	created_at timestamptz not null default now()
);

create table public.referrals (
	id uuid primary key default gen_random_uuid(),
	referrer_id uuid not null references private.people (user_id),
	referee_id uuid not null constraint referrals_referee_key unique references private.people (user_id),
	referral_code text not null,
	status text not null default 'pending' constraint referrals_status_check check (status in ('pending', 'completed')),
	referee_email text,
	referee_phone text,
	appsflyer_click_id text,
	device_id text,
	metadata jsonb,
	conversion_event text,
	completed_at timestamptz,
	rewarded_at timestamptz,
	created_at timestamptz not null default now(),
	constraint referrals_not_oneself check (referrer_id <> referee_id)
);
create index referrals_referrer_idx on public.referrals (referrer_id);

create table public.referral_rewards (
	id uuid primary key default gen_random_uuid(),
	referral_id uuid not null references public.referrals (id),
	user_id uuid not null references private.people (user_id),
	reward_type text not null default 'credit',
	reward_value numeric not null constraint referral_rewards_value_check check (reward_value >= 0),
	amount numeric generated always as (reward_value) stored,
	status text not null default 'issued',
	expires_at timestamptz,
	metadata jsonb,
	created_at timestamptz not null default now(),
	constraint referral_rewards_once unique (referral_id, user_id)
);
create index referral_rewards_user_idx on public.referral_rewards (user_id);

create table private.referral_config (
	key text primary key,
	value text not null,
	value_type text not null default 'string' check (value_type in ('number', 'boolean', 'string')),
	category text not null default 'general',
	description text
);
insert into private.referral_config (key, value, value_type, category, description) values
	('program_enabled', 'true', 'boolean', 'general', 'whether the programme runs'),
	('trigger_event', 'first_purchase', 'string', 'general', 'signup or first_purchase'),
	('referrer_reward_amount', '500', 'number', 'rewards', 'francs for who invited'),
	('referee_signup_bonus', '0', 'number', 'rewards', 'francs for who was invited, at sign-up'),
	('referee_purchase_bonus', '250', 'number', 'rewards', 'francs for who was invited, at the first purchase'),
	('min_purchase_amount', '1000', 'number', 'rules', 'francs of the first purchase at least'),
	('credit_expiry_days', '365', 'number', 'rules', '0: never');

create table public.auth_audit_log (
	id uuid primary key default gen_random_uuid(),
	user_id uuid not null references private.people (user_id),
	ip_address text not null,
	user_agent text,
	location text,
	created_at timestamptz not null default now()
);
create index auth_audit_log_user_idx on public.auth_audit_log (user_id, created_at desc);

-- Every sign-in is a row that its person can look at.
create function private.session_logged() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	insert into public.auth_audit_log (user_id, ip_address, user_agent, created_at)
	select new.user_id, coalesce(host(new.ip), '-'), new.user_agent, private.now()
	 where exists (select from private.people p where p.user_id = new.user_id);
	return null;
end $$;
create trigger session_logged after insert on auth.sessions for each row execute function private.session_logged();

create table public.user_push_tokens (
	id uuid primary key default gen_random_uuid(),
	user_id uuid not null constraint user_push_tokens_user_key unique references private.people (user_id),
	token text not null,
	platform text not null constraint user_push_tokens_platform_check check (platform in ('ios', 'android', 'web')),
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);

-- ---- support

create table public.support_categories (
	id uuid primary key default gen_random_uuid(),
	name text not null constraint support_categories_name_key unique,
	description text,
	created_at timestamptz not null default now()
);

create table public.support_tickets (
	id uuid primary key default gen_random_uuid(),
	user_id uuid references private.people (user_id), -- NULL: the contact form
	category_id uuid references public.support_categories (id) on delete set null,
	subject text not null constraint support_tickets_subject_length check (length(subject) between 1 and 300),
	status text not null default 'OPEN' constraint support_tickets_status_check check (status in ('OPEN', 'IN_PROGRESS', 'RESOLVED', 'CLOSED')),
	priority text not null default 'MEDIUM' constraint support_tickets_priority_check check (priority in ('LOW', 'MEDIUM', 'HIGH', 'URGENT')),
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	resolved_at timestamptz,
	last_reply_at timestamptz
);
create index support_tickets_user_idx on public.support_tickets (user_id, created_at desc);
create index support_tickets_status_idx on public.support_tickets (status, last_reply_at desc);
create index support_tickets_category_idx on public.support_tickets (category_id);

create table public.support_messages (
	id uuid primary key default gen_random_uuid(),
	ticket_id uuid not null references public.support_tickets (id) on delete cascade,
	user_id uuid references private.people (user_id),
	message text not null constraint support_messages_length check (length(message) between 1 and 10000),
	is_staff_reply boolean not null default false,
	created_at timestamptz not null default now()
);
create index support_messages_ticket_idx on public.support_messages (ticket_id, created_at);

create function private.support_asked() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	if tg_table_name = 'support_messages' then
		new.user_id := auth.uid();
		new.is_staff_reply := private.is_admin();
	else
		new.user_id := auth.uid();
		new.status := 'OPEN';
		new.resolved_at := null;
		new.last_reply_at := null;
	end if;
	new.created_at := private.now();
	return new;
end $$;
create trigger support_asked before insert on public.support_tickets for each row when (private.from_client()) execute function private.support_asked();
create trigger support_asked before insert on public.support_messages for each row when (private.from_client()) execute function private.support_asked();

create function private.support_replied() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	update public.support_tickets t set last_reply_at = new.created_at where t.id = new.ticket_id;
	return null;
end $$;
create trigger support_replied after insert on public.support_messages for each row execute function private.support_replied();

-- ---- for everybody

create table public.fx_rates (
	id uuid primary key default gen_random_uuid(),
	from_currency text not null,
	to_currency text not null,
	rate_decimal numeric(20, 10) not null constraint fx_rates_rate_check check (rate_decimal > 0),
	rate_numerator bigint,
	rate_denominator bigint,
	source text,
	valid_from timestamptz not null default now(),
	valid_until timestamptz,
	is_active boolean not null default true,
	metadata jsonb,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	-- a rate that was typed the wrong way round is refused
	constraint fx_rates_sane check ((from_currency, to_currency) <> ('USD', 'XOF') or rate_decimal between 300 and 1000)
);
create unique index fx_rates_one_active on public.fx_rates (from_currency, to_currency) where is_active;

create table public.translations (
	id uuid primary key default gen_random_uuid(),
	key text not null,
	locale text not null,
	content text not null,
	namespace text not null default 'common',
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint translations_once unique (key, locale)
);
create index translations_locale_idx on public.translations (locale);

create table public.banners (
	id uuid primary key default gen_random_uuid(),
	title text not null,
	image_url text not null,
	description text,
	link text,
	event_id uuid references public.events (id) on delete set null,
	display_order integer not null default 0,
	active boolean not null default true,
	locale text not null default 'en',
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
create index banners_active_idx on public.banners (active, display_order);
create index banners_event_idx on public.banners (event_id);

-- Addresses are nobody's to read, not even their own: the page takes "not found" for "not yet".
create table public.newsletter_subscriptions (
	id uuid primary key default gen_random_uuid(),
	email text not null constraint newsletter_subscriptions_email_key unique
		constraint newsletter_subscriptions_email_check check (email = lower(email collate "C") and length(email) <= 255
			and email ~ '^[^[:space:]@]+@[^[:space:]@.]+(\.[^[:space:]@.]+)+$'),
	status text not null default 'ACTIVE' constraint newsletter_subscriptions_status_check check (status in ('ACTIVE', 'UNSUBSCRIBED')),
	subscribed_at timestamptz not null default now(),
	unsubscribed_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);

create function private.newsletter_asked() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	new.email := lower(btrim(new.email) collate "C");
	new.status := 'ACTIVE';
	if exists (select from public.newsletter_subscriptions n where n.email = new.email) then
		return null; -- once more is nothing, and does not say so
	end if;
	return new;
end $$;
create trigger newsletter_asked before insert on public.newsletter_subscriptions for each row when (private.from_client()) execute function private.newsletter_asked();

do $$
declare
	what text;
begin
	foreach what in array array['payment_methods', 'user_credits', 'user_push_tokens', 'support_tickets', 'fx_rates', 'translations', 'banners',
		'newsletter_subscriptions']
	loop
		execute format('create trigger touch before update on public.%I for each row execute function private.touch()', what);
	end loop;
end $$;

-- ---- who sees what

create function private.my_support() returns setof uuid stable
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	select t.id from public.support_tickets t where t.user_id = auth.uid();
end;
grant execute on function private.my_support() to authenticated, service_role;

select private.secure_tables();
select private.public_table(t::regclass, v) from (values ('public.support_categories', 'true'), ('public.fx_rates', 'is_active'), ('public.translations', 'true'),
	('public.banners', 'active')) w (t, v);
-- rows that their person only reads
do $$
declare
	what text;
begin
	foreach what in array array['user_credits', 'credit_transactions', 'user_referral_codes', 'referral_rewards', 'auth_audit_log'] loop
		execute format('create policy client_read on public.%I for select to authenticated using (user_id = (select auth.uid()) or (select private.is_admin()))', what);
		execute format('grant select on public.%I to authenticated', what);
	end loop;
	foreach what in array array['payment_methods', 'user_push_tokens'] loop
		execute format('create policy client_read on public.%I for select to authenticated using (user_id = (select auth.uid()))', what);
		execute format('create policy client_insert on public.%I for insert to authenticated with check (user_id = (select auth.uid()))', what);
		execute format('create policy client_update on public.%I for update to authenticated using (user_id = (select auth.uid()))', what);
		execute format('grant select, insert, update on public.%I to authenticated', what);
	end loop;
end $$;
create policy client_delete on public.user_push_tokens for delete to authenticated using (user_id = (select auth.uid()));
grant delete on public.user_push_tokens to authenticated;
-- the contacts of who was invited are not the inviter's to know
create policy client_read on public.referrals for select to authenticated using (referrer_id = (select auth.uid()) or (select private.is_admin()));
grant select on public.referrals to authenticated;
create function private.referrals_masked() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	new.referee_email := regexp_replace(new.referee_email, '^(.).*@', '\1***@');
	new.referee_phone := '****' || right(new.referee_phone, 2);
	return new;
end $$;
create trigger referrals_masked before insert or update of referee_email, referee_phone on public.referrals for each row execute function private.referrals_masked();

create policy client_read on public.support_tickets for select to authenticated using (user_id = (select auth.uid()) or (select private.is_admin()));
create policy client_insert on public.support_tickets for insert to authenticated with check (user_id = (select auth.uid()));
create policy client_update on public.support_tickets for update to authenticated using ((select private.is_admin()));
create policy client_read on public.support_messages for select to authenticated using (ticket_id in (select private.my_support()) or (select private.is_admin()));
create policy client_insert on public.support_messages for insert to authenticated with check (ticket_id in (select private.my_support()) or (select private.is_admin()));
grant select, insert, update on public.support_tickets to authenticated;
grant select, insert on public.support_messages to authenticated;

create policy client_read on public.newsletter_subscriptions for select to authenticated using ((select private.is_admin()));
create policy client_insert on public.newsletter_subscriptions for insert to anon, authenticated with check (true);
grant select, insert (email) on public.newsletter_subscriptions to anon, authenticated;
