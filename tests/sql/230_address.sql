-- Free tickets: five orders an hour from one network address, as nginx wrote it.
\ir include/world.sql
select no_plan();

create function pg_temp.behind(headers text) returns text language sql as $$ select set_config('request.headers', headers, true); select host(private.client_ip()) $$;
select is(pg_temp.behind('{"x-forwarded-for": "192.0.2.7"}'), '192.0.2.7', 'the address that nginx wrote');
select is(pg_temp.behind('{"x-real-ip": "192.0.2.9", "x-forwarded-for": "192.0.2.7"}'), '192.0.2.7', 'regression: not one that a client claims');
select is(pg_temp.behind('{"x-real-ip": "192.0.2.9"}'), null, 'and never that alone');
select is(pg_temp.behind('{"x-forwarded-for": "127.0.0.1"}'), null, 'this machine has none');
select is(pg_temp.behind('{"x-forwarded-for": "::1"}'), null, 'by neither protocol');
select is(pg_temp.behind('{"x-forwarded-for": "2001:db8::7"}'), '2001:db8::7', 'IPv6');
select is(pg_temp.behind('{"x-forwarded-for": "nowhere"}'), null, 'nonsense is none');
select is(pg_temp.behind(''), null, 'without a request there is none');

select set_config('request.headers', '{"x-forwarded-for": "192.0.2.7"}', true);
select lives_ok(format('select private.free_reserve(null, %L, %L, null)', n || '@example.net', pg_temp.event(2)), n || ' of five') from generate_series(1, 5) n;
select throws_ok(format('select private.free_reserve(null, %L, %L, null)', '6@example.net', pg_temp.event(2)), '23514', null, 'the sixth waits');
select set_config('request.headers', '{"x-forwarded-for": "192.0.2.8"}', true);
select lives_ok(format('select private.free_reserve(null, %L, %L, null)', '7@example.net', pg_temp.event(2)), 'another address does not');
select * from finish();
rollback;
