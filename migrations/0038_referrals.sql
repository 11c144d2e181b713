-- Referrals: who invited whom, and what a paid order gives both. The order alone rewards, in the
-- transaction that completes it; no page and no client does.

insert into private.referral_config (key, value, value_type, category, description)
values ('new_user_days', '30', 'number', 'rules', 'days after sign-up in which somebody may say who invited them');
alter table public.referrals add column order_id uuid references public.orders (id); -- what completed it
create index referrals_order_idx on public.referrals (order_id);

create function private.referral_setting(name text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
	select c.value from private.referral_config c where c.key = name;
end;

-- The person's code: the one they have, or the candidate. No row when somebody else has the candidate:
-- the caller makes another one.
create function private.referral_code(person uuid, candidate text) returns table (code text, active boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	insert into public.user_referral_codes (user_id, referral_code, created_at) values (person, candidate, private.now()) on conflict do nothing;
	insert into public.user_credits (user_id, created_at, updated_at) values (person, private.now(), private.now())
	on conflict on constraint user_credits_pkey do nothing;
	return query select c.referral_code, c.is_active from public.user_referral_codes c where c.user_id = person;
end $$;

-- ---- rewards

-- One reward of a referral for one person: its row, the credit, the ledger. Again is nothing.
create function private.referral_reward(referral uuid, person uuid, amount numeric) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	days integer := private.referral_setting('credit_expiry_days')::integer;
	made uuid;
begin
	if amount is null or amount <= 0 then
		return;
	end if;
	insert into public.referral_rewards (referral_id, user_id, reward_value, expires_at, created_at)
	values (referral, person, amount, case when days > 0 then private.now() + make_interval(days => days) end, private.now())
	on conflict on constraint referral_rewards_once do nothing returning id into made;
	if made is null then
		return;
	end if;
	insert into public.credit_transactions (user_id, amount, type, source, reference_id, description, created_at)
	values (person, amount, 'earned', 'referral', referral, 'Parrainage', private.now());
	perform private.ledger_post('CREDIT', 'credit:' || made, null, null, null, jsonb_build_array(
		jsonb_build_object('account', 'PROMO_EXPENSE', 'currency', 'XOF', 'minor', amount::bigint),
		jsonb_build_object('account', 'CREDIT_WALLET', 'of', person, 'currency', 'XOF', 'minor', -amount::bigint)));
end $$;

-- Whether the person has proved an address or a number: unproven accounts cost nothing and earn nothing.
create function private.is_proven(person uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
	select exists (select from private.people p where p.user_id = person and p.status = 'ACTIVE'
		and (p.email_verified_at is not null or p.phone_verified_at is not null));
end;

-- Closes a pending referral and rewards both, once. Wallets are locked in one order.
create function private.referral_close(referral uuid, event text, bought uuid, for_referrer numeric, for_referee numeric) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	closed public.referrals;
	share record;
begin
	update public.referrals r set status = 'completed', conversion_event = event, order_id = bought, completed_at = private.now(), rewarded_at = private.now()
	 where r.id = referral and r.status = 'pending' returning * into closed;
	if not found then
		return false;
	end if;
	for share in
		select x.person, x.amount from (values (closed.referrer_id, for_referrer), (closed.referee_id, for_referee)) x (person, amount) order by x.person
	loop
		perform private.referral_reward(referral, share.person, share.amount);
	end loop;
	return true;
end $$;

-- A person says who invited them. One word: tracked, or why not.
create function private.referral_track(person uuid, code text, click text, device text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	inviter public.user_referral_codes;
	newcomer record;
	made uuid;
begin
	if private.referral_setting('program_enabled') is distinct from 'true' then
		return 'off';
	end if;
	select * into inviter from public.user_referral_codes c where c.referral_code = upper(code) and c.is_active;
	if not found or not exists (select from private.people p where p.user_id = inviter.user_id and p.status = 'ACTIVE') then
		return 'unknown_code';
	elsif inviter.user_id = person then
		return 'own_code';
	elsif exists (select from public.referrals r where r.referee_id = person) then
		return 'already';
	end if;
	select u.created_at into newcomer from auth.users u where u.id = person;
	if newcomer.created_at < private.now() - make_interval(days => private.referral_setting('new_user_days')::integer)
		or exists (select from public.orders o where o.user_id = person and o.status = 'COMPLETED' and o.total_minor > 0) then
		return 'not_new';
	end if;
	insert into public.referrals (referrer_id, referee_id, referral_code, appsflyer_click_id, device_id, created_at)
	values (inviter.user_id, person, inviter.referral_code, click, device, private.now())
	on conflict on constraint referrals_referee_key do nothing returning id into made;
	if made is null then
		return 'already';
	end if;
	if private.referral_setting('trigger_event') = 'signup' and private.is_proven(person) then
		perform private.referral_close(made, 'signup', null, 0, private.referral_setting('referee_signup_bonus')::numeric);
	end if;
	return 'tracked';
end $$;

-- The first paid order that is large enough, of somebody whose contact is proven.
create function private.referral_order_completed() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	bought record;
	referral uuid;
begin
	select o.user_id, o.total_minor, o.currency into bought from public.orders o where o.id = new.order_id;
	if bought.user_id is null or bought.total_minor = 0 or bought.currency <> 'XOF' then
		return null;
	end if;
	select r.id into referral from public.referrals r where r.referee_id = bought.user_id and r.status = 'pending' for no key update;
	if found and private.referral_setting('program_enabled') = 'true' and private.referral_setting('trigger_event') = 'first_purchase'
		and bought.total_minor >= private.referral_setting('min_purchase_amount')::bigint and private.is_proven(bought.user_id) then
		perform private.referral_close(referral, 'first_purchase', new.order_id,
			private.referral_setting('referrer_reward_amount')::numeric, private.referral_setting('referee_purchase_bonus')::numeric);
	end if;
	return null;
end $$;
create trigger referral_order_completed after update of state on private.order_state for each row
	when (new.state = 'COMPLETED' and old.state in ('HELD', 'AWAITING_PAYMENT', 'EXPIRED', 'CANCELLED'))
	execute function private.referral_order_completed();

-- The order that rewarded was given back: so are the rewards, as far as they are still there.
create function private.referral_order_refunded() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	reward record;
	taken numeric;
begin
	for reward in
		select w.id, w.user_id, w.reward_value, w.referral_id from public.referrals r join public.referral_rewards w on w.referral_id = r.id and w.status = 'issued'
		 where r.order_id = new.order_id order by w.user_id for no key update of w
	loop
		select least(c.balance, reward.reward_value) into taken from public.user_credits c where c.user_id = reward.user_id for no key update;
		update public.referral_rewards w set status = 'clawed_back', metadata = jsonb_build_object('taken_back', taken, 'spent_before', reward.reward_value - taken)
		 where w.id = reward.id;
		continue when coalesce(taken, 0) <= 0;
		insert into public.credit_transactions (user_id, amount, type, source, reference_id, description, created_at)
		values (reward.user_id, -taken, 'clawback', 'referral', reward.referral_id, 'Parrainage : commande remboursée', private.now());
		perform private.ledger_post('CLAWBACK', 'clawback:' || reward.id, new.order_id, null, null, jsonb_build_array(
			jsonb_build_object('account', 'CREDIT_WALLET', 'of', reward.user_id, 'currency', 'XOF', 'minor', taken::bigint),
			jsonb_build_object('account', 'PROMO_EXPENSE', 'currency', 'XOF', 'minor', -taken::bigint)));
	end loop;
	return null;
end $$;
create trigger referral_order_refunded after update of state on private.order_state for each row
	when (new.state = 'REFUNDED' and old.state <> 'REFUNDED') execute function private.referral_order_refunded();

-- What a page is told after an order: nothing is done here.
create function private.referral_told(person uuid, bought uuid) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	paid record;
	known public.referrals;
begin
	select o.status, o.total_minor into paid from public.orders o where o.id = bought and o.user_id = person;
	if not found then
		return 'order_not_found';
	elsif paid.status <> 'COMPLETED' then
		return 'not_paid';
	end if;
	select * into known from public.referrals r where r.referee_id = person;
	if not found then
		return 'none';
	elsif known.status = 'completed' then
		return case when known.order_id = bought then 'rewarded' else 'already' end;
	elsif private.referral_setting('program_enabled') is distinct from 'true' then
		return 'off';
	elsif private.referral_setting('trigger_event') <> 'first_purchase' then
		return 'none';
	elsif paid.total_minor < private.referral_setting('min_purchase_amount')::bigint then
		return 'below_minimum';
	end if;
	return 'not_proven';
end $$;

create function private.referral_settings() returns table (key text, value text, value_type text, category text, description text)
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
	select c.key, c.value, c.value_type, c.category, c.description from private.referral_config c
	 where c.key in ('program_enabled', 'trigger_event', 'referrer_reward_amount', 'referee_signup_bonus', 'referee_purchase_bonus',
		'min_purchase_amount', 'credit_expiry_days') order by c.key;
end;
