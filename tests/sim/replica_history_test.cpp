// The checkers of the replica layer: each must be content with what is right, and catch the breach
// that is made up for it.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "sim/replica_history.h"

using namespace oxbow;

namespace {

Instant ms(int after_start) { return Instant{Duration(after_start * 1000)}; }

/// A history of one key, in milliseconds.
struct History {
  ReplicaHistory history;

  using Number = ReplicaHistory::WriteNumber;
  using Writes = ReplicaHistory::Writes;

  Number acknowledged(std::optional<std::string> value, int began, int ended,
                      const Writes& seen = {}) {
    const Number number = history.begin_write("k", std::move(value), seen, ms(began));
    history.acknowledged(number, ms(ended));
    return number;
  }
  /// With the context of `last`, and of nothing else.
  Number chained(std::optional<std::string> value, int began, int ended, Number last) {
    const Number number = history.begin_write("k", std::move(value), {last}, ms(began), {last});
    history.acknowledged(number, ms(ended));
    return number;
  }
  Number unknown(std::optional<std::string> value, int began, const Writes& seen = {}) {
    return history.begin_write("k", std::move(value), seen, ms(began));
  }
  std::string fresh(std::vector<std::string> values, int began, bool deleted = false,
                    Conflicts conflicts = Conflicts::siblings) {
    history.check_fresh({"k", ms(began), ms(began + 1), std::move(values), deleted}, conflicts);
    return history.breaches().empty() ? "" : history.breaches().front();
  }
};

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a read that returns what was acknowledged before it is right") {
  History h;
  h.acknowledged("a", 0, 5);
  CHECK(h.fresh({"a"}, 10) == "");
}

TEST_CASE("a read that began before the acknowledgement may miss the write, or see it") {
  History h;
  h.acknowledged("a", 0, 10);
  CHECK(h.fresh({}, 5) == "");
  CHECK(h.fresh({"a"}, 5) == "");
}

TEST_CASE("a read that misses an acknowledged write is found") {
  History h;
  h.acknowledged("a", 0, 5);
  CHECK(h.fresh({}, 10) ==
        "the read of k from 10.000 ms to 11.000 ms, which returned nothing: does not account for "
        "\"a\" (write 0, from 0.000 ms, acknowledged at 5.000 ms)");
}

TEST_CASE("a lost sibling is found") {
  History h;
  h.acknowledged("a", 0, 5);
  h.acknowledged("b", 0, 5);
  CHECK(h.fresh({"a", "b"}, 10) == "");
  CHECK(says(h.fresh({"a"}, 10), "does not account for \"b\""));
}

TEST_CASE("a write that was replaced is accounted for by what replaced it, however far on") {
  History h;
  const auto a = h.acknowledged("a", 0, 5);
  const auto b = h.unknown("b", 6, {a});
  h.acknowledged("c", 7, 8, {b});
  CHECK(h.fresh({"c"}, 10) == "");
}

TEST_CASE("a write with an unknown result may have replaced one, if its value is there") {
  History h;
  const auto a = h.acknowledged("a", 0, 5);
  h.unknown("b", 6, {a});
  CHECK(h.fresh({"a"}, 10) == "");
  CHECK(h.fresh({"b"}, 20) == "");
  CHECK(says(h.fresh({}, 30), "does not account for \"a\""));
}

TEST_CASE("a value that an acknowledged write replaced must not come back") {
  History h;
  const auto a = h.acknowledged("a", 0, 5);
  h.acknowledged("b", 6, 8, {a});
  CHECK(says(h.fresh({"a", "b"}, 10), "returned \"a\" (write 0"));
  CHECK(says(h.history.breaches().front(), "which \"b\" (write 1"));
}

TEST_CASE("a deleted value must not come back, and its absence is right") {
  History h;
  const auto a = h.acknowledged("a", 0, 5);
  h.acknowledged(std::nullopt, 6, 8, {a});
  CHECK(h.fresh({}, 10, true) == "");
  CHECK(says(h.fresh({"a"}, 20), "which delete (write 1"));
}

TEST_CASE("a delete that had not seen a value is no reason for its absence") {
  History h;
  h.acknowledged("a", 0, 5);
  h.acknowledged(std::nullopt, 0, 5);
  CHECK(says(h.fresh({}, 10, true), "does not account for \"a\""));
}

TEST_CASE("a value that nobody wrote, or not yet, is found; one that is there twice, too") {
  History h;
  CHECK(says(h.fresh({"x"}, 10), "which nobody had written"));
  History later;
  later.unknown("a", 20);
  CHECK(says(later.fresh({"a"}, 10), "which nobody had written"));
  History twice;
  twice.unknown("a", 0);
  CHECK(says(twice.fresh({"a", "a"}, 10), "more than once"));
  History both;
  both.unknown("a", 0);
  CHECK(says(both.fresh({"a"}, 10, true), "is deleted, and has values"));
}

TEST_CASE("where the last write wins, a concurrent write may have won, an older one may not") {
  History h;
  const auto a = h.acknowledged("a", 0, 5);
  h.acknowledged("b", 6, 8, {a});
  h.acknowledged("c", 6, 8, {a});
  CHECK(h.fresh({"b"}, 10, false, Conflicts::lww) == "");
  CHECK(h.fresh({"c"}, 10, false, Conflicts::lww) == "");
  CHECK(says(h.fresh({"a"}, 10, false, Conflicts::lww), "does not account for \"b\""));
  History nothing;
  nothing.acknowledged("a", 0, 5);
  CHECK(says(nothing.fresh({}, 10, false, Conflicts::lww), "does not account for \"a\""));
}

TEST_CASE("what a context has seen is what the read returned") {
  History h;
  const auto a = h.unknown("a", 0);
  const auto b = h.unknown("b", 0);
  CHECK(h.history.seen_by({"k", ms(1), ms(2), {"b", "a"}, false}) == History::Writes{a, b});
  CHECK(h.history.seen_by({"j", ms(1), ms(2), {"b", "a"}, false}).empty());
}

TEST_CASE("what a client wrote on its last write may stay beside that one, and is told apart") {
  History h;
  const auto first = h.acknowledged("a", 0, 5);
  const auto second = h.chained("b", 10, 15, first);
  h.chained("c", 20, 25, second);
  CHECK(h.fresh({"a", "c"}, 30) == "");
  REQUIRE(h.history.side_by_side().size() == 2);  // also "b" had replaced it
  CHECK(says(h.history.side_by_side().front(), "returned \"a\""));
  CHECK(h.fresh({"c"}, 30) == "");
  CHECK(says(h.fresh({"a"}, 30), "does not account for \"b\""));
}

TEST_CASE("what a get has shown is replaced for certain, whatever a client writes on") {
  History h;
  const auto first = h.acknowledged("a", 0, 5);
  const auto second = h.acknowledged("b", 10, 15, {first});
  const auto third = h.chained("c", 20, 25, second);
  h.chained("d", 30, 35, third);
  CHECK(says(h.fresh({"a", "d"}, 40), "returned \"a\""));

  History again;
  const auto one = again.acknowledged("a", 0, 5);
  const auto other = again.chained("b", 10, 15, one);
  again.acknowledged("c", 20, 25, {one, other});  // a get has returned both
  CHECK(says(again.fresh({"a", "c"}, 40), "returned \"a\""));
}
