# What every build shares. -D_GNU_SOURCE is asked for once, here: strict c17 hides POSIX.
CPPFLAGS += -D_GNU_SOURCE -Ishared
CFLAGS += -std=c17 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wformat=2 -Wundef -Wcast-qual -Wwrite-strings -Wswitch-enum -Wnull-dereference \
	-Wimplicit-fallthrough -Wconversion -Wsign-conversion
ifeq ($(findstring clang,$(CC)),)
CFLAGS += -Wduplicated-cond -Wlogical-op
endif
