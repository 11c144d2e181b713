-- Callable functions of the exposed schemas ($1): all inputs named, or a single unnamed one of a type
-- that takes a raw body; neither triggers nor procedures nor aggregates. Types are seen through domains.
-- Columns: oid, schema, name, description, kind of result (1 void, 2 scalar, 3 composite), is it a set,
-- relation whose rows come back (0 = none), type of the result, volatility (1 immutable, 2 stable,
-- 3 volatile), the media type that a domain of the result is named like (of one value, not of a set),
-- is it over bytea.
WITH RECURSIVE bases (type, base) AS (
	SELECT t.oid, t.oid FROM pg_catalog.pg_type t WHERE t.typbasetype = 0
	UNION ALL
	SELECT t.oid, b.base FROM bases b JOIN pg_catalog.pg_type t ON t.typbasetype = b.type
)
SELECT p.oid, n.nspname, p.proname, d.description,
       CASE WHEN p.prorettype = 'pg_catalog.void'::pg_catalog.regtype THEN 1
            WHEN base.typtype = 'c' OR p.proargmodes && '{o,b,t}'::"char"[] THEN 3
            ELSE 2 END,
       p.proretset, base.typrelid, pg_catalog.format_type(p.prorettype, NULL),
       CASE p.provolatile WHEN 'i' THEN 1 WHEN 's' THEN 2 ELSE 3 END,
       CASE WHEN own.typtype = 'd' AND NOT p.proretset
             AND (own.typname ~* '^[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*$' OR own.typname = '*/*')
            THEN pg_catalog.lower(own.typname) END,
       base.oid = 'pg_catalog.bytea'::pg_catalog.regtype
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_catalog.pg_type own ON own.oid = p.prorettype
  JOIN bases b ON b.type = p.prorettype
  JOIN pg_catalog.pg_type base ON base.oid = b.base
  LEFT JOIN pg_catalog.pg_description d
    ON d.objoid = p.oid AND d.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objsubid = 0
 WHERE n.nspname = ANY ($1::text[]) AND p.prokind = 'f'
   AND p.prorettype NOT IN ('pg_catalog.trigger'::pg_catalog.regtype, 'pg_catalog.event_trigger'::pg_catalog.regtype)
   AND (NOT EXISTS (
	SELECT FROM pg_catalog.generate_series(1, coalesce(pg_catalog.cardinality(p.proallargtypes), p.pronargs)) i
	 WHERE coalesce(p.proargmodes[i], 'i') IN ('i', 'b', 'v') AND coalesce(p.proargnames[i], '') = '')
	OR p.pronargs = 1 AND p.proargtypes[0] IN ('pg_catalog.json'::pg_catalog.regtype,
		'pg_catalog.jsonb'::pg_catalog.regtype, 'pg_catalog.text'::pg_catalog.regtype,
		'pg_catalog.xml'::pg_catalog.regtype, 'pg_catalog.bytea'::pg_catalog.regtype))
 ORDER BY n.nspname, p.proname, p.oid
