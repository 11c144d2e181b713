-- What create-pawapay-payment may do. The calls bring the writes that they make.
SELECT private.allow_call('fn_create_pawapay_payment', 'checkout');
SELECT private.allow_call('fn_create_pawapay_payment', 'payment_attach');
SELECT private.allow_call('fn_create_pawapay_payment', 'payment_settle');
SELECT private.allow_call('fn_create_pawapay_payment', 'alarm_raise');
SELECT private.allow_call('fn_create_pawapay_payment', 'deposit_read');
SELECT private.allow_call('fn_create_pawapay_payment', 'deposit_page');
SELECT private.allow_call('fn_create_pawapay_payment', 'deposit_draft');
SELECT private.allow_call('fn_create_pawapay_payment', 'deposit_draft_read');
SELECT private.allow_call('fn_create_pawapay_payment', 'deposit_draft_end');
