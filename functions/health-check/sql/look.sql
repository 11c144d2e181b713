SELECT has_table_privilege('auth.users', 'select')
       AND (SELECT count(*) >= 0 FROM (SELECT id FROM auth.users LIMIT 1) AS any_user)
