/* image-optimizer: the older name of simple-image-optimizer. */
#include "fn.h"
#include "temba_image.h"

enum { KEPT_S = 31536000 };

static struct fn_error *image_optimizer(struct fn_request *req)
{
	return temba_image_redirect(req, KEPT_S);
}

const struct fn_function fn_function = {
	.name = "image-optimizer",
	.methods = FN_GET,
	.auth = FN_AUTH_NONE,
	.cached = true,
	.errors = FN_ERRORS_SUCCESS,
	.handle = image_optimizer,
};
