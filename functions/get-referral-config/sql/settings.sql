SELECT key, value, value_type, category, description FROM private.referral_settings()
