// The house and its rooms: this table is the design's, and the tree is held to it. The rules are in
// support/house_rules; each must catch the breach that is made up for it here.
#include <doctest/doctest.h>

#include <sstream>

#include "support/house_rules.h"
#include "support/source_tree.h"

using namespace oxbow::test;

namespace {

/// Arrows point one way and carry on: who may use `message` may use `version` and `base`.
const House& house() {
  static const House the_house{
      .arrows = {{"base", {}},
                 {"version", {"base"}},
                 {"message", {"version"}},
                 {"overlay", {"message"}},
                 {"ring", {"message"}},
                 {"store", {"version"}},
                 {"membership", {"message", "store"}},
                 {"replica", {"message", "ring", "store"}},
                 {"transfer", {"message"}},
                 {"node", {"overlay", "ring", "store", "membership", "replica", "transfer"}},
                 {"codec", {"message"}},
                 {"files", {"message"}},
                 {"storage", {"store", "codec"}},
                 {"config", {"base"}},
                 {"net", {"node", "codec", "storage", "files", "config"}},
                 {"client", {"codec", "transfer"}},
                 {"sim", {"node", "codec"}},
                 {"report", {"base"}},
                 {"cli", {"client", "report", "config", "ring"}}},
      .pure = {"base", "version", "message", "overlay", "ring", "store", "membership", "replica",
               "transfer", "node"},
      .only_in = {{"msgpack", {"codec"}}, {"re2/", {"overlay"}}, {"rocksdb/", {"storage"}}},
      .programs = {{"tools", {"cli", "net", "sim"}}, {"examples", {}}},
      .other_tests = {"end_to_end", "support", "bench", "fuzz"}};
  return the_house;
}

std::string breaches(const std::vector<SourceFile>& files) {
  std::string text;
  for (const Finding& finding : check(house(), files)) text += to_string(finding) + "\n";
  return text;
}

/// What the rules say of one made-up source file.
std::string breaches(const std::string& path, const std::string& text) {
  return breaches(std::vector<SourceFile>{{path, text}});
}

const std::string kHeaderStart = "// What it is for.\n#pragma once\n";

}  // namespace

TEST_CASE("the source tree keeps to the house rules") {
  const std::vector<SourceFile> files = read_sources(source_root());
  REQUIRE(files.size() > 20);
  const std::string found = breaches(files);
  CHECK_MESSAGE(found.empty(), "\n" << found);
}

TEST_CASE("the Makefile lets a room be linked only with what the table allows") {
  std::istringstream makefile(read_file(source_root() / "Makefile"));
  std::size_t rooms = 0;
  for (std::string line; std::getline(makefile, line);) {
    if (!line.starts_with("USES_")) continue;
    std::istringstream words(line.substr(5));
    std::string room, assignment;
    words >> room >> assignment;
    REQUIRE(assignment == ":=");
    INFO("USES_" << room);
    REQUIRE(house().arrows.contains(room));
    ++rooms;
    const std::set<std::string> allowed = house().may_use(room);
    for (std::string used; words >> used;) {
      CHECK_MESSAGE(allowed.contains(used), room << " may not be linked with " << used);
    }
  }
  CHECK(rooms > 5);
}

TEST_CASE("the arrows of the table go round in no circle") {
  for (const auto& arrow : house().arrows) {
    const std::string& room = arrow.first;
    for (const std::string& used : arrow.second) {
      INFO(room << " uses " << used);
      CHECK(house().arrows.contains(used));
      CHECK_FALSE(house().may_use(used).contains(room));
    }
  }
}

TEST_CASE("an include against the arrows is found, with file and line") {
  CHECK(breaches("src/base/a.cpp", "\n#include \"message/messages.h\"\n") ==
        "src/base/a.cpp:2: base may not include message (may: base)\n");
  CHECK(breaches("src/overlay/a.cpp", "#  include <node/node.h>\n") ==
        "src/overlay/a.cpp:1: overlay may not include node (may: base, message, overlay, "
        "version)\n");
  CHECK(breaches("src/client/a.cpp", "#include \"net/loop.h\"\n") != "");
}

