# Every command of the project. `make help` lists them.
MODE ?= release
include config/flags-$(MODE).mk

O := build/$(MODE)
PACKAGES := fcgi libpq json-c libjwt libcurl openssl
FOLDERS := $(patsubst functions/%/,%,$(wildcard functions/*/))
# a folder is a function once its NAME.c is there
FUNCTIONS := $(foreach d,$(FOLDERS),$(if $(wildcard functions/$(d)/$(d).c),$(d)))
# those without a function.ini are programs of their own
PROVIDERS := $(patsubst tests/providers/%/function.ini,%,$(wildcard tests/providers/*/function.ini))
PROVIDER_PROGRAMS := $(filter-out $(PROVIDERS),$(patsubst tests/providers/%/,%,$(wildcard tests/providers/*/)))
RUNTIME := fnd fnctl fnq fnkeys
LIBS = $(shell pkg-config --libs $(PACKAGES)) -linih -largon2 -lcrypt

# asked once; quiet on a bare machine, where `make setup` comes first
PACKAGE_FLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
CPPFLAGS += $(PACKAGE_FLAGS) -I$(O)/sql

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help functions providers floor runtime unit unit-programs fuzz-programs tidy test fault-long check bench bench-rest bench-checkout fuzz corpus setup run up down clean distclean deploy

help: ## what can be asked
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

all: functions runtime ## build everything into build/$(MODE)
functions: $(FUNCTIONS:%=$(O)/bin/%)
providers: $(PROVIDERS:%=$(O)/providers/%) $(PROVIDER_PROGRAMS:%=$(O)/providers/%)
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
$(foreach f,$(FOLDERS),$(eval $(call function,$(f))))

# ---- development providers: tests/providers/NAME/*.c on what they share, tests/providers/*.c; never in a release
PROVIDERS_SHARED := $(filter-out %_test.c,$(wildcard tests/providers/*.c))
$(O)/libproviders.a: $(PROVIDERS_SHARED:%.c=$(O)/%.o)
	@rm -f $@
	@$(AR) rcs $@ $^
define provider
$(O)/providers/$(1): $(patsubst %.c,$(O)/%.o,$(filter-out %_test.c,$(wildcard tests/providers/$(1)/*.c))) $(O)/libproviders.a $(O)/libfn.a
	@mkdir -p $$(@D)
	@echo "LINK $$@"
	@$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(LIBS) -lsqlite3
endef
$(foreach p,$(PROVIDERS) $(PROVIDER_PROGRAMS),$(eval $(call provider,$(p))))
# a program gets its settings as fnq does
$(PROVIDER_PROGRAMS:%=$(O)/providers/%): $(patsubst %.c,$(O)/%.o,$(filter-out %_test.c,$(wildcard runtime/rt_*.c)))

# ---- what the data API is measured against: libfcgi and libpq alone, never in a release
floor: $(O)/bench/floor
$(O)/bench/floor: $(O)/tests/bench/floor/floor.o
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

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
UNIT := $(wildcard shared/*_test.c functions/*/*_test.c runtime/*_test.c tests/providers/*_test.c tests/providers/*/*_test.c)
HARNESS := $(patsubst %.c,$(O)/%.o,$(wildcard tests/harness/*.c))
# tests/harness/unit*.c serve every test; the rest brings its own database and calls a function
$(O)/test/shared/%_test: $(O)/shared/%_test.o $(filter $(O)/tests/harness/unit%,$(HARNESS)) $(O)/libfn.a
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka
$(O)/test/shared/temba_transfer_test: $(O)/shared/temba_transfer_test.o $(HARNESS) $(O)/libfn.a
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka
$(O)/test/shared/temba_card_test: $(O)/shared/temba_card_test.o $(filter-out %/call.o,$(HARNESS)) $(O)/libfn.a
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka
$(O)/test/runtime/fnd_plan_test: $(O)/runtime/fnd_plan.o
$(O)/test/runtime/%_test: $(O)/runtime/%_test.o $(patsubst %.c,$(O)/%.o,$(filter-out %_test.c,$(wildcard runtime/rt_*.c))) $(O)/libfn.a
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka
# a function's test links its own objects and tests/harness/fake_db.c in the place of fn_db.o;
# those of rest, which talks to fn_pq too, bring a PostgreSQL of their own where they need one
define functiontest
$(O)/test/functions/$(1)/%_test: $(O)/functions/$(1)/%_test.o $(patsubst %.c,$(O)/%.o,$(filter-out %_test.c,$(wildcard functions/$(1)/*.c))) $(if $(filter $(1),$(filter-out rest,$(FUNCTIONS))),$(HARNESS),$(filter $(O)/tests/harness/unit%,$(HARNESS))) $(O)/libfn.a
	@mkdir -p $$(@D)
	@echo "LINK $$@"
	@$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(LIBS) -lcmocka
endef
$(foreach f,$(FOLDERS),$(eval $(call functiontest,$(f))))
# the stand-ins' tests link what stand-ins share, and of NAME/ the file that they stand beside
define providertest
$(O)/test/tests/providers/$(1)/%_test: $(O)/tests/providers/$(1)/%_test.o $(O)/tests/providers/$(1)/%.o $(filter $(O)/tests/harness/unit%,$(HARNESS)) $(O)/libproviders.a $(O)/libfn.a
	@mkdir -p $$(@D)
	@echo "LINK $$@"
	@$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(LIBS) -lcmocka -lsqlite3
endef
$(foreach p,$(PROVIDERS) $(PROVIDER_PROGRAMS),$(eval $(call providertest,$(p))))
$(O)/test/tests/providers/%_test: $(O)/tests/providers/%_test.o $(filter $(O)/tests/harness/unit%,$(HARNESS)) $(O)/libproviders.a $(O)/libfn.a
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka -lsqlite3
$(HARNESS) $(UNIT:%.c=$(O)/%.o): CPPFLAGS += -Itests/harness

unit-programs: $(UNIT:%.c=$(O)/test/%)
unit: ## unit tests under address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory MODE=asan unit-programs
	@scripts/run-unit build/asan/test

# ---- fuzz targets: tests/fuzz/NAME.c; without libFuzzer (MODE=asan) main/replay.c runs them over files
FUZZ := $(wildcard tests/fuzz/*.c)
REPLAY := $(if $(filter fuzz,$(MODE)),,$(O)/tests/fuzz/main/replay.o)
fuzz-programs: $(FUZZ:tests/fuzz/%.c=$(O)/fuzz/%)
$(O)/fuzz/%: $(O)/tests/fuzz/%.o $(REPLAY) $(O)/libfn.a
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
# the readers of the runtime's files
$(O)/fuzz/settings: $(O)/tests/fuzz/settings.o $(REPLAY) $(patsubst %.c,$(O)/%.o,$(filter-out %_test.c,$(wildcard runtime/rt_*.c))) $(O)/libfn.a
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
# the parser of the data API
$(O)/fuzz/rest_parse: $(O)/tests/fuzz/rest_parse.o $(REPLAY) $(patsubst %.c,$(O)/%.o,$(filter-out %_test.c,$(wildcard functions/rest/rest_parse*.c functions/rest/rest_error.c))) $(O)/libfn.a
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

-include $(shell find $(O) -name '*.d' 2>/dev/null)

# ---- clang-tidy, one file at a time; what was found clean is not looked at again until it changes
LINTED := $(filter-out tests/http/node_modules/%,$(wildcard shared/*.c runtime/*.c functions/*/*.c tests/*/*.c tests/*/*/*.c))
tidy: $(LINTED:%.c=build/tidy/%.ok)
build/tidy/%.ok: %.c .clang-tidy | $(FOLDERS:%=$(O)/sql/%.sql.h) $(O)/sql/shared.sql.h $(O)/sql/fnq.sql.h
	@mkdir -p $(@D)
	@clang-tidy --quiet $< -- -std=c17 -Itests/harness -Itests/providers $(CPPFLAGS) >$@.log 2>&1 || { cat $@.log; exit 1; }
	@$(CC) -std=c17 -Itests/harness -Itests/providers $(CPPFLAGS) -MM -MP -MT $@ -MF $(@:.ok=.d) $<
	@touch $@
-include $(LINTED:%.c=build/tidy/%.d)

# ---- a stack on this machine: docs/operate.md
setup: ## install what is missing to run (root or sudo)
	@scripts/setup run
run: ## install, build, start everything; Ctrl-C ends it
	@MODE=$(MODE) scripts/run
up: ## the same in the background
	@MODE=$(MODE) scripts/up
down: ## end what `make up` or an earlier run left
	@scripts/down
deploy: ## make deploy FN=NAME: build one function and switch to it without losing a request
	@MODE=$(MODE) scripts/deploy $(FN)

# ---- proof
test: ## every suite; ends with `N passed, N failed`
	@scripts/test
fault-long: ## the fault suite for ten minutes; FAULT_SECONDS=N for longer
	@FAULT_SECONDS=$${FAULT_SECONDS:-600} scripts/test fault
fuzz: ## libFuzzer on every reader of foreign bytes; FUZZ_SECONDS=N for each
	@tests/fuzz/run --long
corpus: ## what fuzzing found so far, replayed under the sanitizers; part of `make test`
	@tests/fuzz/run
bench: ## speed, cold start and memory against pgbench, in one table
	@tests/bench/run
bench-rest: ## the data API against a bare program and pgbench on the same statements, in one table
	@tests/bench/rest
bench-checkout: ## flash sale, churn, one pool, a storm of webhooks, sums of money, in one table
	@tests/bench/checkout
check: ## format, banned calls, documentation, gcc and clang, clang-tidy
	@scripts/check

clean: ## remove what was built; keeps var/
	rm -rf build
distclean: ## remove the stack's state too, after asking
	@scripts/distclean
	rm -rf build
