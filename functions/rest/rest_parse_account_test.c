/* rest_parse_account_test.c: the queries of the web client, as it sends them, and the trees that
 * they are: account, blog, and the clients of staff. */
#include "rest_parse_shapes.h"

static const struct shape shapes[] = {
	/* account */
	{"PATCH", "/profiles", "user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f&select=*",
	 "update profiles * ?[user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>]"},
	{"GET", "/notification_preferences",
	 "select=email,push,types&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f",
	 "read notification_preferences email,push,types ?[user_id eq "
	 "<5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>]"},
	{"POST", "/notification_preferences", "", "create notification_preferences *"},
	{"PATCH", "/notifications", "id=eq.n-1&select=*", "update notifications * ?[id eq <n-1>]"},
	{"PATCH", "/notifications", "user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f&read=eq.false",
	 "update notifications * ?[user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>, read "
	 "eq <false>]"},
	{"PATCH", "/notifications", "id=eq.n-1", "update notifications * ?[id eq <n-1>]"},
	{"DELETE", "/notifications", "id=eq.n-1", "delete notifications * ?[id eq <n-1>]"},
	{"POST", "/notifications", "select=*", "create notifications *"},
	{"GET", "/notifications", "select=*&read=eq.false&order=created_at.desc",
	 "read notifications * ?[read eq <false>] ^[created_at desc]"},
	{"GET", "/notifications", "select=*&order=created_at.desc&offset=24&limit=10",
	 "read notifications * ^[created_at desc] #10 +24"},
	{"HEAD", "/notifications", "select=count", "read notifications count"},
	{"GET", "/notifications", "select=*&limit=0", "read notifications * #0"},
	{"GET", "/payment_methods",
	 "select=*&method_type=eq.m-1&provider=eq.p-1&account_number=eq.a-1&is_active=eq."
	 "true",
	 "read payment_methods * ?[method_type eq <m-1>, provider eq <p-1>, account_number "
	 "eq <a-1>, is_active eq <true>]"},
	{"POST", "/payment_methods", "select=*", "create payment_methods *"},
	{"PATCH", "/payment_methods", "id=eq.i-1&select=*",
	 "update payment_methods * ?[id eq <i-1>]"},
	{"PATCH", "/payment_methods", "id=eq.i-1&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f",
	 "update payment_methods * ?[id eq <i-1>, user_id eq "
	 "<5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>]"},
	{"GET", "/payment_methods",
	 "select=method_type&id=eq.i-1&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f",
	 "read payment_methods method_type ?[id eq <i-1>, user_id eq "
	 "<5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>]"},
	{"PATCH", "/payment_methods",
	 "user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f&method_type=eq.m-1&id=neq.i-1",
	 "update payment_methods * ?[user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>, "
	 "method_type eq <m-1>, id neq <i-1>]"},
	{"GET", "/auth_audit_log",
	 "select=*&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f&order=created_at.desc&"
	 "limit=10",
	 "read auth_audit_log * ?[user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>] "
	 "^[created_at desc] #10"},
	{"GET", "/user_referral_codes", "select=*&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f",
	 "read user_referral_codes * ?[user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>]"},
	{"GET", "/profiles", "select=referral_code&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f",
	 "read profiles referral_code ?[user_id eq "
	 "<5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>]"},
	{"GET", "/referrals", "select=*&referrer_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f",
	 "read referrals * ?[referrer_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>]"},
	{"GET", "/referral_rewards",
	 "select=amount&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f",
	 "read referral_rewards amount ?[user_id eq "
	 "<5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>]"},
	{"GET", "/credit_transactions",
	 "select=*&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f&order=created_at.desc&"
	 "limit=500",
	 "read credit_transactions * ?[user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>] "
	 "^[created_at desc] #500"},
	{"GET", "/support_categories", "select=*&order=name.asc",
	 "read support_categories * ^[name asc]"},
	{"POST", "/support_tickets", "select=*", "create support_tickets *"},
	{"POST", "/support_messages", "", "create support_messages *"},
	{"GET", "/support_ticket_details",
	 "select=*&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f&order=created_at.desc",
	 "read support_ticket_details * ?[user_id eq "
	 "<5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>] ^[created_at desc]"},
	{"GET", "/support_ticket_details", "select=*&id=eq.t-1",
	 "read support_ticket_details * ?[id eq <t-1>]"},
	{"GET", "/support_message_details", "select=*&ticket_id=eq.t-1&order=created_at.asc",
	 "read support_message_details * ?[ticket_id eq <t-1>] ^[created_at asc]"},
	{"POST", "/notification_preferences", "on_conflict=user_id",
	 "create notification_preferences * conflict [user_id]"},
	{"GET", "/notifications", "select=*&limit=1", "read notifications * #1"},
	/* admin and organizer clients */
	{"HEAD", "/profiles", "select=*&status=eq.COMPLETED&created_at=gte.a-1&created_at=lt.b-1",
	 "read profiles * ?[status eq <COMPLETED>, created_at gte <a-1>, created_at lt "
	 "<b-1>]"},
	{"HEAD", "/events", "select=*&status=eq.COMPLETED&created_at=gte.a-1&created_at=lt.b-1",
	 "read events * ?[status eq <COMPLETED>, created_at gte <a-1>, created_at lt "
	 "<b-1>]"},
	{"HEAD", "/orders", "select=*&status=eq.COMPLETED&created_at=gte.a-1&created_at=lt.b-1",
	 "read orders * ?[status eq <COMPLETED>, created_at gte <a-1>, created_at lt "
	 "<b-1>]"},
	{"HEAD", "/tickets", "select=*&status=eq.COMPLETED&created_at=gte.a-1&created_at=lt.b-1",
	 "read tickets * ?[status eq <COMPLETED>, created_at gte <a-1>, created_at lt "
	 "<b-1>]"},
	{"GET", "/orders", "select=total&status=eq.COMPLETED&created_at=gte.a-1&created_at=lt.b-1",
	 "read orders total ?[status eq <COMPLETED>, created_at gte <a-1>, created_at lt "
	 "<b-1>]"},
	{"GET", "/events", "select=categories,tickets_sold", "read events categories,tickets_sold"},
	{"GET", "/events",
	 "select=id,title,tickets_sold,capacity,orders(total)&order=tickets_sold.desc&"
	 "limit=5",
	 "read events id,title,tickets_sold,capacity,orders(total) ^[tickets_sold desc] "
	 "#5"},
	{"GET", "/events",
	 "select=*,ticket_types(*),organizer:profiles!events_organizer_id_fkey(user_id,"
	 "name,email)&order=created_at.desc",
	 "read events "
	 "*,ticket_types(*),organizer:profiles!events_organizer_id_fkey(user_id,name,email)"
	 " ^[created_at desc]"},
	{"PATCH", "/events", "id=eq.e-1", "update events * ?[id eq <e-1>]"},
	{"DELETE", "/events", "id=eq.e-1", "delete events * ?[id eq <e-1>]"},
	{"GET", "/order_details",
	 "select=*&order=created_at.desc&created_at=gte.2026-01-01&created_at=lte.2026-01-"
	 "01&or=(user_name.ilike.%25q-1%25,user_email.ilike.%25q-1%25,event_title.ilike.%"
	 "25q-1%25)",
	 "read order_details * ?[created_at gte <2026-01-01>, created_at lte <2026-01-01>, "
	 "or(user_name ilike <%q-1%>, user_email ilike <%q-1%>, event_title ilike "
	 "<%q-1%>)] ^[created_at desc]"},
	{"PATCH", "/orders", "id=eq.o-1", "update orders * ?[id eq <o-1>]"},
	{"POST", "/refunds", "", "create refunds *"},
	{"GET", "/profiles", "select=*&order=created_at.desc",
	 "read profiles * ^[created_at desc]"},
	{"PATCH", "/profiles", "id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f",
	 "update profiles * ?[id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>]"},
	{"GET", "/support_ticket_details", "select=*&order=latest_activity.desc",
	 "read support_ticket_details * ^[latest_activity desc]"},
	{"GET", "/scanned_tickets_view", "select=*&order=scanned_at.desc",
	 "read scanned_tickets_view * ^[scanned_at desc]"},
	{"GET", "/organizer_event_analytics", "select=*", "read organizer_event_analytics *"},
	{"GET", "/high_risk_orders",
	 "select=*,user:profiles!high_risk_orders_user_id_fkey(name,email),event:events!"
	 "high_risk_orders_event_id_fkey(title),order:orders!high_risk_orders_order_id_"
	 "fkey(total),reviewer:profiles!high_risk_orders_reviewed_by_fkey(name)&or=(user->"
	 "name.ilike.%25q%25)",
	 "read high_risk_orders "
	 "*,user:profiles!high_risk_orders_user_id_fkey(name,email),event:events!high_risk_"
	 "orders_event_id_fkey(title),order:orders!high_risk_orders_order_id_fkey(total),"
	 "reviewer:profiles!high_risk_orders_reviewed_by_fkey(name) ?[or(user->name ilike "
	 "<%q%>)]"},
	/* admin */
	{"GET", "/orders",
	 "select=created_at,total&status=eq.COMPLETED&created_at=gte.2026-01-01&order="
	 "created_at.asc",
	 "read orders created_at,total ?[status eq <COMPLETED>, created_at gte "
	 "<2026-01-01>] ^[created_at asc]"},
	/* blog */
	{"GET", "/blog_posts",
	 "select=*,author:profiles!author_id(id,name,email,avatar_url,bio),blog_post_"
	 "categories(category:blog_categories(id,name,slug,color,icon)),blog_post_tags(tag:"
	 "blog_tags(id,name,slug))&status=eq.PUBLISHED&order=published_at.desc.nullslast&"
	 "category_id=eq.c-1&author_id=eq.a-1&featured=eq.true&or=(title.ilike.%25q-1%25,"
	 "content.ilike.%25q-1%25,excerpt.ilike.%25q-1%25)&offset=24&limit=12",
	 "read blog_posts "
	 "*,author:profiles!author_id(id,name,email,avatar_url,bio),blog_post_categories("
	 "category:blog_categories(id,name,slug,color,icon)),blog_post_tags(tag:blog_tags("
	 "id,name,slug)) ?[status eq <PUBLISHED>, category_id eq <c-1>, author_id eq "
	 "<a-1>, featured eq <true>, or(title ilike <%q-1%>, content ilike <%q-1%>, "
	 "excerpt ilike <%q-1%>)] ^[published_at desc nullslast] #12 +24"},
	{"GET", "/blog_posts",
	 "select=*,author:profiles!author_id(id,name,email,avatar_url,bio),blog_post_"
	 "categories(category:blog_categories(id,name,slug,color,icon)),blog_post_tags(tag:"
	 "blog_tags(id,name,slug))&slug=eq.s-1&status=eq.PUBLISHED",
	 "read blog_posts "
	 "*,author:profiles!author_id(id,name,email,avatar_url,bio),blog_post_categories("
	 "category:blog_categories(id,name,slug,color,icon)),blog_post_tags(tag:blog_tags("
	 "id,name,slug)) ?[slug eq <s-1>, status eq <PUBLISHED>]"},
	{"GET", "/blog_posts",
	 "select=*,author:profiles!author_id(id,name,email,avatar_url,bio),blog_post_"
	 "categories(category:blog_categories(id,name,slug,color,icon)),blog_post_tags(tag:"
	 "blog_tags(id,name,slug))&featured=eq.true&order=published_at.desc&limit=10",
	 "read blog_posts "
	 "*,author:profiles!author_id(id,name,email,avatar_url,bio),blog_post_categories("
	 "category:blog_categories(id,name,slug,color,icon)),blog_post_tags(tag:blog_tags("
	 "id,name,slug)) ?[featured eq <true>] ^[published_at desc] #10"},
	{"GET", "/blog_posts",
	 "select=*,author:profiles!author_id(id,name,email,avatar_url,bio),blog_post_"
	 "categories(category:blog_categories(id,name,slug,color,icon)),blog_post_tags(tag:"
	 "blog_tags(id,name,slug))&published_at=gte.d-1&order=view_count.desc&limit=10",
	 "read blog_posts "
	 "*,author:profiles!author_id(id,name,email,avatar_url,bio),blog_post_categories("
	 "category:blog_categories(id,name,slug,color,icon)),blog_post_tags(tag:blog_tags("
	 "id,name,slug)) ?[published_at gte <d-1>] ^[view_count desc] #10"},
	{"GET", "/blog_posts",
	 "select=*,author:profiles!author_id(id,name,email,avatar_url,bio),blog_post_"
	 "categories(category:blog_categories(id,name,slug,color,icon)),blog_post_tags(tag:"
	 "blog_tags(id,name,slug))&id=neq.p-1&category_id=eq.c-1&order=published_at.desc&"
	 "limit=10",
	 "read blog_posts "
	 "*,author:profiles!author_id(id,name,email,avatar_url,bio),blog_post_categories("
	 "category:blog_categories(id,name,slug,color,icon)),blog_post_tags(tag:blog_tags("
	 "id,name,slug)) ?[id neq <p-1>, category_id eq <c-1>] ^[published_at desc] #10"},
	{"GET", "/blog_posts",
	 "select=*,author:profiles!author_id(id,name,email,avatar_url,bio),blog_post_"
	 "categories(category:blog_categories(id,name,slug,color,icon)),blog_post_tags(tag:"
	 "blog_tags(id,name,slug))&or=(title.ilike.%25q-1%25)&order=published_at.desc."
	 "nullslast&offset=24&limit=10",
	 "read blog_posts "
	 "*,author:profiles!author_id(id,name,email,avatar_url,bio),blog_post_categories("
	 "category:blog_categories(id,name,slug,color,icon)),blog_post_tags(tag:blog_tags("
	 "id,name,slug)) ?[or(title ilike <%q-1%>)] ^[published_at desc nullslast] #10 "
	 "+24"},
	{"GET", "/blog_categories", "select=*&slug=eq.s-1",
	 "read blog_categories * ?[slug eq <s-1>]"},
	{"GET", "/blog_tags", "select=*&slug=eq.s-1", "read blog_tags * ?[slug eq <s-1>]"},
	{"GET", "/profiles", "select=*&user_id=eq.a-1", "read profiles * ?[user_id eq <a-1>]"},
	{"GET", "/blog_comments",
	 "select=*,author:profiles!user_id(id,name,email,avatar_url)&post_id=eq.p-1&status="
	 "eq.APPROVED&order=created_at.desc",
	 "read blog_comments *,author:profiles!user_id(id,name,email,avatar_url) ?[post_id "
	 "eq <p-1>, status eq <APPROVED>] ^[created_at desc]"},
	{"POST", "/blog_comments", "select=*", "create blog_comments *"},
	{"GET", "/blog_categories", "select=*,blog_posts(count)",
	 "read blog_categories *,blog_posts(count)"},
	{"GET", "/blog_tags", "select=*,blog_post_tags(count)",
	 "read blog_tags *,blog_post_tags(count)"},
	{"DELETE", "/blog_comments", "id=eq.c-1&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f",
	 "delete blog_comments * ?[id eq <c-1>, user_id eq "
	 "<5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>]"},
	{"POST", "/blog_post_analytics", "", "create blog_post_analytics *"},
	{"GET", "/blog_posts",
	 "select=*,author:profiles!author_id(id,name,email,avatar_url,bio),blog_post_"
	 "categories(category:blog_categories(id,name,slug,color,icon)),blog_post_tags(tag:"
	 "blog_tags(id,name,slug))&status=eq.PUBLISHED&order=published_at.desc.nullslast,"
	 "view_count.desc&offset=0&limit=12",
	 "read blog_posts "
	 "*,author:profiles!author_id(id,name,email,avatar_url,bio),blog_post_categories("
	 "category:blog_categories(id,name,slug,color,icon)),blog_post_tags(tag:blog_tags("
	 "id,name,slug)) ?[status eq <PUBLISHED>] ^[published_at desc nullslast, "
	 "view_count desc] #12"},
	{"GET", "/blog_posts",
	 "select=*,author:profiles!author_id(id,name,email,avatar_url,bio),blog_post_"
	 "categories(category:blog_categories(id,name,slug,color,icon)),blog_post_tags(tag:"
	 "blog_tags(id,name,slug))&status=eq.PUBLISHED&order=published_at.desc.nullslast,"
	 "comment_count.desc&limit=12",
	 "read blog_posts "
	 "*,author:profiles!author_id(id,name,email,avatar_url,bio),blog_post_categories("
	 "category:blog_categories(id,name,slug,color,icon)),blog_post_tags(tag:blog_tags("
	 "id,name,slug)) ?[status eq <PUBLISHED>] ^[published_at desc nullslast, "
	 "comment_count desc] #12"},
	{"HEAD", "/blog_comments", "select=*&post_id=eq.p-1",
	 "read blog_comments * ?[post_id eq <p-1>]"},
};

static void reads_the_queries_of_the_client(void **state)
{
	(void)state;
	try_shapes(shapes, FN_COUNT(shapes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(reads_the_queries_of_the_client)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
