UPDATE private.alarms SET cleared_at = private.now()
 WHERE kind = 'fx_rate_old' AND subject = 'USD/XOF' AND cleared_at IS NULL
