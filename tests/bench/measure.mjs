// What both benches need: the way into a running stack (STATE_DIR), tokens, pgbench, and what processes
// cost and weigh.
import { execFileSync, spawnSync } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

export const top = path.resolve(import.meta.dirname, '../..')
export const state = process.env.STATE_DIR
export const env = Object.fromEntries(
	fs.readFileSync(path.join(state, 'run.env'), 'utf8').trim().split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2)))
export const base = 100000000000 // person 1 is 21000000-0000-4000-8000-(base + 1)

// ---- numbers

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
export const percentile = (values, p) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))]

// ---- the database

export const psql = (...args) =>
	execFileSync('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', env.DB_URL, ...args],
		{ encoding: 'utf8', env: { ...process.env, PGOPTIONS: '-c client_min_messages=warning' } }).trim()
const postmasterFile = fs.readFileSync(path.join(state, 'pg/postmaster.pid'), 'utf8').split('\n')
const postmaster = Number(postmasterFile[0])
const pgbenchProgram = execFileSync('sh', ['-c', 'ls /usr/lib/postgresql/*/bin/pgbench | tail -1'], { encoding: 'utf8' }).trim()

// Runs a script as the role; options are pgbench's own.
export function pgbench(role, script, clients, seconds, options) {
	const url = new URL(env.DB_URL)
	const run = spawnSync(pgbenchProgram, ['-n', '-M', 'prepared', '-c', clients, '-j', 1, '-T', seconds, '-f', script, ...options,
		'-p', url.port, '-U', role, url.pathname.slice(1)].map(String),
	{ encoding: 'utf8', env: { ...process.env, PGPASSWORD: secret(`db/${role}`), PGHOST: postmasterFile[4] } })
	const rate = run.stdout?.match(/tps = ([\d.]+)/)
	if (!rate || /aborted/.test(run.stderr)) throw new Error(`pgbench said: ${run.stdout}${run.stderr}`)
	// what its backends used is known when they have gone
	psql('-c', "do $$ begin while exists (select from pg_stat_activity where application_name = 'pgbench') loop perform pg_sleep(0.01), pg_stat_clear_snapshot(); end loop; end $$")
	const transactions = Number(run.stdout.match(/transactions actually processed: (\d+)/)[1])
	return { rate: Number(rate[1]), transactions, p50: Number(run.stdout.match(/latency average = ([\d.]+)/)[1]) }
}

// ---- tokens as `auth` signs them

export const secret = (name) => fs.readFileSync(path.join(state, 'secrets', name), 'utf8').trim()
const signingKey = crypto.createPrivateKey(secret('JWT_PRIVATE_KEY'))
const kid = JSON.parse(secret('JWKS')).keys.find((key) => key.x === crypto.createPublicKey(signingKey).export({ format: 'jwk' }).x).kid

