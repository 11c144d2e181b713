-- The rate in force: whether it is so new that nobody need be asked, and whether its own time is over.
SELECT trim_scale(r.rate_decimal)::text, r.source,
       r.source IS DISTINCT FROM 'fallback' AND r.valid_from > private.now() - interval '1 hour',
       coalesce(r.valid_until, r.valid_from + interval '2 hours') < private.now()
  FROM public.fx_rates r
 WHERE r.from_currency = 'USD' AND r.to_currency = 'XOF' AND r.is_active
