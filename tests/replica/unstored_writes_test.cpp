// Numbers that were given and not stored here: never used again, and not burnt either.
#include "replica/unstored_writes.h"

#include <doctest/doctest.h>

#include "version/update.h"

using namespace oxbow;

namespace {

PeerId self() {
  PeerId id;
  id.bytes[0] = 1;
  return id;
}

Updated write(ActorRun& run, const Object& local, const std::string& value) {
  auto updated = update(run, local, {share(value), {}, {}}, Conflicts::siblings);
  REQUIRE(updated.ok());
  return *std::move(updated);
}

}  // namespace

TEST_CASE("the next write goes on from one that is remembered") {
  ActorRun run(self(), 1);
  UnstoredWrites unstored(run);
  CHECK(unstored.of("k").empty());
  const Updated first = write(run, {}, "first");
  unstored.remember("k", first.object);
  const Updated second = write(run, unstored.of("k"), "second");
  CHECK(second.dot == Dot{first.dot.actor, 2});
  unstored.remember("k", second.object);
  CHECK(unstored.size() == 1);
  CHECK(unstored.of("other").empty());
}

TEST_CASE("once a copy has it all, it is forgotten; not by an older copy") {
  ActorRun run(self(), 1);
  UnstoredWrites unstored(run);
  const Updated first = write(run, {}, "first");
  const Updated second = write(run, first.object, "second");
  unstored.remember("k", second.object);
  unstored.kept("k", first.object);
  CHECK(unstored.of("k") == second.object);
  unstored.kept("other", second.object);
  CHECK(unstored.size() == 1);
  unstored.kept("k", second.object);
  CHECK(unstored.size() == 0);
  CHECK(unstored.bytes() == 0);
}

TEST_CASE("what finds no room any more retires its actor: the oldest first") {
  ActorRun run(self(), 1);
  UnstoredWrites unstored(run, 2);
  std::vector<Updated> writes;
  for (const char* key : {"a", "b", "c"}) {
    writes.push_back(write(run, {}, key));
    unstored.remember(key, writes.back().object);
  }
  CHECK(unstored.of("a").empty());
  CHECK(run.retired(writes[0].dot.actor.number));
  CHECK(!run.retired(writes[1].dot.actor.number));
  CHECK(write(run, writes[0].object, "again").dot.actor != writes[0].dot.actor);
  CHECK(write(run, writes[1].object, "again").dot.actor == writes[1].dot.actor);
}

TEST_CASE("bytes are bounded too, and one that has no room at all is not kept") {
  ActorRun run(self(), 1);
  UnstoredWrites unstored(run, 100, 1'000);
  const Updated small = write(run, {}, "small");
  unstored.remember("small", small.object);
  const Updated large = write(run, {}, std::string(2'000, 'x'));
  unstored.remember("large", large.object);
  CHECK(unstored.size() == 0);
  CHECK(unstored.bytes() == 0);
  CHECK(run.retired(small.dot.actor.number));
  CHECK(run.retired(large.dot.actor.number));
}

TEST_CASE("a write that is nowhere is taken back, unless another one went on from it") {
  ActorRun run(self(), 1);
  UnstoredWrites unstored(run);
  const Updated first = write(run, {}, "first");
  unstored.remember("k", first.object);
  const Updated second = write(run, first.object, "second");
  unstored.remember("k", second.object);
  CHECK(!unstored.take_back("k", first.object, {}));
  CHECK(unstored.take_back("k", second.object, first.object));
  CHECK(unstored.of("k") == first.object);
  CHECK(write(run, unstored.of("k"), "third").dot == second.dot);
  CHECK(unstored.take_back("k", first.object, {}));
  CHECK(!unstored.take_back("k", first.object, {}));
  CHECK(unstored.size() == 0);
}

TEST_CASE("what comes from others retires an actor only if more of it is known there") {
  ActorRun run(self(), 1);
  UnstoredWrites unstored(run);
  const Updated first = write(run, {}, "first");
  const Updated second = write(run, first.object, "second");
  unstored.remember("k", first.object);
  unstored.observe("k", {}, first.object.clock());
  CHECK(!run.retired(first.dot.actor.number));
  unstored.observe("k", {}, second.object.clock());
  CHECK(run.retired(first.dot.actor.number));
}
