#include <doctest/doctest.h>

#include "config_helpers.h"

using namespace oxbow;
using namespace oxbow::testing;

TEST_CASE("flags win over the environment, that over the file, that over the defaults") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.conf", "ttl = 3\n");
  struct Row {
    bool in_file, in_environment, as_flag;
    int ttl;
  };
  for (const Row& row :
       {Row{false, false, false, 7}, Row{true, false, false, 3}, Row{false, true, false, 4},
        Row{true, true, false, 4}, Row{false, false, true, 5}, Row{true, false, true, 5},
        Row{false, true, true, 5}, Row{true, true, true, 5}}) {
    std::vector<std::string> arguments;
    if (row.in_file) arguments.push_back(file);
    if (row.as_flag) arguments.push_back("--ttl=5");
    const auto options =
        load(arguments, row.in_environment ? Variables{{"OXBOW_TTL", "4"}} : Variables{});
    REQUIRE_MESSAGE(options.ok(), message_of(options));
    CHECK(options->ttl == row.ttl);
  }
}

TEST_CASE("a source that names a list replaces the lists below it") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.conf", "neighbor = h:1\nneighbor = h:2\n");
  using List = std::vector<std::string>;
  CHECK(load({})->neighbors == List{});
  CHECK(load({file})->neighbors == List{"h:1", "h:2"});
  CHECK(load({file}, {{"OXBOW_NEIGHBOR", "h:3, h:4"}})->neighbors == List{"h:3", "h:4"});
  CHECK(
      load({file, "--neighbor=h:5", "--neighbor", "h:6"}, {{"OXBOW_NEIGHBOR", "h:3"}})->neighbors ==
      List{"h:5", "h:6"});
  CHECK(load({file}, {{"OXBOW_NEIGHBOR", ""}})->neighbors == List{});
  CHECK(load({file, "--neighbor="})->neighbors == List{});
}

TEST_CASE("a boolean is a flag alone or a flag with a word") {
  CHECK(!load({})->is_static);
  CHECK(load({"--static"})->is_static);
  for (const char* yes : {"yes", "true", "on", "1"}) {
    CHECK(load({std::string("--static=") + yes})->is_static);
    CHECK(load({}, {{"OXBOW_STATIC", yes}})->is_static);
  }
  for (const char* no : {"no", "false", "off", "0"}) {
    CHECK(!load({std::string("--static=") + no}, {{"OXBOW_STATIC", "yes"}})->is_static);
  }
}

TEST_CASE("a word behind a boolean flag is the file") {
  const TemporaryFolder folder;
  const std::string file = folder.write("lake.conf", "ttl = 2\n");
  const auto options = load({"--static", file});
  REQUIRE_MESSAGE(options.ok(), message_of(options));
  CHECK(options->is_static);
  CHECK(options->ttl == 2);
}

TEST_CASE("variables that are no options are ignored") {
  const auto options =
      load({}, {{"OXBOW_PEER", "not an address"}, {"OXBOW_HELP", "yes"}, {"OXBOW_X", "1"}});
  REQUIRE(options.ok());
  CHECK(options->action == PeerAction::run);
}

TEST_CASE("a peer without a name is called after its file") {
  const TemporaryFolder folder;
  CHECK(load({})->name == "");
  CHECK(load({folder.write("lake.conf", "")})->name == "lake");
  CHECK(load({folder.write("lake.conf", "name = sea\n")})->name == "sea");
  CHECK(load({folder.write("lake.conf", "name = sea\n"), "--name=pond"})->name == "pond");
  CHECK(read_peer_file(folder.write("brook.conf", ""))->name == "brook");
}

TEST_CASE("what is asked for instead of running") {
  CHECK(load({"--help"})->action == PeerAction::help);
  CHECK(load({"-h"})->action == PeerAction::help);
  CHECK(load({"--version", "--help"})->action == PeerAction::help);
  CHECK(load({"-V", "no-such-file"})->action == PeerAction::version);
  CHECK(load({"--check-config"})->action == PeerAction::check_config);
  CHECK(load({"--print-config", "--ttl=3"})->action == PeerAction::print_config);
}
