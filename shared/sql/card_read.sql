SELECT payment_id, order_id, owner, event_id, provider, status, state, outcome, order_state, has_tickets, holding, intent, token,
       amount_minor, currency, charge_minor, charge_currency, fx_num, fx_den, fx_locked_at, margin_bps, age, failure_code
  FROM private.card_read($1, $2, $3)
