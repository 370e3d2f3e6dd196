// Answers that a client wanted short (`explain` false): what says nothing is left out.
#include <doctest/doctest.h>

#include <string>

#include "codec/rpc.h"

using namespace oxbow;

namespace {

std::string answer_bytes(const ClientAnswer& answer, std::uint32_t id = 1) {
  std::string wire;
  append_answer(id, answer, wire);
  return wire;
}

/// What a client makes of it.
template <class Answer>
Answer read_back(const Answer& answer, const ClientRequest& request) {
  RpcClientStream client;
  std::string sent;
  client.feed(answer_bytes(answer, client.append_request(request, sent)));
  REQUIRE(client.next() == RpcClientStream::Next::answer);
  REQUIRE(client.answer().ok());
  return std::get<Answer>(*client.answer());
}

GetAnswer brief_get() {
  GetAnswer get;
  get.explained = false;
  get.found = true;
  get.values = {{"milk", "", 0}, {"", "", 0}};
  get.context = "C";
  return get;
}

}  // namespace

TEST_CASE("a brief answer to a get is its values and their context") {
  const std::string wire = answer_bytes(brief_get());
  CHECK(wire ==
        "\x94\x01\x01\xc0\x84"
        "\xa9"
        "explained\xc2"
        "\xa5"
        "found\xc3"
        "\xa6"
        "values\x92"
        "\x81\xa5value\xc4\x04milk"
        "\x80"
        "\xa7"
        "context\xc4\x01"
        "C");
  CHECK(wire.size() < answer_bytes(GetAnswer{}).size());
}

TEST_CASE("a brief answer says the same as the fields that it leaves out") {
  GetRequest request;
  request.key = "key";
  request.explain = false;
  const auto get = read_back(brief_get(), request);
  CHECK(!get.explained);
  CHECK(get.found);
  REQUIRE(get.values.size() == 2);
  CHECK(get.values[0].value == "milk");
  CHECK(get.values[1].value.empty());
  CHECK(get.context == "C");
  CHECK(get.source == Source::ring);
  CHECK(!get.flood_ttl);

  PutAnswer stored;
  stored.explained = false;
  stored.context = "C";
  stored.siblings = 2;
  PutRequest put;
  put.key = "key";
  put.explain = false;
  const auto told = read_back(stored, put);
  CHECK(told.siblings == 2);
  CHECK(told.context == "C");
  CHECK(told.warning.empty());
}
