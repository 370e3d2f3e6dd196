#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "cli/help.h"
#include "config/peer_options.h"

using namespace oxbow;
using namespace oxbow::cli;

namespace {

/// What bash offers when the cursor stands at the end of the last of these words.
std::string offered(const std::string& words, int cursor) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("oxbow-completion-" + std::to_string(getpid()) + ".bash");
  std::ofstream(file) << bash_completion() << "COMP_WORDS=(" << words << ")\nCOMP_CWORD=" << cursor
                      << "\n_oxbow\necho \"${COMPREPLY[*]}\"\n";
  const std::string command = "bash " + file.string() + " 2>&1";
  std::FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  std::array<char, 4096> buffer{};
  while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr) {
    text += buffer.data();
  }
  CHECK(pclose(pipe) == 0);
  std::filesystem::remove(file);
  return text;
}

}  // namespace

TEST_CASE("bash completes commands, their second words, options and values") {
  CHECK(offered("oxbow fin", 1) == "find\n");
  CHECK(offered("oxbow net ''", 2) == "up down list\n");
  CHECK(offered("oxbow find key --t", 3) == "--ttl --timeout\n");
  CHECK(offered("oxbow --peer 1:2 find --via ''", 5) == "flood expanding walk\n");
  CHECK(offered("oxbow find -o n", 3) == "ndjson\n");
  CHECK(offered("oxbow net up --fr", 3) == "--free-ports\n");
  CHECK(offered("oxbow completion z", 2) == "zsh\n");
  CHECK(offered("oxbow help hor", 2) == "horizon\n");
}

TEST_CASE("bash splits words at = and at colons; completion sees through it") {
  CHECK(offered("oxbow lookup --via ''", 3) == "one-hop finger successor\n");
  CHECK(offered("oxbow lookup cart/7 --via f", 4) == "finger\n");
  CHECK(offered("oxbow get cart/7 --r ''", 4) == "quorum all\n");
  CHECK(offered("oxbow find --via = ''", 4) == "flood expanding walk\n");
  CHECK(offered("oxbow find --via =", 3) == "flood expanding walk\n");
  CHECK(offered("oxbow find --via = fl", 4) == "flood\n");
  CHECK(offered("oxbow --peer 127.0.0.1 : 7400 fin", 5) == "find\n");
  CHECK(offered("oxbow --peer = 127.0.0.1 : 7400 net u", 7) == "up\n");
  CHECK(offered("oxbow peer add 127.0.0.1 : 7401 --j", 6) == "--json\n");
}

TEST_CASE("zsh's script names every command and option") {
  const std::string script = zsh_completion();
  CHECK(script.starts_with("#compdef oxbow\n"));
  CHECK(script.find("'1: : ' '2: : ' ':DIR:_files -/'") != std::string::npos);
  CHECK(script.find("'1: : ' '1: : '") == std::string::npos);
  for (const Command& command : commands()) {
    for (const OptionSpec& option : command.options) {
      CHECK(script.find("--" + std::string(option.name)) != std::string::npos);
    }
  }
}

TEST_CASE("the man pages name every command and option") {
  const auto dashes = [](std::string text) {
    for (std::size_t at = 0; (at = text.find('-', at)) != std::string::npos; at += 2) {
      text.insert(at, "\\");
    }
    return text;
  };
  const std::string oxbow = oxbow_manual();
  CHECK(oxbow.starts_with(".TH OXBOW 1"));
  for (const Command& command : commands()) {
    CHECK(oxbow.find(".SS \"oxbow " + std::string(command.name)) != std::string::npos);
    for (const OptionSpec& option : command.options) {
      CHECK(oxbow.find(dashes("--" + std::string(option.name))) != std::string::npos);
    }
  }
  const std::string oxbowd = oxbowd_manual();
  for (const OptionInfo& option : peer_option_table()) {
    CHECK(oxbowd.find(dashes("--" + std::string(option.name))) != std::string::npos);
  }
}
