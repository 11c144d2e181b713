-- What must hold at any moment, on the real tables. No row = fine. Every http, race and fault test
-- ends by running this; tests/sql/070_invariants.sql plants each fault and sees it found.

-- V08 one owner: the head of a gapless owner log, at the ticket's epoch
select 'V08' as invariant, t.id::text as id,
       format('owner %s, epoch %s; log: %s steps to epoch %s, owner %s', coalesce(t.user_id, g.id), s.epoch, l.steps, l.last,
	      coalesce(h.owner_id, h.guest_order_id)) as detail
  from public.tickets t
  left join private.ticket_state s on s.ticket_id = t.id
  left join lateral (select count(*) as steps, max(o.epoch) as last from private.ticket_owner_log o where o.ticket_id = t.id) l on true
  left join private.ticket_owner_log h on h.ticket_id = t.id and h.epoch = s.epoch
  left join public.guest_orders g on g.order_id = t.order_id and t.user_id is null
 where s.epoch is null or l.last is distinct from s.epoch or l.steps <> s.epoch + 1
    or h.owner_id is distinct from t.user_id or h.guest_order_id is distinct from g.id

-- V09 at most one PENDING transfer of a ticket, only from the present owner of a VALID ticket
union all
select 'V09', x.ticket_id::text, count(*) || ' pending transfers'
  from public.ticket_transfers x where x.status = 'PENDING' group by x.ticket_id having count(*) > 1
union all
select 'V09', x.id::text, format('pending; ticket is %s, sender is owner: %s, epoch %s of %s', s.state, t.user_id = x.sender_id, xs.from_epoch, s.epoch)
  from public.ticket_transfers x
  join public.tickets t on t.id = x.ticket_id
  left join private.ticket_state s on s.ticket_id = x.ticket_id
  left join private.transfer_state xs on xs.transfer_id = x.id
 where x.status = 'PENDING'
   and (s.state is distinct from 'VALID' or t.user_id is distinct from x.sender_id or xs.from_epoch is distinct from s.epoch)

-- V10 every step of ownership by transfer has exactly one completed transfer, and the other way round
union all
select 'V10', l.ticket_id::text, format('epoch %s has %s completed transfers', l.epoch, count(x.id))
  from private.ticket_owner_log l
  left join private.transfer_state xs on xs.ticket_id = l.ticket_id and xs.from_epoch = l.epoch - 1 and xs.state = 'COMPLETED'
  left join public.ticket_transfers x on x.id = xs.transfer_id and x.status in ('COMPLETED', 'USED')
	and x.recipient_id = l.owner_id and x.ticket_id = l.ticket_id and x.id = l.transfer_id
 where l.cause = 'TRANSFER'
 group by l.ticket_id, l.epoch having count(x.id) <> 1
union all
select 'V10', x.id::text, 'completed, but no step of the owner log'
  from public.ticket_transfers x
 where x.status in ('COMPLETED', 'USED')
   and not exists (select from private.ticket_owner_log l where l.ticket_id = x.ticket_id and l.transfer_id = x.id and l.owner_id = x.recipient_id)

-- V11 USED exactly when an entry was accepted (VALID_OUT apart); one accepted entry per sequence
union all
select 'V11', s.ticket_id::text, format('%s with %s accepted entries, entry_seq %s', s.state, count(c.id), s.entry_seq)
  from private.ticket_state s
  left join public.ticket_scans c on c.ticket_id = s.ticket_id and c.result = 'ACCEPTED' and c.direction = 'IN'
 group by s.ticket_id
having (s.state not in ('VALID_OUT') and (s.state = 'USED') <> (count(c.id) > 0)) or count(c.id) <> s.entry_seq
union all
select 'V11', c.ticket_id::text, format('entry %s accepted %s times', c.entry_seq, count(*))
  from public.ticket_scans c where c.result = 'ACCEPTED' and c.direction = 'IN' group by c.ticket_id, c.entry_seq having count(*) > 1

-- WORD the public word is the one that stands for the rich state
union all
select 'WORD', t.id::text, format('ticket %s, state %s', t.status, s.state)
  from public.tickets t left join private.ticket_state s on s.ticket_id = t.id
 where t.status is distinct from private.word('ticket', s.state, s.cause)
union all
select 'WORD', o.id::text, format('order %s, state %s', o.status, s.state)
  from public.orders o left join private.order_state s on s.order_id = o.id
 where o.status is distinct from private.word('order', s.state, null)
union all
select 'WORD', x.id::text, format('transfer %s, state %s', x.status, s.state)
  from public.ticket_transfers x left join private.transfer_state s on s.transfer_id = x.id
 where x.status is distinct from private.word('transfer', s.state, case when s.used then 'USED' end)
    or s.ticket_id is distinct from x.ticket_id