TEST_CASE("includes along the arrows are fine, however far they carry") {
  CHECK(breaches("src/net/a.cpp", "#include \"base/ids.h\"\n#include \"overlay/flood.h\"\n") == "");
  CHECK(breaches("src/cli/a.cpp", "#include \"transfer/download.h\"\n") == "");
  CHECK(breaches("tools/oxbowd.cpp", "#include \"net/loop.h\"\n#include \"cli/run.h\"\n") == "");
}

TEST_CASE("an include in a comment or a text is not an include") {
  CHECK(breaches("src/base/a.cpp",
                 "// #include \"node/node.h\"\n/* #include \"node/node.h\" */\n"
                 "const char* text = R\"(\n#include \"node/node.h\"\n)\";\n") == "");
}

TEST_CASE("a room that the table does not know is found") {
  CHECK(breaches("src/extras/a.cpp", "") ==
        "src/extras/a.cpp: the table of rooms does not know src/extras\n");
}

TEST_CASE("examples know the public headers only") {
  CHECK(breaches("examples/find.cpp", "#include <oxbow/client.h>\n#include <string>\n") == "");
  CHECK(breaches("examples/find.cpp", "#include \"client/client.h\"\n") ==
        "examples/find.cpp:1: examples may not include client (may: nothing)\n");
}

TEST_CASE("a public header that includes more than std and public headers is found") {
  const std::string fine = kHeaderStart + "#include <string>\n#include <oxbow/result.h>\n";
  CHECK(breaches("include/oxbow/a.h", fine) == "");
  for (const std::string bad : {"<fmt/format.h>", "\"base/ids.h\"", "\"result.h\"", "<uv.h>"}) {
    INFO(bad);
    CHECK(breaches("include/oxbow/a.h", fine + "#include " + bad + "\n")
              .starts_with("include/oxbow/a.h:5: a public header may include only"));
  }
}

TEST_CASE("msgpack outside codec, RE2 outside overlay, RocksDB outside storage are found") {
  CHECK(breaches("src/codec/a.cpp", "#include <msgpack.hpp>\n") == "");
  CHECK(breaches("src/net/a.cpp", "#include <msgpack.hpp>\n") ==
        "src/net/a.cpp:1: <msgpack.hpp> belongs to codec alone\n");
  CHECK(breaches("tools/a.cpp", "#include <msgpack/v3/unpack.hpp>\n") != "");
  CHECK(breaches("src/overlay/a.cpp", "#include <re2/re2.h>\n") == "");
  CHECK(breaches("src/cli/a.cpp", "#include <re2/re2.h>\n") ==
        "src/cli/a.cpp:1: <re2/re2.h> belongs to overlay alone\n");
  CHECK(breaches("src/net/a.cpp", "#include <rocksdb/db.h>\n") != "");
}

TEST_CASE("threads, sockets, disks and chance in a pure room are found by their headers") {
  for (const std::string header : {"uv.h", "thread", "mutex", "atomic", "condition_variable",
                                   "sys/socket.h", "unistd.h", "fstream", "filesystem"}) {
    INFO(header);
    const std::string text = "#include <" + header + ">\n";
    CHECK(breaches("src/node/a.cpp", text) ==
          "src/node/a.cpp:1: node is a pure room: it may not include <" + header + ">\n");
    CHECK(breaches("src/net/a.cpp", text) == "");
  }
}

