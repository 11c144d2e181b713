/* rt_self.c: settings of a program that is no worker. */
#include "rt_self.h"

#include <unistd.h>

#include "fn_conf.h"
#include "fn_die.h"
#include "rt_share.h"

enum { CONFIG_ERROR = 78 };

void rt_self_load(const struct rt_function *self, const char *name, const char *config,
		  const char *state)
{
	struct rt_settings settings;
	struct rt_why why;
	struct fn_buf share;
	int descriptor = -1;

	fn_buf_init(&share, RT_SHARE_MAX);
	if (rt_settings_load(&settings, config, state, &why) &&
	    rt_share_build(&settings, self, name, &share, &why))
		descriptor = rt_share_seal(&share, &why);
	if (descriptor < 0)
		fn_die(CONFIG_ERROR, "%s", why.text);
	rt_secret_forget(&share);
	rt_settings_free(&settings);
	fn_conf_load(descriptor);
	(void)close(descriptor);
}
