-- Cards: how a payment is found, what Stripe is asked for, and to whom a payment under way is shown again.
\ir include/world.sql
select no_plan();

-- What checkout answers to a guest's wish.
create function pg_temp.ask(who text, more jsonb default '{}') returns private.checkout_answer language sql as $$
	select private.checkout(jsonb_build_object('provider', 'stripe', 'caller', 'anon', 'create_order', true, 'email', who || '@example.org',
		'event_id', pg_temp.event(2), 'quantities', jsonb_build_object('30000000-0000-4000-8000-000000000003', 1), 'currency', 'XOF', 'ip', '192.0.2.1') || more) $$;
create temporary table made as select (pg_temp.ask('a')).*;

select is(outcome, 'created', 'a payment to look at') from made;

-- ---- finding it
select is((select count(*)::int from made m, private.card_read(m.payment_id)), 1, 'by its id');
select is((select c.payment_id from made m, private.card_read(null, m.token) c), (select payment_id from made), 'by its token');
select is((select count(*)::int from private.card_read(null, null, 'pi_none')), 0, 'not by an intent that nobody has');
select is((select count(*)::int from private.card_read(null, 'stripe-token-1', null)), 0, 'nor by a token that was guessed');
select is((select count(*)::int from private.card_read(gen_random_uuid())), 0, 'nor by an id');
select matches((select token from made), '^stripe-token-[0-9a-f]{32}$', 'the token has 128 random bits behind the word that clients route by');

-- ---- what Stripe is asked for stands on the row, and is the server's
select is((select format('%s %s %s %s', c.charge_currency, c.charge_minor, c.fx_num, c.fx_den) from made m, private.card_read(m.payment_id) c),
	(select format('USD %s %s %s', q.usd_cents, q.fx_num, q.fx_den) from made m, private.quote(m.amount_minor) q), 'dollars by the rate in force and our margin');
select is((select c.charge_minor from made m, private.card_read(m.payment_id) c), (select round(m.amount_minor * 100 / m.fx_den::numeric)::bigint from made m), 'half up, as the page reckons');
select is((select format('%s %s', c.currency, c.amount_minor) from made m, private.card_read(m.payment_id) c), (select format('XOF %s', amount_minor) from made), 'what is shown stays in francs');
select matches((select c.fx_locked_at from made m, private.card_read(m.payment_id) c), '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$', 'the moment is the same text whenever it is read');
select is((select row (c.provider, c.status, c.state, c.order_state, c.has_tickets, c.holding, c.intent)::text from made m, private.card_read(m.payment_id) c),
	'(stripe,pending,CREATED,HELD,f,t,)', 'where it stands before Stripe was asked');

-- ---- its intent
select ok((select private.payment_attach(payment_id, 'pi_1', 'SUBMITTED') from made), 'Stripe makes one');
select is((select c.payment_id from private.card_read(null, null, 'pi_1') c), (select payment_id from made), 'by which it is found');
select lives_ok($$ select private.payment_attach(payment_id, 'pi_2', 'SUBMITTED') from made $$, 'another one later');
select is((select c.intent from made m, private.card_read(m.payment_id) c), 'pi_1', 'does not take its place');
select throws_ok($$ select private.payment_attach((pg_temp.ask('b')).payment_id, 'pi_1', 'SUBMITTED') $$, '23505', null, 'and no two payments have one intent');

-- ---- a decline, then a success, in any order
select is((select private.payment_settle(payment_id, 'ACTION_REQUIRED', null, null, true, 'insufficient_funds', 'Le solde') from made), 'moved', 'declined');
select is((select format('%s %s %s', c.status, c.failure_code, c.order_state) from made m, private.card_read(m.payment_id) c), 'pending insufficient_funds AWAITING_PAYMENT', 'an attempt, and nothing is over');
select is((select private.payment_settle(payment_id, 'SUCCEEDED', charge_minor, 'USD', true) from made), 'completed', 'then paid');
select is((select private.payment_settle(payment_id, 'ACTION_REQUIRED', null, null, true, 'card_declined', 'x') from made), 'unchanged', 'the decline told late');
select is((select private.payment_settle(payment_id, 'CANCELLED', null, null, true) from made), 'unchanged', 'or a cancellation');
select is((select format('%s %s %s %s', c.status, c.outcome, c.order_state, c.has_tickets) from made m, private.card_read(m.payment_id) c), 'completed completed COMPLETED t', 'undo nothing');

-- ---- money that is not what was asked for
create temporary table less as select (pg_temp.ask('less')).*;
select is((select private.payment_settle(payment_id, 'SUCCEEDED', charge_minor - 1, 'USD', true) from less), 'mismatch', 'a cent less');
create temporary table francs as select (pg_temp.ask('francs')).*;
select is((select private.payment_settle(payment_id, 'SUCCEEDED', charge_minor, 'XOF', true) from francs), 'mismatch', 'the number, in francs');
select is((select count(*)::int from public.tickets t where t.order_id in (select order_id from less union select order_id from francs)), 0, 'issue nothing');
select is((select count(*)::int from private.alarms a where a.kind = 'payment_mismatch' and a.subject in (select payment_id::text from less union select payment_id::text from francs)), 2, 'a person looks');

-- ---- to whom a payment under way is shown again
create temporary table twin as select (pg_temp.ask('twin')).*;
select is((select (pg_temp.ask('twin')).payment_id), (select payment_id from twin), 'a guest who comes again from the same address has the same payment');
select isnt((select (pg_temp.ask('twin', '{"ip": "192.0.2.99"}')).payment_id), (select payment_id from twin), 'who only knows their mail address has not');
select isnt((select (pg_temp.ask('other')).payment_id), (select payment_id from twin), 'nor has another guest of the same network');
select is((select (pg_temp.ask('x', jsonb_build_object('order_id', order_id, 'provider', 'pawapay', 'phone', '+22670123456', 'operator', 'MOOV_BFA'))).subject from twin), 'stripe',
	'an order that is being paid by card says so to whoever would pay it by phone');

select * from finish();
rollback;
