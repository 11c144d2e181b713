// What a transfer costs through the whole house, beside pgbench running the very same statements on
// the same database in the same run; what the first reply from zero workers costs; what a worker
// weighs. Prints a table and judges nothing: timings never fail a test.
// Needs a running stack (tests/bench/run starts one): STATE_DIR, API_URL and so on in its run.env.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'

import { base, cpu, cpuSince, deployWith, env, fnctl, median, memory, percentile, pgbench, psql, services, state, token, top, wrk } from './measure.mjs'

const seconds = Number(process.env.BENCH_SECONDS ?? 5)
const clients = Number(process.env.BENCH_CLIENTS ?? 8)
const rounds = Number(process.env.BENCH_ROUNDS ?? 3)
const coldCalls = Number(process.env.BENCH_COLD ?? 100)
const perRound = Number(process.env.BENCH_TICKETS ?? 2500) * seconds // tickets a sender may use up in one run of one side

// ---- the world

const tickets = perRound * rounds * 2
const typeOf = "select id, event_id from public.ticket_types where price_minor > 0 and event_id in (select id from public.events where status = ''PUBLISHED'' and date > now() + interval ''2 days'') order by id limit 1".replaceAll("''", "'")
console.log(`world: ${clients} senders with ${tickets} tickets each`)
execFileSync('psql', ['-X', '-q', '-d', env.DB_URL, '-v', `people=${clients}`, '-v', `tickets=${tickets}`, '-v', `event_and_type=${typeOf}`,
	'-f', path.join(top, 'tests/bench/world.sql')], { stdio: ['ignore', 'ignore', 'inherit'] })

// ---- who sends, and what

const tokens = Array.from({ length: clients }, (_, n) => token(n + 1, `sender${n + 1}@bench.example`))
const ticketId = (sender, i) => `20000000-0000-4000-8000-${base + sender * tickets + i}` // sender from 0, i from 1

// ---- one side: wrk through nginx

function throughNginx(round) {
	const first = round * 2 * perRound
	const before = cpu('transfer-ticket')
	const run = wrk(`
local tokens = { ${tokens.map((t) => `"${t}"`).join(', ')} }
local i = 0
good, bad = 0, 0
function request()
	i = i + 1
	local sender = i % ${clients}
	local n = ${first} + math.floor(i / ${clients}) + 1
	local body = string.format('{"ticketId":"20000000-0000-4000-8000-%d","recipientEmail":"receiver%d@bench.example"}',
		${base} + sender * ${tickets} + n, ${clients} + 1 + sender)
	return wrk.format("POST", "/functions/v1/transfer-ticket", { ["Content-Type"] = "application/json",
		["Authorization"] = "Bearer " .. tokens[sender + 1], ["apikey"] = "${env.ANON_KEY}" }, body)
end
function response(status, headers, body)
	if status == 200 and body:find('"instantTransfer":true', 1, true) then good = good + 1 else bad = bad + 1; last = body end
end`, clients, seconds)
	if (run.bad > 0) console.log(`  ${run.bad} answers were no transfer: ${run.last}`)
	return { rate: run.good / run.seconds, p50: run.p50, p99: run.p99, bad: run.bad, cpu: cpuSince(before, 'transfer-ticket', run.good) }
}

// ---- the other side: pgbench, the same statements in the same order, as the same role

function statement(name, values) {
	const folder = name.startsWith('shared/') ? 'shared/sql' : 'functions/transfer-ticket/sql'
	const text = fs.readFileSync(path.join(top, folder, `${path.basename(name)}.sql`), 'utf8').replace(/^--.*\n/gm, '').trim()
	return text.replace(/\$(\d+)/g, (_, number) => values[number - 1])
}
function pgbenchScript(round) {
	const ticket = `('20000000-0000-4000-8000-' || :ticket::text)::uuid`
	const me = `('21000000-0000-4000-8000-' || :me::text)::uuid`
	const session = `('22000000-0000-4000-8000-' || :me::text)::uuid`
	const email = `('receiver' || :receiver::text || '@bench.example')`
	const setting = (name) => fs.readFileSync(path.join(top, 'config/temba.ini'), 'utf8').match(new RegExp(`^${name}\\s*=\\s*(.*)$`, 'm'))[1].trim()
	return [
		`\\set n :n + 1`,
		`\\set ticket ${base} + :client_id * ${tickets} + ${(round * 2 + 1) * perRound} + :n`,
		`\\set me ${base} + :client_id + 1`,
		`\\set receiver ${clients} + :client_id + 1`,
		'BEGIN;',
		statement('shared/caller_alive', [session, me]) + ';',
		statement('lock_ticket', [ticket]) + ';',
		statement('read_ticket', [ticket, me, setting('SCAN_CLOSES_HOURS_AFTER')]) + ';',
		statement('find_recipient', [me, email, 'NULL']) + ';',
		statement('count_send', [me, '1000000', '10000000']) + ';',
		statement('complete', [ticket, me, '0', `('21000000-0000-4000-8000-' || (${base} + :receiver::bigint)::text)::uuid`, email, 'NULL', 'NULL', 'NULL']) + ' AS made \\gset',
		statement('notify_both', [':made::uuid']) + ';',
		statement('shared/add_job', [`'send-notice'`, `'transfer_received_email.' || :made::text`, `'{"kind" : "transfer_received_email"}'`]) + ';',
		'COMMIT;',
	].join('\n') + '\n'
}
function throughPgbench(round) {
	const script = path.join(state, 'bench.pgbench')
	fs.writeFileSync(script, pgbenchScript(round))
	return pgbench('fn_transfer_ticket', script, clients, seconds, ['-D', 'n=0'])
}

