-- An address, a clock and an expiry, mended.

-- The address that nginx writes (nginx/fastcgi.conf), which no client can. The header that was read
-- until now nobody wrote: free tickets had no limit by address, or that of whatever a client claimed.
-- A caller on this machine itself, a tool or a test, has no address.
create or replace function private.client_ip() returns inet stable language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
	address inet;
begin
	address := nullif(nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-forwarded-for', '')::inet;
	return case when not (address <<= '127.0.0.0/8' or address = '::1') then address end;
exception when data_exception then
	return null;
end $$;

-- "20:00" is what nearly every event says, and needs no pattern.
create or replace function private.clock_time(given text) returns time
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
	part text[];
	hours integer;
	minutes integer;
begin
	if length(given) = 5 and translate(given, '0123456789', '') = ':' and strpos(given, ':') = 3 and left(given, 2) < '24' collate "C" and right(given, 2) < '60' collate "C" then
		return make_time(left(given, 2)::integer, right(given, 2)::integer, 0);
	end if;
	part := regexp_match(given, '^\s*(\d{1,2})\s*(?:[:hH.]\s*(\d{2})?)?(?::\d{2})?\s*([aApP]\.?[mM]\.?)?');
	hours := part[1];
	minutes := coalesce(part[2], '0');
	if part is null or hours > 23 or minutes > 59 then
		return '00:00';
	end if;
	if part[3] is not null and hours between 1 and 12 then
		hours := hours % 12 + case when lower(left(part[3], 1)) = 'p' then 12 else 0 end;
	end if;
	return make_time(hours, minutes, 0);
end $$;

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
