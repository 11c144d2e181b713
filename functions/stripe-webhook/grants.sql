-- What stripe-webhook may do: write down what Stripe said.
SELECT private.allow_call('fn_stripe_webhook', 'inbox_add');
