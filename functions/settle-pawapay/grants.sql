-- What settle-pawapay may do. The calls bring the writes that they make.
SELECT private.allow_call('fn_settle_pawapay', 'inbox_read');
SELECT private.allow_call('fn_settle_pawapay', 'inbox_end');
SELECT private.allow_call('fn_settle_pawapay', 'deposit_read');
SELECT private.allow_call('fn_settle_pawapay', 'deposit_page');
SELECT private.allow_call('fn_settle_pawapay', 'payment_settle');
SELECT private.allow_call('fn_settle_pawapay', 'alarm_raise');
SELECT private.allow_call('fn_settle_pawapay', 'refund_news');
