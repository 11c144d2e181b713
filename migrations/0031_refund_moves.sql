-- What becomes of refunds at the providers, and disputes: the buyer's bank takes the money back itself.

-- ---- a refund at its provider

-- When to look again at something that began then: 5, 10, 20, 40 s, each minute to 15 min, each 5 min
-- to 2 h, hourly.
create function private.refund_look_again(began timestamptz, checks integer) returns interval stable parallel safe language sql
return case
	when checks < 4 then make_interval(secs => 5 * 2 ^ checks)
	when private.now() - began < interval '15 minutes' then interval '1 minute'
	when private.now() - began < interval '2 hours' then interval '5 minutes'
	else interval '1 hour' end;

-- What is to be done for a refund now: `create` it at the provider under `key`, `find` or `read` what
-- became of it, `wait`, or `none`. The attempt and its key are kept before anybody is asked, so that
-- whoever comes after a crash asks under the same key.
create function private.refund_begin(refund uuid, out step text, out attempt integer, out key uuid, out provider text,
	out payment_ref text, out provider_ref text, out charge_minor bigint, out charge_currency text)
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	r private.refunds;
	pause timestamptz;
begin
	select x.* into r from private.refunds x where x.id = refund for no key update;
	if not found then
		step := 'none';
		return;
	end if;
	select p.provider, case p.provider when 'stripe' then p.stripe_payment_intent_id when 'pawapay' then p.id::text end
	  into provider, payment_ref from public.payments p where p.id = r.payment_id;
	select u.until into pause from private.refund_pauses u where u.provider = refund_begin.provider and u.until > private.now();
	step := case
		when r.state in ('SUBMITTED', 'PROCESSING', 'UNKNOWN') then case when r.provider_ref is not null or provider = 'pawapay' then 'read' else 'find' end
		when r.state = 'SUCCEEDED' and provider = 'stripe' and r.provider_ref is not null then 'read' -- a bank may still send it back
		when r.state not in ('APPROVED', 'FAILED') then 'none'
		when pause is not null or private.payment_disputed(r.payment_id) then 'wait'
		-- pawaPay takes one refund of a deposit after the other
		when provider = 'pawapay' and exists (select from private.refunds x where x.payment_id = r.payment_id and x.state in ('SUBMITTED', 'PROCESSING', 'UNKNOWN')) then 'wait'
		when r.attempt >= 5 then 'none'
		else 'create' end;
	if step = 'create' and exists (select from private.disputes d where d.payment_id = r.payment_id and d.state = 'LOST') then
		step := 'none'; -- the bank has given the money back while this refund was refused
		update private.refunds x set state = 'REJECTED', failure_code = 'dispute_lost', next_check_at = null, updated_at = private.now() where x.id = refund;
	elsif step = 'create' and payment_ref is null then
		step := 'none';
		update private.refunds x set state = 'MANUAL', failure_code = 'no_provider', next_check_at = null, updated_at = private.now() where x.id = refund;
		perform private.refund_alarm('refund_by_hand', refund, 'its payment has no provider that could be asked');
	elsif step = 'wait' then
		update private.refunds x set next_check_at = coalesce(pause, private.now() + case when private.payment_disputed(r.payment_id) then interval '1 hour' else interval '30 seconds' end)
		 where x.id = refund;
	elsif step = 'create' then
		r.attempt := r.attempt + 1;
		r.attempt_key := gen_random_uuid();
		r.provider_ref := null;
		update private.refunds x set state = 'SUBMITTED', attempt = r.attempt, attempt_key = r.attempt_key, attempt_at = private.now(), provider_ref = null,
			failure_code = null, checks = 0, next_check_at = private.now() + interval '15 seconds', updated_at = private.now()
		 where x.id = refund;
		insert into private.refund_attempts (key, refund_id, attempt, state, at) values (r.attempt_key, refund, r.attempt, 'SUBMITTED', private.now());
	end if;
	attempt := r.attempt;
	key := r.attempt_key;
	provider_ref := r.provider_ref;
	charge_minor := r.charge_minor;
	charge_currency := r.charge_currency;
end $$;

-- What the provider said of the present attempt. Words: SUBMITTED, PROCESSING, UNKNOWN, SUCCEEDED, FAILED;
-- LATER: refused for now, the attempt does not count; MANUAL: refused for good. `fresh`: just read there.
-- Nothing goes back, except that a success at Stripe turns into a failure when the bank returned the
-- money. Answers the new state, or `same`, or `old` when it is news of another attempt.
create function private.refund_move(refund uuid, key uuid, state text, ref text, code text, fresh boolean) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	r private.refunds;
	at_provider text;
	target text;
	wait interval;
