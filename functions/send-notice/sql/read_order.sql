-- An order as a notice tells of it: $1 the order, or $2 a refund of it. Columns: 0 state, 1 name,
-- 2 address, 3 number, 4 language, 5 token of a guest, 6 event, 7 and 8 date in French and English,
-- 9 time, 10 tickets that are alive, 11 sum (of the refund, where there is one), 12 fee of the buyer,
-- 13 currency, 14 state of the refund, 15 its cause, 16 the order.
SELECT f.state, f.name, f.email, f.phone, f.language, f.guest_token, f.title, f.date_fr, f.date_en,
       f.at, f.tickets, f.amount_minor, f.fee_minor, f.currency, f.refund_state, f.refund_cause, f.bought
  FROM private.order_notice_facts($1, $2) f
