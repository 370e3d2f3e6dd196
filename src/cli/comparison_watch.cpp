#include "cli/comparison_watch.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "cli/comparison_load.h"
#include "cli/ring_holding.h"
#include "message/describe.h"
#include "ring/token.h"

namespace oxbow::cli {

namespace {

constexpr std::size_t kKeysToWatch = 10;  // of which the one that shows most is drawn

/// Peers by their addresses, numbered as they come up.
class Peers {
 public:
  std::size_t number(const std::string& address) {
    const auto [entry, added] = numbers_.try_emplace(address, names_.size());
    if (added) {
      names_.push_back(address);
      addresses_.push_back(address);
    }
    return entry->second;
  }
  void name(const std::string& address, const std::string& text) {
    if (!text.empty()) names_[number(address)] = text;
  }
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<std::string>& addresses() const { return addresses_; }

 private:
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::string> names_, addresses_;
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

/// One key of the comparison, both ways, as far as it can be seen.
struct Candidate {
  std::string key;
  FindAnswer found;
  TraceAnswer trace;
  std::vector<LookupAnswer> lookups;  ///< those that came to their end
  std::optional<RingHolding> held;    ///< by the ring; unset: not known

  /// The better shows more: what both ways find, then a lookup that goes somewhere, then a large
  /// flood. Of what the asked peer has itself there is nothing to see.
  auto worth() const {
    const std::uint64_t messages = found.search.query_messages.value_or(0);
    const bool spreads = found.found && messages > 0;
    const bool is_stored = held == RingHolding::value;
    const bool goes = std::any_of(lookups.begin(), lookups.end(),
                                  [](const LookupAnswer& lookup) { return lookup.forwards > 0; });
    return std::tuple(spreads && is_stored, spreads, is_stored, goes, messages);
  }
};

std::string_view name_of(RingHolding held) {
  switch (held) {
    case RingHolding::value:
      return "value";
    case RingHolding::tombstone:
      return "tombstone";
    case RingHolding::nothing:
      return "nothing";
  }
  return {};
}

void write_ring(JsonWriter& json, const RingAnswer& ring, const Candidate& candidate) {
  const std::vector<LookupAnswer>& ways = candidate.lookups;
  if (ways.empty()) return;
  std::map<std::string, std::size_t> numbers;
  json.name("ring").begin_object().name("members").begin_array();
  for (const MemberInfo& member : ring.members) {
    if (member.state != "joined") continue;
    numbers.emplace(member.address, numbers.size());
    write_member(json, member);
  }
  json.end_array().field("key", part_of_ring(position_in(ways.front().position)));
  if (candidate.held) json.field("holds", name_of(*candidate.held));
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
}

Result<Candidate> candidate_of(Client& client, const std::string& key, std::uint32_t ttl,
                               bool has_ring) {
  Candidate candidate;
  candidate.key = key;
  FindRequest request;
  request.key = key;
  if (ttl > 0) request.ttl = ttl;
  request.trace = true;
  auto found = client.find(request);
  if (!found) return found.error();
  candidate.found = std::move(found).value();
  TraceRequest trace;
  trace.request_id = candidate.found.search.request_id;
  if (ttl > 0) trace.ttl = ttl;
  auto traced = client.trace(trace);
  if (!traced) return traced.error();
  candidate.trace = std::move(traced).value();
  if (!has_ring) return candidate;
  for (const RingWay way : {RingWay::one_hop, RingWay::finger, RingWay::successor}) {
    auto answer = client.lookup({key, way, 0});
    if (!answer) return answer.error();
    if (answer->found) candidate.lookups.push_back(std::move(answer).value());
  }
  const auto held = held_by_ring(client, key);
  if (!held) return held.error();
  candidate.held = *held;
  return candidate;
}

void add_load(ComparisonLoad& load, const Candidate& candidate, const Watched& flood) {
  std::vector<std::string> receivers;
  for (const std::string& address : flood.peers.addresses()) load.know(address);
  for (const Track& track : flood.tracks) receivers.push_back(flood.peers.addresses()[track.to]);
  load.add("flood", receivers);
  for (const LookupAnswer& lookup : candidate.lookups) load.add(lookup);
}

}  // namespace

Status write_watch(JsonWriter& json, Client& client, const ComparisonPlan& plan) {
  const auto ring = client.ring();
  if (!ring) return ring.error();
  const bool has_ring =
      std::any_of(ring->members.begin(), ring->members.end(),
                  [](const MemberInfo& member) { return member.state == "joined"; });
  ComparisonLoad load;
  std::optional<Candidate> best;
  for (std::size_t i = 0; i < std::min(plan.keys.size(), kKeysToWatch); ++i) {
    auto candidate = candidate_of(client, plan.keys[i], plan.ttl, has_ring);
    if (!candidate) return candidate.error();
    if (candidate->trace.peers.empty()) continue;  // nobody remembers anything
    add_load(load, *candidate, watched_of(candidate->trace));
    if (!best || candidate->worth() > best->worth()) best = std::move(candidate).value();
  }
  if (!best) return Done{};
  json.name("watch").begin_object().field("key", best->key);
  json.field("ttl", best->found.search.ttl);
  write_tracks(json, watched_of(best->trace));
  write_ring(json, *ring, *best);
  json.end_object();
  load.write(json);
  return Done{};
}

}  // namespace oxbow::cli
