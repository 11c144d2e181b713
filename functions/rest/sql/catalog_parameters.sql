-- Inputs of the functions of the exposed schemas ($1). bit and character
-- without a length mean one of them, so a cast to them would cut: their varying kinds.
-- Columns: function, name, type, required, variadic.
SELECT p.oid, i.name, CASE i.type
		WHEN 'bit' THEN 'bit varying' WHEN 'bit[]' THEN 'bit varying[]'
		WHEN 'character' THEN 'character varying' WHEN 'character[]' THEN 'character varying[]'
		ELSE i.type END,
       i.place <= p.pronargs - p.pronargdefaults, i.mode = 'v'
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
 CROSS JOIN LATERAL (
	SELECT coalesce(p.proargnames[a.i], '') AS name, pg_catalog.format_type(a.type, NULL) AS type,
	       pg_catalog.row_number() OVER (ORDER BY a.i) AS place, coalesce(p.proargmodes[a.i], 'i') AS mode
	  FROM pg_catalog.unnest(coalesce(p.proallargtypes, p.proargtypes::pg_catalog.oid[])) WITH ORDINALITY a (type, i)
	 WHERE coalesce(p.proargmodes[a.i], 'i') IN ('i', 'b', 'v')) i
 WHERE n.nspname = ANY ($1::text[]) AND p.prokind = 'f'
 ORDER BY p.oid, i.place
