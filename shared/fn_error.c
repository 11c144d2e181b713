/* fn_error.c: making errors, and the refusals that many functions share. */
#include "fn_error.h"

#include <stdarg.h>
#include <stdio.h>

#include "fn_request.h"

const struct fn_message fn_message_internal =
	{500, "internal", "Une erreur est survenue de notre côté. Réessayez dans un instant.",
	 "Something went wrong on our side. Try again in a moment."};
const struct fn_message fn_message_busy =
	{503, "busy", "Le service est très demandé en ce moment. Réessayez dans quelques secondes.",
	 "The service is very busy right now. Try again in a few seconds."};
const struct fn_message fn_message_bad_json = {400, "bad_json",
					       "La requête n'est pas du JSON valide.",
					       "The request is not valid JSON."};
const struct fn_message fn_message_bad_fields = {422, "invalid_fields",
						 "Certains champs sont manquants ou invalides.",
						 "Some fields are missing or invalid."};
const struct fn_message fn_message_no_session = {401, "no_session", "Connexion requise",
						 "Missing authorization header"};
const struct fn_message fn_message_bad_session = {401, "invalid_session",
						  "Authentification invalide", "Invalid JWT"};
const struct fn_message fn_message_no_key = {401, "no_api_key",
					     "Aucune clé d'API valide dans la requête.",
					     "No valid API key found in request."};
const struct fn_message fn_message_not_found = {404, "not_found", "Introuvable.", "Not found."};
const struct fn_message fn_message_method = {405, "method_not_allowed",
					     "Cette méthode n'est pas acceptée ici.",
					     "This method is not allowed here."};
const struct fn_message fn_message_too_large = {413, "body_too_large",
						"La requête est trop volumineuse.",
						"The request is too large."};
const struct fn_message fn_message_too_many =
	{429, "too_many_requests", "Trop de requêtes. Patientez un peu avant de réessayer.",
	 "Too many requests. Wait a little before you try again."};

struct fn_error *fn_fail(struct fn_request *req, const struct fn_message *message)
{
	struct fn_error *error = fn_arena_alloc(fn_request_arena(req), sizeof(*error));

	error->message = message;
	return error;
}

struct fn_error *fn_fail_because(struct fn_request *req, const struct fn_message *message,
				 const char *cause, ...)
{
	struct fn_error *error = fn_fail(req, message);
	char text[1000];
	va_list args;

	va_start(args, cause);
	(void)vsnprintf(text, sizeof(text), cause, args);
	va_end(args);
	error->cause = fn_arena_text(fn_request_arena(req), text);
	return error;
}
