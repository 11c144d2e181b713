-- payment, what the provider calls it (NULL: not known), its state.
SELECT private.payment_attach($1, $2, $3)
