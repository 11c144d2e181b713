SELECT private.transfer_end($1, $2)
