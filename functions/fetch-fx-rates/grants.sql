-- What fetch-fx-rates may do: end a rate and begin the next.
SELECT private.allow('fn_fetch_fx_rates', 'public.fx_rates', 'select, insert, update (is_active)');
SELECT private.allow_call('fn_fetch_fx_rates', 'alarm_raise');
SELECT private.allow('fn_fetch_fx_rates', 'private.alarms', 'select (kind, subject, cleared_at), update (cleared_at)');
