SELECT outcome, draft, amount_minor, currency FROM private.deposit_draft($1::jsonb)
