// Payments by card, made with Stripe's own library.
export function cards(stripe) {
	const intent = (more = {}, options) => stripe.paymentIntents.create({ amount: 871, currency: 'usd', metadata: { order_id: 'ORD-1' }, automatic_payment_methods: { enabled: true, allow_redirects: 'never' }, ...more }, options);
	const pay = (id, card = 'pm_card_visa') => stripe.paymentIntents.confirm(id, { payment_method: card });
	const paid = async (card, more) => pay((await intent(more)).id, card);

	return { intent, pay, paid };
}
