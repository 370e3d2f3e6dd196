// Objects: the vectors of Dynamo's figure 3 and of Riak's dvvset, merge, and last write wins.
#include "version/object.h"

#include <doctest/doctest.h>

#include <set>

#include "version/history.h"

using namespace oxbow;
using namespace oxbow::history;

using Values = std::vector<std::string>;

TEST_CASE("Dynamo's figure 3, from D1 to D5") {
  const Object d1 = put({}, "D1", {}, 'x');
  CHECK(text(d1) == "x:1[D1]");
  const Object d2 = put(d1, "D2", seen({{'x', 1}}), 'x');
  CHECK(text(d2) == "x:2[D2]");
  const Object d3 = put(d2, "D3", seen({{'x', 2}}), 'y');
  CHECK(text(d3) == "x:2[] y:1[D3]");
  const Object d4 = put(d2, "D4", seen({{'x', 2}}), 'z');
  CHECK(text(d4) == "x:2[] z:1[D4]");
  CHECK(compare(d3.clock(), d4.clock()) == Occurred::concurrent);

  const Object read = merged(merged(d2, d3, Conflicts::siblings), d4, Conflicts::siblings);
  CHECK(values(read) == Values{"D3", "D4"});
  CHECK(read.context() == seen({{'x', 2}, {'y', 1}, {'z', 1}}));

  const Object d5 = put(read, "D5", read.context(), 'x');
  CHECK(text(d5) == "x:3[D5] y:1[] z:1[]");
  CHECK(merged(merged(d5, d3, Conflicts::siblings), d4, Conflicts::siblings) == d5);
}

TEST_CASE("an update replaces what its context covers, and adds beside the rest") {
  const Object a0 = put({}, "v1", {}, 'a');
  CHECK(text(a0) == "a:1[v1]");
  const Object a1 = put(a0, "v2", a0.context(), 'a');
  CHECK(text(a1) == "a:2[v2]");
  const Object a2 = put(a1, "v3", a1.context(), 'b');
  CHECK(text(a2) == "a:2[] b:1[v3]");
  const Object a3 = put(a1, "v4", a0.context(), 'b');
  CHECK(text(a3) == "a:2[v2] b:1[v4]");
  const Object a4 = put(a1, "v5", a0.context(), 'a');
  CHECK(text(a4) == "a:3[v5,v2]");
}

TEST_CASE("a stale context keeps only what it has not seen") {
  const Object a0 = put({}, "v1", {}, 'a');
  const Context peters = a0.context();
  const Object a1 = put(a0, "v2", {}, 'a');
  CHECK(text(a1) == "a:2[v2,v1]");
  const Object a2 = put(a1, "v3", peters, 'a');
  CHECK(text(a2) == "a:3[v3,v2]");
}

TEST_CASE("two clients that write what they read do not make siblings explode") {
  // All numbers that the object's values list, and one more.
  const auto join = [](const Object& object, const std::string& more) {
    std::set<int> numbers{std::stoi(more)};
    for (const std::string& value : values(object)) {
      std::size_t start = 0;
      while (start < value.size()) {
        const std::size_t end = std::min(value.find(' ', start), value.size());
        numbers.insert(std::stoi(value.substr(start, end - start)));
        start = end + 1;
      }
    }
    std::string all;
    for (const int number : numbers) all += (all.empty() ? "" : " ") + std::to_string(number);
    return all;
  };
  Object stored;
  Object replies[2];  // to each client's last put
  std::string expected;
  for (int number = 0; number <= 98; ++number) {
    Object& last = replies[number % 2];
    stored = put(stored, join(last, std::to_string(number)), last.context(), 'n');
    last = stored;
    CHECK(stored.siblings().size() <= 2);
    expected += (number == 0 ? "" : " ") + std::to_string(number);
  }
  CHECK(stored.siblings().size() == 2);
  CHECK(join(stored, "0") == expected);
}

TEST_CASE("a blind write beside a hundred replicated ones stays one sibling") {
  Object there = put({}, "blind", {}, 'b');
  Object here;
  for (int i = 0; i < 100; ++i) {
    here = put(here, std::to_string(i), here.context(), 'a');
    there.merge(here, Conflicts::siblings);
    CHECK(there.siblings().size() == 2);
  }
  CHECK(text(there) == "a:100[99] b:1[blind]");
}

TEST_CASE("a sibling that the other's clock covers and does not hold is dropped") {
  const Object old = put({}, "old", {}, 'a');
  const Object other = put(old, "other", {}, 'b');
  const Object newer = put(old, "new", old.context(), 'a');
  CHECK(text(merged(newer, other, Conflicts::siblings)) == "a:2[new] b:1[other]");
}

TEST_CASE("merging under either policy is idempotent, commutative and associative") {
  for (const Conflicts conflicts : {Conflicts::siblings, Conflicts::lww}) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      CAPTURE(static_cast<int>(conflicts));
      CAPTURE(seed);
      Life life(seed, conflicts);
      for (int i = 0; i < 30; ++i) life.step();
      for (int i = 0; i < 30; ++i) {
        const Object& a = life.some_object();
        const Object& b = life.some_object();
        const Object& c = life.some_object();
        const Object ab = merged(a, b, conflicts);
        CHECK(merged(a, a, conflicts) == a);
        CHECK(ab == merged(b, a, conflicts));
        CHECK(merged(ab, c, conflicts) == merged(a, merged(b, c, conflicts), conflicts));
        CHECK(merged(ab, a, conflicts) == ab);
      }
    }
  }
}

