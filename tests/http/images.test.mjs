// Pictures: files that nginx serves, and the image functions, which send a browser to the picture itself.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { Stack } from '../harness/stack.mjs';
import { call, raw } from '../harness/wire.mjs';

const stack = await Stack.start(import.meta.filename, { IMAGE_HOSTS: 'img.example, cdn.example:8443' });
after(() => stack.stop());

const FUNCTIONS = ['simple-image-optimizer', 'image-optimizer'];
// as <img> asks: no key, no session
const get = path => call(stack, path, { method: 'GET', key: null });
const optimized = (name, url, more = '&width=400&height=300&quality=85&format=webp') => get(`/functions/v1/${name}?url=${encodeURIComponent(url)}${more}`);

describe('/images/', () => {
	test('serves a drawing that can be shown and can do nothing', async () => {
		const answer = await get('/images/music-1.svg');

		assert.equal(answer.status, 200);
		assert.match(answer.text, /^<svg /);
		for (const [name, value] of Object.entries({
			'content-type': 'image/svg+xml', 'access-control-allow-origin': '*', 'cache-control': 'public, max-age=86400, immutable', 'x-content-type-options': 'nosniff',
			'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'`,
		}))
			assert.equal(answer.headers.get(name), value, name);
		assert.ok(answer.headers.get('x-request-id'));
		const again = await call(stack, '/images/music-1.svg', { method: 'GET', key: null, headers: { 'If-None-Match': answer.headers.get('etag') } });
		assert.equal(again.status, 304);
		assert.equal((await call(stack, '/images/music-1.svg', { method: 'HEAD' })).headers.get('content-length'), String(answer.bytes.length));
	});

	test('has every picture of the seeded world, at the addresses in its rows', async () => {
		const { rows } = await stack.db.query(`
			select image_url as url from public.events union select image_url from public.event_images union select unnest(photos) from public.venues
			union select photo_url from public.artists union select cover_image_url from public.artists union select image_url from public.banners
			union select logo_url from public.organizer_profiles union select cover_image_url from public.organizer_profiles union select featured_image_url from public.blog_posts`);

		assert.ok(rows.length > 30);
		for (const { url } of rows) {
			assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/images\/[a-z-]+\d?\.svg$/);
			assert.equal((await get(new URL(url).pathname)).status, 200, url);
		}
	});

	test('says 404 in JSON, of which nobody keeps anything', async () => {
		for (const path of ['/images/none.svg', '/images/none.png', '/images/', '/images', '/images/music-1', '/images/music-1.svg/', '/images/.svg', '/images/music-1.html', '/images/a/music-1.svg', '/images/..%2ftemba.ini']) {
			const answer = await get(path);

			assert.equal(answer.status, 404, path);
			assert.equal(answer.body.code, 'not_found');
			assert.equal(answer.headers.get('cache-control'), null);
			assert.equal(answer.headers.get('access-control-allow-origin'), '*');
		}
		for (const path of ['/images/../temba.ini', '/images/%2e%2e/secrets/JWKS', '/images//music-1.svg', '/images/x%00.svg']) {
			const { status } = await raw(stack, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);

			assert.ok([400, 404].includes(status), `${path}: ${status}`);
		}
	});

	test('takes nothing', async () => {
		for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
			const answer = await call(stack, '/images/music-1.svg', { method, body: method === 'DELETE' ? undefined : {} });

			assert.equal(answer.status, 405, method);
			assert.equal(answer.headers.get('allow'), 'GET, HEAD, OPTIONS');
		}
	});
});

for (const name of FUNCTIONS) {
	describe(name, () => {
		test('leads to a picture of ours, and its bytes are the same', async () => {
			const answer = await optimized(name, `${stack.url}/images/cinema-2.svg`);

			assert.equal(answer.status, 302);
			assert.equal(answer.headers.get('location'), '/images/cinema-2.svg');
			assert.match(answer.headers.get('cache-control'), /^public, max-age=(86400|31536000), immutable$/);
			assert.equal(answer.headers.get('access-control-allow-origin'), '*');
			const followed = await fetch(`${stack.url}/functions/v1/${name}?url=${encodeURIComponent(`${stack.url}/images/cinema-2.svg`)}`);
			assert.equal(followed.headers.get('content-type'), 'image/svg+xml');
			assert.equal(await followed.text(), (await get('/images/cinema-2.svg')).text);
		});

		test('leads to hosts of the list, exactly as they stand there', async () => {
			for (const url of ['https://img.example/a.jpg?w=800', 'https://cdn.example:8443/b/c.webp']) {
				const answer = await optimized(name, url);

				assert.equal(answer.status, 302);
				assert.equal(answer.headers.get('location'), url);
			}
		});

		test('leads nowhere else', async () => {
			for (const url of ['https://evil.example/a.png', 'http://img.example/a.png', 'https://img.example@evil.example/a.png', 'https://img.example.evil.example/?w=1', '//img.example/a.png', 'https://img.example\\@evil.example/',
				'https://cdn.example/a.png', 'https://127.0.0.1/a.png', `${stack.url}/auth/v1/settings`, `${stack.url}/images/../auth/v1/settings`, 'javascript:alert(1)', 'https://img.example/\r\nX-Injected: 1']) {
				const answer = await optimized(name, url);

				assert.equal(answer.status, 400, url);
				assert.equal(answer.body.code, 'url_refused');
				assert.equal(typeof answer.body.error, 'string');
				assert.equal(answer.headers.get('location'), null);
				assert.equal(answer.headers.get('cache-control'), null);
				assert.equal(answer.headers.get('x-injected'), null);
			}
			for (const query of ['', '?url=', '?width=400']) {
				const answer = await get(`/functions/v1/${name}${query}`);

				assert.deepEqual([answer.status, answer.body.code], [400, 'url_missing']);
			}
		});

		test('is asked once for each picture', async () => {
			const ask = () => optimized(name, '/images/sports-3.svg', '&width=1');

			assert.equal((await ask()).headers.get('x-cache'), 'MISS');
			assert.equal((await ask()).headers.get('x-cache'), 'HIT');
			assert.equal((await optimized(name, 'https://evil.example/', '')).headers.get('x-cache'), 'MISS');
			assert.equal((await optimized(name, 'https://evil.example/', '')).headers.get('x-cache'), 'MISS');
		});
	});
}
