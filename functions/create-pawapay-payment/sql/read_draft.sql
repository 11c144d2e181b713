SELECT wish FROM private.deposit_draft_read($1) AS wish WHERE wish IS NOT NULL
