-- What payment-recovery may do: compare, write down that it did, and have providers asked again.
SELECT private.allow_call('fn_payment_recovery', 'recovery_begin');
SELECT private.allow_call('fn_payment_recovery', 'money_differences');
SELECT private.allow_call('fn_payment_recovery', 'recovery_end');
SELECT private.allow_call('fn_payment_recovery', 'recovery_sample');
