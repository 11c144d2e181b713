-- Brings the numbers that people see up to the counters; how many types changed.
SELECT private.available_refresh()
