-- Words of all enums in their order. Columns: type, word.
SELECT e.enumtypid, e.enumlabel
  FROM pg_catalog.pg_enum e
 ORDER BY e.enumtypid, e.enumsortorder
