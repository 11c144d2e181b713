-- Public lists that nginx keeps (functions marked `cached`): whoever changes what they show says so on
-- the channel `cache`, and the job runner lets nginx forget them. A notice is no row: nobody waits for
-- anybody, and a transaction that changes a thousand rows says it once. Sales say nothing: they touch
-- none of these tables.

-- What nobody sees in a list does not count: numbers that follow the sales (the lists are fetched anew
-- every few seconds anyway), except where places run out or come back.
create function private.listed(what text, record jsonb) returns jsonb immutable language sql
return case what
	when 'events' then case when record ->> 'status' = 'PUBLISHED' then record - '{updated_at,tickets_sold}'::text[] end
	when 'ticket_types' then record - '{updated_at,available}'::text[] || jsonb_build_object('sold_out', (record ->> 'available')::integer = 0)
	else record - 'updated_at'
end;

create function private.lists_changed() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
	is_seen boolean;
begin
	if tg_op = 'UPDATE' then
		select exists (select from was w full join is_now n on n.id = w.id
			where private.listed(tg_table_name, to_jsonb(w)) is distinct from private.listed(tg_table_name, to_jsonb(n))) into is_seen;
	elsif tg_op = 'INSERT' then
		select exists (select from is_now n where private.listed(tg_table_name, to_jsonb(n)) is not null) into is_seen;
	else
		select exists (select from was w where private.listed(tg_table_name, to_jsonb(w)) is not null) into is_seen;
	end if;
	if is_seen then
		notify cache;
	end if;
	return null;
end $$;

do $$
declare
	what regclass;
begin
	foreach what in array array['public.events', 'public.ticket_types', 'public.categories', 'public.event_category_relations']::regclass[] loop
		execute format('create trigger listed_new after insert on %s referencing new table as is_now for each statement execute function private.lists_changed()', what);
		execute format('create trigger listed after update on %s referencing old table as was new table as is_now for each statement execute function private.lists_changed()', what);
		execute format('create trigger listed_gone after delete on %s referencing old table as was for each statement execute function private.lists_changed()', what);
	end loop;
end $$;

-- What is open every day comes next today, whenever it first opened.
create or replace view public.category_event_counts with (security_invoker = true) as
select c.id as category_id, c.name as category_name, c.icon, c.color,
       count(e.id) as upcoming_event_count,
       min(case when e.is_permanent then greatest(e.date, t.today) else e.date end) as next_event_date,
       max(e.date) as last_event_date
  from public.categories c
 cross join (select (private.now() at time zone 'Africa/Ouagadougou')::date as today) t
  left join public.event_category_relations r on r.category_id = c.id
  left join public.events e on e.id = r.event_id and e.status = 'PUBLISHED' and e.deleted_at is null
	and (e.is_permanent or e.date >= t.today)
 group by c.id;

-- ---- recurring work: places that nobody paid for, and the numbers of places that people see
insert into private.schedules (name, function, period) values ('refresh-places', 'refresh-places', interval '1 s');