TEST_CASE("reading a clock in a pure room is found") {
  for (const std::string code :
       {"auto now = std::chrono::steady_clock::now();", "using Clock = std::chrono::system_clock;",
        "clock_gettime(CLOCK_MONOTONIC, &spec);", "gettimeofday(&now, nullptr);",
        "auto t = std::time(nullptr);", "return time(0);", "time(&now);"}) {
    INFO(code);
    CHECK(breaches("src/transfer/a.cpp", "\n\n" + code + "\n")
              .starts_with("src/transfer/a.cpp:3: transfer is a pure room: "));
    CHECK(breaches("src/net/a.cpp", code) == "");
  }
  CHECK(breaches("src/transfer/a.cpp", "Instant time() const; auto t = now.time(entry);\n") == "");
  CHECK(breaches("src/transfer/a.cpp", "log(\"steady_clock::now() is not for us\");\n") == "");
}

TEST_CASE("the system's randomness in a pure room is found") {
  for (const std::string code : {"std::random_device device;", "open(\"/dev/urandom\");",
                                 "getrandom(bytes, 8, 0);", "RAND_bytes(bytes, 8);"}) {
    INFO(code);
    CHECK(breaches("src/base/a.cpp", code + "\n").ends_with("is the system's randomness\n"));
  }
}

TEST_CASE("a loop over an unordered container in a pure room is found") {
  const std::string declared = "std::unordered_map<Key, std::vector<int>> table_;\n";
  const std::string expected =
      "src/overlay/a.cpp:2: overlay is a pure room: the order of table_ (an unordered container) "
      "is not the same on every run\n";
  CHECK(breaches("src/overlay/a.cpp", declared + "for (const auto& [k, v] : table_) use(v);\n") ==
        expected);
  CHECK(breaches("src/overlay/a.cpp",
                 declared + "for (auto& entry : this->table_) use(entry);\n") == expected);
  CHECK(breaches("src/overlay/a.cpp", declared + "auto first = table_.begin();\n") == expected);
  CHECK(breaches("src/net/a.cpp", declared + "for (auto& entry : table_) use(entry);\n") == "");
}

TEST_CASE("an alias does not hide an unordered container, nor does the room's own header") {
  CHECK(
      breaches("src/overlay/a.cpp",
               "using Table = std::unordered_set<Key>;\nTable seen;\nfor (Key k : seen) use(k);\n")
          .starts_with("src/overlay/a.cpp:3: "));
  CHECK(breaches({{"src/overlay/a.cpp", "#include \"overlay/a.h\"\nfor (Key k : seen_) use(k);\n"},
                  {"src/overlay/a.h", kHeaderStart + "std::unordered_set<Key> seen_;\n"}})
            .starts_with("src/overlay/a.cpp:2: "));
}

TEST_CASE("looking things up in an unordered container is fine, and so is any other loop") {
  CHECK(breaches("src/overlay/a.cpp",
                 "std::unordered_map<Key, int> table_;\nstd::vector<Key> order_;\n"
                 "if (table_.find(k) == table_.end()) return;\n"
                 "for (Key k : order_) use(table_.at(k));\nfor (Key k : sorted(table_)) use(k);\n"
                 "for (int i = 0; i < 3; ++i) table_.erase(i);\n") == "");
}

TEST_CASE("tests that mirror no room, or that no rule would build, are found") {
  CHECK(breaches("tests/extras/a_test.cpp", "") ==
        "tests/extras/a_test.cpp: tests mirror src: there is no room extras\n");
  CHECK(breaches("tests/base/ids.cpp", "") ==
        "tests/base/ids.cpp: a room's test is called <unit>_test.cpp\n");
  CHECK(breaches("tests/base/ids_test.cpp", "") == "");
  CHECK(breaches("tests/end_to_end/processes.cpp", "") == "");
}

TEST_CASE("a header without a purpose or a guard, and an endless file, are found") {
  CHECK(breaches("src/base/a.h", "#pragma once\n") ==
        "src/base/a.h:1: a header opens with what it is for\n");
  CHECK(breaches("src/base/a.h", "// Ids.\nint x;\n") ==
        "src/base/a.h:1: a header has #pragma once\n");
  CHECK(breaches("src/base/a.cpp", std::string(501, '\n')) ==
        "src/base/a.cpp: a file is one concept: it has 501 lines, of 500 at most\n");
}
