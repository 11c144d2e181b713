-- Readers who were refused what is theirs to see, or told that the server had failed.

-- ---- A guest gets his comment back. The policies of SELECT are asked of a row before it is written, when
-- it has no transaction yet that could be compared; and asking for the current one made every reader of
-- comments take a transaction id. The trigger, which runs first, says which row it is.

create or replace function private.comment_asked() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
	if new.user_id is not null and new.user_id is distinct from auth.uid() then
		raise exception 'a comment is written in one''s own name' using errcode = '42501';
	end if;
	if not exists (select from public.blog_posts b where b.id = new.post_id and b.status = 'PUBLISHED' and b.allow_comments) then
		raise exception 'this post takes no comments' using errcode = '23514';
	end if;
	new.user_id := auth.uid();
	new.status := 'PENDING';
	new.created_at := private.now();
	perform set_config('temba.comment_written', new.id::text, true);
	return new;
end $$;

-- asked anew for each row, as several may be written in one statement
alter policy client_read on public.blog_comments using (
	(status = 'APPROVED' and exists (select from public.blog_posts b where b.id = post_id))
	or user_id = (select auth.uid())
	or id::text = current_setting('temba.comment_written', true)
	or (select private.is_admin()));

-- ---- Event staff and organizers see who holds a ticket of their event, and who let the holder in.
create or replace function private.holders() returns setof uuid stable
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	select t.user_id from public.tickets t where t.event_id in (select private.staffed_events()) and t.user_id is not null
	union
	select t.scanned_by from public.tickets t where t.event_id in (select private.staffed_events()) and t.scanned_by is not null;
end;

-- ---- An event that is not there is the caller's mistake (400): P0002 is told as the server's.
create or replace function public.calculate_service_fees(p_event_id uuid, p_ticket_selections jsonb) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	units integer;
	quantities jsonb;
	lines jsonb;
	price record;
begin
	if not exists (select from public.events e where e.id = p_event_id and ((e.status = 'PUBLISHED' and e.deleted_at is null)
		or e.organizer_id = auth.uid() or private.is_admin() or private.is_service())) then
		raise exception 'there is no such event' using errcode = '22023';
	end if;
	-- the price in a line is the client's, and is not looked at
	select coalesce(jsonb_object_agg(s.id, s.n), '{}') into quantities
	  from (select lower(l ->> 'ticket_type_id') as id, sum((l ->> 'quantity')::integer) as n
	          from jsonb_array_elements(case jsonb_typeof(p_ticket_selections) when 'array' then p_ticket_selections else '[]' end) l
		 where l ->> 'ticket_type_id' ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' and l ->> 'quantity' ~ '^\d{1,6}$' group by 1) s
	 where s.n between 1 and 1000000;
	select private.minor_units(e.currency) into units from public.events e where e.id = p_event_id;
	select * into strict price from private.price_total(p_event_id, null, quantities);
	select coalesce(jsonb_agg(jsonb_build_object('rule_id', (l.rule).id, 'rule_name', (l.rule).name, 'scope', (l.rule).scope,
		'fee_type', (l.rule).fee_type, 'fee_amount', trim_scale(l.fee_minor / units), 'applies_to', (l.rule).applies_to,
		'ticket_type_id', l.ticket_type_id, 'base_amount', trim_scale(l.base_minor / units::numeric)) order by l.ticket_type_id), '[]')
	  into lines from private.price_lines(p_event_id, null, quantities) l where (l.rule).id is not null;
	return jsonb_build_object('total_buyer_fees', trim_scale(price.fee_minor / units::numeric),
		'total_organizer_fees', trim_scale(price.organizer_fee_minor / units::numeric), 'fee_breakdown', lines);
end $$;
