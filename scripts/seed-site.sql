-- The site's world: 40 events, what surrounds them, and orders in every state. Part of seed.sql, whose
-- transaction it runs in; ids are fixed, what is there stays, events that are over move on.

create function pg_temp.sid(prefix text, n integer) returns uuid language sql immutable as $$
	select (prefix || '000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;

-- ---- people: five organizers (11 to 15), six buyers (21 to 26)
create temporary table site_people (n integer, name text, mail text, role text) on commit drop;
insert into site_people values
	(11, 'Aminata Sawadogo', 'aminata', 'ORGANIZER'), (12, 'Kossi Adjovi', 'kossi', 'ORGANIZER'), (13, 'Mariam Coulibaly', 'mariam', 'ORGANIZER'),
	(14, 'Ibrahim Maïga', 'ibrahim', 'ORGANIZER'), (15, 'Adjoa Mensah', 'adjoa', 'ORGANIZER'),
	(21, 'Rasmané Ilboudo', 'rasmane', 'USER'), (22, 'Clarisse Somé', 'clarisse', 'USER'), (23, 'Yacouba Diallo', 'yacouba', 'USER'),
	(24, 'Estelle Kpogo', 'estelle', 'USER'), (25, 'Moussa Barry', 'moussa', 'USER'), (26, 'Nadège Tapsoba', 'nadege', 'USER');
with hash as materialized (select extensions.crypt(:'password', extensions.gen_salt('bf', 10)) as password)
insert into auth.users (id, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data)
select pg_temp.sid('00', s.n), s.mail || '@example.org', h.password, private.now(), '{"provider": "email", "providers": ["email"]}',
       jsonb_build_object('sub', pg_temp.sid('00', s.n), 'email', s.mail || '@example.org', 'name', s.name, 'email_verified', true, 'phone_verified', false)
  from site_people s cross join hash h
on conflict do nothing;
insert into auth.identities (user_id, provider, provider_id, identity_data)
select pg_temp.sid('00', s.n), 'email', pg_temp.sid('00', s.n)::text,
       jsonb_build_object('sub', pg_temp.sid('00', s.n), 'email', s.mail || '@example.org', 'email_verified', true, 'phone_verified', false)
  from site_people s
on conflict do nothing;
update private.people p set role = s.role, email_verified_at = private.now(), bio = case s.role when 'ORGANIZER' then 'Organise des événements depuis dix ans.' end
  from site_people s where p.user_id = pg_temp.sid('00', s.n) and p.email_verified_at is null;
insert into public.organizer_profiles (organizer_id, business_name, bio, logo_url, cover_image_url, slug, city, country_code, verification_status, followers_count, social_links)
select pg_temp.sid('00', o.n), o.name, 'Concerts, festivals et rencontres à ' || o.city || '.', '/images/organizer-' || o.i || '.svg', '/images/cover-' || o.i || '.svg',
       o.slug, o.city, o.country, 'VERIFIED', 120 * o.i, jsonb_build_object('website', 'https://example.org/' || o.slug)
  from (values (1, 4, 'Zongo Culture', 'zongo-culture', 'Ouagadougou', 'BF'), (2, 11, 'Faso Live', 'faso-live', 'Ouagadougou', 'BF'), (3, 12, 'Lomé Événements', 'lome-evenements', 'Lomé', 'TG'),
	(4, 13, 'Abidjan Scènes', 'abidjan-scenes', 'Abidjan', 'CI'), (5, 14, 'Bamako Sport', 'bamako-sport', 'Bamako', 'ML'), (6, 15, 'Accra Nights', 'accra-nights', 'Accra', 'GH')) o (i, n, name, slug, city, country)
on conflict do nothing;

-- ---- lists
insert into public.categories (id, name, icon, color, description, subcategories)
select pg_temp.sid('a1', c.n), c.name, c.icon, c.color, c.description, c.sub
  from (values (1, 'Music Concerts', 'music', '#e11d48', 'Concerts et soirées', array['Afrobeat', 'Jazz', 'Hip-hop']), (2, 'Cinema', 'film', '#7c3aed', 'Projections et festivals de film', array['Plein air']),
	(3, 'Sports', 'trophy', '#059669', 'Matchs et courses', array['Football', 'Course']), (4, 'Festivals', 'sparkles', '#d97706', 'Plusieurs jours, plusieurs scènes', array['Danse', 'Cuisine']),
	(5, 'Theatre', 'masks', '#2563eb', 'Théâtre, conte et humour', array['Conte']), (6, 'Conferences', 'mic', '#475569', 'Rencontres professionnelles', array['Numérique']),
	(7, 'Exhibitions', 'image', '#be185d', 'Arts et artisanat', '{}'), (8, 'Family', 'smile', '#0891b2', 'Pour petits et grands', '{}')) c (n, name, icon, color, description, sub)
on conflict do nothing;
insert into public.service_fee_rules (id, name, scope, fee_type, fee_value, applies_to)
values (pg_temp.sid('a2', 1), 'Frais de service', 'GLOBAL', 'PERCENTAGE', 0.02, 'BUYER') on conflict do nothing;
insert into public.fx_rates (id, from_currency, to_currency, rate_decimal, rate_numerator, rate_denominator, source)
values (pg_temp.sid('a3', 1), 'USD', 'XOF', 566, 566, 1, 'seed') on conflict do nothing;
insert into public.support_categories (id, name, description)
select pg_temp.sid('a4', c.n), c.name, c.description
  from (values (1, 'Billets', 'Recevoir, transférer, retrouver un billet'), (2, 'Paiement', 'Un paiement refusé ou en double'), (3, 'Compte', 'Connexion et profil'),
	(4, 'Organisateurs', 'Vendre avec nous')) c (n, name, description)
on conflict do nothing;
insert into public.venues (id, name, slug, description, address, city, country_code, capacity, photos, website, verified, event_count)
select pg_temp.sid('a5', v.n), v.name, v.slug, 'Un lieu connu de ' || v.city || '.', v.address, v.city, v.country, v.capacity, array['/images/venue-' || v.n || '.svg'], 'https://example.org/' || v.slug, true, 5
  from (values (1, 'Maison du Peuple', 'maison-du-peuple', 'Avenue de la Nation', 'Ouagadougou', 'BF', 3000), (2, 'Stade du 4-Août', 'stade-du-4-aout', 'Secteur 30', 'Ouagadougou', 'BF', 35000),
	(3, 'Théâtre de l''Amitié', 'theatre-de-l-amitie', 'Boulevard de la Révolution', 'Bobo-Dioulasso', 'BF', 1200), (4, 'Palais de la Culture', 'palais-de-la-culture', 'Treichville', 'Abidjan', 'CI', 4000),
	(5, 'Esplanade du Front de Mer', 'front-de-mer', 'Boulevard du Mono', 'Lomé', 'TG', 8000), (6, 'Parc du Niger', 'parc-du-niger', 'Quartier du Fleuve', 'Bamako', 'ML', 5000),
	(7, 'Jardin animalier', 'jardin-animalier', 'Route de Kaya', 'Ziniaré', 'BF', 500), (8, 'Harbour Hall', 'harbour-hall', 'High Street', 'Accra', 'GH', 2500)) v (n, name, slug, address, city, country, capacity)
on conflict do nothing;
insert into public.venue_services (id, venue_id, category_name, category_slug, category_icon, name, description, price, sort_order)
select pg_temp.sid('a6', s.n), pg_temp.sid('a5', s.venue), s.category, s.slug, s.icon, s.name, s.name, s.price, s.n
  from (values (1, 1, 'Parking', 'parking', 'car', 'Place de parking', 1000), (2, 1, 'Confort', 'confort', 'star', 'Salon climatisé', 5000), (3, 4, 'Parking', 'parking', 'car', 'Place de parking', 1500)) s (n, venue, category, slug, icon, name, price)
on conflict do nothing;
insert into public.artists (id, name, slug, bio, genre, photo_url, cover_image_url, country_code, city, verified)
select pg_temp.sid('a7', a.n), a.name, a.slug, a.name || ' tourne dans toute la région.', a.genre, '/images/artist-' || a.n || '.svg', '/images/cover-1.svg', a.country, a.city, true
  from (values (1, 'Les Étoiles du Mouhoun', 'etoiles-du-mouhoun', 'Balafon', 'BF', 'Dédougou'), (2, 'Kady K.', 'kady-k', 'Afrobeat', 'CI', 'Abidjan'), (3, 'Sahel Quartet', 'sahel-quartet', 'Jazz', 'ML', 'Bamako'),
	(4, 'MC Tropik', 'mc-tropik', 'Hip-hop', 'TG', 'Lomé')) a (n, name, slug, genre, country, city)
on conflict do nothing;
insert into public.tags (id, name, slug, color, description)
select pg_temp.sid('a8', t.n), t.name, t.slug, t.color, null from (values (1, 'Plein air', 'plein-air', '#16a34a'), (2, 'En famille', 'en-famille', '#0891b2'), (3, 'Nuit', 'nuit', '#312e81')) t (n, name, slug, color)
on conflict do nothing;

-- ---- 40 events, 21 to 60: titles by kind, cities in turn, one every other day
create temporary table site_events on commit drop as
select n, pg_temp.sid('20', n) as id, t.category, t.title || ' — ' || c.city as title, t.what, c.*, t.price,
       date_trunc('day', private.now() at time zone 'UTC')::date + 2 + (n - 21) * 2 as day, 1 + n % 3 as picture,
       case when n <= 50 then 'PUBLISHED' when n <= 56 then 'PUBLISHED' when n = 57 then 'DRAFT' when n = 58 then 'CANCELLED' else 'COMPLETED' end as status, n in (55, 56) as permanent
  from generate_series(21, 60) n
  join (values (0, 1, 'Grand concert', 'Une soirée de musique sous les étoiles, avec des invités surprise.', 5000), (1, 2, 'Ciné plein air', 'Trois films du continent, un écran géant.', 2000), (2, 3, 'Tournoi de la jeunesse', 'Huit équipes, une coupe.', 1000),
	(3, 4, 'Festival des saveurs', 'Cuisines, danses et artisans pendant deux jours.', 3000), (4, 5, 'Nuit du conte', 'Des conteurs de quatre pays.', 2500), (5, 6, 'Rencontres du numérique', 'Ateliers et conférences.', 0),
	(6, 7, 'Exposition des bronziers', 'Le geste et la matière.', 1500), (7, 8, 'Dimanche en famille', 'Jeux, musique et goûter.', 500)) t (k, category, title, what, price) on t.k = n % 8
  join (values (0, 'Ouagadougou', 'BF', 1, 'Africa/Ouagadougou', 11), (1, 'Bobo-Dioulasso', 'BF', 3, 'Africa/Ouagadougou', 4), (2, 'Abidjan', 'CI', 4, 'Africa/Abidjan', 13), (3, 'Lomé', 'TG', 5, 'Africa/Lome', 12),
	(4, 'Bamako', 'ML', 6, 'Africa/Bamako', 14), (5, 'Accra', 'GH', 8, 'Africa/Accra', 15)) c (c, city, country, venue, zone, organizer) on c.c = n % 6;
update site_events set title = 'Jardin animalier de Ziniaré', what = 'Ouvert tous les jours.', city = 'Ziniaré', country = 'BF', venue = 7, zone = 'Africa/Ouagadougou', category = 8 where n = 55;
update site_events set title = 'Musée des masques', what = 'Ouvert tous les jours.', city = 'Ouagadougou', country = 'BF', venue = 1, zone = 'Africa/Ouagadougou', category = 7 where n = 56;
update site_events set day = date_trunc('day', private.now())::date - 10 where status = 'COMPLETED';
insert into public.events (id, title, description, location, venue, venue_id, image_url, date, time, price, currency, capacity, status, featured, categories, organizer_id, country_code, city, address, timezone,
	is_permanent, attraction_type, created_at)
select e.id, e.title, e.what, v.name || ', ' || e.city, v.name, v.id, format('/images/%s-%s.svg', lower(split_part(c.name, ' ', 1)), e.picture), e.day, case when e.permanent then '09:00' when e.category in (3, 6, 7, 8) then '10:00' else '20:00' end,
       e.price, 'XOF', v.capacity, e.status, e.n in (21, 24, 32), array[c.name::text], pg_temp.sid('00', e.organizer), e.country, e.city, v.address, e.zone, e.permanent,
       case e.n when 55 then 'zoo' when 56 then 'museum' end, private.now() - interval '20 days' + make_interval(hours => e.n)
  from site_events e join public.venues v on v.id = pg_temp.sid('a5', e.venue) join public.categories c on c.id = pg_temp.sid('a1', e.category)
on conflict (id) do nothing;
update public.events e set date = s.day from site_events s where e.id = s.id and s.status = 'PUBLISHED' and e.date < (private.now() at time zone 'UTC')::date + 1;
insert into public.event_category_relations (id, event_id, category_id) select pg_temp.sid('a9', e.n), e.id, pg_temp.sid('a1', e.category) from site_events e on conflict do nothing;
insert into public.event_category_relations (id, event_id, category_id) values (pg_temp.sid('a9', 1), pg_temp.sid('20', 1), pg_temp.sid('a1', 1)), (pg_temp.sid('a9', 2), pg_temp.sid('20', 2), pg_temp.sid('a1', 4)),
	(pg_temp.sid('a9', 3), pg_temp.sid('20', 3), pg_temp.sid('a1', 7)) on conflict do nothing;
insert into public.event_tags (id, event_id, tag_id) select pg_temp.sid('aa', e.n), e.id, pg_temp.sid('a8', 1 + e.n % 3) from site_events e on conflict do nothing;
insert into public.event_artists (id, event_id, artist_id, role, display_order) select pg_temp.sid('ab', e.n), e.id, pg_temp.sid('a7', 1 + e.n % 4), 'Tête d''affiche', 0 from site_events e where e.category in (1, 4) on conflict do nothing;
insert into public.event_images (id, event_id, image_url, caption, display_order) select pg_temp.sid('ac', e.n), e.id, '/images/venue-' || e.venue || '.svg', 'Le lieu', 0 from site_events e on conflict do nothing;
insert into public.event_images (id, event_id, image_url, caption, display_order) select pg_temp.sid('ac', n), pg_temp.sid('20', n), '/images/placeholder-event.svg', 'L''affiche', 0 from generate_series(1, 3) n on conflict do nothing;
-- one date each, two for festivals, two weeks for what is always open (20 n + day)
insert into public.event_dates (id, event_id, date, start_time, end_time, capacity, day_type, display_order)
select pg_temp.sid('40', e.n * 20 + d), e.id, x.date + d, x.time, case when e.permanent then '18:00' end, case when e.permanent then 300 end,
       case when extract(isodow from x.date + d) >= 6 then 'weekend' else 'weekday' end, d
  from site_events e join public.events x on x.id = e.id cross join lateral generate_series(0, case when e.permanent then 13 when e.category = 4 then 1 else 0 end) d
on conflict do nothing;
-- moved in two steps: one day's date is the next one's
update public.event_dates d set date = d.date + 100000
  from public.events x join site_events e on e.id = x.id where d.event_id = x.id and e.status = 'PUBLISHED' and d.date <> x.date + d.display_order;
update public.event_dates d set date = x.date + d.display_order
  from public.events x join site_events e on e.id = x.id where d.event_id = x.id and e.status = 'PUBLISHED' and d.date <> x.date + d.display_order;
insert into public.ticket_types (id, event_id, name, description, price, quantity, max_per_order)
select pg_temp.sid('30', e.n * 10 + k.k), e.id, k.name, k.what, e.price * k.factor, k.quantity, k.most
  from site_events e cross join (values (1, 'Standard', 'Entrée simple', 1, 300, 10), (2, 'VIP', 'Place assise, boisson comprise', 3, 40, 4)) k (k, name, what, factor, quantity, most)
 where k.k = 1 or e.price > 0
on conflict do nothing;
insert into public.ticket_type_pricing_overrides (id, ticket_type_id, day_type, price)
select pg_temp.sid('ad', n), pg_temp.sid('30', n * 10 + 1), 'weekend', 2000 from unnest(array[55, 56]) n on conflict do nothing;
insert into public.food_menu_categories (id, event_id, name, sort_order) values (pg_temp.sid('ae', 1), pg_temp.sid('20', 27), 'Grillades', 1), (pg_temp.sid('ae', 2), pg_temp.sid('20', 27), 'Boissons', 2) on conflict do nothing;
insert into public.food_menu_items (id, category_id, name, description, price, is_vegetarian, is_featured, sort_order)
values (pg_temp.sid('ae', 11), pg_temp.sid('ae', 1), 'Poulet braisé', 'Avec attiéké', 3500, false, true, 1), (pg_temp.sid('ae', 12), pg_temp.sid('ae', 1), 'Aloco', 'Bananes plantains', 1000, true, false, 2),
	(pg_temp.sid('ae', 13), pg_temp.sid('ae', 2), 'Bissap', 'Fleurs d''hibiscus', 500, true, false, 1) on conflict do nothing;

-- ---- orders in every state (101 up), with payments and tickets; guests at 107 and 108
create temporary table site_orders (n integer, buyer integer, event integer, quantity integer, status text, payment text) on commit drop;
insert into site_orders values (101, 21, 21, 2, 'COMPLETED', 'completed'), (102, 22, 22, 1, 'AWAITING_PAYMENT', 'pending'), (103, 23, 23, 3, 'CANCELLED', 'failed'), (104, 24, 24, 1, 'EXPIRED', 'cancelled'),
	(105, 25, 25, 2, 'AWAITING_PAYMENT', null), (106, 26, 21, 4, 'COMPLETED', 'completed'), (107, null, 26, 2, 'COMPLETED', 'completed'), (108, null, 27, 1, 'AWAITING_PAYMENT', 'pending'),
	(109, 21, 24, 2, 'REFUNDED', 'completed'), (110, 22, 29, 1, 'COMPLETED', null), (111, 23, 59, 2, 'COMPLETED', 'completed');
create temporary table site_new on commit drop as
select s.*, pg_temp.sid('50', s.n) as id, pg_temp.sid('30', s.event * 10 + 1) as type, e.id as event_id, e.price, round(e.price * s.quantity * 1.02) as total, pg_temp.sid('40', s.event * 20) as date_id
  from site_orders s join site_events e on e.n = s.event
 where not exists (select from public.orders o where o.id = pg_temp.sid('50', s.n));
insert into public.orders (id, user_id, guest_email, event_id, event_date_id, total, status, payment_method, ticket_quantities, visible_in_history, created_at)
select s.id, pg_temp.sid('00', s.buyer), case when s.buyer is null then 'invite' || s.n || '@example.org' end, s.event_id, s.date_id, s.total, 'AWAITING_PAYMENT',
       case when s.total = 0 then 'FREE_TICKET' when s.n % 2 = 0 then 'CARD' else 'MOBILE_MONEY' end, jsonb_build_object(s.type, s.quantity), s.status in ('COMPLETED', 'REFUNDED'), private.now() - interval '1 day'
  from site_new s;
insert into public.guest_orders (id, order_id, email, name, token) select s.id, s.id, 'invite' || s.n || '@example.org', 'Invité ' || s.n, pg_temp.sid('af', s.n) from site_new s where s.buyer is null;
insert into public.payments (id, order_id, amount, payment_method, provider, transaction_id, status)
select pg_temp.sid('80', s.n), s.id, s.total, case when s.n % 2 = 0 then 'credit_card' else 'mobile_money' end, case when s.n % 2 = 0 then 'stripe' else 'pawapay' end, 'seed-' || s.n, 'pending'
  from site_new s where s.payment is not null;
update public.payments p set status = s.payment, amount_paid = case s.payment when 'completed' then p.amount end, error_message = case s.payment when 'failed' then 'Solde insuffisant' end
  from site_new s where p.id = pg_temp.sid('80', s.n) and s.payment <> 'pending';
update public.orders o set status = s.status from site_new s where o.id = s.id and s.status in ('CANCELLED', 'EXPIRED');
update public.orders o set status = 'COMPLETED', payment_confirmed_at = private.now() from site_new s where o.id = s.id and s.payment is null and s.status = 'COMPLETED';
do $$
declare
	s record;
begin
	for s in select n.* from site_new n where n.status in ('COMPLETED', 'REFUNDED') order by n.n loop
		if s.payment is null then
			perform private.order_issue(s.id);
		else
			perform private.payment_finalize(pg_temp.sid('80', s.n));
		end if;
	end loop;
end $$;
update public.tickets t set status = 'REFUNDED', payment_status = 'refunded' from site_new s where t.order_id = s.id and s.status = 'REFUNDED';
update public.orders o set status = 'CANCELLED' from site_new s where o.id = s.id and s.status = 'REFUNDED';
update public.tickets t set status = 'USED', scanned_at = private.now() - interval '9 days', scan_location = 'Entrée', scanned_by = pg_temp.sid('00', 14) from site_new s where t.order_id = s.id and s.n = 111;
select count(private.available_refresh()) \g /dev/null

-- ---- banner, blog, translation
insert into public.banners (id, title, image_url, description, link, event_id, display_order, locale)
values (pg_temp.sid('b1', 1), 'Nuit du balafon', '/images/banner-1.svg', 'Demain soir au Reemdoogo', '/events/20000000-0000-4000-8000-000000000001', pg_temp.sid('20', 1), 1, 'fr'),
	(pg_temp.sid('b1', 2), 'Festival des lumières', '/images/banner-2.svg', 'Deux soirées, une place', '/events/20000000-0000-4000-8000-000000000002', pg_temp.sid('20', 2), 2, 'fr') on conflict do nothing;
insert into public.blog_categories (id, name, slug, description, color, icon) values (pg_temp.sid('b2', 1), 'Actualités', 'actualites', 'La vie des scènes', '#e11d48', 'news') on conflict do nothing;
insert into public.blog_tags (id, name, slug) values (pg_temp.sid('b3', 1), 'Festival', 'festival') on conflict do nothing;
insert into public.blog_posts (id, title, slug, content, excerpt, featured_image_url, author_id, category_id, status, featured, read_time_minutes, published_at)
values (pg_temp.sid('b4', 1), 'Dix festivals à ne pas manquer', 'dix-festivals', '<p>La saison commence : voici nos dix rendez-vous.</p>', 'La saison commence.', '/images/blog-1.svg', pg_temp.sid('00', 4), pg_temp.sid('b2', 1), 'PUBLISHED', true, 4, private.now() - interval '3 days')
on conflict do nothing;
insert into public.blog_post_categories (id, post_id, category_id) values (pg_temp.sid('b5', 1), pg_temp.sid('b4', 1), pg_temp.sid('b2', 1)) on conflict do nothing;
insert into public.blog_post_tags (id, post_id, tag_id) values (pg_temp.sid('b6', 1), pg_temp.sid('b4', 1), pg_temp.sid('b3', 1)) on conflict do nothing;
insert into public.blog_comments (id, post_id, user_id, content, status) values (pg_temp.sid('b7', 1), pg_temp.sid('b4', 1), pg_temp.sid('00', 21), 'Vivement samedi !', 'APPROVED'),
	(pg_temp.sid('b7', 2), pg_temp.sid('b4', 1), pg_temp.sid('00', 3), 'Et celui de Gorom-Gorom ?', 'PENDING') on conflict do nothing;
insert into public.translations (id, key, locale, content) values (pg_temp.sid('b8', 1), 'site.slogan', 'fr', 'Vos sorties, en un geste') on conflict do nothing;
