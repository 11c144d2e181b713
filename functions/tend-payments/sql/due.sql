select private.payments_due($1::integer);
