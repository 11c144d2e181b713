-- Directories that pages list (organizers, venues, artists, tags), what belongs to events, the blog.

create table public.organizer_profiles (
	organizer_id uuid primary key references private.people (user_id),
	business_name text not null,
	bio text,
	logo_url text,
	cover_image_url text,
	slug text not null constraint organizer_profiles_slug_key unique,
	city text,
	country_code text,
	social_links jsonb not null default '{}',
	verification_status text not null default 'PENDING',
	followers_count integer not null default 0,
	created_at timestamptz not null default now()
);
create index organizer_profiles_name_idx on public.organizer_profiles (business_name);

create table public.venues (
	id uuid primary key default gen_random_uuid(),
	name text not null,
	slug text not null constraint venues_slug_key unique,
	description text,
	address text,
	city text,
	country_code text,
	capacity integer,
	photos text[] not null default '{}',
	website text,
	phone text,
	verified boolean not null default false,
	event_count integer not null default 0,
	created_at timestamptz not null default now()
);
create index venues_name_idx on public.venues (name);
alter table public.events add constraint events_venue_id_fkey foreign key (venue_id) references public.venues (id) on delete set null;

create table public.artists (
	id uuid primary key default gen_random_uuid(),
	name text not null,
	slug text not null constraint artists_slug_key unique,
	bio text,
	genre text,
	photo_url text,
	cover_image_url text,
	country_code text,
	city text,
	social_links jsonb not null default '{}',
	verified boolean not null default false,
	created_at timestamptz not null default now()
);
create index artists_name_idx on public.artists (name);

create table public.event_artists (
	id uuid primary key default gen_random_uuid(),
	event_id uuid not null references public.events (id) on delete cascade,
	artist_id uuid not null references public.artists (id) on delete cascade,
	role text,
	display_order integer not null default 0,
	created_at timestamptz not null default now(),
	constraint event_artists_once unique (event_id, artist_id)
);
create index event_artists_event_idx on public.event_artists (event_id, display_order);
create index event_artists_artist_idx on public.event_artists (artist_id, display_order);

create table public.tags (
	id uuid primary key default gen_random_uuid(),
	name text not null,
	slug text not null constraint tags_slug_key unique,
	color text,
	description text,
	created_at timestamptz not null default now()
);

create table public.event_tags (
	id uuid primary key default gen_random_uuid(),
	event_id uuid not null references public.events (id) on delete cascade,
	tag_id uuid not null references public.tags (id) on delete cascade,
	created_at timestamptz not null default now(),
	constraint event_tags_once unique (event_id, tag_id)
);
create index event_tags_tag_idx on public.event_tags (tag_id);

create table public.event_images (
	id uuid primary key default gen_random_uuid(),
	event_id uuid not null references public.events (id) on delete cascade,
	image_url text not null,
	caption text,
	display_order integer not null default 0,
	created_at timestamptz not null default now()
);
create index event_images_event_idx on public.event_images (event_id, display_order);

-- ---- what a venue or an event sells beside tickets, and what is eaten there

create table public.venue_services (
	id uuid primary key default gen_random_uuid(),
	venue_id uuid not null references public.venues (id) on delete cascade,
	event_id uuid references public.events (id) on delete cascade, -- NULL: at every event of the venue
	category_id uuid,
	category_name text,
	category_slug text,
	category_icon text,
	name text not null,
	description text,
	price numeric not null default 0 constraint venue_services_price_check check (price >= 0),
	image_url text,
	is_active boolean not null default true,
	sort_order integer not null default 0,
	max_per_order integer not null default 10,
	created_at timestamptz not null default now()
);
create index venue_services_venue_idx on public.venue_services (venue_id, sort_order);
create index venue_services_event_idx on public.venue_services (event_id);

create table public.food_menu_categories (
	id uuid primary key default gen_random_uuid(),
	event_id uuid not null references public.events (id) on delete cascade,
	name text not null,
	sort_order integer not null default 0,
	created_at timestamptz not null default now()
);
create index food_menu_categories_event_idx on public.food_menu_categories (event_id, sort_order);

