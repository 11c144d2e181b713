-- An empty search path for this transaction: then the database writes every type and sequence with
-- its schema. Compiling these statements would take longer than running them.
SELECT pg_catalog.set_config('search_path', '', true), pg_catalog.set_config('jit', 'off', true)
