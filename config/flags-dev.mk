# What developers and CI compile with: every warning is an error.
include config/flags-release.mk
CFLAGS += -Werror
