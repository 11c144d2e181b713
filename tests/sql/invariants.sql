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
select 'V02', y.id::text, 'a type without a counter'
  from public.ticket_types y where not exists (select from private.sales s where s.ticket_type_id = y.id and s.event_date_id is null)

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
   and (s.state = 'DISPUTED' or exists (select from private.disputes d where d.order_id = s.order_id and d.state = 'OPEN'));
