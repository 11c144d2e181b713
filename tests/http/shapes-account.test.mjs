// The account: profile, preferences, notifications, payment methods, referral, support. All of it is one
// person's; what he writes is kept as far as it is his to say.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { cast, seeded, truth } from '../harness/cast.mjs';
import { count, done, forbidden, harmless, none, nothing, refused, replay, row, rows, unauthorized } from '../harness/shapes.mjs';
import { Stack } from '../harness/stack.mjs';
import { event, ticket } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const callers = await cast(stack, 'owner', 'stranger', 'organizer', 'addressee', 'admin');
const { owner, stranger, addressee } = callers;
const sql = (text, values) => truth(stack, text, values);
const offered = await ticket(stack, owner, { of: await event(stack, { organizer: callers.organizer }) });

await stack.db.query('insert into public.ticket_transfers (ticket_id, sender_id, recipient_email) values ($1, $2, $3)', [offered, owner.id, addressee.email]);
await stack.db.query(`
	with n as (insert into public.notifications (user_id, type, title, message, created_at) select $1, 'INFO', 'Avis ' || i, '-', now() - make_interval(mins => 9 - i) from generate_series(1, 4) i),
		c as (insert into public.user_referral_codes (user_id, referral_code) values ($1, 'TEMBAXYZ23')),
		r as (insert into public.referrals (referrer_id, referee_id, referral_code, referee_email, referee_phone) values ($1, $2, 'TEMBAXYZ23', $3, $4) returning id),
		w as (insert into public.referral_rewards (referral_id, user_id, reward_value) select id, $1, 500 from r)
	insert into public.credit_transactions (user_id, amount, type, source) values ($1, 500, 'earned', 'referral'), ($1, -200, 'spent', 'order')`,
	[owner.id, addressee.id, addressee.email, addressee.phone]);

const values = { owner: owner.id, notice: seeded('70', 99), method: seeded('70', 99), question: seeded('70', 99) };
const keep = name => expected => answer => {
	row(expected)(answer);
	values[name] = answer.body.id;
};
const own = expect => ({ owner: expect, stranger: none, organizer: none, anon: unauthorized });
const audited = expect => ({ ...own(expect), admin: expect });
const notice = more => ({ user_id: owner.id, type: 'SYSTEM', title: 'Bonjour', message: 'Essai', priority: 'high', read: 'false', action_url: '/tickets', action_text: 'Voir', metadata: { order_id: 'o-1' }, ...more });
const method = more => ({ user_id: owner.id, method_type: 'mobile_money', provider: 'orange', account_number: '****1234', account_name: 'Awa', is_default: true, is_active: true, ...more });
const { rows: [, { id: theirs }] } = await stack.db.query(`
	insert into public.payment_methods (user_id, method_type, provider, account_number, is_default)
	values ($1, 'mobile_money', 'moov', '****9999', true), ($2, 'mobile_money', 'moov', '****7777', true) returning id`, [owner.id, stranger.id]);
const defaults = () => sql('select id from public.payment_methods where is_default and is_active order by 1');
const support = await sql('select id, name from public.support_categories order by name');

