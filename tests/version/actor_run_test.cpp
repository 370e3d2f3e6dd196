// A dot names one write for ever: which actor a coordinator goes on with.
#include "version/actor_run.h"

#include <doctest/doctest.h>

#include <set>

#include "version/history.h"

using namespace oxbow;
using namespace oxbow::history;

namespace {

/// A blind write.
Object write(ActorRun& run, const Object& local, const std::string& value,
             const Context& context = {}) {
  auto updated = update(run, local, {share(value), context, {}}, Conflicts::siblings);
  REQUIRE(updated.ok());
  return updated->object;
}

}  // namespace

TEST_CASE("a member goes on with the actor that its own copy names") {
  ActorRun run(peer('A'), 1);
  const Object one = write(run, {}, "v1");
  const Object two = write(run, one, "v2", one.context());
  CHECK(text(two) == "A:2[v2]");
  CHECK(run.taken() == 1);
}

TEST_CASE("every key has actors of its own") {
  ActorRun run(peer('A'), 1);
  CHECK(text(write(run, {}, "v")) == "A:1[v]");
  CHECK(text(write(run, {}, "w")) == "A#2:1[w]");
}

TEST_CASE("a coordinator that lost its copy takes a fresh actor, and no write is lost") {
  ActorRun run(peer('A'), 1);
  Object stored;
  for (const char* value : {"v1", "v2", "v3"}) {
    stored = write(run, stored, value, stored.context());
  }
  CHECK(text(stored) == "A:3[v3]");
  const Object on_b = stored;

  const Object after_loss = write(run, {}, "v4");
  CHECK(text(after_loss) == "A#2:1[v4]");
  CHECK(text(merged(on_b, after_loss, Conflicts::siblings)) == "A:3[v3] A#2:1[v4]");
  CHECK(values(merged(after_loss, on_b, Conflicts::siblings)) ==
        std::vector<std::string>{"v3", "v4"});
}

TEST_CASE("after a restart an intact copy is no ground to count from") {
  ActorRun first(peer('A'), 7);
  const Object stored = write(first, {}, "v1");
  ActorRun second(peer('A'), 8);
  const Dot dot = second.next_dot(stored.clock(), stored.context());
  CHECK(dot == Dot{{peer('A'), 8, 1}, 1});
}

TEST_CASE("another member's actor is never gone on with") {
  ActorRun a(peer('A'), 1);
  ActorRun b(peer('B'), 1);
  const Object stored = write(a, {}, "v1");
  CHECK(text(write(b, stored, "v2", stored.context())) == "A:1[] B:1[v2]");
}

TEST_CASE("a lost copy that comes back older does not bring its actor back") {
  ActorRun run(peer('A'), 1);
  const Object one = write(run, {}, "v1");
  const Object two = write(run, one, "v2", one.context());
  // The copy is lost; a hint brings the first version back; the second lives elsewhere.
  run.observe({}, one.clock());
  const Object blind = write(run, one, "v3");
  CHECK(text(blind) == "A:1[v1] A#2:1[v3]");
  CHECK(values(merged(blind, two, Conflicts::siblings)) == std::vector<std::string>{"v2", "v3"});
}

TEST_CASE("a context ahead of the member's own copy makes it take a fresh actor") {
  ActorRun run(peer('A'), 1);
  const Object one = write(run, {}, "v1");
  const Object two = write(run, one, "v2", one.context());
  const Object three = write(run, one, "v3", two.context());  // on an older copy
  CHECK(text(three) == "A:2[] A#2:1[v3]");
  // The clock has caught up, but what the actor wrote beyond it is not known.
  CHECK(text(write(run, three, "v4", three.context())) == "A:2[] A#2:2[v4]");
}

TEST_CASE("a context whose dot is ahead of the member's own copy does, too") {
  ActorRun run(peer('A'), 1);
  const Object one = write(run, {}, "v1");
  const Context blind = after_put({}, {actor('A'), 2}, {});
  CHECK(text(write(run, one, "v3", blind)) == "A:1[v1] A#2:1[v3]");
}

TEST_CASE("made-up numbers that were never taken are stepped over") {
  ActorRun run(peer('A'), 1);
  VectorClock forged;
  forged.cover({{peer('A'), 1, 1}, 5});
  forged.cover({{peer('A'), 1, 2}, 5});
  CHECK(run.next_dot({}, {forged, std::nullopt, {}}) == Dot{{peer('A'), 1, 3}, 1});
  CHECK(run.next_dot(forged, {}) == Dot{{peer('A'), 1, 4}, 1});
}

TEST_CASE("an actor at the end of its counter is not gone on with") {
  ActorRun run(peer('A'), 1);
  run.next_dot({}, {});
  VectorClock full;
  full.cover({actor('A'), kMaxCounter});
  CHECK(run.next_dot(full, {}) == Dot{{peer('A'), 1, 2}, 1});
}

TEST_CASE("when too many actors are retired, the run is a new one") {
  ActorRun run(peer('A'), 1, 2);
  const Object one = write(run, {}, "v1");
  for (std::uint64_t number = 11; number <= 12; ++number) run.retire({peer('A'), 1, number});
  CHECK(run.run() == 1);
  run.retire({peer('A'), 1, 13});
  CHECK(run.run() != 1);
  CHECK(run.next_dot(one.clock(), {}) == Dot{{peer('A'), run.run(), 1}, 1});
}

TEST_CASE("choosing does not take") {
  ActorRun run(peer('A'), 1);
  const ActorChoice first = choose_actor(run, {}, {});
  CHECK(first.fresh);
  CHECK(choose_actor(run, {}, {}).dot == first.dot);
  CHECK(run.next_dot({}, {}) == first.dot);
  CHECK_FALSE(choose_actor(run, clock_of({{'A', 1}}), {}).fresh);
}

TEST_CASE("no dot is ever used twice, whatever is lost and comes back") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Life life(seed, Conflicts::siblings, 3);
    for (int i = 0; i < 60; ++i) {
      life.step();
      if (life.random().below(5) == 0) life.lose(life.random().below(3));
    }
    const std::set<Dot> distinct(life.dots().begin(), life.dots().end());
    CHECK(distinct.size() == life.dots().size());
  }
}
