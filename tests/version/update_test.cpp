// A write where it enters: stamps, limits, what the client is told, and adoption.
#include "version/update.h"

#include <doctest/doctest.h>

#include "base/sha256.h"
#include "version/history.h"

using namespace oxbow;
using namespace oxbow::history;

namespace {

Updated done(ActorRun& run, const Object& local, Write write,
             Conflicts conflicts = Conflicts::siblings) {
  auto updated = update(run, local, write, conflicts);
  REQUIRE(updated.ok());
  return std::move(updated).value();
}

}  // namespace

TEST_CASE("a write is stamped after what it replaces, even if the clock went back") {
  ActorRun run(peer('a'), 1);
  const Object first = done(run, {}, {share("v1"), {}, at(100)}).object;
  const Updated second = done(run, first, {share("v2"), first.context(), at(40)});
  CHECK(second.object.siblings()[0].time == at(101));
  CHECK(second.replaced == 1);
  const Updated blind = done(run, second.object, {share("v3"), {}, at(40)});
  CHECK(blind.object.siblings()[1].time == at(40));
  CHECK(blind.replaced == 0);
}

TEST_CASE("a coordinator without a copy stamps after what the client has seen") {
  ActorRun a(peer('a'), 1);
  ActorRun b(peer('b'), 1);
  const Object seen_there = done(a, {}, {share("v1"), {}, at(100)}).object;
  const Object concurrent = done(a, {}, {share("other"), {}, at(99)}).object;
  const Object written =
      done(b, {}, {share("v2"), seen_there.context(), at(40)}, Conflicts::lww).object;
  CHECK(written.siblings()[0].time == at(101));
  for (const Object& order :
       {merged(merged(seen_there, concurrent, Conflicts::lww), written, Conflicts::lww),
        merged(merged(seen_there, written, Conflicts::lww), concurrent, Conflicts::lww)}) {
    CHECK(values(order) == std::vector<std::string>{"v2"});
  }
}

TEST_CASE("the end of time has no later") {
  ActorRun run(peer('a'), 1);
  const Object first = done(run, {}, {share("v1"), {}, WallTime::max()}).object;
  CHECK(stamp({share("v2"), first.context(), at(1)}, first, Conflicts::siblings) ==
        WallTime::max());
}

TEST_CASE("where the last write wins, a write is stamped after all that its coordinator knows") {
  ActorRun a(peer('a'), 1);
  ActorRun b(peer('b'), 1);
  const Object first = done(a, {}, {share("first"), {}, at(100)}, Conflicts::lww).object;
  const Updated second = done(b, first, {share("second"), {}, at(40)}, Conflicts::lww);
  CHECK(values(second.object) == std::vector<std::string>{"second"});
  CHECK(second.object.newest() == at(101));
  CHECK(second.outbids);
  for (const Object& order : {merged(first, second.object, Conflicts::lww),
                              merged(second.object, first, Conflicts::lww)}) {
    CHECK(values(order) == std::vector<std::string>{"second"});
  }
  const Updated deleted = done(a, second.object, {nullptr, {}, at(40)}, Conflicts::lww);
  CHECK(deleted.object.deleted());
  const Updated again = done(b, deleted.object, {share("again"), {}, at(40)}, Conflicts::lww);
  CHECK(values(again.object) == std::vector<std::string>{"again"});
  CHECK(!done(b, again.object, {share("later"), {}, at(200)}, Conflicts::lww).outbids);
}

TEST_CASE("a put's context never replaces what its client has not seen") {
  ActorRun run(peer('a'), 1);
  const Updated peters = done(run, {}, {share("p1"), {}, {}});
  const Updated marys = done(run, peters.object, {share("m1"), {}, {}});
  CHECK(text(marys.object) == "a:2[m1,p1]");
  const Updated again = done(run, marys.object, {share("m2"), marys.context, {}});
  CHECK(text(again.object) == "a:3[m2,p1]");
  const Updated peters_again = done(run, again.object, {share("p2"), peters.context, {}});
  CHECK(text(peters_again.object) == "a:4[p2,m2]");
}

TEST_CASE("interleaved writers keep at most one sibling each") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const std::size_t writers = 1 + random.below(6);
    ActorRun run(peer('a'), 1);
    Object stored;
    std::vector<Context> last(writers);  // each writer has seen its own writes only
    std::vector<std::string> value(writers);
    for (std::uint64_t i = 0; i < 100; ++i) {
      const std::size_t writer = random.below(writers);
      value[writer] = std::to_string(i);
      const Updated updated =
          done(run, stored, {share(value[writer]), last[writer], at(static_cast<int>(i))});
      stored = updated.object;
      last[writer] = updated.context;
      REQUIRE(stored.siblings().size() <= writers);
    }
    // Each writer's last value, and nothing else.
    std::vector<std::string> left = values(stored);
    std::erase(value, "");
    std::sort(value.begin(), value.end());
    std::sort(left.begin(), left.end());
    CHECK(left == value);
  }
}

