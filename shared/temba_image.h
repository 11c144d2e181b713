/* temba_image.h: where a browser finds a picture. Nothing is fetched here, so nobody can make this
 * server ask another one for anything. */
#ifndef TEMBA_IMAGE_H
#define TEMBA_IMAGE_H

#include "fn_arena.h"
#include "fn_error.h"
#include "fn_request.h"

/* The address to send a browser to for the picture `url`, or NULL when that is neither a picture of
 * this stack (`api_url`: under /images/ and public storage) nor an https address of one of `hosts`,
 * names with an optional port, separated by commas. What comes back is plain ASCII. */
const char *temba_image_address(struct fn_arena *arena, const char *url, const char *api_url,
				const char *hosts);

/* The whole request of the image functions: a redirect to the picture named by `url` of the query,
 * kept by browser and nginx for so many seconds. Its other parameters change nothing. Needs the
 * setting IMAGE_HOSTS. */
FN_CHECKED struct fn_error *temba_image_redirect(struct fn_request *req, long seconds);

#endif
