-- Columns: how many are being mended, the tables that this touches as JSON.
SELECT e.mended, to_json(e.tables)::text
  FROM private.recovery_end($1, $2::integer, $3, ARRAY(SELECT a.id::uuid FROM jsonb_array_elements_text($4::jsonb) AS a (id))) e
