SELECT code, active FROM private.referral_code($1, $2)
