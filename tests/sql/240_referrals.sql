-- Who invited whom: what a paid order gives both, once, and what takes it back.
\ir include/world.sql
\set invariants `cat "$TESTS_SQL/invariants.sql"`
create temporary view broken as :invariants
select no_plan();
\ir include/paid.sql

-- ---- people who were invited by Issa
delete from public.referral_rewards;
delete from public.referrals;
insert into public.user_referral_codes (user_id, referral_code) values (pg_temp.id('issa'), 'TEMBA22222');
create function pg_temp.guest(n integer) returns uuid language sql immutable as $$ select ('00000000-0000-4000-8000-0000000000d' || n)::uuid $$;
insert into auth.users (id, email, raw_user_meta_data) select pg_temp.guest(n), 'filleul' || n || '@example.org', '{}' from generate_series(0, 9) n;
update private.people set email_verified_at = private.now() where email like 'filleul%' and email <> 'filleul0@example.org';
create function pg_temp.wallet(person uuid) returns integer language sql stable as $$ select coalesce((select c.balance::integer from public.user_credits c where c.user_id = person), 0) $$;
-- what both have more than nothing, after everything that waits for the end of the transaction
create function pg_temp.both(n integer) returns text language plpgsql as $$
begin
	set constraints all immediate;
	set constraints all deferred;
	return format('%s %s', pg_temp.wallet(pg_temp.id('issa')), pg_temp.wallet(pg_temp.guest(n)));
end $$;
create function pg_temp.track(n integer, code text default 'temba22222') returns text language sql as $$ select private.referral_track(pg_temp.guest(n), code, null, null) $$;
create function pg_temp.whole(o uuid) returns text language sql as $$ select r.outcome from private.refund_request(o, null, 'x', pg_temp.id('organizer')) r $$;

-- ---- who may say it
select is(pg_temp.track(1), 'tracked', 'whoever is new');
select is(pg_temp.track(1), 'already', 'once');
select is(private.referral_track(pg_temp.id('issa'), 'TEMBA22222', null, null), 'own_code', 'not of oneself');
select is(pg_temp.track(2, 'TEMBAZZZZZ'), 'unknown_code', 'a code that there is');

-- ---- the paid order
select pg_temp.paid('a', 1, 1, buyer => pg_temp.guest(1)) as a \gset
select is(pg_temp.both(1), '500 250', 'both have their reward');
select is(private.referral_told(pg_temp.guest(1), :'a'), 'rewarded', 'and the page is told');
select pg_temp.paid('b', 1, 1, buyer => pg_temp.guest(1)) as b \gset
select is(pg_temp.both(1), '500 250', 'once');
select is(private.referral_told(pg_temp.guest(1), :'b'), 'already', 'of the second order too');
select is((select count(*)::integer from broken), 0, 'no invariant is broken');
select pg_temp.whole(:'a') as done \gset
select is(pg_temp.both(1), '0 0', 'the order that rewarded goes back, and both rewards do');
select is((select array_agg(status order by status) from public.referral_rewards), array['clawed_back', 'clawed_back'], 'as their rows say');

-- ---- what was spent stays spent, and is written down
select pg_temp.track(2) as done \gset
select pg_temp.paid('c', 1, 1, buyer => pg_temp.guest(2)) as c \gset
select is(pg_temp.both(2), '500 250', 'rewarded');
insert into public.credit_transactions (user_id, amount, type) values (pg_temp.id('issa'), -400, 'spent');
select pg_temp.whole(:'c') as done \gset
select is(pg_temp.both(2), '0 0', 'nobody falls below nothing');
select is((select w.metadata ->> 'spent_before' from public.referral_rewards w join public.referrals r on r.id = w.referral_id
	where r.referee_id = pg_temp.guest(2) and w.user_id = pg_temp.id('issa'))::numeric, 400::numeric, 'what was spent is recorded');

-- ---- a part of the order goes back
select pg_temp.track(3) as done \gset
select pg_temp.paid('d', 1, 3, buyer => pg_temp.guest(3)) as d \gset
select is(pg_temp.both(3), '500 250', 'rewarded');
select r.outcome as done from private.refund_request(:'d', (select array_agg(t.id) from (select t.id from public.tickets t where t.order_id = :'d' order by t.ordinal limit 1) t), 'x', pg_temp.id('organizer')) r \gset
select is(pg_temp.both(3), '500 250', 'what is still paid is enough');
update private.referral_config set value = '15000' where key = 'min_purchase_amount';
select r.outcome as done from private.refund_request(:'d', (select array_agg(t.id) from (select t.id from public.tickets t where t.order_id = :'d' order by t.ordinal desc limit 1) t), 'x', pg_temp.id('organizer')) r \gset
select is(pg_temp.both(3), '0 0', 'regression: a ticket that stayed kept the rewards, however little was still paid');
update private.referral_config set value = '1000' where key = 'min_purchase_amount';

