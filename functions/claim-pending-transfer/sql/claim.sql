SELECT private.transfer_claim($1, $2)
