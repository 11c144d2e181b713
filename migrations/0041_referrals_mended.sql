-- Rewards of referrals, where they were too easily kept, never given, or in the way of tickets.

-- A reward is reckoned in the transaction that makes tickets: a setting that is no number would stop it,
-- and somebody who paid would have none.
alter table private.referral_config add constraint referral_config_value_check check (case value_type
	when 'number' then value ~ '^[0-9]{1,9}$' when 'boolean' then value in ('true', 'false') else true end);

-- Wallets are locked at the very end, behind the counters of places: a refund takes the counters first,
-- so whoever completed an order in the other order waited for it in a ring; and a wallet that many share
-- is not locked while a crowd waits for places.
drop trigger referral_order_completed on private.order_state;
create constraint trigger referral_order_completed after update of state on private.order_state deferrable initially deferred for each row
	when (new.state = 'COMPLETED' and old.state in ('HELD', 'AWAITING_PAYMENT', 'EXPIRED', 'CANCELLED'))
	execute function private.referral_order_completed();

-- Takes the rewards of an order back, as far as they are there, when it is no longer one that rewards:
-- the bank has taken the money, no ticket is left, or less is still paid than an order must have.
create function private.referral_claw_back(bought uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	reward record;
	taken numeric;
	kept bigint;
begin
	if not exists (select from public.referrals r where r.order_id = bought) then
		return;
	end if;
	select o.total_minor - coalesce((select sum(r.amount_minor) from private.refunds r join private.payment_state s on s.payment_id = r.payment_id and s.fulfilling
		where r.order_id = bought and r.state not in ('REQUESTED', 'REJECTED')), 0) into kept from public.orders o where o.id = bought;
	if kept >= greatest(private.referral_setting('min_purchase_amount')::bigint, 1)
		and not exists (select from private.order_state s where s.order_id = bought and s.state = 'REFUNDED')
		and not exists (select from private.disputes d where d.order_id = bought and d.state = 'LOST') then
		return;
	end if;
	for reward in
		select w.id, w.user_id, w.reward_value, w.referral_id from public.referrals r join public.referral_rewards w on w.referral_id = r.id and w.status = 'issued'
		 where r.order_id = bought order by w.user_id for no key update of w
	loop
		select least(c.balance, reward.reward_value) into taken from public.user_credits c where c.user_id = reward.user_id for no key update;
		update public.referral_rewards w set status = 'clawed_back', metadata = jsonb_build_object('taken_back', taken, 'spent_before', reward.reward_value - taken)
		 where w.id = reward.id;
		continue when coalesce(taken, 0) <= 0;
		insert into public.credit_transactions (user_id, amount, type, source, reference_id, description, created_at)
		values (reward.user_id, -taken, 'clawback', 'referral', reward.referral_id, 'Parrainage : commande remboursée', private.now());
		perform private.ledger_post('CLAWBACK', 'clawback:' || reward.id, bought, null, null, jsonb_build_array(
			jsonb_build_object('account', 'CREDIT_WALLET', 'of', reward.user_id, 'currency', 'XOF', 'minor', taken::bigint),
			jsonb_build_object('account', 'PROMO_EXPENSE', 'currency', 'XOF', 'minor', -taken::bigint)));
	end loop;
end $$;

drop trigger referral_order_refunded on private.order_state;
create or replace function private.referral_order_refunded() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	perform private.referral_claw_back(new.order_id);
	return null;
end $$;
create constraint trigger referral_order_refunded after update of state on private.order_state deferrable initially deferred for each row
	when (new.state = 'REFUNDED' and old.state <> 'REFUNDED') execute function private.referral_order_refunded();
create constraint trigger referral_order_refunded after insert or update of state on private.refunds deferrable initially deferred for each row
	when (new.order_id is not null and new.state not in ('REQUESTED', 'REJECTED')) execute function private.referral_order_refunded();
create constraint trigger referral_order_refunded after update of state on private.disputes deferrable initially deferred for each row
	when (new.order_id is not null and new.state = 'LOST' and old.state <> 'LOST') execute function private.referral_order_refunded();

-- Where signing up rewards, it does when the contact is proven, which may be after the code was told.
create function private.referral_person_proven() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	waiting uuid;
begin
	select r.id into waiting from public.referrals r where r.referee_id = new.user_id and r.status = 'pending' for no key update;
	if found and private.referral_setting('program_enabled') = 'true' and private.referral_setting('trigger_event') = 'signup'
		and private.is_proven(new.user_id) then
		perform private.referral_close(waiting, 'signup', null, 0, private.referral_setting('referee_signup_bonus')::numeric);
	end if;
	return null;
end $$;
create constraint trigger referral_person_proven after update of email_verified_at, phone_verified_at on private.people deferrable initially deferred for each row
	when ((new.email_verified_at is not null and old.email_verified_at is null) or (new.phone_verified_at is not null and old.phone_verified_at is null))
	execute function private.referral_person_proven();

create or replace function private.referral_told(person uuid, bought uuid) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	paid record;
	known public.referrals;
begin
	select o.status, o.total_minor, o.currency into paid from public.orders o where o.id = bought and o.user_id = person;
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
	elsif private.referral_setting('trigger_event') <> 'first_purchase' or paid.currency <> 'XOF' then
		return 'none';
	elsif paid.total_minor < private.referral_setting('min_purchase_amount')::bigint then
		return 'below_minimum';
	end if;
	return case when private.is_proven(person) then 'none' else 'not_proven' end;
end $$;

-- The mail and the SMS of a cancelled event say that tickets are no longer valid: to those who had some.
-- Who had only begun to pay is told inside the site.
create or replace function private.cancellation_told(order_id uuid, refund uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	insert into public.notifications (user_id, type, title, message, priority, action_url, action_text, metadata, created_at, updated_at)
	select o.user_id, 'EVENT_CANCELLED', 'Événement annulé', format('L''événement « %s » est annulé.', e.title) || coalesce(
	       (select format(' %s %s vous seront remboursés.', trim_scale(r.amount_minor / private.minor_units(r.currency)::numeric), r.currency)
		  from private.refunds r where r.id = refund), ''), 'urgent', '/dashboard', 'Voir mes billets',
	       jsonb_strip_nulls(jsonb_build_object('order_id', o.id, 'event_id', e.id, 'refund_id', refund)), private.now(), private.now()
	  from public.orders o join public.events e on e.id = o.event_id where o.id = order_id and o.user_id is not null;
	if exists (select from public.tickets t where t.order_id = order_id) then
		perform private.order_notice('event_cancelled', order_id, order_id);
	end if;
end $$;

-- Payments are locked before their order, as everywhere: whoever proved an address while the payment
-- came waited for it in a ring.
create or replace function private.guest_order_merge(order_id uuid, person uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	perform from private.payment_state s where s.order_id = order_id order by s.payment_id for no key update;
	perform from private.order_state s join public.orders o on o.id = s.order_id where s.order_id = order_id and o.user_id is null for no key update of s;
	if not found then
		return; -- somebody else's by now
	end if;
	update public.orders o set user_id = person, guest_email = null where o.id = order_id;
	update public.payments p set user_id = person where p.order_id = order_id and p.user_id is null;
	with taken as (
		select s.ticket_id, s.epoch from private.ticket_state s join public.tickets t on t.id = s.ticket_id
		 where t.order_id = order_id and t.user_id is null order by s.ticket_id for no key update of s),
	stepped as (
		update private.ticket_state s set epoch = s.epoch + 1, updated_at = private.now() from taken x where s.ticket_id = x.ticket_id),
	logged as (
		insert into private.ticket_owner_log (ticket_id, epoch, owner_id, cause, at)
		select x.ticket_id, x.epoch + 1, person, 'MERGE', private.now() from taken x)
	update public.tickets t set user_id = person, updated_at = private.now() from taken x where t.id = x.ticket_id;
end $$;
