SELECT private.alarm_raise($1, $2, $3)
