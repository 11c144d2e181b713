// injections.mjs: texts that would be SQL if somebody built statements out of texts, and the places where
// a client of the data API controls a text. What they try leaves a trace.

// Statements behind the one of the server. public.canary exists for this alone: every role may write to
// it, so that one that got through is seen whoever ran it.
const PAYLOADS = [
	'insert into public.canary values (1)', 'delete from public.canary', 'select pg_sleep(20)', 'set role service_role', "select set_config('role', 'service_role', false)", 'reset role', 'set session authorization default',
	'set search_path to private, auth', "select set_config('request.jwt.claims', '{\"role\":\"service_role\"}', false)", "copy public.canary from program 'echo 1'", 'do $do$ begin insert into public.canary values (1); end $do$',
	'commit; insert into public.canary values (1)', 'alter role anon superuser', 'grant temba_owner to anon', 'create table public.pwned ()', 'drop table public.canary', "notify pgrst, 'reload config'", "select lo_import('/etc/passwd')",
];
const WRAPPERS = [text => `'; ${text}; --`, text => `"; ${text}; --`, text => `x')); ${text}; --`, text => `$$; ${text}; --`, text => `\\'; ${text}; /*`];

const EXPRESSIONS = [
	"' or '1'='1", '" or ""="', "') or ('1'='1", "x' union select encrypted_password from auth.users --", "x' and 1=(select count(*) from private.people) --", "1' order by 99 --", '(select 1)', '(select pg_sleep(20))',
	"' || pg_sleep(20) || '", "'||(select email from private.people limit 1)||'", "pg_read_file('/etc/passwd')", 'pg_sleep(20)', 'current_user', "E'\\x27 or 1=1'", "U&'\\0027 or 1=1'", "chr(39)||chr(39)", "cast('1' as int)",
	"id::text || (select 'x')", 'text; select 1', 'int4, (select 1)', 'regclass', 'public.events', 'private.people', 'information_schema.tables', 'events', '*', 'ctid', 'xmin', 'tableoid',
	'count()', 'row_to_json', 'pg_typeof', '$1', '$99', '%s%n%x', '{}', '{"a":1}', "{a,'b'}", '{"a,b"}', '[1,2)', 'null', 'true', 'NaN', '-1', '9223372036854775808',
	'id,(select 1)', "id->>'x'", "a->'b'::text", 'id.asc,(select 1)', 'id.desc nulls last; select 1', 'ticket_types(price)', 'ticket_types(id,ticket_types(id))', '...ticket_types(id)', 'eq.1', 'or(id.eq.1)',
];
// One statement is all that a connection takes at a time: these would be part of it. A sleep that gets
// through ends in a timeout, which is a 500.
const PARTS = [
	'id",(select pg_sleep(20)) as "x', 'id" is null or pg_sleep(20) is null or "events"."id', 'id" from (select pg_sleep(20)) "x', 'id",(select pg_sleep(20)),"id', 'coordinates"->(select pg_sleep(20)::text)->"x', 'text),(select pg_sleep(20)) as y,cast(1 as text',
	"x' or pg_sleep(20) is null or 'x'='", "x'),(select pg_sleep(20)),('x", "x'->(select pg_sleep(20)::text)->'x", "english',(select pg_sleep(20)::text)) or 'x'=('x", 'asc,(select pg_sleep(20))', '1 + (select 1 from pg_sleep(20))', 'get_event_addons"((select pg_sleep(20)::text::uuid)) x, "x',
];
const CHARACTERS = [
	"'", '"', '`', ';', '--', '/*', '*/', '\\', '\\\\', "\\'", '(', ')', '()', '{', '}', ',', '.', ':', '!', '->', '->>', '=', '&', '+', '%', '%27', '%00', '\u0000', 'a\u0000b', "a\u0000'; select 1; --", '\n', '\r\n', '\u0001', 
	'\u02bc; select 1; --', '\uff07; select 1; --', '\u2019 or 1=1', '\u202e', '\ufeff', '𝕏', '🎟️', 'é'.normalize('NFD'), '\ud800', '', ' ',
];
const LONG = ["'".repeat(5000), '('.repeat(2000), ')'.repeat(2000), '{'.repeat(2000), ','.repeat(3000), '.'.repeat(3000), '\\'.repeat(5000), 'a'.repeat(15_000), '...a('.repeat(500), '\u0000'.repeat(100), "a'b\"c".repeat(1000)];

