-- What is on, as one JSON array. $1 only what is featured and not over, $2 the country whose events
-- come first, $3 from this day on, $4 and $5 limit and offset, $6 how many there are at most: those
-- that come last, because a list by date begins with what is over.
WITH latest AS MATERIALIZED (
	SELECT e.id, e.title, e.description, e.location, e.venue, e.venue_id, e.image_url, e.banner_images, e.gallery_images,
	       e.date, e.time, e.price, e.currency, e.capacity, e.tickets_sold, e.status, e.featured, e.categories, e.avg_rating,
	       e.review_count, e.venue_layout_id, e.coordinates, e.organizer_id, e.country_code, e.city, e.address, e.region,
	       e.timezone, e.is_permanent, e.attraction_type, e.sales_start_date, e.created_at, e.updated_at
	  FROM public.events e
	 WHERE e.status = 'PUBLISHED' AND e.deleted_at IS NULL
	   AND (NOT $1::boolean OR (e.featured AND e.date >= (private.now() AT TIME ZONE 'UTC')::date))
	   AND ($3::text IS NULL OR e.date >= $3::text::date)
	 ORDER BY e.date DESC, e.id DESC
	 LIMIT $6::bigint),
page AS (
	SELECT l AS event, l.date, l.id, coalesce(l.country_code = upper($2::text), false) AS is_near
	  FROM latest l
	 ORDER BY is_near DESC, l.date, l.id
	 LIMIT $4::bigint OFFSET $5::bigint)
SELECT coalesce(json_agg(shown.event ORDER BY p.is_near DESC, p.date, p.id), '[]')
  FROM page p
 CROSS JOIN LATERAL (
	SELECT coalesce(json_agg(t ORDER BY t.price, t.id), '[]') AS list
	  FROM (SELECT y.id, y.event_id, y.name, y.description, y.price, y.quantity, y.available, y.max_per_order,
		       y.sales_enabled, y.status, y.is_paused, y.on_sale, y.is_active, y.benefits
		  FROM public.ticket_types y
		 WHERE y.event_id = p.id) t) types
 CROSS JOIN LATERAL (SELECT to_json(o) AS event FROM (SELECT (p.event).*, types.list AS ticket_types) o) shown
