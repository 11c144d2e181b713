-- An order whose places went back, and whose last payment then ended, is over: it does not wait for the
-- hour that an order has which nobody began to pay.
create or replace function private.holds_expire(most integer default 100) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	late record;
	done integer := 0;
begin
	for late in
		select s.order_id, exists (select from public.payments p where p.order_id = s.order_id and p.status = 'pending') as paying
		  from private.order_state s
		  join public.orders o on o.id = s.order_id
		  left join private.holds h on h.order_id = s.order_id
		 where o.status = 'AWAITING_PAYMENT' and s.state in ('HELD', 'AWAITING_PAYMENT')
		   and case when h.state = 'ACTIVE' then h.expires_at <= private.now()
			else (h.state = 'EXPIRED' or o.created_at <= private.now() - interval '1 hour')
				and not exists (select from public.payments p where p.order_id = o.id and p.status = 'pending') end
		 order by o.created_at limit most for no key update of s skip locked
	loop
		if late.paying then
			perform private.hold_end(late.order_id, 'EXPIRED');
		else
			update private.order_state s set state = 'EXPIRED', updated_at = private.now() where s.order_id = late.order_id;
			update public.orders o set status = private.word('order', 'EXPIRED', null) where o.id = late.order_id;
		end if;
		done := done + 1;
	end loop;
	return done;
end $$;
