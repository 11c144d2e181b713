-- Columns: state, type, reference.
SELECT state, event_type, reference FROM private.inbox_read($1)
