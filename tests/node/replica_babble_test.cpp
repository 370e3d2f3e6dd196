// A peer that sends well-formed nonsense of the replica layer to a ring at work: members stay up,
// every request ends, what they keep stays bounded, and keys that it does not touch are as they
// were.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "node/replica_scenario.h"
#include "version/context.h"
#include "version/object_bytes.h"
#include "version/update.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

const std::vector<std::string> kTouched{"a", "b", "carts/c", "d"};

/// Messages with fields that are random, extreme, or made of what members answered.
class Babble {
 public:
  Babble(std::uint64_t seed, SimNetwork& network, std::size_t peers) : random_(seed) {
    for (PeerNumber peer = 0; peer < peers; ++peer) ids_.push_back(network.id_of(peer));
    ids_.push_back(PeerId{});
    ids_.push_back(PeerId{{1, 2, 3}});
  }

  void overhear(const Message& message) {
    if (const auto* reply = std::get_if<ObjectReply>(&message)) learn(reply->object);
    if (const auto* write = std::get_if<ObjectWrite>(&message)) learn(write->object);
    if (const auto* gossip = std::get_if<Gossip>(&message)) digest_ = gossip->digest;
    if (const auto* done = std::get_if<Coordinated>(&message)) context_ = done->context;
  }

  /// Its views are good until the next call.
  Message next() {
    key_ = kTouched[random_.below(kTouched.size())];
    switch (random_.below(10)) {
      case 0:
        return ObjectRead{random_.below(200), stamp(), coin(), key_};
      case 1:
        return ObjectReply{random_.below(200), status(), coin(), object()};
      case 2:
      case 3: {
        ObjectWrite write{random_.below(200),
                          stamp(),
                          static_cast<WriteReason>(random_.below(5)),
                          coin() ? Conflicts::lww : Conflicts::siblings,
                          coin() ? Sync::yes : Sync::no,
                          coin() ? PeerId{} : some_id(),
                          coin(),
                          key_,
                          {}};
        write.object = object();
        if (write.object.empty()) write.object = "nonsense";
        return write;
      }
      case 4:
      case 5:
        return WriteReply{random_.below(200), status()};
      case 6:
      case 7:
        return order();
      case 8:
        return result();
      default:
        return Gossip{coin() ? digest_ : random_.next()};
    }
  }

 private:
  void learn(std::string_view bytes) {
    if (objects_.size() < 100 && !bytes.empty()) objects_.emplace_back(bytes);
  }
  bool coin() { return random_.below(2) == 0; }
  PeerId some_id() { return ids_[random_.below(ids_.size())]; }
  ReplicaStatus status() { return static_cast<ReplicaStatus>(random_.below(5)); }
  RingStamp stamp() {
    const std::uint64_t versions[] = {0, 1, random_.next(), ~std::uint64_t{0}};
    return {versions[random_.below(4)], random_.next()};
  }
  Dot dot() {
    const std::uint64_t counters[] = {1, 2, random_.below(100) + 1, kMaxCounter};
    return {{some_id(), random_.below(3) + 1, random_.below(3) + 1}, counters[random_.below(4)]};
  }
  std::string_view object() {
    if (coin() && !objects_.empty()) return objects_[random_.below(objects_.size())];
    Object made;
    for (std::uint64_t i = random_.below(4); i > 0; --i) {
      const Object one = adopted(key_, Digest{}, share(std::string(random_.below(50), 'x')));
      made.merge(one, Conflicts::siblings);
      VectorClock clock;
      clock.cover(dot());
      const auto superseding = Object::from_parts({}, clock);
      if (superseding.ok()) made.merge(*superseding, Conflicts::siblings);
    }
    bytes_ = encode_object(made, key_);
    return bytes_;
  }
  Coordinate order() {
    Coordinate order;
    order.ticket = random_.below(50);
    order.ring = stamp();
    order.operation = static_cast<Operation>(random_.below(4));
    order.need = {static_cast<QuorumKind>(random_.below(4)),
                  static_cast<std::uint32_t>(random_.below(6))};
    order.strict = coin();
    order.timeout_ms = coin() ? 0 : static_cast<std::uint32_t>(random_.next());
    order.key = key_;
    order.value = "stranger's";
    order.context = coin() ? std::string_view(context_) : std::string_view();
    return order;
  }
  Coordinated result() {
    Coordinated result;
    result.ticket = random_.below(200);
    if (coin()) result.error = coin() ? "not-owner" : "unknown";
    result.last = coin();
    result.object = object();
    outcomes_ = {{some_id(), some_id(), static_cast<Outcome>(random_.below(8)), coin(), 1}};
    result.members = outcomes_;
    return result;
  }

  Random random_;
  std::vector<PeerId> ids_;
  std::vector<std::string> objects_;
  std::string key_;
  std::string bytes_;
  std::string context_;
  std::vector<MemberOutcome> outcomes_;
  std::uint64_t digest_ = 0;
};

}  // namespace

TEST_CASE("well-formed nonsense about replicas stops nobody, and keys it does not name are safe") {
  std::uint64_t nonsense = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    Cluster cluster(seed, 4, 1);
    SimNetwork& network = cluster.network;
    Babble babble(seed, network, network.size());
    Stranger& stranger = network.add_stranger();
    stranger.on_message = [&](PeerNumber, const Message& message) { babble.overhear(message); };
    const auto kept = network.put(0, put_of("untouched", "value"));
    REQUIRE(kept.ok());

    Random random(seed);
    std::vector<RequestHandle> asked;
    for (int i = 0; i < 3000; ++i) {
      const auto victim = static_cast<PeerNumber>(random.below(5));
      if (network.connections(stranger.number(), victim).empty()) {
        network.dial(stranger, victim);
        network.run_for(10ms);
      }
      nonsense += network.inject(stranger.number(), victim, babble.next()) ? 1U : 0U;
      network.run_for(2ms);
      if (i % 10 != 0) continue;
      const std::string& key = kTouched[random.below(kTouched.size())];
      const auto peer = static_cast<PeerNumber>(random.below(5));
      asked.push_back(i % 20 == 0 ? network.request(peer, get_of(key))
                                  : network.request(peer, put_of(key, "ours")));
    }
    network.run_for(30s);
    for (const RequestHandle handle : asked) CHECK(network.record(handle).over());
    for (const PeerNumber member : cluster.members) {
      CHECK(network.table(member, "gets") == 0);
      CHECK(network.table(member, "puts") == 0);
      CHECK(network.table(member, "operations handed over") == 0);
      for (const Hint& hint : network.store(member).every_hint()) {
        CHECK(hint.destination != PeerId{{1, 2, 3}});  // nobody knows of such a member
      }
    }
    for (PeerNumber peer = 0; peer < 5; ++peer) {
      const auto got = network.get(peer, get_of("untouched"));
      REQUIRE_MESSAGE(got.ok(), got.error().message);
      CHECK(values_of(*got) == std::set<std::string>{"value"});
    }
    CHECK(network.put(1, put_of("new", "value")).ok());
    CHECK(network.misdirected() == 0);
  }
  CHECK(nonsense > 20'000);
}
