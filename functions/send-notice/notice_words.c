/* notice_words.c: what the notices say, French first. {x} stands for a fact (notice.h); a paragraph
 * whose fact is not there is left out. SMS keep to letters of the GSM alphabet (é è à ù, not ê or
 * ç): one other letter halves what fits into a message. */
#include <assert.h>

#include "notice.h"

static const struct notice_template templates[TEMBA_NOTICE_ORDER_PAID_EMAIL] = {
	[TEMBA_NOTICE_CONFIRM_EMAIL] =
		{
			.fr =
				{
					.subject = "Confirmez votre adresse e-mail",
					.lines =
						{
							"Bonjour {name},",
							"Confirmez que cette adresse est bien la "
							"vôtre. Les billets qu'on vous y "
							"envoie pourront alors être récupérés avec "
							"votre compte Temba.",
							"Vous n'avez pas créé de compte ? Ignorez "
							"ce message, rien ne se passera.",
						},
					.button = "Confirmer mon adresse",
				},
			.en =
				{
					.subject = "Confirm your e-mail address",
					.lines =
						{
							"Hello {name},",
							"Please confirm that this address is "
							"yours. Tickets that are sent to it can "
							"then be claimed with your Temba account.",
							"You did not create an account? Ignore "
							"this message and nothing happens.",
						},
					.button = "Confirm my address",
				},
		},
	[TEMBA_NOTICE_TRANSFER_PENDING_EMAIL] =
		{
			.fr =
				{
					.subject = "{sender} vous envoie un billet pour {event}",
					.lines =
						{
							"{sender} vous envoie un billet « {type} » "
							"pour {event}, {when}.",
							"Son message : « {message} »",
							"Pour le recevoir, créez votre compte "
							"Temba avec cette adresse e-mail, puis "
							"suivez le lien de confirmation que vous "
							"recevrez. Le billet vous attendra "
							"dans votre compte : il suffira de "
							"l'accepter.",
							"Cette offre est valable jusqu'au {until}.",
							"Référence : {reference}",
						},
					.button = "Créer mon compte",
				},
			.en =
				{
					.subject = "{sender} is sending you a ticket for {event}",
					.lines =
						{
							"{sender} is sending you a ticket "
							"(“{type}”) for {event}, {when}.",
							"Their message: “{message}”",
							"To receive it, create your Temba account "
							"with this e-mail address and follow "
							"the confirmation link that you will get. "
							"The ticket waits in your account: "
							"all you have to do is accept it.",
							"The offer ends on {until}.",
							"Reference: {reference}",
						},
					.button = "Create my account",
				},
		},
	[TEMBA_NOTICE_TRANSFER_PENDING_SMS] =
		{
			.is_sms = true,
			.fr = {.sms = "Temba : {sender} vous envoie un billet pour {event}, "
				      "{when}. Inscrivez-vous ou "
				      "connectez-vous avec ce numéro pour le recevoir avant le "
				      "{until} : {link} Réf. {reference}"},
			.en = {.sms = "Temba: {sender} is sending you a ticket for {event}, "
				      "{when}. Sign up or log in "
				      "with this number to receive it before {until}: {link} Ref. "
				      "{reference}"},
		},
	[TEMBA_NOTICE_TRANSFER_RECEIVED_EMAIL] =
		{
			.fr =
				{
					.subject = "Vous avez reçu un billet pour {event}",
					.lines =
						{
							"Bonjour {name},",
							"{sender} vous a transféré un billet « "
							"{type} » pour {event}, {when}. Il est à "
							"vous : seul votre code est valable à "
							"l'entrée.",
							"Son message : « {message} »",
							"Référence : {reference}",
						},
					.button = "Voir mon billet",
				},
			.en =
				{
					.subject = "You received a ticket for {event}",
					.lines =
						{
							"Hello {name},",
							"{sender} transferred a ticket (“{type}”) "
							"for {event}, {when}, to you. It is "
							"yours: only your code is good at the "
							"door.",
							"Their message: “{message}”",
							"Reference: {reference}",
						},
					.button = "See my ticket",
				},
		},
	[TEMBA_NOTICE_TRANSFER_RECEIVED_SMS] =
		{
			.is_sms = true,
			.fr = {.sms = "Temba : {sender} vous a transféré un billet pour {event}, "
				      "{when}. "
				      "Il vous attend dans votre compte : {link} Réf. {reference}"},
			.en = {.sms = "Temba: {sender} transferred a ticket for {event}, {when}, "
				      "to you. "
				      "It is in your account: {link} Ref. {reference}"},
		},
	[TEMBA_NOTICE_TRANSFER_CLAIMED] =
		{
			.fr =
				{
					.subject = "Votre billet pour {event} a été récupéré",
					.lines =
						{
							"Bonjour {name},",
							"{recipient} a récupéré le billet « {type} "
							"» pour {event}, {when}, que vous avez "
							"envoyé. Votre ancien code n'est plus "
							"valable.",
							"Référence : {reference}",
						},
					.button = "Voir mes envois",
				},
			.en =
				{
					.subject = "Your ticket for {event} was claimed",
					.lines =
						{
							"Hello {name},",
							"{recipient} claimed the ticket (“{type}”) "
							"for {event}, {when}, that you sent. "
							"Your old code is no longer valid.",
							"Reference: {reference}",
						},
					.button = "See what I sent",
				},
		},
};

const struct notice_template *notice_template(enum temba_notice kind)
{
	assert(kind < TEMBA_NOTICE_KINDS);
	return kind < TEMBA_NOTICE_ORDER_PAID_EMAIL ? &templates[kind]
						    : notice_money_template(kind);
}
