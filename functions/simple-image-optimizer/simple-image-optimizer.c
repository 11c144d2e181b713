/* simple-image-optimizer: sends a browser to a picture, unchanged, at the address of its source. */
#include "fn.h"
#include "temba_image.h"

enum { KEPT_S = 86400 };

static struct fn_error *simple_image_optimizer(struct fn_request *req)
{
	return temba_image_redirect(req, KEPT_S);
}

const struct fn_function fn_function = {
	.name = "simple-image-optimizer",
	.methods = FN_GET,
	.auth = FN_AUTH_NONE,
	.cached = true,
	.errors = FN_ERRORS_SUCCESS,
	.handle = simple_image_optimizer,
};
