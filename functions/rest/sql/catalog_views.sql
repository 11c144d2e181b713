-- Queries of the views and materialized views of the schemas $1 and $2, as the tree that the database
-- keeps: its target list says which column of which relation each one shows. Columns: view, tree.
SELECT c.oid, r.ev_action::text
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
 WHERE c.relkind IN ('v', 'm') AND n.nspname = ANY ($1::text[] || $2::text[])
 ORDER BY c.oid
