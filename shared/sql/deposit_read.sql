SELECT payment_id, order_id, user_id, provider, status, state, order_state, has_tickets, operator, phone, amount_minor,
       currency, age, page, failure, failure_code
  FROM private.deposit_read($1, $2, $3)
