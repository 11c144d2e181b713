-- What submit-refund may do: take up a refund, say what became of it, and look for those that are due.
SELECT private.allow_call('fn_submit_refund', 'refund_begin');
SELECT private.allow_call('fn_submit_refund', 'refund_move');
SELECT private.allow_call('fn_submit_refund', 'refunds_due');
