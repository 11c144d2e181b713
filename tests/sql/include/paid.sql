-- Orders that are paid, for tests of refunds: pg_temp.paid(name, type, n, provider, charge, currency) answers
-- the order's id. A fee of 2 % of the price is the buyer's.
create function pg_temp.paid(name text, type integer, n integer, provider text default 'pawapay', charge bigint default null, charge_currency text default null,
	buyer uuid default pg_temp.id('awa'), organizer_fee bigint default 0) returns uuid language plpgsql as $$
declare
	type_id uuid := ('30000000-0000-4000-8000-00000000000' || type)::uuid;
	o uuid;
	p uuid;
	unit bigint;
begin
	select y.price_minor into unit from public.ticket_types y where y.id = type_id;
	insert into public.orders (user_id, event_id, total_minor, status, payment_method, ticket_quantities)
	select buyer, y.event_id, unit * n + round(unit * n * 0.02), 'AWAITING_PAYMENT', 'MOBILE_MONEY', jsonb_build_object(type_id, n)
	  from public.ticket_types y where y.id = type_id returning id into o;
	insert into private.order_lines (order_id, line, kind, ticket_type_id, quantity, unit_minor, base_minor, fee_minor, organizer_fee_minor, discount_minor)
	values (o, 1, 'TICKETS', type_id, n, unit, unit * n, round(unit * n * 0.02), organizer_fee, 0);
	insert into public.payments (order_id, amount_minor, currency, payment_method, provider, status, stripe_payment_intent_id, charge_amount_minor, charge_currency, fx_rate_numerator, fx_rate_denominator)
	select o, x.total_minor, 'XOF', case paid.provider when 'stripe' then 'credit_card' else 'mobile_money' end, paid.provider, 'pending',
	       case paid.provider when 'stripe' then 'pi_' || name end, charge, paid.charge_currency, 100, 574 from public.orders x where x.id = o returning id into p;
	update public.payments set status = 'completed' where id = p;
	perform private.payment_finalize(p);
	return o;
end $$;
