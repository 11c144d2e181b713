-- The rate of the dollar, once an hour.
insert into private.schedules (name, function, period) values ('fetch-fx-rates', 'fetch-fx-rates', interval '1 hour');
