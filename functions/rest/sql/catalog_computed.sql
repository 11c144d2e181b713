-- Computed relationships: functions from a row of one relation to rows of another. `ROWS 1` says that
-- there is never more than one. Columns: schema, name, from, to, to one.
SELECT n.nspname, p.proname, a.typrelid, r.typrelid, NOT p.proretset OR p.prorows = 1
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_catalog.pg_type a ON a.oid = p.proargtypes[0] AND a.typrelid <> 0
  JOIN pg_catalog.pg_type r ON r.oid = p.prorettype AND r.typrelid <> 0
 WHERE p.pronargs = 1 AND p.prokind = 'f' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
 ORDER BY n.nspname, p.proname, p.oid
