// The blog: published posts and approved comments for everybody, without anybody's address.
import assert from 'node:assert/strict';
import { after } from 'node:test';

import { cast, seeded, truth } from '../harness/cast.mjs';
import { count, done, like, nothing, refused, replay, row, rows, unauthorized } from '../harness/shapes.mjs';
import { Stack } from '../harness/stack.mjs';

const stack = await Stack.start(import.meta.filename);
after(() => stack.stop());

const callers = await cast(stack, 'owner', 'stranger', 'organizer', 'admin');
const { owner, organizer } = callers;
const sql = (text, values) => truth(stack, text, values);
const [category, tag, first] = [seeded('b2', 1), seeded('b3', 1), seeded('b4', 1)];

// after the seeded post: 14 published ones, a draft, and one that is published with no date
await stack.db.query(`
	with p as (
		insert into public.blog_posts (title, slug, content, excerpt, author_id, category_id, status, featured, view_count, comment_count, published_at)
		select 'Billet ' || i, 'billet-' || i, '<p>Un festival.</p>', 'Extrait', $1::uuid, case when i % 2 = 0 then $2::uuid end,
			case when i = 15 then 'DRAFT' else 'PUBLISHED' end, i = 2, i * 10, i, case when i < 14 then now() - make_interval(days => i + 5) end
		from generate_series(1, 15) i returning id, slug),
		c as (insert into public.blog_post_categories (post_id, category_id) select id, $2 from p where slug in ('billet-2', 'billet-15'))
	insert into public.blog_post_tags (post_id, tag_id) select id, $3 from p where slug in ('billet-2', 'billet-15')`, [organizer.id, category, tag]);
const [{ id: post }] = await sql(`select id from public.blog_posts where slug = 'billet-2'`);
const [{ id: draft }] = await sql(`select id from public.blog_posts where slug = 'billet-15'`);
await stack.db.query(`
	insert into public.blog_comments (post_id, user_id, author_name, author_email, content, status, created_at) values
		($1, $2, null, null, 'Le premier', 'APPROVED', now() - interval '1 hour'), ($1, null, 'Passante', 'passante@example.org', 'Le second', 'APPROVED', now()),
		($1, $3, null, null, 'En attente', 'PENDING', now()), ($4, $2, null, null, 'Sous un brouillon', 'APPROVED', now())`, [post, owner.id, callers.stranger.id, draft]);

const everybody = expect => ({ anon: expect, owner: expect, organizer: expect });
const slugs = (condition, order = 'published_at desc nulls last') => sql(`select slug from public.blog_posts where status = 'PUBLISHED' and ${condition} order by ${order}`);
// that page of them, in that order
const page = (list, from, n) => answer => {
	count(list.length)(answer);
	assert.deepEqual(answer.body.map(one => one.slug), list.slice(from, from + n).map(one => one.slug));
	assert.equal(answer.status, answer.body.length < list.length ? 206 : 200);
	for (const one of answer.body)
		like(one.author, { name: name => name.length > 0 });
};
const few = list => answer => like(answer.body.map(one => one.slug), list.map(one => one.slug));
const all = await slugs('true');
const text = `(title ilike '%festival%' or content ilike '%festival%' or excerpt ilike '%festival%')`;
const comment = more => ({ post_id: post, user_id: owner.id, content: 'Bravo', status: 'APPROVED', ...more });
const guest = { post_id: post, author_name: 'Invitée', author_email: 'invitee@example.org', content: 'Merci', status: 'APPROVED' };
const values = { category, author: organizer.id, q: 'festival', slug: 'billet-2', since: new Date(Date.now() - 12 * 86_400_000).toISOString(), post, categorySlug: 'actualites', tagSlug: 'festival', owner: owner.id, comment: seeded('b7', 99) };
const noTable = { touches: [], anon: refused('PGRST205'), owner: refused('PGRST205') };
const views = async () => (await sql('select view_count from public.blog_posts where id = $1', [post]))[0].view_count;
const viewed = { touches: [], anon: done(204), owner: done(204) };

