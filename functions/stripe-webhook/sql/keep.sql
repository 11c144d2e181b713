-- One row for one event, with the job that looks into it; a row that is there already stays.
SELECT private.inbox_add('stripe', $1, $2, $3, $4::jsonb)
