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
('payments', 'of Awa', $$id = pg_temp.id('awa payment')$$, 'order_id = order_id', '',  '',  'r',   '',   '',   '',    '',   'r',  '',   '',   'rud'),
('payments', 'of a guest', $$id = pg_temp.id('guest payment')$$, 'order_id = order_id', '', 'r', '',   '',   '',   '',    '',   'r',  '',   '',   'rud'),
('idempotency_keys', 'a key', $$key = 'k'$$, 'key = key',                    '',  '',  '',    '',   '',   '',    '',   'r',  '',   '',   'rud'),
('otp_codes', 'a code', $$phone = '+22670000001'$$, 'phone = phone',         '',  '',  '',    '',   '',   '',    '',   '',   '',   '',   'rud'),
('service_fee_rules', 'active', $$id = pg_temp.id('rule')$$, 'name = name',  'r', 'r', 'r',   'r',  'r',  'r',   'r',  'rud','r',  'r',  'rud'),
('service_fee_rules', 'not active', $$id = pg_temp.id('old rule')$$, 'name = name', '', '', '', '',   '',   '',    '',   'rud','',   '',   'rud'),
('categories', 'any', $$id = pg_temp.id('category')$$, 'name = name',        'r', 'r', 'r',   'r',  'r',  'r',   'r',  'rud','r',  'r',  'rud'),
('event_category_relations', 'of a published event', $$event_id = pg_temp.event(1) and category_id = pg_temp.id('category')$$, 'created_at = created_at',
	                                                                     'r', 'r', 'r',   'r',  'rud','r',   'r',  'rud','r',  'r',  'rud'),
('event_category_relations', 'of a draft', $$event_id = pg_temp.event(3)$$, 'created_at = created_at',
	                                                                     '',  '',  '',    '',   'rud','',    '',   'rud','',   '',   'rud'),
('ticket_type_pricing_overrides', 'of a published event', $$id = pg_temp.id('override')$$, 'price = price',
	                                                                     'r', 'r', 'r',   'r',  'rud','r',   'r',  'rud','r',  'r',  'rud'),
