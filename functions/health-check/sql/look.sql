-- True when the tables of accounts can be read.
SELECT count(*) >= 0 FROM (SELECT id FROM auth.users LIMIT 1) AS anybody
