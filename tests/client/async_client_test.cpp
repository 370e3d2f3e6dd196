#include <doctest/doctest.h>
#include <oxbow/async_client.h>
#include <uv.h>

#include <atomic>
#include <memory>
#include <vector>

#include "client/fake_peer.h"

using namespace oxbow;
using oxbow::test::FakePeer;
using std::chrono::milliseconds;

namespace {

/// A loop that must be free of handles when the test ends.
struct Loop {
  Loop() { REQUIRE(uv_loop_init(&loop) == 0); }
  ~Loop() {
    run();
    CHECK(uv_loop_close(&loop) == 0);
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  void run() { uv_run(&loop, UV_RUN_DEFAULT); }
  uv_loop_t loop{};
};

/// Echoes values: a get's value is its key, a put's context its value.
bool echo(std::uint32_t id, const ClientRequest& request, std::string& out) {
  if (const auto* get = std::get_if<GetRequest>(&request)) {
    GetAnswer answer;
    answer.found = true;
    answer.values = {{get->key, "", 0}};
    append_answer(id, answer, out);
  } else if (const auto* put = std::get_if<PutRequest>(&request)) {
    PutAnswer answer;
    answer.context = put->value + put->context;
    append_answer(id, answer, out);
  } else {
    append_answer(id, PingAnswer{}, out);
  }
  return true;
}

}  // namespace

TEST_CASE("a thousand requests are under way at a time, and each gets its own answer") {
  FakePeer peer(echo);
  Loop loop;
  AsyncClient client(&loop.loop, peer.address());
  std::size_t right = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string key = "key/" + std::to_string(i);
    client.get(key, [&, key](const Result<GetAnswer>& answer) {
      if (answer && answer->values.at(0).value == key) ++right;
    });
  }
  CHECK(client.under_way() == 1000);
  CHECK(right == 0);  // never from within the function that asks
  bool idle = false;
  client.when_idle([&] {
    idle = true;
    client.close();
  });
  loop.run();
  CHECK(right == 1000);
  CHECK(idle);
  CHECK(client.under_way() == 0);
}

TEST_CASE("requests go out ahead of answers, as many as were allowed") {
  // Answers nothing until eight are there, then all of them, the last one first.
  std::vector<std::uint32_t> held;
  std::atomic<std::size_t> most{0};
  FakePeer peer([&](std::uint32_t id, const ClientRequest&, std::string& out) {
    held.push_back(id);
    most = std::max(most.load(), held.size());
    if (held.size() < 8) return true;
    while (!held.empty()) {
      append_answer(held.back(), PingAnswer{}, out);
      held.pop_back();
    }
    return true;
  });
  Loop loop;
  AsyncOptions options;
  options.in_flight = 8;
  AsyncClient client(&loop.loop, peer.address(), options);
  std::string order;
  for (int i = 0; i < 16; ++i) {
    client.ping([&order, i](const Result<PingAnswer>& answer) {
      order += static_cast<char>((answer ? 'a' : 'A') + i);
    });
  }
  client.when_idle([&] { client.close(); });
  loop.run();
  CHECK(order == "hgfedcbaponmlkji");
  CHECK(most == 8);
}

TEST_CASE("a callback may ask for more") {
  FakePeer peer(echo);
  Loop loop;
  AsyncClient client(&loop.loop, peer.address());
  std::string last;
  client.put("k", "one", "", [&](const Result<PutAnswer>& first) {
    REQUIRE(first.ok());
    client.put("k", "two", first->context, [&](const Result<PutAnswer>& second) {
      last = second->context;
      client.close();
    });
  });
  loop.run();
  CHECK(last == "twoone");
}

TEST_CASE("a cancelled request is not heard of again, and others are") {
  FakePeer peer(echo);
  Loop loop;
  AsyncClient client(&loop.loop, peer.address());
  bool heard = false;
  std::string got;
  const auto ticket = client.get("a", [&](const Result<GetAnswer>&) { heard = true; });
  client.get("b", [&](const Result<GetAnswer>& answer) { got = answer->values.at(0).value; });
  CHECK(client.cancel(ticket));
  CHECK_FALSE(client.cancel(ticket));
  CHECK_FALSE(client.cancel(12345));
  client.when_idle([&] { client.close(); });
  loop.run();
  CHECK_FALSE(heard);
  CHECK(got == "b");
}

TEST_CASE("hits come ahead of the answer") {
  FakePeer peer([](std::uint32_t id, const ClientRequest& request, std::string& out) {
    SearchHit hit;
    hit.key = "found";
    if (std::get<FindRequest>(request).stream) append_hit(id, hit, out);
    FindAnswer answer;
    answer.hits = {hit};
    append_answer(id, answer, out);
    return true;
  });
  Loop loop;
  AsyncClient client(&loop.loop, peer.address());
  std::string seen;
  FindRequest request;
  request.key = "x";
  client.find(
      request, [&](const Result<FindAnswer>& answer) { seen += answer->hits.at(0).key + "!"; },
      [&](const SearchHit& hit) { seen += hit.key + " "; });
  client.find(request, [&](const Result<FindAnswer>&) { client.close(); });
  loop.run();
  CHECK(seen == "found found!");
}

TEST_CASE("a peer that is not there ends every request, and later ones") {
  Loop loop;
  AsyncClient client(&loop.loop, "127.0.0.1:1");
  std::string codes;
  client.ping([&](const Result<PingAnswer>& answer) {
    codes += answer.error().code + " ";
    CHECK(answer.error().message ==
          "cannot reach a peer at 127.0.0.1:1: connection refused (is oxbowd running? start one "
          "with: oxbowd)");
    client.ping([&](const Result<PingAnswer>& later) {
      codes += later.error().code;
      client.close();
    });
  });
  loop.run();
  CHECK(codes == "unreachable unreachable");
}

