-- How often this was done in the window of $2 seconds that now falls into, this time included.
SELECT private.rate_count($1, make_interval(secs => $2))
