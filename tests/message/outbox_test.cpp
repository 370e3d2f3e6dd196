// What the core wants done stays as it was when it was said, whatever the core frees afterwards.
#include "message/outbox.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/limits.h"

using namespace oxbow;

namespace {

constexpr ConnectionId kFirst{1};
constexpr ConnectionId kSecond{2};

template <class M>
const M& sent(const Outbox& out, std::size_t i = 0) {
  return std::get<M>(out.sends[i].message);
}

/// Bytes that change when they are freed, so that a view into them is seen to be one.
struct Freed {
  explicit Freed(std::size_t size) : bytes(size, 'x') {}
  ~Freed() { std::fill(bytes.begin(), bytes.end(), '?'); }
  std::string bytes;
};

}  // namespace

TEST_CASE("a message keeps its bytes, small and large, when what they were taken from is gone") {
  for (const std::size_t size : {1U, 255U, 256U, 257U, 100'000U}) {
    CAPTURE(size);
    Outbox out;
    {
      Freed key(size);
      ObjectRead read;
      read.key = key.bytes;
      out.send(kFirst, read);
      Coordinate order;
      order.value = key.bytes;
      out.send(std::vector{kFirst, kSecond}, order);
    }
    CHECK(sent<ObjectRead>(out).key == std::string(size, 'x'));
    CHECK(sent<Coordinate>(out, 1).value == std::string(size, 'x'));
    CHECK(out.targets_of(out.sends[1]).size() == 2);
  }
}

TEST_CASE("lists are kept with what their entries point to") {
  Outbox out;
  {
    Freed key(20);
    Freed clock(300);
    std::vector<HitResult> results(3);
    for (HitResult& result : results) {
      result.key = key.bytes;
      result.clock = clock.bytes;
    }
    Hit hit;
    hit.results = results;
    hit.holder_name = key.bytes;
    out.send(kFirst, hit);
    for (HitResult& result : results) result = {};
  }
  const Hit& hit = sent<Hit>(out);
  REQUIRE(hit.results.size() == 3);
  for (const HitResult& result : hit.results) {
    CHECK(result.key == std::string(20, 'x'));
    CHECK(result.clock == std::string(300, 'x'));
  }
  CHECK(hit.holder_name == std::string(20, 'x'));
}

TEST_CASE("dials, hangups, reads and events keep their bytes too") {
  Outbox out;
  {
    Freed text(30);
    out.dial(DialId{1}, text.bytes);
    out.hang_up(kFirst, text.bytes);
    out.read({DiskTicket{1}, text.bytes, {}, 0, 1});
    out.log(Severity::info, kFirst, text.bytes);
  }
  const std::string kept(30, 'x');
  CHECK(out.dials[0].target == kept);
  CHECK(out.hangups[0].reason == kept);
  CHECK(out.disk[0].key == kept);
  CHECK(out.events[0].text == kept);
}

TEST_CASE("shared bytes are not copied, and live as long as the outbox needs them") {
  Outbox out;
  SharedBytes value = share(std::string(100'000, 'v'));
  const char* const where = value->data();
  const std::weak_ptr<const std::string> watched = value;
  Piece piece;
  piece.bytes = out.share(std::move(value)).substr(10, 50'000);
  out.send(kFirst, piece);
  CHECK(!watched.expired());
  CHECK(sent<Piece>(out).bytes.data() == where + 10);
  CHECK(sent<Piece>(out).bytes == std::string(50'000, 'v'));
  out.clear();
  CHECK(watched.expired());
  CHECK(out.empty());
}

TEST_CASE("what the driver has received, and what is in the arena already, is not copied again") {
  Outbox out;
  const std::string received = "..." + std::string(300, 'r') + "...";
  out.input = received;
  Query query;
  query.pattern = std::string_view(received).substr(3, 300);
  out.send(kFirst, query);
  CHECK(sent<Query>(out).pattern.data() == received.data() + 3);

  Piece piece;
  piece.bytes = out.arena.copy(std::string(40'000, 'a'));
  out.send(kFirst, piece);
  CHECK(sent<Piece>(out, 1).bytes.data() == piece.bytes.data());

  out.clear();  // with the next call, other bytes may be there
  out.send(kFirst, query);
  CHECK(sent<Query>(out).pattern.data() != received.data() + 3);
  CHECK(sent<Query>(out).pattern == std::string(300, 'r'));
}
