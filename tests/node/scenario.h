// What scenarios of whole Nodes have in common: short ways to ask, and a watch over every flood in
// a network that checks what holds on any link at any time.
#pragma once

#include <oxbow/requests.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/network.h"

namespace oxbow::scenario {

using namespace std::chrono_literals;

/// Peers whose TTLs are not held back, and that wait long enough for slow links.
inline NodeConfig unbounded() {
  NodeConfig config = SimNetwork::defaults();
  config.ttl_cap = 200;
  config.find_timeout = 10min;
  return config;
}

inline FindRequest exact(std::string key, std::optional<std::uint32_t> ttl = {}) {
  FindRequest request;
  request.key = std::move(key);
  request.ttl = ttl;
  return request;
}

inline FindRequest everywhere(std::string key, std::optional<std::uint32_t> ttl = {}) {
  FindRequest request = exact(std::move(key), ttl);
  request.all = true;
  return request;
}

/// 2E − N + 1: what a full flood over a connected graph costs.
inline std::uint64_t full_flood(const Topology& topology) {
  return 2 * topology.links.size() - topology.peers + 1;
}

/// Whether a search's figures add up; they must be known.
inline bool adds_up(const SearchReport& report) {
  return *report.query_messages ==
         *report.peers_reached - 1 + *report.duplicates + *report.refused + *report.lost;
}

/// What went over the links for one request id.
struct Flood {
  std::uint64_t queries = 0;  ///< put on a link
  std::uint64_t dones = 0;    ///< delivered
  std::uint64_t hits = 0;     ///< put on a link
  int ttl_at_start = 0;       ///< of the first copy
  int highest_ttl_plus_hops = 0;
  std::set<PeerNumber> reached;  ///< the originator included
  /// For each peer the neighbors that sent it a copy, in the order of arrival.
  std::map<PeerNumber, std::vector<PeerNumber>> upstreams;
  /// How often each part of each holder's hit came to each peer.
  std::map<std::tuple<PeerNumber, PeerId, std::uint16_t>, int> hits_at;

  /// How often each copy was answered: (sender, receiver, number) of the copy.
  std::map<std::tuple<PeerNumber, PeerNumber, std::uint16_t>, int> answers;

  int most_visits_of_a_hit() const { return most(hits_at); }
  int most_answers_for_a_copy() const { return most(answers); }

 private:
  template <class Counts>
  static int most(const Counts& counts) {
    int result = 0;
    for (const auto& [what, count] : counts) result = std::max(result, count);
    return result;
  }
};

class FloodWatch {
 public:
  explicit FloodWatch(SimNetwork& network) {
    network.tap([this](const Carried& carried) { see(carried); });
  }
  FloodWatch(const FloodWatch&) = delete;
  FloodWatch& operator=(const FloodWatch&) = delete;

  const std::map<RequestId, Flood>& all() const { return floods_; }
  const Flood& of(const SearchReport& report) const {
    return floods_.at(*parse_request_id(report.request_id));
  }
  bool knows(const SearchReport& report) const {
    return floods_.count(*parse_request_id(report.request_id)) > 0;
  }

 private:
  void see(const Carried& carried) {
    const bool sent = carried.phase == Carried::Phase::sent;
    const bool delivered = carried.phase == Carried::Phase::delivered;
    if (const auto* query = std::get_if<Query>(&carried.message)) {
      Flood& flood = floods_[query->id];
      if (sent) {
        if (flood.queries++ == 0) {
          flood.ttl_at_start = query->ttl;
          flood.reached.insert(carried.from);
        }
        flood.highest_ttl_plus_hops =
            std::max(flood.highest_ttl_plus_hops, query->ttl + query->hops);
      }
      if (delivered) {
        flood.reached.insert(carried.to);
        auto& upstreams = flood.upstreams[carried.to];
        if (std::find(upstreams.begin(), upstreams.end(), carried.from) == upstreams.end()) {
          upstreams.push_back(carried.from);
        }
      }
    }
    if (const auto* done = std::get_if<QueryDone>(&carried.message); done && delivered) {
      Flood& flood = floods_[done->id];
      ++flood.dones;
      ++flood.answers[{carried.to, carried.from, done->number}];
    }
    if (const auto* hit = std::get_if<Hit>(&carried.message)) {
      Flood& flood = floods_[hit->id];
      if (sent) ++flood.hits;
      if (delivered) ++flood.hits_at[{carried.to, hit->holder, hit->part}];
    }
  }

  std::map<RequestId, Flood> floods_;
};

/// The number of each holder's peer, by its address.
inline std::set<std::string> holders(const FindAnswer& answer) {
  std::set<std::string> result;
  for (const SearchHit& hit : answer.hits) result.insert(hit.holder);
  return result;
}

}  // namespace oxbow::scenario