replay(stack, 'account', { callers, values }, {
	'profile-save': {
		// role and status are not in the form: sent along they change nothing, as another address does
		body: { name: 'Awa C.', email: 'autre@example.org', phone: owner.phone, location: owner.location, bio: 'Danseuse', role: 'ADMIN', status: 'BANNED' },
		anon: unauthorized, stranger: refused('PGRST116'), addressee: forbidden, // he sees her name, and that is all
		owner: row({ name: 'Awa C.', email: owner.email, phone: owner.phone, phone_verified: true, location: owner.location, bio: 'Danseuse', role: 'USER', status: 'ACTIVE' }),
	},
	'preferences': { owner: row({ email: true, push: false, types: list => list.includes('EVENT_REMINDER') }), stranger: refused('PGRST116'), anon: unauthorized },
	'preferences-save': {
		body: { user_id: owner.id, email: false, push: true, types: ['PRICE_CHANGE'] }, anon: unauthorized, stranger: forbidden, admin: forbidden, owner: done(200),
		after: async () => assert.deepEqual(await sql('select email, push, types from public.notification_preferences where user_id = $1', [owner.id]), [{ email: false, push: true, types: ['PRICE_CHANGE'] }]),
	},
	'notice-new': {
		body: who => notice(who === 'addressee' ? { user_id: addressee.id, type: 'ORDER_CONFIRMATION' } : {}), anon: unauthorized, stranger: forbidden, addressee: forbidden,
		owner: keep('notice')({ ...notice(), data: { order_id: 'o-1', action_url: '/tickets', priority: 'high' }, read_at: null }),
	},
	'notice-read': {
		body: { read: 'true', read_at: '2027-01-01T00:00:00Z' }, anon: unauthorized, stranger: harmless(none), admin: harmless(none),
		owner: rows([{ title: 'Bonjour', read: 'true', read_at: at => new Date(at).getTime() === Date.UTC(2027, 0, 1) }]),
	},
	'notice-seen': {
		body: { read: true }, anon: unauthorized, stranger: nothing, admin: nothing, owner: done(204),
		after: async () => assert.deepEqual(await sql('select read from public.notifications where id = $1', [values.notice]), [{ read: 'true' }]),
	},
	'notices-unread': own(rows([4, 3, 2, 1].map(i => ({ title: `Avis ${i}`, read: 'false', read_at: null })))),
	'notices-read': {
		body: { read: 'true', read_at: new Date().toISOString() }, anon: unauthorized, stranger: nothing, owner: done(204),
		after: async () => assert.equal((await sql(`select 1 from public.notifications where user_id = $1 and read_at is null`, [owner.id])).length, 0),
	},
	'notices-page': { owner: count(5, [{ title: 'Avis 4' }, { title: 'Avis 3' }]), stranger: answer => assert.deepEqual([answer.status, answer.body.code], [416, 'PGRST103']), anon: unauthorized },
	'notices-count': { owner: count(5), stranger: count(0), anon: answer => assert.equal(answer.status, 401) },
	'notices-none': { owner: none, stranger: none, anon: unauthorized },
	'notices-one': own(rows([{ title: 'Bonjour' }])),
	'notice-gone': {
		anon: unauthorized, stranger: nothing, admin: nothing, owner: done(204),
		after: async () => assert.equal((await sql('select 1 from public.notifications where user_id = $1', [owner.id])).length, 4),
	},
	'method-new': { body: method(), anon: unauthorized, stranger: forbidden, owner: keep('method')(method()) },
	'method-same': { owner: row(method()), stranger: refused('PGRST116'), anon: unauthorized },
	'method-change': { body: { account_name: 'Awa Cissé' }, anon: unauthorized, stranger: refused('PGRST116'), owner: row({ id: id => id === values.method, account_name: 'Awa Cissé' }) },
	'method-type': { owner: row({ method_type: 'mobile_money' }), stranger: refused('PGRST116'), anon: unauthorized },
	'method-others': {
		body: { is_default: false }, anon: unauthorized, stranger: nothing, owner: done(204),
		after: async () => assert.deepEqual((await defaults()).map(one => one.id), [values.method, theirs].sort()),
	},
	'method-gone': {
		body: { is_active: false }, anon: unauthorized, stranger: nothing, owner: done(204),
		after: async () => assert.deepEqual((await defaults()).map(one => one.id), [theirs]),
	},
	'logins': audited(rows(list => list.length === 1 && list[0].user_id === owner.id && list[0].ip_address !== '')),
	'code': audited(rows([{ referral_code: 'TEMBAXYZ23', is_active: true }])),
	'code-old': { owner: rows([{ referral_code: null }]), stranger: none, addressee: rows([{ referral_code: null }]), anon: none },
	'referrals': audited(rows([{ referee_id: addressee.id, referee_email: text => text.includes('***@'), referee_phone: text => text.startsWith('****') && text.length === 6 }])),
	'rewards': audited(rows([{ amount: 500 }])),
	'credits': audited(rows([{ balance: 300, lifetime_earned: 500, lifetime_spent: 200 }])),
	'ledger': audited(rows(list => list.length === 2 && new Set(list.map(one => one.amount)).has(-200))),
	'topics': { anon: rows(support), owner: rows(support) },
	'question': {
		body: { user_id: owner.id, category_id: seeded('a4', 1), subject: 'Billet perdu', priority: 'HIGH', status: 'CLOSED' }, anon: unauthorized,
		stranger: row({ user_id: stranger.id, status: 'OPEN' }), // whoever asks asks for himself
		owner: keep('question')({ user_id: owner.id, subject: 'Billet perdu', priority: 'HIGH', status: 'OPEN', resolved_at: null }),
	},
	'message': {
		body: () => ({ ticket_id: values.question, user_id: owner.id, message: 'Bonjour', is_staff_reply: true }), anon: unauthorized, stranger: forbidden, organizer: forbidden, owner: done(201), admin: done(201),
		after: async () => assert.deepEqual(await sql('select user_id, is_staff_reply from public.support_messages where ticket_id = $1 order by created_at', [values.question]),
			[{ user_id: owner.id, is_staff_reply: false }, { user_id: callers.admin.id, is_staff_reply: true }]),
	},
	'questions': audited(rows([{ subject: 'Billet perdu', category_name: 'Billets', user_name: 'Awa C.', user_email: owner.email, message_count: 2 }])),
	'question-page': { owner: row({ subject: 'Billet perdu', status: 'OPEN' }), stranger: refused('PGRST116'), anon: unauthorized },
	'messages': audited(rows([{ message: 'Bonjour', is_staff_reply: false, user_name: 'Awa C.' }, { is_staff_reply: true }])),
	'contact': {
		body: { p_name: 'Une visiteuse', p_email: 'visiteuse@example.org', p_subject: 'Question', p_message: 'Bonjour' }, anon: row(id => /^[0-9a-f-]{36}$/.test(id)), owner: row(id => typeof id === 'string'),
		after: async () => assert.equal((await sql(`select 1 from public.support_tickets where subject = 'Question' and user_id is null`)).length, 2),
	},
	'push-token': {
		body: { user_id: owner.id, token: 'appareil', platform: 'android' }, anon: unauthorized, stranger: forbidden, owner: done(201),
		after: async () => assert.deepEqual((await owner.client.from('user_push_tokens').upsert({ user_id: owner.id, token: 'autre', platform: 'ios' }, { onConflict: 'user_id' }).select('token, platform')).data, [{ token: 'autre', platform: 'ios' }]),
	},
});

test('a whole card number is never kept', async () => {
	for (const account_number of ['4242424242424242', '4242 4242 4242 4242', '4242-4242-4242-4242'])
		assert.equal((await owner.client.from('payment_methods').insert(method({ account_number, method_type: 'credit_card' }))).error.code, '23514');
});

test('nobody moves a row of his to another person, or takes another\'s', async () => {
	for (const table of ['payment_methods', 'notification_preferences', 'user_push_tokens']) {
		const given = await owner.client.from(table).update({ user_id: stranger.id }).eq('user_id', owner.id).select();
		const taken = await stranger.client.from(table).update({ user_id: stranger.id }).eq('user_id', owner.id).select();

		assert.equal(given.error?.code, '42501', table);
		assert.deepEqual([taken.error, taken.data], [null, []]);
	}
	assert.equal((await owner.client.from('notifications').update({ user_id: stranger.id }).eq('user_id', owner.id)).error.code, '42501');
	assert.equal((await owner.client.from('auth_audit_log').insert({ user_id: owner.id, ip_address: '-' })).error.code, '42501');
	assert.equal((await owner.client.from('user_credits').update({ balance: 1e6 }).eq('user_id', owner.id)).error.code, '42501');
});
