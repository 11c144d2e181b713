-- What invalidate-events-cache may do: see who is an organizer.
SELECT private.allow('fn_invalidate_events_cache', 'private.people', 'select (user_id, role, status)');
