-- Relations of the exposed schemas ($1), without partitions. Bits of what they accept: 4 update,
-- 8 insert, 16 delete; INSTEAD OF triggers count.
-- Columns: oid, schema, name, description, is it a view, insert, update, delete, does a trigger insert.
SELECT c.oid, n.nspname, c.relname, d.description, c.relkind IN ('v', 'm'),
       accepts.bits & 8 <> 0, accepts.bits & 4 <> 0, accepts.bits & 16 <> 0,
       -- bits of tgtype: 4 INSERT, 64 INSTEAD OF; D: switched off
       EXISTS (SELECT FROM pg_catalog.pg_trigger t
	WHERE t.tgrelid = c.oid AND t.tgtype & 4 <> 0 AND t.tgtype & 64 <> 0 AND t.tgenabled <> 'D')
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 CROSS JOIN LATERAL (SELECT CASE WHEN c.relkind IN ('r', 'p') THEN 28
                                 ELSE pg_catalog.pg_relation_is_updatable(c.oid, true) END) accepts (bits)
  LEFT JOIN pg_catalog.pg_description d
    ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objsubid = 0
 WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT c.relispartition
 ORDER BY n.nspname, c.relname
