SELECT private.transfer_complete($1, $2, $3::integer, $4, $5, $6, $7, $8)
