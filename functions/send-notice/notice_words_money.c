/* notice_words_money.c: what the notices of orders and refunds say; as notice_words.c. */
#include <assert.h>

#include "notice.h"

static const char show_fr[] = "Présentez le code de chaque billet à l'entrée ; ne le montrez à "
			      "personne avant.";
static const char show_en[] = "Show the code of each ticket at the door, and to nobody before.";

static const struct notice_template templates[TEMBA_NOTICE_KINDS] = {
	[TEMBA_NOTICE_ORDER_PAID_EMAIL] =
		{
			.fr = {.subject = "Vos billets pour {event}",
			       .lines = {"Bonjour {name},",
					 "Votre commande est payée : {count} pour {event}, {when}.",
					 "Total : {amount}, dont {fee} de frais de service.",
					 show_fr, "Référence : {reference}"},
			       .button = "Voir mes billets"},
			.en = {.subject = "Your tickets for {event}",
			       .lines = {"Hello {name},",
					 "Your order is paid: {count} for {event}, {when}.",
					 "Total: {amount}, of which {fee} is the service fee.",
					 show_en, "Reference: {reference}"},
			       .button = "See my tickets"},
		},
	[TEMBA_NOTICE_ORDER_PAID_SMS] =
		{
			.is_sms = true,
			.fr = {.sms = "Temba : {count} pour {event}, {when}, {sum} payés. Vos "
				      "billets : {link} Réf. {reference}"},
			.en = {.sms = "Temba: {count} for {event}, {when}, {sum} paid. Your "
				      "tickets: {link} Ref. {reference}"},
		},
	[TEMBA_NOTICE_EVENT_CANCELLED_EMAIL] =
		{
			.fr = {.subject = "Événement annulé : {event}",
			       .lines = {"Bonjour {name},",
					 "L'événement « {event} », prévu {when}, n'aura pas lieu. "
					 "Vos billets ne sont plus valables.",
					 "{amount} vous seront remboursés par le moyen de paiement "
					 "que vous avez utilisé. Vous n'avez rien à faire.",
					 "Référence : {reference}"},
			       .button = "Voir ma commande"},
			.en = {.subject = "{event} is cancelled",
			       .lines =
				       {"Hello {name},",
					"{event}, {when}, does not take place. Your tickets are no "
					"longer valid.",
					"{amount} will be refunded to the means of payment that "
					"you used. There is nothing for you to do.",
					"Reference: {reference}"},
			       .button = "See my order"},
		},
	[TEMBA_NOTICE_EVENT_CANCELLED_SMS] =
		{
			.is_sms = true,
			.fr = {.sms = "Temba : événement annulé : {event}, {when}. Ce que vous "
				      "avez payé est remboursé. {link} Réf. {reference}"},
			.en = {.sms = "Temba: {event}, {when}, is cancelled. What you paid is "
				      "refunded. {link} Ref. {reference}"},
		},
	[TEMBA_NOTICE_REFUND_GRANTED_EMAIL] =
		{
			.fr = {.subject = "Remboursement de {amount} pour {event}",
			       .lines =
				       {"Bonjour {name},", "{why}",
					"{amount} vous seront remboursés pour {event}, {when}, par "
					"le moyen de paiement que vous avez utilisé.",
					"Référence : {reference}"},
			       .button = "Voir ma commande"},
			.en = {.subject = "Refund of {amount} for {event}",
			       .lines = {"Hello {name},", "{why}",
					 "{amount} for {event}, {when}, will be refunded to the "
					 "means of payment that you used.",
					 "Reference: {reference}"},
			       .button = "See my order"},
		},
	[TEMBA_NOTICE_REFUND_GRANTED_SMS] =
		{
			.is_sms = true,
			.fr = {.sms = "Temba : {sum} vous seront remboursés pour {event}. {why} "
				      "{link} Réf. {reference}"},
			.en = {.sms = "Temba: {sum} for {event} will be refunded to you. {why} "
				      "{link} Ref. {reference}"},
		},
	[TEMBA_NOTICE_REFUND_DONE_EMAIL] =
		{
			.fr = {.subject = "{amount} vous ont été remboursés",
			       .lines = {"Bonjour {name},", "{why}",
					 "{amount} vous ont été remboursés pour {event}, {when}. "
					 "Votre banque peut mettre quelques jours à les afficher.",
					 "Référence : {reference}"},
			       .button = "Voir ma commande"},
			.en = {.subject = "{amount} refunded to you",
			       .lines = {"Hello {name},", "{why}",
					 "{amount} for {event}, {when}, has been refunded to you. "
					 "Your bank may take some days to show it.",
					 "Reference: {reference}"},
			       .button = "See my order"},
		},
	[TEMBA_NOTICE_REFUND_DONE_SMS] =
		{
			.is_sms = true,
			.fr = {.sms = "Temba : {sum} vous ont été remboursés pour {event}. {link} "
				      "Réf. {reference}"},
			.en = {.sms = "Temba: {sum} for {event} has been refunded. {link} Ref. "
				      "{reference}"},
		},
};

const struct notice_template *notice_money_template(enum temba_notice kind)
{
	assert(kind >= TEMBA_NOTICE_ORDER_PAID_EMAIL && kind < TEMBA_NOTICE_KINDS);
	return &templates[kind];
}
