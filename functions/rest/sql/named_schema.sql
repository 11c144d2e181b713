-- A row when the schema ($1) is there.
SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1
