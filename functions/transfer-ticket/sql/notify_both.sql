-- In-app notices for receiver and sender, in French as the clients show them (contract data.md 1.3).
INSERT INTO public.notifications (user_id, type, title, message, priority, action_url, action_text, metadata)
SELECT n.user_id, n.type, n.title, n.message, 'high', '/dashboard', 'Voir mes billets',
       jsonb_build_object('transfer_id', x.id, 'ticket_id', x.ticket_id, 'event_id', t.event_id)
  FROM public.ticket_transfers x
  JOIN public.tickets t ON t.id = x.ticket_id
  JOIN public.events e ON e.id = t.event_id
  JOIN private.people sender ON sender.user_id = x.sender_id
  JOIN private.people receiver ON receiver.user_id = x.recipient_id
 CROSS JOIN LATERAL (VALUES
       (x.recipient_id, 'ticket_received', 'Billet reçu', sender.name || ' vous a transféré un billet pour ' || e.title),
       (x.sender_id, 'TICKET_TRANSFER', 'Billet transféré', 'Votre billet pour ' || e.title || ' est maintenant à ' || receiver.name)
       ) AS n (user_id, type, title, message)
 WHERE x.id = $1
