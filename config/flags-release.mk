# What is deployed. NDEBUG stays undefined: asserts guard invariants.
include config/flags-common.mk
CPPFLAGS += -D_FORTIFY_SOURCE=3
CFLAGS += -O2 -g -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
LDFLAGS += -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
