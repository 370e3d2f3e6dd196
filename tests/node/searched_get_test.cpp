// A get that the ring cannot answer is looked for by a search, and its value fetched from a holder.
#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/sha256.h"
#include "node/node.h"
#include "node/scenario.h"
#include "store/memory_store.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

GetRequest get_of(std::string key) {
  GetRequest request;
  request.key = std::move(key);
  return request;
}

std::string address(const SimNetwork& network, PeerNumber peer) {
  return to_string(network.address_of(peer));
}

std::string bytes_of(std::size_t size, char first = 'a') {
  std::string bytes(size, ' ');
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<char>(first + static_cast<int>(i % 26));
  return bytes;
}

void expect_nothing_left(const SimNetwork& network, PeerNumber peer) {
  CHECK(network.table(peer, "searches") == 0);
  CHECK(network.table(peer, "pieces") == 0);
  CHECK(network.table(peer, "searched gets") == 0);
  CHECK(network.table(peer, "bytes being fetched") == 0);
}

}  // namespace

TEST_CASE("a peer without any ring answers a get by flooding") {
  SimNetwork network(1);
  network.add(topology::line(4));
  REQUIRE(network.settle());
  const std::string value = bytes_of(200'000);
  network.share(3, "docs/a", value);
  network.run_for(1s);

  const auto got = network.get(0, get_of("docs/a"));
  REQUIRE(got.ok());
  CHECK(got->found);
  CHECK(got->source == Source::flood);
  REQUIRE(got->values.size() == 1);
  CHECK(got->values[0].value == value);
  CHECK(got->values[0].written_ms == 0);
  CHECK(got->context.empty());
  CHECK(!got->adopted);
  CHECK(got->warning == "this peer knows of no ring: it only searched, and adopts nothing");
  CHECK(got->quorum.n == 0);
  REQUIRE(got->hits.size() == 1);
  CHECK(got->hits[0].holder == address(network, 3));
  CHECK(got->hits[0].hops == 3);
  CHECK(got->hits[0].size == value.size());
  CHECK(got->hits[0].sha256 == to_string(sha256(value)));
  CHECK(got->flood_ttl == 7U);
  CHECK(got->search.stopped == Stopped::complete);  // it had ended before the bytes were there
  CHECK(got->search.peers_reached == 4U);
  expect_nothing_left(network, 0);

  const auto nothing = network.get(0, get_of("nowhere"));
  REQUIRE(nothing.ok());
  CHECK(!nothing->found);
  CHECK(!nothing->deleted);
  CHECK(nothing->source == Source::flood);
  CHECK(nothing->search.peers_reached == 4U);
  CHECK(nothing->search.stopped == Stopped::complete);

  GetRequest ring_only = get_of("docs/a");
  ring_only.search = false;
  const auto refused = network.get(0, ring_only);
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == "no-ring");
}

TEST_CASE("values of all sizes come as they are: empty ones, whole pieces, the largest") {
  SimNetwork network(2);
  network.add(topology::line(2));
  REQUIRE(network.settle());
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, limits::kPiece, limits::kPiece + 1, limits::kValue}) {
    CAPTURE(size);
    for (const PeerNumber holder : {0U, 1U}) {
      const std::string key = "k" + std::to_string(size) + "-" + std::to_string(holder);
      network.publish(holder, key, bytes_of(size));
      const auto got = network.get(0, get_of(key));
      REQUIRE(got.ok());
      REQUIRE(got->values.size() == 1);
      CHECK(got->values[0].value == bytes_of(size));
      CHECK(got->hits[0].hops == holder);
    }
  }
  expect_nothing_left(network, 0);
}

TEST_CASE("the first hit is read; the flood is not waited for") {
  SimNetwork network(3);
  network.add(topology::line(6), SimNetwork::defaults(), {Latency::fixed(50ms), false});
  REQUIRE(network.settle());
  network.publish(0, "own", "value");
  network.publish(1, "near", "value");
  network.publish(2, "near", "value");

  const auto own = network.get(0, get_of("own"));
  REQUIRE(own.ok());
  CHECK(own->search.elapsed_ms == 0.0);
  CHECK(own->search.stopped == Stopped::complete);

  GetRequest all_the_way = get_of("near");
  const auto got = network.get(0, all_the_way);
  REQUIRE(got.ok());
  CHECK(got->hits.size() == 1);  // peer 1 did not route on
  CHECK(got->values[0].value == "value");
  expect_nothing_left(network, 0);
}

