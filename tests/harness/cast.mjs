// cast.mjs: the people that the tests of the data API call as, by what they are to the owner's rows
// (the names of tests/sql/030_access.sql): each signed in, with contacts that no stranger may read.
import { people, signIn } from './world.mjs';

const ROLES = {
	owner: { name: 'Awa Cissé', phone: '+22671500001', phoneVerified: true },
	stranger: { name: 'Issa Barry', phone: '+22671500002', phoneVerified: true },
	organizer: { name: 'Fatim Zerbo', phone: '+22671500003', role: 'ORGANIZER' },
	foreign: { name: 'Kossi Agbeko', phone: '+22671500004', role: 'ORGANIZER' }, // organizes other events
	staff: { name: 'Salif Portier', phone: '+22671500005' },
	admin: { name: 'Mariam Sidibé', phone: '+22671500006', role: 'ADMIN' },
	addressee: { name: 'Nadège Yaro', phone: '+22671500007', phoneVerified: true },
};

// { name: { id, email, phone, location, token, client, ... } } of the names asked for.
export async function cast(stack, ...names) {
	const made = await people(stack, names.map(name => ROLES[name]));

	for (const one of made)
		one.location = `Quartier de ${one.name}`;
	await stack.db.query(`
		update private.people p set location = g.location from jsonb_to_recordset($1::jsonb) as g (id uuid, location text)
		where p.user_id = g.id`, [JSON.stringify(made)]);
	const signedIn = await Promise.all(made.map(one => signIn(stack, one)));

	return Object.fromEntries(names.map((name, i) => [name, signedIn[i]]));
}

// The id of something in the seeded world (docs/database.md).
export const seeded = (prefix, n) => `${prefix}000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

// Rows as the database's owner sees them, in the JSON of the data API.
export async function truth(stack, sql, values) {
	const { rows: [{ list }] } = await stack.db.query(`select coalesce(json_agg(t), '[]') as list from (${sql}) t`, values);

	return list;
}