TEST_CASE("a delete writes a tombstone that replaces what its client has seen") {
  ActorRun run(peer('a'), 1);
  const Updated put_once = done(run, {}, {share("v1"), {}, at(1)});
  const Updated deleted = done(run, put_once.object, {nullptr, put_once.context, at(2)});
  CHECK(text(deleted.object) == "a:2[-]");
  CHECK(deleted.object.deleted());
  CHECK(merged(put_once.object, deleted.object, Conflicts::siblings) == deleted.object);
}

TEST_CASE("a value above the limit is refused, one at the limit is not") {
  ActorRun run(peer('a'), 1);
  const auto at_limit =
      update(run, {}, {share(std::string(1'048'576, 'x')), {}, {}}, Conflicts::siblings);
  CHECK(at_limit.ok());
  const auto above =
      update(run, {}, {share(std::string(1'048'577, 'x')), {}, {}}, Conflicts::siblings);
  REQUIRE_FALSE(above.ok());
  CHECK(above.error() ==
        Error{"value-too-large", "the value is too large", "at most 1048576", "1048577"});
}

TEST_CASE("siblings are warned of from 25 on, and refused above 100") {
  ActorRun run(peer('a'), 1);
  Object stored;
  for (std::size_t i = 1; i <= 100; ++i) {
    const Updated updated = done(run, stored, {share(std::to_string(i)), {}, {}});
    CHECK(updated.many_siblings == (i >= 25));
    stored = updated.object;
  }
  const auto refused = update(run, stored, {share("101"), {}, {}}, Conflicts::siblings);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == "too-many-siblings");
  CHECK(refused.error().needed == "at most 100");
  CHECK(refused.error().got == "101");

  // A merge goes beyond the limit, and a write that puts it right is welcome.
  stored.merge(put({}, "elsewhere", {}, 'b'), Conflicts::siblings);
  CHECK(stored.siblings().size() == 101);
  const Updated fewer = done(run, stored, {share("2 for 1"), seen({{'a', 2}}), {}});
  CHECK(fewer.object.siblings().size() == 100);
  const Updated one = done(run, stored, {share("resolved"), stored.context(), {}});
  CHECK(values(one.object) == std::vector<std::string>{"resolved"});
}

TEST_CASE("an object above 3 MiB is refused, and may be put right") {
  ActorRun run(peer('a'), 1);
  Object stored;
  for (int i = 0; i < 2; ++i) {
    stored = done(run, stored, {share(std::string(1'048'576, 'x')), {}, {}}).object;
  }
  const Write third{share(std::string(1'048'576, 'x')), {}, {}};
  const auto refused = update(run, stored, third, Conflicts::siblings);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == "object-too-large");
  CHECK(refused.error().needed == "at most 3145728");

  Object other;
  other = put({}, std::string(1'048'576, 'y'), {}, 'b');
  stored.merge(other, Conflicts::siblings);
  CHECK(stored.byte_size() > 3'145'728);
  const Updated smaller = done(run, stored, {share("s"), stored.context(), {}});
  CHECK(smaller.object.byte_size() == 64 + 1 + 2 * 64);
}

namespace {

VectorClock clock_of(std::uint64_t entries, char letter = 'b') {
  VectorClock clock;
  for (std::uint64_t number = 1; number <= entries; ++number) {
    clock.cover({{peer(letter), 1, number}, 1});
  }
  return clock;
}

}  // namespace

