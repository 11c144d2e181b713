-- V18: nothing is stuck. Beside the invariants, because it speaks of a stack that runs: what is due is
-- done within bounds. Columns as there.
select 'V18 hold' as invariant, h.order_id::text as id, format('should have ended at %s', h.expires_at) as detail
  from private.holds h where h.state = 'ACTIVE' and h.expires_at < private.now() - interval '60 s'
union all
select 'V18 payment', s.payment_id::text, format('%s, next look %s', s.state, s.next_check_at)
  from private.payment_state s join public.payments p on p.id = s.payment_id and p.provider in ('stripe', 'pawapay')
 where s.rank < 3 and p.created_at > private.now() - interval '72 hours' and s.submitted_at < private.now() - interval '2 minutes'
   and (s.next_check_at is null or s.next_check_at < private.now() - interval '2 minutes')
union all
select 'V18 paid, not fulfilled', s.payment_id::text, format('since %s', s.succeeded_at)
  from private.payment_state s join private.order_state o on o.order_id = s.order_id
 where s.state = 'SUCCEEDED' and s.outcome is null and s.succeeded_at < private.now() - interval '60 s' and o.state in ('HELD', 'AWAITING_PAYMENT')
union all
select 'V18 transfer', x.id::text, format('should have ended at %s', x.expires_at)
  from public.ticket_transfers x where x.status = 'PENDING' and x.expires_at < private.now() - interval '5 minutes'
union all
select 'V18 job', j.id::text, format('%s is %s', j.function, j.state)
  from private.jobs j where (j.state = 'RUNNING' and j.lease_until < private.now() - interval '60 s') or (j.state = 'READY' and j.run_at < private.now() - interval '5 minutes')
union all
select 'V18 inbox', i.id::text, i.event_type
  from private.webhook_inbox i where i.state = 'RECEIVED' and i.received_at < private.now() - interval '2 minutes';