begin
	select x.* into r from private.refunds x where x.id = refund for no key update;
	select p.provider into at_provider from public.payments p where p.id = r.payment_id;
	update private.refund_attempts a set state = state, provider_ref = coalesce(ref, a.provider_ref), failure_code = code where a.key = key;
	if state = 'UNKNOWN' and code = 'never_reached' and r.attempt_at < private.now() - interval '15 minutes' then
		state := 'FAILED'; -- the provider's own list does not have it
	elsif code in ('PAWAPAY_WALLET_OUT_OF_FUNDS', 'balance_insufficient') and state <> 'SUCCEEDED' then
		state := 'LATER';
	end if;
	target := state;
	if r.attempt_key is distinct from key then
		if state = 'SUCCEEDED' then -- an attempt that we gave up has paid after all
			perform private.refund_alarm('refund_paid_twice', refund, format('attempt %s', key));
		end if;
		return 'old';
	elsif r.state = state then
		update private.refunds x set provider_ref = coalesce(ref, x.provider_ref), updated_at = private.now(),
			next_check_at = case when state in ('SUBMITTED', 'PROCESSING', 'UNKNOWN') then private.now() + private.refund_look_again(r.attempt_at, r.checks) else x.next_check_at end
		 where x.id = refund;
		return 'same';
	elsif r.state = 'UNKNOWN' and state = 'UNKNOWN' or r.state in ('REQUESTED', 'REJECTED')
		or (r.state = 'SUCCEEDED' and not (state = 'FAILED' and fresh and at_provider = 'stripe'))
		or (r.state in ('FAILED', 'MANUAL') and not (state = 'SUCCEEDED' and fresh))
		or (r.state in ('PROCESSING', 'UNKNOWN') and state = 'SUBMITTED')
		or (r.state = 'PROCESSING' and state = 'UNKNOWN') then
		return 'same';
	end if;
	if state = 'LATER' then
		target := 'APPROVED';
		wait := case code when 'REFUND_IN_PROGRESS' then interval '5 seconds' else interval '30 seconds' end;
	elsif state = 'FAILED' then
		target := case when r.attempt >= 5 then 'MANUAL' else 'FAILED' end;
		wait := (array[interval '5 seconds', interval '30 seconds', interval '2 minutes', interval '10 minutes', interval '1 hour'])[greatest(r.attempt, 1)];
	elsif state in ('SUBMITTED', 'PROCESSING', 'UNKNOWN') then
		wait := private.refund_look_again(r.attempt_at, r.checks);
	end if;
	if code in ('PAWAPAY_WALLET_OUT_OF_FUNDS', 'balance_insufficient') and target = 'APPROVED' then
		wait := interval '5 minutes';
		insert into private.refund_pauses as u (provider, since, until, reason) values (at_provider, private.now(), private.now() + wait, code)
		on conflict on constraint refund_pauses_pkey do update set until = excluded.until;
		perform private.refund_alarm('refunds_paused', refund, format('%s: %s', at_provider, code));
	end if;
	update private.refunds x set state = target, provider_ref = coalesce(ref, x.provider_ref), failure_code = code, updated_at = private.now(),
		attempt = x.attempt - case when state = 'LATER' then 1 else 0 end,
		succeeded_at = case target when 'SUCCEEDED' then private.now() end,
		next_check_at = case when wait is not null then private.now() + wait end
	 where x.id = refund;
	if target in ('SUCCEEDED', 'FAILED', 'MANUAL') then -- the next one of this payment
		update private.refunds x set next_check_at = private.now() where x.id <> refund and x.payment_id = r.payment_id and x.state = 'APPROVED';
	end if;
	if target = 'SUCCEEDED' then
		delete from private.refund_pauses u where u.provider = at_provider;
		perform private.refund_post(refund, false);
		perform private.refund_told(refund, 'Remboursement effectué', '%s vous ont été remboursés pour « %s ».');
	elsif r.state = 'SUCCEEDED' then
		perform private.refund_post(refund, true);
	end if;
	if code = 'amount_differs' then
		perform private.refund_alarm('refund_amount_differs', refund, at_provider);
	end if;
	if target = 'MANUAL' then
		perform private.refund_alarm('refund_by_hand', refund, code);
	end if;
	return target;
end $$;

