// A peer that takes requests and answers nothing is known for one that hangs long before the time
// of a request is up; one that is merely slow is not.
#include <doctest/doctest.h>
#include <oxbow/async_client.h>
#include <oxbow/client.h>
#include <uv.h>

#include <chrono>

#include "client/channel.h"
#include "client/endpoint.h"
#include "client/fake_peer.h"

using namespace oxbow;
using oxbow::test::FakePeer;
using namespace std::chrono_literals;

namespace {

Result<Channel> channel_to(const FakePeer& peer) {
  auto socket = Socket::connect(peer.address(), std::chrono::steady_clock::now() + 5s);
  if (!socket) return socket.error();
  return Channel(std::move(*socket), Watch{20ms, 200ms});
}

GetRequest get_of(std::string key) {
  GetRequest request;
  request.key = std::move(key);
  return request;
}

PutRequest put_of(std::string key, std::string value) {
  PutRequest request;
  request.key = std::move(key);
  request.value = std::move(value);
  return request;
}

}  // namespace

TEST_CASE("a peer that does not even answer a ping hangs") {
  FakePeer peer([](std::uint32_t, const ClientRequest&, std::string&) { return true; });
  auto channel = channel_to(peer);
  REQUIRE(channel.ok());
  const auto began = std::chrono::steady_clock::now();
  REQUIRE(channel->send(get_of("key"), began + 60s).ok());
  const auto arrival = channel->receive(began + 60s);
  REQUIRE_FALSE(arrival.ok());
  CHECK(arrival.error().code == "peer-hangs");
  CHECK(std::chrono::steady_clock::now() - began < 30s);
}

TEST_CASE("a peer that answers pings may take its time") {
  std::uint32_t get = 0;
  int pings = 0;
  FakePeer peer([&](std::uint32_t id, const ClientRequest& request, std::string& out) {
    if (std::holds_alternative<PingRequest>(request)) {
      append_answer(id, PingAnswer{}, out);
      if (++pings == 3) append_answer(get, GetAnswer{}, out);
    } else {
      get = id;
    }
    return true;
  });
  auto channel = channel_to(peer);
  REQUIRE(channel.ok());
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  const auto sent = channel->send(get_of("key"), deadline);
  REQUIRE(sent.ok());
  const auto arrival = channel->receive(deadline);
  REQUIRE(arrival.ok());
  CHECK(arrival->id == *sent);
  CHECK(pings == 3);
}

TEST_CASE("the request's own time holds where it is shorter") {
  FakePeer peer([](std::uint32_t, const ClientRequest&, std::string&) { return true; });
  auto channel = channel_to(peer);
  REQUIRE(channel.ok());
  const auto deadline = std::chrono::steady_clock::now() + 10ms;
  REQUIRE(channel->send(get_of("key"), deadline + 5s).ok());
  CHECK(channel->receive(deadline).error().code == "timeout");
}

TEST_CASE("only of a request that changes something it is said that it may still do so") {
  const std::string may = "may still change";
  for (const Asks asks : {Asks::reads, Asks::changes}) {
    const bool says_so = asks == Asks::changes;
    CHECK((peer_late(asks).message.find(may) != std::string::npos) == says_so);
    CHECK((peer_hangs(asks).message.find(may) != std::string::npos) == says_so);
    CHECK(peer_hangs(asks).message.find("ask another peer") != std::string::npos);
  }
  CHECK(asks_of(GetRequest{}) == Asks::reads);
  CHECK(asks_of(FindRequest{}) == Asks::reads);
  CHECK(asks_of(PutRequest{}) == Asks::changes);
  CHECK(asks_of(DeleteRequest{}) == Asks::changes);
  CHECK(asks_of(PublishRequest{}) == Asks::changes);
  CHECK(asks_of(RingLeaveRequest{}) == Asks::changes);
}

TEST_CASE("an asynchronous client gives up what a peer that hangs was asked for") {
  FakePeer peer([](std::uint32_t, const ClientRequest&, std::string&) { return true; });
  uv_loop_t loop{};
  REQUIRE(uv_loop_init(&loop) == 0);
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::string> messages;
  {
    AsyncClient client(&loop, peer.address());
    client.get(get_of("key"), [&](Result<GetAnswer> answer) {
      messages.push_back(answer ? "" : answer.error().message);
    });
    client.put(put_of("key", "value"), [&](Result<PutAnswer> answer) {
      messages.push_back(answer ? "" : answer.error().message);
      client.close();
    });
    uv_run(&loop, UV_RUN_DEFAULT);
  }
  uv_run(&loop, UV_RUN_DEFAULT);
  CHECK(uv_loop_close(&loop) == 0);
  REQUIRE(messages.size() == 2);
  CHECK(messages[0] == peer_hangs(Asks::reads).message);
  CHECK(messages[1] == peer_hangs(Asks::changes).message);
  CHECK(std::chrono::steady_clock::now() - began < 30s);
}
