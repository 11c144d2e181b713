SELECT private.deposit_ask($1, make_interval(secs => $2::integer))
