# SPDX-License-Identifier: Apache-2.0
# The whole build: one file, not recursive, out of tree in $(BUILD).
#
#   make demo     installs what is missing, builds, makes the first bundle
#   make check    installs what is missing, runs the tests under sanitizers
#   make demo-daemon   the daemon on the same figures, killed and all
#   make all lint bench fuzz install uninstall dist clean format
#
# A built-in plugin needs no line here: every .c with a `tradestat_plugin`
# descriptor in a room is compiled with that symbol renamed and listed.

VERSION  := 0.1.0
BUILD    ?= build
prefix   ?= /usr
libdir   ?= $(prefix)/lib/$(shell $(CC) -print-multiarch 2>/dev/null)
sysconfdir ?= /etc
localstatedir ?= /var
runstatedir ?= /run
plugindir ?= $(libdir)/tradestat
datadir  ?= $(prefix)/share/tradestat
# systemd looks in these places below /usr only
unitdir  ?= $(prefix)/lib/systemd/system
sysusersdir ?= $(prefix)/lib/sysusers.d
tmpfilesdir ?= $(prefix)/lib/tmpfiles.d
catalogdir  ?= $(prefix)/lib/systemd/catalog

CC       ?= cc
PKGS_KIT  := libcrypto libsystemd
PKGS_DAEMON := libconfig libidn2 sqlite3
PKGS_WORK := libconfig libidn2 libcurl jansson yajl libxml-2.0 sqlite3 zlib libqpdf fontconfig gmime-3.0 libarchive
SANITIZE ?=
WERROR   ?=

WARN := -Wall -Wextra -Wformat=2 -Wvla -Wconversion -Wno-sign-conversion \
	-Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wwrite-strings -Wundef -Wswitch-enum
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection \
	-fPIE -fvisibility=hidden
ifeq ($(SANITIZE),)
OPT      ?= -O2 -g -D_FORTIFY_SOURCE=2
else
OPT      ?= -O1 -g -fno-omit-frame-pointer -fsanitize=$(SANITIZE) -fno-sanitize-recover=all
LDSAN    := -fsanitize=$(SANITIZE)
endif
XML_CFLAGS := $(shell pkg-config --cflags libxml-2.0 2>/dev/null)
# Headers of GLib are not written for our warnings.
GMIME_CFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags gmime-3.0 2>/dev/null))
CPPFLAGS += -D_GNU_SOURCE -Ikit/include -I. -include kit/banned.h \
	-DTS_VERSION='"$(VERSION)"' -DTS_PLUGIN_DIR='"$(plugindir)"' \
	-DTS_DATA_DIR='"$(datadir)"' -DTS_CONF_DIR='"$(sysconfdir)/tradestat"' \
	-DTS_STATE_DIR='"$(localstatedir)/lib/tradestat"' \
	-DTS_CACHE_DIR='"$(localstatedir)/cache/tradestat"' \
	-DTS_RUNTIME_DIR='"$(runstatedir)/tradestat"' -DTS_BIN_DIR='"$(prefix)/bin"' \
	$(if $(FAULTS),-DTS_FAULTS) \
	$(XML_CFLAGS) $(GMIME_CFLAGS)
CFLAGS   += -std=c11 $(OPT) $(WARN) $(HARDEN) $(WERROR)
LDFLAGS  += -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(LDSAN)
LIBS_KIT  = $(shell pkg-config --libs $(PKGS_KIT)) -lm
LIBS_WORK = $(shell pkg-config --libs $(PKGS_WORK)) -ldl -lpthread $(LIBS_KIT)

