// serve-rest.mjs: class ServeRest: scripts/serve-rest on a database of its own, which knows nothing of
// Temba; and class Relay, a way to that database that a test can close and open.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

import { PostgrestClient, Pool } from './packages.mjs';
import { eventually } from './wire.mjs';

const TOP = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const START_MS = 60_000;

export function freePort() {
	return new Promise((resolve, reject) => {
		const server = net.createServer();

		server.once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address();

			server.close(() => resolve(port));
		});
	});
}

// A new database of the test cluster made by this SQL. as(): where a role reaches it; sql(): as the
// superuser; drop(): the end of it and of what `after` names.
export class ForeignDatabase {
	static async make(name, sql) {
		const state = process.env.TEMBA_TEST_STATE ?? JSON.parse((await run(path.join(TOP, 'tests/harness/stack'), ['prepare'])).stdout).state;
		const { stdout } = await run(path.join(TOP, 'scripts/cluster'), ['url'], { env: { ...process.env, STATE_DIR: state } });
		const url = new URL(stdout.trim());
		const one = new ForeignDatabase();

		one.name = name;
		one.host = url.hostname;
		one.port = Number(url.port);
		one.home = new Pool({ connectionString: Object.assign(new URL(url), { pathname: '/postgres' }).href, max: 1 });
		await one.home.query(`drop database if exists ${name} with (force)`);
		await one.home.query(`create database ${name}`);
		one.pool = new Pool({ connectionString: Object.assign(new URL(url), { pathname: `/${name}` }).href, max: 2 });
		for (const pool of [one.home, one.pool])
			pool.on('error', () => {}); // a connection that a test ended
		await one.pool.query(sql);
		return one;
	}

	as(role, password, port = this.port) {
		return `postgres://${role}:${encodeURIComponent(password)}@${this.host}:${port}/${this.name}`;
	}

	async sql(text, values) {
		return (await this.pool.query(text, values)).rows;
	}

	async drop(after) {
		await this.pool.end();
		await this.home.query(`drop database if exists ${this.name} with (force)`);
		await this.home.query(after);
		await this.home.end();
	}
}

// Listens on a port and hands everything on to another one, while it is open.
export class Relay {
	#server;
	#sockets = new Set();

	constructor(to) {
		this.to = to;
	}

	async open(port = 0) {
		this.#server = net.createServer(socket => {
			const other = net.connect({ port: this.to, host: '127.0.0.1' });

			for (const [one, two] of [[socket, other], [other, socket]]) {
				this.#sockets.add(one);
				one.on('error', () => {});
				one.on('close', () => {
					this.#sockets.delete(one);
					two.destroy();
				});
				one.pipe(two);
			}
		});
		await new Promise((resolve, reject) => {
			this.#server.once('error', reject);
			this.#server.listen(port, '127.0.0.1', resolve);
		});
		this.port = this.#server.address().port;
	}

	async close() {
		const closed = new Promise(resolve => this.#server.close(resolve));

		for (const socket of this.#sockets)
			socket.destroy();
		await closed;
	}
}

export class ServeRest {
	said = '';
	complained = '';

	// settings: of its environment. Resolves as soon as it runs; up() waits until it serves.
	constructor(settings, ...args) {
		const { PATH, HOME, MODE, LANG } = process.env;

		this.process = spawn(path.join(TOP, 'scripts/serve-rest'), args, { env: { PATH, HOME, LANG, MODE: MODE ?? 'release', TMPDIR: '/tmp', ...settings }, stdio: ['ignore', 'pipe', 'pipe'] });
		this.process.stdout.on('data', bytes => (this.said += bytes));
		this.process.stderr.on('data', bytes => (this.complained += bytes));
		this.ended = new Promise(resolve => this.process.on('close', (status, signal) => resolve(signal ?? status)));
	}

	static async start(settings, ...args) {
		const one = new ServeRest({ PORT: String(await freePort()), ...settings }, ...args);

		await one.up();
		return one;
	}

	async up() {
		await eventually('serve-rest is up', () => {
			if (this.process.exitCode !== null)
				throw new Error(`it ended: ${this.complained}`);
			return /Ctrl-C/.test(this.said);
		}, { ms: START_MS });
		[, this.url] = /is up: (\S+)\/rest\/v1/.exec(this.said);
		[, this.logs] = /logs\s+(\S+)/.exec(this.said);
		this.state = path.dirname(this.logs);
	}

	// As a page uses it.
	client(token, { schema, headers = {} } = {}) {
		return new PostgrestClient(`${this.url}/rest/v1`, { schema, headers: token === undefined ? headers : { ...headers, Authorization: `Bearer ${token}` } });
	}

	async get(what, headers = {}) {
		const answer = await fetch(`${this.url}/rest/v1/${what}`, { headers, signal: AbortSignal.timeout(30_000) });

		return { status: answer.status, headers: answer.headers, body: await answer.json().catch(() => undefined) };
	}

	log(name) {
		return fs.readFileSync(path.join(this.logs, `${name}.log`), 'utf8');
	}

	// Every process that it started and that still lives: [{ pid, command, environment }]
	processes() {
		return processesOf(this.state);
	}

	// Its exit status, or the signal that ended it.
	async stop(signal = 'SIGTERM') {
		if (this.process.exitCode === null)
			this.process.kill(signal);
		return this.ended;
	}
}

// Those whose command, directory or open sockets' directory is that state.
export function processesOf(state) {
	const found = [];

	for (const pid of fs.readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
		try {
			const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');

			if (fs.readlinkSync(`/proc/${pid}/cwd`).startsWith(state) || command.includes(state))
				found.push({ pid: Number(pid), command, environment: fs.readFileSync(`/proc/${pid}/environ`, 'utf8') });
		} catch {
			// it has ended meanwhile, or belongs to somebody else
		}
	}
	return found;
}

// Asks again and again, `lanes` at a time, while work() goes on; each answer of ask() that is not true
// is a failure. { asked, failures }
export async function whileAsking(ask, work, { lanes = 4 } = {}) {
	const result = { asked: 0, failures: [] };
	let over = false;
	const lane = async () => {
		while (!over) {
			const answer = await ask().catch(error => error);

			result.asked++;
			if (answer !== true)
				result.failures.push(answer instanceof Error ? `${answer.message} ${answer.cause ?? ''}` : answer);
		}
	};
	const all = Array.from({ length: lanes }, lane);

	try {
		await work();
	} finally {
		over = true;
	}
	await Promise.all(all);
	return result;
}
