-- What refund-order may do: ask. Whoever asks is judged by the call itself.
SELECT private.allow_call('fn_refund_order', 'refund_request');
