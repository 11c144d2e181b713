-- What refund-event may do: one step after the other.
SELECT private.allow_call('fn_refund_event', 'event_refund_step');
SELECT private.allow_call('fn_refund_event', 'event_refund_end');
