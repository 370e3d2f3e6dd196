#include "cli/frame_sizes.h"

#include <vector>

#include "codec/peer_stream.h"
#include "message/messages.h"
#include "version/object_bytes.h"

namespace oxbow::cli {

namespace {

constexpr RequestId kId{0x0123456789abcdef, 0x0123456789abcdef};

double size_of(const Message& message) {
  std::string frame;
  append_frame(message, frame);
  return static_cast<double>(frame.size());
}

Address typical_address() {
  Address address;
  address.port = 7400;
  return address;
}

}  // namespace

std::optional<double> search_bytes(const SearchReport& report, const std::string& key) {
  if (!report.query_messages || !report.hit_messages || !report.done_messages) return std::nullopt;
  HitResult result;
  result.key = key;
  result.size = 1000;
  const auto queries = static_cast<double>(*report.query_messages);
  const auto hits = static_cast<double>(*report.hit_messages);
  const auto dones = static_cast<double>(*report.done_messages);
  if (report.via == Via::walk) {
    Walk walk;
    walk.id = kId;
    walk.originator_address = typical_address();
    walk.pattern = key;
    WalkReport told;
    told.id = kId;
    told.holder_address = typical_address();
    const double check = size_of(told);
    told.results = {&result, 1};
    return queries * size_of(walk) + hits * size_of(told) + dones * check;
  }
  Query query;
  query.id = kId;
  query.ttl = 7;
  query.pattern = key;
  query.max_hits = 100;
  Hit hit;
  hit.id = kId;
  hit.holder_address = typical_address();
  hit.results = {&result, 1};
  const double done = size_of(QueryDone{kId, 0, Totals{}});
  // Every copy is answered by a done of its own; the originator has counted only those it got.
  return queries * (size_of(query) + done) + hits * size_of(hit);
}

double lookup_bytes(std::uint32_t forwards) {
  if (forwards == 0) return 0;
  std::vector<LookupHop> path;
  double bytes = 0;
  for (std::uint32_t i = 0; i < forwards; ++i) {
    path.push_back({PeerId{}, typical_address()});
    LookupStep step;
    step.originator_address = typical_address();
    step.path = path;
    bytes += size_of(step);
  }
  path.push_back({PeerId{}, typical_address()});
  LookupEnd end;
  end.found = true;
  end.path = path;
  return bytes + size_of(end);
}

double get_bytes(const RingGet& get) {
  ObjectRead read;
  read.key = get.key;
  ObjectReply copy;
  std::string object;
  if (!get.value_bytes.empty()) {
    std::vector<Sibling> siblings;
    VectorClock clock;
    for (std::size_t i = 0; i < get.value_bytes.size(); ++i) {
      const Dot dot{{PeerId{}, i + 1, 0}, 1};
      clock.cover(dot);
      siblings.push_back(
          {dot, std::make_shared<const std::string>(get.value_bytes[i], ' '), WallTime{}});
    }
    const auto made = Object::from_parts(std::move(siblings), std::move(clock));
    if (made) object = encode_object(*made, get.key);
  }
  copy.object = object;
  double bytes = static_cast<double>(get.reads) * size_of(read) +
                 static_cast<double>(get.copies) * size_of(copy) +
                 static_cast<double>(get.misses) * size_of(ObjectReply{});
  if (get.is_handed_over) {
    Coordinate order;
    order.key = get.key;
    Coordinated told;
    told.object = object;
    told.bucket = "default";
    const std::vector<MemberOutcome> members(get.members);
    told.members = members;
    bytes += size_of(order) + size_of(told);
  }
  return bytes;
}

}  // namespace oxbow::cli
