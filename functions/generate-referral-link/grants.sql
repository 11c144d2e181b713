-- What generate-referral-link may do: the one call.
SELECT private.allow_call('fn_generate_referral_link', 'referral_code');
