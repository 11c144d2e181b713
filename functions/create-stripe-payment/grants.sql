-- What create-stripe-payment may do. The calls bring the writes that they make.
SELECT private.allow_call('fn_create_stripe_payment', 'checkout');
SELECT private.allow_call('fn_create_stripe_payment', 'card_read');
SELECT private.allow_call('fn_create_stripe_payment', 'payment_attach');
SELECT private.allow_call('fn_create_stripe_payment', 'payment_settle');
SELECT private.allow_call('fn_create_stripe_payment', 'alarm_raise');
