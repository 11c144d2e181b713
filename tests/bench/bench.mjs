// What a transfer costs through the whole house, beside pgbench running the very same statements on
// the same database in the same run; what the first reply from zero workers costs; what a worker
// weighs. Prints a table and judges nothing: timings never fail a test.
// Needs a running stack (tests/bench/run starts one): STATE_DIR, API_URL and so on in its run.env.
import { execFileSync, spawnSync } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'

const top = path.resolve(import.meta.dirname, '../..')
const state = process.env.STATE_DIR
const env = Object.fromEntries(
	fs.readFileSync(path.join(state, 'run.env'), 'utf8').trim().split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2)))
const seconds = Number(process.env.BENCH_SECONDS ?? 5)
const clients = Number(process.env.BENCH_CLIENTS ?? 8)
const rounds = Number(process.env.BENCH_ROUNDS ?? 3)
const coldCalls = Number(process.env.BENCH_COLD ?? 100)
const perRound = Number(process.env.BENCH_TICKETS ?? 2500) * seconds // tickets a sender may use up in one run of one side
const base = 100000000000

const psql = (...args) => execFileSync('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', env.DB_URL, ...args], { encoding: 'utf8' }).trim()
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
const percentile = (values, p) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))]

// ---- the world

const tickets = perRound * rounds * 2
const typeOf = "select id, event_id from public.ticket_types where price_minor > 0 and event_id in (select id from public.events where status = ''PUBLISHED'' and date > now() + interval ''2 days'') order by id limit 1".replaceAll("''", "'")
console.log(`world: ${clients} senders with ${tickets} tickets each`)
execFileSync('psql', ['-X', '-q', '-d', env.DB_URL, '-v', `people=${clients}`, '-v', `tickets=${tickets}`, '-v', `event_and_type=${typeOf}`,
	'-f', path.join(top, 'tests/bench/world.sql')], { stdio: ['ignore', 'ignore', 'inherit'] })

// ---- tokens as `auth` signs them

const secret = (name) => fs.readFileSync(path.join(env.STATE_DIR ?? state, 'secrets', name), 'utf8').trim()
const signingKey = crypto.createPrivateKey(secret('JWT_PRIVATE_KEY'))
const kid = JSON.parse(secret('JWKS')).keys.find((key) => key.x === crypto.createPublicKey(signingKey).export({ format: 'jwk' }).x).kid
function token(n) {
	const now = Math.floor(Date.now() / 1000)
	const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
	const head = part({ alg: 'ES256', typ: 'JWT', kid }) + '.' + part({
		iss: `${env.API_URL}/auth/v1`, sub: `21000000-0000-4000-8000-${base + n}`, aud: 'authenticated', exp: now + 3600, iat: now,
		email: `sender${n}@bench.example`, role: 'authenticated', session_id: `22000000-0000-4000-8000-${base + n}`, aal: 'aal1' })
	return head + '.' + crypto.sign('sha256', Buffer.from(head), { key: signingKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
}
const tokens = Array.from({ length: clients }, (_, n) => token(n + 1))
const ticketId = (sender, i) => `20000000-0000-4000-8000-${base + sender * tickets + i}` // sender from 0, i from 1

// ---- CPU by group of processes, in seconds

const tick = 1 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
function processes() {
	return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
		try {
			const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
			const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
			return [{ pid: Number(pid), name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')), parent: Number(fields[1]),
				session: Number(fields[3]),
				cpu: (Number(fields[11]) + Number(fields[12])) * tick, reaped: (Number(fields[13]) + Number(fields[14])) * tick }]
		} catch {
			return []
		}
	})
}
const services = Object.fromEntries(fs.readFileSync(path.join(env.STATE_DIR ?? state, 'services'), 'utf8').trim().split('\n')
	.map((line) => line.split(' ')).map(([name, session]) => [name, Number(session)]))
const postmaster = Number(fs.readFileSync(path.join(env.STATE_DIR ?? state, 'pg/postmaster.pid'), 'utf8').split('\n')[0])
function cpu() {
	const sum = { nginx: 0, worker: 0, fnd: 0, postgres: 0 }
	for (const p of processes()) {
		if (p.session === services.nginx) sum.nginx += p.cpu
		else if (p.pid === services.fnd) sum.fnd += p.cpu
		else if (p.session === services.fnd && p.name.startsWith('transfer-ticke')) sum.worker += p.cpu
		else if (p.parent === postmaster) sum.postgres += p.cpu
		else if (p.pid === postmaster) sum.postgres += p.cpu + p.reaped // backends that have left count too
	}
	return sum
}

// ---- one side: wrk through nginx

