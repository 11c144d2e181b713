SELECT private.refund_news('stripe', $1)
