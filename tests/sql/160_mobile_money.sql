-- Mobile money: drafts that wait for a code, how often pawaPay is asked, and how a payment is found.
\ir include/world.sql
select no_plan();

-- What checkout answers to a guest's wish; the guest is named like the wish.
create function pg_temp.ask(who text, more jsonb default '{}') returns private.checkout_answer language sql as $$
	select private.checkout(jsonb_build_object('provider', 'pawapay', 'caller', 'anon', 'create_order', true, 'email', who || '@example.org',
		'event_id', pg_temp.event(2), 'quantities', jsonb_build_object('30000000-0000-4000-8000-000000000003', 1), 'phone', '+22675123456',
		'operator', 'ORANGE_BFA', 'currency', 'XOF') || more) $$;
create temporary table made as select (pg_temp.ask('a')).*;
create function pg_temp.wish(more jsonb) returns jsonb language sql as $$
	select jsonb_build_object('order_id', m.order_id, 'event_id', pg_temp.event(2), 'amount_minor', m.amount_minor, 'currency', 'XOF', 'phone', '+22675123456', 'operator', 'ORANGE_BFA') || more from made m $$;

select is(outcome, 'created', 'a payment to look at') from made;

-- ---- finding it
select is((select count(*)::int from made m, private.deposit_read(m.payment_id)), 1, 'by its id');
select is((select d.payment_id from made m, private.deposit_read(null, m.token) d), (select payment_id from made), 'by its token');
select is((select count(*)::int from private.deposit_read(null, null, 'nothing')), 0, 'and not by a reference that it has not');
select ok((select private.payment_attach(payment_id, payment_id::text, 'SUBMITTED') from made), 'pawaPay takes it');
select is((select d.payment_id from made m, private.deposit_read(null, null, m.payment_id::text) d), (select payment_id from made), 'then its reference is its id');
select is((select d.state || ' ' || d.operator || ' ' || d.phone || ' ' || d.has_tickets || ' ' || d.age from made m, private.deposit_read(m.payment_id) d),
	'SUBMITTED ORANGE_BFA +22675123456 false 0', 'who pays through whom, and where it stands');
select is((select count(*)::int from private.deposit_read(gen_random_uuid())), 0, 'nobody else''s id finds anything');

-- ---- asking pawaPay
select ok((select private.deposit_ask(payment_id, '5 s') from made), 'the first who waits has pawaPay asked');
select ok((select not private.deposit_ask(payment_id, '5 s') from made), 'the second does not');
update private.deposits set asked_at = asked_at - interval '6 s';
select ok((select private.deposit_ask(payment_id, '5 s') from made), 'five seconds later somebody does again');
select lives_ok($$ select private.deposit_page(payment_id, 'https://pay.wave.test/x') from made $$, 'an operator''s page is kept');
select is((select d.page from made m, private.deposit_read(m.payment_id) d), 'https://pay.wave.test/x', 'and shown');

-- ---- a failure has its sentence and its code
select is((select private.payment_settle(payment_id, 'FAILED', null, null, true, 'PAYMENT_NOT_APPROVED', 'Le code') from made), 'moved', 'the code was wrong');
select is((select d.failure || ' ' || d.failure_code || ' ' || d.order_state from made m, private.deposit_read(m.payment_id) d), 'Le code PAYMENT_NOT_APPROVED HELD', 'and the order can be paid still');

-- ---- what waits for a code holds nothing
select is((private.deposit_draft(pg_temp.wish('{}'))).outcome, 'created', 'a draft is kept');
select is((private.deposit_draft(pg_temp.wish('{}'))).draft, (select id from private.deposit_drafts), 'one for an order, however often the form is sent');
select is((select (private.deposit_draft(pg_temp.wish(jsonb_build_object('amount_minor', 1)))).outcome), 'amount_differs', 'a code for one franc is not asked for');
select is((select (private.deposit_draft(pg_temp.wish(jsonb_build_object('amount_minor', 1)))).amount_minor), (select amount_minor from made), 'and the right sum is told');
select is((private.deposit_draft(pg_temp.wish(jsonb_build_object('order_id', gen_random_uuid())))).outcome, 'order_not_found', 'an order of nobody');
select is((private.deposit_draft(pg_temp.wish(jsonb_build_object('event_id', pg_temp.event(1))))).outcome, 'event_mismatch', 'an order of another event');
select is((private.deposit_draft(pg_temp.wish('{}') - 'order_id')).outcome, 'created', 'without an order too');
select is((select count(*)::int from public.payments p where p.order_id = (select order_id from made) and p.status = 'pending'), 0, 'no payment came of it');
select is(private.deposit_draft_read((select id from private.deposit_drafts where order_id is not null)) ->> 'operator', 'ORANGE_BFA', 'it can be read');
select is(private.deposit_draft_read(gen_random_uuid()), null, 'another cannot');
select lives_ok($$ select private.deposit_draft_end(d.id, m.payment_id) from private.deposit_drafts d, made m where d.order_id is not null $$, 'it becomes a payment');
select is((select r.payment_id from private.deposit_drafts d, private.deposit_read(d.id) r where d.order_id is not null), (select payment_id from made), 'which is found by the draft''s id');
update private.deposit_drafts set created_at = created_at - interval '61 minutes';
select is((private.deposit_draft(pg_temp.wish('{}') - 'order_id')).outcome, 'created', 'the next draft');
select is((select count(*)::int from private.deposit_drafts), 1, 'makes those of an hour ago forgotten');
update public.orders set status = 'CANCELLED' where id = (select order_id from made);
select is((private.deposit_draft(pg_temp.wish('{}'))).outcome, 'order_closed', 'an order that is closed wants no code');

select * from finish();
rollback;
