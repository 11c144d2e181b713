SELECT private.deposit_draft_end($1, $2)
