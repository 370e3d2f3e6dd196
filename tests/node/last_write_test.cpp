// Where the last write wins it is the last one that wins, whatever the clocks of members say; and
// times that nobody could outbid do not get in.
#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "node/replica_ring.h"
#include "version/object_bytes.h"

using namespace oxbow;
using namespace oxbow::replica_ring;

namespace {

NodeConfig last_write_wins() {
  NodeConfig config = SimNetwork::defaults();
  BucketPolicy policy;
  policy.name = "default";
  policy.n = 3;
  policy.r = 2;
  policy.w = 2;
  policy.conflicts = Conflicts::lww;
  config.buckets = {policy};
  return config;
}

constexpr Duration kDay = 24h;
constexpr Duration kYear = 365 * kDay;
constexpr WallTime kNow{std::chrono::seconds(1'767'225'600)};  // when the simulation starts

WallTime newest_at(SimNetwork& network, PeerNumber member, const std::string& key) {
  const auto stored = network.store(member).read(key);
  REQUIRE(stored.ok());
  return stored->object.newest();
}

/// An object of one value with that time, by nobody.
std::string object_of(const std::string& key, WallTime time, std::uint64_t number = 1) {
  PeerId nobody;
  nobody.bytes[0] = 0x77;
  Object object;
  object.replace({}, {{{nobody, 1, number}, 1}, share("forged"), time}, Conflicts::lww);
  return encode_object(object, key);
}

}  // namespace

TEST_CASE("the second of two puts wins, however far ahead the clock of the first member is") {
  for (const Duration ahead :
       {Duration(100ms), Duration(500ms), Duration(1h), Duration(25h), 400 * kDay}) {
    CAPTURE(ahead.count());
    SimNetwork network(1);
    Ring ring(network, 3, "key", last_write_wins());
    network.run_for(10s);
    network.set_wall_clock(ring[0], ahead);
    REQUIRE(ring.put(0, "first", "", "3").ok());
    for (const std::size_t place : {1U, 2U, 1U}) {
      const std::string value = "second at " + std::to_string(place);
      const auto put = ring.put(place, value, "", "3");
      REQUIRE_MESSAGE(put.ok(), put.error().message);
      CHECK(put->quorum.coordinator == to_string(network.address_of(ring[place])));
      const auto got = ring.get(2, "3");
      REQUIRE(got.ok());
      CHECK(values(*got) == Texts{value});
    }
    DeleteRequest remove;
    remove.key = "key";
    CHECK(network.del(ring[0], remove).ok());
    network.run_for(10s);
    network.set_wall_clock(ring[0], {});
    CHECK(ring.put(0, "again", "", "3").ok());
    CHECK(values(*ring.get(1, "3")) == Texts{"again"});
    network.run_for(10s);
    const bool is_wrong = ahead > limits::kClockDiffers;
    CHECK((network.count_events("put it right") == 1) == is_wrong);
    CHECK((network.count_events("shows what those of others do") == 1) == is_wrong);
    CHECK(newest_at(network, ring[1], "key") < kNow + 2 * kDay);
  }
}

TEST_CASE(
    "of two members neither knows whose clock is wrong: writes are stamped by the earlier one") {
  for (const std::size_t wrong : {0U, 1U}) {
    CAPTURE(wrong);
    SimNetwork network(2);
    NodeConfig config = last_write_wins();
    config.buckets[0].n = 2;
    Ring ring(network, 2, "key", config);
    network.run_for(10s);
    network.set_wall_clock(ring[wrong], 400 * kDay);
    for (const std::size_t place : {0U, 1U, 0U, 1U}) {
      const auto put = ring.put(place, "at " + std::to_string(place));
      REQUIRE_MESSAGE(put.ok(), put.error().message);
      CHECK(values(*ring.get(1 - place, "2")) == Texts{"at " + std::to_string(place)});
    }
    CHECK(newest_at(network, ring[0], "key") < kNow + kDay);
    network.run_for(10s);
    CHECK(network.count_events("put it right") == 0);
  }
}

TEST_CASE("what was stamped in the future once can be written, read and handed on for ever") {
  SimNetwork network(3);
  Ring ring(network, 4, "key", last_write_wins());
  network.run_for(10s);
  for (const PeerNumber member : ring.order) network.set_wall_clock(member, 400 * kDay);
  network.run_for(30s);  // they agree
  REQUIRE(ring.put(0, "all clocks wrong", "", "3").ok());
  network.crash(ring[2]);
  network.run_for(3s);
  REQUIRE(ring.put(0, "for a hint").ok());
  for (const PeerNumber member : ring.order) network.set_wall_clock(member, {});
  network.run_for(30s);
  network.crash(ring[1]);
  network.store(ring[1]).wipe();
  network.start(ring[1]);
  network.start(ring[2]);
  REQUIRE(network.wait_for_ring(4));
  CHECK(network.run_until([&] { return ring.all_hints() == 0; }, 1min));
  CHECK(ring.copy_at(2) == Texts{"for a hint"});
  CHECK(newest_at(network, ring[2], "key") > kNow + 399 * kDay);
  const auto put = ring.put(0, "later", "", "3");
  REQUIRE_MESSAGE(put.ok(), put.error().message);
  CHECK(ring.copy_at(1) == Texts{"later"});
  CHECK(values(*ring.get(0, "3")) == Texts{"later"});
}

TEST_CASE("an object that nothing could outbid is refused, and the refusal says why") {
  SimNetwork network(4);
  Ring ring(network, 3, "key", SimNetwork::defaults(), 1);
  network.run_for(5s);
  std::vector<std::string> reasons;
  network.tap([&](const Carried& carried) {
    const auto* reply = std::get_if<WriteReply>(&carried.message);
    if (reply != nullptr && reply->ticket == 777) reasons.emplace_back(reply->reason);
  });
  struct Try {
    PeerNumber from;
    WallTime time;
    bool taken;
    WriteReason reason = WriteReason::handoff;
    bool outbids = false;
  };
  const PeerNumber to = 0;
  const PeerNumber member = 1;
  const PeerNumber stranger = ring.outsiders[0];
  std::uint64_t number = 0;
  for (const Try& each :
       {Try{member, WallTime::max(), false}, Try{member, kNow + 200 * kYear, false},
        Try{stranger, WallTime::max(), false}, Try{stranger, kNow + 2 * kDay, false},
        Try{stranger, kNow + kDay / 2, true}, Try{member, kNow + 2 * kDay, true},
        Try{member, kNow + 2 * kDay, false, WriteReason::put},
        Try{member, kNow + 2 * kDay, true, WriteReason::put, true},
        Try{stranger, kNow + 2 * kDay, false, WriteReason::put, true}}) {
    ObjectWrite write;
    write.ticket = 777;
    write.reason = each.reason;
    write.outbids = each.outbids;
    write.conflicts = Conflicts::lww;
    write.ring.version = std::numeric_limits<std::uint64_t>::max() / 2;
    write.key = "key";
    const std::string object = object_of("key", each.time, ++number);
    write.object = object;
    reasons.clear();
    REQUIRE(network.inject(each.from, to, write));
    network.run_for(1s);
    REQUIRE(reasons.size() == 2);  // sent, delivered
    CHECK(reasons[0].empty() == each.taken);
    if (!each.taken) CHECK(reasons[0].find("ahead of this member's clock") != std::string::npos);
  }
  CHECK(network.store(to).read("key")->object.clock().size() == 3);
}

TEST_CASE("a context from the future is refused for a put, and a delete does without its time") {
  SimNetwork network(5);
  Ring ring(network, 3, "key", last_write_wins());
  network.run_for(10s);
  REQUIRE(ring.put(0, "v", "", "3").ok());
  const Object stored = network.store(ring[0]).read("key")->object;
  for (const WallTime newest : {WallTime::max(), kNow + 100 * kYear}) {
    const std::string forged = encode_context(stored.clock(), newest, "key");
    const auto refused = ring.put(0, "w", forged);
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == "time-ahead");
    CHECK(refused.error().needed == "at most 24 h ahead");
    CHECK(values(*ring.get(1, "3")) == Texts{"v"});
    DeleteRequest remove;
    remove.key = "key";
    remove.context = forged;
    CHECK(network.del(ring[0], remove).ok());
    CHECK(ring.get(1, "3")->deleted);
    CHECK(ring.put(1, "v").ok());
    CHECK(values(*ring.get(2, "3")) == Texts{"v"});
    CHECK(newest_at(network, ring[1], "key") < kNow + 90 * kYear);
  }
}

TEST_CASE("clocks made up by strangers and clients do not make a key unwritable") {
  SimNetwork network(6);
  Ring ring(network, 3, "key", SimNetwork::defaults(), 1);
  network.run_for(5s);
  VectorClock made_up;
  PeerId nobody;
  nobody.bytes[0] = 0x66;
  for (std::uint64_t number = 1; number <= 4'096; ++number) made_up.cover({{nobody, 1, number}, 1});
  const std::string full = encode_object(Object::from_parts({}, made_up).value(), "key");
  VectorClock more;
  for (std::uint64_t number = 5'000; number <= 10'000; ++number)
    more.cover({{nobody, 1, number}, 1});
  const std::string too_large = encode_object(Object::from_parts({}, more).value(), "key");

  std::vector<ReplicaStatus> replies;
  std::vector<std::string> reasons;
  network.tap([&](const Carried& carried) {
    const auto* reply = std::get_if<WriteReply>(&carried.message);
    const bool comes =
        carried.to == ring.outsiders[0] && carried.phase == Carried::Phase::delivered;
    if (reply == nullptr || !comes) return;
    replies.push_back(reply->status);
    reasons.emplace_back(reply->reason);
  });
  const PeerNumber reached = 0;  // with which it has a link
  for (const std::string& object : {full, too_large}) {
    ObjectWrite write;
    write.ticket = 7;
    write.ring.version = std::numeric_limits<std::uint64_t>::max() / 2;
    write.key = "key";
    write.object = object;
    REQUIRE(network.inject(ring.outsiders[0], reached, write));
    network.run_for(1s);
  }
  REQUIRE(replies.size() == 2);
  CHECK(replies[0] == ReplicaStatus::ok);
  CHECK(replies[1] == ReplicaStatus::failed);
  CHECK(reasons[1].find("from members of the ring only") != std::string::npos);

  for (int i = 0; i < 3; ++i) {
    const auto got = ring.get(1, "3");
    REQUIRE(got.ok());
    const auto put = ring.put(0, "v", got->context);
    REQUIRE_MESSAGE(put.ok(), put.error().message);
    DeleteRequest remove;
    remove.key = "key";
    remove.context = put->context;
    const auto removed = network.del(ring[1], remove);
    REQUIRE_MESSAGE(removed.ok(), removed.error().message);
  }
  Context forged{more, std::nullopt, {}};
  const auto refused = ring.put(0, "w", encode_context(forged, "key"));
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == "clock-too-large");
  CHECK(ring.put(0, "w").ok());
}
