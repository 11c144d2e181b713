-- One more message to this number today; the key holds no number.
SELECT private.rate_count('sms:' || encode(sha256($1::text::bytea), 'hex'), interval '1 day')
