# Programs of the runtime's end-to-end tests; read after the project's Makefile by tests/runtime/run.
FIXTURES := $(O)/runtime-test
fixture = @mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) $(1) $(LDFLAGS) -o $@ $< $(filter %.o %.a,$^) $(LIBS)
SOURCES := tests/runtime/fixtures

fixtures: $(addprefix $(FIXTURES)/,echo echo-2 echo-3 sleeper crasher crash hang exit-0 late-crash \
	late-hang late-exit-0 dead-workers call)

$(FIXTURES)/echo: $(SOURCES)/echo.c $(O)/libfn.a
	$(call fixture,)
$(FIXTURES)/echo-2: $(SOURCES)/echo.c $(O)/libfn.a
	$(call fixture,-DVERSION=2)
$(FIXTURES)/echo-3: $(SOURCES)/echo.c $(O)/libfn.a
	$(call fixture,-DVERSION=3)
$(FIXTURES)/sleeper: $(SOURCES)/sleeper.c $(O)/libfn.a
	$(call fixture,)
$(FIXTURES)/crasher: $(SOURCES)/crasher.c $(O)/libfn.a
	$(call fixture,)
$(FIXTURES)/crash: $(SOURCES)/broken.c $(O)/libfn.a
	$(call fixture,-DHOW=CRASH)
$(FIXTURES)/hang: $(SOURCES)/broken.c $(O)/libfn.a
	$(call fixture,-DHOW=HANG)
$(FIXTURES)/exit-0: $(SOURCES)/broken.c $(O)/libfn.a
	$(call fixture,-DHOW=EXIT_0)
$(FIXTURES)/late-crash: $(SOURCES)/broken.c $(O)/libfn.a
	$(call fixture,-DHOW=CRASH -DIN_TEMPLATE=1)
$(FIXTURES)/late-hang: $(SOURCES)/broken.c $(O)/libfn.a
	$(call fixture,-DHOW=HANG -DIN_TEMPLATE=1)
$(FIXTURES)/late-exit-0: $(SOURCES)/broken.c $(O)/libfn.a
	$(call fixture,-DHOW=EXIT_0 -DIN_TEMPLATE=1)
$(FIXTURES)/dead-workers: $(SOURCES)/broken.c $(O)/libfn.a
	$(call fixture,-DHOW=NO_LISTENER -DIN_TEMPLATE=1)
$(FIXTURES)/call: tests/runtime/call.c $(O)/runtime/rt_fcgi.o $(O)/libfn.a
	$(call fixture,)
