# Oxbow. `make` builds the release programs into build/; `make help` lists everything else.
#
# One line per room says what it may use (tests/layering_test holds sources and these lines to the
# design's table); libraries, test programs and their link lines follow from it. Variants build
# side by side, out of tree:
#   make MODE=release|debug|sanitize|thread COMPILER=g++|clang++
#
# Nothing here asks the compiler or pkg-config while the file is read: `make deps` runs on a
# machine that has neither.

MODE     ?= release
COMPILER ?= g++
PREFIX   ?= /usr/local
VERSION  := 0.1.0

# Use every core, unless the command line or a calling make says how many.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-builtin-rules --no-print-directory
# What compiles keeps its messages together; what runs is seen as it goes.
SYNC := --output-sync=target
.SUFFIXES:
.DELETE_ON_ERROR:
SHELL := /bin/bash

# -- rooms, lowest first ----------------------------------------------------------------------
ROOMS := base version message overlay ring store membership replica transfer node codec files storage config net client sim report cli

USES_base     :=
USES_version  := base
USES_message  := version
USES_overlay  := message
USES_ring     := message
USES_transfer := message
USES_store    := version
USES_membership := message store
USES_replica  := message ring store
USES_node     := overlay ring store membership replica transfer
USES_codec    := message
USES_files    := message
USES_storage  := store codec
USES_config   := base
USES_net      := node codec storage files config
USES_client   := codec transfer
USES_sim      := node codec
USES_report   := base
USES_cli      := client report config ring

# What each room is linked with.
LIBS_base     := -lxxhash -lfmt -lcrypto
LIBS_overlay  := -lre2
LIBS_files    := -lcrypto -lpthread
LIBS_storage  := -lrocksdb -lpthread
LIBS_net      := -luv -lspdlog -lfmt -lpthread
LIBS_client   := -luv -lcrypto
LIBS_config   := -lboost_program_options
LIBS_cli      := -lboost_program_options
LIBS_transfer := -lcrypto

# Rooms that a room's tests use beyond the room itself.
TEST_USES_node := sim

# Debian packages: for everything; for the tests; for a compiler; for one target.
PACKAGES         := build-essential pkg-config libuv1-dev libmsgpack-cxx-dev \
  libboost-program-options-dev doctest-dev libre2-dev libfmt-dev libspdlog-dev libxxhash-dev \
  nlohmann-json3-dev libssl-dev librocksdb-dev
PACKAGES_test    := python3-msgpack iproute2
PACKAGES_clang++ := clang libclang-rt-dev
PACKAGES_bench   := libbenchmark-dev libnghttp2-dev redis-server etcd-server \
  libopendht-dev
PACKAGES_lint    := clang-format clang-tidy clang
PACKAGES_browser = chromium $(if $(shell command -v npm),,nodejs npm)
PLAYWRIGHT       := 1
PACKAGES_fuzz    := $(PACKAGES_clang++)

# -- programs: the rooms that each wires together ----------------------------------------------
PROGRAMS      := oxbowd oxbow oxbow-sim
ROOMS_oxbowd  := net cli
ROOMS_oxbow   := cli
ROOMS_oxbow-sim := sim report
LIBS_programs := -lboost_program_options

# -- flags ------------------------------------------------------------------------------------
WERROR   ?= -Werror
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor \
  -Woverloaded-virtual $(WERROR)
# g++ 12 sees overlapping copies where there are none: gcc.gnu.org/PR105651.
NO_FALSE_g++ := -Wno-restrict
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all
# clang++ does not say that it sanitizes as g++ does; and its look at a vptr takes a descriptor, which
# a test may not have.
SANITIZERS_clang++ := -D__SANITIZE_ADDRESS__ -fno-sanitize=vptr
CXXFLAGS_release  := -O2 -g1 -DNDEBUG $(NO_FALSE_$(COMPILER))
CXXFLAGS_debug    := -O0 -g
CXXFLAGS_sanitize := -O1 -g1 $(SANITIZERS) $(SANITIZERS_$(COMPILER)) -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS \
  $(NO_FALSE_$(COMPILER))
