// tokens.mjs: JSON Web Tokens made by hand, genuine and forged.
import crypto from 'node:crypto';

export const base64url = value => Buffer.from(typeof value === 'object' && !Buffer.isBuffer(value) ? JSON.stringify(value) : value).toString('base64url');

export function parts(token) {
	const [header, payload, signature] = token.split('.');

	return { header: JSON.parse(Buffer.from(header, 'base64url')), payload: JSON.parse(Buffer.from(payload, 'base64url')), signature };
}

// ES256 with a private key in PEM; encoding 'der' makes the wrong form of signature.
export function signEs256(header, payload, privateKey, encoding = 'ieee-p1363') {
	const text = `${base64url(header)}.${base64url(payload)}`;
	const signature = crypto.sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: encoding });

	return `${text}.${signature.toString('base64url')}`;
}

export function signHs256(header, payload, secret) {
	const text = `${base64url(header)}.${base64url(payload)}`;

	return `${text}.${crypto.createHmac('sha256', secret).update(text).digest('base64url')}`;
}

export function newKey() {
	const { privateKey, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });

	return { private: privateKey.export({ type: 'pkcs8', format: 'pem' }), jwk: publicKey.export({ format: 'jwk' }) };
}

export function pemOfJwk(jwk) {
	return crypto.createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
}
