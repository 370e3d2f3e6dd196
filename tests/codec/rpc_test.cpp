#include "codec/rpc.h"

#include <doctest/doctest.h>

#include <string>

#include "base/ids.h"
#include "base/limits.h"
#include "samples.h"

namespace oxbow {
namespace {

using ServerNext = RpcServerStream::Next;
using ClientNext = RpcClientStream::Next;

std::string bytes(std::string_view hex) { return from_hex(hex).value(); }

// MessagePack of short texts and requests, by hand.
std::string text(std::string_view value) {
  return std::string(1, static_cast<char>(0xa0 + value.size())).append(value);
}
std::string request(std::string_view method, std::string_view params) {
  return bytes("940007") + text(method) + std::string(params);
}

// What the server makes of it: "" for a good request, else the error's message.
std::string answered(const std::string& input) {
  RpcServerStream server;
  server.feed(input);
  REQUIRE(server.next() == ServerNext::request);
  return server.request() ? "" : server.request().error().message;
}
std::string closed(const std::string& input) {
  RpcServerStream server;
  server.feed(input);
  const ServerNext next = server.next();
  if (next == ServerNext::more) return "more";
  REQUIRE(next == ServerNext::error);
  return server.error().message;
}

std::string encoded(const ClientRequest& request) {
  std::string out;
  RpcClientStream().append_request(request, out);
  return out;
}
std::string encoded(const ClientAnswer& answer) {
  std::string out;
  append_answer(1, answer, out);
  return out;
}

}  // namespace

TEST_CASE("requests and answers, byte for byte") {
  std::string out;
  RpcClientStream client;
  CHECK(client.append_request(PingRequest{}, out) == 1);
  CHECK(to_hex(out) == "940001a470696e6790");
  out.clear();
  CHECK(client.append_request(UnpublishRequest{"k"}, out) == 2);
  CHECK(to_hex(out) ==
        "940002a9756e7075626c69736891"
        "81"
        "a36b6579"
        "a16b");
  out.clear();
  CHECK(client.append_request(PublishRequest{"\xff", "v"}, out) == 3);
  CHECK(to_hex(out) ==
        "940003a77075626c69736891"
        "82"
        "a36b6579"
        "c401ff"
        "a576616c7565"
        "c40176");

  out.clear();
  append_answer(1, PingAnswer{}, out);
  CHECK(to_hex(out) == "940101c080");
  out.clear();
  append_answer(2, UnpublishAnswer{true}, out);
  CHECK(to_hex(out) ==
        "940102c0"
        "81"
        "a5666f756e64"
        "c3");
  out.clear();
  append_error(3, Error{"c", "m", "", "g"}, out);
  CHECK(to_hex(out) ==
        "940103"
        "84"
        "a4636f6465a163"
        "a76d657373616765a16d"
        "a66e6565646564a0"
        "a3676f74a167"
        "c0");
  out.clear();
  append_hit(200, SearchHit{"k", "h", "i", "n", 1, 2, "s", "c"}, out);
  CHECK(to_hex(out) ==
        "9302a36869749"
        "2ccc8"
        "88"
        "a36b6579a16b"
        "a6686f6c646572a168"
        "a9686f6c6465725f6964a169"
        "ab686f6c6465725f6e616d65a16e"
        "a4686f707301"
        "a473697a6502"
        "a6736861323536a173"
        "a5636c6f636ba163");
}

TEST_CASE("every request comes out as it went in") {
  RpcServerStream server;
  RpcClientStream client;
  for (const ClientRequest& original : samples::requests()) {
    CAPTURE(original.index());
    std::string out;
    const std::uint32_t id = client.append_request(original, out);
    server.feed(out);
    REQUIRE(server.next() == ServerNext::request);
    CHECK(server.id() == id);
    REQUIRE(server.request().ok());
    CHECK(server.request().value().index() == original.index());
    CHECK(encoded(server.request().value()) == encoded(original));
    CHECK(server.next() == ServerNext::more);
  }
}

TEST_CASE("every answer comes out as it went in, to the request that it belongs to") {
  RpcClientStream client;
  std::string wire;
  for (const ClientRequest& original : samples::requests()) client.append_request(original, wire);
  wire.clear();
  const auto answers = samples::answers();
  // In another order than they were asked for.
  for (std::size_t i = answers.size(); i-- > 0;) {
    append_answer(static_cast<std::uint32_t>(i + 1), answers[i], wire);
  }
  client.feed(wire);
  for (std::size_t i = answers.size(); i-- > 0;) {
    CAPTURE(i);
    REQUIRE(client.next() == ClientNext::answer);
    CHECK(client.id() == i + 1);
    REQUIRE(client.answer().ok());
    CHECK(client.answer().value().index() == i);
    CHECK(encoded(client.answer().value()) == encoded(answers[i]));
  }
  CHECK(client.next() == ClientNext::more);
}

TEST_CASE("fields have their values after the wire") {
  RpcServerStream server;
  server.feed(encoded(samples::requests()[1]));
  REQUIRE(server.next() == ServerNext::request);
  const auto& find = std::get<FindRequest>(server.request().value());
  CHECK(find.key == "docs/*");
  CHECK(find.match == Match::glob);
  CHECK(find.via == Via::expanding);
  CHECK(find.ttl == 5);
  CHECK(find.all == std::optional<bool>(false));
  CHECK(find.first);
  CHECK_FALSE(find.report);
  CHECK(find.timeout_ms == 1500);
  CHECK(find.steps == 64);

  RpcClientStream client;
  std::string wire;
  client.append_request(FindRequest{}, wire);
  wire.clear();
  append_hit(1, samples::search_hit(), wire);
  append_answer(1, samples::answers()[1], wire);
  client.feed(wire);
  REQUIRE(client.next() == ClientNext::hit);
  CHECK(client.id() == 1);
  CHECK(client.hit().key == "docs/readme.txt");
  CHECK(client.hit().hops == 3);
  REQUIRE(client.next() == ClientNext::answer);
  const auto& answer = std::get<FindAnswer>(client.answer().value());
  CHECK(answer.hits.size() == 2);
  CHECK(answer.search.query_messages == std::optional<std::uint64_t>(25));
  CHECK(answer.search.lost == std::nullopt);
  CHECK(answer.search.first_hit_ms == std::optional<double>(1.5));
  CHECK(answer.search.marks == std::vector<std::string>{"rate", "link lost"});
  CHECK(answer.search.stopped == Stopped::first_hit);
}

TEST_CASE("errors reach the client whole, and requests after them go on") {
  RpcClientStream client;
  std::string wire;
  client.append_request(PingRequest{}, wire);
  client.append_request(PingRequest{}, wire);
  client.append_request(PingRequest{}, wire);
  client.append_request(PingRequest{}, wire);
  wire.clear();
  const Error original{"busy", "too many requests: \xff", "at most 256", "257"};
  append_error(2, original, wire);
  Error explained{"quorum-not-met", "too few", "2 answers", "1 answer"};
  QuorumReport report;
  report.n = 3;
  report.r = 2;
  report.members.resize(2);
  report.members[1].outcome = "timeout";
  explained.quorum = std::make_shared<const QuorumReport>(report);
  append_error(1, explained, wire);
  wire += bytes("940104a46e6f7065c0");  // another implementation: a mere text
  append_answer(3, PingAnswer{}, wire);
  client.feed(wire);
  REQUIRE(client.next() == ClientNext::answer);
  CHECK(client.id() == 2);
  CHECK(client.answer().error() ==
        Error{"busy", "too many requests: \xef\xbf\xbd", "at most 256", "257"});
  CHECK(client.answer().error().quorum == nullptr);
  REQUIRE(client.next() == ClientNext::answer);
  CHECK(client.answer().error() == explained);
  REQUIRE(client.answer().error().quorum != nullptr);
  CHECK(client.answer().error().quorum->r == 2U);
  REQUIRE(client.answer().error().quorum->members.size() == 2);
  CHECK(client.answer().error().quorum->members[1].outcome == "timeout");
  REQUIRE(client.next() == ClientNext::answer);
  CHECK(client.answer().error() == Error{"error", "nope", "", ""});
  REQUIRE(client.next() == ClientNext::answer);
  CHECK(client.answer().ok());
}

TEST_CASE("parameters left out have their defaults; keys are text or bytes") {
  RpcServerStream server;
  server.feed(request("wait_ready", bytes("90")) + request("status", bytes("9180")) +
              request("find", bytes("9181") + text("key") + bytes("c40161")));
  REQUIRE(server.next() == ServerNext::request);
  CHECK(server.id() == 7);
  CHECK(std::get<WaitReadyRequest>(server.request().value()).timeout_ms == 0);
  REQUIRE(server.next() == ServerNext::request);
  CHECK(std::holds_alternative<StatusRequest>(server.request().value()));
  REQUIRE(server.next() == ServerNext::request);
  const auto& find = std::get<FindRequest>(server.request().value());
  CHECK(find.key == "a");
  CHECK(find.match == Match::exact);
  CHECK(find.report);
  CHECK(find.all == std::nullopt);
}

TEST_CASE("what is wrong with a request is answered, by name") {
  const auto find = [](std::string_view more, int fields) {
    return answered(request("find", bytes("91") + static_cast<char>(0x80 + fields) + text("key") +
                                        text("k") + std::string(more)));
  };
  CHECK(find("", 1) == "");
  CHECK(find(text("ttl") + bytes("05"), 2) == "");
  CHECK(find(text("all") + bytes("c0"), 2) == "");
  CHECK(find(text("tll") + bytes("05"), 2) == "find: there is no 'tll'");
  CHECK(find(text("ttl") + text("5"), 2) == "find: bad 'ttl'");
  CHECK(find(text("ttl") + bytes("cf0000000100000000"), 2) == "find: bad 'ttl'");
  CHECK(find(text("ttl") + bytes("c0"), 2) == "");  // as without it
  CHECK(find(text("steps") + bytes("c0"), 2) == "find: bad 'steps'");
  CHECK(find(text("via") + text("boat"), 2) == "find: bad 'via'");
  CHECK(find(text("match") + text("trace"), 2) == "find: bad 'match'");
  CHECK(find(text("first") + bytes("01"), 2) == "find: bad 'first'");
  CHECK(answered(request("find", bytes("90"))) == "find: 'key' is missing");
  CHECK(answered(request("find", bytes("9180"))) == "find: 'key' is missing");
  CHECK(answered(request("find", bytes("9181") + text("key") + bytes("a0"))) == "find: bad 'key'");
  CHECK(answered(request("find", bytes("9181") + text("key") + bytes("05"))) == "find: bad 'key'");
  CHECK(answered(request("find", bytes("80"))) == "find: bad parameters");
  CHECK(answered(request("find", bytes("920102"))) == "find: bad parameters");
  CHECK(answered(request("find", bytes("9101"))) == "find: not a map of fields");
  CHECK(answered(request("fnid", bytes("90"))) == "there is no method 'fnid'");
  CHECK(answered(request("ping", bytes("9181") + text("x") + bytes("01"))) ==
        "ping: there is no 'x'");
  CHECK(answered(request("peer_add", bytes("9181") + text("address") + bytes("a1ff"))) ==
        "peer_add: bad 'address'");
}

TEST_CASE("what would have been right is said too") {
  RpcServerStream server;
  server.feed(
      request("wait_ready", bytes("9181") + text("time") + bytes("01")) +
      request("wait_ready", bytes("9181") + text("timeout_ms") + bytes("ff")) +
      request("find", bytes("9182") + text("key") + text("k") + text("via") + text("boat")) +
      request("x\xff", bytes("90")));
  REQUIRE(server.next() == ServerNext::request);
  CHECK(server.request().error() ==
        Error{"bad-parameter", "wait_ready: there is no 'time'", "one of timeout_ms", "time"});
  REQUIRE(server.next() == ServerNext::request);
  CHECK(server.request().error() == Error{"bad-parameter", "wait_ready: bad 'timeout_ms'",
                                          "a number from 0 to 4294967295", "-1"});
  REQUIRE(server.next() == ServerNext::request);
  CHECK(server.request().error() ==
        Error{"bad-parameter", "find: bad 'via'", "one of flood, expanding, walk", "boat"});
  REQUIRE(server.next() == ServerNext::request);
  CHECK(server.request().error().code == "unknown-method");
  CHECK(server.request().error().got == "x\xef\xbf\xbd");
}

TEST_CASE("keys, values and pieces are within their limits") {
  CHECK(answered(encoded(UnpublishRequest{std::string(1024, 'k')})) == "");
  CHECK(answered(encoded(UnpublishRequest{std::string(1025, 'k')})) == "unpublish: bad 'key'");
  CHECK(answered(encoded(PublishRequest{"k", std::string(limits::kValue, 'v')})) == "");
  CHECK(answered(encoded(PublishRequest{"k", std::string(limits::kValue + 1, 'v')})) ==
        "publish: bad 'value'");
  CHECK(answered(encoded(PieceCall{"k", "h", "", "", 0, 65536})) == "");
  CHECK(answered(encoded(PieceCall{"k", "h", "", "", 0, 65537})) == "piece: bad 'length'");
  CHECK(answered(encoded(PieceCall{"k", "h", "", "", 0, 0})) == "piece: bad 'length'");
}

TEST_CASE("requests of the replica layer, byte for byte") {
  CHECK(to_hex(encoded(PutRequest{"k", "v", "\x01", "all", true, true, 5})) ==
        "940001a370757491"
        "86"
        "a36b6579a16b"
        "a576616c7565c40176"
        "a7636f6e74657874c40101"
        "a177a3616c6c"
        "a6737472696374c3"
        "aa74696d656f75745f6d7305");
  CHECK(to_hex(encoded(RingJoinRequest{"east", std::nullopt})) ==
        "940001a972696e675f6a6f696e91"
        "81"
        "a47a6f6e65a465617374");
  CHECK(to_hex(encoded(RingRequest{})) == "940001a472696e6790");
}

TEST_CASE("a request says what it has to, and what differs from the defaults") {
  const std::string key =
      "940001a367657491"
      "81"
      "a36b6579a0";
  CHECK(to_hex(encoded(GetRequest{})) == key);
  GetRequest get;
  get.explain = false;
  CHECK(to_hex(encoded(get)) ==
        "940001a367657491"
        "82"
        "a36b6579a0"
        "a76578706c61696ec2");
  CHECK(to_hex(encoded(WaitReadyRequest{})) == "940001aa776169745f726561647990");
}

TEST_CASE("a text that may be left out is nil, absent or a text") {
  const auto zone = [](const std::string& params) {
    RpcServerStream server;
    server.feed(request("ring_join", params));
    REQUIRE(server.next() == ServerNext::request);
    REQUIRE(server.request().ok());
    return std::get<RingJoinRequest>(server.request().value()).zone;
  };
  CHECK(zone(bytes("90")) == std::nullopt);
  CHECK(zone(bytes("9181") + text("zone") + bytes("c0")) == std::nullopt);
  CHECK(zone(bytes("9181") + text("zone") + text("")) == std::optional<std::string>(""));
  CHECK(zone(bytes("9181") + text("zone") + text("east")) == std::optional<std::string>("east"));
  CHECK(answered(request("ring_join", bytes("9181") + text("zone") + bytes("05"))) ==
        "ring_join: bad 'zone'");
  CHECK(answered(request("ring_join", bytes("9181") + text("zone") + bytes("a1ff"))) ==
        "ring_join: bad 'zone'");
  CHECK(answered(request("ring_join", bytes("9181") + text("weight") + bytes("02"))) == "");
  CHECK(answered(request("ring_join", bytes("9181") + text("weight") + text("2"))) ==
        "ring_join: bad 'weight'");
}

TEST_CASE("what is wrong with a request to the replica layer is answered, by name") {
  CHECK(answered(request("get", bytes("90"))) == "get: 'key' is missing");
  CHECK(answered(request("put", bytes("9181") + text("key") + text("k"))) ==
        "put: 'value' is missing");
  CHECK(answered(request("delete", bytes("90"))) == "delete: 'key' is missing");
  CHECK(answered(request("lookup", bytes("9182") + text("key") + text("k") + text("via") +
                                       text("boat"))) == "lookup: bad 'via'");
  CHECK(answered(request("owner", bytes("9181") + text("key") + bytes("a0"))) ==
        "owner: bad 'key'");
  CHECK(answered(request("ring_leave", bytes("9181") + text("force") + bytes("01"))) ==
        "ring_leave: bad 'force'");
  CHECK(answered(encoded(GetRequest{std::string(1025, 'k'), "", false, true, {}, 0, 0})) ==
        "get: bad 'key'");
}

TEST_CASE("the largest put there may be is within the limit of a request; a larger one is not") {
  PutRequest put;
  put.key.assign(limits::kKey, 'k');
  put.value.assign(limits::kValue, 'v');
  put.context.assign(limits::kContext, 'c');
  CHECK(answered(encoded(put)) == "");
  put.value += 'v';
  CHECK(answered(encoded(put)) == "put: bad 'value'");
  put.value.clear();
  put.context += 'c';
  CHECK(answered(encoded(put)) == "put: bad 'context'");
  CHECK(answered(encoded(DeleteRequest{"k", put.context, "", false, true, 0})) ==
        "delete: bad 'context'");
}

TEST_CASE("what is not MessagePack-RPC closes the connection") {
  CHECK(closed("GET / HTTP/1.1\r\n") == "not MessagePack-RPC");
  CHECK(closed(bytes("c1")) == "not MessagePack");
  CHECK(closed(bytes("81")) == "not MessagePack-RPC");
  CHECK(closed(bytes("92")) == "not MessagePack-RPC");
  CHECK(closed(bytes("95")) == "not MessagePack-RPC");
  CHECK(closed(bytes("dd00000003")) == "more");
  CHECK(closed(bytes("940107c080")) == "not MessagePack-RPC: bad type");
  CHECK(closed(bytes("930007")) == "more");
  CHECK(closed(bytes("93000790")) == "not MessagePack-RPC: bad type");
  CHECK(closed(bytes("9400ffa470696e6790")) == "not MessagePack-RPC: bad request id");
  CHECK(closed(bytes("94000705"
                     "90")) == "not MessagePack-RPC: bad method");
  CHECK(closed(bytes("ddffffffff")) == "array too long");
  CHECK(closed(request("find", bytes("9182a16101a16102"))) == "a map has a key twice");
  CHECK(closed(request("find", bytes("91919191919191919191919191919191c0"))) ==
        "nested too deeply");
}

TEST_CASE("notifications from a client are ignored") {
  RpcServerStream server;
  server.feed(bytes("9302a16190") + request("ping", bytes("90")));
  REQUIRE(server.next() == ServerNext::request);
  CHECK(server.request().ok());
  CHECK(server.next() == ServerNext::more);
}

TEST_CASE("a request beyond the limit closes the connection, complete or not") {
  const std::string huge = request("publish", bytes("91") + bytes("81") + text("value") +
                                                  bytes("c600140000") + std::string(0x140000, 'v'));
  REQUIRE(huge.size() > limits::kRpcRequest);
  CHECK(closed(huge) == "message of more than 1310720 bytes");
  RpcServerStream server;
  server.feed(std::string_view(huge).substr(0, limits::kRpcRequest));
  CHECK(server.next() == ServerNext::more);
  server.feed(std::string_view(huge).substr(limits::kRpcRequest, 1));
  CHECK(server.next() == ServerNext::error);
  CHECK(server.error().needed == "at most 1310720");
}

TEST_CASE("requests are the same however the bytes are cut up") {
  std::string wire;
  RpcClientStream client;
  for (int round = 0; round < 3; ++round) {
    for (const ClientRequest& original : samples::requests()) client.append_request(original, wire);
  }
  for (std::size_t size : {1U, 2U, 3U, 7U, 64U, 1000U}) {
    CAPTURE(size);
    RpcServerStream server;
    RpcClientStream again;
    std::string out;
    for (std::size_t at = 0; at < wire.size(); at += size) {
      server.feed(std::string_view(wire).substr(at, size));
      while (server.next() == ServerNext::request) {
        REQUIRE(server.request().ok());
        again.append_request(server.request().value(), out);
      }
    }
    CHECK(out == wire);
  }
}

TEST_CASE("answers that nobody asked for end the client's connection") {
  const auto outcome = [](const std::string& input) {
    RpcClientStream client;
    std::string out;
    client.append_request(PingRequest{}, out);
    client.feed(input);
    const ClientNext next = client.next();
    return next == ClientNext::error ? client.error().message : std::string("fine");
  };
  CHECK(outcome(bytes("940101c080")) == "fine");
  CHECK(outcome(bytes("940102c080")) == "the peer sent a bad answer");
  CHECK(outcome(bytes("940001a470696e6790")) == "the peer sent a bad message");
  CHECK(outcome(bytes("9302a568656c6c6f90")) == "fine");  // a notification of another kind
  CHECK(outcome(bytes("9302a36869749101")) == "the peer sent a bad hit");
  CHECK(outcome("OXBOW") == "not MessagePack-RPC");
}

TEST_CASE("a newer peer's answer may say more, an older one's less; an ill-typed one is an error") {
  RpcClientStream client;
  std::string out;
  for (int i = 0; i < 3; ++i) client.append_request(UnpublishRequest{"k"}, out);
  client.feed(bytes("940101c082") + text("new") + bytes("9101") + text("found") + bytes("c3") +
              bytes("940102c080") + bytes("940103c081") + text("found") + bytes("01"));
  REQUIRE(client.next() == ClientNext::answer);
  CHECK(std::get<UnpublishAnswer>(client.answer().value()).found);
  REQUIRE(client.next() == ClientNext::answer);
  CHECK_FALSE(std::get<UnpublishAnswer>(client.answer().value()).found);
  REQUIRE(client.next() == ClientNext::answer);
  CHECK(client.answer().error() ==
        Error{"bad-answer", "unpublish: bad 'found'", "true or false", "1"});
}

TEST_CASE("an answer may list more than a request could") {
  RpcClientStream client;
  std::string out;
  client.append_request(FindRequest{}, out);
  FindAnswer many;
  many.hits.resize(5000);
  many.hits.back().key = "last";
  out.clear();
  append_answer(1, many, out);
  client.feed(out);
  REQUIRE(client.next() == ClientNext::answer);
  const auto& answer = std::get<FindAnswer>(client.answer().value());
  REQUIRE(answer.hits.size() == 5000);
  CHECK(answer.hits.back().key == "last");
}

}  // namespace oxbow
