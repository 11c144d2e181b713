-- What check-pawapay-status may do.
SELECT private.allow_call('fn_check_pawapay_status', 'deposit_read');
SELECT private.allow_call('fn_check_pawapay_status', 'job_add');
