// stack.mjs: class Stack: one whole Temba for one test file: a cloned database, fnd with its functions,
// the job runner, nginx and the providers, on a port of its own. tests/harness/stack starts and stops
// the processes; this class knows the way in and looks after the end: invariants hold, nobody died.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

import { Pool, Stripe, createClient } from './packages.mjs';
import { eventually } from './wire.mjs';

const TOP = path.resolve(import.meta.dirname, '../..');
const SCRIPT = path.join(TOP, 'tests/harness/stack');
const INVARIANTS = fs.readFileSync(path.join(TOP, 'tests/sql/invariants.sql'), 'utf8');
const LIVENESS = fs.readFileSync(path.join(TOP, 'tests/sql/liveness.sql'), 'utf8');
const FIRST_PORT = 18000, PORTS = 12_000; // below the ports that the system hands out to clients
const START_TRIES = 3;

// Limits that honest tests would run into: one address sends everything here.
const SETTINGS = {
	RATE_PER_ADDRESS: 1_000_000, RATE_BURST: 1_000_000, CONNECTIONS_PER_ADDRESS: 10_000, RATE_PER_TOKEN: 1_000_000, RATE_TOKEN_BURST: 1_000_000,
	SIGN_UPS_PER_ADDRESS: 0, SIGN_INS_PER_ADDRESS: 0, VERIFICATIONS_PER_ADDRESS: 0, RESENDS_PER_ADDRESS: 0, USER_UPDATES_PER_ADDRESS: 0,
};

const run = promisify(execFile);
const script = (...args) => run(SCRIPT, args, { cwd: TOP, maxBuffer: 16 << 20 }).catch(error => {
	throw new Error(`tests/harness/stack ${args.join(' ')}: ${error.stderr || error.message}`);
});

function isFree(port) {
	return new Promise(resolve => {
		const server = net.createServer();

		server.once('error', () => resolve(false));
		server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
	});
}

async function freePort() {
	for (;;) {
		const port = FIRST_PORT + 2 * Math.floor(Math.random() * (PORTS / 2));

		if (await isFree(port) && await isFree(port + 1))
			return port;
	}
}

export class Stack {
	#deathsExpected;
	#watch;
	clockOffset = 0;

	// file: the test file, which names the stack; settings: names of config/temba.ini. deathsExpected:
	// matches the log lines of workers that the tests themselves kill; true: killed with -9.
	static async start(file, settings = {}, { deathsExpected } = {}) {
		const name = path.relative(path.join(TOP, 'tests'), file).replace(/\.test\.mjs/, '').replace(/[^a-z0-9]/g, '_');
		const state = process.env.TEMBA_TEST_STATE ?? JSON.parse((await script('prepare')).stdout).state;
		let error;

		fs.writeFileSync(path.join(state, 'stacks', `${name}.ini`), Object.entries({ ...SETTINGS, ...settings }).map(([key, value]) => `${key} = ${value}\n`).join(''));
		for (let tries = 0; tries < START_TRIES; tries++) {
			try {
				const { stdout } = await script('start', name, String(await freePort()));

				return new Stack(name, Object.fromEntries(stdout.trim().split('\n').map(line => line.split(/=(.*)/s).slice(0, 2))), deathsExpected);
			} catch (failed) { // another stack may have taken the port meanwhile
				error = failed;
			}
		}
		throw error;
	}

	constructor(name, env, deathsExpected) {
		this.name = name;
		this.url = env.API_URL;
		this.anonKey = env.ANON_KEY;
		this.serviceKey = env.SERVICE_ROLE_KEY;
		this.providersUrl = env.PROVIDERS_URL;
		this.siteUrl = env.SITE_URL;
		this.seedPassword = env.SEED_PASSWORD;
		this.state = env.STATE;
		this.runDir = env.RUN_DIR;
		this.env = env;
		this.#deathsExpected = deathsExpected === true ? /"end":"SIGKILL"/ : deathsExpected;
		this.db = new Pool({ connectionString: env.DB_URL, max: 8 });
		this.db.on('error', () => {}); // a connection that moveClock() ended while it was idle
	}

