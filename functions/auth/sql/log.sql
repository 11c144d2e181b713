-- One line of the audit log.
INSERT INTO auth.audit_log (at, user_id, session_id, action, ip, user_agent)
VALUES (private.now(), $1, $2, $3, $4::inet, $5)