TEST_CASE("what is too large for the ring is not fetched, and the error says how to get it") {
  SimNetwork network(4);
  network.add(topology::line(3));
  REQUIRE(network.settle());
  network.share(2, "film", std::string(limits::kValue + 1, 'x'));
  network.run_for(1s);
  const auto refused = network.get(0, get_of("film"));
  REQUIRE(!refused.ok());
  CHECK(refused.error() == Error{"found-too-large",
                                 "'film' at " + address(network, 2) +
                                     " is too large for the ring (oxbow fetch downloads it)",
                                 "at most 1048576 bytes", "1048577 bytes"});
  CHECK(network.counter(2, "pieces sent") == 0);
  expect_nothing_left(network, 0);

  // Another holder of that key may have something smaller.
  network.publish(1, "film", "a summary");
  const auto got = network.get(0, get_of("film"));
  REQUIRE(got.ok());
  CHECK(got->values[0].value == "a summary");
}

TEST_CASE("when a holder dies midway, the next one is asked") {
  for (const bool same_content : {true, false}) {
    CAPTURE(same_content);
    SimNetwork network(5);
    network.add(topology::star(3));
    REQUIRE(network.settle());
    const std::string first = bytes_of(limits::kValue);
    const std::string second = same_content ? first : bytes_of(limits::kValue, 'A');
    network.publish(1, "key", first);
    network.publish(2, "key", second);
    network.set_latency(2, 0, Latency::fixed(5ms));  // its hit comes later
    const RequestHandle handle = network.request(0, get_of("key"));
    REQUIRE(network.run_until([&] { return network.counter(0, "pieces received") >= 2; }, 5s));
    CHECK(network.counter(2, "pieces sent") == 0);
    network.crash(1);
    REQUIRE(network.run_until([&] { return network.record(handle).over(); }, 5s));
    const auto& got = network.record(handle).answer<GetAnswer>();
    CHECK(got.values[0].value == second);
    REQUIRE(got.hits.size() == 2);
    CHECK(got.hits[0].holder == address(network, 2));  // the one that was read
    expect_nothing_left(network, 0);
  }
}

TEST_CASE("when the only holder dies midway, the error says so") {
  SimNetwork network(6);
  network.add(topology::line(2));
  REQUIRE(network.settle());
  network.publish(1, "key", bytes_of(limits::kValue));
  const RequestHandle handle = network.request(0, get_of("key"));
  REQUIRE(network.run_until([&] { return network.counter(0, "pieces received") >= 2; }, 5s));
  network.crash(1);
  REQUIRE(network.run_until([&] { return network.record(handle).over(); }, 20s));
  REQUIRE(network.record(handle).error() != nullptr);
  CHECK(network.record(handle).error()->code == "holder-lost");
  CHECK(network.record(handle).error()->message.rfind("'key' was found at ", 0) == 0);
  expect_nothing_left(network, 0);
}

TEST_CASE("a holder that stalls is left for the next one, once there is one") {
  SimNetwork network(7);
  network.add(topology::star(3));
  REQUIRE(network.settle());
  network.publish(1, "key", bytes_of(limits::kValue));
  network.publish(2, "key", bytes_of(limits::kValue));
  network.set_latency(2, 0, Latency::fixed(5ms));
  const RequestHandle handle = network.request(0, get_of("key"));
  REQUIRE(network.run_until([&] { return network.counter(0, "pieces received") >= 2; }, 5s));
  network.freeze(1);
  REQUIRE(network.run_until([&] { return network.record(handle).over(); }, 5s));
  CHECK(network.record(handle).answer<GetAnswer>().values.size() == 1);
  const Duration took = network.record(handle).ended - network.record(handle).asked;
  CHECK(took >= limits::kHolderStalls);
  CHECK(took < limits::kHolderStalls + 500ms);
  expect_nothing_left(network, 0);
}

