-- What refresh-places may do: call the two.
SELECT private.allow_call('fn_refresh_places', 'holds_expire');
SELECT private.allow_call('fn_refresh_places', 'available_refresh');
