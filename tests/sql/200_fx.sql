-- What francs cost in dollars: the quote, the rate it is made of, and whose quote counts. That it is the
-- browser's to the cent is 210_quote.t.
\ir include/world.sql
select no_plan();
create function pg_temp.price(xof bigint, margin integer default 150) returns text language sql as $$
	select concat_ws(' ', q.base, q.effective, q.usd_cents, q.fx_num || '/' || q.fx_den, q.stale) from private.quote(xof, margin) q $$;
create function pg_temp.rate(rate numeric, age interval, source text default 'xe') returns uuid language sql as $$
	update public.fx_rates set is_active = false where is_active;
	insert into public.fx_rates (from_currency, to_currency, rate_decimal, source, valid_from) values ('USD', 'XOF', rate, source, private.now() - age) returning id $$;
-- trigger touch writes the time of a change; here rates end when the test says so
create function pg_temp.ended(rate uuid, ago interval) returns void language plpgsql as $$
begin
	set local session_replication_role = replica;
	update public.fx_rates set updated_at = private.now() - ago where id = rate;
	set local session_replication_role = origin;
end $$;

delete from public.fx_rates;
select is(pg_temp.price(5000), '566 574 871 100/574 t', 'without any rate: 566 as in the browser, and stale');
select is((select q.source from private.quote(5000) q), 'fallback', 'and it says so');
select pg_temp.rate(566, interval '1 minute') as first \gset
select is(pg_temp.price(5000), '566 574 871 100/574 f', 'the example of the contract');
select is(pg_temp.price(5000, 0), '566 566 883 100/566 f', 'no margin');
select is(pg_temp.price(1), '566 574 1 100/574 f', 'never less than a cent');
select is((select q.rate_id::text || q.margin_bps || (q.locked_at = private.now()) from private.quote(5000) q), :'first' || '150true', 'rate, margin and moment are told');
select is(pg_temp.price(1000000000000), '566 574 174216027875 100/574 f', 'the largest sum');
select throws_ok(format('select private.quote(%s)', n), '22023', null, n || ' is no sum') from unnest(array['0', '-1', '1000000000001', 'null']) n;
select throws_ok(format('select private.quote(1, %s)', n), '22023', null, n || ' is no margin') from unnest(array['-1', '501', 'null']) n;

-- ---- the half franc: what every browser computes, not what is on paper
select pg_temp.rate(500, '0');
select is(pg_temp.price(5000), '500 507 986 100/507 f', 'regression: 500 at 1.5 % is 507.49999999999994');
select pg_temp.rate(600, '0');
select is(pg_temp.price(5000, 25), '600 602 831 100/602 f', 'while 601.5 is 601.5');
select pg_temp.rate(601.5, '0');
select is(pg_temp.price(5000, 0), '602 602 831 100/602 f', 'the base is half-up');
select pg_temp.rate(601.4999999999, '0');
select is(pg_temp.price(5000, 0), '601 601 832 100/601 f', 'and no more than that');

-- ---- how old
select pg_temp.rate(600, '24 hours');
select is(pg_temp.price(5000), '600 609 821 100/609 f', 'as old as it may be');
select pg_temp.rate(600, '24 hours 1 second');
select is(pg_temp.price(5000), '600 609 821 100/609 t', 'regression: an old rate is told from a fresh one');
select is((select q.stale from private.quote(5000, 150, '48 hours') q), false, 'the bound is the caller''s');
select pg_temp.rate(610, '-1 hour');
select is(pg_temp.price(5000), '566 574 871 100/574 t', 'a rate of tomorrow is none yet');

-- ---- the rate of another moment
delete from public.fx_rates;
select pg_temp.rate(580, '3 hours') as a \gset
select pg_temp.rate(590, '2 hours') as b \gset
select pg_temp.rate(600, '10 minutes') as c \gset
select pg_temp.ended(:'a', '2 hours'), pg_temp.ended(:'b', '10 minutes');
select is((select array_agg(q.base order by h) from unnest(array[0, 9, 11, 119, 121, 179, 181]) h cross join private.quote(5000, 150, '24 hours', private.now() - h * interval '1 minute') q),
	array[600, 600, 590, 590, 580, 580, 566]::bigint[], 'each moment has the rate that was in force');

-- ---- whose quote counts
create function pg_temp.agreed(cents bigint) returns text language sql as $$
	select concat_ws(' ', q.base, q.usd_cents, q.agreed, q.stale) from private.quote_agreed(5000, cents) q $$;
select is(pg_temp.agreed(821), '600 821 t f', 'the rate of now');
select is(pg_temp.agreed(835), '590 835 t f', 'or the one of ten minutes ago, which the page still showed');
select is(pg_temp.agreed(849), '600 821 f f', 'not the one of two hours ago: both figures are told');
select is(pg_temp.agreed(1), '600 821 f f', 'regression: a cent buys nothing');
select is(pg_temp.agreed(null), '600 821 f f', 'who says nothing has agreed to nothing');
select pg_temp.ended(:'b', '16 minutes');
select is(pg_temp.agreed(835), '600 821 f f', 'a quarter of an hour, no more');

-- ---- the table of shared/temba_money.c
select is((select string_agg(c || coalesce(private.minor_units(c)::text, '-'), ' ' order by n) from unnest(string_to_array(
	'XOF XAF GNF RWF UGX JPY USD EUR GBP CAD GHS NGN KES ZAR BTC', ' ')) with ordinality w (c, n)),
	'XOF1 XAF1 GNF1 RWF1 UGX1 JPY1 USD100 EUR100 GBP100 CAD100 GHS100 NGN100 KES100 ZAR100 BTC-', 'minor units are those of the C table');
select * from finish();