TEST_CASE("a superseded value never returns by merging old copies in any order") {
  for (const Conflicts conflicts : {Conflicts::siblings, Conflicts::lww}) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      CAPTURE(seed);
      Life life(seed, conflicts);
      for (int i = 0; i < 30; ++i) life.step();
      // All copies that ever were, in random order and some often, give what one order gives.
      Object all;
      for (const Object& object : life.objects()) all.merge(object, conflicts);
      Object shuffled;
      std::vector<Object> copies = life.objects();
      for (std::size_t left = copies.size(); left > 0; --left) {
        std::swap(copies[left - 1], copies[life.random().below(left)]);
        shuffled.merge(copies[left - 1], conflicts);
        shuffled.merge(life.some_object(), conflicts);
      }
      CHECK(shuffled == all);
      // And what a client that has seen all of it replaces, stays replaced.
      const Object last = put(all, "last", all.context(), 'z', at(1'000), conflicts);
      for (const Object& object : life.objects()) {
        CHECK(merged(object, last, conflicts) == last);
      }
      CHECK(values(last) == Values{"last"});
    }
  }
}

TEST_CASE("the context of a get covers exactly what it returned") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Life life(seed, Conflicts::siblings);
    for (int i = 0; i < 40; ++i) life.step();
    const Object& read = life.some_object();
    const Context context = read.context();
    for (const Sibling& sibling : read.siblings()) CHECK(context.covers(sibling.dot));
    const Object later = merged(read, life.some_object(), Conflicts::siblings);
    const Object written = put(later, "new", context, 'z');
    // What was added after the get is there still; of what it returned, nothing is.
    std::multiset<std::string> expected{"new"};
    for (const Sibling& sibling : later.siblings()) {
      const bool returned =
          std::any_of(read.siblings().begin(), read.siblings().end(),
                      [&](const Sibling& seen_sibling) { return seen_sibling.dot == sibling.dot; });
      if (!returned) expected.insert(sibling.tombstone() ? "-" : *sibling.value);
    }
    const Values left = values(written);
    CHECK(std::multiset<std::string>(left.begin(), left.end()) == expected);
  }
}

TEST_CASE("last write wins only between concurrent siblings") {
  const Object early = put({}, "early", {}, 'b', at(10));
  const Object late = put({}, "late", {}, 'a', at(20));
  CHECK(text(merged(early, late, Conflicts::lww)) == "a:1[late] b:1[]");

  // What replaces a sibling wins over it whatever the times say.
  const Object after = put(late, "after", late.context(), 'b', at(5));
  CHECK(text(merged(late, after, Conflicts::lww)) == "a:1[] b:1[after]");
}

TEST_CASE("of two writes at the same time the greater dot wins") {
  const Object a = put({}, "of a", {}, 'a', at(10));
  const Object b = put({}, "of b", {}, 'b', at(10));
  CHECK(values(merged(a, b, Conflicts::lww)) == Values{"of b"});
  CHECK(values(merged(b, a, Conflicts::lww)) == Values{"of b"});
}

TEST_CASE("a blind write under lww loses to a later one that is there already") {
  const Object stored = put({}, "stored", {}, 'a', at(20));
  const Object written = put(stored, "blind", {}, 'a', at(10), Conflicts::lww);
  CHECK(text(written) == "a:2[stored]");
}

TEST_CASE("two contents of one dot become the same one everywhere") {
  Object first, second, third;
  const Dot dot{actor('a'), 1};
  first.replace({}, {dot, share("x"), at(1)}, Conflicts::siblings);
  second.replace({}, {dot, share("y"), at(1)}, Conflicts::siblings);
  third.replace({}, {dot, nullptr, at(1)}, Conflicts::siblings);
  CHECK(values(merged(first, second, Conflicts::siblings)) == Values{"y"});
  CHECK(values(merged(second, first, Conflicts::siblings)) == Values{"y"});
  CHECK(values(merged(third, first, Conflicts::siblings)) == Values{"x"});
}

TEST_CASE("deleted is not the same as never heard of") {
  CHECK(Object{}.empty());
  CHECK_FALSE(Object{}.deleted());
  Object object = put({}, "v", {}, 'a');
  object.replace(object.context(), {{actor('a'), 2}, nullptr, {}}, Conflicts::siblings);
  CHECK(object.deleted());
  CHECK_FALSE(object.empty());
  CHECK(text(object) == "a:2[-]");
  // A put that had not seen the delete stays beside it.
  const Object both = put(object, "w", seen({{'a', 1}}), 'b');
  CHECK(values(both) == Values{"-", "w"});
  CHECK_FALSE(both.deleted());
}

TEST_CASE("an object from outside must hold together") {
  const Sibling a{{actor('a'), 1}, share("a"), {}};
  const Sibling b{{actor('b'), 1}, share("b"), {}};
  const VectorClock clock = clock_of({{'a', 1}, {'b', 1}});
  CHECK(text(Object::from_parts({a, b}, clock).value()) == "a:1[a] b:1[b]");
  CHECK(Object::from_parts({}, {}).value() == Object{});
  CHECK(Object::from_parts({b, a}, clock).error().code == "bad-object");
  CHECK(Object::from_parts({a, a}, clock).error().code == "bad-object");
  CHECK(Object::from_parts({a, b}, clock_of({{'a', 1}})).error().code == "bad-object");
  CHECK(Object::from_parts({{{actor('a'), 0}, share("a"), {}}}, clock).error().code ==
        "bad-object");
}

TEST_CASE("the copies of a value share its bytes") {
  const Object first = put({}, "value", {}, 'a');
  const Object copy = merged({}, first, Conflicts::siblings);
  CHECK(copy.siblings()[0].value.get() == first.siblings()[0].value.get());
  CHECK(first.byte_size() == 64 + 64 + 5);
}
