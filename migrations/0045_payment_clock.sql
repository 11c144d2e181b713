-- Open payments are looked after every second: their providers are asked again when it is time.
insert into private.schedules (name, function, period) values ('tend-payments', 'tend-payments', interval '1 s');
