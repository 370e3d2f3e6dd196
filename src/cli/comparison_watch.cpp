#include "cli/comparison_watch.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "message/describe.h"
#include "ring/token.h"

namespace oxbow::cli {

namespace {

constexpr std::size_t kKeysToWatch = 10;  // of which the one that shows most is taken

/// Peers by their addresses, numbered as they come up.
class Peers {
 public:
  std::size_t number(const std::string& address) {
    const auto [entry, added] = numbers_.try_emplace(address, names_.size());
    if (added) names_.push_back(address);
    return entry->second;
  }
  void name(const std::string& address, const std::string& text) {
    if (!text.empty()) names_[number(address)] = text;
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::string> names_;
};

struct Track {
  const char* kind;
  std::size_t from, to;
  std::uint32_t sent;  // in hops
};

/// What the peers remember of one query, as tracks of messages.
struct Watched {
  Peers peers;
  std::size_t origin = 0;
  std::set<std::size_t> holders;
  std::set<std::pair<std::size_t, std::size_t>> links;
  std::vector<Track> tracks;
};

Watched watched_of(const TraceAnswer& trace) {
  Watched watched;
  std::map<std::size_t, std::size_t> upstream;
  std::map<std::size_t, std::uint32_t> depth;
  for (const TracedPeer& peer : trace.peers) {
    const std::size_t self = watched.peers.number(peer.address);
    watched.peers.name(peer.address, peer.name);
    for (const TraceStep& step : peer.steps) {
      if (step.what == "started") watched.origin = self;
      if (step.what == "answered") watched.holders.insert(self);
      if (step.what != "received") continue;
      upstream.emplace(self, watched.peers.number(step.peer));
      depth.emplace(self, step.hops + 1);
    }
  }
  depth[watched.origin] = 0;
  for (const TracedPeer& peer : trace.peers) {
    const std::size_t self = watched.peers.number(peer.address);
    for (const TraceStep& step : peer.steps) {
      const bool first = step.what == "received";
      if (!first && step.what != "duplicate") continue;
      const std::size_t from = watched.peers.number(step.peer);
      watched.links.insert(std::minmax(self, from));
      watched.tracks.push_back({first ? "query" : "duplicate", from, self, depth[from]});
    }
  }
  for (const std::size_t holder : watched.holders) {
    std::uint32_t time = depth[holder];
    std::size_t at = holder;
    for (auto up = upstream.find(at); up != upstream.end() && at != watched.origin;
         up = upstream.find(at)) {
      watched.tracks.push_back({"hit", at, up->second, time++});
      at = up->second;
    }
  }
  return watched;
}

void write_tracks(JsonWriter& json, const Watched& watched) {
  json.field("origin", watched.origin).name("holders").begin_array();
  for (const std::size_t holder : watched.holders) json.value(holder);
  json.end_array().name("peers").begin_array();
  for (const std::string& name : watched.peers.names()) {
    json.begin_object().field("label", name).end_object();
  }
  json.end_array().name("links").begin_array();
  for (const auto& [a, b] : watched.links) json.begin_array().value(a).value(b).end_array();
  json.end_array().field("unit", "hops").name("events").begin_array();
  for (const Track& track : watched.tracks) {
    json.begin_object().field("kind", track.kind).field("from", track.from);
    json.field("to", track.to).field("sent", track.sent).field("arrives", track.sent + 1);
    json.end_object();
  }
  json.end_array();
}

double part_of_ring(Position position) {
  return std::ldexp(static_cast<double>(static_cast<std::uint64_t>(position)), -64);
}

Position position_in(const std::string& digits) {
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return Position{value};
}

/// Tokens are drawn from a member's id, here as on every peer.
void write_member(JsonWriter& json, const MemberInfo& member) {
  json.begin_object().field("label", member.name.empty() ? member.address : member.name);
  json.name("tokens").begin_array();
  if (const auto id = parse_peer_id(member.id)) {
    for (std::uint32_t i = 0; i < member.tokens; ++i) json.value(part_of_ring(token_of(*id, i)));
  }
  json.end_array().end_object();
}

/// What it has written; nothing where no lookup came to its end.
Result<std::vector<LookupAnswer>> write_ring(JsonWriter& json, Client& client,
                                             const std::string& key) {
  const auto ring = client.ring();
  if (!ring) return ring.error();
  std::map<std::string, std::size_t> numbers;
  std::vector<const MemberInfo*> members;
  for (const MemberInfo& member : ring->members) {
    if (member.state != "joined") continue;
    numbers.emplace(member.address, members.size());
    members.push_back(&member);
  }
  std::vector<LookupAnswer> ways;
  if (members.empty()) return ways;
  for (const RingWay way : {RingWay::one_hop, RingWay::finger, RingWay::successor}) {
    auto answer = client.lookup({key, way, 0});
    if (!answer) return answer.error();
    if (answer->found) ways.push_back(*std::move(answer));
  }
  if (ways.empty()) return ways;
  json.name("ring").begin_object().name("members").begin_array();
  for (const MemberInfo* member : members) write_member(json, *member);
  json.end_array().field("key", part_of_ring(position_in(ways.front().position)));
  json.field("owner", numbers[ways.front().owner.address]).name("ways").begin_array();
  for (const LookupAnswer& answer : ways) {
    json.begin_object().field("via", enum_name(answer.via)).name("path").begin_array();
    for (const LookupPeer& peer : answer.path) {
      const auto member = numbers.find(peer.address);
      if (member == numbers.end()) {
        json.null();
      } else {
        json.value(member->second);
      }
    }
    // One link, or one forward, is one hop; so is the owner's answer.
    json.end_array().name("arrives").begin_array();
    for (std::size_t hops = 0; hops < answer.path.size(); ++hops) json.value(hops);
    json.end_array().name("answered");
    if (answer.forwards == 0) {
      json.null();
    } else {
      json.value(answer.path.size());
    }
    json.end_object();
  }
  json.end_array().end_object();
  return ways;
}

/// `handled`: messages that came to each peer, in no order.
void write_load(JsonWriter& json, std::string_view via, std::vector<std::uint64_t> handled) {
  std::sort(handled.begin(), handled.end());
  const double last = std::max(1.0, static_cast<double>(handled.size()) - 1);
  json.begin_object().field("via", via).name("quantiles").begin_array();
  for (std::size_t i = 0; i < handled.size(); ++i) {
    json.begin_array().value(static_cast<double>(i) / last).value(handled[i]).end_array();
  }
  json.end_array().end_object();
}

void write_loads(JsonWriter& json, const Watched& watched, const std::vector<LookupAnswer>& ways) {
  Peers peers = watched.peers;
  std::vector<std::uint64_t> handled(peers.names().size());
  for (const Track& track : watched.tracks) ++handled[track.to];
  json.name("load").begin_array();
  write_load(json, "flood", handled);
  for (const LookupAnswer& answer : ways) {
    handled.assign(handled.size(), 0);
    // Each forward comes to the next member, and the owner's answer to the first peer.
    for (std::size_t i = 0; i < answer.path.size() && answer.forwards > 0; ++i) {
      const std::size_t peer = peers.number(answer.path[i].address);
      if (peer >= handled.size()) handled.resize(peer + 1);
      ++handled[peer];
    }
    write_load(json, enum_name(answer.via), handled);
  }
  json.end_array();
}

bool has_living_owner(Client& client, const std::string& key) {
  const auto answer = client.lookup({key, RingWay::one_hop, 1000});
  return answer.ok() && answer->found;
}

/// A flood that found something, beside a lookup that does so too, the longer the better; of what
/// the asked peer has itself there is nothing to see.
Result<std::pair<std::string, FindAnswer>> flood_to_watch(Client& client,
                                                          const ComparisonPlan& plan) {
  std::pair<std::string, FindAnswer> best;
  std::tuple<bool, bool, std::uint64_t> most;
  for (std::size_t i = 0; i < std::min(plan.keys.size(), kKeysToWatch); ++i) {
    FindRequest request;
    request.key = plan.keys[i];
    request.ttl = plan.ttl;
    request.trace = true;
    auto answer = client.find(request);
    if (!answer) return answer.error();
    const std::uint64_t messages = answer->search.query_messages.value_or(0);
    const std::tuple worth(answer->found && messages > 0, has_living_owner(client, request.key),
                           messages);
    if (i > 0 && worth <= most) continue;
    most = worth;
    best = {request.key, *std::move(answer)};
  }
  return best;
}

}  // namespace

Status write_watch(JsonWriter& json, Client& client, const ComparisonPlan& plan) {
  const auto watched = flood_to_watch(client, plan);
  if (!watched) return watched.error();
  const auto& [key, found] = *watched;
  TraceRequest trace;
  trace.request_id = found.search.request_id;
  const auto traced = client.trace(trace);
  if (!traced) return traced.error();
  if (traced->peers.empty()) return Done{};
  json.name("watch").begin_object().field("key", key).field("ttl", found.search.ttl);
  const Watched flood = watched_of(*traced);
  write_tracks(json, flood);
  const auto ways = write_ring(json, client, key);
  if (!ways) return ways.error();
  json.end_object();
  write_loads(json, flood, *ways);
  return Done{};
}

}  // namespace oxbow::cli
