-- Columns: state, type, reference, body.
SELECT state, event_type, reference, body FROM private.inbox_read($1)
