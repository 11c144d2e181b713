-- Counts this send in the sender's minute and day; true while neither is over its limit ($2 a
-- minute, $3 a day; 0 = no limit).
SELECT ($2::integer = 0 OR private.rate_count('transfer.minute.' || $1::text, interval '1 minute') <= $2::integer)
   AND ($3::integer = 0 OR private.rate_count('transfer.day.' || $1::text, interval '1 day') <= $3::integer)
