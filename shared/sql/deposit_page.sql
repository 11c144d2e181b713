SELECT private.deposit_page($1, $2)
