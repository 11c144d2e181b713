-- Roles that this connection may take, with those of their settings that it may set for them: others
-- would make every request of the role fail. Columns: role, setting, value; without settings, nulls.
SELECT r.rolname, s.name, s.value
  FROM pg_catalog.pg_roles r
  LEFT JOIN LATERAL (
	SELECT pg_catalog.split_part(c.pair, '=', 1), pg_catalog.substr(c.pair, pg_catalog.strpos(c.pair, '=') + 1)
	  FROM pg_catalog.unnest(r.rolconfig) c (pair)) s (name, value)
    ON pg_catalog.has_parameter_privilege(s.name, 'SET')
    OR NOT EXISTS (SELECT FROM pg_catalog.pg_settings g
	WHERE pg_catalog.lower(g.name) = pg_catalog.lower(s.name) AND g.context <> 'user')
 WHERE pg_catalog.pg_has_role(r.oid, 'MEMBER') AND r.rolname NOT LIKE 'pg\_%'
 ORDER BY r.rolname
