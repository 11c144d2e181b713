-- What functions of the exposed schemas ($1) SET for themselves and what is of use only when it holds
-- for the whole transaction. Columns: function, name, value.
SELECT p.oid, pg_catalog.split_part(s.pair, '=', 1), pg_catalog.substr(s.pair, pg_catalog.strpos(s.pair, '=') + 1)
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
 CROSS JOIN LATERAL pg_catalog.unnest(p.proconfig) s (pair)
 WHERE n.nspname = ANY ($1::text[]) AND p.prokind = 'f'
   AND pg_catalog.split_part(s.pair, '=', 1)
       IN ('statement_timeout', 'default_transaction_isolation', 'plan_filter.statement_cost_limit')
 ORDER BY p.oid
