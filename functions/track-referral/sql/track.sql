SELECT private.referral_track($1, $2, $3, $4)
