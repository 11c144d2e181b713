SELECT private.inbox_end($1, $2, $3)
