-- What pawapay-webhook may do: write down what pawaPay said.
SELECT private.allow_call('fn_pawapay_webhook', 'inbox_add');
