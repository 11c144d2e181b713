// receiver.mjs: class Receiver: where webhooks arrive in a test: a small server that keeps what came and
// answers as it is told.
import crypto from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';

import { eventually } from './wire.mjs';

export class Receiver {
	got = []; // { method, path, headers, body (bytes), json, at }, in the order of arrival
	answers = () => 200; // (request) => status

	static async start() {
		const receiver = new Receiver();

		receiver.server = http.createServer(async (request, reply) => {
			const pieces = [];

			for await (const piece of request)
				pieces.push(piece);
			const body = Buffer.concat(pieces);
			const one = { method: request.method, path: request.url, headers: request.headers, body, json: JSON.parse(body), at: Date.now() };

			receiver.got.push(one);
			reply.writeHead(receiver.answers(one)).end('noted');
		});
		receiver.server.listen(0, '127.0.0.1');
		await once(receiver.server, 'listening');
		receiver.server.unref(); // a test that fails before stop() must still end
		receiver.url = `http://127.0.0.1:${receiver.server.address().port}/hook`;
		return receiver;
	}

	// The webhooks that matches() says yes to, once there are so many.
	async wait(matches, count = 1) {
		return eventually(`${count} webhooks`, async () => {
			const found = this.got.filter(matches);

			return found.length >= count && found;
		});
	}

	stop() {
		this.server.closeAllConnections();
		this.server.close();
	}
}

// What RFC 9421 lets sign of a request, in the order that Signature-Input tells; the signature with it.
function signed({ method, path, headers }) {
	const [, label, parameters, list] = /^([\w-]+)=(\(([^)]*)\).*)$/.exec(headers['signature-input']);
	const values = { '@method': method, '@authority': headers.host, '@path': path.split('?')[0] };
	const lines = list.split(' ').map(name => name.slice(1, -1)).map(name => `"${name}": ${values[name] ?? headers[name]}`);

	return {
		base: [...lines, `"@signature-params": ${parameters}`].join('\n'),
		signature: Buffer.from(new RegExp(`${label}=:([^:]*):`).exec(headers.signature)[1], 'base64'),
		keyId: /keyid="([^"]*)"/.exec(parameters)[1],
		created: Number(/created=(\d+)/.exec(parameters)[1]),
		expires: Number(/expires=(\d+)/.exec(parameters)[1]),
	};
}

// Why a callback of pawaPay is not to be believed; undefined when it is. keys: as its public-key
// endpoint shows them. raw: r and s instead of DER.
export function refusePawapay(request, keys, { raw = false } = {}) {
	const { headers, body } = request;

	if (!headers.signature || !headers['signature-input'])
		return 'unsigned';
	if (headers['content-digest'] !== `sha-512=:${crypto.createHash('sha512').update(body).digest('base64')}:`)
		return 'digest';
	const { base, signature, keyId, created, expires } = signed(request);
	const key = keys.find(one => one.id === keyId);
	const now = Date.now() / 1000;

	if (key === undefined)
		return 'key';
	if (created > now + 60 || expires < now - 60)
		return 'time';
	return crypto.verify('sha256', Buffer.from(base), { key: key.key, dsaEncoding: raw ? 'ieee-p1363' : 'der' }, signature) ? undefined : 'signature';
}
