SELECT private.refund_news('pawapay', $1)
