SELECT private.referral_told($1, $2)
