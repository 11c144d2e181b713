-- All categories by name, as one JSON array: their own columns, and what is coming in each.
SELECT coalesce(json_agg(l ORDER BY l.name), '[]')
  FROM (SELECT c.id, c.name, c.icon, c.color, c.description, c.subcategories, c.created_at, c.updated_at,
	       n.upcoming_event_count AS event_count, n.next_event_date
	  FROM public.categories c
	  JOIN public.category_event_counts n ON n.category_id = c.id) l