TEST_CASE("a key whose clock is full can be written and deleted, for ever; people are warned") {
  ActorRun run(peer('a'), 1);
  const Object nearly = Object::from_parts({}, clock_of(1'022)).value();
  CHECK(!done(run, nearly, {share("v"), nearly.context(), {}}).many_entries);
  const Object full = Object::from_parts({}, clock_of(4'096)).value();
  const Updated written = done(run, full, {share("v"), full.context(), {}});
  CHECK(written.many_entries);
  CHECK(written.object.clock().size() == 4'097);
  CHECK(values(written.object) == std::vector<std::string>{"v"});
  ActorRun after_restart(peer('a'), 2);
  const Updated blind = done(after_restart, written.object, {share("w"), {}, {}});
  CHECK(blind.object.clock().size() == 4'098);
  const Updated deleted = done(run, blind.object, {nullptr, blind.object.context(), {}});
  CHECK(deleted.object.deleted());
}

TEST_CASE("a context may not make a clock large with what nobody knows; a delete does without it") {
  ActorRun run(peer('a'), 1);
  const Object stored = done(run, {}, {share("v"), {}, {}}).object;
  Context forged{stored.clock(), std::nullopt, {}};
  forged.clock.merge(clock_of(4'096));
  CHECK(names_too_many(forged, stored.clock()));
  CHECK(!names_too_many(forged, forged.clock));
  const auto refused = update(run, stored, {share("w"), forged, {}}, Conflicts::siblings);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == "clock-too-large");
  CHECK(refused.error().needed == "at most 4096");
  CHECK(refused.error().got == "4097");
  CHECK(text(done(run, stored, {share("w"), {}, {}}).object) == "a:2[w,v]");  // it took no number

  const Updated deleted = done(run, stored, {nullptr, forged, {}});
  CHECK(text(deleted.object) == "a:2[-]");
  forged.clock = clock_of(4'095);
  forged.clock.cover({{peer('a'), 1, 1}, 1});
  CHECK(update(run, stored, {share("w"), forged, {}}, Conflicts::siblings).ok());
}

TEST_CASE("a delete is never refused, and deletes that saw nothing do not add up") {
  ActorRun run(peer('a'), 1);
  Object stored;
  for (std::size_t i = 1; i <= 100; ++i) {
    stored = done(run, stored, {share(std::to_string(i)), {}, {}}).object;
  }
  for (int i = 0; i < 3; ++i) stored = done(run, stored, {nullptr, {}, at(i)}).object;
  CHECK(stored.siblings().size() == 101);
  CHECK(!update(run, stored, {share("v"), {}, {}}, Conflicts::siblings).ok());
  stored = done(run, stored, {nullptr, stored.context(), {}}).object;
  CHECK(stored.deleted());
  CHECK(stored.siblings().size() == 1);
}

TEST_CASE("a tombstone that takes the place of others is later than these") {
  ActorRun run(peer('a'), 1);
  const Object first = done(run, {}, {nullptr, {}, at(100)}).object;
  const Object second = done(run, first, {nullptr, {}, at(40)}).object;
  REQUIRE(second.siblings().size() == 1);
  CHECK(second.newest() == at(101));
  CHECK(merged(first, second, Conflicts::siblings) == second);
}

TEST_CASE("adopting the same bytes twice, anywhere, is one sibling") {
  const Object here = adopted("song.mp3", sha256("la la"), share("la la"));
  const Object there = adopted("song.mp3", sha256("la la"), share("la la"));
  CHECK(here == there);
  CHECK(merged(here, there, Conflicts::siblings) == here);
  REQUIRE(here.siblings().size() == 1);
  const Sibling& sibling = here.siblings()[0];
  CHECK(sibling.time == WallTime{});
  CHECK(sibling.dot.counter == 1);
  CHECK(to_string(sibling.dot.actor.peer) == "e0b0eebfee6b531ceaf84762a7d60464");
  CHECK(sibling.dot.actor.run == 0xc1f1e92c2ab3622e);
  CHECK(sibling.dot.actor.number == 0xc08c36cb86625ecb);
}

TEST_CASE("other bytes, or the same under another key, are another sibling") {
  const Object one = adopted("key", sha256("a"), share("a"));
  CHECK(
      merged(one, adopted("key", sha256("b"), share("b")), Conflicts::siblings).siblings().size() ==
      2);
  CHECK(adopted("other", sha256("a"), share("a")).siblings()[0].dot != one.siblings()[0].dot);
}

TEST_CASE("what superseded adopted bytes stays when they are adopted again") {
  ActorRun run(peer('a'), 1);
  const Object found = adopted("key", sha256("v"), share("v"));
  const Object deleted = done(run, found, {nullptr, found.context(), at(5)}).object;
  const Object again =
      merged(deleted, adopted("key", sha256("v"), share("v")), Conflicts::siblings);
  CHECK(again == deleted);
  CHECK(again.deleted());
}

TEST_CASE("under lww every write wins over adopted bytes") {
  ActorRun run(peer('a'), 1);
  const Object written = done(run, {}, {share("written"), {}, at(1)}, Conflicts::lww).object;
  const Object found = adopted("key", sha256("v"), share("v"));
  CHECK(values(merged(found, written, Conflicts::lww)) == std::vector<std::string>{"written"});
  CHECK(values(merged(written, found, Conflicts::lww)) == std::vector<std::string>{"written"});
}
