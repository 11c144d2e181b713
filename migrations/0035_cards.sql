-- What the functions of card payments read of one payment.

-- By its id, its token or its intent, the first that is given. `holding`: its places are still held.
create function private.card_read(wanted uuid, wanted_token text default null, wanted_intent text default null)
returns table (payment_id uuid, order_id uuid, owner uuid, event_id uuid, provider text, status text, state text, outcome text, order_state text,
	has_tickets boolean, holding boolean, intent text, token text, amount_minor bigint, currency text, charge_minor bigint, charge_currency text,
	fx_num bigint, fx_den bigint, fx_locked_at text, margin_bps integer, age bigint, failure_code text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_column
declare
	found_id uuid := wanted;
begin
	if wanted is null and wanted_token is not null then
		found_id := (select p.id from public.payments p where p.token = wanted_token);
	elsif wanted is null then
		found_id := (select p.id from public.payments p where p.stripe_payment_intent_id = wanted_intent);
	end if;
	return query
	select p.id, p.order_id, p.user_id, p.event_id, p.provider, p.status::text, s.state, s.outcome, o.state,
	       exists (select from public.tickets t where t.order_id = p.order_id),
	       exists (select from private.holds h where h.order_id = p.order_id and h.state = 'ACTIVE'),
	       p.stripe_payment_intent_id, p.token, p.amount_minor, p.currency, coalesce(p.charge_amount_minor, p.amount_minor), coalesce(p.charge_currency, p.currency),
	       p.fx_rate_numerator, p.fx_rate_denominator, to_char(p.fx_locked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), p.fx_margin_bps,
	       extract(epoch from private.now() - p.created_at)::bigint, p.metadata ->> 'failure_code'
	  from public.payments p join private.payment_state s on s.payment_id = p.id left join private.order_state o on o.order_id = p.order_id
	 where p.id = found_id;
end $$;

