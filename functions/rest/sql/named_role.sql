-- A row when the role ($1) is there. Columns: this connection may take it, who this connection is.
SELECT pg_catalog.pg_has_role(oid, 'MEMBER'), current_user FROM pg_catalog.pg_roles WHERE rolname = $1
