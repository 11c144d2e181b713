-- Ends up to $1 holds and orders whose time is over; how many were looked at.
SELECT private.holds_expire($1::integer)
