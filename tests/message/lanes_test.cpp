// What goes ahead of what.
#include "message/lanes.h"

#include <doctest/doctest.h>

#include <string>

using namespace oxbow;

TEST_CASE("what keeps a peer alive, or ends an operation, is prompt") {
  CHECK(lane_of(Ping{}) == Lane::prompt);
  CHECK(lane_of(Query{}) == Lane::prompt);
  CHECK(lane_of(Hit{}) == Lane::prompt);
  CHECK(lane_of(ObjectRead{}) == Lane::prompt);
  CHECK(lane_of(WriteReply{}) == Lane::prompt);
  CHECK(lane_of(Confirmed{}) == Lane::prompt);
  CHECK(lane_of(Grant{}) == Lane::prompt);
}

TEST_CASE("all parts of an object are of one lane, the last and smallest too") {
  ObjectReply reply;
  reply.object = "o";
  CHECK(lane_of(reply) == Lane::data);
  ObjectWrite write;
  write.object = "o";
  CHECK(lane_of(write) == Lane::data);
  Coordinated answer;
  answer.object = "o";
  CHECK(lane_of(answer) == Lane::data);
  answer.object = {};
  CHECK(lane_of(answer) == Lane::prompt);
}

TEST_CASE("an order is prompt unless it carries a large value or context") {
  const std::string large(limits::kSmallOperation, 'v');
  Coordinate order;
  order.value = "v";
  CHECK(lane_of(order) == Lane::prompt);
  order.value = large;
  CHECK(lane_of(order) == Lane::data);
  order.value = {};
  order.context = large;
  CHECK(lane_of(order) == Lane::data);
}
