-- What makes nginx forget a list, what a category counts, and recurring work. That a notice is sent is
-- tests/http/catalogue.test.mjs: nobody hears one inside a transaction.
\ir include/world.sql
select no_plan();

-- ---- what is seen in a list
create function pg_temp.seen(what regclass, id uuid, change text) returns boolean language plpgsql as $$
declare
	before jsonb;
	later jsonb;
begin
	execute format('select to_jsonb(t) from %s t where t.id = %L', what, id) into before;
	execute format('update %s set %s where id = %L', what, change, id);
	execute format('select to_jsonb(t) from %s t where t.id = %L', what, id) into later;
	return private.listed(split_part(what::text, '.', 2), before) is distinct from private.listed(split_part(what::text, '.', 2), later);
end $$;
select is(pg_temp.seen('public.events', pg_temp.event(1), change), expected, 'an event on show: ' || change) from (values
	($$title = 'Autre'$$, true), ($$description = 'Autre'$$, true), ($$image_url = '/b.jpg'$$, true), ($$status = 'CANCELLED'$$, true), ($$featured = not featured$$, false)) v (change, expected);
select is(pg_temp.seen('public.events', pg_temp.event(2), change), expected, 'another: ' || change) from (values
	($$featured = not featured$$, true), ($$date = date + 1$$, true), ($$deleted_at = private.now()$$, true), ($$tickets_sold = 7$$, false), ($$updated_at = updated_at$$, false)) v (change, expected);
select is(pg_temp.seen('public.events', pg_temp.event(3), change), expected, 'a draft: ' || change) from (values
	($$title = 'Autre'$$, false), ($$status = 'PUBLISHED'$$, true), ($$status = 'DRAFT'$$, true)) v (change, expected);
select is(pg_temp.seen('public.ticket_types', '30000000-0000-4000-8000-000000000001', change), expected, 'a type: ' || change) from (values
	($$price = 6000$$, true), ($$sales_enabled = false$$, true), ($$available = available - 1$$, false), ($$available = 0$$, true), ($$available = 0$$, false), ($$available = 3$$, true), ($$quantity = quantity + 5$$, true)) v (change, expected);
select is(pg_temp.seen('public.categories', pg_temp.id('category'), change), expected, 'a category: ' || change) from (values
	($$color = '#123456'$$, true), ($$name = name$$, false)) v (change, expected);

select is((select count(*) from pg_trigger t join pg_proc p on p.oid = t.tgfoid where p.proname = 'lists_changed' and t.tgrelid = w.place::regclass), 3::bigint,
	w.place || ' tells of rows that come, change and go') from unnest(array['public.events', 'public.ticket_types', 'public.categories', 'public.event_category_relations']) w (place);
select is((select count(*) from pg_trigger t join pg_proc p on p.oid = t.tgfoid where p.proname = 'lists_changed'), 12::bigint, 'and nothing that a sale writes does');
-- each statement form runs through its trigger
select lives_ok(format($$insert into public.event_category_relations (event_id, category_id) values (%L, %L)$$, pg_temp.event(2), pg_temp.id('category')), 'a new row');
select lives_ok($$update public.event_category_relations set created_at = created_at$$, 'changed rows');
select lives_ok(format($$delete from public.categories where id = %L$$, pg_temp.id('category')), 'rows that go with another');
select is(pg_temp.try('authenticated', pg_temp.id('organizer'), format($$update public.events set title = 'Encore' where id = %L$$, pg_temp.event(2))), '1', 'an organizer needs no right of his own for it');

-- ---- categories: what comes, from today on
insert into public.categories (id, name) values (pg_temp.id('category'), 'Compte');
insert into public.event_category_relations (event_id, category_id) values (pg_temp.event(2), pg_temp.id('category')), (pg_temp.id('foreign event'), pg_temp.id('category'));
create function pg_temp.counts() returns text language sql as $$
	select format('%s %s', c.upcoming_event_count, c.next_event_date - (private.now() at time zone 'Africa/Ouagadougou')::date)
	  from public.category_event_counts c where c.category_id = pg_temp.id('category') $$;
update public.events set deleted_at = null, date = (private.now() at time zone 'Africa/Ouagadougou')::date, status = 'PUBLISHED' where id = pg_temp.event(2);
update public.events set date = (private.now() at time zone 'Africa/Ouagadougou')::date + 1 where id = pg_temp.id('foreign event');
select is(pg_temp.counts(), '2 0', 'two events, the next one today');
select set_config('temba.clock_offset', '86400', true) \g /dev/null
select is(pg_temp.counts(), '1 0', 'at midnight it is one, without anybody refreshing anything');
select set_config('temba.clock_offset', '172800', true) \g /dev/null
select is(pg_temp.counts(), '0 ', 'then none');
update public.events set is_permanent = true where id = pg_temp.id('foreign event');
select is(pg_temp.counts(), '1 0', 'what is open every day comes today');
select set_config('temba.clock_offset', '0', true) \g /dev/null
select is(pg_temp.counts(), '2 0', 'or on the day it opens');

-- ---- recurring work, as the role that does it
insert into public.orders (id, user_id, event_id, total, status, payment_method, ticket_quantities, created_at)
values (pg_temp.id('second'), pg_temp.id('issa'), pg_temp.event(1), 10200, 'AWAITING_PAYMENT', 'MOBILE_MONEY', '{"30000000-0000-4000-8000-000000000002": 2}', private.now());
select private.hold_take(pg_temp.id('second')) \g /dev/null
select is(pg_temp.try('fn_refresh_places', null, 'select private.available_refresh()'), '1', 'refresh-places may call the one');
select is(pg_temp.try('fn_refresh_places', null, 'select private.holds_expire(100)'), '1', 'and the other');
select is(pg_temp.try('fn_refresh_places', null, 'update public.ticket_types set available = 1'), '42501', 'and nothing else');
select private.available_refresh() \g /dev/null
select is((select available from public.ticket_types where id = '30000000-0000-4000-8000-000000000002'), 48, 'what is held is not shown as free');
update private.holds set expires_at = private.now() where order_id = pg_temp.id('second');
select private.holds_expire(100) \g /dev/null
select private.available_refresh() \g /dev/null
select is((select available from public.ticket_types where id = '30000000-0000-4000-8000-000000000002'), 50, 'what came back is');

select * from finish();
rollback;
