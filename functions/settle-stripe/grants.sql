-- What settle-stripe may do. The calls bring the writes that they make.
SELECT private.allow_call('fn_settle_stripe', 'inbox_read');
SELECT private.allow_call('fn_settle_stripe', 'inbox_end');
SELECT private.allow_call('fn_settle_stripe', 'card_read');
SELECT private.allow_call('fn_settle_stripe', 'payment_attach');
SELECT private.allow_call('fn_settle_stripe', 'payment_settle');
SELECT private.allow_call('fn_settle_stripe', 'alarm_raise');
SELECT private.allow_call('fn_settle_stripe', 'refund_news');
SELECT private.allow_call('fn_settle_stripe', 'dispute_news');
