-- Ids that nobody has, asked for by one address within ten minutes.
SELECT private.rate_count('unknown_payment:' || $1, interval '10 minutes')
