-- Aggregates of the exposed schemas ($1) over rows whose result is a domain named like a media type, or
-- like all of them. Columns: schema, name, relation whose rows they take (0 = of any kind), media type,
-- is it over bytea.
WITH RECURSIVE bases (type, base) AS (
	SELECT t.oid, t.oid FROM pg_catalog.pg_type t WHERE t.typbasetype = 0
	UNION ALL
	SELECT t.oid, b.base FROM bases b JOIN pg_catalog.pg_type t ON t.typbasetype = b.type
)
SELECT n.nspname, p.proname, a.typrelid, pg_catalog.lower(own.typname), b.base = 'pg_catalog.bytea'::pg_catalog.regtype
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_catalog.pg_type a ON a.oid = p.proargtypes[0]
   AND (a.typrelid <> 0 OR a.oid = 'pg_catalog.anyelement'::pg_catalog.regtype)
  JOIN pg_catalog.pg_type own ON own.oid = p.prorettype AND own.typtype = 'd'
   AND (own.typname ~* '^[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*$' OR own.typname = '*/*')
  JOIN bases b ON b.type = p.prorettype
 WHERE n.nspname = ANY ($1::text[]) AND p.prokind = 'a' AND p.pronargs = 1
 ORDER BY n.nspname, p.proname, p.oid