CXXFLAGS_thread   := -O1 -g -fsanitize=thread $(NO_FALSE_$(COMPILER))
CXXFLAGS_fuzz     := -O1 -g $(SANITIZERS) -fsanitize=fuzzer-no-link -D_GLIBCXX_ASSERTIONS

CPPFLAGS += -Iinclude -Isrc -Itests -DSPDLOG_COMPILED_LIB -DSPDLOG_FMT_EXTERNAL \
  -DMSGPACK_NO_BOOST -DOXBOW_VERSION='"$(VERSION)"'
ALL_CXXFLAGS := -std=c++20 $(WARNINGS) $(CXXFLAGS_$(MODE)) $(CXXFLAGS)
# LINKER=lld links with it; the default linker is the stricter one about the order of libraries.
ALL_LDFLAGS  := -Wl,--as-needed $(if $(LINKER),-fuse-ld=$(LINKER)) $(LDFLAGS)

ifeq ($(filter $(MODE),release debug sanitize thread fuzz),)
$(error MODE=$(MODE): choose release, debug, sanitize or thread)
endif

# -- where things go --------------------------------------------------------------------------
B := build/$(MODE)-$(COMPILER)
ifeq ($(MODE)-$(COMPILER),release-g++)
BIN := build
else
BIN := $(B)/bin
endif

# Rooms that $(1) (a list) needs, highest first, as the linker wants them; their libraries; and
# the system's libraries that those need.
closure     = $(sort $(1) $(foreach r,$(USES_$(1)),$(call closure,$(r))))
reverse     = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
link_order  = $(call reverse,$(filter $(foreach r,$(1),$(call closure,$(r))),$(ROOMS)))
room_libs   = $(foreach r,$(call link_order,$(1)),$(B)/lib/liboxbow_$(r).a)
once        = $(if $(1),$(firstword $(1)) $(call once,$(filter-out $(firstword $(1)),$(1))))
room_system = $(call once,$(foreach r,$(call link_order,$(1)),$(LIBS_$(r))))
# Links $@ of $^ with the system libraries $(1).
link = mkdir -p $(@D) && echo "  link $@" && \
  $(COMPILER) $(ALL_CXXFLAGS) $(ALL_LDFLAGS) $(filter %.o %.a,$^) $(1) -o $@

.PHONY: all
all: check-packages $(PROGRAMS:%=$(BIN)/%)  ## build the release programs: build/oxbowd, build/oxbow

