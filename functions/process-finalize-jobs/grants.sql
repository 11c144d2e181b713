-- What process-finalize-jobs may do: list what was paid and led to nothing, and complete it.
select private.allow_call('fn_process_finalize_jobs', 'payments_unfulfilled');
select private.allow_call('fn_process_finalize_jobs', 'payment_settle');
