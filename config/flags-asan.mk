# Address and undefined-behaviour sanitizers: the unit suite, and the http suite with MODE=asan.
include config/flags-common.mk
CFLAGS += -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -Werror
LDFLAGS += -fsanitize=address,undefined
