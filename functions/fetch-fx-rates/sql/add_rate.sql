-- $1: hundredths of a franc for a dollar. Adds none where one is in force: that is ended first, or stays
-- (a fallback displaces nothing).
INSERT INTO public.fx_rates (from_currency, to_currency, rate_decimal, rate_numerator, rate_denominator, source,
	valid_from, valid_until, is_active, metadata, created_at)
SELECT 'USD', 'XOF', $1::bigint / 100.0, $1::bigint, 100, $2, private.now(), private.now() + interval '2 hours', true, $3::jsonb, private.now()
 WHERE NOT EXISTS (SELECT FROM public.fx_rates r WHERE r.from_currency = 'USD' AND r.to_currency = 'XOF' AND r.is_active)
RETURNING trim_scale(rate_decimal)::text, source,
	to_char(valid_from AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), to_char(valid_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
