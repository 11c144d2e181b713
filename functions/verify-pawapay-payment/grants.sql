-- What verify-pawapay-payment may do. The calls bring the writes that they make.
SELECT private.allow_call('fn_verify_pawapay_payment', 'deposit_read');
SELECT private.allow_call('fn_verify_pawapay_payment', 'deposit_ask');
SELECT private.allow_call('fn_verify_pawapay_payment', 'deposit_page');
SELECT private.allow_call('fn_verify_pawapay_payment', 'payment_settle');
SELECT private.allow_call('fn_verify_pawapay_payment', 'alarm_raise');
SELECT private.allow_call('fn_verify_pawapay_payment', 'rate_count');
