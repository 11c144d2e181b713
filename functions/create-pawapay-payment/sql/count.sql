SELECT private.rate_count('deposit:' || $1 || ':' || $2, interval '10 minutes')
