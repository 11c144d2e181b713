-- Columns: step, key of the attempt, provider, payment and refund as the provider calls them, amount
-- in minor units of its currency.
SELECT b.step, b.key, b.provider, b.payment_ref, b.provider_ref, b.charge_minor, b.charge_currency
  FROM private.refund_begin($1) b
