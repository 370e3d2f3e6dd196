#include "sim/topology_spec.h"

#include <doctest/doctest.h>

#include <sstream>
#include <string>

using namespace oxbow;
using namespace oxbow::sim;

namespace {

Result<NamedGraph> read(const std::string& text) {
  std::istringstream file(text);
  return read_links(file, "links");
}
std::string error_of(const std::string& spec) {
  const auto built = build_topology(spec, 1);
  return built ? "" : built.error().message;
}
std::string error_in(const std::string& text) {
  const auto built = read(text);
  return built ? "" : built.error().message;
}

}  // namespace

TEST_CASE("every kind of topology can be asked for by name") {
  struct Row {
    std::string spec;
    std::uint32_t peers;
    std::uint64_t links;
  };
  for (const Row& row :
       {Row{"regular:100:4", 100, 200}, Row{"random:100:5", 100, 250},
        Row{"power-law:100:4", 100, 200}, Row{"power-law:100:4:3", 100, 200},
        Row{"small-world:100:4:0.1", 100, 200}, Row{"grid:3:4", 12, 17}, Row{"ring:9", 9, 9},
        Row{"tree:7:2", 7, 6}, Row{"complete:6", 6, 15}, Row{"complete:1", 1, 0}}) {
    CAPTURE(row.spec);
    const auto built = build_topology(row.spec, 1);
    REQUIRE(built.ok());
    CHECK(built->graph.peers() == row.peers);
    CHECK(built->graph.links() == row.links);
    CHECK(built->find(0) == PeerNumber{0});
    CHECK_FALSE(built->find(row.peers).has_value());
  }
}

TEST_CASE("what is wrong in a SPEC is named") {
  CHECK(error_of("grid:4") == "grid:4: give grid:ROWS:COLUMNS");
  CHECK(error_of("ring:5:5") == "ring:5:5: give ring:N");
  CHECK(error_of("power-law:5") == "power-law:5: give power-law:N:MEANDEGREE[:EXPONENT]");
  CHECK(error_of("ring:2") == "ring:2: N is a whole number from 3 to 20000000, not '2' (ring:N)");
  CHECK(error_of("regular:x:3") ==
        "regular:x:3: N is a whole number from 1 to 20000000, not 'x' (regular:N:D)");
  CHECK(error_of("random:10:-2") ==
        "random:10:-2: MEANDEGREE is a number from 0, not '-2' (random:N:MEANDEGREE)");
  CHECK(error_of("small-world:10:4:nan") ==
        "small-world:10:4:nan: P is a number from 0, not 'nan' (small-world:N:D:P)");
  CHECK(error_of("grid:10000:10000") ==
        "grid:10000:10000: 100000000 peers are more than 20000000 (grid:ROWS:COLUMNS)");
  CHECK(error_of("complete:100000") ==
        "complete:100000: 4999950000 links are more than 200000000 (complete:N)");
  CHECK(error_of("regular:5:3") ==
        "regular:5:3: 5 peers cannot each have 3 links: one of the two must be even");
  CHECK(error_of("no/such/file")
            .starts_with("no/such/file: neither a file that can be read nor one of regular:N:D, "));
}

TEST_CASE("a file names its peers by numbers that need not be dense") {
  const auto built =
      read("# a comment\n70 5\n\n5\t1000000000000 # another\n  70 1000000000000\r\n");
  REQUIRE(built.ok());
  CHECK(built->graph.peers() == 3);
  CHECK(built->graph.links() == 3);
  CHECK(built->names == std::vector<std::uint64_t>{5, 70, 1'000'000'000'000});
  CHECK(built->find(70) == PeerNumber{1});
  CHECK(built->name_of(2) == 1'000'000'000'000);
  CHECK_FALSE(built->find(6).has_value());
}

TEST_CASE("a link that a file has twice, in either direction, counts once") {
  const auto built = read("1 2\n2 1\n1 2\n2 3\n");
  REQUIRE(built.ok());
  CHECK(built->graph.links() == 2);
}

TEST_CASE("many peers of a file get numbers in the order of their names") {
  std::string text;
  for (int i = 3000; i > 0; --i)
    text += std::to_string(i * 7) + " " + std::to_string(i * 7 + 7) + "\n";
  const auto built = read(text);
  REQUIRE(built.ok());
  CHECK(built->graph.peers() == 3001);
  CHECK(built->graph.links() == 3000);
  CHECK(built->find(7) == PeerNumber{0});
  CHECK(built->find(21'007) == PeerNumber{3000});
  CHECK(built->graph.degree(1500) == 2);
}

TEST_CASE("what is wrong in a file is named with its line") {
  CHECK(error_in("1 2\n3\n") == "links:2: expected two peer numbers, not '3'");
  CHECK(error_in("1 2 3\n") == "links:1: expected two peer numbers, not '1 2 3'");
  CHECK(error_in("# x\n1 a\n") == "links:2: expected two peer numbers, not '1 a'");
  CHECK(error_in("1 -2\n") == "links:1: expected two peer numbers, not '1 -2'");
  CHECK(error_in("1 2\n4 4\n") == "links:2: peer 4 cannot be linked with itself");
  CHECK(error_in("# nothing\n") == "links: no links in it");
}
