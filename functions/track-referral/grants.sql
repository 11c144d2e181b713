-- What track-referral may do: the one call.
SELECT private.allow_call('fn_track_referral', 'referral_track');