TEST_CASE("a get ends when its time is up, whatever it is waiting for") {
  SimNetwork network(8);
  network.add(topology::line(2));
  REQUIRE(network.settle());
  network.publish(1, "key", bytes_of(limits::kValue));
  GetRequest request = get_of("key");
  request.timeout_ms = 700;
  const RequestHandle handle = network.request(0, request);
  REQUIRE(network.run_until([&] { return network.counter(0, "pieces received") >= 2; }, 5s));
  network.freeze(1);
  REQUIRE(network.run_until([&] { return network.record(handle).over(); }, 5s));
  REQUIRE(network.record(handle).error() != nullptr);
  CHECK(network.record(handle).error()->code == "timeout");
  CHECK(network.record(handle).error()->needed == "1048576 bytes");
  CHECK(network.record(handle).ended - network.record(handle).asked == 700ms);
  expect_nothing_left(network, 0);

  // While it searches: nothing was found, and the search says why it stopped.
  const RequestHandle searching = network.request(0, request);
  REQUIRE(network.run_until([&] { return network.record(searching).over(); }, 5s));
  CHECK(!network.record(searching).answer<GetAnswer>().found);
  CHECK(network.record(searching).answer<GetAnswer>().search.stopped == Stopped::timeout);
  expect_nothing_left(network, 0);
}

TEST_CASE("a client that goes away midway leaves nothing behind") {
  for (const int pieces : {0, 1, 5}) {
    CAPTURE(pieces);
    SimNetwork network(9);
    network.add(topology::line(3));
    REQUIRE(network.settle());
    network.publish(2, "key", bytes_of(limits::kValue));
    const RequestHandle handle = network.request(0, get_of("key"));
    const auto received = [&] { return network.counter(0, "pieces received"); };
    REQUIRE(
        network.run_until([&] { return received() >= static_cast<std::uint64_t>(pieces); }, 5s));
    network.cancel(handle);
    expect_nothing_left(network, 0);
    network.run_for(30s);
    CHECK(network.record(handle).cancelled);
    CHECK(!network.record(handle).ending);
    expect_nothing_left(network, 0);
  }
}

TEST_CASE("a get with a wrong TTL is refused") {
  SimNetwork network(10);
  network.add(topology::line(2));
  REQUIRE(network.settle());
  GetRequest request = get_of("key");
  request.ttl = 99;
  const auto refused = network.get(0, request);
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == "bad-ttl");
  expect_nothing_left(network, 0);
}

// -- holders that lie
// ------------------------------------------------------------------------------

namespace {

/// A Node whose neighbors, and the holders that they name, are played by the test.
class Liars {
 public:
  Liars() : node_(config(), store_) { node_.start(now_, false, out_); }

  static PeerId id(std::uint8_t number) {
    PeerId id;
    id.bytes[0] = number;
    return id;
  }
  static Address at(std::uint8_t number) {
    return *parse_address("10.0.0." + std::to_string(number) + ":7400");
  }

  ConnectionId connect(std::uint8_t peer, ConnectionKind kind, std::optional<DialId> dial) {
    const ConnectionId connection{++last_};
    node_.connected(now_, connection, {dial.has_value(), dial.value_or(DialId{}), at(peer)}, out_);
    take_all();
    Hello hello;
    hello.network = "oxbow";
    hello.peer = id(peer);
    hello.advertised = at(peer);
    hello.kind = kind;
    hello.link = kind == ConnectionKind::control;
    receive(connection, hello);
    return connection;
  }
  void get(RequestHandle handle, GetRequest request) {
    node_.request(now_, handle, request, out_);
    take_all();
  }
  void receive(ConnectionId from, const Message& message) {
    node_.receive(now_, from, message, out_);
    take_all();
  }
  /// The hit for the query that was sent last.
  void hit(ConnectionId neighbor, std::uint8_t holder, std::string_view content,
           const Digest& digest) {
    const HitResult result{"key", content.size(), digest};
    Hit hit;
    hit.id = query;
    hit.holder = id(holder);
    hit.holder_address = at(holder);
    hit.hops = 1;
    hit.results = {&result, 1};
    receive(neighbor, hit);
  }
  /// Answers every piece that the holder has been asked for by `content`.
  void serve(std::uint8_t holder, std::string_view content) {
    REQUIRE(dials.count(to_string(at(holder))) == 1);
    const ConnectionId bulk = connect(holder, ConnectionKind::bulk, dials[to_string(at(holder))]);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const auto [ticket, offset, length] = pieces[i];
      receive(bulk, Piece{ticket, PieceStatus::ok, content.substr(offset, length)});
    }
    pieces.clear();
  }