export const injections = [...new Set([...PAYLOADS.flatMap((text, i) => [WRAPPERS[i % 5](text), i % 3 === 0 ? text : WRAPPERS[(i + 1) % 5](text)]), ...PARTS, ...EXPRESSIONS, ...CHARACTERS, ...LONG])];

// ---- where a client's text goes: [what, text => { method, path, headers, body, own }]; own: sent as
// somebody who is signed in

const e = encodeURIComponent;
const safe = text => e(text.isWellFormed() ? text : text.toWellFormed());
const get = path => ({ path });
const post = (path, body, headers) => ({ method: 'POST', path, body, headers, own: true });
const header = (name, path = '/events?select=id&limit=1') => text => ({ path, headers: { [name]: text } });
const json = value => JSON.stringify(value);
// between quotes any character may stand in a name
const quoted = text => safe(`"${text.replace(/[\\"]/g, '\\$&')}"`);

export const places = Object.entries({
	'a column of a filter': t => get(`/events?${safe(t)}=eq.1`),
	'a column of an embed': t => get(`/events?select=id,ticket_types(id)&ticket_types.${safe(t)}=eq.1`),
	'an operator': t => get(`/events?title=${safe(t)}.x`),
	'its modifier': t => get(`/events?title=eq(${safe(t)}).x`),
	'a value': t => get(`/events?title=eq.${safe(t)}&select=id`),
	'a value of an id': t => get(`/events?id=eq.${safe(t)}`),
	'a pattern': t => get(`/events?title=ilike.*${safe(t)}*&select=id`),
	'a regular expression': t => get(`/events?title=match.${safe(t)}&select=id`),
	'a search': t => get(`/events?title=wfts(${safe(t)}).x`),
	'is': t => get(`/events?deleted_at=is.${safe(t)}`),
	'a list': t => get(`/events?title=in.(${safe(t)})&select=id`),
	'an array': t => get(`/events?categories=cs.{${safe(t)}}&select=id`),
	'any of an array': t => get(`/events?title=like(any).{${safe(t)}}&select=id`),
	'a tree': t => get(`/events?or=(title.eq.${safe(t)},id.is.null)&select=id`),
	'the whole tree': t => get(`/events?or=${safe(t)}`),
	'a branch': t => get(`/events?and=(not.or(title.eq."${safe(t)}",${safe(t)}.eq.1))`),
	'a path in a filter': t => get(`/events?coordinates->>${safe(t)}=eq.1&select=id`),
	'a column': t => get(`/events?select=${safe(t)}&limit=1`),
	'a quoted column': t => get(`/events?select=${quoted(t)}&limit=1`),
	'a quoted column of a filter': t => get(`/events?select=id&${quoted(t)}=eq.1&limit=1`),
	'a quoted alias': t => get(`/events?select=${quoted(t)}:id&limit=1`),
	'a quoted path': t => get(`/events?select=coordinates->${quoted(t)}&limit=1`),
	'a quoted embed': t => get(`/events?select=id,${quoted(t)}:ticket_types!${quoted(t)}(${quoted(t)})&limit=1`),
	'a quoted order': t => get(`/events?select=id&order=${quoted(t)}&limit=1`),
	'an alias': t => get(`/events?select=${safe(t)}:id&limit=1`),
	'a cast': t => get(`/events?select=id::${safe(t)}&limit=1`),
	'a path': t => get(`/events?select=coordinates->${safe(t)}&limit=1`),
	'an aggregate': t => get(`/events?select=id.${safe(t)}()&limit=1`),
	'an embed': t => get(`/events?select=id,${safe(t)}(id)&limit=1`),
	'a hint': t => get(`/events?select=id,ticket_types!${safe(t)}(id)&limit=1`),
	'the alias of an embed': t => get(`/events?select=id,${safe(t)}:ticket_types(id)&limit=1`),
	'an order': t => get(`/events?select=id&order=${safe(t)}&limit=1`),
	'a direction': t => get(`/events?select=id&order=id.${safe(t)}&limit=1`),
	'an order by an embed': t => get(`/ticket_types?select=id,events(id)&order=events(${safe(t)})&limit=1`),
	'the order of an embed': t => get(`/events?select=id,ticket_types(id)&${safe(t)}.order=id&limit=1`),
	'a limit': t => get(`/categories?select=id&limit=${safe(t)}`),
	'an offset': t => get(`/categories?select=id&offset=${safe(t)}`),
	'a table': t => get(`/${safe(t)}?select=*`),
	'a function': t => get(`/rpc/${safe(t)}`),
	'an argument in an address': t => get(`/rpc/get_event_food_menu?p_event_id=${safe(t)}`),
	'an argument': t => post('/rpc/get_event_food_menu', json({ p_event_id: t })),
	'an argument that is text': t => post('/rpc/track_image_access', json({ p_image_url: t })),
	'an argument that is JSON': t => post('/rpc/calculate_service_fees', json({ p_event_id: '20000000-0000-4000-8000-000000000024', p_ticket_selections: [{ [t]: t, ticket_type_id: t, quantity: t }] })),
	'the name of an argument': t => post('/rpc/get_event_food_menu', json({ [t]: 1 })),
	'a key of a row': t => post('/notifications', json({ [t]: 1 })),
	'a key of a change': t => ({ ...post('/notifications?id=is.null', json({ [t]: t })), method: 'PATCH' }),
	'a filter of a change': t => ({ ...post(`/notifications?message=eq.x${safe(t)}`, json({ read: 'true' })), method: 'PATCH' }),
	'a filter of a deletion': t => ({ ...post(`/notifications?message=eq.x${safe(t)}`), method: 'DELETE' }),
	'columns': t => post(`/notifications?columns=${safe(t)}`, json([{ id: 1 }])),
	'quoted columns': t => post(`/notifications?columns=${quoted(t)}`, json([{ [t]: t }])),
	'on_conflict': t => post(`/notifications?on_conflict=${safe(t)}`, json({ id: 1 }), { Prefer: 'resolution=merge-duplicates' }),
	'the columns of CSV': t => post('/notifications', `${t}\n1\n`, { 'Content-Type': 'text/csv' }),
	'the values of CSV': t => post('/notifications', `id,title\n"${t}",${t}\n`, { 'Content-Type': 'text/csv' }),
	'a form': t => post('/notifications', `${safe(t)}=1&id=${safe(t)}`, { 'Content-Type': 'application/x-www-form-urlencoded' }),
	'no JSON': t => post('/notifications', t),
	'a time zone': t => header('Prefer')(`timezone=${t}`),
	'a preference': t => header('Prefer')(`${t}=${t}, handling=strict`),
	'a number of rows': t => ({ ...post('/notifications?id=is.null', json({ read: 'true' }), { Prefer: `handling=strict, max-affected=${t}` }), method: 'PATCH' }),
	'a schema to read': header('Accept-Profile'),
	'a schema to write': t => post('/notifications', json({ id: 1 }), { 'Content-Profile': t }),
	'a range': header('Range'),
	'a media type': header('Accept'),
	'the type of a body': t => post('/notifications', json({ id: 1 }), { 'Content-Type': t }),
	'a token': t => header('Authorization')(`Bearer ${t}`),
	'a cookie': t => header('Cookie')(`a=${t}; b=${t}`),
});
