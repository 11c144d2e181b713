-- What complete-referral may do: the one call.
SELECT private.allow_call('fn_complete_referral', 'referral_told');
