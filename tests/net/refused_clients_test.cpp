// A client that is refused, or hung up on, learns why: in the answer to what it has asked, and in a
// notification for everything else.
#include <ifaddrs.h>
#include <net/if.h>

#include "running_peer.h"

using namespace oxbow;
using namespace oxbow::testing;

namespace {

/// What came for one request, until the peer closed.
struct Told {
  std::optional<Error> answer;
  std::optional<Error> closing;
};

Told told(RawSocket& socket, RpcClientStream& stream) {
  Told result;
  stream.feed(socket.receive_all());
  while (stream.next() == RpcClientStream::Next::answer) {
    if (!stream.answer().ok()) result.answer = stream.answer().error();
  }
  result.closing = stream.closing();
  return result;
}

/// An address of this machine that is not loopback: who dials it comes from there too.
std::optional<Address> address_on_a_network() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return std::nullopt;
  std::optional<Address> found;
  for (const ifaddrs* each = list; each != nullptr && !found; each = each->ifa_next) {
    const bool is_up = (each->ifa_flags & IFF_UP) != 0 && (each->ifa_flags & IFF_LOOPBACK) == 0;
    if (!is_up || each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) continue;
    found = net::from_socket_address(*each->ifa_addr);
  }
  ::freeifaddrs(list);
  return found;
}

}  // namespace

TEST_CASE("a client at the machine's own address on a network is one of the own machine") {
  const auto host = address_on_a_network();
  if (!host) {
    MESSAGE("skipped: this machine has no address but loopback");
    return;
  }
  PeerOptions options = quiet_options("peer");
  options.listen = *host;
  options.listen.port = 0;
  RunningPeer peer(options);
  std::vector<std::unique_ptr<Client>> clients;
  for (std::uint32_t i = 0; i <= limits::kClientsPerHost; ++i) {  // one host's part is of others
    clients.push_back(std::make_unique<Client>(peer));
    REQUIRE(clients.back()->ask_any(PingRequest{}).ok());
  }
}

TEST_CASE("the client after the last that is served is told how many there are") {
  RunningPeer peer;
  std::vector<std::unique_ptr<Client>> clients;
  for (std::uint32_t i = 0; i < limits::kClients; ++i) {
    clients.push_back(std::make_unique<Client>(peer));
    REQUIRE(clients.back()->ask_any(PingRequest{}).ok());
  }
  RawSocket socket(peer.address());
  RpcClientStream stream;
  std::string bytes;
  stream.append_request(PingRequest{}, bytes);
  socket.send(bytes);
  const Told got = told(socket, stream);
  REQUIRE(got.answer);
  CHECK(got.answer->code == "too-many-clients");
  CHECK(got.answer->message == "1024 clients are connected already");
  CHECK(got.answer->needed == "at most 1024");
  REQUIRE(got.closing);
  CHECK(got.closing->code == "too-many-clients");
  clients.pop_back();
  CHECK(eventually([&] {
    RawSocket again(peer.address());
    again.send(bytes);
    return again.receive().find("clients") == std::string::npos;
  }));
}

TEST_CASE("a request that is too large is answered before the connection is closed") {
  RunningPeer peer;
  RawSocket socket(peer.address());
  RpcClientStream stream;
  std::string bytes;
  PutRequest put;
  put.key = "k";
  put.value = std::string(2 * limits::kRpcRequest, 'v');
  stream.append_request(put, bytes);
  const std::jthread sender([&] { socket.send(bytes); });
  const Told got = told(socket, stream);
  REQUIRE(got.answer);
  CHECK(got.answer->code == "too-large");
  REQUIRE(got.closing);
  CHECK(got.closing->code == "too-large");
}

TEST_CASE("what is no request is answered with why") {
  RunningPeer peer;
  RawSocket socket(peer.address());
  socket.send("\x94\x07\x07\x07\x07");
  RpcClientStream stream;
  const Told got = told(socket, stream);
  CHECK_FALSE(got.answer);
  REQUIRE(got.closing);
  CHECK(got.closing->code == "bad-rpc");
}

TEST_CASE("clients are told that the peer stops") {
  RunningPeer peer;
  Client client(peer);
  CHECK(client.ask_any(PingRequest{}).ok());
  peer.stop();
  client.stream().feed(client.socket().receive_all());
  CHECK(client.stream().next() == RpcClientStream::Next::more);
  REQUIRE(client.stream().closing());
  CHECK(client.stream().closing()->code == "stopping");
}
