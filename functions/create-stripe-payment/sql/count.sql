SELECT private.rate_count('card:' || $1 || ':' || $2, interval '10 minutes')
