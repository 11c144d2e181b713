-- The world that the tests of this folder share: the seeded people and things, and some more. Each
-- file is one transaction that is rolled back.
\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset tuples_only on
begin;
set local client_min_messages = warning;
set local search_path = tap, pg_catalog, pg_temp;

-- ids by name
create function pg_temp.id(name text) returns uuid language sql immutable as $$
	select (case name
		when 'awa' then '00000000-0000-4000-8000-000000000001' -- owner of the tickets
		when 'issa' then '00000000-0000-4000-8000-000000000002'
		when 'staff' then '00000000-0000-4000-8000-000000000003' -- of event 1
		when 'organizer' then '00000000-0000-4000-8000-000000000004'
		when 'stranger' then '00000000-0000-4000-8000-0000000000a1'
		when 'foreign' then '00000000-0000-4000-8000-0000000000a2' -- organizer of other events
		when 'admin' then '00000000-0000-4000-8000-0000000000a3'
		when 'addressee' then '00000000-0000-4000-8000-0000000000a4' -- proven e-mail, has an offer
		when 'impostor' then '00000000-0000-4000-8000-0000000000a5' -- same number as the addressee's, not proven
		when 'guest order' then '50000000-0000-4000-8000-0000000000a1'
		when 'guest ticket' then '10000000-0000-4000-8000-0000000000a1'
		when 'held event' then '20000000-0000-4000-8000-0000000000a1'
		when 'held ticket' then '10000000-0000-4000-8000-0000000000a2'
		when 'foreign event' then '20000000-0000-4000-8000-0000000000a2'
		when 'offer' then '70000000-0000-4000-8000-0000000000a1'
		when 'awa payment' then '80000000-0000-4000-8000-0000000000a1'
		when 'guest payment' then '80000000-0000-4000-8000-0000000000a2'
		when 'rule' then '90000000-0000-4000-8000-0000000000a1'
		when 'old rule' then '90000000-0000-4000-8000-0000000000a2'
		when 'category' then '90000000-0000-4000-8000-0000000000a3'
		when 'override' then '90000000-0000-4000-8000-0000000000a4'
		when 'second' then '90000000-0000-4000-8000-0000000000b1' -- one row of each table of the second rank
		when 'second draft' then '90000000-0000-4000-8000-0000000000b2'
		end)::uuid $$;
