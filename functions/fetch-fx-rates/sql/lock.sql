-- Two that fetch at once end one rate each, and the second would find no row to end.
SELECT pg_advisory_xact_lock(hashtextextended('fx_rates USD XOF', 0))
