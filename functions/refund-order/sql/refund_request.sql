-- Columns: outcome, refund, amount in units of its currency, currency.
SELECT r.outcome, r.refund, trim_scale(r.amount_minor / private.minor_units(r.currency)::numeric)::text, r.currency
  FROM private.refund_request($1,
       CASE WHEN $2::text IS NOT NULL THEN ARRAY(SELECT DISTINCT t.id::uuid FROM jsonb_array_elements_text($2::jsonb) AS t (id)) END,
       $3, $4, $5) r
