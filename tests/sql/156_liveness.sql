-- V18 finds what is stuck: each fault that liveness.sql knows, planted; and nothing where all is well.
\ir include/world.sql
\set liveness `cat "$TESTS_SQL/liveness.sql"`
create temporary view stuck as :liveness
select no_plan();

-- What V18 says newly after this statement, which is then undone.
create function pg_temp.finds(kind text, fault text, why text) returns text language plpgsql as $$
declare
	said text[];
begin
	begin
		execute fault;
		said := array(select s.invariant from stuck s);
		raise exception using errcode = 'P9999';
	exception when sqlstate 'P9999' then null;
	end;
	return is(array_to_string(said, ', '), kind, why);
end $$;

create temporary table bought as
select (private.checkout(jsonb_build_object('provider', 'pawapay', 'create_order', true, 'email', 'v@example.org', 'event_id', pg_temp.event(1),
	'quantities', '{"30000000-0000-4000-8000-000000000001": 2}'::jsonb))).*;
select private.payment_attach((select payment_id from bought), 'deposit-v', 'SUBMITTED') as attached \gset
select private.inbox_add('pawapay', 'v', 'deposit', 'v', '{}') as added \gset
update public.ticket_transfers set expires_at = private.now() + interval '1 day' where status = 'PENDING';
select is_empty('select * from stuck', 'what has just begun is not stuck');

select pg_temp.finds('V18 hold', $$update private.holds set expires_at = private.now() - interval '61 s' where order_id = (select order_id from bought)$$, 'places that nobody takes back');
select pg_temp.finds('', $$update private.holds set expires_at = private.now() - interval '5 s' where order_id = (select order_id from bought)$$, 'the clock has a minute for it');
select pg_temp.finds('V18 payment', $$update private.payment_state set submitted_at = private.now() - interval '3 minutes', next_check_at = null
	where payment_id = (select payment_id from bought)$$, 'a payment that nobody will ask about');
select pg_temp.finds('V18 payment', $$update private.payment_state set submitted_at = private.now() - interval '3 minutes', next_check_at = private.now() - interval '150 s'
	where payment_id = (select payment_id from bought)$$, 'a payment that somebody should have asked about');
select pg_temp.finds('', $$update private.payment_state set submitted_at = private.now() - interval '3 minutes', next_check_at = private.now() + interval '1 minute'
	where payment_id = (select payment_id from bought)$$, 'a slow provider is not our fault');
select pg_temp.finds('V18 paid, not fulfilled', $$select private.payment_move((select payment_id from bought), 'SUCCEEDED', true);
	update private.payment_state set succeeded_at = private.now() - interval '61 s' where payment_id = (select payment_id from bought)$$, 'paid, and no ticket');
select pg_temp.finds('V18 transfer', $$update public.ticket_transfers set expires_at = private.now() - interval '6 minutes' where id = pg_temp.id('offer')$$, 'an offer that should have ended');
select pg_temp.finds('V18 job', $$update private.jobs set run_at = private.now() - interval '6 minutes' where function = 'settle-pawapay'$$, 'a job that nobody takes');
select pg_temp.finds('V18 job', $$update private.jobs set state = 'RUNNING', lease_until = private.now() - interval '61 s' where function = 'settle-pawapay'$$, 'a job whose runner is gone');
select pg_temp.finds('V18 inbox', $$update private.webhook_inbox set received_at = private.now() - interval '3 minutes'$$, 'news that nobody reads');
select is_empty('select * from stuck', 'the faults were undone');
select * from finish();
rollback;
