// Many large values at once, over connections of a bandwidth: queues stay short, what finds no room
// waits, clients may be told to try again, and no honest peer is hung up on.
#include <map>
#include <set>

#include "replica_ring.h"
#include "version/object_bytes.h"

using namespace oxbow;
using namespace oxbow::replica_ring;

namespace {

constexpr std::uint64_t kBandwidth = 12'500'000;  // 100 Mbit/s

void limit_all(SimNetwork& network, std::uint64_t bandwidth = kBandwidth) {
  for (PeerNumber a = 0; a < network.size(); ++a) {
    for (PeerNumber b = a + 1; b < network.size(); ++b) network.set_bandwidth(a, b, bandwidth);
  }
}

/// How requests ended, "ok" or the code of the error, and how many did so.
std::map<std::string, int> count_endings(const SimNetwork& network,
                                         const std::vector<RequestHandle>& handles) {
  std::map<std::string, int> counts;
  for (const RequestHandle handle : handles) {
    const RequestRecord& record = network.record(handle);
    const Error* error = record.error();
    ++counts[!record.over() ? "open" : error == nullptr ? "ok" : error->code];
  }
  return counts;
}
/// The same as text: `ok 64`, `busy 3, ok 61`.
std::string endings(const SimNetwork& network, const std::vector<RequestHandle>& handles) {
  std::string text;
  for (const auto& [ending, count] : count_endings(network, handles)) {
    if (!text.empty()) text += ", ";
    text += ending + " " + std::to_string(count);
  }
  return text;
}

bool all_over(const SimNetwork& network, const std::vector<RequestHandle>& handles) {
  return std::all_of(handles.begin(), handles.end(),
                     [&](RequestHandle handle) { return network.record(handle).over(); });
}

/// No member was lost to another, or doubted.
void check_undisturbed(const SimNetwork& network, const Ring& ring) {
  CHECK(network.closed_unread() == 0);
  CHECK(network.misdirected() == 0);
  CHECK(network.longest_queue() <= limits::kFlightOfMember + 2 * limits::kFrame);
  for (std::size_t place = 0; place < ring.order.size(); ++place) {
    CHECK(network.counter(ring[place], "replica timeouts") == 0);
    CHECK(network.counter(ring[place], "hangups") == 0);
  }
}

std::uint64_t coordinated(const SimNetwork& network, const Ring& ring) {
  std::uint64_t count = 0;
  for (std::size_t place = 0; place < ring.order.size(); ++place) {
    count += network.counter(ring[place], "operations coordinated");
  }
  return count;
}

struct Large {
  explicit Large(std::uint64_t seed, std::size_t bytes, std::size_t count = 8)
      : network(seed), ring(network, 3, "big0", SimNetwork::defaults(), 1) {
    for (std::size_t i = 0; i < count; ++i) {
      keys.push_back("big" + std::to_string(i));
      REQUIRE(network.put(outsider(), put_of(keys.back(), std::string(bytes, 'v'))).ok());
    }
    REQUIRE(network.put(outsider(), put_of("small", "v")).ok());
    limit_all(network);
  }
  PeerNumber outsider() const { return ring.outsiders[0]; }

  std::vector<RequestHandle> ask_for(PeerNumber peer, std::size_t gets) {
    std::vector<RequestHandle> handles;
    for (std::size_t i = 0; i < gets; ++i) {
      handles.push_back(network.request(peer, get_of(keys[i % keys.size()])));
    }
    return handles;
  }

  SimNetwork network;
  Ring ring;
  std::vector<std::string> keys;
};

}  // namespace

TEST_CASE("sixty-four gets of 1 MiB through a peer that is no member: all are answered") {
  Large large(1, limits::kValue - 100);
  SimNetwork& network = large.network;
  limit_all(network, 2 * kBandwidth);
  const std::uint64_t before = coordinated(network, large.ring);
  const auto handles = large.ask_for(large.outsider(), 64);
  std::vector<RequestHandle> small;
  for (int i = 0; i < 20; ++i) {
    network.run_for(50ms);
    small.push_back(network.request(large.outsider(), get_of("small")));
  }
  CHECK(network.run_until([&] { return all_over(network, handles) && all_over(network, small); },
                          20s));
  CHECK(endings(network, handles) == "ok 64");
  CHECK(endings(network, small) == "ok 20");
  check_undisturbed(network, large.ring);
  // One that waits at its coordinator has been confirmed: no further one is asked.
  CHECK(coordinated(network, large.ring) - before <= 64 + 20 + 4);
}

