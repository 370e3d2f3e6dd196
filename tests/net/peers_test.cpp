#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "running_peer.h"

using namespace oxbow;
using namespace oxbow::testing;

namespace {

bool becomes_ready(RunningPeer& peer) {
  Client client(peer);
  return client.ask<WaitReadyAnswer>(WaitReadyRequest{20'000}).ready;
}

// The 16 MiB that one connection may queue, and a copy of them while the queue grows.
#ifdef __SANITIZE_ADDRESS__
constexpr long kBoundKib = 256 * 1024;
#else
constexpr long kBoundKib = 64 * 1024;
#endif

/// The most memory that this process has had, in KiB.
long peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "VmHWM:") continue;
    long size = 0;
    status >> size;
    return size;
  }
  return 0;
}

}  // namespace

TEST_CASE("two peers link, and one finds what the other has published") {
  RunningPeer holder(quiet_options("holder"));
  PeerOptions options = quiet_options("seeker");
  options.neighbors = {holder.target()};
  RunningPeer seeker(options);
  REQUIRE(becomes_ready(seeker));
  CHECK(!Client(holder).ask<PublishAnswer>(PublishRequest{"key", "value"}).replaced);

  Client client(seeker);
  FindRequest find;
  find.key = "key";
  find.stream = true;
  const auto answer = client.ask<FindAnswer>(find);
  CHECK(answer.found);
  REQUIRE(answer.hits.size() == 1);
  CHECK(answer.hits[0].holder == holder.target());
  CHECK(answer.hits[0].holder_name == "holder");
  CHECK(answer.hits[0].hops == 1);
  CHECK(answer.search.stopped == Stopped::complete);
  CHECK(answer.search.query_messages == 1);
  REQUIRE(client.hits().size() == 1);
  CHECK(client.hits()[0].holder == holder.target());

  PieceCall piece;
  piece.key = "key";
  piece.holder = answer.hits[0].holder;
  piece.holder_id = answer.hits[0].holder_id;
  piece.sha256 = answer.hits[0].sha256;
  piece.length = 64;
  CHECK(client.ask<PieceAnswer>(piece).data == "value");
}

TEST_CASE("a shared file is found and fetched from its holder") {
  std::string folder = (std::filesystem::temp_directory_path() / "oxbow-net-XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const std::string content(100'000, 'x');
  std::ofstream(folder + "/file.txt") << content;
  PeerOptions options = quiet_options("holder");
  options.shares = {folder};
  RunningPeer holder(options);
  REQUIRE(becomes_ready(holder));
  options = quiet_options("seeker");
  options.neighbors = {holder.target()};
  RunningPeer seeker(options);
  REQUIRE(becomes_ready(seeker));

  Client client(seeker);
  FindRequest find;
  find.key = "file.txt";
  const auto answer = client.ask<FindAnswer>(find);
  REQUIRE(answer.hits.size() == 1);
  CHECK(answer.hits[0].size == content.size());
  PieceCall piece{
      "file.txt", answer.hits[0].holder, answer.hits[0].holder_id, answer.hits[0].sha256,
      0,          limits::kPiece};
  std::string got = client.ask<PieceAnswer>(piece).data;
  piece.offset = got.size();
  got += client.ask<PieceAnswer>(piece).data;
  CHECK(got == content);
  std::filesystem::remove_all(folder);
}

TEST_CASE("a neighbor may be given by its host's name") {
  RunningPeer there(quiet_options("there"));
  PeerOptions options = quiet_options("here");
  options.neighbors = {"localhost:" + std::to_string(there.address().port)};
  RunningPeer here(options);
  CHECK(becomes_ready(here));
}

TEST_CASE("a peer that is stopped says so to its neighbors") {
  RunningPeer staying(quiet_options("staying"));
  {
    PeerOptions options = quiet_options("leaving");
    options.neighbors = {staying.target()};
    RunningPeer leaving(options);
    REQUIRE(becomes_ready(leaving));
  }
  CHECK(staying.logs("the peer was stopped"));
}

TEST_CASE("a neighbor that does not read comes under pressure, and is relieved when it does") {
  RunningPeer peer;
  RawSocket slow(peer.address(), 4096);
  slow.send(hello_bytes());
  REQUIRE(peer.logs("linked to raw"));
  Client client(peer);
  const auto is_under_pressure = [&] {
    const auto peers = client.ask<PeersAnswer>(PeersRequest{});
    return !peers.neighbors.empty() && peers.neighbors[0].pressure;
  };
  FindRequest find;
  find.report = false;
  find.timeout_ms = 1;
  find.key = std::string(1000, 'x');
  std::string sign_of_life;
  append_frame(Ping{}, sign_of_life);
  CHECK(eventually([&] {
    slow.send(sign_of_life);
    client.ask_many(find, 200);
    return is_under_pressure();
  }));
  CHECK(eventually([&] {
    slow.send(sign_of_life);
    while (slow.has_something()) {
      if (slow.receive().empty()) return false;
    }
    return !is_under_pressure();
  }));
}

TEST_CASE("a peer that asks for pieces and never reads costs a bounded amount of memory") {
  RunningPeer peer;
  const std::string value(limits::kPiece, 'x');
  Client client(peer);
  const auto published = client.ask<PublishAnswer>(PublishRequest{"key", value});
  std::string requests = hello_bytes(false, ConnectionKind::bulk);
  const PieceRequest request{1, "key", *parse_digest(published.sha256), 0, limits::kPiece};
  for (int i = 0; i < 10'000; ++i) append_frame(request, requests);  // 640 MB of answers
  std::ofstream("/proc/self/clear_refs") << 5;                       // the peak starts anew
  const long before = peak_memory();
  RawSocket greedy(peer.address(), 4096);
  greedy.send(requests);
  const auto sent = [&] {
    return counter(client.ask<StatusAnswer>(StatusRequest{}).counters, "pieces sent");
  };
  CHECK(eventually([&] { return sent() > 0; }));
  CHECK(sent() < 200);  // what the system takes, and one; the others wait as requests, or are busy
  CHECK(peak_memory() - before < kBoundKib);
  CHECK(answers_a_ping(peer));
}

TEST_CASE("a listening socket may be handed over") {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_storage any = net::to_socket_address(*parse_address("127.0.0.1:0"));
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&any), sizeof(sockaddr_in)) == 0);
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &length);
  RunningPeer peer(quiet_options("heir"), socket);
  CHECK(peer.address() == net::from_socket_address(reinterpret_cast<const sockaddr&>(bound)));
  CHECK(answers_a_ping(peer));
}

TEST_CASE("an address in use is an error that says what to try") {
  const RunningPeer first;
  PeerOptions options = quiet_options("second");
  options.listen = first.address();
  const auto second = PeerServer::open(options);
  REQUIRE(!second.ok());
  CHECK(second.error().message ==
        "cannot listen on " + first.target() +
            ": address in use (another oxbowd? try --listen 127.0.0.1:0)");
}

TEST_CASE("the ready line names the peer, its address, id and network") {
  PeerOptions options = quiet_options("lake");
  options.id = PeerId{{0xab, 0xcd, 0x12, 0x34}};
  const RunningPeer peer(options);
  CHECK(peer.server().ready_line() ==
        "oxbowd lake ready on " + peer.target() + " (id abcd1234, network oxbow)");
}
