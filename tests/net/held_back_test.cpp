#include "net/held_back.h"

#include <doctest/doctest.h>

using namespace oxbow;
using namespace oxbow::net;

namespace {

HeldItem item(std::uint64_t after, std::uint32_t connection, std::string bytes) {
  return {WriteSequence{after}, ConnectionId{connection}, {}, false, std::move(bytes)};
}

std::vector<std::string> take_all(HeldBack& held, std::uint64_t durable) {
  std::vector<std::string> taken;
  while (auto next = held.take(WriteSequence{durable})) taken.push_back(std::move(next->bytes));
  return taken;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("nothing goes out before its write is durable") {
  HeldBack held;
  held.add(item(3, 1, "c"));
  CHECK(take_all(held, 2) == Texts{});
  CHECK_FALSE(held.empty());
  CHECK(take_all(held, 3) == Texts{"c"});
  CHECK(held.empty());
}

TEST_CASE("what was held back goes out in the order of the sequences, then as it came") {
  HeldBack held;
  held.add(item(2, 1, "b"));
  held.add(item(5, 1, "e"));
  held.add(item(1, 1, "a"));
  held.add(item(2, 2, "b2"));
  held.add(item(5, 2, "e2"));
  held.add(item(4, 1, "d"));
  CHECK(take_all(held, 4) == Texts{"a", "b", "b2", "d"});
  CHECK(take_all(held, 9) == Texts{"e", "e2"});
}

TEST_CASE("what was held back for a connection goes with it") {
  HeldBack held;
  held.add(item(1, 1, "a"));
  held.add(item(1, 2, "b"));
  held.add(item(2, 1, "c"));
  held.drop(ConnectionId{1});
  CHECK(held.size() == 1);
  CHECK(take_all(held, 2) == Texts{"b"});
}

TEST_CASE("memory of short items is used again, that of long ones is not kept") {
  HeldBack held;
  std::string buffer(500, 'x');
  const char* const memory = buffer.data();
  held.give_buffer(std::move(buffer));
  held.give_buffer(std::string(1'000'000, 'y'));
  const std::string again = held.take_buffer();
  CHECK(again.empty());
  CHECK(again.data() == memory);
  CHECK(held.take_buffer().capacity() < 1'000);
}