create table public.food_menu_items (
	id uuid primary key default gen_random_uuid(),
	category_id uuid not null references public.food_menu_categories (id) on delete cascade,
	name text not null,
	description text,
	price numeric not null default 0 constraint food_menu_items_price_check check (price >= 0),
	image_url text,
	is_available boolean not null default true,
	is_vegetarian boolean not null default false,
	is_featured boolean not null default false,
	sort_order integer not null default 0,
	created_at timestamptz not null default now()
);
create index food_menu_items_category_idx on public.food_menu_items (category_id, sort_order);

-- ---- the blog

create table public.blog_categories (
	id uuid primary key default gen_random_uuid(),
	name text not null,
	slug text not null constraint blog_categories_slug_key unique,
	description text,
	color text,
	icon text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);

create table public.blog_tags (
	id uuid primary key default gen_random_uuid(),
	name text not null,
	slug text not null constraint blog_tags_slug_key unique,
	description text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);

create table public.blog_posts (
	id uuid primary key default gen_random_uuid(),
	title text not null,
	slug text not null constraint blog_posts_slug_key unique,
	content text not null default '',
	excerpt text,
	featured_image text,
	featured_image_url text,
	featured_image_alt text,
	author_id uuid not null references private.people (user_id),
	category_id uuid references public.blog_categories (id) on delete set null,
	status text not null default 'DRAFT' constraint blog_posts_status_check check (status in ('DRAFT', 'PUBLISHED')),
	featured boolean not null default false,
	view_count integer not null default 0,
	comment_count integer not null default 0,
	read_time_minutes integer,
	allow_comments boolean not null default true,
	meta_title text,
	meta_description text,
	meta_keywords text,
	published_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
create index blog_posts_published_idx on public.blog_posts (status, published_at desc nulls last);
create index blog_posts_views_idx on public.blog_posts (status, view_count desc);
create index blog_posts_author_idx on public.blog_posts (author_id);
create index blog_posts_category_idx on public.blog_posts (category_id);

-- Keys of their own: a pair as the key would be a second way between posts and categories.
create table public.blog_post_categories (
	id uuid primary key default gen_random_uuid(),
	post_id uuid not null references public.blog_posts (id) on delete cascade,
	category_id uuid not null references public.blog_categories (id) on delete cascade,
	constraint blog_post_categories_once unique (post_id, category_id)
);
create index blog_post_categories_category_idx on public.blog_post_categories (category_id);

create table public.blog_post_tags (
	id uuid primary key default gen_random_uuid(),
	post_id uuid not null references public.blog_posts (id) on delete cascade,
	tag_id uuid not null references public.blog_tags (id) on delete cascade,
	constraint blog_post_tags_once unique (post_id, tag_id)
);
create index blog_post_tags_tag_idx on public.blog_post_tags (tag_id);

create table public.blog_comments (
	id uuid primary key default gen_random_uuid(),
	post_id uuid not null references public.blog_posts (id) on delete cascade,
	user_id uuid references private.people (user_id), -- NULL: a guest
	author_name text,
	author_email text, -- no client reads it back: kept apart below
	content text not null constraint blog_comments_length check (length(content) between 1 and 2000),
	status text not null default 'PENDING' constraint blog_comments_status_check check (status in ('PENDING', 'APPROVED', 'REJECTED', 'SPAM')),
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
create index blog_comments_post_idx on public.blog_comments (post_id, status, created_at desc);
create index blog_comments_user_idx on public.blog_comments (user_id);

create table private.blog_comment_addresses (
	comment_id uuid primary key references public.blog_comments (id) on delete cascade,
	email text not null
);

-- A comment waits for approval, whoever wrote what into it. Its address goes where nobody reads:
-- pages read comments with select=*, so a column that is there must be empty.
create function private.comment_asked() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	if new.user_id is not null and new.user_id is distinct from auth.uid() then
		raise exception 'a comment is written in one''s own name' using errcode = '42501';
	end if;
	if not exists (select from public.blog_posts b where b.id = new.post_id and b.status = 'PUBLISHED' and b.allow_comments) then
		raise exception 'this post takes no comments' using errcode = '23514';
	end if;
	new.user_id := auth.uid();
	new.status := 'PENDING';
	new.created_at := private.now();
	return new;
end $$;
create trigger comment_asked before insert on public.blog_comments for each row when (private.from_client()) execute function private.comment_asked();

create function private.comment_address() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	insert into private.blog_comment_addresses (comment_id, email) values (new.id, left(new.author_email, 255))
	on conflict on constraint blog_comment_addresses_pkey do update set email = excluded.email;
	update public.blog_comments c set author_email = null where c.id = new.id;
	return null;
end $$;
create trigger comment_address after insert or update of author_email on public.blog_comments for each row
	when (new.author_email is not null) execute function private.comment_address();

create function private.comments_counted() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	post uuid := case tg_op when 'DELETE' then old.post_id else new.post_id end;
begin
	update public.blog_posts b set comment_count = (select count(*) from public.blog_comments c where c.post_id = post and c.status = 'APPROVED')
	 where b.id = post;
	return null;
end $$;
create trigger comments_counted after update of status or delete on public.blog_comments for each row execute function private.comments_counted();
create trigger comments_counted_new after insert on public.blog_comments for each row
	when (new.status = 'APPROVED') execute function private.comments_counted();

create trigger touch before update on public.blog_posts for each row execute function private.touch();
create trigger touch before update on public.blog_comments for each row execute function private.touch();
create trigger touch before update on public.blog_categories for each row execute function private.touch();
create trigger touch before update on public.blog_tags for each row execute function private.touch();

-- ---- who sees what

select private.secure_tables();
select private.public_table(t::regclass, v) from (values ('public.venues', 'true'), ('public.artists', 'true'), ('public.tags', 'true'),
	('public.blog_categories', 'true'), ('public.blog_tags', 'true'), ('public.blog_posts', $$status = 'PUBLISHED'$$),
	('public.blog_post_categories', 'exists (select from public.blog_posts b where b.id = post_id)'),
	('public.blog_post_tags', 'exists (select from public.blog_posts b where b.id = post_id)'),
	('public.venue_services', 'is_active and (event_id is null or exists (select from public.events e where e.id = event_id))')) w (t, v);
select private.event_table(t::regclass) from unnest(array['public.event_artists', 'public.event_tags', 'public.event_images', 'public.food_menu_categories']) t;
select private.event_table('public.food_menu_items', '(select m.event_id from public.food_menu_categories m where m.id = category_id)');

create policy client_read on public.organizer_profiles for select to anon, authenticated using (true);
create policy client_insert on public.organizer_profiles for insert to authenticated with check ((select private.is_admin()));
create policy client_update on public.organizer_profiles for update to authenticated using (organizer_id = (select auth.uid()) or (select private.is_admin()));
grant select on public.organizer_profiles to anon, authenticated;
grant insert, update (business_name, bio, logo_url, cover_image_url, city, country_code, social_links) on public.organizer_profiles to authenticated;

-- whoever wrote a comment sees it in the same transaction: the page wants the row back
create policy client_read on public.blog_comments for select to anon, authenticated using (
	(status = 'APPROVED' and exists (select from public.blog_posts b where b.id = post_id))
	or user_id = (select auth.uid()) or xmin = pg_current_xact_id()::xid or (select private.is_admin()));
create policy client_insert on public.blog_comments for insert to anon, authenticated with check (status = 'PENDING');
create policy client_update on public.blog_comments for update to authenticated using ((select private.is_admin()));
create policy client_delete on public.blog_comments for delete to authenticated using (user_id = (select auth.uid()) or (select private.is_admin()));
grant select, insert on public.blog_comments to anon;
grant select, insert, update, delete on public.blog_comments to authenticated;

-- authors of published posts and of approved comments are public people
create function private.writers() returns setof uuid stable
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	select b.author_id from public.blog_posts b where b.status = 'PUBLISHED'
	union
	select c.user_id from public.blog_comments c where c.status = 'APPROVED' and c.user_id is not null;
end;
grant execute on function private.writers() to anon, authenticated, service_role;

create or replace view public.profiles with (security_barrier) as
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
    or p.user_id in (select private.holders())
    or p.user_id in (select private.writers());
