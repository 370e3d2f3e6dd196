#include "sim/dot_watch.h"

#include <doctest/doctest.h>

#include <string>

using namespace oxbow;

namespace {

const Dot kDot{{PeerId{{1}}, 7, 1}, 3};

Object one(const Dot& dot, SharedBytes value, WallTime time = {}) {
  auto clock = VectorClock::from_entries({dot});
  return Object::from_parts({{dot, std::move(value), time}}, std::move(clock).value()).value();
}

}  // namespace

TEST_CASE("copies of one write are one write, and dots of two keys are two") {
  DotWatch watch;
  watch.see("k", one(kDot, share("a")));
  watch.see("k", one(kDot, share("a")));
  watch.see("j", one(kDot, share("b")));
  CHECK(watch.dots() == 2);
  CHECK(watch.breaches().empty());
}

TEST_CASE("a dot with two values, times, or a value and a delete, is found") {
  for (const Object& other :
       {one(kDot, share("b")), one(kDot, nullptr), one(kDot, share("a"), WallTime{Duration(1)})}) {
    DotWatch watch;
    watch.see("k", one(kDot, share("a")));
    watch.see("k", other);
    REQUIRE(watch.breaches().size() == 1);
    CHECK(watch.breaches().front().starts_with("01000000/0000#1:3 of k names two writes"));
  }
}

TEST_CASE("objects and hints on a disk are seen") {
  SimStore store;
  REQUIRE(store.write("k", Object(), one(kDot, share("a")), Sync::yes).ok());
  REQUIRE(store.write_hint({PeerId{{2}}, "k", one(kDot, share("b")), {}}, Sync::yes).ok());
  DotWatch watch;
  watch.see(store);
  CHECK(watch.breaches().size() == 1);
}
