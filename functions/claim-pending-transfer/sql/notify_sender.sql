-- The sender learns the claimer's name, never their address.
INSERT INTO public.notifications (user_id, type, title, message, priority, action_url, action_text, metadata)
SELECT x.sender_id, 'ticket_claimed', 'Billet récupéré',
       receiver.name || ' a récupéré le billet pour ' || e.title || '.', 'normal', '/dashboard', 'Voir mes billets',
       jsonb_build_object('transfer_id', x.id, 'ticket_id', x.ticket_id, 'recipient_name', receiver.name)
  FROM public.ticket_transfers x
  JOIN public.tickets t ON t.id = x.ticket_id
  JOIN public.events e ON e.id = t.event_id
  JOIN private.people receiver ON receiver.user_id = x.recipient_id
 WHERE x.id = $1
