-- What get-referral-config may do: the one call.
SELECT private.allow_call('fn_get_referral_config', 'referral_settings');
