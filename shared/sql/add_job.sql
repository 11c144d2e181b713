-- Enqueues work in the caller's own transaction; a second job with the same key is dropped.
SELECT private.job_add($1, $2, $3::jsonb, NULL)
