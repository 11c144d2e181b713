-- What fx-quote may do: ask for a quote.
SELECT private.allow_call('fn_fx_quote', 'quote');
