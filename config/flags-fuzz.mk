# libFuzzer targets; clang only.
CC := clang
include config/flags-common.mk
CPPFLAGS += -DFN_FUZZ
CFLAGS += -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS += -fsanitize=fuzzer,address,undefined
