-- The session row lives and its person may act.
SELECT private.caller_alive($1, $2)
