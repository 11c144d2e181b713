// What `rest` really sends for a request, seen from the database: its log of every statement with its
// values. From that come the file of the bare program (floor/floor.c) and pgbench's scripts, so that
// nothing is copied by hand and nothing grows old.
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'

import { env, fnctl, psql, state } from './measure.mjs'

const log = path.join(state, 'log/postgresql.log')
export const floorFile = path.join(state, 'floor.requests')
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })

// One request; the answer with its body as text.
export function ask(mount, { method = 'GET', path: to, headers, body }) {
	return new Promise((resolve, reject) => {
		const req = http.request(`${env.API_URL}${mount}${to}`, { method, headers, agent }, (res) => {
			const pieces = []
			res.on('data', (piece) => pieces.push(piece)).on('error', reject)
				.on('end', () => resolve({ status: res.statusCode, reason: res.statusMessage, type: res.headers['content-type'] ?? '', text: Buffer.concat(pieces).toString() }))
		})
		req.on('error', reject)
		req.end(body)
	})
}

// ---- the log

// "$1 = 'it''s', $2 = NULL" as ["it's", null]
function readValues(text) {
	const values = []
	const one = /\$(\d+) = (?:(NULL)|'((?:[^']|'')*)')(?:, |$)/gy
	for (let found; (found = one.exec(text)) !== null;) {
		if (Number(found[1]) !== values.length + 1) break
		values.push(found[2] ? null : found[3].replaceAll("''", "'"))
	}
	if (text !== '' && (values.length === 0 || !/[']$|NULL$/.test(text))) throw new Error(`values that cannot be read: ${text}`)
	return values
}

// The steps of the one transaction in these lines of the log. A line that begins with a tab goes on
// with the line before.
function readSteps(text) {
	const steps = []
	for (const entry of text.split(/\n(?!\t)/).map((line) => line.replaceAll('\n\t', '\n'))) {
		const [, level, said] = entry.match(/^\S+ \S+ \S+ \[\d+\] authenticator@\S+ (\w+): {2}([^]*)$/) ?? []
		const statement = said?.match(/^(?:execute [^:]+|statement): ([^]*)$/)
		if (level === 'LOG' && statement) steps.push({ text: statement[1], values: [] })
		else if (level === 'DETAIL' && said.startsWith('parameters: ')) steps.at(-1).values = readValues(said.slice('parameters: '.length))
	}
	// the first time a statement is met, what it costs is asked in a transaction before
	const own = steps.slice(steps.findLastIndex((step) => step.text.startsWith('BEGIN'))).filter((step) => !step.text.startsWith('DEALLOCATE '))
	if (own.length < 3 || !own[0].text.startsWith('BEGIN') || own.at(-1).text !== 'COMMIT' || own.filter((step) => step.text === 'COMMIT').length !== 1)
		throw new Error(`not one transaction: ${JSON.stringify(own.map((step) => step.text))}`)
	// after a list read row by row \`rest\` asks what SQL has to say of the answer; the bare program answers
	// with the last step, so that question goes before it
	if (own.at(-2).text.startsWith("SELECT nullif(current_setting('response.headers'")) own.splice(-3, 2, own.at(-2), own.at(-3))
	return own
}

async function recordOne(request) {
	const from = fs.statSync(log).size
	const answer = await ask('/rest/v1', request)
	if (answer.status >= 300) throw new Error(`${request.method} ${request.path}: ${answer.status} ${answer.text}`)
	// the server writes each line before it runs the statement, so all of them are there
	return { answer, steps: readSteps(fs.readFileSync(log).subarray(from).toString()) }
}

// Records every variant of every case: case.recorded = [{ answer, steps }].
export async function record(cases) {
	psql('-c', "alter role authenticator set log_statement = 'all'", '-c', 'alter role authenticator set log_min_messages = warning')
	fnctl('restart', 'rest')
	for (const one of cases) {
		one.recorded = []
		for (const request of one.requests) one.recorded.push(await recordOne(request))
	}
	psql('-c', 'alter role authenticator reset log_statement', '-c', 'alter role authenticator reset log_min_messages')
	fnctl('restart', 'rest')
}

// ---- for the bare program

export const floorPath = (one, variant) => `/${one.number}/${variant}`

export function writeFloorFile(cases) {
	const texts = cases.flatMap((one) => one.recorded.flatMap(({ answer, steps }, variant) => [
		floorPath(one, variant), `${answer.status} ${answer.reason}`, answer.type, steps.length,
		...steps.flatMap(({ text, values }) => [text, values.length, ...values.map((value) => (value === null ? '-' : `=${value}`))])]))
	fs.writeFileSync(floorFile, texts.map((text) => `${text}\0`).join(''), { mode: 0o644 })
}

// ---- for pgbench

export const pgbenchFile = (one) => path.join(state, `case_${one.number}.pgbench`)

// Values are variables that each client reads once, those of its variant; all of a transaction goes out
// in one round trip, as in the others. pgbench prepares a pipeline's statements before it sends any, so
// that first time it needs the role beforehand.
export function writePgbenchScript(one) {
	const table = `bench.case_${one.number}`
	const first = one.recorded[0].steps
	const values = one.recorded.map(({ steps }) => steps.flatMap((step) => step.values))
	if (one.recorded.some(({ steps }) => steps.some((step, i) => step.text !== first[i].text)) || values.flat().includes(null))
		throw new Error(`${one.name}: variants that differ in more than values`)
	const names = values[0].map((_, i) => `v${i + 1}`)
	const quoted = (value) => `'${value.replaceAll("'", "''")}'`
	const file = path.join(state, `case_${one.number}.sql`)
	fs.writeFileSync(file, ['create schema if not exists bench', 'grant usage on schema bench to authenticator', `drop table if exists ${table}`,
		`create table ${table} (variant integer primary key, ${names.map((name) => `${name} text`).join(', ')})`,
		`grant select on ${table} to authenticator`,
		...values.map((row, variant) => `insert into ${table} values (${[variant, ...row.map(quoted)].join(', ')})`), ''].join(';\n'))
	psql('-f', file)
	let before = 0
	const statements = first.map(({ text, values: own }) => {
		const shifted = text.replace(/\$(\d+)/g, (_, number) => `:v${before + Number(number)}`)
		before += own.length
		return `${shifted};`
	})
	const settings = first[1].values
	const role = settings[settings.indexOf('role') + 1]
	fs.writeFileSync(pgbenchFile(one), ['\\if :ready = 0', `select ${names.join(', ')} from ${table} where variant = :client_id % ${values.length} \\gset`,
		`set role "${role}";`, '\\set ready 1', '\\elif :ready = 1', 'reset role;', '\\set ready 2', '\\endif', '\\startpipeline', ...statements, '\\endpipeline', ''].join('\n'))
}