export function token(n, email) {
	const now = Math.floor(Date.now() / 1000)
	const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
	const head = part({ alg: 'ES256', typ: 'JWT', kid }) + '.' + part({
		iss: `${env.API_URL}/auth/v1`, sub: `21000000-0000-4000-8000-${base + n}`, aud: 'authenticated', exp: now + 3600, iat: now,
		email, role: 'authenticated', session_id: `22000000-0000-4000-8000-${base + n}`, aal: 'aal1' })
	return head + '.' + crypto.sign('sha256', Buffer.from(head), { key: signingKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
}

// ---- processes

const tick = 1 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
// The postmaster last: whoever has gone while we looked is then among those it has reaped.
function processes() {
	const numbers = fs.readdirSync('/proc').map(Number).filter((pid) => pid > 0 && pid !== postmaster)
	return [...numbers, postmaster].flatMap((pid) => {
		try {
			const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
			const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
			return [{ pid, name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')), parent: Number(fields[1]),
				session: Number(fields[3]), title: fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
				cpu: (Number(fields[11]) + Number(fields[12])) * tick, reaped: (Number(fields[13]) + Number(fields[14])) * tick }]
		} catch {
			return []
		}
	})
}
// NAME -> the leader of its session
export const services = Object.fromEntries(fs.readFileSync(path.join(state, 'services'), 'utf8').trim().split('\n')
	.map((line) => line.split(' ')).map(([name, session]) => [name, Number(session)]))
// Numbers of the function's workers, without its templates; fnd keeps the list.
const workersOf = (name) => fs.readFileSync(path.join(path.dirname(env.FND_SOCKET), 'fnd.pids'), 'utf8').split('\n').map((line) => line.split(' '))
	.filter(([kind, , , of]) => kind === 'worker' && of === name).map(([, pid]) => Number(pid))

// The backend of our own psql before, or one that is dead and not reaped: it would count twice, or for
// what is measured next.
const isLeaving = (p) => p.parent === postmaster && (p.title === '' || p.title.startsWith('postgres: postgres '))

// CPU by group of processes, in seconds; `name` is the function whose workers count. Whoever keeps
// connections of the superuser open (a test stack) cannot wait until none is left: patient false.
export function cpu(name, { patient = true } = {}) {
	let all = processes()
	while (patient && all.some(isLeaving)) all = processes()
	const sum = { nginx: 0, worker: 0, floor: 0, fnd: 0, postgres: 0 }
	for (const p of all) {
		if (p.session === services.nginx) sum.nginx += p.cpu
		else if (p.session === services.floor) sum.floor += p.cpu
		else if (p.pid === services.fnd) sum.fnd += p.cpu
		else if (p.session === services.fnd && p.name === name.slice(0, 15)) sum.worker += p.cpu
		else if (p.parent === postmaster) sum.postgres += p.cpu
		else if (p.pid === postmaster) sum.postgres += p.cpu + p.reaped // backends that have left count too
	}
	return sum
}
// What each of so many requests has cost since `before`, in microseconds.
export function cpuSince(before, name, requests, options) {
	const now = cpu(name, options)
	return Object.fromEntries(Object.keys(now).map((key) => [key, ((now[key] - before[key]) / requests) * 1e6]))
}

// What the workers of a function weigh, in kB.
export function memory(name) {
	const rows = workersOf(name).map((pid) => {
		const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
		const kb = (key) => Number(text.match(new RegExp(`^${key}:\\s+(\\d+)`, 'm'))[1])
		return { pss: kb('Pss'), own: kb('Private_Clean') + kb('Private_Dirty') }
	})
	return { count: rows.length, pss: median(rows.map((r) => r.pss)), own: median(rows.map((r) => r.own)), most: Math.max(...rows.map((r) => r.own)) }
}

// How much memory of the workers is resident, and the most that ever was, in kB.
export function peak(name) {
	const kb = (key) => Math.max(...workersOf(name).map((pid) => Number(fs.readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`^${key}:\\s+(\\d+)`, 'm'))[1])))
	return { now: kb('VmRSS'), most: kb('VmHWM') }
}

export const fnctl = (...args) =>
	execFileSync(path.join(top, 'build/release/bin/fnctl'), args, { encoding: 'utf8', env: { ...process.env, FND_SOCKET: env.FND_SOCKET } })

// Deploys the function with another function.ini: `change` makes it of its own.
export function deployWith(name, change) {
	const ini = path.join(state, `${name}.bench.ini`)
	fs.writeFileSync(ini, change(fs.readFileSync(path.join(top, 'functions', name, 'function.ini'), 'utf8')))
	fnctl('deploy', name, '--ini', ini)
}

// ---- wrk

// Runs the Lua script, which defines request(); a response() of its own may count in the globals good and
// bad and keep what it did not expect in last.
export function wrk(script, clients, seconds) {
	const file = path.join(state, 'bench.lua')
	fs.writeFileSync(file, `${script}
local threads = {}
function setup(thread) table.insert(threads, thread) end
function done(summary, latency)
	local errors = summary.errors
	io.write(string.format("RESULT %d %d %d %d %d %d\\n", summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
		latency:percentile(50), latency:percentile(99), summary.duration))
	for _, name in ipairs({ "good", "bad", "last" }) do io.write(name, " ", tostring(threads[1]:get(name)), "\\n") end
end
`)
	const run = spawnSync('wrk', ['-t1', `-c${clients}`, `-d${seconds}s`, '-s', file, env.API_URL], { encoding: 'utf8' })
	const result = run.stdout?.match(/RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)/)
	if (!result) throw new Error(`wrk said: ${run.error ?? ''}${run.stdout}${run.stderr}`)
	const [requests, refused, broken, p50, p99, micros] = result.slice(1).map(Number)
	const said = (name) => run.stdout.match(new RegExp(`^${name} (.*)$`, 'm'))?.[1]
	return { requests, refused, broken, p50: p50 / 1000, p99: p99 / 1000, seconds: micros / 1e6, good: Number(said('good')), bad: Number(said('bad')), last: said('last') }
}