('free_ticket_reservations', 'of Awa', $$id = pg_temp.id('offer')$$, 'event_id = event_id', '', '', '', '', '',   '',    '',   '',   '',   '',   'rud'),
('category_event_counts', 'any', $$category_id = pg_temp.id('category')$$, 'color = color', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r'),
('order_details', 'of Awa', $$id = '50000000-0000-4000-8000-000000000001'$$, 'status = status', '', '', 'r', '', 'r', '', '', 'r', '', '', 'r'),
('notifications', 'of Awa', $$id = pg_temp.id('offer')$$, 'read = read',     '',  '',  'rud', '',   '',   '',    '',   'r',  '',   '',   'rud'),
('notification_preferences', 'of Awa', $$user_id = pg_temp.id('awa')$$, 'email = email',
	                                                                         '',  '',  'ru',  '',   '',   '',    '',   'r',  '',   '',   'rud'),
('profiles', 'of Awa', $$user_id = pg_temp.id('awa')$$, 'bio = bio',         '',  '',  'ru',  '',   'r',  '',    'r',  'ru', 'r',  '',   'ru'),
('profiles', 'of an organizer', $$user_id = pg_temp.id('organizer')$$, 'bio = bio',
	                                                                         'r', 'r', 'r',   'r',  'ru', 'r',   'r',  'ru', 'r',  'r',  'ru'),
('profiles', 'of nobody special', $$user_id = pg_temp.id('issa')$$, 'bio = bio',
	                                                                         '',  '',  '',    '',   '',   '',    '',   'ru', '',   '',   'ru');
-- the second rank, by kind: public lists, what belongs to an event, what is one person's
insert into rows (what, which, condition, written, anon, guest, owner, stranger, organizer, "foreign", staff, admin, addressee, impostor, service) values
('support_categories', 'visible', $$id = pg_temp.id('second')$$, 'name = name', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('fx_rates', 'visible', $$id = pg_temp.id('second')$$, 'source = source', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('translations', 'visible', $$id = pg_temp.id('second')$$, 'content = content', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('banners', 'visible', $$id = pg_temp.id('second')$$, 'title = title', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('venues', 'visible', $$id = pg_temp.id('second')$$, 'name = name', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('artists', 'visible', $$id = pg_temp.id('second')$$, 'name = name', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('tags', 'visible', $$id = pg_temp.id('second')$$, 'name = name', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('blog_categories', 'visible', $$id = pg_temp.id('second')$$, 'name = name', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('blog_tags', 'visible', $$id = pg_temp.id('second')$$, 'name = name', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('blog_posts', 'visible', $$id = pg_temp.id('second')$$, 'title = title', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('blog_post_categories', 'visible', $$id = pg_temp.id('second')$$, 'post_id = post_id', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('blog_post_tags', 'visible', $$id = pg_temp.id('second')$$, 'post_id = post_id', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('venue_services', 'visible', $$id = pg_temp.id('second')$$, 'name = name', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('blog_posts', 'a draft', $$id = pg_temp.id('second draft')$$, 'title = title', '', '', '', '', '', '', '', 'rud', '', '', 'rud'),
('event_artists', 'of a published event', $$id = pg_temp.id('second')$$, 'role = role', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('event_tags', 'of a published event', $$id = pg_temp.id('second')$$, 'created_at = created_at', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('event_images', 'of a published event', $$id = pg_temp.id('second')$$, 'caption = caption', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('food_menu_categories', 'of a published event', $$id = pg_temp.id('second')$$, 'name = name', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('food_menu_items', 'of a published event', $$id = pg_temp.id('second')$$, 'name = name', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('user_credits', 'of Awa', $$user_id = pg_temp.id('awa')$$, 'balance = balance', '', '', 'r', '', '', '', '', 'r', '', '', 'rud'),
('credit_transactions', 'of Awa', $$user_id = pg_temp.id('awa')$$, 'source = source', '', '', 'r', '', '', '', '', 'r', '', '', 'r'),
('user_referral_codes', 'of Awa', $$user_id = pg_temp.id('awa')$$, 'is_active = is_active', '', '', 'r', '', '', '', '', 'r', '', '', 'rud'),
('referral_rewards', 'of Awa', $$user_id = pg_temp.id('awa')$$, 'status = status', '', '', 'r', '', '', '', '', 'r', '', '', 'rud'),
('auth_audit_log', 'of Awa', $$user_id = pg_temp.id('awa')$$, 'location = location', '', '', 'r', '', '', '', '', 'r', '', '', 'rud'),
('referrals', 'of Awa', $$referrer_id = pg_temp.id('awa')$$, 'status = status', '', '', 'r', '', '', '', '', 'r', '', '', 'rud'),
('payment_methods', 'of Awa', $$user_id = pg_temp.id('awa')$$, 'provider = provider', '', '', 'ru', '', '', '', '', '', '', '', 'rud'),
('user_push_tokens', 'of Awa', $$user_id = pg_temp.id('awa')$$, 'token = token', '', '', 'rud', '', '', '', '', '', '', '', 'rud'),
('support_tickets', 'of Awa', $$id = pg_temp.id('second')$$, 'subject = subject', '', '', 'r', '', '', '', '', 'ru', '', '', 'rud'),
('support_messages', 'of Awa', $$ticket_id = pg_temp.id('second')$$, 'message = message', '', '', 'r', '', '', '', '', 'r', '', '', 'rud'),
('newsletter_subscriptions', 'any', $$id = pg_temp.id('second')$$, 'status = status', '', '', '', '', '', '', '', 'r', '', '', 'rud'),
('organizer_profiles', 'of the organizer', $$organizer_id = pg_temp.id('organizer')$$, 'bio = bio', 'r', 'r', 'r', 'r', 'ru', 'r', 'r', 'ru', 'r', 'r', 'rud'),
('blog_comments', 'approved', $$id = 'b7000000-0000-4000-8000-000000000001'$$, 'status = status', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'rud', 'r', 'r', 'rud'),
('blog_comments', 'waiting', $$id = 'b7000000-0000-4000-8000-000000000002'$$, 'status = status', '', '', '', '', '', '', 'rd', 'rud', '', '', 'rud'),
('guest_ticket_details', 'of the world', $$token = pg_temp.id('guest order')$$, 'status = status', '', 'r', '', '', 'r', '', '', 'r', '', '', 'r'),
('scanned_tickets_view', 'of the world', $$id = pg_temp.ticket(12)$$, 'status = status', '', '', '', '', 'r', '', 'r', 'r', '', '', 'r'),
('organizer_event_analytics', 'of the world', $$event_id = pg_temp.event(1)$$, 'event_title = event_title', '', '', '', '', 'r', '', '', 'r', '', '', 'r'),
('support_ticket_details', 'of the world', $$id = pg_temp.id('second')$$, 'subject = subject', '', '', 'r', '', '', '', '', 'r', '', '', 'r'),
('support_message_details', 'of the world', $$ticket_id = pg_temp.id('second')$$, 'message = message', '', '', 'r', '', '', '', '', 'r', '', '', 'r');
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
('orders', 'mine', $$insert into public.orders (user_id, event_id, total, status, payment_method, ticket_quantities)
	values ({me}, pg_temp.event(1), 0, 'COMPLETED', 'FREE_TICKET', '{"30000000-0000-4000-8000-000000000001": 1}')$$,
	                     '',  '',  'c',  'c',  'c',  'c',    'c',  'c',  'c',  'c',  'c'),
('orders', 'of Awa', $$insert into public.orders (user_id, event_id, total, status, payment_method, ticket_quantities)
	values (pg_temp.id('awa'), pg_temp.event(1), 0, 'AWAITING_PAYMENT', 'CARD', '{"30000000-0000-4000-8000-000000000001": 1}')$$,
	                     '',  '',  'c',  '',   '',   '',     '',   '',   '',   '',   'c'),
('orders', 'of a guest', $$insert into public.orders (guest_email, event_id, total, status, payment_method, ticket_quantities)
	values ('x@example.org', pg_temp.event(1), 0, 'AWAITING_PAYMENT', 'CARD', '{"30000000-0000-4000-8000-000000000001": 1}')$$,
	                     '',  '',  '',   '',   '',   '',     '',   '',   '',   '',   'c'),
('payments', 'of Awa''s order', $$insert into public.payments (order_id, amount, payment_method, status)
	values ('50000000-0000-4000-8000-000000000001', 1, 'credit_card', 'completed')$$,
	                     '',  '',  '',   '',   '',   '',     '',   '',   '',   '',   'c'),
('payments', 'of nobody', $$insert into public.payments (event_id, amount, payment_method) values (pg_temp.event(1), 1, 'credit_card')$$,
	                     '',  '',  '',   '',   '',   '',     '',   '',   '',   '',   'c'),
('idempotency_keys', 'a key', $$insert into public.idempotency_keys (key) values ('k2')$$,
	                     '',  '',  '',   '',   '',   '',     '',   '',   '',   '',   'c'),
('otp_codes', 'a code', $$insert into public.otp_codes (phone, code) values ('+22670000009', repeat('0', 64))$$,
	                     '',  '',  '',   '',   '',   '',     '',   '',   '',   '',   'c'),
('service_fee_rules', 'a rule', $$insert into public.service_fee_rules (name, scope, fee_type, fee_value) values ('N', 'GLOBAL', 'FIXED', 0)$$,
	                     '',  '',  '',   '',   '',   '',     '',   'c',  '',   '',   'c'),
('categories', 'a category', $$insert into public.categories (name) values ('N')$$,
	                     '',  '',  '',   '',   '',   '',     '',   'c',  '',   '',   'c'),
('event_category_relations', 'of event 2', $$insert into public.event_category_relations (event_id, category_id) values (pg_temp.event(2), pg_temp.id('category'))$$,
	                     '',  '',  '',   '',   'c',  '',     '',   'c',  '',   '',   'c'),
('ticket_type_pricing_overrides', 'of event 1', $$insert into public.ticket_type_pricing_overrides (ticket_type_id, day_type, price)
	values ('30000000-0000-4000-8000-000000000001', 'holiday', 1)$$,
	                     '',  '',  '',   '',   'c',  '',     '',   'c',  '',   '',   'c'),
('free_ticket_reservations', 'mine', $$insert into public.free_ticket_reservations (user_id, event_id) values ({me}, pg_temp.event(2))$$,
	                     '',  '',  '',   '',   '',   '',     '',   '',   '',   '',   'c'),
('category_event_counts', 'any', $$insert into public.category_event_counts (color) values ('x')$$,
	                     '',  '',  '',   '',   '',   '',     '',   '',   '',   '',   ''),
('order_details', 'any', $$insert into public.order_details (status) values ('x')$$,
	                     '',  '',  '',   '',   '',   '',     '',   '',   '',   '',   ''),
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

insert into new_rows values
('support_categories', 'any', $$insert into public.support_categories (name) values ('N')$$, '', '', '', '', '', '', '', 'c', '', '', 'c'),
('fx_rates', 'any', $$insert into public.fx_rates (from_currency, to_currency, rate_decimal) values ('EUR', 'USD', 1.1)$$, '', '', '', '', '', '', '', 'c', '', '', 'c'),
('translations', 'any', $$insert into public.translations (key, locale, content) values ('k', 'xx', 'c')$$, '', '', '', '', '', '', '', 'c', '', '', 'c'),
('banners', 'any', $$insert into public.banners (title, image_url) values ('T', '-')$$, '', '', '', '', '', '', '', 'c', '', '', 'c'),
('venues', 'any', $$insert into public.venues (name, slug) values ('N', 'n-2')$$, '', '', '', '', '', '', '', 'c', '', '', 'c'),
('artists', 'any', $$insert into public.artists (name, slug) values ('N', 'n-2')$$, '', '', '', '', '', '', '', 'c', '', '', 'c'),
('tags', 'any', $$insert into public.tags (name, slug) values ('N', 'n-2')$$, '', '', '', '', '', '', '', 'c', '', '', 'c'),
('blog_categories', 'any', $$insert into public.blog_categories (name, slug) values ('N', 'n-2')$$, '', '', '', '', '', '', '', 'c', '', '', 'c'),
('blog_tags', 'any', $$insert into public.blog_tags (name, slug) values ('N', 'n-2')$$, '', '', '', '', '', '', '', 'c', '', '', 'c'),
('blog_posts', 'any', $$insert into public.blog_posts (title, slug, author_id) values ('T', 'n-2', pg_temp.id('awa'))$$, '', '', '', '', '', '', '', 'c', '', '', 'c'),
('blog_post_categories', 'any', $$insert into public.blog_post_categories (post_id, category_id) values (pg_temp.id('second draft'), pg_temp.id('second'))$$, '', '', '', '', '', '', '', 'c', '', '', 'c'),
('blog_post_tags', 'any', $$insert into public.blog_post_tags (post_id, tag_id) values (pg_temp.id('second draft'), pg_temp.id('second'))$$, '', '', '', '', '', '', '', 'c', '', '', 'c'),
('venue_services', 'any', $$insert into public.venue_services (venue_id, name) values (pg_temp.id('second'), 'N')$$, '', '', '', '', '', '', '', 'c', '', '', 'c'),
('event_artists', 'of event 2 or 1', $$insert into public.event_artists (event_id, artist_id) values (pg_temp.event(2), pg_temp.id('second'))$$, '', '', '', '', 'c', '', '', 'c', '', '', 'c'),
('event_tags', 'of event 2 or 1', $$insert into public.event_tags (event_id, tag_id) values (pg_temp.event(2), pg_temp.id('second'))$$, '', '', '', '', 'c', '', '', 'c', '', '', 'c'),
('event_images', 'of event 2 or 1', $$insert into public.event_images (event_id, image_url) values (pg_temp.event(2), '-')$$, '', '', '', '', 'c', '', '', 'c', '', '', 'c'),
('food_menu_categories', 'of event 2 or 1', $$insert into public.food_menu_categories (event_id, name) values (pg_temp.event(2), 'N')$$, '', '', '', '', 'c', '', '', 'c', '', '', 'c'),
('food_menu_items', 'of event 2 or 1', $$insert into public.food_menu_items (category_id, name) values (pg_temp.id('second'), 'N')$$, '', '', '', '', 'c', '', '', 'c', '', '', 'c'),
('user_credits', 'mine', $$insert into public.user_credits (user_id) values ({me})$$, '', '', '', '', '', '', '', '', '', '', 'c'),
('credit_transactions', 'mine', $$insert into public.credit_transactions (user_id, amount, type) values ({me}, 1, 'earned')$$, '', '', '', '', '', '', '', '', '', '', 'c'),
('user_referral_codes', 'mine', $$insert into public.user_referral_codes (user_id, referral_code) values ({me}, 'TEMBA99999')$$, '', '', '', '', '', '', '', '', '', '', 'c'),
('referral_rewards', 'mine', $$insert into public.referral_rewards (referral_id, user_id, reward_value) values (pg_temp.id('second'), {me}, 1)$$, '', '', '', '', '', '', '', '', '', '', 'c'),
('auth_audit_log', 'mine', $$insert into public.auth_audit_log (user_id, ip_address) values ({me}, '-')$$, '', '', '', '', '', '', '', '', '', '', 'c'),
('referrals', 'mine', $$insert into public.referrals (referrer_id, referee_id, referral_code) values ({me}, pg_temp.id('staff'), 'X')$$, '', '', '', '', '', '', '', '', '', '', 'c'),
('payment_methods', 'mine', $$insert into public.payment_methods (user_id, method_type, provider, account_number) values ({me}, 'mobile_money', 'moov', '****1')$$, '', '', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c'),
('payment_methods', 'of Awa', $$insert into public.payment_methods (user_id, method_type, provider, account_number) values (pg_temp.id('awa'), 'mobile_money', 'moov', '****1')$$, '', '', 'c', '', '', '', '', '', '', '', 'c'),
('user_push_tokens', 'mine', $$insert into public.user_push_tokens (user_id, token, platform) values ({me}, 't', 'ios')$$, '', '', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c'),
('support_tickets', 'mine', $$insert into public.support_tickets (user_id, subject, status) values ({me}, 'S', 'CLOSED')$$, '', '', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c'),
('support_messages', 'in the ticket of Awa', $$insert into public.support_messages (ticket_id, user_id, message, is_staff_reply) values (pg_temp.id('second'), {me}, 'M', true)$$, '', '', 'c', '', '', '', '', 'c', '', '', 'c'),
('newsletter_subscriptions', 'any', $$insert into public.newsletter_subscriptions (email) values ('new@example.org')$$, 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c'),
('organizer_profiles', 'any', $$insert into public.organizer_profiles (organizer_id, business_name, slug) values (pg_temp.id('foreign'), 'N', 'n-2')$$, '', '', '', '', '', '', '', 'c', '', '', 'c'),
('blog_comments', 'mine', $$insert into public.blog_comments (post_id, user_id, content, status) values (pg_temp.id('second'), {me}, 'C', 'APPROVED')$$, '', '', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c'),
('blog_comments', 'of a guest', $$insert into public.blog_comments (post_id, author_name, author_email, content) values (pg_temp.id('second'), 'N', 'x@example.org', 'C')$$, 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c'),
('guest_ticket_details', 'any', $$insert into public.guest_ticket_details (status) values ('x')$$, '', '', '', '', '', '', '', '', '', '', ''),
('scanned_tickets_view', 'any', $$insert into public.scanned_tickets_view (status) values ('x')$$, '', '', '', '', '', '', '', '', '', '', ''),
('organizer_event_analytics', 'any', $$insert into public.organizer_event_analytics (event_title) values ('x')$$, '', '', '', '', '', '', '', '', '', '', ''),
('support_ticket_details', 'any', $$insert into public.support_ticket_details (subject) values ('x')$$, '', '', '', '', '', '', '', '', '', '', ''),
('support_message_details', 'any', $$insert into public.support_message_details (message) values ('x')$$, '', '', '', '', '', '', '', '', '', '', '');

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

-- the page wants the comment back that is not to be read yet
select is(pg_temp.try('anon', null, $$insert into public.blog_comments (post_id, author_name, content)
	values (pg_temp.id('second'), 'N', 'C'), (pg_temp.id('second'), 'N', 'D') returning *$$), '2', 'a guest gets his comments back');
select is(pg_temp.try('authenticated', pg_temp.id(who), $$select from public.profiles where user_id = pg_temp.id('staff')$$), seen, format('%s and whoever scans at event 1', who))
  from (values ('organizer', '1'), ('foreign', '0'), ('stranger', '0')) w (who, seen);

select * from finish();
rollback;
