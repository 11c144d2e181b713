-- A transfer as a notice tells of it. Dates are those of the event's place. Columns: 0 waiting for
-- its recipient, 1 completed, 2 address, 3 number, 4 message, 5 sender's name, 6 sender's proven
-- address, 7 sender's language, 8 recipient's name as registered, 9 recipient's language, 10 event,
-- 11 ticket type, 12 and 13 date in French and English, 14 time, 15 and 16 end of the offer.
SELECT x.status = 'PENDING' AND (x.expires_at IS NULL OR x.expires_at > private.now()),
       x.status IN ('COMPLETED', 'USED'),
       x.recipient_email,
       x.recipient_phone,
       x.message,
       sender.name,
       CASE WHEN sender.email_verified_at IS NOT NULL THEN sender.email END,
       sender_user.raw_user_meta_data ->> 'language',
       recipient.name,
       recipient_user.raw_user_meta_data ->> 'language',
       e.title,
       tt.name,
       to_char(coalesce(d.date, e.date), 'DD/MM/YYYY'),
       to_char(coalesce(d.date, e.date), 'FMDD Mon YYYY'),
       coalesce(d.start_time, e.time),
       to_char(x.expires_at AT TIME ZONE e.timezone, 'DD/MM/YYYY à HH24:MI'),
       to_char(x.expires_at AT TIME ZONE e.timezone, 'FMDD Mon YYYY, HH24:MI')
  FROM public.ticket_transfers x
  JOIN public.tickets t ON t.id = x.ticket_id
  JOIN public.events e ON e.id = t.event_id
  JOIN public.ticket_types tt ON tt.id = t.ticket_type_id
  LEFT JOIN public.event_dates d ON d.id = t.event_date_id
  JOIN private.people sender ON sender.user_id = x.sender_id
  JOIN auth.users sender_user ON sender_user.id = x.sender_id
  LEFT JOIN private.people recipient ON recipient.user_id = x.recipient_id
  LEFT JOIN auth.users recipient_user ON recipient_user.id = x.recipient_id
 WHERE x.id = $1
