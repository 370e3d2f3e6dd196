#include <doctest/doctest.h>

#include <oxbow/client.h>
#include <set>

#include "client/fake_peer.h"

using namespace oxbow;
using oxbow::test::FakePeer;
using std::chrono::milliseconds;

namespace {

template <class Request>
const Request* as(const ClientRequest& request) {
  return std::get_if<Request>(&request);
}

}  // namespace

TEST_CASE("a peer that is not there is named, with the way to start one") {
  const auto client = Client::connect("127.0.0.1:1");
  REQUIRE_FALSE(client.ok());
  CHECK(client.error().code == "unreachable");
  CHECK(
      client.error().message ==
      "cannot reach a peer at 127.0.0.1:1: connection refused (is oxbowd running? start one with: "
      "oxbowd)");
}

TEST_CASE("an address must have a port") {
  const auto client = Client::connect("127.0.0.1");
  REQUIRE_FALSE(client.ok());
  CHECK(client.error().code == "bad-address");
  CHECK(client.error().message ==
        "no address of a peer: 127.0.0.1 (give IP:PORT, as 127.0.0.1:7400)");
}

TEST_CASE("every call sends its request and takes its answer") {
  FakePeer peer([](std::uint32_t id, const ClientRequest& request, std::string& out) {
    if (const auto* publish = as<PublishRequest>(request)) {
      append_answer(id, PublishAnswer{publish->key + "=" + publish->value, true}, out);
    } else if (const auto* unpublish = as<UnpublishRequest>(request)) {
      append_answer(id, UnpublishAnswer{unpublish->key == "key"}, out);
    } else if (const auto* add = as<PeerAddRequest>(request)) {
      append_answer(id, PeerAddAnswer{add->address == "a:1"}, out);
    } else if (const auto* remove = as<PeerRemoveRequest>(request)) {
      append_answer(id, PeerRemoveAnswer{remove->address == "a:1"}, out);
    } else if (as<PeersRequest>(request) != nullptr) {
      PeersAnswer answer;
      answer.neighbors.resize(2);
      append_answer(id, answer, out);
    } else if (as<StatusRequest>(request) != nullptr) {
      StatusAnswer answer;
      answer.name = "north";
      append_answer(id, answer, out);
    } else if (const auto* wait = as<WaitReadyRequest>(request)) {
      append_answer(id, WaitReadyAnswer{false, std::to_string(wait->timeout_ms)}, out);
    } else if (const auto* trace = as<TraceRequest>(request)) {
      TraceAnswer answer;
      answer.found = trace->request_id == "00112233445566778899aabbccddeeff";
      append_answer(id, answer, out);
    } else if (const auto* piece = as<PieceCall>(request)) {
      append_answer(id, PieceAnswer{piece->key}, out);
    } else {
      append_answer(id, PingAnswer{}, out);
    }
    return true;
  });
  auto client = Client::connect(peer.address());
  REQUIRE(client.ok());
  CHECK(client->address() == peer.address());
  CHECK(client->ping().ok());
  const auto published = client->publish("key", "value");
  REQUIRE(published.ok());
  CHECK(published->sha256 == "key=value");
  CHECK(published->replaced);
  CHECK(client->unpublish("key")->found);
  CHECK(client->peer_add("a:1")->added);
  CHECK(client->peer_remove("a:1")->removed);
  CHECK(client->peers()->neighbors.size() == 2);
  CHECK(client->status()->name == "north");
  CHECK(client->wait_ready(milliseconds(1500))->waiting_for == "1500");
  CHECK(client->trace({"00112233445566778899aabbccddeeff", 0, 0})->found);
  PieceCall call;
  call.key = std::string("\0\xff", 2);
  call.length = 1;
  call.holder = "127.0.0.1:2";
  CHECK(client->piece(call)->data == call.key);
}