TEST_CASE("an address that is none is an error of every request") {
  Loop loop;
  AsyncClient client(&loop.loop, "nowhere");
  std::string code;
  client.ping([&](const Result<PingAnswer>& answer) {
    code = answer.error().code;
    client.close();
  });
  CHECK(code == "");
  loop.run();
  CHECK(code == "bad-address");
}

TEST_CASE("a host name is resolved, and its addresses are tried in turn") {
  FakePeer peer(echo);  // on 127.0.0.1 alone
  const std::string port = peer.address().substr(peer.address().rfind(':'));
  Loop loop;
  AsyncClient client(&loop.loop, "localhost" + port);
  bool answered = false;
  client.ping([&](const Result<PingAnswer>& answer) {
    answered = answer.ok();
    client.close();
  });
  loop.run();
  CHECK(answered);
}

TEST_CASE("a peer that hangs up ends what is under way") {
  FakePeer peer([](std::uint32_t, const ClientRequest&, std::string&) { return false; });
  Loop loop;
  AsyncClient client(&loop.loop, peer.address());
  int lost = 0;
  for (int i = 0; i < 3; ++i) {
    client.ping([&](const Result<PingAnswer>& answer) {
      if (!answer && answer.error().code == "peer-lost") ++lost;
    });
  }
  client.when_idle([&] { client.close(); });
  loop.run();
  CHECK(lost == 3);
}

TEST_CASE("something else than a peer is recognised") {
  FakePeer peer([](std::uint32_t, const ClientRequest&, std::string& out) {
    out = "HTTP/1.1 400 Bad Request\r\n\r\n";
    return true;
  });
  Loop loop;
  AsyncClient client(&loop.loop, peer.address());
  std::string message;
  client.ping([&](const Result<PingAnswer>& answer) {
    message = answer.error().message;
    client.close();
  });
  loop.run();
  CHECK(message.starts_with("the peer sent something else than an answer"));
}

TEST_CASE("a peer that is silent does not hold its requests for ever") {
  std::uint32_t first = 0;
  FakePeer peer([&](std::uint32_t id, const ClientRequest& request, std::string& out) {
    if (std::holds_alternative<PingRequest>(request)) {
      first = id;
      return true;
    }
    append_answer(first, PingAnswer{}, out);  // late: nobody waits for it any more
    append_answer(id, StatusAnswer{}, out);
    return true;
  });
  Loop loop;
  AsyncOptions options;
  options.patience = milliseconds(30);
  AsyncClient client(&loop.loop, peer.address(), options);
  std::string order;
  client.ping([&](const Result<PingAnswer>& answer) {
    order += answer ? "answered " : answer.error().code + " ";
    client.status([&](const Result<StatusAnswer>& status) {
      order += status ? "status" : status.error().code;
      client.close();
    });
  });
  loop.run();
  CHECK(order == "timeout status");
}

TEST_CASE("closing ends what is under way with an error, then tells") {
  FakePeer peer([](std::uint32_t, const ClientRequest&, std::string&) { return true; });
  Loop loop;
  AsyncClient client(&loop.loop, peer.address());
  std::string order;
  client.ping([&](const Result<PingAnswer>& answer) { order += answer.error().code + " "; });
  client.close([&] { order += "told"; });
  client.close([&] { order += "twice"; });
  CHECK(client.ping([&](const Result<PingAnswer>&) { order += "never"; }) == 0);
  CHECK(order == "");
  loop.run();
  CHECK(order == "closed told");
}

TEST_CASE("a client may be destroyed at any moment, and its callbacks go with it") {
  FakePeer peer(echo);
  Loop loop;
  int heard = 0;
  const auto count = [&](const Result<GetAnswer>&) { ++heard; };
  SUBCASE("before the loop runs") {
    AsyncClient client(&loop.loop, peer.address());
    client.get("k", count);
  }
  SUBCASE("from a callback, with others under way") {
    auto client = std::make_unique<AsyncClient>(&loop.loop, peer.address());
    client->get("k", [&](const Result<GetAnswer>&) { client.reset(); });
    client->get("k", count);
    loop.run();
    CHECK(client == nullptr);
  }
  SUBCASE("from the callback of its end") {
    auto client = std::make_unique<AsyncClient>(&loop.loop, peer.address());
    client->close([&] { client.reset(); });
    loop.run();
    CHECK(client == nullptr);
  }
  SUBCASE("when the loop was never run") { AsyncClient client(&loop.loop, "127.0.0.1:1"); }
  CHECK(heard == 0);
}

TEST_CASE("large values wait as they are until there is room for their bytes") {
  FakePeer peer([](std::uint32_t id, const ClientRequest& request, std::string& out) {
    PutAnswer answer;
    answer.siblings = static_cast<std::uint32_t>(std::get<PutRequest>(request).value.size());
    append_answer(id, answer, out);
    return true;
  });
  Loop loop;
  AsyncClient client(&loop.loop, peer.address());
  const std::string value(1024 * 1024, 'v');
  std::size_t bytes = 0;
  for (int i = 0; i < 20; ++i) {
    client.put("k", value, "", [&](const Result<PutAnswer>& answer) { bytes += answer->siblings; });
  }
  client.when_idle([&] { client.close(); });
  loop.run();
  CHECK(bytes == 20 * value.size());
}
