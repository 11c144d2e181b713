-- What health-check may do: see that accounts are there.
SELECT private.allow('fn_health_check', 'auth.users', 'select (id)');
