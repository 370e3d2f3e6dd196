#include <doctest/doctest.h>

#include <set>

#include "config_helpers.h"

using namespace oxbow;
using namespace oxbow::testing;

TEST_CASE("an error on the command line names the flag and what would be right") {
  CHECK(message_of(load({"--tll=3"})) == "unknown option --tll (did you mean --ttl?)");
  CHECK(message_of(load({"--neigh=h:1"})) == "unknown option --neigh (did you mean --neighbor?)");
  CHECK(message_of(load({"--qqqqq"})) == "unknown option --qqqqq");
  CHECK(message_of(load({"-x"})) == "unknown option -x");
  CHECK(message_of(load({"--ttl"})) == "--ttl needs a value: --ttl=N");
  CHECK(message_of(load({"--ttl", "--static"})) == "--ttl needs a value: --ttl=N");
  CHECK(message_of(load({"--help=yes"})) == "--help takes no value");
  CHECK(message_of(load({"--ttl=3", "--ttl=4"})) == "--ttl is given twice; keep one of them");
  CHECK(message_of(load({"--ttl=x"})) == "--ttl=x: not a whole number from 1 to 255");
  CHECK(message_of(load({"--ttl="})) == "--ttl=: not a whole number from 1 to 255");
  CHECK(message_of(load({"--static=maybe"})) == "--static=maybe: neither yes nor no");
  CHECK(message_of(load({"a.conf", "b.conf"})) ==
        "one configuration file at most, found a.conf and b.conf");
  CHECK(message_of(load({"--ttl-cap=3"})) ==
        "ttl = 7 is above ttl-cap = 3: raise ttl-cap, or lower ttl");
  CHECK(load({"--ttl=x"}).error().code == "usage");
}

TEST_CASE("an error in the environment names the variable") {
  CHECK(message_of(load({}, {{"OXBOW_TTL", "x"}})) ==
        "OXBOW_TTL=x: not a whole number from 1 to 255");
  CHECK(message_of(load({}, {{"OXBOW_NEIGHBOR", "h:1,h"}})) ==
        "OXBOW_NEIGHBOR: h: not HOST:PORT, such as 127.0.0.1:7401, [::1]:7401 or host:7401");
  CHECK(message_of(load({}, {{"OXBOW_TTL", "16"}})) ==
        "OXBOW_TTL: ttl = 16 is above ttl-cap = 15: raise ttl-cap, or lower ttl");
  CHECK(message_of(load({"--ttl=17"}, {{"OXBOW_TTL", "16"}})) ==
        "ttl = 17 is above ttl-cap = 15: raise ttl-cap, or lower ttl");
}

TEST_CASE("the table describes every option once, and help shows them all") {
  std::set<std::string_view> names;
  const std::string help = peer_help();
  for (const OptionInfo& option : peer_option_table()) {
    CAPTURE(option.name);
    CHECK(names.insert(option.name).second);
    CHECK(!option.section.empty());
    CHECK(option.help.ends_with("."));
    CHECK(option.argument.empty() == (option.kind == OptionKind::action));
    CHECK(help.find("--" + std::string(option.name)) != std::string::npos);
  }
  CHECK(names.size() == 42);
  std::size_t start = 0;
  for (std::size_t end = 0; (end = help.find('\n', start)) != std::string::npos; start = end + 1) {
    CHECK(end - start <= 96);
  }
}

TEST_CASE("defaults and environment names follow from the table") {
  for (const OptionInfo& option : peer_option_table()) {
    if (option.name == "ttl-cap") {
      CHECK(default_text(option) == "15");
      CHECK(environment_name(option) == "OXBOW_TTL_CAP");
    }
    if (option.name == "find-timeout") CHECK(default_text(option) == "10s");
    if (option.name == "patience") CHECK(default_text(option) == "500ms");
    if (option.name == "duplicates") CHECK(default_text(option) == "drop");
    if (option.name == "neighbor") CHECK(default_text(option) == "");
    if (option.name == "help") CHECK(default_text(option) == "");
  }
}
