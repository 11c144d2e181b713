select private.payment_settle($1::uuid, 'SUCCEEDED', null, null, false)