TEST_CASE("five hundred gets of 100 KB through a member: all are answered") {
  Large large(2, 100'000, 40);
  const auto handles = large.ask_for(large.ring[0], 500);
  CHECK(large.network.run_until([&] { return all_over(large.network, handles); }, 20s));
  CHECK(endings(large.network, handles) == "ok 500");
  check_undisturbed(large.network, large.ring);
}

TEST_CASE("more than there is time for: clients are told to try again, members notice nothing") {
  Large large(3, limits::kValue - 100);
  SimNetwork& network = large.network;
  std::vector<RequestHandle> handles;
  for (std::size_t place = 0; place < 3; ++place) {
    const auto some = large.ask_for(large.ring[place], 200);
    handles.insert(handles.end(), some.begin(), some.end());
  }
  CHECK(network.run_until([&] { return all_over(network, handles); }, 20s));
  auto ended = count_endings(network, handles);
  CAPTURE(endings(network, handles));
  CHECK(ended["ok"] + ended["busy"] == 600);
  CHECK(ended["ok"] >= 100);
  check_undisturbed(network, large.ring);
  const RequestHandle refused =
      *std::find_if(handles.begin(), handles.end(), [&](RequestHandle handle) {
        const Error* error = network.record(handle).error();
        return error != nullptr && error->code == "busy";
      });
  CHECK(network.record(refused).error()->needed == "at most 67108864 bytes under way");
  // And then all is well again.
  CHECK(network.get(large.ring[1], get_of("small")).ok());
}

TEST_CASE("many puts of 1 MiB at once wait for each other; none is lost, none unknown") {
  Large large(4, 1000, 1);
  SimNetwork& network = large.network;
  std::vector<RequestHandle> handles;
  for (int i = 0; i < 30; ++i) {
    const PeerNumber peer = i % 2 == 0 ? large.outsider() : large.ring[0];
    handles.push_back(network.request(
        peer, put_of("put" + std::to_string(i), std::string(limits::kValue - 100, 'p'))));
  }
  CHECK(network.run_until([&] { return all_over(network, handles); }, 20s));
  CHECK(endings(network, handles) == "ok 30");
  check_undisturbed(network, large.ring);
  CHECK(network.counter(large.ring[0], "operations that waited for room") > 0);
  for (int i = 0; i < 30; ++i) {
    const auto got = network.get(large.ring[1], get_of("put" + std::to_string(i)));
    REQUIRE(got.ok());
    CHECK(got->values.size() == 1);
  }
}

TEST_CASE("puts for which there is no room are refused before anything was written") {
  Large large(5, 1000, 1);
  SimNetwork& network = large.network;
  std::vector<RequestHandle> handles;
  for (int i = 0; i < 60; ++i) {
    handles.push_back(network.request(
        large.ring[0], put_of("put" + std::to_string(i), std::string(limits::kValue - 100, 'p'))));
  }
  CHECK(network.run_until([&] { return all_over(network, handles); }, 20s));
  auto ended = count_endings(network, handles);
  CAPTURE(endings(network, handles));
  CHECK(ended["ok"] + ended["busy"] == 60);
  CHECK(ended["busy"] >= 20);  // 32 MiB wait, and not more
  for (int i = 0; i < 60; ++i) {
    const bool stored = network.record(handles[static_cast<std::size_t>(i)]).error() == nullptr;
    const auto got = network.get(large.ring[1], get_of("put" + std::to_string(i)));
    REQUIRE(got.ok());
    CHECK(got->found == stored);
  }
  check_undisturbed(network, large.ring);
}

TEST_CASE("an object of 24 MiB goes a part at a time, and other keys are not affected") {
  SimNetwork network(6);
  Ring ring(network, 3, "giant", SimNetwork::defaults(), 1);
  Stranger& stranger = network.add_stranger();
  for (std::size_t place = 0; place < 3; ++place) network.dial(stranger, ring[place]);
  network.run_for(1s);
  for (std::uint64_t part = 1; part <= 8; ++part) {
    const Dot dot{{PeerId{{9}}, 1, part}, 1};
    VectorClock clock;
    clock.cover(dot);
    const auto object =
        Object::from_parts({{dot, share(std::string(3 << 20, 'g')), WallTime{}}}, clock);
    REQUIRE(object.ok());
    const std::string bytes = encode_object(*object, ring.key);
    ObjectWrite write;
    write.ticket = part;
    write.ring.version = ~std::uint64_t{0};
    write.key = ring.key;
    write.object = bytes;
    for (std::size_t place = 0; place < 3; ++place) {
      REQUIRE(network.inject(stranger.number(), ring[place], write));
    }
    network.run_for(100ms);
  }
  REQUIRE(network.put(ring[0], put_of("small", "v")).ok());
  limit_all(network, 4 * kBandwidth);
  std::vector<RequestHandle> giant;
  std::vector<RequestHandle> small;
  for (int i = 0; i < 3; ++i) {
    giant.push_back(network.request(ring.outsiders[0], get_of(ring.key)));
    for (int j = 0; j < 10; ++j) {
      network.run_for(100ms);
      small.push_back(network.request(ring.outsiders[0], get_of("small")));
      small.push_back(network.request(ring.outsiders[0], put_of("other" + std::to_string(j), "v")));
    }
  }
  CHECK(
      network.run_until([&] { return all_over(network, giant) && all_over(network, small); }, 20s));
  CHECK(endings(network, small) == "ok 60");
  CHECK(endings(network, giant) == "ok 3");
  CHECK(network.closed_unread() == 0);
  CHECK(network.longest_queue() < limits::kCloseAbove);
}

TEST_CASE("who asks and reads nothing costs one object, and is hung up on as it says nothing") {
  SimNetwork network(7);
  Ring ring(network, 3, "big");
  REQUIRE(network.put(ring[0], put_of("big", std::string(900'000, 'v'))).ok());
  Stranger& stranger = network.add_stranger();
  stranger.wants_link = false;
  network.dial(stranger, ring[0]);
  network.run_for(1s);
  network.set_bandwidth(stranger.number(), ring[0], kBandwidth);
  network.freeze(stranger.number());
  for (std::uint64_t ticket = 1; ticket <= 2'000; ++ticket) {
    ObjectRead read;
    read.ticket = ticket;
    read.key = "big";
    REQUIRE(network.inject(stranger.number(), ring[0], read));
  }
  network.run_for(5s);
  // One object, and a short refusal for each request beyond those that are kept.
  CHECK(network.longest_queue() < 1'000'000 + limits::kPressureAbove);
  CHECK(network.get(ring[0], get_of("big")).ok());
  CHECK(network.closed_unread() == 0);
  network.run_for(2s);
  CHECK(network.connections(stranger.number(), ring[0]).empty());
  CHECK(network.get(ring[0], get_of("big")).ok());
}

TEST_CASE("who reads slowly gets all that it has asked for") {
  SimNetwork network(8);
  Ring ring(network, 3, "big");
  REQUIRE(network.put(ring[0], put_of("big", std::string(500'000, 'v'))).ok());
  Stranger& stranger = network.add_stranger();
  stranger.wants_link = false;
  network.dial(stranger, ring[0]);
  network.run_for(1s);
  network.set_bandwidth(stranger.number(), ring[0], 1'000'000);
  for (std::uint64_t ticket = 1; ticket <= 60; ++ticket) {
    ObjectRead read;
    read.ticket = ticket;
    read.key = "big";
    REQUIRE(network.inject(stranger.number(), ring[0], read));
  }
  network.run_for(40s);
  std::set<std::uint64_t> answered;
  for (const auto& received : stranger.received()) {
    const auto* reply = std::get_if<ObjectReply>(&received.message());
    if (reply != nullptr && reply->status == ReplicaStatus::ok) answered.insert(reply->ticket);
  }
  CHECK(answered.size() == 60);
  CHECK(network.closed_unread() == 0);
}

TEST_CASE("pings and gossip are not behind megabytes") {
  Large large(9, limits::kValue - 100);
  SimNetwork& network = large.network;
  limit_all(network, 1'000'000);
  Duration longest{};
  std::map<std::uint64_t, Instant> sent;
  network.tap([&](const Carried& carried) {
    const auto* ping = std::get_if<Ping>(&carried.message);
    if (ping == nullptr) return;
    if (carried.phase == Carried::Phase::sent) sent[ping->nonce] = network.now();
    if (carried.phase == Carried::Phase::delivered) {
      longest = std::max(longest, network.now() - sent[ping->nonce]);
    }
  });
  const auto handles = large.ask_for(large.outsider(), 64);
  network.run_for(20s);
  CHECK(all_over(network, handles));
  CHECK(!sent.empty());
  CHECK(longest < 2s);  // the one value that had begun
  CHECK(network.closed_unread() == 0);
}

TEST_CASE("a neighbor that floods with hits fills no queue, and those of others come through") {
  SimNetwork network(10);
  const PeerNumber asker = network.add_peer();
  const PeerNumber relay = network.add_peer();
  const PeerNumber holder = network.add_peer();
  network.link(asker, relay);
  network.link(relay, holder, {Latency::fixed(50ms)});
  REQUIRE(network.settle());
  Stranger& flooder = network.add_stranger();
  network.dial(flooder, relay);
  network.run_for(1s);
  network.publish(holder, "wanted.txt", "v");
  network.set_bandwidth(asker, relay, 1'000'000);
  const std::string long_key(1000, 'k');
  flooder.on_message = [&](PeerNumber, const Message& message) {
    const auto* query = std::get_if<Query>(&message);
    if (query == nullptr) return;
    const std::vector<HitResult> results(50, HitResult{long_key, 1, Digest{}});
    for (std::uint16_t part = 0; part < 600; ++part) {
      Hit hit;
      hit.id = query->id;
      hit.number = query->number;
      hit.part = part;
      hit.last = false;
      hit.hops = static_cast<std::uint8_t>(query->hops + 1);
      hit.holder = flooder.id();
      hit.holder_address = flooder.address();
      hit.results = results;
      network.inject(flooder.number(), relay, hit);
    }
  };
  FindRequest find;
  find.key = "*.txt";
  find.match = Match::glob;
  const FindAnswer answer = network.find(asker, find);
  const bool found = std::any_of(answer.hits.begin(), answer.hits.end(),
                                 [](const SearchHit& hit) { return hit.key == "wanted.txt"; });
  CHECK(found);
  CHECK(answer.search.stopped == Stopped::partial);
  CHECK(network.counter(relay, "hits dropped: queue long") > 500);
  CHECK(network.longest_queue() < limits::kPressureAbove + 4 * limits::kHitsUnderPressure);
  CHECK(network.closed_unread() == 0);
  CHECK(network.connections(asker, relay).size() == 1);
  CHECK(network.counter(asker, "hangups") == 0);
}

TEST_CASE("a clock that a stranger made up is refused before it costs memory, and does not grow") {
  SimNetwork network(11);
  Ring ring(network, 3, "key");
  Stranger& stranger = network.add_stranger();
  stranger.wants_link = false;
  network.dial(stranger, ring[0]);
  network.run_for(1s);
  const auto write_entries = [&](std::uint64_t first, std::uint64_t count) {
    VectorClock clock;
    for (std::uint64_t n = first; n < first + count; ++n) clock.cover({{PeerId{{9}}, 1, n}, 1});
    const std::string bytes = encode_object(Object::from_parts({}, clock).value(), "key");
    ObjectWrite write;
    write.ticket = first;
    write.ring.version = ~std::uint64_t{0};
    write.key = "key";
    write.object = bytes;
    REQUIRE(network.inject(stranger.number(), ring[0], write));
    network.run_for(100ms);
  };
  write_entries(1, 3'000);
  REQUIRE(stranger.last<WriteReply>() != nullptr);
  CHECK(stranger.last<WriteReply>()->status == ReplicaStatus::ok);
  write_entries(3'001, 3'000);
  CHECK(stranger.last<WriteReply>()->status == ReplicaStatus::failed);
  CHECK(network.store(ring[0]).read("key")->object.clock().size() == 3'000);
  CHECK(stranger.last<WriteReply>()->reason.find("taken from members of the ring only") !=
        std::string_view::npos);
  write_entries(6'001, limits::kPartEntries + 1);
  CHECK(stranger.count<WriteReply>() == 3);
  CHECK(stranger.last<WriteReply>()->status == ReplicaStatus::failed);
  CHECK(stranger.last<WriteReply>()->reason == "the object's clock is too long");
  CHECK(network.store(ring[0]).read("key")->object.clock().size() == 3'000);
}
