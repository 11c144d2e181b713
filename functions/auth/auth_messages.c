/* auth_messages.c: what this function refuses. Codes and English texts are those that clients of
 * the auth API match on (wire.md 2.2); the API answers in English. */
#include <stdarg.h>
#include <stdio.h>

#include "auth.h"

const struct fn_message
	auth_bad_field = {400, "validation_failed", "Certains champs sont manquants ou invalides.",
			  "Some fields are missing or invalid"},
	auth_no_bearer = {401, "no_authorization", "Connexion requise.",
			  "This endpoint requires a valid Bearer token"},
	auth_bad_jwt = {403, "bad_jwt", "Session invalide ou expirée.",
			"invalid JWT: unable to parse or verify signature, or token is expired"},
	auth_bad_credentials = {400, "invalid_credentials", "Identifiants incorrects.",
				"Invalid login credentials"},
	auth_bad_grant = {400, "invalid_credentials", "Mode de connexion inconnu.",
			  "unsupported_grant_type"},
	auth_not_confirmed = {400, "email_not_confirmed", "Adresse e-mail non confirmée.",
			      "Email not confirmed"},
	auth_banned = {400, "user_banned", "Ce compte est suspendu.", "User is banned"},
	auth_exists = {422, "user_already_exists", "Un compte existe déjà avec cette adresse.",
		       "User already registered"},
	auth_weak_password = {422, "weak_password", "Mot de passe trop court.",
			      "Password should be at least 6 characters."},
	auth_long_password = {400, "validation_failed", "Mot de passe trop long.",
			      "Password cannot be longer than 72 characters"},
	auth_same_password = {422, "same_password", "Le nouveau mot de passe est identique.",
			      "New password should be different from the old password."},
	auth_no_anonymous = {422, "anonymous_provider_disabled",
			     "Les comptes anonymes ne sont pas proposés.",
			     "Anonymous sign-ins are disabled"},
	auth_no_phone_sign_up = {400, "phone_provider_disabled",
				 "L'inscription par téléphone n'est pas proposée ici.",
				 "Phone signups are disabled"},
	auth_no_phone = {422, "phone_provider_disabled",
			 "La connexion par téléphone n'est pas proposée ici.",
			 "Phone logins are disabled"},
	auth_sign_up_off = {422, "signup_disabled", "Les inscriptions sont fermées.",
			    "Signups not allowed for this instance"},
	auth_no_change_yet = {422, "contact_change_disabled",
			      "Changer d'adresse ou de numéro n'est pas encore proposé.",
			      "Changing the email address or phone number is not offered yet"},
	auth_not_admin = {403, "not_admin", "Action réservée.",
			  "Updating app_metadata requires admin privileges"},
	auth_no_session = {403, "session_not_found", "Cette session est terminée.",
			   "Session from session_id claim in JWT does not exist"},
	auth_no_user = {403, "user_not_found", "Ce compte n'existe plus.",
			"User from sub claim in JWT does not exist"},
	auth_session_expired = {400, "session_expired", "Cette session a expiré.",
				"Invalid Refresh Token: Session Expired"},
	auth_token_unknown = {400, "refresh_token_not_found", "Session inconnue.",
			      "Invalid Refresh Token: Refresh Token Not Found"},
	auth_token_used = {400, "refresh_token_already_used", "Cette session est terminée.",
			   "Invalid Refresh Token: Already Used"},
	auth_bad_link = {403, "otp_expired", "Ce lien n'est plus valable.",
			 "Token has expired or is invalid"},
	auth_too_often = {429, "over_request_rate_limit", "Trop de requêtes.",
			  "Request rate limit reached"},
	auth_mail_too_often = {429, "over_email_send_rate_limit",
			       "Un e-mail vient d'être envoyé. Patientez un peu.",
			       "For security purposes, you can only request this later."},
	auth_large_data = {400, "validation_failed",
			   "Les données du compte sont trop volumineuses.",
			   "User metadata is too large"},
	auth_busy = {503, "over_request_rate_limit", "Beaucoup de connexions en ce moment.",
		     "Too many sign-ins at this moment, try again"};

struct fn_error *auth_fail_with(struct fn_request *req, const struct fn_message *message,
				const char *text, ...)
{
	struct fn_message *said = fn_arena_alloc(fn_request_arena(req), sizeof(*said));
	char words[200];
	va_list args;

	va_start(args, text);
	(void)vsnprintf(words, sizeof(words), text, args);
	va_end(args);
	*said = *message;
	said->en = fn_arena_text(fn_request_arena(req), words);
	return fn_fail(req, said);
}
