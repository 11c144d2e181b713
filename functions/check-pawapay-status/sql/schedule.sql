SELECT private.job_add('settle-pawapay', 'check:' || $1::uuid || ':' || to_char(private.now(), 'YYYYMMDDHH24MI'),
                       jsonb_build_object('kind', 'check', 'payment', $1::uuid), private.now())
