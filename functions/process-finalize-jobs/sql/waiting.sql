select private.payments_unfulfilled($1::integer)