-- ---- the bank takes the money back after the door
select pg_temp.track(4) as done \gset
select pg_temp.paid('e', 1, 1, 'stripe', buyer => pg_temp.guest(4)) as e \gset
select is(pg_temp.both(4), '500 250', 'rewarded');
update public.tickets set status = 'USED' where order_id = :'e';
select private.dispute_news('dp_e', 'pi_e', 5100, 'xof', 'needs_response', 'fraudulent') as done \gset
select is(pg_temp.both(4), '500 250', 'a dispute that is open takes nothing');
select private.dispute_news('dp_e', 'pi_e', 5100, 'xof', 'lost', 'fraudulent') as done \gset
select is(pg_temp.both(4), '0 0', 'regression: a stolen card kept its rewards when the ticket had been used');

-- ---- not proven
update private.people set email_verified_at = null where user_id = pg_temp.guest(0);
select pg_temp.track(0) as done \gset
select pg_temp.paid('f', 1, 1, buyer => pg_temp.guest(0)) as f \gset
select is(pg_temp.both(0), '0 0', 'nothing for whoever has proved nothing');
select is(private.referral_told(pg_temp.guest(0), :'f'), 'not_proven', 'who is told why');
update private.people set email_verified_at = private.now() where user_id = pg_temp.guest(0);
select is(private.referral_told(pg_temp.guest(0), :'f'), 'none', 'regression: told to prove what is proven');

-- ---- rewards at sign-up
update private.referral_config set value = 'signup' where key = 'trigger_event';
update private.referral_config set value = '100' where key = 'referee_signup_bonus';
update private.people set email_verified_at = null where user_id = pg_temp.guest(5);
select is(pg_temp.track(5), 'tracked', 'before anything is proven');
select is(pg_temp.both(5), '0 0', 'nothing yet');
update private.people set email_verified_at = private.now() where user_id = pg_temp.guest(5);
select is(pg_temp.both(5), '0 100', 'regression: a proof that came later was never rewarded');
update private.people set email_verified_at = null where user_id = pg_temp.guest(5);
update private.people set email_verified_at = private.now() where user_id = pg_temp.guest(5);
select is(pg_temp.both(5), '0 100', 'once');
update private.referral_config set value = 'first_purchase' where key = 'trigger_event';

-- ---- a setting that is no number
select throws_ok($$update private.referral_config set value = '500 F' where key = 'referrer_reward_amount'$$, '23514', null, 'regression: a wrong setting stops whoever pays');
select throws_ok($$update private.referral_config set value = '365.5' where key = 'credit_expiry_days'$$, '23514', null, 'whole numbers');
select throws_ok($$update private.referral_config set value = 'oui' where key = 'program_enabled'$$, '23514', null, 'true or false');

-- ---- who is told of a cancelled event
insert into public.events (id, title, description, location, image_url, date, time, price, capacity, status, organizer_id)
values (pg_temp.id('rule'), 'Bilan', '-', '-', '-', current_date + 20, '20:00', 1000, 100, 'PUBLISHED', pg_temp.id('organizer'));
insert into public.ticket_types (id, event_id, name, price, quantity) values ('30000000-0000-4000-8000-000000000008', pg_temp.id('rule'), 'Fosse', 1000, 20);
select pg_temp.paid('g', 8, 1, buyer => pg_temp.guest(6)) as g \gset
insert into public.orders (id, user_id, event_id, total, status, payment_method) values (pg_temp.id('rule'), pg_temp.guest(7), pg_temp.id('rule'), 1000, 'AWAITING_PAYMENT', 'CARD');
update public.events set status = 'CANCELLED' where id = pg_temp.id('rule');
select s.last as done from private.event_refund_step(pg_temp.id('rule'), null, 10) s \gset
select is((select array_agg(j.payload ->> 'id') from private.jobs j where j.payload ->> 'kind' = 'event_cancelled_email'), array[:'g'],
	'regression: who never paid read that their tickets are no longer valid');

set constraints all immediate;
select results_eq('select * from broken', 'select * from broken where false', 'no invariant is broken');
select * from finish();
rollback;
