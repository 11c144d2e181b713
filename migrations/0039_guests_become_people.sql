-- Whoever proves an address or a number has what a guest of that address or number bought: at the
-- moment of the proof and not at sign-up (functions.md 9.5, decisions 18), once. The printed code stays
-- good: its holder is the same.

create function private.guest_order_merge(order_id uuid, person uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
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

create function private.person_proven() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	theirs record;
begin
	for theirs in
		select g.order_id from public.guest_orders g join public.orders o on o.id = g.order_id and o.user_id is null
		 where (new.email_verified_at is not null and g.email = new.email)
		    or (new.phone_verified_at is not null and g.phone = new.phone)
		 order by g.order_id
	loop
		perform private.guest_order_merge(theirs.order_id, new.user_id);
	end loop;
	return null;
end $$;
create trigger person_proven after update of email, phone, email_verified_at, phone_verified_at on private.people for each row
	when ((new.email_verified_at is not null and (old.email_verified_at is null or old.email is distinct from new.email))
		or (new.phone_verified_at is not null and (old.phone_verified_at is null or old.phone is distinct from new.phone)))
	execute function private.person_proven();
create index guest_orders_phone_idx on public.guest_orders (phone) where phone is not null;

-- What is a person's is no longer opened by the id of the order or the link of the guest.
create or replace function private.guest_orders_named() returns setof uuid language plpgsql stable
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
	orders uuid[] := nullif(current_setting('temba.guest_orders', true), '');
	tokens uuid[] := nullif(current_setting('temba.guest_tokens', true), '');
begin
	if orders is not null then
		return query select g.order_id from public.guest_orders g join public.orders o on o.id = g.order_id and o.user_id is null
		 where g.order_id = any (orders) and private.event_start(o.event_id, o.event_date_id) + interval '48 hours' > private.now();
	end if;
	if tokens is not null then
		return query select g.order_id from public.guest_orders g join public.orders o on o.id = g.order_id and o.user_id is null where g.token = any (tokens);
	end if;
end $$;
