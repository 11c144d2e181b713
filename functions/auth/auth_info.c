/* auth_info.c: what clients ask before anybody signs in: settings, health, public keys. */
#include "auth.h"

static struct json_object *providers(void)
{
	static const char *const off[] = {"anonymous_users",
					  "apple",
					  "azure",
					  "bitbucket",
					  "discord",
					  "facebook",
					  "figma",
					  "fly",
					  "github",
					  "gitlab",
					  "google",
					  "kakao",
					  "keycloak",
					  "linkedin",
					  "linkedin_oidc",
					  "notion",
					  "phone",
					  "slack",
					  "slack_oidc",
					  "snapchat",
					  "spotify",
					  "twitch",
					  "twitter",
					  "workos",
					  "x",
					  "zoom"};
	struct json_object *list = FN_OBJECT(fn_json_bool("email", true));

	for (size_t i = 0; i < FN_COUNT(off); i++)
		fn_json_set(list, fn_json_bool(off[i], false));
	return list;
}

struct fn_error *auth_settings(struct fn_request *req)
{
	return fn_reply_json(req, FN_OBJECT(fn_json_value("external", providers()),
					    fn_json_bool("disable_signup",
							 fn_conf_bool("DISABLE_SIGNUP")),
					    fn_json_bool("mailer_autoconfirm", true),
					    fn_json_bool("phone_autoconfirm", false),
					    fn_json_string("sms_provider", "twilio"),
					    fn_json_bool("saml_enabled", false)));
}

struct fn_error *auth_health(struct fn_request *req)
{
	return fn_reply_json(req, FN_OBJECT(fn_json_string("version", "1"),
					    fn_json_string("name", "Temba auth"),
					    fn_json_string("description",
							   "Accounts, sessions and tokens")));
}

struct fn_error *auth_jwks(struct fn_request *req)
{
	fn_reply_header(req, "Cache-Control", "public, max-age=600");
	return fn_reply_json(req, auth_public_keys());
}
