-- Ends up to $1 offers whose time is over and tells their senders. The ticket's lock comes first
-- (docs/database.md, Locks); a ticket that is being claimed, scanned or taken back right now is left
-- to that request, and to the next run. Columns: offers looked at, offers ended.
WITH due AS MATERIALIZED (
	SELECT x.id, x.ticket_id, x.sender_id, x.recipient_name
	  FROM public.ticket_transfers x
	  JOIN private.ticket_state s ON s.ticket_id = x.ticket_id
	 WHERE x.status = 'PENDING' AND x.expires_at <= private.now()
	 ORDER BY x.expires_at, x.id
	 LIMIT $1::integer
	   FOR NO KEY UPDATE OF s SKIP LOCKED),
ended AS MATERIALIZED (
	SELECT due.*, private.transfer_end(due.id, 'EXPIRED') AS is_ended
	  FROM due),
told AS (
	INSERT INTO public.notifications (user_id, type, title, message, priority, action_url, action_text, metadata)
	SELECT ended.sender_id, 'TICKET_TRANSFER', 'Transfert expiré',
	       'Le billet pour ' || e.title || ' que vous avez envoyé'
	       || coalesce(' à ' || nullif(btrim(ended.recipient_name), ''), '')
	       || ' n''a pas été récupéré à temps. Il reste à vous.',
	       'normal', '/dashboard', 'Voir mes billets',
	       jsonb_build_object('transfer_id', ended.id, 'ticket_id', ended.ticket_id, 'event_id', t.event_id)
	  FROM ended
	  JOIN public.tickets t ON t.id = ended.ticket_id
	  JOIN public.events e ON e.id = t.event_id
	 WHERE ended.is_ended
	RETURNING 1)
SELECT (SELECT count(*) FROM due), (SELECT count(*) FROM told)
