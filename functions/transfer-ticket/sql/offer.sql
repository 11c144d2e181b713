SELECT private.transfer_offer($1, $2, $3::integer, $4, $5, $6, $7, make_interval(secs => $8::bigint))
