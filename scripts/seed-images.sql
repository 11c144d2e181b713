-- Pictures of the seeded world: pages take absolute addresses alone, and those of this stack, which may
-- have moved to another port since the last time. Part of seed.sql. seed-site.sql writes /images/NAME.svg.
create function pg_temp.picture(url text, api_url text) returns text language sql immutable as $$
	select regexp_replace(url, '^(http://127\.0\.0\.1:[0-9]+)?/images/', api_url || '/images/') $$;
select set_config('temba.seed_api_url', :'api_url', true) \g /dev/null
do $$
declare
	here text := current_setting('temba.seed_api_url');
	what record;
begin
	for what in
		select c.oid::regclass as place, a.attname as name,
		       case when a.atttypid = 'text[]'::regtype then format('(select array_agg(pg_temp.picture(u.u, %L) order by u.n) from unnest(%I) with ordinality u (u, n))', here, a.attname)
			else format('pg_temp.picture(%I, %L)', a.attname, here) end as moved
		  from (values ('public.events', 'image_url'), ('public.event_images', 'image_url'), ('public.organizer_profiles', 'logo_url'),
			('public.organizer_profiles', 'cover_image_url'), ('public.venues', 'photos'), ('public.artists', 'photo_url'), ('public.artists', 'cover_image_url'),
			('public.banners', 'image_url'), ('public.blog_posts', 'featured_image_url')) w (place, name)
		  join pg_class c on c.oid = w.place::regclass
		  join pg_attribute a on a.attrelid = c.oid and a.attname = w.name
	loop
		execute format('update %s set %I = %s where %2$I is distinct from %3$s', what.place, what.name, what.moved);
	end loop;
end $$;