function throughNginx(round) {
	const first = round * 2 * perRound
	const script = path.join(state, 'bench.lua')
	fs.writeFileSync(script, `
local tokens = { ${tokens.map((t) => `"${t}"`).join(', ')} }
local i, good, bad = 0, 0, 0
function setup(thread) thread:set("first", ${first}) end
function request()
	i = i + 1
	local sender = i % ${clients}
	local n = first + math.floor(i / ${clients}) + 1
	local body = string.format('{"ticketId":"20000000-0000-4000-8000-%d","recipientEmail":"receiver%d@bench.example"}',
		${base} + sender * ${tickets} + n, ${clients} + 1 + sender)
	return wrk.format("POST", "/functions/v1/transfer-ticket", { ["Content-Type"] = "application/json",
		["Authorization"] = "Bearer " .. tokens[sender + 1], ["apikey"] = "${env.ANON_KEY}" }, body)
end
function response(status, headers, body)
	if status == 200 and body:find('"instantTransfer":true', 1, true) then good = good + 1 else bad = bad + 1; last = body end
	counts = good .. " " .. bad
end
local threads = {}
local first_setup = setup
function setup(thread) first_setup(thread); table.insert(threads, thread) end
function done(summary, latency)
	io.write(string.format("RESULT %s %d %d %d\\n", threads[1]:get("counts") or "0 0", latency:percentile(50), latency:percentile(99), summary.duration))
	if threads[1]:get("last") then io.write("LAST ", threads[1]:get("last"), "\\n") end
end
`)
	const before = cpu()
	const run = spawnSync('wrk', ['-t1', `-c${clients}`, `-d${seconds}s`, '-s', script, env.API_URL], { encoding: 'utf8' })
	const after = cpu()
	const result = run.stdout.match(/RESULT (\d+) (\d+) (\d+) (\d+) (\d+)/)
	if (!result) throw new Error(`wrk said: ${run.stdout}${run.stderr}`)
	const [good, bad, p50, p99, micros] = result.slice(1).map(Number)
	if (bad > 0) console.log(`  ${bad} answers were no transfer: ${run.stdout.match(/LAST (.*)/)?.[1]}`)
	return { rate: good / (micros / 1e6), p50: p50 / 1000, p99: p99 / 1000, bad,
		cpu: Object.fromEntries(Object.keys(before).map((key) => [key, ((after[key] - before[key]) / good) * 1e6])) }
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
	const url = new URL(env.DB_URL)
	const run = spawnSync(path.join(pgBin(), 'pgbench'), ['-n', '-M', 'prepared', '-c', clients, '-j', 1, '-T', seconds, '-D', 'n=0', '-f', script,
		'-h', url.hostname, '-p', url.port, '-U', 'fn_transfer_ticket', url.pathname.slice(1)].map(String),
	{ encoding: 'utf8', env: { ...process.env, PGPASSWORD: secret('db/fn_transfer_ticket'), PGHOST: socketDir() } })
	const rate = run.stdout?.match(/tps = ([\d.]+)/)
	if (!rate || /aborted/.test(run.stderr)) throw new Error(`pgbench said: ${run.stdout}${run.stderr}`)
	return { rate: Number(rate[1]), p50: Number(run.stdout.match(/latency average = ([\d.]+)/)[1]) }
}
const pgBin = () => execFileSync('sh', ['-c', 'ls -d /usr/lib/postgresql/*/bin | tail -1'], { encoding: 'utf8' }).trim()
function socketDir() {
	return fs.readFileSync(path.join(env.STATE_DIR ?? state, 'pg/postmaster.pid'), 'utf8').split('\n')[4]
}

// ---- first reply from zero workers

const fnctl = (...args) => execFileSync(path.join(top, 'build/release/bin/fnctl'), args, { encoding: 'utf8', env: { ...process.env, FND_SOCKET: env.FND_SOCKET } })
const workersOf = (name) => {
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
	const ini = path.join(state, `${name}.cold.ini`)
	const own = fs.readFileSync(path.join(top, 'functions', name, 'function.ini'), 'utf8')
	fs.writeFileSync(ini, own.replace(/^min = .*$/m, 'min = 0').replace(/^idle_timeout = .*\n/m, '').replace('[scale]\n', '[scale]\nidle_timeout = 50ms\n'))
	fnctl('deploy', name, '--ini', ini)
	const times = []
	await call('no-such-function') // opens the connection to nginx
	for (let n = 0; n < coldCalls; n++) {
		while (workersOf(name) > 0) await pause(20)
		const answer = await request(n)
		if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${answer.text}`)
		times.push(answer.ms)
	}
	fnctl('deploy', name)
	return times
}

// ---- what a worker weighs

function memory(name) {
	const rows = processes().filter((p) => p.session === services.fnd && p.name === name.slice(0, 15)).map((p) => {
		const text = fs.readFileSync(`/proc/${p.pid}/smaps_rollup`, 'utf8')
		const kb = (key) => Number(text.match(new RegExp(`^${key}:\\s+(\\d+)`, 'm'))[1])
		return { pid: p.pid, pss: kb('Pss'), own: kb('Private_Clean') + kb('Private_Dirty') }
	})
	return { count: rows.length, pss: median(rows.map((r) => r.pss)), own: median(rows.map((r) => r.own)), most: Math.max(...rows.map((r) => r.own)) }
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
