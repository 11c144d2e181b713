// What a request costs through the data API, beside a bare program that sends the same statements
// behind the same nginx (floor/floor.c), and beside pgbench with those statements on the same database.
// Timings are told and never judged; a wrong answer fails the run. tests/bench/rest starts what this
// needs and calls it twice: `prepare`, and `measure` once the bare program runs.
import fs from 'node:fs'
import path from 'node:path'

import { cpu, cpuSince, deployWith, env, fnctl, median, memory, peak, pgbench, psql, state, top, wrk } from './measure.mjs'
import { cases, large } from './rest_cases.mjs'
import { ask, floorPath, pgbenchFile, record, writeFloorFile, writePgbenchScript } from './rest_record.mjs'

const seconds = Number(process.env.BENCH_SECONDS ?? 5)
const clients = Number(process.env.BENCH_CLIENTS ?? 8)
const rounds = Number(process.env.BENCH_ROUNDS ?? 3)
const wanted = (process.env.BENCH_CASES ?? '').split(',').filter((name) => name !== '')
const chosen = cases.filter((one) => wanted.length === 0 || wanted.includes(one.name))
const READY_MS = 10000
let wrong = 0

function complain(what) {
	console.log(`WRONG: ${what}`)
	wrong++
}

// ---- prepare

// nginx treats the bare program as it treats `rest`: the same files with other names in them.
function addToNginx() {
	const dir = path.join(state, 'nginx')
	const read = (name) => fs.readFileSync(path.join(dir, name), 'utf8')
	const rename = (text) => text.replaceAll('/rest/v1', '/floor/v1').replaceAll('rest.sock', 'floor.sock').replace('set $fn_name rest;', 'set $fn_name floor;')
		.replaceAll(/\b(fn_path|rest)_\d+\b/g, '$1_floor')
	for (const name of ['fn', 'path']) fs.writeFileSync(path.join(dir, `${name}-floor.conf`), rename(read(`${name}-rest.conf`)), { mode: 0o644 })
	fs.appendFileSync(path.join(dir, 'paths.conf'), 'include path-floor.conf;\n')
	fs.appendFileSync(path.join(dir, 'functions.conf'), 'location /floor/v1/ {\n\tinclude fn-floor.conf;\n}\n')
}

const workers = (count) => deployWith('rest', (own) => own.replace(/^min = .*$/m, `min = ${count}`).replace(/^max = .*$/m, `max = ${count}`))

async function prepare() {
	const began = Date.now()
	psql('-f', path.join(top, 'tests/bench/rest_world.sql'))
	console.log(`world: 2,000 events, 20,000 people, 200,000 tickets in ${((Date.now() - began) / 1000).toFixed(0)} s`)
	workers(clients)
	await record(cases)
	writeFloorFile(cases)
	cases.forEach(writePgbenchScript)
	addToNginx()
}

// ---- are the answers right?

// Reads: byte for byte what the bare program says. Writes: the same status.
async function compare(one) {
	for (const [variant, request] of one.requests.entries()) {
		const ours = await ask('/rest/v1', request)
		const bare = await ask('/floor/v1', { ...request, path: floorPath(one, variant) })
		const what = `${one.name}, variant ${variant}`
		if (ours.status >= 300 || ours.status !== bare.status) complain(`${what}: ${ours.status} by rest, ${bare.status} by the bare program: ${ours.text.slice(0, 200)}`)
		else if (!one.writes && ours.text !== bare.text) complain(`${what}: ${ours.text.length} and ${bare.text.length} bytes that differ`)
	}
}

async function untilFloorAnswers() {
	const deadline = Date.now() + READY_MS
	while ((await ask('/floor/v1', { ...cases[0].requests[0], path: floorPath(cases[0], 0) })).status !== 200) {
		if (Date.now() > deadline) throw new Error(`the bare program does not answer: ${state}/log/floor.log`)
		await new Promise((resolve) => setTimeout(resolve, 50))
	}
}

// ---- one side in one round

const notices = () => Number(psql('-c', "select count(*) from public.notifications where title = 'Bench'"))
const forgetNotices = () => psql('-c', "delete from public.notifications where title = 'Bench'", '-c', 'vacuum analyze public.notifications')

function luaRequests(one, mount, pathOf) {
	const text = JSON.stringify // what it escapes, Lua reads in the same way
	const table = (headers) => `{ ${Object.entries(headers).map(([name, value]) => `[${text(name)}] = ${text(value)}`).join(', ')} }`
	return one.requests.map((request, variant) =>
		`wrk.format(${text(request.method)}, ${text(mount + pathOf(request, variant))}, ${table(request.headers)}, ${request.body ? text(request.body) : 'nil'})`).join(',\n')
}

function throughNginx(one, mount, pathOf, time) {
	const before = cpu('rest')
	const run = wrk(`
local requests, i
function init() requests, i = { ${luaRequests(one, mount, pathOf)} }, 0 end
function request()
	i = i % ${one.requests.length} + 1
	return requests[i]
end`, clients, time)
	const spent = cpuSince(before, 'rest', run.requests)
	if (run.refused + run.broken > 0) complain(`${one.name} through ${mount}: ${run.refused} refused and ${run.broken} broken of ${run.requests}`)
	if (one.writes) {
		const made = notices()
		// those under way at the end are made, but not counted
		if (made < run.requests || made > run.requests + clients) complain(`${one.name} through ${mount}: ${run.requests} answers, ${made} rows`)
		forgetNotices()
	}
	return { rate: run.requests / run.seconds, p50: run.p50, p99: run.p99, cpu: spent }
}

