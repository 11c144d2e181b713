// load.mjs: many requests over a fixed number of connections, for crowds: bytes on sockets, because
// fetch() would cost more than the server that is measured.
import net from 'node:net';

// The same numbers for the same seed, on every machine: a crowd can be met again.
export function dice(seed) {
	let a = seed >>> 0;

	return () => {
		a = (a + 0x6d2b79f5) >>> 0;
		let t = Math.imul(a ^ (a >>> 15), a | 1);

		t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

export function shuffle(list, random) {
	const all = [...list];

	for (let i = all.length - 1; i > 0; i--) {
		const j = Math.floor(random() * (i + 1));

		[all[i], all[j]] = [all[j], all[i]];
	}
	return all;
}

export const percentile = (values, p) => (values.length === 0 ? NaN : [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))]);

// The bytes of a POST of JSON to a function.
export function post(stack, name, body, { token = stack.anonKey, headers = {} } = {}) {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	const all = { Host: new URL(stack.url).host, apikey: stack.anonKey, Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...headers };

	return Buffer.from(`POST /functions/v1/${name} HTTP/1.1\r\n${Object.entries(all).filter(([, value]) => value !== undefined).map(([key, value]) => `${key}: ${value}\r\n`).join('')}\r\n${text}`);
}

// Where the answer in these bytes ends, or 0: it is not whole yet.
function wholeAt(text) {
	const head = text.indexOf('\r\n\r\n');

	if (head < 0)
		return 0;
	const length = /^content-length: *(\d+)/im.exec(text.slice(0, head));
	if (length)
		return text.length >= head + 4 + Number(length[1]) ? head + 4 + Number(length[1]) : 0;
	const end = text.indexOf('0\r\n\r\n', head + 2);
	return end < 0 ? 0 : end + 5;
}

class Connection {
	#socket;
	#got = '';
	#done;

	constructor(url) {
		this.url = new URL(url);
	}

	// { status, text, sent, got } with times in ms; status 0: no answer came.
	send(bytes) {
		const sent = performance.now();

		return new Promise(resolve => {
			this.#done = (status, text) => {
				this.#done = undefined;
				resolve({ status, text, sent, got: performance.now() });
			};
			if (this.#socket === undefined)
				this.#connect();
			this.#socket.write(bytes);
		});
	}

	#connect() {
		const socket = net.connect({ host: this.url.hostname, port: Number(this.url.port), noDelay: true });

		this.#socket = socket;
		this.#got = '';
		socket.setTimeout(60_000, () => socket.destroy());
		socket.setEncoding('latin1');
		socket.on('data', piece => {
			this.#got += piece;
			const end = wholeAt(this.#got);

			if (end > 0) {
				const whole = this.#got.slice(0, end), head = whole.indexOf('\r\n\r\n');

				this.#got = this.#got.slice(end);
				if (/^connection: *close/im.test(whole.slice(0, head)))
					this.close();
				this.#done?.(Number(whole.slice(9, 12)), Buffer.from(whole.slice(head + 4), 'latin1').toString());
			}
		});
		socket.on('error', () => {});
		socket.on('close', () => {
			if (this.#socket === socket) {
				this.#socket = undefined;
				this.#done?.(0, '');
			}
		});
	}

	close() {
		const socket = this.#socket;

		this.#socket = undefined;
		socket?.destroy();
	}
}

// Sends make(i) for i from 0 on, n of them or until it makes nothing, over so many connections that each
// wait for their answer; seen(answer, i) hears each. Answers all of them, in order.
export async function crowd(url, n, connections, make, seen = () => {}) {
	const answers = [];
	let next = 0;

	await Promise.all(Array.from({ length: Math.min(connections, n) }, async () => {
		const own = new Connection(url);

		while (next < n) {
			const i = next++, bytes = make(i);

			if (bytes === undefined)
				break;
			answers[i] = await own.send(bytes);
			await seen(answers[i], i);
		}
		own.close();
	}));
	return answers;
}

// The JSON of an answer, or {}.
export function json(answer) {
	try {
		return JSON.parse(answer.text) ?? {};
	} catch {
		return {};
	}
}