replay(stack, 'blog', { callers, values }, {
	'posts': { ...everybody(page(all, 0, 12)), admin: page(all, 0, 12) },
	'posts-next': everybody(page(all, 12, 12)),
	'posts-viewed': everybody(page(await slugs('true', 'published_at desc nulls last, view_count desc'), 0, 12)),
	'posts-discussed': everybody(page(await slugs('true', 'published_at desc nulls last, comment_count desc'), 0, 12)),
	'posts-category': everybody(page(await slugs(`category_id = '${category}'`), 0, 12)),
	'posts-author': everybody(page(await slugs(`author_id = '${organizer.id}'`), 0, 12)),
	'posts-featured': everybody(page(await slugs('featured'), 0, 12)),
	'posts-text': everybody(page(await slugs(text), 0, 12)),
	'posts-all': everybody(page(await slugs(`category_id = '${category}' and author_id = '${organizer.id}' and featured and ${text}`), 0, 12)),
	'post': everybody(row({
		id: post, author: { id: organizer.id, name: organizer.name }, blog_post_categories: [{ category: { slug: 'actualites' } }], blog_post_tags: [{ tag: { slug: 'festival' } }],
	})),
	'featured': everybody(few(await slugs('featured').then(list => list.slice(0, 1)))),
	'trending': everybody(few((await slugs(`published_at >= now() - interval '12 days'`, 'view_count desc')).slice(0, 5))),
	// a date that is null comes first where the page does not say where
	'related': everybody(few((await slugs(`id <> '${post}'`, 'published_at desc')).slice(0, 3))),
	'related-category': everybody(few((await slugs(`id <> '${post}' and category_id = '${category}'`, 'published_at desc')).slice(0, 3))),
	'search': everybody(page(await slugs(text), 0, 10)),
	'category': everybody(row({ id: category, name: 'Actualités' })),
	'tag': everybody(row({ id: tag, name: 'Festival' })),
	'author': { anon: row({ name: organizer.name, email: null, phone: null, location: null, status: null, referral_code: null }), owner: row({ email: null }), organizer: row({ email: organizer.email }) },
	'comments': everybody(rows([
		{ content: 'Le second', author_name: 'Passante', author_email: null, author: null },
		{ content: 'Le premier', author_email: null, author: { id: owner.id, name: owner.name } },
	])),
	'commenter': { owner: row({ name: owner.name, email: owner.email }), stranger: row({ name: owner.name, email: null }), anon: row({ name: owner.name, email: null }) }, // who wrote an approved comment is a public person
	'comment': {
		body: comment(), anon: unauthorized, stranger: refused('42501', 403),
		owner: answer => {
			row({ user_id: owner.id, content: 'Bravo', status: 'PENDING' })(answer);
			values.comment = answer.body.id;
		},
	},
	'comment-guest': {
		body: guest, anon: row({ user_id: null, author_name: 'Invitée', content: 'Merci', status: 'PENDING' }), stranger: row({ user_id: callers.stranger.id, status: 'PENDING' }),
		after: async () => {
			assert.deepEqual(await sql(`select author_email from public.blog_comments where content = 'Merci'`), [{ author_email: null }, { author_email: null }]);
			assert.deepEqual((await stack.client().from('blog_comments').select('id').eq('content', 'Merci')).data, []);
		},
	},
	'category-counts': everybody(rows([{ slug: 'actualites', blog_posts: [{ count: (await slugs(`category_id = '${category}'`)).length }] }])),
	'tag-counts': everybody(rows([{ slug: 'festival', blog_post_tags: [{ count: 2 }] }])), // not that of the draft
	'comment-count': everybody(count(2)),
	'comment-gone': {
		anon: unauthorized, stranger: nothing, owner: done(204),
		after: async () => assert.equal((await sql('select 1 from public.blog_comments where id = $1', [values.comment])).length, 0),
	},
	'viewed': { ...viewed, body: { post_id: post }, after: async () => assert.equal(await views(), 22) },
	'viewed-session': { ...viewed, body: { p_post_id: post, p_session_id: 's-1' }, after: async () => assert.equal(await views(), 24) },
	'views': { ...noTable, body: { post_id: post, session_id: 's-1' } },
	'read-time': { ...noTable, body: { post_id: post, session_id: 's-1', read_time_seconds: 30 } },
	'read-time-bare': { ...noTable, body: { post_id: post, session_id: 's-1', read_time_seconds: 30 } },
});
