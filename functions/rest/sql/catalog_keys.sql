-- Primary, unique and foreign keys of all tables (those under views may lie in any schema), without
-- what partitions inherit. Columns: kind, name, table, referenced table, columns, referenced columns.
SELECT k.contype, k.conname, k.conrelid, k.confrelid, pg_catalog.array_to_string(k.conkey, ' '),
       pg_catalog.array_to_string(k.confkey, ' ')
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
 WHERE k.contype IN ('f', 'p', 'u') AND k.conparentid = 0
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
 ORDER BY k.conrelid, k.conname
