// My tickets, history, transfers, dashboard: before, while and after a ticket changes hands.
import assert from 'node:assert/strict';
import { after } from 'node:test';

import { cast, truth } from '../harness/cast.mjs';
import { count, forbidden, inAnyOrder, like, none, replay, rows, unauthorized } from '../harness/shapes.mjs';
import { Stack } from '../harness/stack.mjs';
import { eventually } from '../harness/wire.mjs';
import { event, tickets } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const callers = await cast(stack, 'owner', 'addressee', 'stranger', 'organizer', 'foreign', 'staff', 'admin');
const { owner, addressee, stranger, staff } = callers;
const what = await event(stack, { title: 'Nuit du Djembé', organizer: callers.organizer, staff: [staff] });
const off = await event(stack, { title: 'Annulé', organizer: callers.foreign });
const [valid, offered, moved, movedUsed, used] = await tickets(stack, owner, 5, { of: what });
const [closed] = await tickets(stack, owner, 1, { of: off });
const all = [valid, offered, moved, movedUsed, used, closed];
const sql = (text, values) => truth(stack, text, values);

for (const ticket of [moved, movedUsed])
	await stack.db.query('select private.transfer_complete($1, $2, 0, $3, $4, null, $5, null)', [ticket, owner.id, addressee.id, addressee.email, 'Nadège']);
for (const ticket of [movedUsed, used])
	assert.equal((await sql(`select accepted from private.ticket_scan('${ticket}', '${staff.id}', 'Porte A')`))[0].accepted, true);
await stack.db.query('insert into public.ticket_transfers (ticket_id, sender_id, recipient_id, recipient_email) values ($1, $2, $3, $4)', [offered, owner.id, addressee.id, addressee.email]);
await stack.db.query(`update public.events set status = 'CANCELLED' where id = $1`, [off.id]);
await eventually('whoever had a ticket of it has it no more', async () => (await sql(`select status from public.tickets where id = '${closed}'`))[0].status !== 'VALID');
const [{ id: offer }] = await sql('select id from public.ticket_transfers where ticket_id = $1', [offered]);

const ids = list => answer => {
	rows(list.length)(answer);
	assert.deepEqual(new Set(answer.body.map(one => one.ticket_id ?? one.id)), new Set(list));
};
const shown = { title: 'Nuit du Djembé', image_url: 'https://images.example/a.jpg' }, type = { name: 'Entrée', price: 5000 };
const sent = [{ ticket_id: offered, status: 'PENDING', ticket: { status: 'VALID' } }, { ticket_id: movedUsed, status: 'USED', ticket: { status: 'USED' } }, { ticket_id: moved, status: 'COMPLETED', ticket: { status: 'VALID' } }]
	.map(one => ({ ...one, recipient_id: addressee.id, recipient_email: addressee.email, ticket: { id: one.ticket_id, event: shown, ticket_type: type, ...one.ticket } }));
const person = (one, contact) => ({ name: one.name, email: contact ? one.email : null });
const nobody = { stranger: none, anon: none };
const knowing = { owner: ['addressee'], addressee: ['owner'] };
const noWrite = { anon: unauthorized, owner: forbidden, addressee: forbidden, organizer: forbidden, admin: forbidden };

replay(stack, 'tickets', {
	callers, values: { owner: owner.id, addressee: addressee.id, staff: staff.id, all: all.join(','), moved, movedUsed, event: what.id, closed: off.id, type: what.paid, offer, valid },
}, {
	'mine': {
		owner: answer => {
			ids([valid, offered])(answer);
			for (const one of answer.body)
				like(one, { status: 'VALID', scanned_at: null, event: { title: 'Nuit du Djembé' }, ticket_type: type, order: { status: 'COMPLETED', payment_method: 'MOBILE_MONEY' } });
		},
		addressee: rows([{ id: offered, event: shown, ticket_type: type, order: null }]), // what is on offer to him, not the order
		organizer: ids([valid, offered]), staff: ids([valid, offered]), foreign: none, admin: ids([valid, offered]), ...nobody,
	},
	'gone': { owner: rows([{ ticket_id: moved }]), addressee: rows([{ ticket_id: moved }]), stranger: none, organizer: none, admin: rows(1), anon: unauthorized },
	'bought': { owner: ids(all), addressee: none, organizer: ids([valid, offered, moved, movedUsed, used]), staff: none, ...nobody },
	'history': {
		owner: rows([{ total: 5000, event: { title: 'Annulé' }, tickets: list => list.length === 1 }, { total: 25000, status: 'COMPLETED', event: shown, tickets: list => list.length === 5 && list.every(one => one.ticket_type.name === 'Entrée') && list.filter(one => one.scanned_by === staff.id).length === 2 }]),
		addressee: none, organizer: rows([{ total: 25000 }]), staff: none, ...nobody,
	},
	'sent-marks': { owner: inAnyOrder(sent.map(one => ({ ticket_id: one.ticket_id, status: one.status }))), addressee: rows(3), stranger: none, anon: unauthorized },
	'scanners': { owner: rows([{ user_id: staff.id, name: staff.name }]), addressee: rows(1), ...nobody },
	'sent': { owner: rows(sent), addressee: rows(3), stranger: none, organizer: none, admin: rows(3), anon: unauthorized, shows: knowing },
	'recipients': { owner: rows([{ id: addressee.id, ...person(addressee, true) }]), organizer: rows([person(addressee, false)]), ...nobody, shows: knowing },
	'received': { addressee: ids([moved, movedUsed]), owner: ids([moved, movedUsed]), stranger: none, organizer: none, anon: unauthorized, shows: knowing },
	'received-tickets': { addressee: ids([moved, movedUsed]), owner: ids([moved, movedUsed]), staff: ids([moved, movedUsed]), foreign: none, ...nobody },
	'received-events': { addressee: rows([{ id: what.id }]), owner: ids([what.id, off.id]), stranger: rows([{ id: what.id }]), anon: rows([{ id: what.id }]) },
	'received-types': { addressee: rows([{ id: what.paid, ...type }]), anon: rows([{ id: what.paid, ...type }]) },
	'senders': { addressee: rows([{ user_id: owner.id, ...person(owner, true) }]), organizer: rows([person(owner, false)]), ...nobody, shows: knowing },
	'received-count': { addressee: count(2), owner: count(2), stranger: count(0), anon: answer => assert.equal(answer.status, 401) },
	'both-ways': { owner: rows(Array(3).fill({ sender: person(owner, true), recipient: person(addressee, true) })), addressee: rows(3), stranger: none, anon: unauthorized, shows: knowing },
	'requests': { addressee: rows([{ ticket_id: offered, sender_id: owner.id, ticket: { event_id: what.id, event: { title: 'Nuit du Djembé' }, ticket_type: type } }]), owner: rows(1), stranger: none, anon: unauthorized },
	'request-answer': { body: { status: 'COMPLETED' }, ...noWrite },
	'upcoming': { owner: ids([valid, offered]), addressee: ids([offered]), organizer: ids([valid, offered]), ...nobody },
	'spent': { owner: rows([{ total: 25000, status: 'COMPLETED' }]), organizer: rows([{ total: 25000 }]), foreign: none, staff: none, ...nobody },
	'recent': { owner: rows([{ event_title: 'Annulé', event_currency: 'XOF' }, { total: 25000, event_title: 'Nuit du Djembé', event_location: 'Ouagadougou' }]), organizer: rows(1), addressee: none, ...nobody },
	'ticket-change': { body: { user_id: stranger.id, status: 'VALID' }, ...noWrite },
	'ticket-gone': noWrite,
});
