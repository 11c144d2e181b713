// What is asked of the data API, as the pages ask it (contract data.md 3.2). Each case has several
// variants, which take turns: another person, event or place each.
import { base, env, token } from './measure.mjs'

export const variants = 16
const id = (kind, n) => `${kind}000000-0000-4000-8000-${base + n}`
const numbers = Array.from({ length: variants }, (_, n) => n + 1)
const tokens = numbers.map((n) => token(n, `person${n}@bench.example`))

// What supabase-js sends with everything.
const headers = (bearer, more = {}) => ({ apikey: env.ANON_KEY, Authorization: `Bearer ${bearer ?? env.ANON_KEY}`,
	'X-Client-Info': 'supabase-js-web/2.57.4', 'Accept-Profile': 'public', ...more })
const writing = { 'Content-Type': 'application/json', 'Content-Profile': 'public' }
const one = { Accept: 'application/vnd.pgrst.object+json' }

const notice = (n) => JSON.stringify({ user_id: id('21', n), type: 'SYSTEM', title: 'Bench', message: 'Vos billets sont là.', priority: 'normal', read: 'false' })

export const cases = [
	{ name: 'one event', what: 'an event by its key, as one object, by a visitor',
		request: (n) => ({ method: 'GET', path: `/events?select=*&id=eq.${id('24', 100 + n)}`, headers: headers(null, one) }) },
	{ name: 'my tickets', what: 'ten valid tickets with event, type and order, signed in',
		request: (n) => ({ method: 'GET', headers: headers(tokens[n - 1]), path: '/tickets?select=id,qr_code,status,scanned_at,event_id,ticket_type_id,order_id,created_at,'
			+ 'event:events(id,title,date,time,location,currency,image_url,status),ticket_type:ticket_types(id,name,price),'
			+ `order:orders(id,created_at,status,payment_method,total)&user_id=eq.${id('21', n)}&status=eq.VALID&scanned_at=is.null&order=created_at.desc` }) },
	{ name: 'browse', what: 'the events of a city with types and categories, by a visitor',
		request: (n) => ({ method: 'GET', headers: headers(), path: '/events?select=*,ticket_types(*),event_category_relations(category_id,categories(*))'
			+ `&status=eq.PUBLISHED&location=ilike.%25Ville%20${10 + n}%25&order=date.asc` }) },
	{ name: 'fees', what: 'rpc calculate_service_fees for two tickets, by a visitor',
		request: (n) => ({ method: 'POST', path: '/rpc/calculate_service_fees', headers: headers(null, writing),
			body: JSON.stringify({ p_event_id: id('24', n), p_ticket_selections: [{ ticket_type_id: id('25', 3 * n), quantity: 2, price: 0 }] }) }) },
	{ name: 'insert', what: 'a notice to oneself, nothing back', writes: true,
		request: (n) => ({ method: 'POST', path: '/notifications', headers: headers(tokens[n - 1], writing), body: notice(n) }) },
	{ name: 'insert, back', what: 'the same with its row back as one object', writes: true,
		request: (n) => ({ method: 'POST', path: '/notifications?select=*', body: notice(n),
			headers: headers(tokens[n - 1], { ...writing, ...one, Prefer: 'return=representation' }) }) },
].map((one, number) => ({ ...one, number, requests: numbers.map(one.request) }))

export const large = { rows: 10000, path: '/tickets?select=*&limit=10000', headers: headers(env.SERVICE_ROLE_KEY) }
