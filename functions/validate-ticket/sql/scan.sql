-- Columns: accepted, was_transferred. A refusal is written down with its reason.
SELECT accepted, was_transferred FROM private.ticket_scan($1, $2, $3, $4)
