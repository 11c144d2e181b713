-- The reference of a deposit is its payment's id.
SELECT private.payment_attach($1, $1::uuid::text, $2)