TEST_CASE("every call to the replica layer sends its request and takes its answer") {
  FakePeer peer([](std::uint32_t id, const ClientRequest& request, std::string& out) {
    if (const auto* get = as<GetRequest>(request)) {
      GetAnswer answer;
      answer.found = true;
      answer.values = {{get->key + get->r, "d", 1}};
      answer.context = "seen";
      append_answer(id, answer, out);
    } else if (const auto* put = as<PutRequest>(request)) {
      PutAnswer answer;
      answer.context = put->key + "=" + put->value + "/" + put->context + put->w;
      append_answer(id, answer, out);
    } else if (const auto* remove = as<DeleteRequest>(request)) {
      DeleteAnswer answer;
      answer.context = remove->key + "/" + remove->context + remove->w;
      append_answer(id, answer, out);
    } else if (const auto* lookup = as<LookupRequest>(request)) {
      LookupAnswer answer;
      answer.via = lookup->via;
      answer.position = lookup->key;
      append_answer(id, answer, out);
    } else if (as<RingRequest>(request) != nullptr) {
      RingAnswer answer;
      answer.version = 9;
      append_answer(id, answer, out);
    } else if (const auto* owner = as<OwnerRequest>(request)) {
      OwnerAnswer answer;
      answer.position = owner->key;
      append_answer(id, answer, out);
    } else if (const auto* join = as<RingJoinRequest>(request)) {
      append_answer(id, RingJoinAnswer{join->zone == std::optional<std::string>("east"), 1}, out);
    } else if (const auto* leave = as<RingLeaveRequest>(request)) {
      append_answer(id, RingLeaveAnswer{leave->force, 2}, out);
    }
    return true;
  });
  auto client = Client::connect(peer.address());
  REQUIRE(client.ok());
  CHECK(client->get("k")->values.at(0).value == "k");
  GetRequest get;
  get.key = "k";
  get.r = "all";
  CHECK(client->get(get)->values.at(0).value == "kall");
  CHECK(client->put("k", "v")->context == "k=v/");
  CHECK(client->put("k", "v", "seen")->context == "k=v/seen");
  CHECK(client->put({"k", "v", "", "2", false, 0})->context == "k=v/2");
  CHECK(client->remove("k", "seen")->context == "k/seen");
  CHECK(client->remove({"k", "", "all", false, 0})->context == "k/all");
  CHECK(client->lookup("k")->via == RingWay::one_hop);
  CHECK(client->lookup("k", RingWay::finger)->via == RingWay::finger);
  CHECK(client->ring()->version == 9);
  CHECK(client->owner("k")->position == "k");
  CHECK_FALSE(client->ring_join()->changed);
  CHECK(client->ring_join({"east", std::nullopt})->changed);
  CHECK(client->ring_leave({true})->changed);
}

TEST_CASE("an update merges what is there, and again what came meanwhile") {
  std::string log;
  std::vector<GetValue> stored{{"a", "", 0}};
  FakePeer peer([&](std::uint32_t id, const ClientRequest& request, std::string& out) {
    if (const auto* get = as<GetRequest>(request)) {
      log += get->search ? "search " : "get ";
      GetAnswer answer;
      answer.values = stored;
      answer.context = std::to_string(stored.size());
      append_answer(id, answer, out);
      return true;
    }
    const auto& put = std::get<PutRequest>(request);
    log += "put " + put.value + " over " + put.context + " ";
    const bool is_first = stored.size() == 1;
    stored = {{put.value, "", 0}};
    if (is_first) stored.push_back({"b", "", 0});  // another client was at it too
    PutAnswer answer;
    answer.siblings = static_cast<std::uint32_t>(stored.size());
    append_answer(id, answer, out);
    return true;
  });
  auto client = Client::connect(peer.address());
  REQUIRE(client.ok());
  const auto written = client->update("k", [](const std::vector<GetValue>& siblings) {
    std::set<char> letters{'!'};
    for (const GetValue& sibling : siblings) {
      letters.insert(sibling.value.begin(), sibling.value.end());
    }
    return std::string(letters.begin(), letters.end());
  });
  REQUIRE(written.ok());
  CHECK(written->siblings == 1);
  CHECK(log == "get put !a over 1 get put !ab over 2 ");
}

