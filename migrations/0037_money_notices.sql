-- Mails and messages of the money path: queued in the transaction that makes them true, whoever makes it
-- so; send-notice reads what it says when it sends it.

-- One notice of a kind about a subject, however often it is asked for.
create function private.notice_add(kind text, subject uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	perform private.job_add('send-notice', format('notice:%s:%s', kind, subject), jsonb_build_object('kind', kind, 'id', subject), null);
end $$;

-- Whoever bought it: where they can be reached. A person's address or number counts when it is proven; a
-- guest's is the one the order was made with.
create function private.order_contact(order_id uuid, out name text, out email text, out phone text, out language text, out guest_token uuid)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	select coalesce(p.name, g.name), case when o.user_id is null then coalesce(g.email, o.guest_email) when p.email_verified_at is not null then p.email end,
	       case when o.user_id is null then g.phone when p.phone_verified_at is not null then p.phone end,
	       u.raw_user_meta_data ->> 'language', g.token
	  into name, email, phone, language, guest_token
	  from public.orders o
	  left join private.people p on p.user_id = o.user_id
	  left join auth.users u on u.id = o.user_id
	  left join public.guest_orders g on g.order_id = o.id and o.user_id is null
	 where o.id = order_id;
end $$;

-- By mail and by SMS, as far as they can be reached. kinds: KIND_email and KIND_sms.
create function private.order_notice(kind text, order_id uuid, subject uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	who record := private.order_contact(order_id);
begin
	if who.email is not null then
		perform private.notice_add(kind || '_email', subject);
	end if;
	if who.phone is not null then
		perform private.notice_add(kind || '_sms', subject);
	end if;
end $$;

-- What a notice about an order says. refund: the refund that it tells of; NULL: the order itself.
create function private.order_notice_facts(order_id uuid, refund uuid)
returns table (bought uuid, state text, name text, email text, phone text, language text, guest_token uuid, title text, date_fr text, date_en text, at text,
	tickets integer, amount_minor bigint, fee_minor bigint, currency text, refund_state text, refund_cause text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	return query
	select o.id, s.state, w.name, w.email, w.phone, w.language, w.guest_token, e.title, to_char(coalesce(d.date, e.date), 'DD/MM/YYYY'), to_char(coalesce(d.date, e.date), 'FMDD Mon YYYY'),
	       coalesce(d.start_time, e.time), (select count(*)::integer from public.tickets t where t.order_id = o.id and t.status not in ('REFUNDED', 'CANCELLED')),
	       coalesce(r.amount_minor, o.total_minor), (select coalesce(sum(l.fee_minor), 0)::bigint from private.order_lines l where l.order_id = o.id), o.currency, r.state, r.cause
	  from public.orders o
	  join private.order_state s on s.order_id = o.id
	  join public.events e on e.id = o.event_id
	  left join public.event_dates d on d.id = o.event_date_id
	 cross join lateral private.order_contact(o.id) w
	  left join private.refunds r on r.id = coalesce(refund, (select x.id from private.refunds x
		where x.order_id = o.id and x.cause = 'EVENT_CANCELLED' and x.state <> 'REJECTED' limit 1)) and r.order_id = o.id
	 where o.id = coalesce(order_id, (select x.order_id from private.refunds x where x.id = refund));
end $$;

-- ---- when

create function private.order_paid_told() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	perform private.order_notice('order_paid', new.order_id, new.order_id);
	return null;
end $$;
create trigger order_paid_told after update of state on private.order_state for each row
	when (new.state = 'COMPLETED' and old.state in ('HELD', 'AWAITING_PAYMENT', 'EXPIRED', 'CANCELLED')) execute function private.order_paid_told();

create function private.refund_mailed() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	perform private.order_notice(case new.state when 'APPROVED' then 'refund_granted' else 'refund_done' end, new.order_id, new.id);
	return null;
end $$;
create trigger refund_granted_mailed after insert on private.refunds for each row
	when (new.state = 'APPROVED' and new.cause <> 'EVENT_CANCELLED') execute function private.refund_mailed();
create trigger refund_done_mailed after update of state on private.refunds for each row
	when (new.state = 'SUCCEEDED' and old.state <> 'SUCCEEDED') execute function private.refund_mailed();

