/* pawapay_news.c: two tables: states, and sentences. */
#include "pawapay_news.h"

#include <string.h>

static const char never_reached[] = "NEVER_REACHED";

static struct pawapay_news found(const struct pawapay_state *seen)
{
	static const struct {
		const char *status, *state;
	} table[] = {
		{"ACCEPTED", "SUBMITTED"},
		{"SUBMITTED", "SUBMITTED"},
		{"ENQUEUED", "PROCESSING"}, /* the operator is slow */
		{"PROCESSING", "PROCESSING"},
		{"IN_RECONCILIATION",
		 "PROCESSING"}, /* pawaPay finds out; it never fails by itself */
		{"COMPLETED", "SUCCEEDED"},
		{"FAILED", "FAILED"},
	};
	struct pawapay_news news = {0};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (strcmp(seen->status, table[i].status) == 0)
			news.state = table[i].state;
	}
	if (news.state == NULL)
		news.is_odd = true;
	else if (strcmp(news.state, "PROCESSING") == 0 && seen->authorization_url != NULL)
		news.state = "ACTION_REQUIRED";
	else if (strcmp(news.state, "FAILED") == 0)
		news.failure = seen->failure == NULL ? "UNSPECIFIED_FAILURE" : seen->failure;
	return news;
}

struct pawapay_news pawapay_news(const struct pawapay_state *seen, int64_t age)
{
	switch (seen->seen) {
	case PAWAPAY_FOUND:
		return found(seen);
	case PAWAPAY_NOT_FOUND:
		if (age < PAWAPAY_LOST_SECONDS)
			return (struct pawapay_news){.state = "UNKNOWN"};
		return (struct pawapay_news){.state = "FAILED", .failure = never_reached};
	case PAWAPAY_UNREAD:
	default:
		return (struct pawapay_news){0};
	}
}

static const struct {
	const char *code;
	struct pawapay_words words;
} sentences[] = {
	{"INSUFFICIENT_BALANCE",
	 {"Le solde de votre compte est insuffisant. Rechargez-le ou payez avec un autre compte.",
	  "The balance of your account is too low. Top it up, or pay with another account."}},
	{"PAYMENT_NOT_APPROVED",
	 {"Le paiement n'a pas été confirmé, ou le code n'est pas le bon. Recommencez.",
	  "The payment was not confirmed, or the code was not the right one. Please try again."}},
	{"PAYMENT_IN_PROGRESS",
	 {"Un autre paiement est déjà en cours sur ce numéro. Réessayez dans 10 minutes, ou payez "
	  "tout de suite avec un autre opérateur ou par carte.",
	  "Another payment is under way on this number. Try again in 10 minutes, or pay at once "
	  "with another operator or by card."}},
	{"PAYER_NOT_FOUND",
	 {"Ce numéro n'a pas de compte chez cet opérateur. Vérifiez le numéro et l'opérateur.",
	  "This number has no account with this operator. Check the number and the operator."}},
	{"PAYER_LIMIT_REACHED",
	 {"Le plafond de votre compte est atteint. Payez avec un autre compte.",
	  "The limit of your account is reached. Pay with another account."}},
	{"WALLET_LIMIT_REACHED",
	 {"Le plafond de votre compte est atteint. Payez avec un autre compte.",
	  "The limit of your account is reached. Pay with another account."}},
	{"INVALID_PHONE_NUMBER",
	 {"Ce numéro n'est pas un numéro de cet opérateur.",
	  "This number is not one of this operator's."}},
	{"INVALID_PROVIDER",
	 {"Cet opérateur n'est pas disponible.", "This operator is not available."}},
	{"INVALID_CURRENCY",
	 {"Cet opérateur ne prend pas cette monnaie.",
	  "This operator does not take this currency."}},
	{"AMOUNT_OUT_OF_BOUNDS",
	 {"Ce montant est hors des limites de cet opérateur. Payez par un autre moyen.",
	  "This amount is outside of the limits of this operator. Pay in another way."}},
	{"INVALID_AMOUNT",
	 {"Ce montant ne peut pas être payé avec cet opérateur.",
	  "This amount cannot be paid with this operator."}},
	{"PROVIDER_TEMPORARILY_UNAVAILABLE",
	 {"Cet opérateur est momentanément indisponible. Réessayez plus tard, ou payez avec un "
	  "autre opérateur ou par carte.",
	  "This operator is not available at the moment. Try again later, or pay with another "
	  "operator or by card."}},
	{never_reached,
	 {"La demande de paiement n'est jamais arrivée chez l'opérateur. Rien n'a été débité : "
	  "recommencez.",
	  "The request never reached the operator. Nothing was taken: please try again."}},
	{"UNSPECIFIED_FAILURE",
	 {"Le paiement a échoué chez l'opérateur. Réessayez ou payez par un autre moyen.",
	  "The payment failed at the operator. Try again, or pay in another way."}},
};

struct pawapay_words pawapay_words(const char *code)
{
	for (size_t i = 0; code != NULL && i < FN_COUNT(sentences); i++) {
		if (strcmp(sentences[i].code, code) == 0)
			return sentences[i].words;
	}
	return sentences[FN_COUNT(sentences) - 1].words;
}