TEST_CASE("hits stream past before the answer, only where they are wanted") {
  FakePeer peer([](std::uint32_t id, const ClientRequest& request, std::string& out) {
    const auto* find = as<FindRequest>(request);
    if (find == nullptr) return false;
    FindAnswer answer;
    answer.found = true;
    for (const char* key : {"one", "two"}) {
      SearchHit hit;
      hit.key = key;
      answer.hits.push_back(hit);
      if (find->stream) append_hit(id, hit, out);
    }
    answer.search.query_messages = 5;
    append_answer(id, answer, out);
    return true;
  });
  auto client = Client::connect(peer.address());
  REQUIRE(client.ok());
  FindRequest request;
  request.key = "pattern";
  std::string seen;
  auto answer = client->find(request, [&](const SearchHit& hit) { seen += hit.key + " "; });
  REQUIRE(answer.ok());
  CHECK(seen == "one two ");
  CHECK(answer->hits.size() == 2);
  CHECK(answer->search.query_messages == 5U);
  CHECK_FALSE(answer->search.duplicates.has_value());
  answer = client->find(request);
  CHECK(answer->hits.size() == 2);
}

TEST_CASE("what the peer complains of is the caller's to see") {
  FakePeer peer([](std::uint32_t id, const ClientRequest&, std::string& out) {
    append_error(id, {"bad-key", "a key of 0 bytes", "1 to 1024 bytes", "0"}, out);
    return true;
  });
  auto client = Client::connect(peer.address());
  REQUIRE(client.ok());
  const auto answer = client->unpublish("x");
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error() == Error{"bad-key", "a key of 0 bytes", "1 to 1024 bytes", "0"});
  CHECK(client->unpublish("x").error().code == "bad-key");  // the connection goes on
}

TEST_CASE("why the peer closes the connection is the caller's to see") {
  FakePeer peer([](std::uint32_t, const ClientRequest&, std::string& out) {
    append_closing({"stopping", "the peer was stopped", "a peer that runs", "none"}, out);
    return false;
  });
  auto client = Client::connect(peer.address());
  REQUIRE(client.ok());
  CHECK(client->ping().error() == Error{"peer-lost",
                                        "the peer closed the connection: the peer was stopped",
                                        "a peer that runs", "none"});
  CHECK(client->ping().error().code == "peer-lost");
}

TEST_CASE("a peer that hangs up is lost, and stays lost") {
  FakePeer peer([](std::uint32_t, const ClientRequest&, std::string&) { return false; });
  auto client = Client::connect(peer.address());
  REQUIRE(client.ok());
  CHECK(client->ping().error().code == "peer-lost");
  CHECK(client->ping().error().code == "peer-lost");
}

TEST_CASE("a peer that is silent does not hold its client for ever") {
  std::uint32_t first = 0;
  FakePeer peer([&](std::uint32_t id, const ClientRequest& request, std::string& out) {
    if (as<PingRequest>(request) != nullptr) {
      first = id;
      return true;
    }
    append_answer(first, PingAnswer{}, out);  // late, and not what is waited for now
    append_answer(id, StatusAnswer{}, out);
    return true;
  });
  auto client = Client::connect(peer.address());
  REQUIRE(client.ok());
  client->set_patience(milliseconds(30));
  CHECK(client->ping().error().code == "timeout");
  client->set_patience(milliseconds(10'000));
  CHECK(client->status().ok());
}

TEST_CASE("something else than a peer is recognised") {
  FakePeer peer([](std::uint32_t, const ClientRequest&, std::string& out) {
    out = "HTTP/1.1 400 Bad Request\r\n\r\n";
    return true;
  });
  auto client = Client::connect(peer.address());
  REQUIRE(client.ok());
  const auto answer = client->ping();
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().code == "peer-lost");
  CHECK(answer.error().message.starts_with("the peer sent something else than an answer"));
}
