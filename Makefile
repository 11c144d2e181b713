# Every command of the project. `make help` lists them.
MODE ?= release
include config/flags-$(MODE).mk

O := build/$(MODE)
PACKAGES := fcgi libpq json-c libjwt libcurl openssl
FUNCTIONS := $(patsubst functions/%/,%,$(wildcard functions/*/))
PROVIDERS := $(patsubst tests/providers/%/,%,$(wildcard tests/providers/*/))
RUNTIME := fnd fnctl fnq fnkeys
LIBS = $(shell pkg-config --libs $(PACKAGES)) -linih -largon2 -lcrypt

CPPFLAGS += $(shell pkg-config --cflags $(PACKAGES)) -I$(O)/sql

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help functions providers runtime unit test check bench fuzz setup run up down clean distclean deploy

help: ## what can be asked
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

all: functions runtime ## build everything into build/$(MODE)
functions: $(FUNCTIONS:%=$(O)/bin/%)
providers: $(PROVIDERS:%=$(O)/providers/%)
runtime: $(RUNTIME:%=$(O)/bin/%)

# ---- the common library
SHARED := $(filter-out %_test.c,$(wildcard shared/*.c))
$(O)/libfn.a: $(SHARED:%.c=$(O)/%.o)
	@rm -f $@
	@$(AR) rcs $@ $^
$(SHARED:%.c=$(O)/%.o): | $(O)/sql/shared.sql.h
$(O)/sql/shared.sql.h: $(wildcard shared/sql/*.sql) scripts/embed-sql
	@mkdir -p $(@D)
	@scripts/embed-sql shared $(wildcard shared/sql/*.sql) >$@

# ---- one binary per function
define function
$(O)/bin/$(1): $(patsubst %.c,$(O)/%.o,$(filter-out %_test.c,$(wildcard functions/$(1)/*.c))) $(O)/libfn.a
	@mkdir -p $$(@D)
	@echo "LINK $$@"
	@$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)
$(patsubst %.c,$(O)/%.o,$(wildcard functions/$(1)/*.c)): | $(O)/sql/$(1).sql.h
$(O)/sql/$(1).sql.h: $(wildcard functions/$(1)/sql/*.sql) scripts/embed-sql
	@mkdir -p $$(@D)
	@scripts/embed-sql $(1) $(wildcard functions/$(1)/sql/*.sql) >$$@
endef
$(foreach f,$(FUNCTIONS),$(eval $(call function,$(f))))

# ---- development providers: tests/providers/NAME/*.c on tests/providers/*.c, never in a release
define provider
$(O)/providers/$(1): $(patsubst %.c,$(O)/%.o,$(wildcard tests/providers/$(1)/*.c) $(wildcard tests/providers/*.c)) $(O)/libfn.a
	@mkdir -p $$(@D)
	@echo "LINK $$@"
	@$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(LIBS) -lsqlite3
endef
$(foreach p,$(PROVIDERS),$(eval $(call provider,$(p))))

# ---- the runtime: runtime/NAME.c is a program, runtime/NAME_*.c its parts
define program
$(O)/bin/$(1): $(patsubst %.c,$(O)/%.o,$(filter-out %_test.c,$(wildcard runtime/$(1).c runtime/$(1)_*.c runtime/rt_*.c))) $(O)/libfn.a
	@mkdir -p $$(@D)
	@echo "LINK $$@"
	@$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)
endef
$(foreach p,$(RUNTIME),$(eval $(call program,$(p))))
$(O)/runtime/fnq.o $(patsubst %.c,$(O)/%.o,$(wildcard runtime/fnq_*.c)): | $(O)/sql/fnq.sql.h
$(O)/sql/fnq.sql.h: $(wildcard runtime/sql/*.sql) scripts/embed-sql
	@mkdir -p $(@D)
	@scripts/embed-sql fnq $(wildcard runtime/sql/*.sql) >$@

$(O)/%.o: %.c
	@mkdir -p $(@D)
	@echo "CC   $@"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# ---- unit tests: X_test.c beside X.c becomes build/MODE/test/.../X_test
UNIT := $(wildcard shared/*_test.c functions/*/*_test.c runtime/*_test.c)
$(O)/test/shared/%_test: $(O)/shared/%_test.o $(O)/libfn.a
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka
$(O)/test/runtime/%_test: $(O)/runtime/%_test.o $(patsubst %.c,$(O)/%.o,$(filter-out %_test.c,$(wildcard runtime/rt_*.c))) $(O)/libfn.a
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka
# a function's test links its own objects and tests/harness/fake_db.c in the place of fn_db.o
define functiontest
$(O)/test/functions/$(1)/%_test: $(O)/functions/$(1)/%_test.o $(patsubst %.c,$(O)/%.o,$(filter-out %_test.c,$(wildcard functions/$(1)/*.c))) $(patsubst %.c,$(O)/%.o,$(wildcard tests/harness/*.c)) $(O)/libfn.a
	@mkdir -p $$(@D)
	@echo "LINK $$@"
	@$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(LIBS) -lcmocka
endef
$(foreach f,$(FUNCTIONS),$(eval $(call functiontest,$(f))))
$(patsubst %.c,$(O)/%.o,$(wildcard tests/harness/*.c) $(UNIT)): CPPFLAGS += -Itests/harness

unit-programs: $(UNIT:%.c=$(O)/test/%)
unit: ## unit tests under address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory MODE=asan unit-programs
	@scripts/run-unit build/asan/test

-include $(shell find $(O) -name '*.d' 2>/dev/null)

clean: ## remove what was built; keeps var/
	rm -rf build
