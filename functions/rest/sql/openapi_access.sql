-- What the caller may use in the schema $1, for the description of the API; all of it when $2 is true.
-- Runs in the caller's name, so every question is about him. Columns: those of every answer; the body is
-- {"description": comment of the schema, "relations": {name: true}, "functions": {oid: true}}.
SELECT NULL::bigint AS total, 1::bigint AS page_total,
       pg_catalog.json_build_object(
	'description', pg_catalog.obj_description(n.oid, 'pg_namespace'),
	'relations', (
		SELECT coalesce(pg_catalog.json_object_agg(c.relname, true), '{}')
		  FROM pg_catalog.pg_class c
		 WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT c.relispartition
		   AND ($2::boolean OR pg_catalog.pg_has_role(c.relowner, 'USAGE')
			OR pg_catalog.has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
			OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))),
	'functions', (
		SELECT coalesce(pg_catalog.json_object_agg(p.oid, true), '{}')
		  FROM pg_catalog.pg_proc p
		 WHERE p.pronamespace = n.oid AND p.prokind = 'f'
		   AND ($2::boolean OR pg_catalog.has_function_privilege(p.oid, 'EXECUTE'))))::text AS body,
       NULL::text AS response_headers, NULL::text AS response_status
  FROM (SELECT) here LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = $1