// ---- first reply from zero workers

const workersAlive = (name) => {
	const found = JSON.parse(fnctl('status', '--json')).functions.find((f) => f.name === name)
	return found.idle + found.busy + (found.starting ?? 0)
}
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
function call(name, body, bearer) {
	return new Promise((resolve, reject) => {
		const began = performance.now()
		const req = http.request(`${env.API_URL}/functions/v1/${name}`, { method: body ? 'POST' : 'GET', agent,
			headers: { apikey: env.ANON_KEY, Authorization: `Bearer ${bearer ?? env.ANON_KEY}`, 'Content-Type': 'application/json' } }, (res) => {
			const first = performance.now() - began
			let text = ''
			res.on('data', (piece) => (text += piece)).on('end', () => resolve({ ms: first, status: res.statusCode, text }))
		})
		req.on('error', reject)
		req.end(body)
	})
}
async function coldStarts(name, request) {
	deployWith(name, (own) => own.replace(/^min = .*$/m, 'min = 0').replace(/^idle_timeout = .*\n/m, '').replace('[scale]\n', '[scale]\nidle_timeout = 50ms\n'))
	const times = []
	await call('no-such-function') // opens the connection to nginx
	for (let n = 0; n < coldCalls; n++) {
		while (workersAlive(name) > 0) await pause(20)
		const answer = await request(n)
		if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${answer.text}`)
		times.push(answer.ms)
	}
	fnctl('deploy', name)
	return times
}

// ---- the run

// Both sides leave a mail to send for every transfer. The runner sends them afterwards: it would take
// the same share from either side and make them look alike.
process.kill(services.fnq, 'SIGSTOP')
process.on('exit', () => process.kill(services.fnq, 'SIGCONT'))
const sides = { nginx: [], pgbench: [] }
for (let round = 0; round < rounds; round++) {
	sides.nginx.push(throughNginx(round))
	sides.pgbench.push(throughPgbench(round))
	console.log(`round ${round + 1}: ${sides.nginx[round].rate.toFixed(0)} transfers/s through nginx, ${sides.pgbench[round].rate.toFixed(0)} by pgbench`)
}
const weight = memory('transfer-ticket')
const coldTransfer = await coldStarts('transfer-ticket', (n) => call('transfer-ticket',
	JSON.stringify({ ticketId: ticketId(0, tickets - n), recipientEmail: `receiver${clients + 1}@bench.example` }), tokens[0]))
const coldHealth = await coldStarts('health-check', () => call('health-check'))
const rows = psql('-f', path.join(top, 'tests/sql/invariants.sql'))

const ratio = median(sides.nginx.map((side, i) => side.rate / sides.pgbench[i].rate))
const typical = sides.nginx.find((side) => side.rate === median(sides.nginx.map((s) => s.rate)))
const line = (what, value, goal = '') => console.log(`${what.padEnd(52)} ${String(value).padStart(12)}   ${goal}`)
console.log(`\n${clients} clients, ${rounds} rounds of ${seconds} s a side, medians`)
line('transfers/s through nginx', typical.rate.toFixed(0))
line('transfers/s by pgbench, same statements', median(sides.pgbench.map((s) => s.rate)).toFixed(0))
line('ratio (median of rounds)', ratio.toFixed(2), 'goal >= 0.60')
line('latency through nginx p50 / p99, ms', `${typical.p50.toFixed(1)} / ${typical.p99.toFixed(1)}`)
line('refused or failed of those', sides.nginx.reduce((n, s) => n + s.bad, 0))
for (const key of ['nginx', 'worker', 'fnd', 'postgres']) line(`CPU per transfer: ${key}, us`, typical.cpu[key].toFixed(0))
line('first reply from zero workers, transfer p50 / p99, ms', `${median(coldTransfer).toFixed(1)} / ${percentile(coldTransfer, 0.99).toFixed(1)}`, 'goal p50 <= 10')
line('first reply from zero workers, health p50 / p99, ms', `${median(coldHealth).toFixed(1)} / ${percentile(coldHealth, 0.99).toFixed(1)}`, 'goal p50 <= 10')
line(`private memory of a warm worker, median / most of ${weight.count}, kB`, `${weight.own} / ${weight.most}`, 'goal <= 2048')
line('PSS of a warm worker, median, kB', weight.pss)
line('invariants violated', rows === '' ? 0 : rows.split('\n').length, 'goal 0')
process.exit(rows === '' ? 0 : 1)
