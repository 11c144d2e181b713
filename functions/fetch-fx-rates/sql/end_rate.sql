UPDATE public.fx_rates SET is_active = false
 WHERE from_currency = 'USD' AND to_currency = 'XOF' AND is_active