  struct Asked {
    std::uint64_t ticket = 0;
    std::uint64_t offset = 0;
    std::uint32_t length = 0;
  };
  RequestId query;
  std::map<std::string, DialId> dials;
  std::vector<Asked> pieces;
  std::vector<std::variant<SearchHit, ClientAnswer, Error>> replies;

 private:
  static NodeConfig config() {
    NodeConfig config;
    config.id = id(1);
    config.advertised = at(1);
    config.is_static = true;
    return config;
  }
  void take() {
    for (const Send& send : out_.sends) {
      if (const auto* sent = std::get_if<Query>(&send.message)) query = sent->id;
      if (const auto* piece = std::get_if<PieceRequest>(&send.message)) {
        pieces.push_back({piece->ticket, piece->offset, piece->length});
      }
    }
    for (const Dial& dial : out_.dials) dials[std::string(dial.target)] = dial.id;
    for (const Reply& reply : out_.replies) replies.push_back(reply.content);
    out_.clear();
  }
  void take_all() {
    take();
    while (node_.next_deadline() <= now_.steady) {
      node_.tick(now_, out_);
      take();
    }
  }
  Now now_{Instant{} + 1h, {}};
  Outbox out_;
  std::uint32_t last_ = 0;
  MemoryStore store_;
  Node node_;
};

}  // namespace

TEST_CASE("bytes of a wrong digest are never an answer: the next holder is asked, or it fails") {
  Liars network;
  const ConnectionId neighbor = network.connect(2, ConnectionKind::control, std::nullopt);
  network.get(RequestHandle{7}, get_of("key"));
  const std::string right = bytes_of(100'000);
  std::string wrong = right;
  wrong[99'999] ^= 1;
  network.hit(neighbor, 3, right, sha256(right));
  network.hit(neighbor, 4, right, sha256(right));
  CHECK(network.dials.size() == 1);
  network.serve(3, wrong);
  CHECK(network.replies.empty());

  SUBCASE("the next holder is honest") {
    network.serve(4, right);
    REQUIRE(network.replies.size() == 1);
    const auto& got = std::get<GetAnswer>(std::get<ClientAnswer>(network.replies[0]));
    CHECK(got.values[0].value == right);
    CHECK(got.hits[0].holder == to_string(Liars::at(4)));
    CHECK(got.hits[1].holder == to_string(Liars::at(3)));
    CHECK(got.search.stopped == Stopped::first_hit);
    CHECK(got.search.query_messages == std::nullopt);
  }
  SUBCASE("the next holder lies too") {
    network.serve(4, wrong);
    CHECK(network.replies.empty());  // the flood goes on: there may be another one
    network.receive(neighbor, QueryDone{network.query, 0, {1, 0, 0, 0, 0, 2, 0, 1, 0}});
    REQUIRE(network.replies.size() == 1);
    CHECK(std::get<Error>(network.replies[0]) ==
          Error{"wrong-digest",
                "'key' was found at 10.0.0.4:7400, but: the content is not what was located; fetch "
                "it again",
                to_string(sha256(right)), to_string(sha256(wrong))});
  }
  SUBCASE("the next holder sends too little") {
    network.serve(4, right.substr(0, 70'000));
    network.receive(neighbor, QueryDone{network.query, 0, {1, 0, 0, 0, 0, 2, 0, 1, 0}});
    REQUIRE(network.replies.size() == 1);
    CHECK(std::get<Error>(network.replies[0]).code == "wrong-length");
  }
}

TEST_CASE("a hit for another key is not asked for its bytes") {
  Liars network;
  const ConnectionId neighbor = network.connect(2, ConnectionKind::control, std::nullopt);
  network.get(RequestHandle{7}, get_of("other"));
  network.hit(neighbor, 3, "value", sha256("value"));
  CHECK(network.dials.empty());
  network.receive(neighbor, QueryDone{network.query, 0, {1, 0, 0, 0, 0, 1, 0, 1, 0}});
  REQUIRE(network.replies.size() == 1);
  CHECK(!std::get<GetAnswer>(std::get<ClientAnswer>(network.replies[0])).found);
}