create function pg_temp.ticket(number integer) returns uuid language sql immutable as $$
	select ('10000000-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid $$;
create function pg_temp.event(number integer) returns uuid language sql immutable as $$
	select ('20000000-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid $$;

insert into auth.users (id, email, raw_user_meta_data)
select pg_temp.id(n), n || '@example.org', jsonb_build_object('name', initcap(n), 'phone',
	case when n in ('addressee', 'impostor') then '70 00 00 99' end)
  from unnest(array['stranger', 'foreign', 'admin', 'addressee', 'impostor']) n;
update private.people set role = 'ORGANIZER' where user_id = pg_temp.id('foreign');
update private.people set role = 'ADMIN' where user_id = pg_temp.id('admin');
update private.people set email_verified_at = private.now() where user_id <> pg_temp.id('impostor');
update private.people set phone_verified_at = private.now() where user_id = pg_temp.id('addressee');

insert into public.events (id, title, description, location, image_url, date, time, price, capacity, status, organizer_id) values
	(pg_temp.id('held event'), 'Annulé', '-', '-', '-', current_date + 5, '20:00', 1000, 10, 'CANCELLED', pg_temp.id('organizer')),
	(pg_temp.id('foreign event'), 'Ailleurs', '-', '-', '-', current_date + 5, '20:00', 1000, 10, 'PUBLISHED', pg_temp.id('foreign'));
insert into public.ticket_types (id, event_id, name, price, quantity)
values (pg_temp.id('held event'), pg_temp.id('held event'), 'Place', 1000, 10);
insert into public.orders (id, guest_email, event_id, total, status, payment_method)
values (pg_temp.id('guest order'), 'guest@example.org', pg_temp.event(1), 5000, 'COMPLETED', 'CARD');
insert into public.guest_orders (id, order_id, email, token)
values (pg_temp.id('guest order'), pg_temp.id('guest order'), 'guest@example.org', pg_temp.id('guest order'));
insert into public.tickets (id, order_id, event_id, user_id, ticket_type_id, payment_status) values
	(pg_temp.id('guest ticket'), pg_temp.id('guest order'), pg_temp.event(1), null, '30000000-0000-4000-8000-000000000001', 'paid'),
	(pg_temp.id('held ticket'), '50000000-0000-4000-8000-000000000001', pg_temp.id('held event'), pg_temp.id('awa'), pg_temp.id('held event'), 'paid');
insert into public.ticket_transfers (id, ticket_id, sender_id, recipient_email)
values (pg_temp.id('offer'), pg_temp.ticket(2), pg_temp.id('awa'), 'addressee@example.org');
insert into public.payments (id, order_id, amount, payment_method, provider, status) values
	(pg_temp.id('awa payment'), '50000000-0000-4000-8000-000000000001', 35000, 'mobile_money', 'pawapay', 'completed'),
	(pg_temp.id('guest payment'), pg_temp.id('guest order'), 5000, 'credit_card', 'stripe', 'completed');
insert into public.idempotency_keys (key, payment_id) values ('k', pg_temp.id('awa payment'));
insert into public.otp_codes (phone, code) values ('+22670000001', repeat('0', 64));
insert into public.service_fee_rules (id, name, scope, event_id, fee_type, fee_value, active) values
	(pg_temp.id('rule'), 'Ailleurs', 'EVENT', pg_temp.id('foreign event'), 'FIXED', 100, true),
	(pg_temp.id('old rule'), 'Ancienne', 'GLOBAL', null, 'FIXED', 100, false);
insert into public.categories (id, name) values (pg_temp.id('category'), 'Essai');
insert into public.event_category_relations (event_id, category_id) values (pg_temp.event(1), pg_temp.id('category')), (pg_temp.event(3), pg_temp.id('category'));
insert into public.ticket_type_pricing_overrides (id, ticket_type_id, day_type, price)
values (pg_temp.id('override'), '30000000-0000-4000-8000-000000000002', 'weekend', 20000);
insert into public.free_ticket_reservations (id, user_id, event_id) values (pg_temp.id('offer'), pg_temp.id('awa'), pg_temp.event(3));
insert into public.notifications (id, user_id, type, title, message)
values (pg_temp.id('offer'), pg_temp.id('awa'), 'SYSTEM', 'T', 'M');

-- the second rank
insert into public.support_categories (id, name) values (pg_temp.id('second'), 'Essai');
update public.fx_rates set is_active = false;
insert into public.fx_rates (id, from_currency, to_currency, rate_decimal) values (pg_temp.id('second'), 'USD', 'XOF', 600);
insert into public.translations (id, key, locale, content) values (pg_temp.id('second'), 'essai', 'fr', 'Essai');
insert into public.banners (id, title, image_url) values (pg_temp.id('second'), 'Essai', '-');
insert into public.venues (id, name, slug) values (pg_temp.id('second'), 'Essai', 'essai');
insert into public.venue_services (id, venue_id, name) values (pg_temp.id('second'), pg_temp.id('second'), 'Essai');
insert into public.artists (id, name, slug) values (pg_temp.id('second'), 'Essai', 'essai');
insert into public.tags (id, name, slug) values (pg_temp.id('second'), 'Essai', 'essai');
insert into public.event_artists (id, event_id, artist_id) values (pg_temp.id('second'), pg_temp.event(1), pg_temp.id('second'));
insert into public.event_tags (id, event_id, tag_id) values (pg_temp.id('second'), pg_temp.event(1), pg_temp.id('second'));
insert into public.event_images (id, event_id, image_url) values (pg_temp.id('second'), pg_temp.event(1), '-');
insert into public.food_menu_categories (id, event_id, name) values (pg_temp.id('second'), pg_temp.event(1), 'Essai');
insert into public.food_menu_items (id, category_id, name) values (pg_temp.id('second'), pg_temp.id('second'), 'Essai');
insert into public.blog_categories (id, name, slug) values (pg_temp.id('second'), 'Essai', 'essai');
insert into public.blog_tags (id, name, slug) values (pg_temp.id('second'), 'Essai', 'essai');
insert into public.blog_posts (id, title, slug, author_id, status, published_at) values
	(pg_temp.id('second'), 'Essai', 'essai', pg_temp.id('organizer'), 'PUBLISHED', private.now()), (pg_temp.id('second draft'), 'Brouillon', 'brouillon', pg_temp.id('organizer'), 'DRAFT', null);
insert into public.blog_post_categories (id, post_id, category_id) values (pg_temp.id('second'), pg_temp.id('second'), pg_temp.id('second'));
insert into public.blog_post_tags (id, post_id, tag_id) values (pg_temp.id('second'), pg_temp.id('second'), pg_temp.id('second'));
insert into public.organizer_profiles (organizer_id, business_name, slug) values (pg_temp.id('organizer'), 'Essai', 'essai') on conflict do nothing;
insert into public.newsletter_subscriptions (id, email) values (pg_temp.id('second'), 'essai@example.org');
insert into public.payment_methods (user_id, method_type, provider, account_number) values (pg_temp.id('awa'), 'mobile_money', 'orange', '****1234');
insert into public.credit_transactions (user_id, amount, type) values (pg_temp.id('awa'), 500, 'earned');
insert into public.user_referral_codes (user_id, referral_code) values (pg_temp.id('awa'), 'TEMBAAAAAA');
insert into public.referrals (id, referrer_id, referee_id, referral_code) values (pg_temp.id('second'), pg_temp.id('awa'), pg_temp.id('issa'), 'TEMBAAAAAA');
insert into public.referral_rewards (referral_id, user_id, reward_value) values (pg_temp.id('second'), pg_temp.id('awa'), 500);
insert into public.auth_audit_log (user_id, ip_address) values (pg_temp.id('awa'), '127.0.0.1');
insert into public.user_push_tokens (user_id, token, platform) values (pg_temp.id('awa'), 't', 'web');
insert into public.support_tickets (id, user_id, subject) values (pg_temp.id('second'), pg_temp.id('awa'), 'Essai');
insert into public.support_messages (ticket_id, user_id, message) values (pg_temp.id('second'), pg_temp.id('awa'), 'Essai');

-- From now on the transaction acts as this role, with these claims ('' = none).
create procedure pg_temp.act_as(role name, person uuid) language plpgsql as $$
begin
	perform set_config('request.jwt.claims', json_build_object('role', role, 'sub', person)::text, true);
	execute format('set local role %I', role);
end $$;

-- What became of a statement that `role` runs: the rows it touched, or the error's SQLSTATE. Its
-- effect is undone.
create function pg_temp.try(role name, person uuid, statement text) returns text language plpgsql as $$
declare
	rows bigint;
	state text;
begin
	begin
		call pg_temp.act_as(role, person);
		execute statement;
		get diagnostics rows = row_count;
		raise exception using errcode = 'UNDOO';
	exception when others then
		get stacked diagnostics state = returned_sqlstate;
		return case state when 'UNDOO' then rows::text else state end;
	end;
end $$;
