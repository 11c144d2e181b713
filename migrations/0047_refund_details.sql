-- Details of refunds: extras with a fee of the organizer's, disputes over a part of a charge, and notices
-- of money that came back by itself.

create or replace function private.refund_post(refund uuid, reverse boolean) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	r private.refunds;
	name text;
	organizer_fee bigint;
	lines jsonb;
begin
	select x.* into strict r from private.refunds x where x.id = refund;
	-- two refunds of one payment that end at once share its exchange one after the other
	perform from private.payment_refunds c where c.payment_id = r.payment_id for no key update;
	name := format('refund:%s:%s', refund, r.attempt);
	if reverse then
		select jsonb_agg(jsonb_build_object('account', l.account, 'of', l.of, 'currency', l.currency, 'minor', -l.minor)) into lines
		  from private.ledger_of(r.payment_id) l where l.key = name;
	else
		select coalesce(sum(x.organizer_fee_minor), 0) into organizer_fee
		  from (select i.organizer_fee_minor from private.refund_items i where i.refund_id = refund
			union all select g.organizer_fee_minor from private.refund_goodwill g where g.refund_id = refund
			union all select l.organizer_fee_minor from private.order_lines l where l.order_id = r.order_id and l.kind = 'EXTRAS' and r.extras) x;
		lines := private.ledger_back(r.payment_id, r.charge_minor, r.amount_minor - r.fee_minor - organizer_fee, r.fee_minor + organizer_fee, 0);
	end if;
	if lines is null then
		perform private.refund_alarm('refund_without_ledger', refund, 'its payment is not in the ledger');
		return;
	end if;
	perform private.ledger_post(case when reverse then 'REFUND_REVERSED' else 'REFUND' end, case when reverse then name || ':reversed' else name end,
		r.order_id, r.payment_id, refund, lines);
end $$;

-- As before; a dispute may be over a part of what was paid.
create or replace function private.dispute_post(dispute text, state text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	d private.disputes;
	owed record;
	income bigint;
	part numeric; -- of what is left of the payment
	lines jsonb;
begin
	select x.* into strict d from private.disputes x where x.id = dispute;
	select l.of, l.currency, -sum(l.minor) as minor into owed from private.ledger_of(d.payment_id) l where l.account = 'ORGANIZER_PAYABLE' group by l.of, l.currency;
	select least(1, d.charge_minor / nullif(sum(l.minor), 0)) into part from private.ledger_of(d.payment_id) l where l.account = 'PSP_CLEARING';
	if state = 'OPEN' then
		-- refunds that the provider has already begun take their part themselves
		owed.minor := floor(part * (coalesce(owed.minor, 0) - coalesce((select sum(r.amount_minor - r.fee_minor) from private.refunds r
			where r.payment_id = d.payment_id and r.state in ('SUBMITTED', 'PROCESSING', 'UNKNOWN')), 0)));
		if coalesce(owed.minor, 0) <= 0 then
			return;
		end if;
		update private.disputes x set frozen_minor = owed.minor where x.id = dispute;
		lines := jsonb_build_array(jsonb_build_object('account', 'ORGANIZER_PAYABLE', 'of', owed.of, 'currency', owed.currency, 'minor', owed.minor),
			jsonb_build_object('account', 'RESERVE', 'of', owed.of, 'currency', owed.currency, 'minor', -owed.minor));
		perform private.ledger_post('DISPUTE_FREEZE', 'dispute:' || dispute || ':freeze', d.order_id, d.payment_id, null, lines);
	elsif state = 'WON' and d.frozen_minor > 0 then
		lines := jsonb_build_array(jsonb_build_object('account', 'ORGANIZER_PAYABLE', 'of', owed.of, 'currency', owed.currency, 'minor', -d.frozen_minor),
			jsonb_build_object('account', 'RESERVE', 'of', owed.of, 'currency', owed.currency, 'minor', d.frozen_minor));
		perform private.ledger_post('DISPUTE_RELEASE', 'dispute:' || dispute || ':release', d.order_id, d.payment_id, null, lines);
	elsif state = 'LOST' then
		select coalesce(floor(-sum(l.minor) * part), 0)::bigint into income from private.ledger_of(d.payment_id) l where l.account = 'FEE_REVENUE';
		-- a refund that was under way when all was lost was refused: its part is owed no more either
		lines := private.ledger_back(d.payment_id, d.charge_minor, case when part = 1 then coalesce(owed.minor, 0)::bigint else 0 end, income, d.frozen_minor);
		if lines is not null then
			perform private.ledger_post('DISPUTE_LOST', 'dispute:' || dispute || ':lost', d.order_id, d.payment_id, null, lines);
		end if;
	end if;
end $$;

-- Money that fulfilled nothing goes back without anybody asking: its owner is told why.
create function private.refund_unasked() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
	perform private.refund_told(new.id, case new.cause when 'LATE' then 'Plus de place : remboursement' else 'Paiement en double : remboursement' end,
		case new.cause when 'LATE' then '%s vous seront remboursés : le paiement pour « %s » est arrivé quand il n''y avait plus de place.'
		else '%s vous seront remboursés : « %s » était déjà payé.' end);
	return null;
end $$;
create trigger refund_unasked after insert on private.refunds for each row
	when (new.cause in ('LATE', 'DUPLICATE') and new.state = 'APPROVED') execute function private.refund_unasked();
