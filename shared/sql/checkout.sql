-- One statement: key, order, price, places, payment; or the word why not.
SELECT outcome, payment_id, order_id, order_created, state, amount_minor, currency, retry_at, limit_n, subject,
       charge_minor, charge_currency
  FROM private.checkout($1::jsonb)
