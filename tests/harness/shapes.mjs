// shapes.mjs: replays the requests that existing web and mobile clients make of the data API, byte for
// byte, for the right caller and for wrong ones. tests/http/shapes/FEATURE.txt lists them, one a line:
// `name METHOD /path?query MARKS`, as the contract writes them (data.md 3.2). Marks: [1] one object, [?]
// one or none, # with the total, R the rows back, U merged with what is there. A test file says for each
// of them what which caller gets; one that is left out, or is not in the list, fails.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { call } from './wire.mjs';

const LISTS = path.resolve(import.meta.dirname, '../http/shapes');

// { name: { method, path, marks } } of a list. `NAME := text` names a text that is used as $NAME.
export function readList(feature) {
	const list = {}, texts = {};

	for (const line of fs.readFileSync(path.join(LISTS, `${feature}.txt`), 'utf8').split('\n')) {
		const text = /^([A-Z]+) := (.*)$/.exec(line), shape = /^(\S+) +(GET|HEAD|POST|PATCH|DELETE) (\S+)((?: (?:\[1\]|\[\?\]|#|R|U))*)$/.exec(line);

		if (text)
			texts[text[1]] = text[2];
		else if (shape)
			list[shape[1]] = { method: shape[2], path: shape[3].replace(/\$([A-Z]+)/g, (whole, name) => texts[name] ?? whole), marks: shape[4].split(' ').slice(1) };
		else
			assert.match(line, /^(\/\/.*)?$/, `${feature}.txt has a line that is none`);
	}
	return list;
}

// The query as URLSearchParams writes it, which is what postgrest-js puts on the wire.
function encoded(text, values) {
	const [pathname, query] = text.replace(/\$([a-z]\w*)/gi, (whole, name) => values[name] ?? assert.fail(`no value for ${whole}`)).split(/\?(.*)/s);
	const params = new URLSearchParams();

	for (const part of query?.split('&') ?? [])
		params.append(...part.split(/=(.*)/s).slice(0, 2));
	return `${pathname}${query === undefined ? '' : `?${params}`}`;
}

export function headersOf({ method, marks }) {
	const prefer = [marks.includes('U') && 'resolution=merge-duplicates', marks.includes('R') && 'return=representation', marks.includes('#') && 'count=exact'].filter(Boolean);
	const reads = ['GET', 'HEAD'].includes(method);

	return {
		[reads ? 'Accept-Profile' : 'Content-Profile']: 'public', 'x-client-info': 'supabase-js-web/2.45.3', 'x-application-name': 'temba-web',
		...(reads ? {} : { 'Content-Type': 'application/json' }), ...(marks.includes('[1]') ? { Accept: 'application/vnd.pgrst.object+json' } : {}), ...(prefer.length > 0 ? { Prefer: prefer.join(',') } : {}),
	};
}

// One shape as one caller ({ token } or { key }; neither: anonymous). Adds count, from Content-Range.
export async function ask(stack, shape, who = {}, { values = {}, body } = {}) {
	const key = who.key ?? stack.anonKey;
	const answer = await call(stack, `/rest/v1${encoded(shape.path, values)}`, { method: shape.method, body, key, token: who.token ?? key, headers: headersOf(shape) });
	const total = /\/(\d+)$/.exec(answer.headers.get('content-range') ?? '');
	const isJson = /^application\/[^;]*json/.test(answer.headers.get('content-type') ?? '');

	return { ...answer, body: isJson && answer.text !== '' ? JSON.parse(answer.text) : undefined, count: total ? Number(total[1]) : null };
}

// ---- what a caller gets: functions of the answer

// Like what is expected: objects may have more members, lists may not; functions judge by themselves.
export function like(actual, expected, at = 'body') {
	if (typeof expected === 'function')
		return assert.ok(expected(actual), `${at}: ${JSON.stringify(actual)}`);
	if (expected === null || typeof expected !== 'object')
		return assert.equal(actual, expected, `${at}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
	assert.ok(actual !== null && typeof actual === 'object' && Array.isArray(actual) === Array.isArray(expected), `${at}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
	if (Array.isArray(expected))
		assert.equal(actual.length, expected.length, `${at}: ${actual.length} rows: ${JSON.stringify(actual).slice(0, 1500)}`);
	for (const key of Object.keys(expected))
		like(actual[key], expected[key], `${at}.${key}`);
}

const ok = (answer, ...statuses) => assert.ok(statuses.includes(answer.status), `${answer.status} ${answer.text.slice(0, 500)}`);

// That many rows, or rows like these.
export const rows = expected => answer => {
	ok(answer, 200, 206);
	if (typeof expected === 'number')
		assert.equal(answer.body.length, expected, JSON.stringify(answer.body).slice(0, 1500));
	else
		like(answer.body, expected);
};
export const none = rows([]);
export const inAnyOrder = list => answer => {
	rows(list.length)(answer);
	assert.deepEqual(answer.body.map(one => JSON.stringify(one)).sort(), list.map(one => JSON.stringify(one)).sort());
};
export const row = expected => answer => {
	ok(answer, 200, 201);
	like(answer.body, expected);
};
// The total of Content-Range: count=exact.
export const count = (total, expected) => answer => {
	ok(answer, 200, 206);
	like(answer.count, total, `count in ${answer.headers.get('content-range')}`);
	if (expected !== undefined)
		rows(expected)(answer);
};
// A change of which nothing comes back.
export const done = status => answer => {
	assert.equal(answer.status, status, answer.text);
	assert.equal(answer.text, '');
};
// An answer to a write after which its tables are what they were.
export const harmless = expect => Object.assign(answer => expect(answer), { harmless: true });
export const nothing = harmless(done(204)); // no row is the caller's, and he is not told so
const STATUS = { PGRST100: 400, PGRST116: 406, PGRST200: 400, PGRST202: 404, PGRST204: 400, PGRST205: 404, 42703: 400, '22P02': 400, 23502: 400, 23505: 409, 23514: 400, 22023: 400 };
export const refused = (code, status = STATUS[code]) => harmless(answer => {
	assert.deepEqual([answer.status, answer.body?.code], [status, code], answer.text);
	assert.deepEqual(Object.keys(answer.body).sort(), ['code', 'details', 'hint', 'message']);
});
export const forbidden = refused('42501', 403); // signed in
export const unauthorized = refused('42501', 401); // anonymous

// ---- what holds of every answer

// A tree of the members that `select` asks for; null where `*` leaves them open.
function columnsOf(select) {
	const columns = {};

	for (const item of select.match(/(?:[^,(]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))+/g)) {
		const [, alias, name, inner] = /^(?:(\w+):)?([\w*]+)(?:![\w!]+)?(?:\((.*)\))?$/s.exec(item);

		columns[alias ?? name] = inner === undefined ? null : columnsOf(inner);
	}
	return columns;
}

function assertColumns(value, columns, at) {
	if (Array.isArray(value))
		return value.forEach((one, i) => assertColumns(one, columns, `${at}.${i}`));
	if (value === null || columns === null)
		return;
	if (!('*' in columns))
		assert.deepEqual(Object.keys(value).sort(), Object.keys(columns).sort(), `${at}: the columns that were asked for, and no other`);
	for (const [name, inner] of Object.entries(columns))
		if (name !== '*')
			assertColumns(value[name], inner, `${at}.${name}`);
}

// Nobody is told how to reach somebody else, unless `shown` says that he may know.
function assertDiscreet(answer, name, callers, shown) {
	if (['admin', 'service'].includes(name))
		return;
	for (const [other, { email, phone, location }] of Object.entries(callers)) {
		if (other === name || shown.includes(other))
			continue;
		for (const secret of [email, phone, location])
			assert.ok(!secret || !answer.text.includes(secret), `${secret} of ${other} is told to ${name}: ${answer.text.slice(0, 500)}`);
	}
}

// What a refused write must leave as it is: the tables' rows as one text.
async function photograph(stack, tables) {
	const pieces = tables.map(table => `(select coalesce(md5(string_agg(t::text, '' order by t::text)), '') from ${table} t)`);

	return (await stack.db.query(`select concat(${pieces})`)).rows[0].concat;
}

function tablesOf(shape, touches) {
	const [, name] = /^\/(?!rpc\/)(\w+)/.exec(shape.path) ?? [];

	return touches ?? (name === undefined ? [] : [name === 'profiles' ? 'private.people' : `public.${name}`]);
}

const callersOf = entry => Object.keys(entry).filter(key => !['body', 'shows', 'touches', 'before', 'after'].includes(key));

// table: { name: { caller: expectation, ..., body, shows, touches, before, after } }. callers: { name:
// person } beside anon and service; values: what stands for $name; body: JSON, or a function of the
// caller's name; shows: { caller: [people whose contacts he may see] }; touches: the tables of a write,
// by default the one in its path; before and after: work around.
export function replay(stack, feature, { callers = {}, values = {} }, table) {
	const list = readList(feature);
	const all = { anon: {}, service: { key: stack.serviceKey }, ...callers };

	test(`every shape of ${feature}.txt has its answers, for two callers at least`, () => {
		assert.deepEqual(Object.keys(table).sort(), Object.keys(list).sort());
		for (const [name, entry] of Object.entries(table))
			assert.ok(callersOf(entry).length >= 2 && callersOf(entry).every(who => who in all), name);
	});

	for (const [name, entry] of Object.entries(table).filter(([key]) => key in list)) {
		const shape = list[name];

		test(`${feature}.${name}: ${shape.method} ${shape.path.slice(0, 100)}`, async () => {
			const select = shape.method !== 'HEAD' && new URLSearchParams(shape.path.split('?')[1]).get('select');

			await entry.before?.();
			for (const who of callersOf(entry)) {
				const expect = entry[who], body = typeof entry.body === 'function' ? entry.body(who) : entry.body;
				const kept = expect.harmless && shape.method !== 'GET' ? tablesOf(shape, entry.touches) : [];
				const before = kept.length > 0 && await photograph(stack, kept);
				const answer = await ask(stack, shape, all[who], { values, body });

				try {
					assert.ok(answer.status < 500, `${answer.status} ${answer.text}`);
					await expect(answer);
					assert.equal(kept.length > 0 && await photograph(stack, kept), before, 'nothing has changed');
					assertDiscreet(answer, who, callers, entry.shows?.[who] ?? []);
					if (select && answer.status < 300 && answer.body !== undefined)
						assertColumns(answer.body, columnsOf(select), who);
				} catch (error) {
					error.message = `as ${who}: ${error.message}`;
					throw error;
				}
			}
			await entry.after?.();
		});
	}
}
