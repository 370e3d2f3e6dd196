#include "sim/frame_sizes.h"

#include <array>
#include <string>

#include "codec/peer_stream.h"
#include "message/messages.h"

namespace oxbow::sim {

namespace {

std::uint32_t size_of(const Message& message) {
  std::string frame;
  append_frame(message, frame);
  return static_cast<std::uint32_t>(frame.size());
}

}  // namespace

FrameSizes frame_sizes() {
  constexpr std::string_view kKey = "object 000000000";
  static_assert(kKey.size() == 16);
  constexpr RequestId kId{0x0123456789abcdef, 0x0123456789abcdef};
  Address address;
  address.port = 7400;
  HitResult result;
  result.key = kKey;
  result.size = 100;

  FrameSizes sizes;
  Query query;
  query.id = kId;
  query.ttl = 7;
  query.pattern = kKey;
  query.max_hits = 100;
  sizes.query = size_of(query);

  Hit hit;
  hit.id = kId;
  hit.holder_address = address;
  hit.results = {&result, 1};
  sizes.hit = size_of(hit);
  sizes.query_done = size_of(QueryDone{kId, 0, Totals{}});

  Walk walk;
  walk.id = kId;
  walk.originator_address = address;
  walk.pattern = kKey;
  walk.max_hits = 100;
  sizes.walk = size_of(walk);
  WalkReport report;
  report.id = kId;
  report.holder_address = address;
  sizes.walk_check = size_of(report);
  report.results = {&result, 1};
  sizes.walk_hit = size_of(report);
  sizes.walk_reply = size_of(WalkReply{kId, 0, true});

  const std::array<LookupHop, 1> path{LookupHop{PeerId{}, address}};
  LookupStep step;
  step.target = kId.random;
  step.originator_address = address;
  sizes.lookup_step = size_of(step);
  step.path = path;
  sizes.path_entry = size_of(step) - sizes.lookup_step;
  sizes.lookup_end = size_of(LookupEnd{0, true, {}});
  return sizes;
}

}  // namespace oxbow::sim