	// A new client, as a page makes it; headers as in its options.
	client({ key = this.anonKey, headers = {} } = {}) {
		return createClient(this.url, key, { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false }, global: { headers: { 'x-application-name': 'temba-web', ...headers } } });
	}

	secret(name) {
		return fs.readFileSync(path.join(this.state, 'secrets', name), 'utf8').trim();
	}

	log(name) {
		return fs.readFileSync(path.join(this.state, 'log', `${name}.log`), 'utf8');
	}

	// ---- the runtime, as fnctl shows it

	async fnctl(...args) {
		const { stdout } = await run(path.join(this.state, 'bin/fnctl'), args, { env: { PATH: process.env.PATH, FND_SOCKET: this.env.FND_SOCKET, STATE_DIR: this.state } })
			.catch(error => (args[0] === 'status' && error.code === 1 ? error : Promise.reject(error)));

		return stdout;
	}

	// [{ name, state, workers (how many), idle, busy, max, served, ... }]
	async status() {
		const { functions } = JSON.parse(await this.fnctl('status', '--json'));

		return functions.map(fn => ({ ...fn, ...fn.workers, workers: fn.workers.idle + fn.workers.busy + fn.workers.starting }));
	}

	// Requests that workers finished, by function. The job runner's own go on, so they are left out.
	async served() {
		const internal = ['send-notice', 'expire-transfers', 'refresh-places', 'fetch-fx-rates', 'tend-payments', 'settle-stripe', 'settle-pawapay', 'submit-refund', 'refund-event', 'payment-recovery', 'process-finalize-jobs', 'resend', 'twilio', 'stripe', 'pawapay', 'fx', 'control', 'page', 'auth'];

		return Object.fromEntries((await this.status()).filter(fn => !internal.includes(fn.name)).map(fn => [fn.name, fn.served]));
	}

	// Process numbers of the function's workers.
	async workers(name) {
		return fs.readFileSync(path.join(this.runDir, 'fnd.pids'), 'utf8').split('\n').map(line => line.split(' ')).filter(([kind, , , of]) => kind === 'worker' && of === name).map(([, pid]) => Number(pid));
	}

	// A new release of the same program with other values in function.ini: { section: { key: value } };
	// nginx learns of it too.
	async deployWith(name, changes) {
		const ini = path.join(this.state, `${name}.ini`);
		const lines = fs.readFileSync(path.join(TOP, 'functions', name, 'function.ini'), 'utf8').split('\n');

		for (const [section, values] of Object.entries(changes)) {
			for (const [key, value] of Object.entries(values)) {
				const start = lines.indexOf(`[${section}]`);
				const at = lines.findIndex((line, i) => i > start && line.startsWith(`${key} =`));

				lines.splice(at < 0 ? start + 1 : at, at < 0 ? 0 : 1, `${key} = ${value}`);
			}
		}
		fs.writeFileSync(ini, lines.join('\n'));
		await this.fnctl('deploy', name, '--bin', path.join(TOP, 'build', process.env.MODE || 'release', 'bin', name), '--ini', ini, '--functions', path.join(this.state, 'functions'));
		await script('render', this.name, new URL(this.url).port);
	}

	// Ends fnd, fnq, nginx or courier as an operator would, and starts it anew.
	async restart(service) {
		await script('restart', this.name, service);
	}

	// ---- time

	// Moves the database's clock to so many seconds after the real one. Who is connected already would
	// not notice: those connections end, and the functions make new ones. Recurring work that began by
	// the old clock is waited for, and is then due again.
	async moveClock(seconds) {
		const { rows: [{ current_database: name }] } = await this.db.query('select current_database()');

		await this.db.query(`alter database ${name} set temba.clock_offset = '${Number(seconds)}'`);
		await this.db.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()', [name]);
		await this.db.end();
		this.db = new Pool({ connectionString: this.env.DB_URL, max: 8 });
		this.db.on('error', () => {});
		this.clockOffset = seconds;
		await eventually('recurring work of the old clock is over', async () =>
			(await this.db.query(`select from private.jobs where dedup like 'schedule:%' and state in ('READY', 'RUNNING')`)).rowCount === 0, { ms: 75_000 });
		await this.db.query('update private.schedules set next_run = private.now()');
	}

	// ---- the providers: tests/providers/README.md tells what the control endpoint takes

	// GET without a body, else POST; the answer, which must be 200 unless another status is expected.
	async control(path, body, status = 200) {
		const answer = await fetch(`${this.providersUrl}/control/${path}`, body && { method: 'POST', body: JSON.stringify(body) });
		const said = await answer.json();

		assert.equal(answer.status, status, JSON.stringify(said));
		return said;
	}

	// Stripe's own client; its paths do not know that our stand-in lives below /stripe.
	stripe(key = this.secret('STRIPE_SECRET_KEY'), options = {}) {
		const { hostname, port } = new URL(this.providersUrl);
		const client = Stripe.createNodeHttpClient();
		const request = client.makeRequest.bind(client);

		client.makeRequest = (host, to, path, ...rest) => request(host, to, `/stripe${path}`, ...rest);
		return new Stripe(key, { host: hostname, port, protocol: 'http', httpClient: client, apiVersion: '2024-06-20', maxNetworkRetries: 0, telemetry: false, ...options });
	}

	// One call to pawaPay's API: { status, body }.
	async pawapay(path, body, { key = this.secret('PAWAPAY_API_KEY') } = {}) {
		const answer = await fetch(`${this.providersUrl}/pawapay/v2/${path}`, {
			method: body === undefined ? 'GET' : 'POST',
			headers: { 'Content-Type': 'application/json', ...(key && { Authorization: `Bearer ${key}` }) },
			body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
		});

		return { status: answer.status, body: await answer.json() };
	}

	// ---- what they were asked

	async requests(provider, to) {
		const answer = await fetch(`${this.providersUrl}/control/requests?limit=1000&provider=${provider}${to ? `&to=${encodeURIComponent(to)}` : ''}`);

		assert.equal(answer.status, 200);
		return (await answer.json()).filter(request => request.accepted);
	}

	// Mails that went out, newest first: { to: [...], subject, text, html, from }.
	async mails(matches = () => true, to) {
		return (await this.requests('resend', to)).map(({ body }) => ({ ...body, to: [body.to].flat() })).filter(matches);
	}

	async mailTo(address, matches) {
		const [mail] = await eventually(`a mail to ${address}`, async () => {
			const found = await this.mails(matches, address);

			return found.length > 0 && found;
		});

		return mail;
	}

	// The newest text message to that number: { to, text }.
	async smsTo(number) {
		const [found] = await eventually(`a message to ${number}`, async () => {
			const list = await this.requests('twilio', number);

			return list.length > 0 && list;
		});

		return { to: number, text: found.body.Body };
	}

	// ---- the end

	async brokenInvariants() {
		const { rows } = await this.db.query(INVARIANTS);

		return rows;
	}

	// Looks at the invariants again and again until stop(), which fails if one was ever broken.
	watchInvariants({ every = 500 } = {}) {
		const watch = { broken: [], looks: 0, stopped: false };

		this.#watch = watch;
		watch.loop = (async () => {
			while (!watch.stopped && watch.broken.length === 0) {
				watch.broken = await this.brokenInvariants();
				watch.looks++;
				await new Promise(resolve => setTimeout(resolve, every));
			}
		})();
	}

	async #endWatch() {
		if (this.#watch === undefined)
			return;
		this.#watch.stopped = true;
		await this.#watch.loop;
		assert.deepEqual(this.#watch.broken, [], `invariants, at look ${this.#watch.looks}`);
	}

	// Lines of the log that tell of a worker or a template ended by a signal, or of a sanitizer's finding.
	deaths() {
		return `${this.log('functions')}\n${this.log('courier')}`.split('\n').filter(line => /worker died: SIG|template of release \w+ (ended|did not start): SIG|AddressSanitizer|LeakSanitizer|runtime error:/.test(line))
			.filter(line => !this.#deathsExpected?.test(line));
	}

	async stop() {
		try {
			await this.#endWatch();
			assert.deepEqual(await this.brokenInvariants(), [], 'invariants');
			// what a moved clock made due takes the runner a moment
			await eventually('nothing is stuck', async () => (await this.db.query(LIVENESS)).rowCount === 0, { ms: 20_000 })
				.catch(async () => assert.deepEqual((await this.db.query(LIVENESS)).rows, [], 'nothing is stuck'));
			await this.db.end();
			// what is left behind when a stack ends belongs to its story too
			await run('bash', ['-c', `. "$1/scripts/stack-lib"; find_state; end_service nginx 5; end_service courier 5; end_service fnq 15; end_service fnd 15`, 'bash', TOP], { env: { ...process.env, STATE_DIR: this.state } });
			assert.deepEqual(this.deaths(), [], 'nobody died');
		} finally {
			await script('stop', this.name);
		}
	}
}
