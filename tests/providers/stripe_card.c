/* stripe_card.c: Stripe's test cards, by number and by name. */
#include "stripe_card.h"

#include <string.h>

#include "fn_macros.h"

#define CARD(digits, id, kind, text)                                                               \
	.number = (digits), .name = (id), .brand = (kind), .label = (text)
#define FAILS(error_code, decline_code, text)                                                      \
	.code = (error_code), .decline = (decline_code), .message = (text)
#define DECLINES(decline_code) FAILS("card_declined", (decline_code), "Your card was declined.")

static const struct stripe_card cards[] = {
	{CARD("4242424242424242", "pm_card_visa", "visa", "Visa: pays")},
	{CARD("4000056655665556", "pm_card_visa_debit", "visa", "Visa debit: pays")},
	{CARD("5555555555554444", "pm_card_mastercard", "mastercard", "Mastercard: pays")},
	{CARD("378282246310005", "pm_card_amex", "amex", "American Express: pays")},
	{CARD("4000000000000002", "pm_card_visa_chargeDeclined", "visa", "declined"),
	 DECLINES("generic_decline")},
	{CARD("4000000000009995", "pm_card_visa_chargeDeclinedInsufficientFunds", "visa",
	      "insufficient funds"),
	 FAILS("card_declined", "insufficient_funds", "Your card has insufficient funds.")},
	{CARD("4000000000009987", "pm_card_visa_chargeDeclinedLostCard", "visa", "lost card"),
	 DECLINES("lost_card")},
	{CARD("4000000000009979", "pm_card_visa_chargeDeclinedStolenCard", "visa", "stolen card"),
	 DECLINES("stolen_card")},
	{CARD("4000000000006975", "pm_card_visa_chargeDeclinedVelocityLimitExceeded", "visa",
	      "too often"),
	 FAILS("card_declined", "card_velocity_exceeded",
	       "Your card was declined for making repeated attempts too frequently or exceeding "
	       "its amount limit.")},
	{CARD("4000000000000069", "pm_card_chargeDeclinedExpiredCard", "visa", "expired card"),
	 FAILS("expired_card", "expired_card", "Your card has expired.")},
	{CARD("4000000000000127", "pm_card_chargeDeclinedIncorrectCvc", "visa", "incorrect CVC"),
	 FAILS("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")},
	{CARD("4000000000000119", "pm_card_chargeDeclinedProcessingError", "visa",
	      "processing error"),
	 FAILS("processing_error", "processing_error",
	       "An error occurred while processing your card. Try again in a little bit.")},
	{CARD("4000000000000341", "pm_card_chargeCustomerFail", "visa", "attaches, then declines"),
	 DECLINES("generic_decline")},
	{CARD("4100000000000019", "pm_card_radarBlock", "visa", "blocked as fraud"),
	 DECLINES("fraudulent")},
	{CARD("4000000000003220", "pm_card_threeDSecure2Required", "visa", "3-D Secure, then pays"),
	 .authenticates = true},
	{CARD("4000002760003184", "pm_card_authenticationRequired", "visa",
	      "3-D Secure each time, then pays"),
	 .authenticates = true},
	{CARD("4000002500003155", "pm_card_authenticationRequiredOnSetup", "visa",
	      "3-D Secure unless set up, then pays"),
	 .authenticates = true},
	{CARD("4000008400001629", "pm_card_threeDSecureRequiredChargeDeclined", "visa",
	      "3-D Secure, then declined"),
	 .authenticates = true, DECLINES("generic_decline")},
	{CARD("4000008260003178", "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
	      "visa", "3-D Secure, then insufficient funds"),
	 .authenticates = true,
	 FAILS("card_declined", "insufficient_funds", "Your card has insufficient funds.")},
	{CARD("4000000000003055", "pm_card_threeDSecureOptional", "visa",
	      "3-D Secure possible, pays without")},
	{CARD("4000000000000259", "pm_card_createDispute", "visa",
	      "pays, then disputed as fraudulent"),
	 .dispute = "fraudulent"},
	{CARD("4000000000002685", "pm_card_createDisputeProductNotReceived", "visa",
	      "pays, then disputed as not received"),
	 .dispute = "product_not_received"},
	{CARD("4000000000007726", "pm_card_pendingRefund", "visa",
	      "pays; refunds are pending first"),
	 .refunding = STRIPE_REFUND_LATER},
	{CARD("4000000000005126", "pm_card_refundFail", "visa", "pays; refunds fail later"),
	 .refunding = STRIPE_REFUND_FAILS},
};

const struct stripe_card *stripe_cards(size_t *ret_count)
{
	*ret_count = FN_COUNT(cards);
	return cards;
}

const struct stripe_card *stripe_card_of_number(const char *digits)
{
	for (size_t i = 0; i < FN_COUNT(cards); i++) {
		if (strcmp(cards[i].number, digits) == 0)
			return &cards[i];
	}
	return NULL;
}

const struct stripe_card *stripe_card_of_name(const char *name)
{
	for (size_t i = 0; i < FN_COUNT(cards); i++) {
		if (strcmp(cards[i].name, name) == 0)
			return &cards[i];
	}
	return NULL;
}

bool stripe_is_card_number(const char *digits)
{
	size_t length = strlen(digits), sum = 0;

	if (length < 12 || length > 19 || strspn(digits, "0123456789") != length)
		return false;
	for (size_t i = 0; i < length; i++) {
		size_t digit = (size_t)(digits[length - 1 - i] - '0') << (i % 2);

		sum += digit > 9 ? digit - 9 : digit;
	}
	return sum % 10 == 0;
}
