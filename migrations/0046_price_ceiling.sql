-- A price that no sum can be made of: a million tickets of ten thousand million units still fit a bigint,
-- and a buyer never meets an error that a typing mistake of an organizer has left behind.
alter table public.ticket_types add constraint ticket_types_price_most check (price_minor <= 10000000000);
alter table public.ticket_type_pricing_overrides add constraint ticket_type_pricing_overrides_price_most check (price <= 10000000000);
