-- What verify-payment may do. The calls bring the writes that they make.
SELECT private.allow_call('fn_verify_payment', 'card_read');
SELECT private.allow_call('fn_verify_payment', 'deposit_ask');
SELECT private.allow_call('fn_verify_payment', 'payment_attach');
SELECT private.allow_call('fn_verify_payment', 'payment_settle');
SELECT private.allow_call('fn_verify_payment', 'alarm_raise');
SELECT private.allow_call('fn_verify_payment', 'rate_count');