-- V01, V02 counters within their capacity, and equal to the rows they count
union all
select 'V01', coalesce(s.ticket_type_id, s.event_date_id)::text, format('held %s, sold %s of %s', s.held, s.sold, s.capacity)
  from private.sales s where s.held < 0 or s.sold < 0 or s.held + s.sold > s.capacity
union all
select 'V02', coalesce(s.ticket_type_id, s.event_date_id)::text, format('date %s: held %s, lines %s; sold %s, tickets %s', s.event_date_id, s.held, h.n, s.sold, t.n)
  from private.sales s
 cross join lateral (select count(*) as n from public.tickets t
	where t.status not in ('REFUNDED', 'CANCELLED') and (s.ticket_type_id is null or t.ticket_type_id = s.ticket_type_id)
	  and (s.event_date_id is null or t.event_date_id = s.event_date_id)) t
 cross join lateral (select coalesce(sum(l.quantity), 0) as n from private.hold_lines l join private.holds h on h.order_id = l.order_id and h.state = 'ACTIVE'
	where (s.ticket_type_id is null or l.ticket_type_id = s.ticket_type_id) and (s.event_date_id is null or l.event_date_id = s.event_date_id)) h
 where s.held <> h.n or s.sold <> t.n
union all
select 'V01', p.id::text, format('pool: held %s, sold %s of %s', p.held, p.sold, p.capacity)
  from private.pools p where p.held < 0 or p.sold < 0 or p.held + p.sold > p.capacity
union all
select 'V02', y.id::text, 'a type without a counter'
  from public.ticket_types y where not exists (select from private.sales s where s.ticket_type_id = y.id and s.event_date_id is null)

-- V03 a pool counts what its types do
union all
select 'V03', p.id::text, format('held %s of %s, sold %s of %s', p.held, sum(s.held), p.sold, sum(s.sold))
  from private.pools p join private.pool_types x on x.pool_id = p.id
  join private.sales s on s.ticket_type_id = x.ticket_type_id and s.event_date_id is null
 group by p.id having p.held <> sum(s.held) or p.sold <> sum(s.sold)

-- V04 an order costs what its lines do
union all
select 'V04', o.id::text, format('total %s, lines %s', o.total_minor, sum(l.base_minor - l.discount_minor + l.fee_minor))
  from public.orders o join private.order_lines l on l.order_id = o.id
 group by o.id having o.total_minor <> sum(l.base_minor - l.discount_minor + l.fee_minor)

