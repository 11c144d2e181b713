-- Jobs, rates, the clock, and when events start.
\ir include/world.sql
select no_plan();

-- ---- jobs
delete from private.jobs;
create temporary table made as select private.job_add('send-notice', 'k1', '{"a": 1}', null) as id;
select results_eq('select j.function, j.dedup, j.payload, j.state, j.attempts, j.run_at from private.jobs j join made m using (id)',
	$$values ('send-notice', 'k1', '{"a": 1}'::jsonb, 'READY', 0, private.now())$$, 'a job is added, due now');
select is(private.job_add('send-notice', 'k1', '{"a": 2}', null), null, 'its key makes it one');
select isnt(private.job_add('send-notice', null, null, private.now() + interval '1 h'), null, 'a job without a key, for later');
select isnt(private.job_add('send-notice', null, null, null), null, 'and another');
select results_eq('select count(*)::integer from private.jobs', 'values (3)', 'three in all');
select results_eq($$select function, period from private.schedules where enabled and name in ('expire-transfers', 'fetch-fx-rates', 'refresh-places') order by 1$$,
	$$values ('expire-transfers', interval '60 s'), ('fetch-fx-rates', interval '1 hour'), ('refresh-places', interval '1 s')$$, 'transfers expire, rates are fetched and places are refreshed on a schedule');

-- ---- rates
select is(private.rate_count('k', '1 minute'), 1, 'the first of the window');
select is(private.rate_count('k', '1 minute'), 2, 'the second');
select is(private.rate_count('other', '1 minute'), 1, 'keys are counted apart');
select set_config('temba.clock_offset', '60', true) \g /dev/null
select is(private.rate_count('k', '1 minute'), 1, 'a new window begins from one');
select is((select count(*) from private.rate_counters where key = 'k'), 2::bigint, 'the old one is kept for now');
select set_config('temba.clock_offset', '259200', true) \g /dev/null
select is(private.rate_count('third', '1 minute'), 1, 'days later');
select is((select count(*) from private.rate_counters where key in ('k', 'other')), 0::bigint, 'it was forgotten');
select set_config('temba.clock_offset', '', true) \g /dev/null

-- ---- the clock
select is(private.now(), now(), 'the clock is the transaction''s');
select set_config('temba.clock_offset', '604800', true) \g /dev/null
select is(private.now(), now() + interval '7 days', 'a test database moves it');
select set_config('temba.test', 'off', true) \g /dev/null
select is(private.now(), now(), 'no other one does');
select set_config('temba.test', 'on', true) \g /dev/null
select set_config('temba.clock_offset', '', true) \g /dev/null

-- ---- when events start
select is(private.clock_time(given), wanted::time, format('%s is %s', given, wanted))
  from (values ('20:00', '20:00'), ('20h30', '20:30'), ('20H', '20:00'), ('8 PM', '20:00'), ('8:15 p.m.', '20:15'), ('12 AM', '00:00'), ('12:30 PM', '12:30'),
	('09:05:00', '09:05'), ('7', '07:00'), ('19.30', '19:30'), ('soir', '00:00'), ('25:00', '00:00'), ('10:75', '00:00'), ('', '00:00'), (null, '00:00')) t (given, wanted);
update public.events set date = '2030-07-01', time = '20h30', timezone = 'Europe/Paris' where id = pg_temp.id('foreign event');
select is(private.event_start(pg_temp.id('foreign event'), null), '2030-07-01 18:30+00'::timestamptz, 'in the time zone of the event');
select is(private.event_start(pg_temp.event(2), '40000000-0000-4000-8000-000000000003'),
	(select (d.date + d.start_time::time) at time zone 'UTC' from public.event_dates d where d.id = '40000000-0000-4000-8000-000000000003'), 'of the date that the ticket is for');
select is(private.event_start(pg_temp.event(2), '40000000-0000-4000-8000-000000000001'), private.event_start(pg_temp.event(2), null), 'a date of another event counts for nothing');
select is(private.event_start(pg_temp.id('awa'), null), null, 'an unknown event');
select cmp_ok(private.event_start(pg_temp.event(1), null) - private.now(), '<', interval '24 hours', 'the door of the seeded event 1 is open');
select cmp_ok(private.event_start(pg_temp.event(1), null) - private.now(), '>', interval '5 hours', 'and it has not begun');

select * from finish();
rollback;
