-- What get-categories may do: read categories and the view that counts; the view asks for the rights of
-- whoever reads it.
SELECT private.allow('fn_get_categories', 'public.category_event_counts', 'select');
SELECT private.allow('fn_get_categories', 'public.categories', 'select (id, name, icon, color, description, subcategories, created_at, updated_at)');
SELECT private.allow('fn_get_categories', 'public.event_category_relations', 'select (event_id, category_id)');
SELECT private.allow('fn_get_categories', 'public.events', 'select (id, date, status, deleted_at, is_permanent)');