-- V05 what was sold was paid, once; money that bought nothing is on its way back
union all
select 'V05', o.id::text, format('order %s of %s, paid %s', s.state, o.total_minor, p.amount_minor)
  from public.orders o join private.order_state s on s.order_id = o.id
  left join private.payment_state f on f.order_id = o.id and f.fulfilling
  left join public.payments p on p.id = f.payment_id and p.status = 'completed'
 where s.state in ('COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'DISPUTED') and o.total_minor > 0
   and exists (select from private.order_lines l where l.order_id = o.id) and (p.id is null or p.amount_minor < o.total_minor)
union all
select 'V05', s.payment_id::text, format('%s payment of %s, going back %s', s.outcome, p.amount_minor, r.n)
  from private.payment_state s join public.payments p on p.id = s.payment_id
 cross join lateral (select coalesce(sum(x.amount_minor), 0) as n from private.refunds x where x.payment_id = s.payment_id and x.state not in ('FAILED', 'REJECTED')) r
 where s.outcome in ('unfulfillable', 'duplicate') and r.n < p.amount_minor
union all
select 'V05', s.order_id::text, format('order %s, and a payment that completed it', o.state)
  from private.payment_state s join private.order_state o on o.order_id = s.order_id
 where s.fulfilling and o.state not in ('COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'DISPUTED')

-- V06 exactly what a paid line says, nothing for an unpaid one
union all
select 'V06', l.order_id::text, format('order %s, line of %s has %s tickets', s.state, l.quantity, t.n)
  from private.order_lines l join private.order_state s on s.order_id = l.order_id
 cross join lateral (select count(*) as n from public.tickets t where t.order_id = l.order_id and t.ticket_type_id = l.ticket_type_id) t
 where l.kind = 'TICKETS' and t.n <> case when s.state in ('COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'DISPUTED') then l.quantity else 0 end

-- V07 each ticket has a slot of its line, and each slot one ticket
union all
select 'V07', t.id::text, format('slot %s of %s', t.ordinal, l.quantity)
  from public.tickets t join private.order_lines l on l.order_id = t.order_id and l.ticket_type_id = t.ticket_type_id
 where t.ordinal is null or t.ordinal not between 1 and l.quantity
union all
select 'V07', t.order_id::text, format('slot %s is taken %s times', t.ordinal, count(*))
  from public.tickets t where t.ordinal is not null group by t.order_id, t.ticket_type_id, t.ordinal having count(*) > 1

-- V06 an order that was never paid has no ticket
union all
select 'V06', o.id::text, format('order %s with %s tickets that are alive', o.status, count(*))
  from public.orders o join public.tickets t on t.order_id = o.id and t.status not in ('REFUNDED', 'CANCELLED')
 where exists (select from private.order_state s where s.order_id = o.id and s.state in ('EXPIRED', 'CANCELLED', 'UNFULFILLABLE')) group by o.id, o.status

-- WORD of payments
union all
select 'WORD', p.id::text, format('payment %s, state %s', p.status, s.state)
  from public.payments p left join private.payment_state s on s.payment_id = p.id
 where p.status is distinct from private.word('payment', s.state, null) or s.order_id is distinct from p.order_id

-- V12 refunds never exceed the payment, in its order's currency and at the provider; what is counted is what there is
union all
select 'V12', c.payment_id::text, format('refunds %s of %s, counted %s; at the provider %s of %s, counted %s', r.n, c.amount_minor, c.refunded_minor, r.charge, c.charge_minor, c.refunded_charge_minor)
  from private.payment_refunds c
 cross join lateral (select coalesce(sum(x.amount_minor), 0) as n, coalesce(sum(x.charge_minor), 0) as charge from private.refunds x
	where x.payment_id = c.payment_id and x.state <> 'REJECTED') r
 where r.n <> c.refunded_minor or r.charge <> c.refunded_charge_minor or r.n > c.amount_minor or r.charge > c.charge_minor
union all
select 'V12', r.id::text, 'a refund that nobody counted'
  from private.refunds r where r.state <> 'REJECTED' and not exists (select from private.payment_refunds c where c.payment_id = r.payment_id)
-- a refunded ticket is VOID, and refunded once
union all
select 'V12', i.ticket_id::text, format('refund %s is %s, the ticket %s', r.id, r.state, s.state)
  from private.refund_items i join private.refunds r on r.id = i.refund_id and r.state not in ('REJECTED', 'REQUESTED')
  left join private.ticket_state s on s.ticket_id = i.ticket_id where s.state is distinct from 'VOID'
union all
select 'V12', i.ticket_id::text, count(*) || ' refunds of one ticket'
  from private.refund_items i join private.refunds r on r.id = i.refund_id and r.state <> 'REJECTED' group by i.ticket_id having count(*) > 1
-- a refunded order has nobody who may come in; a disputed one has an open dispute, and the other way round
union all
select 'V12', o.id::text, format('order %s with %s tickets that are alive', s.state, count(*))
  from public.orders o join private.order_state s on s.order_id = o.id and s.state = 'REFUNDED'
  join public.tickets t on t.order_id = o.id and t.status not in ('REFUNDED', 'CANCELLED') group by o.id, s.state
union all
select 'V12', s.order_id::text, format('order %s, open disputes: %s', s.state, private.order_disputed(s.order_id))
  from private.order_state s where (s.state = 'DISPUTED') <> private.order_disputed(s.order_id)
   and (s.state = 'DISPUTED' or exists (select from private.disputes d where d.order_id = s.order_id and d.state = 'OPEN'))

-- V13 every transaction of the ledger balances, in each currency
union all
select 'V13', e.tx_id::text, format('%s %s too much', sum(e.amount_minor), e.currency)
  from private.ledger_entries e group by e.tx_id, e.currency having sum(e.amount_minor) <> 0

-- V14 the ledger has what providers paid us, and nothing else
union all
select 'V14', coalesce(l.currency, p.currency), format('ledger %s, payments %s', l.n, p.n)
  from (select e.currency, sum(e.amount_minor) as n from private.ledger_entries e join private.ledger_tx x on x.id = e.tx_id and x.kind = 'PAYMENT'
	 where e.account = 'PSP_CLEARING' group by e.currency) l
  full join (select coalesce(y.amount_paid_currency, y.charge_currency, y.currency) as currency, sum(coalesce(y.amount_paid_minor, y.charge_amount_minor, y.amount_minor)) as n
	       from public.payments y join private.payment_state s on s.payment_id = y.id and s.state = 'SUCCEEDED' group by 1) p on p.currency = l.currency
 where l.n is distinct from p.n

-- V15 nobody's payable and nobody's credit is below nothing
union all
select 'V15', e.account || ' ' || e.owner, format('%s %s', -sum(e.amount_minor), e.currency)
  from private.ledger_entries e where e.account in ('ORGANIZER_PAYABLE', 'CREDIT_WALLET') group by e.account, e.owner, e.currency having sum(e.amount_minor) > 0;
