// fastcgi.mjs: FastCGI as a client, straight to a function's socket: what the job runner does, and
// what only a broken or hostile peer would send.
import net from 'node:net';

import { parseAnswer } from './wire.mjs';

const VERSION = 1, BEGIN = 1, PARAMS = 4, STDIN = 5, STDOUT = 6, END = 3, RESPONDER = 1;

export function record(type, content = Buffer.alloc(0), { id = 1, version = VERSION, length = content.length, padding = 0 } = {}) {
	return Buffer.concat([Buffer.from([version, type, id >> 8, id & 255, length >> 8, length & 255, padding, 0]), content, Buffer.alloc(padding)]);
}

export function begin({ role = RESPONDER, flags = 0, ...rest } = {}) {
	return record(BEGIN, Buffer.from([role >> 8, role & 255, flags, 0, 0, 0, 0, 0]), rest);
}

function lengthOf(size) {
	if (size < 128)
		return Buffer.from([size]);
	const four = Buffer.alloc(4);
	four.writeUInt32BE((size | 0x80000000) >>> 0);
	return four;
}

export function pair(name, value, nameLength = Buffer.byteLength(name), valueLength = Buffer.byteLength(value)) {
	return Buffer.concat([lengthOf(nameLength), lengthOf(valueLength), Buffer.from(name), Buffer.from(value)]);
}

export function params(values, options) {
	const content = Buffer.concat(Object.entries(values).map(([name, value]) => pair(name, value)));

	return Buffer.concat([record(PARAMS, content, options), record(PARAMS, Buffer.alloc(0), options)]);
}

export function stdin(text) {
	const bytes = Buffer.from(text);
	const parts = [];

	for (let at = 0; at < bytes.length; at += 65535)
		parts.push(record(STDIN, bytes.subarray(at, at + 65535)));
	return Buffer.concat([...parts, record(STDIN)]);
}

// Sends the bytes and reads until the worker closes; answers what was on its STDOUT.
export function send(path, bytes, { ms = 30_000, hold = false } = {}) {
	return new Promise((resolve, reject) => {
		const socket = net.connect(path);
		const got = [];
		const timer = setTimeout(() => socket.destroy(new Error(`${path}: silent for ${ms} ms`)), ms);

		socket.on('data', chunk => got.push(chunk));
		socket.on('error', error => (error.code === 'EPIPE' || error.code === 'ECONNRESET' ? undefined : reject(error)));
		socket.on('close', () => {
			clearTimeout(timer);
			resolve(outputOf(Buffer.concat(got)));
		});
		socket.on('connect', () => {
			socket.write(bytes);
			if (hold)
				resolve(socket);
		});
	});
}

function outputOf(bytes) {
	const out = [];
	let ended = false;

	for (let at = 0; at + 8 <= bytes.length;) {
		const type = bytes[at + 1], length = bytes.readUInt16BE(at + 4);

		if (type === STDOUT)
			out.push(bytes.subarray(at + 8, at + 8 + length));
		ended ||= type === END;
		at += 8 + length + bytes[at + 6];
	}
	return { ended, output: Buffer.concat(out) };
}

// One internal call, as the job runner makes it. Answers like call() of wire.mjs.
export async function callInternal(path, payload) {
	const body = JSON.stringify(payload ?? {});
	const { output } = await send(path, Buffer.concat([
		begin(),
		params({
			REQUEST_METHOD: 'POST',
			CONTENT_TYPE: 'application/json',
			CONTENT_LENGTH: String(Buffer.byteLength(body)),
			REQUEST_URI: '/',
			FN_PATH: '',
			REMOTE_ADDR: '127.0.0.1',
			FN_INTERNAL: '1',
		}),
		stdin(body),
	]));

	return parseAnswer(Buffer.concat([Buffer.from('HTTP/1.1 '), output.subarray('Status: '.length)]));
}
