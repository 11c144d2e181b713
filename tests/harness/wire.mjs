// wire.mjs: HTTP as tests need it: calls with fetch, and raw bytes on a socket where fetch would
// correct the mistake that the test is about.
import net from 'node:net';

const ANSWER_MS = 30_000;

// One call to a function (or to any path that begins with '/'). body: an object becomes JSON, a
// string or bytes go as they are. Answers { status, headers, text, body }; body is undefined unless
// the answer said application/json.
export async function call(stack, name, { method = 'POST', body, token, key = stack.anonKey, headers = {}, signal } = {}) {
	const isPlain = body !== undefined && typeof body !== 'string' && !ArrayBuffer.isView(body) && !(body instanceof ReadableStream);
	const all = new Headers();

	if (key)
		all.set('apikey', key);
	if (token)
		all.set('Authorization', `Bearer ${token}`);
	if (body !== undefined)
		all.set('Content-Type', 'application/json');
	for (const [header, value] of Object.entries(headers)) {
		if (value === null)
			all.delete(header);
		else
			all.set(header, value);
	}
	const answer = await fetch(stack.url + (name.startsWith('/') ? name : `/functions/v1/${name}`), {
		method,
		headers: all,
		body: isPlain ? JSON.stringify(body) : body,
		duplex: body instanceof ReadableStream ? 'half' : undefined,
		redirect: 'manual',
		signal: signal ?? AbortSignal.timeout(ANSWER_MS),
	});
	return read(answer.status, answer.headers, Buffer.from(await answer.arrayBuffer()));
}

function read(status, headers, bytes) {
	const text = bytes.toString();
	const isJson = (headers.get('content-type') ?? '').split(';')[0].trim() === 'application/json';

	return { status, headers, text, bytes, body: isJson && text !== '' ? JSON.parse(text) : undefined };
}

// Writes the bytes to a new connection and reads until the server closes it or one whole answer is
// there. Parts are written one after the other; a server that closes early is no error.
export function raw(stack, ...parts) {
	const { hostname, port } = new URL(stack.url);

	return new Promise((resolve, reject) => {
		const socket = net.connect({ host: hostname, port: Number(port) });
		const got = [];
		let timer;
		const end = () => {
			clearTimeout(timer);
			socket.destroy();
			resolve(parseAnswer(Buffer.concat(got)));
		};

		timer = setTimeout(() => {
			socket.destroy();
			reject(new Error(`no answer in ${ANSWER_MS} ms; so far: ${Buffer.concat(got).toString('latin1').slice(0, 200)}`));
		}, ANSWER_MS);
		socket.on('data', chunk => {
			got.push(chunk);
			if (isWhole(Buffer.concat(got)))
				end();
		});
		socket.on('close', end);
		socket.on('error', () => {}); /* EPIPE, ECONNRESET: what came before counts */
		socket.on('connect', () => {
			for (const part of parts)
				socket.write(part);
		});
	});
}

function isWhole(bytes) {
	const head = bytes.indexOf('\r\n\r\n');
	const length = head < 0 ? null : /^content-length: *(\d+)/im.exec(bytes.subarray(0, head).toString('latin1'));

	return length !== null && bytes.length >= head + 4 + Number(length[1]);
}

// { status, headers, text, body } of the bytes of an answer; status 0 when there was none.
export function parseAnswer(bytes) {
	const end = bytes.indexOf('\r\n\r\n');
	const headers = new Headers();

	if (end < 0)
		return { status: 0, headers, text: bytes.toString('latin1'), bytes, body: undefined };
	const [first, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
	for (const line of lines)
		headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim());
	const rest = bytes.subarray(end + 4);
	return read(Number(first.split(' ')[1]), headers, headers.get('transfer-encoding') === 'chunked' ? unchunk(rest) : rest);
}

function unchunk(bytes) {
	const parts = [];

	for (let at = 0; at < bytes.length;) {
		const line = bytes.indexOf('\r\n', at);
		const size = line < 0 ? 0 : parseInt(bytes.subarray(at, line).toString('latin1'), 16);

		if (!size)
			break;
		parts.push(bytes.subarray(line + 2, line + 2 + size));
		at = line + 2 + size + 2;
	}
	return Buffer.concat(parts);
}

// Asks again until probe() answers something true; how `make` of all tests waits, instead of sleeping.
export async function eventually(what, probe, { ms = 10_000, every = 20 } = {}) {
	const deadline = Date.now() + ms;
	let last;

	for (;;) {
		try {
			const value = await probe();

			if (value)
				return value;
			last = value;
		} catch (error) {
			last = error;
		}
		if (Date.now() > deadline)
			throw new Error(`${what}: not within ${ms} ms; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
		await new Promise(resolve => setTimeout(resolve, every));
	}
}

// Runs n calls that begin at the same moment: make(i) prepares and returns the call itself.
export async function together(makers) {
	const ready = await Promise.all(makers.map(make => make()));

	return Promise.all(ready.map(go => go()));
}
