INSERT INTO public.ticket_scans (ticket_id, scanned_by, scan_location, result, reason)
VALUES ($1, $2, $3, 'REFUSED', $4)
