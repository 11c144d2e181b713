/* rest_parse_browse_test.c: the queries of the web client, as it sends them, and the trees that
 * they are: pages that everybody sees: shell, browse, event page. */
#include "rest_parse_shapes.h"

static const struct shape shapes[] = {
	/* app shell, every page */
	{"GET", "/translations", "select=key,locale,content&locale=eq.fr",
	 "read translations key,locale,content ?[locale eq <fr>]"},
	{"GET", "/events", "select=*,ticket_types(*)&status=eq.PUBLISHED&order=date.asc",
	 "read events *,ticket_types(*) ?[status eq <PUBLISHED>] ^[date asc]"},
	{"GET", "/profiles", "select=*&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f",
	 "read profiles * ?[user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>]"},
	{"GET", "/notifications",
	 "select=*&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f&order=created_at.desc",
	 "read notifications * ?[user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>] "
	 "^[created_at desc]"},
	{"GET", "/notifications", "select=*&order=created_at.desc&limit=10",
	 "read notifications * ^[created_at desc] #10"},
	{"HEAD", "/notifications",
	 "select=*&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f&read=eq.false",
	 "read notifications * ?[user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>, read "
	 "eq <false>]"},
	{"GET", "/ticket_transfers",
	 "select=id,ticket_id,sender_id,recipient_email,recipient_phone,recipient_name,"
	 "message,status,created_at&status=eq.PENDING&recipient_email=eq.email-1",
	 "read ticket_transfers "
	 "id,ticket_id,sender_id,recipient_email,recipient_phone,recipient_name,message,"
	 "status,created_at ?[status eq <PENDING>, recipient_email eq <email-1>]"},
	{"GET", "/ticket_transfers",
	 "select=id,ticket_id,sender_id,recipient_email,recipient_phone,recipient_name,"
	 "message,status,created_at&status=eq.PENDING&recipient_phone=eq.phone-1",
	 "read ticket_transfers "
	 "id,ticket_id,sender_id,recipient_email,recipient_phone,recipient_name,message,"
	 "status,created_at ?[status eq <PENDING>, recipient_phone eq <phone-1>]"},
	{"GET", "/profiles", "select=name,email&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f",
	 "read profiles name,email ?[user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>]"},
	{"GET", "/tickets",
	 "select=id,event_id,ticket_type_id,status,event:events(title,date,venue)&id=eq."
	 "ticket-1",
	 "read tickets id,event_id,ticket_type_id,status,event:events(title,date,venue) "
	 "?[id eq <ticket-1>]"},
	{"GET", "/user_credits", "select=*&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f",
	 "read user_credits * ?[user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>]"},
	{"GET", "/events",
	 "select=*,ticket_types(id,name,price,quantity,available,max_per_order,sales_"
	 "enabled)&id=eq.e-1",
	 "read events "
	 "*,ticket_types(id,name,price,quantity,available,max_per_order,sales_enabled) "
	 "?[id eq <e-1>]"},
	{"GET", "/newsletter_subscriptions", "select=id&email=eq.e-1",
	 "read newsletter_subscriptions id ?[email eq <e-1>]"},
	{"POST", "/newsletter_subscriptions", "columns=%22email%22",
	 "create newsletter_subscriptions * columns [email]"},
	/* browse */
	{"GET", "/banners",
	 "select=id,title,image_url,link,description,event_id&active=eq.true&order=display_"
	 "order.asc",
	 "read banners id,title,image_url,link,description,event_id ?[active eq <true>] "
	 "^[display_order asc]"},
	{"GET", "/events",
	 "select=*,ticket_types(*),event_category_relations(category_id,categories(*))&"
	 "status=eq.PUBLISHED&or=(title.ilike.%25q-1%25,description.ilike.%25q-1%25)&"
	 "location=ilike.%25l-1%25&date=eq.d-1&order=date.asc",
	 "read events "
	 "*,ticket_types(*),event_category_relations(category_id,categories(*)) ?[status "
	 "eq <PUBLISHED>, or(title ilike <%q-1%>, description ilike <%q-1%>), location "
	 "ilike <%l-1%>, date eq <d-1>] ^[date asc]"},
	{"GET", "/events", "select=country_code&status=eq.PUBLISHED",
	 "read events country_code ?[status eq <PUBLISHED>]"},
	{"GET", "/events", "select=location,country_code&status=eq.PUBLISHED",
	 "read events location,country_code ?[status eq <PUBLISHED>]"},
	{"GET", "/events", "select=id&status=eq.PUBLISHED",
	 "read events id ?[status eq <PUBLISHED>]"},
	{"GET", "/event_category_relations",
	 "select=category_id&event_id=in.(0c4b8a52-6f0e-4f60-9d1a-ids,7a1d0b5e-ids)",
	 "read event_category_relations category_id ?[event_id in "
	 "[0c4b8a52-6f0e-4f60-9d1a-ids|7a1d0b5e-ids]]"},
	{"GET", "/event_category_relations", "select=event_id&category_id=eq.c-1",
	 "read event_category_relations event_id ?[category_id eq <c-1>]"},
	{"GET", "/event_category_relations",
	 "select=event_id&category_id=in.(0c4b8a52-6f0e-4f60-9d1a-cs,7a1d0b5e-cs)",
	 "read event_category_relations event_id ?[category_id in "
	 "[0c4b8a52-6f0e-4f60-9d1a-cs|7a1d0b5e-cs]]"},
	{"HEAD", "/events",
	 "select=id&status=eq.PUBLISHED&id=in.(0c4b8a52-6f0e-4f60-9d1a-ids,7a1d0b5e-ids)",
	 "read events id ?[status eq <PUBLISHED>, id in "
	 "[0c4b8a52-6f0e-4f60-9d1a-ids|7a1d0b5e-ids]]"},
	{"HEAD", "/event_category_relations", "select=*&category_id=eq.c-1",
	 "read event_category_relations * ?[category_id eq <c-1>]"},
	{"GET", "/categories", "select=*&order=name.asc", "read categories * ^[name asc]"},
	{"GET", "/categories", "select=*&id=eq.c-1", "read categories * ?[id eq <c-1>]"},
	{"GET", "/categories", "select=*&name=ilike.slugwords-1",
	 "read categories * ?[name ilike <slugwords-1>]"},
	{"GET", "/categories", "select=*&name=ilike.%25words-1%25&limit=1",
	 "read categories * ?[name ilike <%words-1%>] #1"},
	{"GET", "/categories", "select=*&name=eq.n-1", "read categories * ?[name eq <n-1>]"},
	{"GET", "/categories", "select=id&subcategories=cs.{s-1}",
	 "read categories id ?[subcategories cs <{s-1}>]"},
	{"GET", "/categories", "select=subcategories", "read categories subcategories"},
	{"POST", "/categories", "select=*", "create categories *"},
	{"PATCH", "/categories", "id=eq.c-1&select=*", "update categories * ?[id eq <c-1>]"},
	{"DELETE", "/categories", "id=eq.c-1", "delete categories * ?[id eq <c-1>]"},
	{"DELETE", "/event_category_relations", "event_id=eq.e-1&category_id=eq.c-1",
	 "delete event_category_relations * ?[event_id eq <e-1>, category_id eq <c-1>]"},
	{"POST", "/event_category_relations", "", "create event_category_relations *"},
	{"GET", "/events",
	 "select=id,title,description,image_url,attraction_type,venue,location,city,"
	 "country_code,capacity,sales_start_date,featured,ticket_types(id,name,price,"
	 "available,sales_enabled)&is_permanent=eq.true&status=eq.PUBLISHED&deleted_at=is."
	 "null&order=featured.desc,title.asc&attraction_type=eq.t-1&country_code=eq.c-1&"
	 "city=ilike.%25x-1%25",
	 "read events "
	 "id,title,description,image_url,attraction_type,venue,location,city,country_code,"
	 "capacity,sales_start_date,featured,ticket_types(id,name,price,available,sales_"
	 "enabled) ?[is_permanent eq <true>, status eq <PUBLISHED>, deleted_at is null, "
	 "attraction_type eq <t-1>, country_code eq <c-1>, city ilike <%x-1%>] ^[featured "
	 "desc, title asc]"},
	{"GET", "/events",
	 "select=*,ticket_types(*),event_category_relations(category_id,categories(*))&id="
	 "in.(a-1,b-2)&order=date.asc",
	 "read events "
	 "*,ticket_types(*),event_category_relations(category_id,categories(*)) ?[id in "
	 "[a-1|b-2]] ^[date asc]"},
	/* discovery */
	{"GET", "/organizer_profiles",
	 "select=organizer_id,business_name,slug,city,country_code,logo_url,cover_image_"
	 "url,verification_status,followers_count,bio&order=business_name.asc",
	 "read organizer_profiles "
	 "organizer_id,business_name,slug,city,country_code,logo_url,cover_image_url,"
	 "verification_status,followers_count,bio ^[business_name asc]"},
	{"GET", "/organizer_profiles", "select=*&slug=eq.s-1",
	 "read organizer_profiles * ?[slug eq <s-1>]"},
	{"GET", "/events",
	 "select=id,title,date,time,location,image_url,price,currency,status,tickets_sold,"
	 "capacity&organizer_id=eq.o-1&status=eq.PUBLISHED&order=date.asc",
	 "read events "
	 "id,title,date,time,location,image_url,price,currency,status,tickets_sold,"
	 "capacity ?[organizer_id eq <o-1>, status eq <PUBLISHED>] ^[date asc]"},
	{"GET", "/venues",
	 "select=id,name,slug,city,country_code,capacity,photos,verified,event_count&order="
	 "name.asc",
	 "read venues id,name,slug,city,country_code,capacity,photos,verified,event_count "
	 "^[name asc]"},
	{"GET", "/venues", "select=*&slug=eq.s-1", "read venues * ?[slug eq <s-1>]"},
	{"GET", "/events",
	 "select=id,title,date,image_url,price,currency,status,is_permanent&venue_id=eq.v-"
	 "1&status=eq.PUBLISHED&order=date.asc",
	 "read events id,title,date,image_url,price,currency,status,is_permanent "
	 "?[venue_id eq <v-1>, status eq <PUBLISHED>] ^[date asc]"},
	{"GET", "/artists",
	 "select=id,name,slug,genre,photo_url,country_code,city,verified&order=name.asc",
	 "read artists id,name,slug,genre,photo_url,country_code,city,verified ^[name "
	 "asc]"},
	{"GET", "/artists", "select=*&slug=eq.s-1", "read artists * ?[slug eq <s-1>]"},
	{"GET", "/event_artists",
	 "select=role,events(id,title,date,location,image_url,price,currency,status)&"
	 "artist_id=eq.a-1&order=display_order.asc",
	 "read event_artists "
	 "role,events(id,title,date,location,image_url,price,currency,status) ?[artist_id "
	 "eq <a-1>] ^[display_order asc]"},
	{"GET", "/tags", "select=*&slug=eq.s-1", "read tags * ?[slug eq <s-1>]"},
	{"GET", "/event_tags",
	 "select=events(id,title,date,location,image_url,price,currency,status)&tag_id=eq."
	 "t-1",
	 "read event_tags events(id,title,date,location,image_url,price,currency,status) "
	 "?[tag_id eq <t-1>]"},
	/* event page */
	{"GET", "/events",
	 "select=*,ticket_types(id,name,description,price,quantity,available,max_per_order,"
	 "sales_enabled)&id=eq.e-1",
	 "read events "
	 "*,ticket_types(id,name,description,price,quantity,available,max_per_order,sales_"
	 "enabled) ?[id eq <e-1>]"},
	{"GET", "/organizer_profiles",
	 "select=business_name,logo_url,slug,verification_status&organizer_id=eq.o-1",
	 "read organizer_profiles business_name,logo_url,slug,verification_status "
	 "?[organizer_id eq <o-1>]"},
	{"GET", "/profiles", "select=name,avatar_url&user_id=eq.o-1",
	 "read profiles name,avatar_url ?[user_id eq <o-1>]"},
	{"GET", "/event_artists",
	 "select=role,display_order,artists(id,name,slug,photo_url,genre,verified)&event_"
	 "id=eq.e-1&order=display_order.asc",
	 "read event_artists "
	 "role,display_order,artists(id,name,slug,photo_url,genre,verified) ?[event_id eq "
	 "<e-1>] ^[display_order asc]"},
	{"GET", "/venues", "select=id,name,slug,city,verified&id=eq.v-1",
	 "read venues id,name,slug,city,verified ?[id eq <v-1>]"},
	{"GET", "/event_dates",
	 "select=id,date,start_time,end_time,status&event_id=eq.e-1&status=ilike.active&"
	 "order=date.asc",
	 "read event_dates id,date,start_time,end_time,status ?[event_id eq <e-1>, status "
	 "ilike <active>] ^[date asc]"},
	{"GET", "/event_dates",
	 "select=id,date,start_time,end_time,capacity,status&event_id=eq.e-1&status=ilike."
	 "active&order=date.asc",
	 "read event_dates id,date,start_time,end_time,capacity,status ?[event_id eq "
	 "<e-1>, status ilike <active>] ^[date asc]"},
	{"GET", "/event_dates",
	 "select=id,date,start_time,end_time,capacity,status,day_type&event_id=eq.e-1&"
	 "order=date.asc&date=gte.a-1&date=lte.b-1",
	 "read event_dates id,date,start_time,end_time,capacity,status,day_type ?[event_id "
	 "eq <e-1>, date gte <a-1>, date lte <b-1>] ^[date asc]"},
	{"GET", "/event_images", "select=*&event_id=eq.e-1&order=display_order.asc",
	 "read event_images * ?[event_id eq <e-1>] ^[display_order asc]"},
	{"GET", "/ticket_type_pricing_overrides",
	 "select=ticket_type_id,day_type,price&ticket_type_id=in.(0c4b8a52-6f0e-4f60-9d1a-"
	 "tt,7a1d0b5e-tt)",
	 "read ticket_type_pricing_overrides ticket_type_id,day_type,price "
	 "?[ticket_type_id in [0c4b8a52-6f0e-4f60-9d1a-tt|7a1d0b5e-tt]]"},
	{"GET", "/ticket_types",
	 "select=id,name,description,price,available,max_per_order,sales_enabled,status&"
	 "event_id=eq.e-1",
	 "read ticket_types "
	 "id,name,description,price,available,max_per_order,sales_enabled,status "
	 "?[event_id eq <e-1>]"},
	{"GET", "/venue_operating_hours", "select=*&event_id=eq.e-1&order=day_of_week.asc",
	 "read venue_operating_hours * ?[event_id eq <e-1>] ^[day_of_week asc]"},
	{"GET", "/venue_operating_exceptions", "select=*&event_id=eq.e-1&order=exception_date.asc",
	 "read venue_operating_exceptions * ?[event_id eq <e-1>] ^[exception_date asc]"},
	{"DELETE", "/venue_operating_exceptions", "id=eq.x-1",
	 "delete venue_operating_exceptions * ?[id eq <x-1>]"},
	{"POST", "/ticket_type_pricing_overrides", "", "create ticket_type_pricing_overrides *"},
	{"POST", "/event_images", "select=*", "create event_images *"},
	{"DELETE", "/event_images", "id=eq.x-1", "delete event_images * ?[id eq <x-1>]"},
	/* event */
	{"GET", "/event_dates",
	 "select=id,date,start_time,end_time,status&event_id=eq.e-1&order=date.asc",
	 "read event_dates id,date,start_time,end_time,status ?[event_id eq <e-1>] ^[date "
	 "asc]"},
	{"POST", "/venue_operating_hours",
	 "on_conflict=event_id,day_of_week&columns=%22event_id%22,%22day_of_week%22",
	 "create venue_operating_hours * columns [event_id|day_of_week] conflict "
	 "[event_id|day_of_week]"},
	{"POST", "/venue_operating_exceptions", "on_conflict=event_id,exception_date",
	 "create venue_operating_exceptions * conflict [event_id|exception_date]"},
	{"POST", "/ticket_type_pricing_overrides", "on_conflict=ticket_type_id,day_type",
	 "create ticket_type_pricing_overrides * conflict [ticket_type_id|day_type]"},
	{"GET", "/event_images", "select=*&event_id=eq.e-1&order=created_at.asc",
	 "read event_images * ?[event_id eq <e-1>] ^[created_at asc]"},
	{"PATCH", "/event_images", "id=eq.x-1", "update event_images * ?[id eq <x-1>]"},
	{"POST", "/event_category_relations", "columns=%22event_id%22,%22category_id%22",
	 "create event_category_relations * columns [event_id|category_id]"},
	{"GET", "/events", "select=*&id=eq.undefined", "read events * ?[id eq <undefined>]"},
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
