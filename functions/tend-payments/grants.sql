-- What tend-payments may do: call the one.
select private.allow_call('fn_tend_payments', 'payments_due');
