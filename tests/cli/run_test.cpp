#include "cli/run.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "cli/ran.h"

using namespace oxbow;
using namespace oxbow::cli;
using oxbow::test::Ran;
using oxbow::test::run_words;

namespace {

// Nobody listens on the lowest port.
constexpr const char* kNobody = "127.0.0.1:1";

}  // namespace

TEST_CASE("without a command the help is shown, as an error") {
  const Ran ran = run_words({});
  CHECK(ran.code == 2);
  CHECK(ran.out == "");
  CHECK(ran.err.starts_with("Usage: oxbow [--peer ADDR] COMMAND"));
}

TEST_CASE("help and version are answers, for every command") {
  CHECK(run_words({"--help"}).out == run_words({"help"}).out);
  CHECK(run_words({"--version"}).out == "oxbow " OXBOW_VERSION "\n");
  for (const Command& command : commands()) {
    std::vector<std::string> words;
    std::string name(command.name);
    if (const auto space = name.find(' '); space != std::string::npos) {
      words = {name.substr(0, space), name.substr(space + 1)};
    } else {
      words = {name};
    }
    words.push_back("--help");
    const Ran ran = run_words(words);
    INFO(name);
    CHECK(ran.code == 0);
    CHECK(ran.out.starts_with("Usage: oxbow " + name));
    for (const OptionSpec& option : command.options) {
      CHECK(ran.out.find("--" + std::string(option.name)) != std::string::npos);
    }
  }
}

TEST_CASE("the help of a command lists its options with their defaults") {
  const Ran ran = run_words({"help", "wait", "ready"});
  CHECK(ran.code == 0);
  CHECK(ran.out.starts_with(
      "Usage: oxbow wait ready [options]\n"
      "Wait until the peer has its neighbors and has indexed its shared folders.\n\n"
      "Exit code 4: it was not ready in time; says what is missing.\n\n"
      "Options:\n"
      "      --timeout TIME      How long to wait at the most. [30s]\n\n"
      "Options of every command:\n"
      "      --peer ADDR         The peer to ask, IP:PORT; else OXBOW_PEER, else this default.\n"
      "                          [127.0.0.1:7400]\n"));
}

TEST_CASE("wrong usage ends with 2, as text on stderr or as JSON on stdout") {
  const Ran text = run_words({"find", "a", "--ttl=256"});
  CHECK(text.code == 2);
  CHECK(text.out == "");
  CHECK(text.err == "oxbow: --ttl=256: give a whole number from 0 to 255\n");

  const Ran json = run_words({"find", "a", "--ttl=256", "--json"});
  CHECK(json.code == 2);
  CHECK(json.err == "");
  CHECK(
      json.out ==
      R"({"v":1,"type":"error","error":"usage","message":"--ttl=256: give a whole number from 0 to 255",)"
      R"("needed":"a whole number from 0 to 255","got":"256"})"
      "\n");
}

TEST_CASE("options that contradict each other are refused") {
  CHECK(run_words({"find", "a", "--glob", "--words"}).err ==
        "oxbow: --glob and --words exclude each other: keep one of them\n");
  CHECK(run_words({"find", "a", "--walkers=3"}).code == 2);
  CHECK(run_words({"find", "a", "--via=walk", "--ttl=3"}).err ==
        "oxbow: walks go by steps, not by TTL: give --steps instead of --ttl\n");
  CHECK(run_words({"fetch", "a", "--to=-", "--json"}).code == 2);
  const Ran both = run_words({"find", "a", "--json", "-o", "plain"});
  CHECK(both.code == 2);
  CHECK(nlohmann::json::parse(both.out)["message"] ==
        "--json and --output exclude each other: keep one of them");
  CHECK(run_words({"trace", "12"}).code == 2);
  CHECK(run_words({"find", ""}).code == 2);
}

TEST_CASE("a peer that is not reached ends with 3 and says how to start one") {
  const Ran text = run_words({"--peer", kNobody, "status"});
  CHECK(text.code == 3);
  CHECK(
      text.err ==
      "oxbow: cannot reach a peer at 127.0.0.1:1: connection refused (is oxbowd running? start one "
      "with: oxbowd)\n");
  const Ran json = run_words({"status", "--json"}, {{"OXBOW_PEER", kNobody}});
  CHECK(json.code == 3);
  const auto error = nlohmann::json::parse(json.out);
  CHECK(error["type"] == "error");
  CHECK(error["error"] == "unreachable");
  CHECK(error["got"] == "connection refused");
}

