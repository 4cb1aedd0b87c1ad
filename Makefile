# SPDX-License-Identifier: Apache-2.0
# The whole build: one file, not recursive, out of tree in $(BUILD).
#
#   make demo     installs what is missing, builds, makes the first bundle
#   make check    installs what is missing, runs the tests under sanitizers
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
plugindir ?= $(libdir)/tradestat
datadir  ?= $(prefix)/share/tradestat

CC       ?= cc
PKGS_KIT  := libcrypto
PKGS_WORK := libconfig libcurl libwebsockets jansson yajl libxml-2.0 sqlite3 zlib libqpdf fontconfig
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
CPPFLAGS += -D_GNU_SOURCE -Ikit/include -I. -include kit/banned.h \
	-DTS_VERSION='"$(VERSION)"' -DTS_PLUGIN_DIR='"$(plugindir)"' \
	-DTS_DATA_DIR='"$(datadir)"' -DTS_CONF_DIR='"$(sysconfdir)/tradestat"' \
	-DTS_STATE_DIR='"$(localstatedir)/lib/tradestat"' \
	-DTS_CACHE_DIR='"$(localstatedir)/cache/tradestat"' \
	$(shell pkg-config --cflags libxml-2.0 2>/dev/null)
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
SRC_daemon := $(wildcard daemon/*.c daemon/report/*.c)
SRC_all := $(SRC_kit) $(foreach r,$(ROOMS),$(SRC_$(r))) $(SRC_daemon)

# Plugins: the files that define a descriptor, and the name it gets.
PLUGIN_SRC := $(shell grep -lE '^const struct ts_(fetcher|decoder|indicator|chart|output) tradestat_plugin' $(foreach r,$(ROOMS),$(SRC_$(r))) /dev/null 2>/dev/null)
plugin_symbol = ts_plugin_$(subst /,_,$(basename $(1)))

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
OBJ_daemon := $(call objects,$(SRC_daemon))
LIB_kit := $(BUILD)/lib/kit.a
LIB_ROOMS := $(foreach r,$(ROOMS),$(BUILD)/lib/$(r).a)

all: $(BUILD)/tradestat

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
$(BUILD)/gen/$(1)/builtin.c: $(SRC_$(1)) Makefile
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
	echo '	NULL'; echo '};'; } > $$@
$(BUILD)/obj/$(1)/builtin.o: $(BUILD)/gen/$(1)/builtin.c
	@mkdir -p $$(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $$@ $$<
endef
$(foreach r,$(ROOMS),$(eval $(call room_builtin,$(r))))

# Everything of kit is exported to plugins, used by us or not.
$(BUILD)/tradestat: $(OBJ_daemon) $(LIB_ROOMS) $(LIB_kit)
	$(CC) $(CFLAGS) $(LDFLAGS) -rdynamic -o $@ $(OBJ_daemon) $(LIB_ROOMS) -Wl,--whole-archive $(LIB_kit) -Wl,--no-whole-archive $(LIBS_WORK)

# Tests ---------------------------------------------------------------------
# tests/<room>/test_*.c link that room and kit only: the layering at work.
# tests/daemon/test_*.c link everything. `make check-<room>` runs one room.
SAN := $(BUILD)/san
TEST_ROOMS := kit $(ROOMS) daemon
TEST_SUPPORT := $(wildcard tests/support/*.c)
test_programs = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/$(1)/test_*.c))
test_libs = $(if $(filter kit,$(1)),,$(if $(filter daemon,$(1)),$(filter-out %/daemon/tradestat.o,$(OBJ_daemon)) $(LIB_ROOMS),$(BUILD)/lib/$(1).a))

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

.PHONY: all check lint bench fuzz demo install uninstall dist clean format deps
