-- Columns of the relations of the exposed schemas ($1). The default is the column's own, an identity's
-- sequence, or the domain's.
-- Columns: relation, number, name, type, base type, default, description, nullable, is the base type
-- an array, a composite, generated, oid of the base type, the most characters or bits.
WITH RECURSIVE bases (type, base, not_null, modifier) AS (
	SELECT t.oid, t.oid, false, NULL::integer FROM pg_catalog.pg_type t WHERE t.typbasetype = 0
	UNION ALL
	SELECT t.oid, b.base, b.not_null OR t.typnotnull, coalesce(b.modifier, t.typtypmod)
	  FROM bases b JOIN pg_catalog.pg_type t ON t.typbasetype = b.type
)
SELECT a.attrelid, a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
       pg_catalog.format_type(b.base, NULL),
       CASE WHEN a.attgenerated <> '' THEN NULL
            WHEN a.attidentity = 'd' THEN pg_catalog.format('nextval(%L)', s.objid::pg_catalog.regclass)
            ELSE coalesce(pg_catalog.pg_get_expr(f.adbin, f.adrelid), pg_catalog.pg_get_expr(own.typdefaultbin, 0))
       END,
       d.description, NOT (a.attnotnull OR b.not_null), base.typcategory = 'A', base.typtype = 'c',
       a.attgenerated <> '', b.base,
       information_schema._pg_char_max_length(b.base, coalesce(b.modifier, a.atttypmod))
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_catalog.pg_type own ON own.oid = a.atttypid
  JOIN bases b ON b.type = a.atttypid
  JOIN pg_catalog.pg_type base ON base.oid = b.base
  LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
  LEFT JOIN pg_catalog.pg_depend s
    ON a.attidentity <> '' AND s.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
   AND s.refobjid = a.attrelid AND s.refobjsubid = a.attnum
   AND s.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND s.deptype = 'i'
  LEFT JOIN pg_catalog.pg_description d
    ON d.objoid = a.attrelid AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objsubid = a.attnum
 WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT c.relispartition
 ORDER BY a.attrelid, a.attnum
