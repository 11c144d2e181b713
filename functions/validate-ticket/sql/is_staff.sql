-- Does this person scan tickets anywhere?
SELECT EXISTS (SELECT FROM public.event_staff WHERE user_id = $1)
    OR EXISTS (SELECT FROM public.events WHERE organizer_id = $1)
    OR EXISTS (SELECT FROM private.people WHERE user_id = $1 AND role = 'ADMIN' AND status = 'ACTIVE')
