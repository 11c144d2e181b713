-- One row for one news, with the job that looks into it; a row that is there already stays.
SELECT private.inbox_add('pawapay', $1, $2, $3, $4::jsonb)