const sides = {
	rest: (one, time) => throughNginx(one, '/rest/v1', (request) => request.path, time),
	floor: (one, time) => throughNginx(one, '/floor/v1', (_, variant) => floorPath(one, variant), time),
	pgbench: (one, time) => {
		const before = cpu('rest')
		const run = pgbench('authenticator', pgbenchFile(one), clients, time, ['-D', 'ready=0'])
		const result = { ...run, cpu: cpuSince(before, 'rest', run.transactions) }
		if (one.writes) forgetNotices()
		return result
	},
}
const names = Object.keys(sides)

// Sides take turns in going first. Each is run for a second before it counts: plans and caches are made.
async function measureCase(one) {
	await compare(one)
	forgetNotices()
	const results = Object.fromEntries(names.map((name) => [name, []]))
	names.forEach((name) => sides[name](one, 1))
	for (let round = 0; round < rounds; round++) {
		for (let i = 0; i < names.length; i++) {
			const name = names[(i + round) % names.length]
			results[name][round] = sides[name](one, seconds)
		}
		console.log(`${one.name}, round ${round + 1}: ${names.map((name) => `${results[name][round].rate.toFixed(0)} ${name}`).join(', ')}`)
	}
	await compare(one)
	forgetNotices()
	return results
}

// ---- memory

// A list of many rows, of a worker that has done nothing else.
async function measureLarge() {
	const small = cases[0].requests[0]
	workers(1)
	for (let i = 0; i < 10; i++) await ask('/rest/v1', small)
	const before = peak('rest')
	const answer = await ask('/rest/v1', large)
	const rows = answer.status === 200 ? JSON.parse(answer.text).length : 0
	if (rows !== large.rows) complain(`${large.path}: ${answer.status}, ${rows} rows: ${answer.text.slice(0, 200)}`)
	const after = peak('rest')
	await ask('/rest/v1', small)
	return { bytes: answer.text.length, before, after, later: peak('rest') }
}

// ---- the table

const WIDTH = 14
const row = (what, cells, goal = '') => console.log(`${what.padEnd(44)}${cells.map((cell) => String(cell).padStart(WIDTH)).join('')}   ${goal}`)

function printTable(results) {
	const each = (value) => chosen.map((one) => value(results[one.number]))
	const middle = (side, value) => (r) => median(r[side].map(value))
	const ratio = (other) => (r) => median(r.rest.map((side, i) => side.rate / r[other][i].rate)).toFixed(2)
	console.log(`\n${clients} clients, ${clients} workers, ${rounds} rounds of ${seconds} s a side, medians`)
	row('', chosen.map((one) => one.name))
	for (const [side, what] of [['rest', 'rest through nginx'], ['floor', 'bare program through nginx'], ['pgbench', 'pgbench']])
		row(`requests/s, ${what}`, each((r) => middle(side, (s) => s.rate)(r).toFixed(0)))
	row('ratio rest / bare program (median of rounds)', each(ratio('floor')), 'goal >= 0.80')
	row('ratio rest / pgbench', each(ratio('pgbench')))
	for (const side of ['rest', 'floor'])
		row(`latency p50 / p99 of ${side}, ms`, each((r) => `${middle(side, (s) => s.p50)(r).toFixed(1)} / ${middle(side, (s) => s.p99)(r).toFixed(1)}`))
	for (const [side, keys] of [['rest', ['nginx', 'worker', 'fnd', 'postgres']], ['floor', ['nginx', 'floor', 'postgres']], ['pgbench', ['postgres']]]) {
		for (const key of keys) row(`CPU per request of ${side}: ${key}, us`, each((r) => middle(side, (s) => s.cpu[key])(r).toFixed(0)))
	}
}

function printMemory(warm, list) {
	const kb = (p) => `${p.now} / ${p.most}`
	console.log()
	row('private memory of a warm worker, kB', [`${warm.own}`], `median of ${warm.count}, the largest ${warm.most}`)
	row('PSS of a warm worker, kB', [warm.pss])
	row('resident / highest before a large list, kB', [kb(list.before)])
	row('the same after it', [kb(list.after)], `${large.rows} rows, ${list.bytes} bytes; goal <= 16384`)
	row('the same after the next request', [kb(list.later)])
}

async function measure() {
	const results = {}
	await untilFloorAnswers()
	for (const one of chosen) console.log(`${one.name}: ${one.what}`)
	for (const one of chosen) results[one.number] = await measureCase(one)
	const warm = memory('rest')
	const list = await measureLarge()
	printTable(results)
	printMemory(warm, list)
	if (wrong > 0) console.log(`${wrong} answers were WRONG`)
	process.exit(wrong > 0 ? 1 : 0)
}

await (process.argv[2] === 'prepare' ? prepare() : measure())