ROOMS := config fetchers store indicators plots output
SRC_kit := $(wildcard kit/*.c)
SRC_config := $(wildcard config/*.c)
SRC_fetchers := $(wildcard fetchers/*.c fetchers/decode/*.c fetchers/engine/*.c)
SRC_store := $(wildcard store/*.c)
SRC_indicators := $(wildcard indicators/*.c indicators/engine/*.c indicators/measure/*.c)
SRC_plots := $(wildcard plots/*.c plots/draw/*.c plots/engine/*.c)
SRC_output := $(wildcard output/*.c output/write/*.c output/engine/*.c)
# Of the daemon's room: the tool with its verbs and stages, the supervisor, and
# what both need. The supervisor links no more than kit, config and store.
MAINS := daemon/tradestat.c daemon/tradestatd.c
SRC_common := $(wildcard daemon/common/*.c)
SRC_tool := $(filter-out $(MAINS),$(wildcard daemon/*.c daemon/report/*.c daemon/deliver/*.c))
SRC_supervise := $(wildcard daemon/supervise/*.c)
SRC_daemon := $(SRC_common) $(SRC_tool) $(SRC_supervise) $(wildcard $(MAINS))
SRC_all := $(SRC_kit) $(foreach r,$(ROOMS),$(SRC_$(r))) $(SRC_daemon)

# Plugins: the files that define a descriptor, and the name it gets.
PLUGIN_SRC := $(shell grep -lE '^const struct ts_(fetcher|decoder|indicator|chart|output) tradestat_plugin' $(foreach r,$(ROOMS),$(SRC_$(r))) /dev/null 2>/dev/null)
plugin_symbol = ts_plugin_$(subst /,_,$(basename $(1)))

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
OBJ_daemon := $(call objects,$(SRC_common) $(SRC_tool) $(SRC_supervise))
LIB_kit := $(BUILD)/lib/kit.a
LIB_ROOMS := $(foreach r,$(ROOMS),$(BUILD)/lib/$(r).a)

all: $(BUILD)/tradestat $(BUILD)/tradestatd

-include $(patsubst %.o,%.d,$(call objects,$(SRC_all)))

# Objects and libraries ----------------------------------------------------
$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(if $(filter $<,$(PLUGIN_SRC)),-Dtradestat_plugin=$(call plugin_symbol,$<)) $(CFLAGS) -MMD -MP -c -o $@ $<

define room_library
$(BUILD)/lib/$(1).a: $(call objects,$(SRC_$(1))) $(if $(filter kit,$(1)),,$(BUILD)/obj/$(1)/builtin.o)
	@mkdir -p $$(@D)
	@rm -f $$@
	ar rcs $$@ $$^
endef
$(foreach r,kit $(ROOMS),$(eval $(call room_library,$(r))))

# The list of a room's built-in plugins: ts_builtin_<room>[], NULL at the end.
define room_builtin
$(BUILD)/gen/$(1)/builtin.c: FORCE
	@mkdir -p $$(@D)
	@{ echo '#include <tradestat/plugin.h>'; \
	for f in $(filter $(PLUGIN_SRC),$(SRC_$(1))); do \
	  k=$$$$(sed -nE 's/^const struct (ts_[a-z]+) tradestat_plugin.*/\1/p' $$$$f); \
	  s=ts_plugin_$$$$(echo $$$${f%.c} | tr / _); \
	  echo "extern const struct $$$$k $$$$s;"; done; \
	echo 'extern const struct ts_plugin *const ts_builtin_$(1)[];'; \
	echo 'const struct ts_plugin *const ts_builtin_$(1)[] = {'; \
	for f in $(filter $(PLUGIN_SRC),$(SRC_$(1))); do \
	  s=ts_plugin_$$$$(echo $$$${f%.c} | tr / _); \
	  echo "	&$$$$s.plugin,"; done; \
	echo '	NULL'; echo '};'; } > $$@.new; \
	cmp -s $$@.new $$@ && rm $$@.new || mv $$@.new $$@
$(BUILD)/obj/$(1)/builtin.o: $(BUILD)/gen/$(1)/builtin.c
	@mkdir -p $$(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $$@ $$<
endef
$(foreach r,$(ROOMS),$(eval $(call room_builtin,$(r))))

# Everything of kit is exported to plugins, used by us or not.
OBJ_tradestat := $(call objects,daemon/tradestat.c $(SRC_common) $(SRC_tool))
$(BUILD)/tradestat: $(OBJ_tradestat) $(LIB_ROOMS) $(LIB_kit)
	$(CC) $(CFLAGS) $(LDFLAGS) -rdynamic -o $@ $(OBJ_tradestat) $(LIB_ROOMS) -Wl,--whole-archive $(LIB_kit) -Wl,--no-whole-archive $(LIBS_WORK)

OBJ_tradestatd := $(call objects,daemon/tradestatd.c $(SRC_common) $(SRC_supervise))
# A clock that is set before this day is wrong. Test builds live in any time.
BUILD_EPOCH := $(if $(FAULTS),0,$(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null || date -r Makefile +%s)))
$(BUILD)/obj/daemon/supervise/health.o: CPPFLAGS += -DTS_BUILD_EPOCH=$(BUILD_EPOCH)
LIB_DAEMON := $(BUILD)/lib/config.a $(BUILD)/lib/store.a $(LIB_kit)
$(BUILD)/tradestatd: $(OBJ_tradestatd) $(LIB_DAEMON)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(OBJ_tradestatd) $(LIB_DAEMON) $(shell pkg-config --libs $(PKGS_DAEMON)) $(LIBS_KIT)

# Tests ---------------------------------------------------------------------
# tests/<room>/test_*.c link that room and kit only: the layering at work.
# tests/daemon/test_*.c link everything. `make check-<room>` runs one room.
SAN := $(BUILD)/san
TEST_ROOMS := kit $(ROOMS) daemon
TEST_SUPPORT := $(wildcard tests/support/*.c)
test_programs = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/$(1)/test_*.c))
test_libs = $(if $(filter kit,$(1)),,$(if $(filter daemon,$(1)),$(OBJ_daemon) $(LIB_ROOMS),$(BUILD)/lib/$(1).a))

# A plugin resolves kit's functions in the program that loads it.
LDFLAGS_test_registry = -rdynamic -Wl,--whole-archive $(LIB_kit) -Wl,--no-whole-archive

define test_rules
$(BUILD)/tests/$(1)/%: tests/$(1)/%.c $(call objects,$(TEST_SUPPORT)) $(call test_libs,$(1)) $(LIB_kit)
	@mkdir -p $$(@D)
	$$(CC) $$(CPPFLAGS) $$(CFLAGS) -MMD -MP -MF $$@.d $$(LDFLAGS) $$(LDFLAGS_$$(*F)) -o $$@ $$< $(call objects,$(TEST_SUPPORT)) $(call test_libs,$(1)) $(LIB_kit) $$(LIBS_WORK) -lcmocka
tests-$(1): $(call test_programs,$(1))
run-tests-$(1): tests-$(1)
	@tests/run $(call test_programs,$(1))
check-$(1):
	@$$(MAKE) --no-print-directory BUILD=$(SAN) SANITIZE=address,undefined run-tests-$(1)
-include $(wildcard $(BUILD)/tests/$(1)/*.d)
endef
$(foreach r,$(TEST_ROOMS),$(eval $(call test_rules,$(r))))


# The programs a newcomer and CI need, all from Debian packages. A target that
# installs some calls make again: what pkg-config says is read once, at start.
DEPS_BUILD := build-essential pkg-config libconfig-dev libcurl4-openssl-dev \
	libyajl-dev libjansson-dev libxml2-dev libsqlite3-dev zlib1g-dev \
	libsystemd-dev libqpdf-dev libssl-dev libfontconfig-dev libgmime-3.0-dev \
	libarchive-dev libidn2-dev gnuplot-nox fonts-inter fontconfig
DEPS_CHECK := $(DEPS_BUILD) libcmocka-dev python3 openssl qpdf systemd tzdata procps \
	fiu-utils libfiu0 faketime
DEPS_SYSTEM := $(DEPS_BUILD) python3 debootstrap systemd-container
DEPS_LINT  := $(DEPS_CHECK) clang clang-format cppcheck
DEPS_FUZZ  := $(DEPS_BUILD) clang libclang-rt-14-dev
DEPS_BROWSER := $(DEPS_CHECK) chromium chromium-driver poppler-utils

.PHONY: deps-servers
deps-servers:
	@tests/deps-servers
.PHONY: deps-build deps-check deps-lint deps-fuzz deps-browser deps-system
deps-build deps-check deps-lint deps-fuzz deps-browser deps-system: deps-%:
	@tests/deps $(DEPS_$(shell echo $* | tr a-z A-Z))

# Everything that needs no booted system and no browser.
check: deps-check deps-servers
	@$(MAKE) --no-print-directory BUILD=$(SAN) SANITIZE=address,undefined run-check
ALL_TESTS := $(foreach r,$(TEST_ROOMS),$(call test_programs,$(r)))
REPLAY := $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/tests/fuzz/replay_%,$(wildcard tests/fuzz/fuzz_*.c))
run-check: $(BUILD)/tradestat $(BUILD)/tradestatd $(ALL_TESTS) $(REPLAY)
	@tests/run $(ALL_TESTS)
	@tests/fuzz/replay $(REPLAY)
	@TRADESTAT=$(abspath $(BUILD)/tradestat) TRADESTAT_DAEMON=$(abspath $(BUILD)/tradestatd) python3 tests/journey/run.py
	@tests/system/security
	@$(MAKE) --no-print-directory BUILD=$(FAULT) SANITIZE= FAULTS=1 run-oracle run-faults

# Calendar rules against systemd's own reading of them.
$(BUILD)/tests/oracle/%: tests/oracle/%.c $(LIB_kit)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIB_kit) $(LIBS_KIT)
ORACLE_COUNT ?= 1000
ORACLE_SEED ?= 1
run-oracle: $(BUILD)/tests/oracle/calendar_batch
	@python3 tests/oracle/calendar.py $< $(ORACLE_COUNT) $(ORACLE_SEED)

# Interruptions and full disks: programs whose fault points are awake.
# HOW=full is the long form, for the night; soak lives DAYS of virtual time.
FAULT ?= build/fault
HOW ?= quick
DAYS ?= 365
run-faults:
	@$(MAKE) --no-print-directory BUILD=$(FAULT) FAULTS=1 all
	@TS_PROGRAMS=$(abspath $(FAULT)) python3 tests/fault/run.py $(HOW)
check-faults: deps-check
	@$(MAKE) --no-print-directory run-faults
soak: deps-check
	@$(MAKE) --no-print-directory BUILD=$(FAULT) FAULTS=1 all
	@TS_PROGRAMS=$(abspath $(FAULT)) python3 tests/fault/soak.py $(DAYS)

check-browser: deps-browser
	@$(MAKE) --no-print-directory run-check-browser
run-check-browser: all
	@TRADESTAT=$(abspath $(BUILD)/tradestat) python3 tests/browser/run.py

# The unit under a booted systemd: root, a few minutes, a Debian mirror.
check-system: deps-system
	@$(MAKE) --no-print-directory all
	@tests/system/run $(BUILD)

# Fuzz targets: as libFuzzer programs, and as replays of their corpus.
LIBS_ALL := $(OBJ_daemon) $(LIB_ROOMS) $(LIB_kit)
$(BUILD)/tests/fuzz/replay_%: tests/fuzz/fuzz_%.c tests/fuzz/replay_main.c $(LIBS_ALL)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-missing-prototypes $(LDFLAGS) -o $@ $< tests/fuzz/replay_main.c $(LIBS_ALL) $(LIBS_WORK)
$(BUILD)/tests/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(LIBS_ALL)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-missing-prototypes $(LDFLAGS) -fsanitize=fuzzer -o $@ $< $(LIBS_ALL) $(LIBS_WORK)
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
fuzzers: $(FUZZERS)
FUZZ_SECONDS ?= 60
fuzz: deps-fuzz
	@$(MAKE) --no-print-directory CC=clang BUILD=$(BUILD)/fuzz SANITIZE=address,undefined \
		OPT="-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all" fuzzers
	@tests/fuzz/run $(BUILD)/fuzz/tests/fuzz $(FUZZ_SECONDS)

# Measurements, always as a ratio to a floor in the same run.
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(wildcard tests/bench/bench_*.c))
$(BUILD)/tests/bench/%: tests/bench/%.c $(LIBS_ALL)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIBS_ALL) $(LIBS_WORK)
bench: deps-build deps-servers
	@$(MAKE) --no-print-directory run-bench
# What the daemon costs at rest stands beside a floor that links as little.
$(BUILD)/tests/bench/rest_floor: tests/bench/rest_floor.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(shell pkg-config --libs libsystemd sqlite3)
# A process's peak begins with that of its parent: this one is small.
$(BUILD)/tests/bench/peak: tests/bench/peak.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $<
run-bench: $(BENCHES) $(BUILD)/tests/bench/rest_floor $(BUILD)/tests/bench/peak $(BUILD)/tradestat $(BUILD)/tradestatd
	@for b in $(BENCHES); do echo "== $${b##*/}"; $$b $(BENCH_ARGS) || exit 1; done
	@echo "== mail"
	@python3 tests/bench/bench_mail.py $(BUILD)/tradestat $(BUILD)/tests/bench/peak $(if $(BENCH_ARGS),small)
	@echo "== rest"
	@python3 tests/bench/rest.py $(BUILD)/tradestatd $(BUILD)/tests/bench/rest_floor $(if $(BENCH_ARGS),30,120)

# The JSON libraries side by side, as docs/decoders.md quotes them.
bench-json:
	@tests/deps libyajl-dev libwebsockets-dev libjson-c-dev
	@mkdir -p $(BUILD)/tests/bench
	$(CC) -O2 -std=c11 -D_GNU_SOURCE -I. -Ikit/include -o $(BUILD)/tests/bench/json_libs tests/bench/json_libs.c -lyajl -lwebsockets -ljson-c
	$(BUILD)/tests/bench/json_libs

lint: deps-lint
	@tests/lint

format:
	clang-format -i $(shell git ls-files '*.c' '*.h')

# The first bundle, from published figures and without a network.
demo: deps-build
	@$(MAKE) --no-print-directory run-demo
run-demo: all
	@tests/demo/run $(BUILD)/tradestat

# The daemon on the same figures: two editions by themselves, kill -9 included.
demo-daemon: deps-build
	@$(MAKE) --no-print-directory run-demo-daemon
run-demo-daemon: all
	@tests/demo/daemon $(BUILD)

HEADERS := $(wildcard kit/include/tradestat/*.h)
install: all
	install -D -m 0755 $(BUILD)/tradestat $(DESTDIR)$(prefix)/bin/tradestat
	install -D -m 0755 $(BUILD)/tradestatd $(DESTDIR)$(prefix)/sbin/tradestatd
	install -d $(DESTDIR)$(prefix)/include/tradestat $(DESTDIR)$(plugindir) $(DESTDIR)$(datadir)/codes $(DESTDIR)$(datadir)/holidays $(DESTDIR)$(libdir)/pkgconfig $(DESTDIR)$(sysconfdir)/tradestat/reports.d $(DESTDIR)$(prefix)/share/doc/tradestat/examples
	install -d $(DESTDIR)$(unitdir) $(DESTDIR)$(sysusersdir) $(DESTDIR)$(tmpfilesdir) $(DESTDIR)$(catalogdir)
	for u in systemd/*.service systemd/*.timer; do \
		sed -e 's|/usr/sbin/tradestatd|$(prefix)/sbin/tradestatd|; s|/usr/bin/tradestat\b|$(prefix)/bin/tradestat|; s|/usr/share/doc/tradestat|$(prefix)/share/doc/tradestat|' $$u > $(DESTDIR)$(unitdir)/$${u##*/}; done
	install -m 0644 systemd/tradestatd.sysusers $(DESTDIR)$(sysusersdir)/tradestatd.conf
	install -m 0644 systemd/tradestatd.tmpfiles $(DESTDIR)$(tmpfilesdir)/tradestatd.conf
	install -m 0644 systemd/tradestatd.catalog $(DESTDIR)$(catalogdir)/tradestatd.catalog
	install -m 0644 $(HEADERS) $(DESTDIR)$(prefix)/include/tradestat
	install -m 0644 config/codes/*.csv $(DESTDIR)$(datadir)/codes
	install -m 0644 config/holidays/*.conf $(DESTDIR)$(datadir)/holidays
	install -m 0644 config/reports/*.conf $(DESTDIR)$(prefix)/share/doc/tradestat/examples
	install -m 0644 README.md ARCHITECTURE.md docs/*.md $(DESTDIR)$(prefix)/share/doc/tradestat
	test -e $(DESTDIR)$(sysconfdir)/tradestat/tradestat.conf || install -m 0644 config/tradestat.conf $(DESTDIR)$(sysconfdir)/tradestat/tradestat.conf
	sed -e 's|@prefix@|$(prefix)|; s|@libdir@|$(libdir)|; s|@includedir@|$(prefix)/include|; s|@plugindir@|$(plugindir)|; s|@VERSION@|$(VERSION)|; s|@ABI_MAJOR@|$(shell sed -n 's/^\#define TS_ABI_MAJOR //p' kit/include/tradestat/plugin.h)|' kit/tradestat.pc.in > $(DESTDIR)$(libdir)/pkgconfig/tradestat.pc

# Configuration and state are the operator's and stay.
uninstall:
	rm -f $(DESTDIR)$(prefix)/bin/tradestat $(DESTDIR)$(prefix)/sbin/tradestatd $(DESTDIR)$(libdir)/pkgconfig/tradestat.pc
	rm -rf $(DESTDIR)$(prefix)/include/tradestat $(DESTDIR)$(datadir) $(DESTDIR)$(prefix)/share/doc/tradestat
	rm -f $(addprefix $(DESTDIR)$(unitdir)/,$(notdir $(wildcard systemd/*.service systemd/*.timer)))
	rm -f $(DESTDIR)$(sysusersdir)/tradestatd.conf $(DESTDIR)$(tmpfilesdir)/tradestatd.conf $(DESTDIR)$(catalogdir)/tradestatd.catalog
	-rmdir $(DESTDIR)$(plugindir)

dist:
	@mkdir -p $(BUILD)
	git archive --prefix=tradestat-$(VERSION)/ -o $(BUILD)/tradestat-$(VERSION).tar.gz HEAD
	@echo $(BUILD)/tradestat-$(VERSION).tar.gz

clean:
	rm -rf $(BUILD)

.PHONY: bench-json run-bench run-demo demo-daemon run-demo-daemon run-check-browser all check run-check run-oracle run-faults check-faults soak check-browser check-system lint bench fuzz fuzzers demo install uninstall dist clean format

FORCE:
.PHONY: FORCE
