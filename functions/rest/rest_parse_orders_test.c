/* rest_parse_orders_test.c: the queries of the web client, as it sends them, and the trees that
 * they are: checkout, payment and tickets. */
#include "rest_parse_shapes.h"

static const struct shape shapes[] = {
	/* checkout and orders */
	{"GET", "/ticket_types", "select=id,price&id=in.(0c4b8a52-6f0e-4f60-9d1a-tt,7a1d0b5e-tt)",
	 "read ticket_types id,price ?[id in [0c4b8a52-6f0e-4f60-9d1a-tt|7a1d0b5e-tt]]"},
	{"GET", "/ticket_types",
	 "select=id,price,name&id=in.(0c4b8a52-6f0e-4f60-9d1a-tt,7a1d0b5e-tt)",
	 "read ticket_types id,price,name ?[id in "
	 "[0c4b8a52-6f0e-4f60-9d1a-tt|7a1d0b5e-tt]]"},
	{"GET", "/service_fee_rules",
	 "select=*&active=eq.true&scope=eq.TICKET_TYPE&ticket_type_id=in.(0c4b8a52-6f0e-"
	 "4f60-9d1a-tt,7a1d0b5e-tt)",
	 "read service_fee_rules * ?[active eq <true>, scope eq <TICKET_TYPE>, "
	 "ticket_type_id in [0c4b8a52-6f0e-4f60-9d1a-tt|7a1d0b5e-tt]]"},
	{"GET", "/service_fee_rules", "select=*&active=eq.true&scope=eq.EVENT&event_id=eq.e-1",
	 "read service_fee_rules * ?[active eq <true>, scope eq <EVENT>, event_id eq "
	 "<e-1>]"},
	{"GET", "/service_fee_rules", "select=*&active=eq.true&scope=eq.GLOBAL",
	 "read service_fee_rules * ?[active eq <true>, scope eq <GLOBAL>]"},
	{"GET", "/payment_methods",
	 "select=*&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f&is_active=eq.true&order="
	 "is_default.desc,created_at.desc",
	 "read payment_methods * ?[user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>, "
	 "is_active eq <true>] ^[is_default desc, created_at desc]"},
	{"GET", "/profiles",
	 "select=name,email,phone&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f",
	 "read profiles name,email,phone ?[user_id eq "
	 "<5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>]"},
	{"GET", "/events", "select=title,currency&id=eq.e-1",
	 "read events title,currency ?[id eq <e-1>]"},
	{"GET", "/fx_rates",
	 "select=rate_decimal,valid_from&from_currency=eq.USD&to_currency=eq.XOF&is_active="
	 "eq.true&valid_from=lte.now-1&order=valid_from.desc&limit=1",
	 "read fx_rates rate_decimal,valid_from ?[from_currency eq <USD>, to_currency eq "
	 "<XOF>, is_active eq <true>, valid_from lte <now-1>] ^[valid_from desc] #1"},
	{"POST", "/orders", "select=*", "create orders *"},
	{"POST", "/tickets", "columns=%22event_id%22,%22order_id%22",
	 "create tickets * columns [event_id|order_id]"},
	{"GET", "/orders",
	 "select=id,status,guest_orders!inner(email,token)&guest_orders.token=eq.t-1",
	 "read orders id,status,guest_orders!inner(email,token ?[token eq <t-1>])"},
	{"GET", "/guest_ticket_details", "select=*&token=eq.t-1",
	 "read guest_ticket_details * ?[token eq <t-1>]"},
	/* checkout */
	{"GET", "/orders", "select=id,status,guest_orders!inner(token)&guest_orders.token=eq.t-1",
	 "read orders id,status,guest_orders!inner(token ?[token eq <t-1>])"},
	/* my tickets, history, transfers, dashboard */
	{"GET", "/tickets",
	 "select=id,qr_code,status,scanned_at,event_id,ticket_type_id,order_id,created_at,"
	 "event:events(id,title,date,time,location,currency,image_url,status),ticket_type:"
	 "ticket_types(id,name,price),order:orders(id,created_at,status,payment_method,"
	 "total)&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f&status=eq.VALID&scanned_"
	 "at=is.null&order=created_at.desc",
	 "read tickets "
	 "id,qr_code,status,scanned_at,event_id,ticket_type_id,order_id,created_at,event:"
	 "events(id,title,date,time,location,currency,image_url,status),ticket_type:ticket_"
	 "types(id,name,price),order:orders(id,created_at,status,payment_method,total) "
	 "?[user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>, status eq <VALID>, "
	 "scanned_at is null] ^[created_at desc]"},
	{"GET", "/ticket_transfers",
	 "select=ticket_id&ticket_id=in.(0c4b8a52-6f0e-4f60-9d1a-t,7a1d0b5e-t)&status=eq."
	 "COMPLETED",
	 "read ticket_transfers ticket_id ?[ticket_id in "
	 "[0c4b8a52-6f0e-4f60-9d1a-t|7a1d0b5e-t], status eq <COMPLETED>]"},
	{"GET", "/tickets",
	 "select=id,order_id,order:orders!inner(user_id)&id=in.(0c4b8a52-6f0e-4f60-9d1a-t,"
	 "7a1d0b5e-t)",
	 "read tickets id,order_id,order:orders!inner(user_id) ?[id in "
	 "[0c4b8a52-6f0e-4f60-9d1a-t|7a1d0b5e-t]]"},
	{"GET", "/orders",
	 "select=id,total,status,created_at,event:events!inner(title,date,time,location,"
	 "currency,image_url),tickets(id,user_id,qr_code,status,scanned_at,scan_location,"
	 "scanned_by,ticket_type:ticket_types(name,price))&user_id=eq.5f9c1f0e-4a53-4d7d-"
	 "9f05-0a6b5d0c1e2f&visible_in_history=eq.true&order=created_at.desc",
	 "read orders "
	 "id,total,status,created_at,event:events!inner(title,date,time,location,currency,"
	 "image_url),tickets(id,user_id,qr_code,status,scanned_at,scan_location,scanned_by,"
	 "ticket_type:ticket_types(name,price)) ?[user_id eq "
	 "<5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>, visible_in_history eq <true>] "
	 "^[created_at desc]"},
	{"GET", "/ticket_transfers",
	 "select=ticket_id,status&sender_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f",
	 "read ticket_transfers ticket_id,status ?[sender_id eq "
	 "<5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>]"},
	{"GET", "/profiles",
	 "select=user_id,name&user_id=in.(0c4b8a52-6f0e-4f60-9d1a-scanners,7a1d0b5e-"
	 "scanners)",
	 "read profiles user_id,name ?[user_id in "
	 "[0c4b8a52-6f0e-4f60-9d1a-scanners|7a1d0b5e-scanners]]"},
	{"GET", "/ticket_transfers",
	 "select=id,ticket_id,recipient_id,recipient_email,recipient_phone,recipient_name,"
	 "message,status,created_at,updated_at,ticket:tickets!ticket_transfers_ticket_id_"
	 "fkey(id,qr_code,status,event:events(title,date,time,location,image_url),ticket_"
	 "type:ticket_types(name,price))&sender_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f&"
	 "order=created_at.desc",
	 "read ticket_transfers "
	 "id,ticket_id,recipient_id,recipient_email,recipient_phone,recipient_name,message,"
	 "status,created_at,updated_at,ticket:tickets!ticket_transfers_ticket_id_fkey(id,"
	 "qr_code,status,event:events(title,date,time,location,image_url),ticket_type:"
	 "ticket_types(name,price)) ?[sender_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>] "
	 "^[created_at desc]"},
	{"GET", "/profiles",
	 "select=id,name,email&id=in.(0c4b8a52-6f0e-4f60-9d1a-recipients,7a1d0b5e-"
	 "recipients)",
	 "read profiles id,name,email ?[id in "
	 "[0c4b8a52-6f0e-4f60-9d1a-recipients|7a1d0b5e-recipients]]"},
	{"GET", "/ticket_transfers",
	 "select=id,ticket_id,sender_id,recipient_id,recipient_email,recipient_phone,"
	 "recipient_name,message,status,created_at,updated_at&recipient_id=eq.5f9c1f0e-"
	 "4a53-4d7d-9f05-0a6b5d0c1e2f&status=in.(COMPLETED,USED)&order=created_at.desc",
	 "read ticket_transfers "
	 "id,ticket_id,sender_id,recipient_id,recipient_email,recipient_phone,recipient_"
	 "name,message,status,created_at,updated_at ?[recipient_id eq "
	 "<5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>, status in [COMPLETED|USED]] ^[created_at "
	 "desc]"},
	{"GET", "/tickets",
	 "select=id,qr_code,status,scanned_at,scan_location,scanned_by,event_id,ticket_"
	 "type_id&id=in.(0c4b8a52-6f0e-4f60-9d1a-t,7a1d0b5e-t)",
	 "read tickets "
	 "id,qr_code,status,scanned_at,scan_location,scanned_by,event_id,ticket_type_id "
	 "?[id in [0c4b8a52-6f0e-4f60-9d1a-t|7a1d0b5e-t]]"},
	{"GET", "/events",
	 "select=id,title,date,time,location,image_url&id=in.(0c4b8a52-6f0e-4f60-9d1a-e,"
	 "7a1d0b5e-e)",
	 "read events id,title,date,time,location,image_url ?[id in "
	 "[0c4b8a52-6f0e-4f60-9d1a-e|7a1d0b5e-e]]"},
	{"GET", "/ticket_types",
	 "select=id,name,price&id=in.(0c4b8a52-6f0e-4f60-9d1a-tt,7a1d0b5e-tt)",
	 "read ticket_types id,name,price ?[id in "
	 "[0c4b8a52-6f0e-4f60-9d1a-tt|7a1d0b5e-tt]]"},
	{"GET", "/profiles",
	 "select=user_id,name,email&user_id=in.(0c4b8a52-6f0e-4f60-9d1a-senders,7a1d0b5e-"
	 "senders)",
	 "read profiles user_id,name,email ?[user_id in "
	 "[0c4b8a52-6f0e-4f60-9d1a-senders|7a1d0b5e-senders]]"},
	{"HEAD", "/ticket_transfers",
	 "select=*&recipient_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f&status=in.("
	 "COMPLETED,USED)",
	 "read ticket_transfers * ?[recipient_id eq "
	 "<5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>, status in [COMPLETED|USED]]"},
	{"GET", "/ticket_transfers",
	 "select=id,sender:profiles!ticket_transfers_sender_id_fkey(name,email),recipient:"
	 "profiles!ticket_transfers_recipient_id_fkey(name,email)&or=(sender_id.eq."
	 "5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f,recipient_id.eq.5f9c1f0e-4a53-4d7d-9f05-"
	 "0a6b5d0c1e2f)&order=created_at.desc",
	 "read ticket_transfers "
	 "id,sender:profiles!ticket_transfers_sender_id_fkey(name,email),recipient:"
	 "profiles!ticket_transfers_recipient_id_fkey(name,email) ?[or(sender_id eq "
	 "<5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>, recipient_id eq "
	 "<5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>)] ^[created_at desc]"},
	{"GET", "/ticket_transfers",
	 "select=id,ticket_id,sender_id,status,created_at,ticket:tickets!ticket_id(event_"
	 "id,ticket_type_id,event:events!event_id(title,date,time),ticket_type:ticket_"
	 "types!ticket_type_id(name,price))&recipient_id=eq.5f9c1f0e-4a53-4d7d-9f05-"
	 "0a6b5d0c1e2f&status=eq.PENDING&order=created_at.desc",
	 "read ticket_transfers "
	 "id,ticket_id,sender_id,status,created_at,ticket:tickets!ticket_id(event_id,"
	 "ticket_type_id,event:events!event_id(title,date,time),ticket_type:ticket_types!"
	 "ticket_type_id(name,price)) ?[recipient_id eq "
	 "<5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>, status eq <PENDING>] ^[created_at desc]"},
	{"PATCH", "/ticket_transfers", "id=eq.x-1", "update ticket_transfers * ?[id eq <x-1>]"},
	{"GET", "/tickets",
	 "select=id,event:events!inner(date,status)&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-"
	 "0a6b5d0c1e2f&status=eq.VALID&event.status=eq.PUBLISHED",
	 "read tickets id,event:events!inner(date,status ?[status eq <PUBLISHED>]) "
	 "?[user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>, status eq <VALID>]"},
	{"GET", "/orders",
	 "select=total,status&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f&status=eq."
	 "COMPLETED",
	 "read orders total,status ?[user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>, "
	 "status eq <COMPLETED>]"},
	{"GET", "/order_details",
	 "select=id,total,status,event_title,event_date,event_time,event_location,event_"
	 "currency&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f&order=created_at.desc&"
	 "limit=5",
	 "read order_details "
	 "id,total,status,event_title,event_date,event_time,event_location,event_currency "
	 "?[user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>] ^[created_at desc] #5"},
	/* payment status and confirmation */
	{"GET", "/payments", "select=status&id=eq.p-1", "read payments status ?[id eq <p-1>]"},
	{"GET", "/tickets",
	 "select=id,qr_code,ticket_type:ticket_types!inner(id,name,price),event:events!"
	 "inner(id,title,date,time,location,image_url,description)&order_id=eq.o-1",
	 "read tickets "
	 "id,qr_code,ticket_type:ticket_types!inner(id,name,price),event:events!inner(id,"
	 "title,date,time,location,image_url,description) ?[order_id eq <o-1>]"},
	{"GET", "/orders", "select=id,status,event_id,user_id&id=eq.o-1",
	 "read orders id,status,event_id,user_id ?[id eq <o-1>]"},
	{"GET", "/payments", "select=id,status,provider,order_id,transaction_id&order_id=eq.o-1",
	 "read payments id,status,provider,order_id,transaction_id ?[order_id eq <o-1>]"},
	{"GET", "/payments", "select=id,status,provider,order_id,transaction_id&token=eq.t-1",
	 "read payments id,status,provider,order_id,transaction_id ?[token eq <t-1>]"},
	{"GET", "/payments",
	 "select=id,status,provider,order_id,transaction_id&event_id=eq.e-1&user_id=eq."
	 "5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f&order=created_at.desc&limit=1",
	 "read payments id,status,provider,order_id,transaction_id ?[event_id eq <e-1>, "
	 "user_id eq <5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>] ^[created_at desc] #1"},
	{"PATCH", "/payments", "id=eq.p-1", "update payments * ?[id eq <p-1>]"},
	{"GET", "/payments", "select=id,status,provider&order_id=eq.o-1",
	 "read payments id,status,provider ?[order_id eq <o-1>]"},
	{"GET", "/orders", "select=total_amount,currency,payment_method,created_at&id=eq.o-1",
	 "read orders total_amount,currency,payment_method,created_at ?[id eq <o-1>]"},
	{"GET", "/orders", "select=user_id,total_amount&id=eq.o-1",
	 "read orders user_id,total_amount ?[id eq <o-1>]"},
	{"GET", "/orders",
	 "select=id,user_id,total,currency,events(title),order_items(quantity)&id=eq.o-1",
	 "read orders id,user_id,total,currency,events(title),order_items(quantity) ?[id "
	 "eq <o-1>]"},
	{"GET", "/tickets",
	 "select=id,qr_code,ticket_type:ticket_type_id(name,price),event:event_id(title,"
	 "date,time,location,image_url)&order_id=eq.o-1",
	 "read tickets "
	 "id,qr_code,ticket_type:ticket_type_id(name,price),event:event_id(title,date,time,"
	 "location,image_url) ?[order_id eq <o-1>]"},
	{"GET", "/payments", "select=*&or=(transaction_id.eq.t-1,id.eq.p-1)",
	 "read payments * ?[or(transaction_id eq <t-1>, id eq <p-1>)]"},
	{"GET", "/payments", "select=*&id=eq.p-1", "read payments * ?[id eq <p-1>]"},
	{"GET", "/payments",
	 "select=*,event:events(title,date,location)&user_id=eq.5f9c1f0e-4a53-4d7d-9f05-"
	 "0a6b5d0c1e2f&order=created_at.desc",
	 "read payments *,event:events(title,date,location) ?[user_id eq "
	 "<5f9c1f0e-4a53-4d7d-9f05-0a6b5d0c1e2f>] ^[created_at desc]"},
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
