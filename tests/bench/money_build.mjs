// money_build.mjs: puts a world of money_prices.mjs into the database, in the place of the fee rules that are there.
export async function build(db, all) {
	const give = (sql, rows) => db.query(sql, [JSON.stringify(rows)]);

	await db.query('delete from public.service_fee_rules');
	await give(`insert into public.events (id, title, description, location, image_url, date, time, price, capacity, status, organizer_id, currency)
		select e.id, 'Argent', '-', '-', '-', current_date + 200, '20:00', 0, 1000, 'PUBLISHED', (select user_id from private.people limit 1), e.currency
		  from jsonb_to_recordset($1) e (id uuid, currency text)`, all.events);
	await give(`insert into public.event_dates (id, event_id, date, start_time, day_type)
		select * from jsonb_to_recordset($1) d (id uuid, event_id uuid, date date, start_time text, day_type text)`, all.dates.map(one => ({ ...one, start_time: '20:00' })));
	await give(`insert into public.ticket_types (id, event_id, name, price, quantity, available, currency, max_per_order)
		select y.id, y.event_id, 'Place', y.price::numeric, 1000000, 1000000, 'XOF', 10000 from jsonb_to_recordset($1) y (id uuid, event_id uuid, price text)`, all.types);
	await give(`insert into public.ticket_type_pricing_overrides (ticket_type_id, day_type, price)
		select o.ticket_type_id, o.day_type, o.price::numeric from jsonb_to_recordset($1) o (ticket_type_id uuid, day_type text, price text)`, all.overrides);
	await give(`insert into public.service_fee_rules (id, name, scope, event_id, ticket_type_id, fee_type, fee_value, minimum_fee, maximum_fee, applies_to, priority, active, created_at)
		select r.id, 'Frais', r.scope, r.event_id, r.ticket_type_id, r.fee_type, r.fee_value::numeric, r.minimum_fee::numeric, r.maximum_fee::numeric, r.applies_to, r.priority, r.active, r.created_at
		  from jsonb_to_recordset($1) r (id uuid, scope text, event_id uuid, ticket_type_id uuid, fee_type text, fee_value text, minimum_fee text, maximum_fee text,
			applies_to text, priority integer, active boolean, created_at timestamptz)`, all.rules);
}
