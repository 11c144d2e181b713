// world.mjs: people, events and tickets made straight in the database, so that a test begins where its
// story begins. Only what is made here is written there; everything after goes through the API.
import crypto from 'node:crypto';

export const PASSWORD = 'Karité-2027!';

let made = 0;
const unique = `${Date.now().toString(36)}${process.pid.toString(36)}`;

export function address(name = 'nadia') {
	return `${name.toLowerCase().replace(/[^a-z]/g, '')}.${unique}${(made++).toString(36)}@example.org`;
}

// A person with an account, and a proof of the address unless verified is false.
export async function person(stack, { name = 'Nadia Kaboré', email = address(name), verified = true, phone = null, phoneVerified = false, role = 'USER' } = {}) {
	const [one] = await people(stack, [{ name, email, verified, phone, phoneVerified, role }]);

	return one;
}

export async function people(stack, list) {
	const all = list.map(one => ({ id: crypto.randomUUID(), verified: true, phone: null, phoneVerified: false, role: 'USER', ...one, email: one.email ?? address(one.name), password: PASSWORD }));
	const rows = JSON.stringify(all);

	// bcrypt with the least cost, as an imported account has: quick here, hashed anew at the first sign-in
	await stack.db.query(`
		with given as (select * from jsonb_to_recordset($1::jsonb) as g (id uuid, email text, name text)),
		hash as materialized (select extensions.crypt($2, extensions.gen_salt('bf', 4)) as password),
		born as (
			insert into auth.users (id, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data)
			select g.id, g.email, h.password, now(), '{"provider": "email", "providers": ["email"]}',
				jsonb_build_object('name', g.name, 'sub', g.id, 'email', g.email, 'email_verified', true, 'phone_verified', false)
			from given g, hash h)
		insert into auth.identities (user_id, provider, provider_id, identity_data)
		select g.id, 'email', g.id::text, jsonb_build_object('sub', g.id, 'email', g.email, 'email_verified', true, 'phone_verified', false)
		from given g`, [rows, PASSWORD]);
	// a second statement: the trigger has made the people by now
	await stack.db.query(`
		with given as (select * from jsonb_to_recordset($1::jsonb)
			as g (id uuid, verified boolean, phone text, "phoneVerified" boolean, role text))
		update private.people p set email_verified_at = case when g.verified then now() end, phone = g.phone,
			phone_verified_at = case when g."phoneVerified" then now() end, role = g.role
		from given g where p.user_id = g.id`, [rows]);
	return all;
}

// Signs in through the API: { client, token, refreshToken, session } beside what person() gave.
export async function signIn(stack, one, options) {
	const client = stack.client(options);
	const { data, error } = await client.auth.signInWithPassword({ email: one.email, password: one.password });

	if (error)
		throw new Error(`sign-in of ${one.email}: ${error.status} ${error.code} ${error.message}`);
	return { ...one, client, token: data.session.access_token, refreshToken: data.session.refresh_token, session: data.session };
}

export async function signedIn(stack, details) {
	return signIn(stack, await person(stack, details));
}

// An event with one paid and one free type. startsIn: hours from now, in the event's own time zone.
export async function event(stack, { title = 'Nuit du Balafon', organizer, startsIn = 6, status = 'PUBLISHED', staff = [] } = {}) {
	const by = organizer ?? await person(stack, { name: 'Idrissa Organisateur', role: 'ORGANIZER' });
	const { rows: [made] } = await stack.db.query(`
		with moment as (select (private.now() + make_interval(secs => $4 * 3600)) at time zone 'Africa/Ouagadougou' as at),
		e as (
			insert into public.events (title, description, location, image_url, date, time, price, capacity, status, organizer_id)
			select $1, 'Une soirée', 'Ouagadougou', 'https://images.example/a.jpg', m.at::date, to_char(m.at, 'HH24:MI'), 5000, 100000, $2, $3
			from moment m returning id)
		select id from e`, [title, status, by.id, startsIn]);
	const { rows: types } = await stack.db.query(`
		insert into public.ticket_types (event_id, name, price, quantity)
		values ($1, 'Entrée', 5000, 100000), ($1, 'Invitation', 0, 100000) returning id, price`, [made.id]);

	for (const member of staff)
		await stack.db.query('insert into public.event_staff (event_id, user_id) values ($1, $2)', [made.id, member.id]);
	return { id: made.id, title, organizer: by, paid: types.find(type => Number(type.price) > 0).id, free: types.find(type => Number(type.price) === 0).id };
}

// Ids of n tickets of one paid (or free) order of that person.
export async function tickets(stack, owner, n, { of, free = false, orderStatus = 'COMPLETED' } = {}) {
	const what = of ?? await event(stack);
	const type = free ? what.free : what.paid;
	const { rows: [order] } = await stack.db.query(`
		insert into public.orders (user_id, event_id, total, currency, status, payment_method, ticket_quantities, visible_in_history)
		values ($1, $2, $3, 'XOF', $4, $5, $6, true) returning id`,
		[owner.id, what.id, free ? 0 : 5000 * n, orderStatus, free ? 'FREE_TICKET' : 'MOBILE_MONEY', JSON.stringify({ [type]: n })]);
	const { rows } = await stack.db.query(`
		insert into public.tickets (order_id, event_id, user_id, ticket_type_id, ordinal, status, payment_status)
		select $1, $2, $3, $4, i, 'VALID', 'paid' from generate_series(1, $5::int) i returning id`,
		[order.id, what.id, owner.id, type, n]);

	return rows.map(row => row.id);
}

export async function ticket(stack, owner, options) {
	const [id] = await tickets(stack, owner, 1, options);

	return id;
}

export async function ownerOf(stack, ticketId) {
	const { rows: [row] } = await stack.db.query('select user_id from public.tickets where id = $1', [ticketId]);

	return row?.user_id;
}

// { epoch, state, log } of a ticket; log: its owners from the first on.
export async function historyOf(stack, ticketId) {
	const { rows: [state] } = await stack.db.query('select epoch, state from private.ticket_state where ticket_id = $1', [ticketId]);
	const { rows } = await stack.db.query('select epoch, owner_id from private.ticket_owner_log where ticket_id = $1 order by epoch', [ticketId]);

	return { ...state, log: rows };
}

export async function transferRow(stack, id) {
	const { rows: [row] } = await stack.db.query(`
		select x.*, s.state, s.used from public.ticket_transfers x join private.transfer_state s on s.transfer_id = x.id where x.id = $1`, [id]);

	return row;
}

// What the web client draws as a QR code: base64 of JSON with a signature that proves nothing.
export function legacyCode(ticketId, timestamp = Date.now()) {
	return Buffer.from(JSON.stringify({ data: { id: ticketId, timestamp, version: '1.0' }, sig: '7fffffff' })).toString('base64');
}