-- Jobs for refunds that have been silent for long enough; how many. The runner calls it through
-- submit-refund (schedule tend-refunds).
create function private.refunds_due(most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	r record;
	n integer := 0;
begin
	for r in
		select x.id, x.checks, x.attempt, coalesce(x.attempt_at, x.created_at) as began, x.state from private.refunds x
		 where x.state in ('APPROVED', 'SUBMITTED', 'PROCESSING', 'UNKNOWN', 'FAILED') and x.next_check_at <= private.now()
		   and (x.state not in ('APPROVED', 'FAILED') or not exists (select from private.refund_pauses u join public.payments p on p.provider = u.provider
			where p.id = x.payment_id and u.until > private.now()))
		 order by x.next_check_at limit most for no key update of x skip locked
	loop
		perform private.job_add('submit-refund', format('refund:%s:%s:%s', r.id, r.attempt, extract(epoch from private.now())::bigint), jsonb_build_object('refund', r.id), null);
		update private.refunds x set checks = x.checks + 1, next_check_at = private.now() + private.refund_look_again(r.began, r.checks + 1) where x.id = r.id;
		if r.state <> 'APPROVED' and r.began < private.now() - interval '72 hours' then
			perform private.refund_alarm('refund_stuck', r.id, r.state);
		end if;
		n := n + 1;
	end loop;
	return n;
end $$;
insert into private.schedules (name, function, period) values ('tend-refunds', 'submit-refund', interval '2 s');

-- Somebody says that there is news of a refund: a webhook, a callback. What it is gets read at the
-- provider. ref: our key, or the provider's name for it. False: no refund of ours.
create function private.refund_news(provider text, ref text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	of uuid;
	named uuid := case when ref ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then ref::uuid end;
begin
	select a.refund_id into of from private.refund_attempts a where a.key = named;
	if of is null then
		select a.refund_id into of from private.refund_attempts a where a.provider_ref = ref;
	end if;
	if of is null then
		return false;
	end if;
	perform private.job_add('submit-refund', null, jsonb_build_object('refund', of), null);
	return true;
end $$;

-- ---- the ledger

create function private.refund_alarm(kind text, refund uuid, detail text) returns void
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
	select private.alarm_raise(kind, refund::text, detail);
end;

-- What the ledger holds of one payment and all that followed from it.
create function private.ledger_of(payment uuid) returns table (kind text, key text, account text, of text, currency text, minor bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
	select t.kind, t.key, e.account, nullif(e.owner, ''), e.currency, e.amount_minor
	  from private.ledger_tx t join private.ledger_entries e on e.tx_id = t.id where t.payment_id = payment;
end;

-- The lines of what leaves the provider: taken from where the payment was put. charge in the
-- provider's currency; the rest in the order's. owed: what the organizer gives back; income: what
-- we do; reserve: what was frozen before. Where the two currencies differ the same part of the exchange
-- is undone, and what remains of it is our margin.
create function private.ledger_back(payment uuid, charge bigint, owed bigint, income bigint, reserve bigint) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	clearing record;
	home text;
	held record;
	exchanged bigint;
	undone bigint;
	gone bigint;
	took bigint;
	lines jsonb;
begin
	select l.of, l.currency, l.minor into clearing from private.ledger_of(payment) l where l.kind = 'PAYMENT' and l.account = 'PSP_CLEARING';
	if not found then
		return null;
	end if;
	lines := jsonb_build_array(jsonb_build_object('account', 'PSP_CLEARING', 'of', clearing.of, 'currency', clearing.currency, 'minor', -charge));
	select l.of, l.currency into held from private.ledger_of(payment) l where l.kind = 'SALE' and l.account in ('ORGANIZER_PAYABLE', 'FEE_REVENUE')
	 order by l.account desc limit 1;
	if not found then -- it fulfilled nothing and waits where it was put
		return lines || (select jsonb_build_object('account', l.account, 'of', l.of, 'currency', l.currency, 'minor', charge)
			from private.ledger_of(payment) l where l.account in ('REFUND_PAYABLE', 'SUSPENSE') group by l.account, l.of, l.currency order by sum(l.minor) limit 1);
	end if;
	home := held.currency;
	took := charge;
	if home <> clearing.currency then
		select coalesce(sum(l.minor) filter (where l.kind = 'SALE'), 0), coalesce(-sum(l.minor) filter (where l.kind <> 'SALE'), 0) into exchanged, undone
		  from private.ledger_of(payment) l where l.account = 'FX' and l.currency = home;
		select coalesce(-sum(l.minor), 0) into gone from private.ledger_of(payment) l
		 where l.kind <> 'PAYMENT' and l.account = 'PSP_CLEARING' and l.currency = clearing.currency;
		took := round(exchanged::numeric * (gone + charge) / clearing.minor) - undone;
		lines := lines || jsonb_build_array(jsonb_build_object('account', 'FX', 'currency', clearing.currency, 'minor', charge),
			jsonb_build_object('account', 'FX', 'currency', home, 'minor', -took));
	end if;
	lines := lines || jsonb_build_array(
		jsonb_build_object('account', 'ORGANIZER_PAYABLE', 'of', held.of, 'currency', home, 'minor', owed),
		jsonb_build_object('account', 'RESERVE', 'of', held.of, 'currency', home, 'minor', reserve),
		jsonb_build_object('account', 'FEE_REVENUE', 'currency', home, 'minor', income),
		jsonb_build_object('account', case when home <> clearing.currency then 'FX_MARGIN' else 'PSP_COST' end, 'currency', home, 'minor', took - owed - reserve - income));
	return lines;
end $$;

-- Money moves when the provider has moved it. reverse: the bank sent it back.
create function private.refund_post(refund uuid, reverse boolean) returns void
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

-- ---- disputes

create function private.payment_disputed(payment uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
	select exists (select from private.disputes d where d.payment_id = payment and d.state = 'OPEN');
end;

-- The tickets that nobody has used wait for the bank: BLOCKED, and no longer on offer. Answers them.
create function private.tickets_block(order_id uuid) returns uuid[]
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	t record;
	blocked uuid[] := '{}';
begin
	for t in select s.ticket_id from private.ticket_state s join public.tickets x on x.id = s.ticket_id
		 where x.order_id = order_id and s.state = 'VALID' order by s.ticket_id for no key update of s loop
		update private.ticket_state s set state = 'BLOCKED', updated_at = private.now() where s.ticket_id = t.ticket_id;
		perform private.transfers_settle(t.ticket_id, false);
		update public.tickets x set status = private.word('ticket', 'BLOCKED', null), updated_at = private.now() where x.id = t.ticket_id;
		blocked := blocked || t.ticket_id;
	end loop;
	return blocked;
end $$;

create function private.tickets_unblock(tickets uuid[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
begin
	perform from private.ticket_state s where s.ticket_id = any (tickets) order by s.ticket_id for no key update;
	with back as (
		update private.ticket_state s set state = 'VALID', updated_at = private.now()
		 where s.ticket_id = any (tickets) and s.state = 'BLOCKED' returning s.ticket_id)
	update public.tickets x set status = private.word('ticket', 'VALID', null), updated_at = private.now() from back b where x.id = b.ticket_id;
end $$;

-- What is owed to the organizer out of this payment is frozen while the dispute is open, given back when
-- it was won, and gone with our fee when it was lost.
create function private.dispute_post(dispute text, state text) returns void
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

-- What was just read of a dispute. Late, unordered and double news are harmless: the state only goes
-- from OPEN to WON or LOST, and one that was never seen open is opened first. Answers opened, same, won,
-- lost, or unknown when no payment of ours has this intent.
create function private.dispute_news(dispute text, intent text, charge_minor bigint, currency text, status text, reason text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
	paid record;
	d private.disputes;
	opened boolean := false;
	target text := case when status in ('won', 'warning_closed') then 'WON' when status = 'lost' then 'LOST' else 'OPEN' end;
begin
	select s.payment_id, s.order_id, s.state, s.fulfilling into paid
	  from public.payments p join private.payment_state s on s.payment_id = p.id
	 where p.stripe_payment_intent_id = intent for no key update of s;
	if not found then
		return 'unknown';
	end if;
	perform from private.order_state s where s.order_id = paid.order_id for no key update;
	select x.* into d from private.disputes x where x.id = dispute;
	if not found then
		insert into private.disputes (id, payment_id, order_id, charge_minor, charge_currency, state, provider_status, reason, opened_at)
		values (dispute, paid.payment_id, case when paid.fulfilling then paid.order_id end, charge_minor, upper(currency), 'OPEN', status, reason, private.now())
		returning * into d;
		opened := true;
		if paid.fulfilling then
			update private.disputes x set blocked = private.tickets_block(paid.order_id) where x.id = dispute;
			perform private.order_follow(paid.order_id);
		end if;
		perform private.dispute_post(dispute, 'OPEN');
		perform private.alarm_raise('dispute_opened', dispute, format('payment %s', paid.payment_id));
	end if;
	if d.state <> 'OPEN' or target = 'OPEN' then
		update private.disputes x set provider_status = status where x.id = dispute and x.state = 'OPEN';
		return case when opened then 'opened' else 'same' end;
	end if;
	update private.disputes x set state = target, provider_status = status, closed_at = private.now() where x.id = dispute returning x.* into d;
	perform private.dispute_post(dispute, target);
	if target = 'LOST' then
		-- the bank has given the money back: what we had not sent yet is not sent any more
		update private.refunds r set state = 'REJECTED', failure_code = 'dispute_lost', next_check_at = null, updated_at = private.now()
		 where r.payment_id = paid.payment_id and r.state in ('REQUESTED', 'APPROVED', 'FAILED');
	else
		update private.refunds r set next_check_at = private.now() where r.payment_id = paid.payment_id and r.state in ('APPROVED', 'FAILED');
	end if;
	if paid.fulfilling then
		if target = 'LOST' then
			perform private.tickets_void(array(select x.id from public.tickets x where x.order_id = paid.order_id), 'CANCELLED');
		elsif not private.order_disputed(paid.order_id) then
			perform private.tickets_unblock(d.blocked);
		end if;
		perform private.order_follow(paid.order_id);
	end if;
	return lower(target);
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