# The directory is a prerequisite so that a removed source leaves the library too; `q` because
# two sources in one library may have the same name.
define ROOM
SOURCES_$(1) := $$(wildcard src/$(1)/*.cpp)
OBJECTS_$(1) := $$(SOURCES_$(1):%.cpp=$(B)/%.o)
TESTS_$(1)   := $$(wildcard tests/$(1)/*_test.cpp)
$(B)/lib/liboxbow_$(1).a: $$(OBJECTS_$(1)) $$(wildcard src/$(1))
endef
$(foreach r,$(ROOMS),$(eval $(call ROOM,$(r))))

$(B)/lib/%.a:
	@mkdir -p $(@D)
	@rm -f $@
	@ar qcs $@ $(filter %.o,$^)

$(B)/%.o: %.cpp $(B)/flags
	@mkdir -p $(@D)
	@echo "  $(COMPILER) $<"
	@$(COMPILER) $(CPPFLAGS) $(ALL_CXXFLAGS) $(UNOPTIMIZED) -MMD -MP -c $< -o $@

# With sanitizers an optimized test takes more than twice as long to compile.
ifeq ($(MODE),sanitize)
$(B)/tests/%.o: UNOPTIMIZED := -O0
endif

# What its source takes in by `.incbin`, which the compiler does not write down.
$(B)/src/report/comparison_page.o: $(wildcard src/report/page/*)

# Changes only when the flags do, and then everything is compiled anew.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CPPFLAGS) $(ALL_CXXFLAGS)' | cmp -s - $@ || echo '$(CPPFLAGS) $(ALL_CXXFLAGS)' > $@
.PHONY: FORCE
FORCE:

define PROGRAM
$(BIN)/$(1): $(B)/tools/$(1).o $(call room_libs,$(ROOMS_$(1)))
	@$$(call link,$(call room_system,$(ROOMS_$(1))) $(LIBS_programs))
endef
$(foreach p,$(PROGRAMS),$(eval $(call PROGRAM,$(p))))

# -- examples: against the public headers and the client library only ----------------------------
EXAMPLES := $(patsubst examples/%.cpp,$(B)/examples/%,$(wildcard examples/*.cpp))
$(B)/examples/%: $(B)/examples/%.o $(call room_libs,client)
	@$(call link,$(call room_system,client))
.SECONDARY: $(EXAMPLES:%=%.o)
.PHONY: examples
examples: check-packages $(EXAMPLES)  ## the programs of examples/, into build/release-g++/examples/

# -- packages ---------------------------------------------------------------------------------
NEEDED := $(PACKAGES) $(PACKAGES_test) $(PACKAGES_$(COMPILER))

.PHONY: deps deps-quiet deps-browser check-packages
deps:  ## install the Debian packages that are missing, and say which
	@tools/deps.sh $(NEEDED)
deps-quiet:
	@tools/deps.sh --quiet $(NEEDED)
deps-browser:  ## install what tests of the report in a browser need: chromium, playwright-core from npm
	@tools/deps.sh $(PACKAGES_browser)
	@npm install --silent --no-audit --no-fund --prefix build/browser playwright-core@$(PLAYWRIGHT)
check-packages:
	@tools/deps.sh --check $(PACKAGES)

# -- tests: one program per room, so that a change in one rebuilds one --------------------------
SUPPORT_MAIN    := $(B)/tests/support/main.o
SUPPORT_OBJECTS := $(patsubst %.cpp,$(B)/%.o,$(filter-out tests/support/main.cpp,$(wildcard tests/support/*.cpp)))
SUPPORT_LIB     := $(B)/lib/libtest_support.a
TEST_ROOMS      := $(foreach r,$(ROOMS),$(if $(TESTS_$(r)),$(r)))
$(SUPPORT_LIB): $(SUPPORT_OBJECTS) tests/support

# test-$(1): of the sources $(2), with the rooms $(3).
define TEST_PROGRAM
TEST_OBJECTS += $(2:%.cpp=$(B)/%.o)
$(B)/bin/test-$(1): $(2:%.cpp=$(B)/%.o) $(SUPPORT_MAIN) $(SUPPORT_LIB) $(call room_libs,$(3))
	@$$(call link,$(call room_system,$(3)))
.PHONY: test-$(1)
test-$(1): $(B)/bin/test-$(1)
	@$(TEST_ENVIRONMENT) $$<
endef
TEST_ENVIRONMENT = OXBOW_SOURCE='$(CURDIR)' OXBOW_BIN='$(CURDIR)/$(BIN)' OXBOW_MODE=$(MODE) \
  OXBOW_COMPILER=$(COMPILER) OXBOW_EXAMPLES='$(CURDIR)/$(B)/examples' OXBOW_LINK_FLAGS='$(filter -fsanitize%,$(CXXFLAGS_$(MODE)))'

$(foreach r,$(TEST_ROOMS),$(eval $(call TEST_PROGRAM,$(r),$(TESTS_$(r)),$(r) $(TEST_USES_$(r)))))
$(eval $(call TEST_PROGRAM,layering,tests/layering_test.cpp,))
END_TO_END := $(wildcard tests/end_to_end/*.cpp)
ifneq ($(END_TO_END),)
$(eval $(call TEST_PROGRAM,end_to_end,$(END_TO_END),net cli client sim))
test-end_to_end: $(PROGRAMS:%=$(BIN)/%)
endif
TEST_NAMES    := layering $(TEST_ROOMS) $(if $(END_TO_END),end_to_end)
TEST_SCRIPTS  := $(wildcard tests/end_to_end/*_test.sh)
TEST_PROGRAMS := $(TEST_NAMES:%=$(B)/bin/test-%)

.PHONY: test run-tests test-programs
test: deps-quiet  ## build and run all tests (also with MODE=debug|sanitize|thread, COMPILER=clang++)
	@$(MAKE) $(SYNC) test-programs || { echo "the tests could not be built"; echo "0 passed, 1 failed"; exit 1; }
	@$(MAKE) run-tests
test-programs: $(TEST_PROGRAMS) $(PROGRAMS:%=$(BIN)/%) $(EXAMPLES)
run-tests:
	@$(TEST_ENVIRONMENT) tools/run-tests.sh $(TEST_PROGRAMS) $(TEST_SCRIPTS)

# -- benchmarks and fuzzing -------------------------------------------------------------------
EVERYTHING := $(call room_libs,$(ROOMS))
# $(1): program; $(2): source; $(3): link options; $(4): further libraries
define TOOL_PROGRAM
TEST_OBJECTS += $(2:%.cpp=$(B)/%.o)
$(1): $(2:%.cpp=$(B)/%.o) $(4) $(SUPPORT_LIB) $(EVERYTHING)
	@$$(call link,$(3) $(call room_system,$(ROOMS)))
endef
BENCH_SUPPORT_OBJECTS := $(patsubst %.cpp,$(B)/%.o,$(wildcard tests/bench/support/*.cpp))
BENCH_SUPPORT := $(B)/lib/libbench_support.a
$(BENCH_SUPPORT): $(BENCH_SUPPORT_OBJECTS) tests/bench/support
TEST_OBJECTS += $(BENCH_SUPPORT_OBJECTS)
BENCHES := $(patsubst tests/bench/%.cpp,%,$(wildcard tests/bench/*_bench.cpp))
# Built where it is installed; its headers need those of others.
ifeq ($(wildcard /usr/include/opendht.h),)
BENCHES := $(filter-out opendht_bench,$(BENCHES))
endif
LIBS_opendht_bench := -lopendht
$(B)/tests/bench/opendht_bench.o: private CPPFLAGS += -isystem /usr/include/jsoncpp -isystem /usr/include/p11-kit-1
FUZZERS := $(patsubst tests/fuzz/%.cpp,%,$(wildcard tests/fuzz/*_fuzz.cpp))
BENCH_GOALS := $(B)/bin/goals
$(foreach b,$(BENCHES),$(eval $(call TOOL_PROGRAM,$(B)/bin/$(b),tests/bench/$(b).cpp,-lbenchmark -lnghttp2 $(LIBS_$(b)),$(BENCH_SUPPORT))))
$(eval $(call TOOL_PROGRAM,$(BENCH_GOALS),tests/bench/goals.cpp,,$(BENCH_SUPPORT)))
$(foreach f,$(FUZZERS),$(eval $(call TOOL_PROGRAM,$(B)/bin/$(f),tests/fuzz/$(f).cpp,-fsanitize=fuzzer,)))

.PHONY: bench bench-programs fuzz fuzz-programs run-fuzz
bench:  ## measure: every program of tests/bench (BENCH=name for one, BENCH_FLAGS=…)
	@tools/deps.sh --quiet $(NEEDED) $(PACKAGES_bench)
	@$(MAKE) $(SYNC) bench-programs
	@rm -rf $(B)/bench && mkdir -p $(B)/bench
	@for bench in $(or $(BENCH),$(BENCHES)); do \
	  echo; echo "== $$bench"; export BENCHMARK_OUT=$(B)/bench/$$bench.json; \
	  $(TEST_ENVIRONMENT) $(B)/bin/$$bench $(BENCH_FLAGS) || exit 1; done
	@echo; echo "== goals"; $(BENCH_GOALS) $(B)/bench
bench-programs: $(patsubst %,$(B)/bin/%,$(or $(BENCH),$(BENCHES))) $(BENCH_GOALS) $(PROGRAMS:%=$(BIN)/%)

FUZZ_SECONDS ?= 60
fuzz:  ## feed every decoder garbage: tests/fuzz, FUZZ_SECONDS=60 each (FUZZ=name for one)
	@tools/deps.sh --quiet $(PACKAGES) $(PACKAGES_fuzz)
	@$(MAKE) $(SYNC) MODE=fuzz COMPILER=clang++ fuzz-programs
	@$(MAKE) MODE=fuzz COMPILER=clang++ run-fuzz
fuzz-programs: $(patsubst %,$(B)/bin/%,$(or $(FUZZ),$(FUZZERS)))
run-fuzz:
	@for fuzzer in $(or $(FUZZ),$(FUZZERS)); do \
	  echo "== $$fuzzer, $(FUZZ_SECONDS) s"; mkdir -p build/corpus/$$fuzzer; \
	  $(B)/bin/$$fuzzer -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=1024 \
	    -print_final_stats=1 -artifact_prefix=build/corpus/$$fuzzer- build/corpus/$$fuzzer \
	    $$(ls -d tests/fuzz/seeds/$$fuzzer 2>/dev/null) 2>&1 | tail -n 40; \
	  test $${PIPESTATUS[0]} -eq 0 || exit 1; done

# -- format and static checks -----------------------------------------------------------------
ALL_SOURCES := $(wildcard include/oxbow/*.h src/*/*.h src/*/*.cpp tools/*.cpp tests/*.cpp \
  tests/*/*.h tests/*/*.cpp examples/*.cpp)
TIDY        := $(patsubst %.cpp,build/lint/%.ok,$(wildcard src/*/*.cpp tools/*.cpp))

.PHONY: lint format lint-format lint-tidy
lint:  ## clang-format and clang-tidy, without changing anything
	@tools/deps.sh --quiet $(PACKAGES) $(PACKAGES_lint)
	@$(MAKE) lint-format
	@$(MAKE) $(SYNC) -k lint-tidy
lint-format:
	@clang-format --dry-run -Werror $(ALL_SOURCES) && echo "format: $(words $(ALL_SOURCES)) files are as .clang-format wants them"
lint-tidy: $(TIDY)
	@echo "clang-tidy: $(words $(TIDY)) files without a finding"
format:  ## format all sources
	@clang-format -i $(ALL_SOURCES)
build/lint/%.ok: %.cpp .clang-tidy
	@mkdir -p $(@D)
	@echo "  clang-tidy $<"
	@clang-tidy --quiet $< -- -std=c++20 $(CPPFLAGS) 2> >(grep -v 'warnings generated\|^Suppressed\|^Use -header' >&2)
	@clang++ -std=c++20 $(CPPFLAGS) -MM -MP -MT $@ -MF $@.d $< && touch $@

# -- install ----------------------------------------------------------------------------------
# One static library for programs that talk to a peer: the client room and the rooms it uses.
LIBRARY_ROOMS := $(call link_order,client)
$(B)/lib/liboxbow.a: $(foreach r,$(LIBRARY_ROOMS),$(OBJECTS_$(r))) $(foreach r,$(LIBRARY_ROOMS),$(wildcard src/$(r)))

.PHONY: library install uninstall
library: $(B)/lib/liboxbow.a
install: all $(B)/lib/liboxbow.a  ## programs, headers, library, man pages, completion; DESTDIR, PREFIX
	@tools/install.sh '$(DESTDIR)' '$(PREFIX)' '$(VERSION)' $(BIN) $(B)/lib/liboxbow.a '$(call room_system,client)'
uninstall:  ## remove what install put there
	@tools/install.sh --remove '$(DESTDIR)' '$(PREFIX)'

# -- demo -------------------------------------------------------------------------------------
.PHONY: demo demo-stop
demo:  ## 20 real peers, searches, a download, and peers that die: needs nothing, takes a minute
	@tools/deps.sh --quiet $(PACKAGES)
	@$(MAKE) $(SYNC) all
	@tools/demo.sh
demo-stop:  ## stop the demo's network
	@tools/demo.sh stop

# -- the rest ---------------------------------------------------------------------------------
.PHONY: help clean
help:  ## this list
	@sed -nE 's/^([a-z-]+):[^#]*  ## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 22
	@echo "  make test-ROOM      one room's tests; rooms: $(ROOMS)"
	@echo "  MODE=release|debug|sanitize|thread and COMPILER=g++|clang++ go with all of them"
clean:  ## remove build/
	rm -rf build

# What each object was compiled from, as the compiler wrote it down.
DEPENDENCIES := $(patsubst %.o,%.d,$(foreach r,$(ROOMS),$(OBJECTS_$(r))) $(PROGRAMS:%=$(B)/tools/%.o) \
  $(SUPPORT_MAIN) $(SUPPORT_OBJECTS) $(TEST_OBJECTS) $(EXAMPLES:%=%.o)) $(TIDY:%=%.d)
-include $(wildcard $(DEPENDENCIES))
