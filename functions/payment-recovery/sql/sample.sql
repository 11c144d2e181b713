-- Columns: payment, provider, its name there, our state, what was paid in minor units, currency.
SELECT s.payment, s.provider, s.reference, s.state, s.minor, s.currency
  FROM private.recovery_sample($1::integer) s
