SELECT private.refunds_due($1)
