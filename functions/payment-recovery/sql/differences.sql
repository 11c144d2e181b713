-- Columns: kind, subject, detail, whether asking the provider again may mend it.
SELECT d.kind, d.subject, d.detail, d.repairable
  FROM private.money_differences() d
 ORDER BY d.kind, d.subject
 LIMIT $1
