# Oxbow. `make` builds the release programs into build/; `make help` lists everything else.
#
# One line per room says what it may use (the same table as tests/layering_test); libraries, test
# programs and their link lines follow from it. Variants build side by side, out of tree:
#   make MODE=release|debug|sanitize|thread COMPILER=g++|clang++

MODE     ?= release
COMPILER ?= g++
VERSION  := 0.1.0

# With plain `make`, use every core.
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-builtin-rules --output-sync=target

# -- rooms, lowest first ----------------------------------------------------------------------
ROOMS := base message overlay transfer node codec files config net client sim report cli

USES_base     :=
USES_message  := base
USES_overlay  := message
USES_transfer := message
USES_node     := overlay transfer
USES_codec    := message
USES_files    := message
USES_config   := base
USES_net      := node codec files config
USES_client   := codec transfer
USES_sim      := node codec
USES_report   := base
USES_cli      := client report config

# Debian packages of each room: pkg-config modules, or plain -l for what has none.
LIBS_base     := -lxxhash -lfmt -lcrypto
LIBS_overlay  := -lre2
LIBS_files    := -lcrypto -lpthread
LIBS_net      := -luv -lspdlog -lfmt -lpthread
LIBS_client   := -lcrypto
LIBS_config   := -lboost_program_options
LIBS_cli      := -lboost_program_options
LIBS_transfer := -lcrypto

PACKAGES := build-essential pkg-config libuv1-dev libmsgpack-cxx-dev libboost-program-options-dev \
  doctest-dev libre2-dev libfmt-dev libspdlog-dev libxxhash-dev nlohmann-json3-dev libssl-dev

# -- programs: the rooms that each wires together ----------------------------------------------
PROGRAMS      := oxbowd oxbow
ROOMS_oxbowd  := net cli
ROOMS_oxbow   := cli
LIBS_programs := -lboost_program_options

# -- flags ------------------------------------------------------------------------------------
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor \
  -Woverloaded-virtual -Werror
CXXFLAGS_release  := -O2 -g1 -DNDEBUG
CXXFLAGS_debug    := -O0 -g
CXXFLAGS_sanitize := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CXXFLAGS_thread   := -O1 -g -fsanitize=thread
LDFLAGS_sanitize  := -fsanitize=address,undefined
LDFLAGS_thread    := -fsanitize=thread

CPPFLAGS += -Iinclude -Isrc -DSPDLOG_COMPILED_LIB -DSPDLOG_FMT_EXTERNAL -DMSGPACK_NO_BOOST \
  -DOXBOW_VERSION='"$(VERSION)"'
ALL_CXXFLAGS = -std=c++20 $(WARNINGS) $(CXXFLAGS_$(MODE)) $(CXXFLAGS)
ALL_LDFLAGS  = $(LDFLAGS_$(MODE)) $(LDFLAGS)

# -- where things go --------------------------------------------------------------------------
B := build/$(MODE)-$(COMPILER)
ifeq ($(MODE)-$(COMPILER),release-g++)
BIN := build
else
BIN := $(B)/bin
endif

closure = $(sort $(1) $(foreach r,$(USES_$(1)),$(call closure,$(r))))
# Rooms that $(1) (a list) needs, highest first, as the linker wants them.
reverse   = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
link_order = $(call reverse,$(filter $(sort $(foreach r,$(1),$(call closure,$(r)))),$(ROOMS)))
room_libs = $(foreach r,$(call link_order,$(1)),$(B)/lib/liboxbow_$(r).a)
room_system = $(foreach r,$(call link_order,$(1)),$(LIBS_$(r)))

.PHONY: all help
all: $(PROGRAMS:%=$(BIN)/%)

define ROOM
SOURCES_$(1) := $$(wildcard src/$(1)/*.cpp)
OBJECTS_$(1) := $$(SOURCES_$(1):%.cpp=$(B)/%.o)
TESTS_$(1)   := $$(wildcard tests/$(1)/*_test.cpp)
$(B)/lib/liboxbow_$(1).a: $$(OBJECTS_$(1))
endef
$(foreach r,$(ROOMS),$(eval $(call ROOM,$(r))))

$(B)/lib/%.a:
	@mkdir -p $(@D)
	@rm -f $@
	@ar rcs $@ $^

$(B)/%.o: %.cpp
	@mkdir -p $(@D)
	@echo "  $(COMPILER) $<"
	@$(COMPILER) $(CPPFLAGS) $(ALL_CXXFLAGS) -MMD -MP -c $< -o $@

define PROGRAM
$(BIN)/$(1): $(B)/tools/$(1).o $(call room_libs,$(ROOMS_$(1)))
	@mkdir -p $$(@D)
	@echo "  link $$@"
	@$(COMPILER) $$(ALL_CXXFLAGS) $$(ALL_LDFLAGS) $$^ $(call room_system,$(ROOMS_$(1))) $(LIBS_programs) -o $$@
endef
$(foreach p,$(PROGRAMS),$(eval $(call PROGRAM,$(p))))

# -- tests: one program per room, so that a change in one rebuilds one --------------------------
SUPPORT_OBJECTS := $(B)/tests/support/main.o
TEST_ROOMS := $(foreach r,$(ROOMS),$(if $(TESTS_$(r)),$(r)))
# Rooms that a room's tests use beyond the room itself.
TEST_USES_node := sim

define ROOM_TEST
$(B)/bin/test-$(1): $(TESTS_$(1):%.cpp=$(B)/%.o) $(SUPPORT_OBJECTS) $(call room_libs,$(1) $(TEST_USES_$(1)))
	@mkdir -p $$(@D)
	@echo "  link $$@"
	@$(COMPILER) $$(ALL_CXXFLAGS) $$(ALL_LDFLAGS) $$^ $(call room_system,$(1) $(TEST_USES_$(1))) -o $$@
.PHONY: test-$(1)
test-$(1): $(B)/bin/test-$(1)
	@$$<
endef
$(foreach r,$(TEST_ROOMS),$(eval $(call ROOM_TEST,$(r))))

.PHONY: clean
clean:
	rm -rf build

-include $(shell find build -name '*.d' 2>/dev/null)