TEST_CASE("the option wins over the environment") {
  const Ran ran = run_words({"status", "--peer", kNobody}, {{"OXBOW_PEER", "127.0.0.1:2"}});
  CHECK(ran.err.find("127.0.0.1:1:") != std::string::npos);
}

TEST_CASE("an address that is none is wrong usage") {
  for (const char* wrong :
       {"7400", "127.0.0.1", ":7400", "127.0.0.1:0", "127.0.0.1:70000", "::1:7"}) {
    INFO(wrong);
    CHECK(run_words({"status", "--peer", wrong}).code == 2);
  }
}

TEST_CASE("what was quoted from the command line cannot steer the terminal") {
  CHECK(run_words({"\x1b[2J"}).err == "oxbow: oxbow has no command '\\x1b[2J' (see oxbow help)\n");
  CHECK(run_words({"a\noxbow: all is well\xc2\x85\xe2\x80\xae"}).err ==
        "oxbow: oxbow has no command 'a\\noxbow: all is well\\xc2\\x85\\xe2\\x80\\xae' (see oxbow "
        "help)\n");
}

TEST_CASE("a value that is too large is refused before a peer is asked") {
  const Ran ran = run_words({"publish", "key", std::string(1024 * 1024 + 1, 'x')});
  CHECK(ran.code == 2);
  CHECK(ran.err ==
        "oxbow: a value has 1.0 MiB at the most (share a folder for larger files: oxbowd --share "
        "DIR)\n");
  CHECK(run_words({"publish", "key", "@/no/such/file"}).err ==
        "oxbow: cannot read /no/such/file: No such file or directory\n");
}

TEST_CASE("a key that no peer could hold is refused before a peer is asked") {
  for (const char* command : {"find", "fetch", "unpublish", "horizon"}) {
    INFO(command);
    const Ran empty = run_words({command, ""});
    CHECK(empty.code == 2);
    CHECK(empty.err == "oxbow: KEY is empty\n");
    CHECK(run_words({command, std::string(1025, 'k')}).err ==
          "oxbow: KEY has 1025 bytes: 1024 is the most\n");
    CHECK(run_words({"--peer", kNobody, command, std::string(1024, 'k')}).code != 0);
  }
  CHECK(run_words({"publish", "", "value"}).code == 2);
}

TEST_CASE("an unknown option is named as it was typed") {
  CHECK(run_words({"find", "-dash"}).err ==
        "oxbow: oxbow find has no option -dash; -- goes before a word that begins with - (see "
        "oxbow find --help)\n");
  CHECK(run_words({"find", "-z"}).err ==
        "oxbow: oxbow find has no option -z (see oxbow find --help)\n");
  CHECK(run_words({"find", "a", "--tll=3"}).err ==
        "oxbow: oxbow find has no option --tll; did you mean --ttl? (see oxbow find --help)\n");
}

TEST_CASE("errors have the exit codes of the design") {
  CHECK(exit_code_of({"unreachable", "", "", ""}) == 3);
  CHECK(exit_code_of({"peer-lost", "", "", ""}) == 3);
  CHECK(exit_code_of({"timeout", "", "", ""}) == 4);
  CHECK(exit_code_of({"no-holder", "", "", ""}) == 4);
  CHECK(exit_code_of({"no-room", "", "", ""}) == 4);
  CHECK(exit_code_of({"over-max-size", "", "", ""}) == 4);
  CHECK(exit_code_of({"not-found", "", "", ""}) == 1);
  CHECK(exit_code_of({"bad-ttl", "", "", ""}) == 2);
  CHECK(exit_code_of({"bad-file", "", "", ""}) == 2);
  for (const char* code : {"too-large", "value-too-large"}) {
    CHECK(exit_code_of({code, "", "", ""}) == 2);
  }
  // Limits that something has reached: nothing was asked wrongly.
  for (const char* code : {"clock-too-large", "limit-reached", "no-room", "full", "busy"}) {
    CHECK(exit_code_of({code, "", "", ""}) == 4);
  }
  CHECK(exit_code_of({"object-too-large", "", "", ""}) == 5);  // its siblings, together
  CHECK(exit_code_of({"found-too-large", "", "", ""}) ==
        4);  // by a search: nothing was asked wrongly
  CHECK(exit_code_of({"siblings", "", "", ""}) == 5);
  CHECK(exit_code_of({"too-many-siblings", "", "", ""}) == 5);
}
