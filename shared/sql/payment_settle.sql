-- payment, state, paid, its currency, code and sentence of a failure; read from the provider just now.
SELECT private.payment_settle($1, $2, $3::bigint, $4, true, $5, $6)
