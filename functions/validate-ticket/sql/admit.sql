SELECT accepted, was_transferred FROM private.ticket_scan($1, $2, $3)
