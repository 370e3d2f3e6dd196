#include "sim/laws.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "base/limits.h"
#include "overlay/expanding.h"

namespace oxbow::sim {

namespace {

constexpr double kLinksLookedAt = 4e6;  // by all breadth-first searches of one law, about

/// Links from the peer that is farthest from the first to the one farthest from that: the diameter,
/// or nearly (double sweep: Magnien, Latapy, Habib 2009).
std::uint32_t about_diameter(const Graph& graph) {
  std::vector<std::uint32_t> far = distances(graph, 0);
  const auto farthest = std::max_element(far.begin(), far.end());
  far = distances(graph, static_cast<PeerNumber>(farthest - far.begin()));
  return *std::max_element(far.begin(), far.end());
}

/// The share of the queries that ask for something of so many copies.
std::map<std::uint32_t, double> share_by_copies(const Graph& graph, const Workload& workload) {
  const Popularity popularity(workload.objects, workload.zipf);
  const std::vector<std::uint32_t> copies =
      allocate_copies(popularity, workload.placement, graph.peers(), workload.copies);
  std::map<std::uint32_t, double> shares;
  for (ObjectNumber object = 0; object < copies.size(); ++object) {
    shares[copies[object]] += popularity.share(object);
  }
  return shares;
}

/// Of floods from one peer whose copies all take as long: by TTL, from 0.
struct Reach {
  std::vector<double> messages{0};
  std::vector<double> peers{1};

  Reach(const Graph& graph, PeerNumber origin) {
    std::vector<double> at(1), sent(1);
    const std::vector<std::uint32_t> far = distances(graph, origin);
    for (PeerNumber peer = 0; peer < far.size(); ++peer) {
      if (far[peer] == kUnreachable) continue;
      at.resize(std::max<std::size_t>(at.size(), far[peer] + 1));
      sent.resize(at.size());
      ++at[far[peer]];
      sent[far[peer]] += graph.degree(peer) - (peer == origin ? 0.0 : 1.0);
    }
    at.push_back(0);  // the farthest peers send on, too, and reach nobody
    for (std::size_t ttl = 1; ttl < at.size(); ++ttl) {
      messages.push_back(messages.back() + sent[ttl - 1]);
      peers.push_back(peers.back() + at[ttl]);
    }
  }
  double messages_of(std::size_t ttl) const { return messages[std::min(ttl, messages.size() - 1)]; }
  double peers_of(std::size_t ttl) const { return peers[std::min(ttl, peers.size() - 1)]; }
};

/// Each wave costs what a flood of its TTL does, if none before it has come to a copy.
double expanding_messages(const Graph& graph, const LookupPlan& plan) {
  const auto shares = share_by_copies(graph, plan.workload);
  const double peers = graph.peers();
  const auto missed_by = [&](double reached) {
    double missed = 0;
    for (const auto& [copies, share] : shares) {
      missed += share * std::pow(1 - reached / peers, copies);
    }
    return missed;
  };
  const double links = std::max(1.0, static_cast<double>(graph.links()));
  const auto origins =
      static_cast<std::uint32_t>(std::min(peers, std::clamp(kLinksLookedAt / links, 4.0, 64.0)));
  double sum = 0;
  for (std::uint32_t i = 0; i < origins; ++i) {
    const Reach reach(graph, static_cast<PeerNumber>(std::uint64_t{i} * graph.peers() / origins));
    FloodTtl before = 0;
    for (std::optional<FloodTtl> ttl = FloodTtl{1}; ttl; ttl = next_wave(*ttl, plan.ttl, false)) {
      sum += reach.messages_of(*ttl) * missed_by(reach.peers_of(before));
      before = *ttl;
    }
  }
  return sum / origins;
}

/// As if each step led to a peer drawn from all: k walkers go on in rounds of four steps each,
/// until one of a round's 4k peers has a copy.
double walk_messages(const Graph& graph, const LookupPlan& plan) {
  const double round = double{limits::kWalkCheckEvery} * plan.walkers;
  const double rounds = static_cast<double>(plan.steps) / limits::kWalkCheckEvery;
  double sum = 0;
  for (const auto& [copies, share] : share_by_copies(graph, plan.workload)) {
    const double without = 1 - static_cast<double>(copies) / graph.peers();
    const double missed = std::pow(without, round);  // by one round
    const double expected = missed < 1 ? (1 - std::pow(missed, rounds)) / (1 - missed) : rounds;
    sum += share * without * round * expected;
  }
  return sum;
}

}  // namespace

std::optional<Law> law_of(LookupVia via, const Graph& graph, const LookupPlan& plan) {
  if (plan.loss > 0 || plan.churn > 0) return std::nullopt;
  const double peers = graph.peers();
  const bool is_workload = !plan.single && plan.workload.replication == Replication::none;
  switch (via) {
    case LookupVia::flood:
      // kUnreachable is more than any TTL.
      if (plan.flood.duplicates != Duplicates::drop || about_diameter(graph) > plan.ttl) {
        return std::nullopt;
      }
      return Law{2.0 * static_cast<double>(graph.links()) - peers + 1, "2E − N + 1"};
    case LookupVia::expanding:
      if (plan.flood.duplicates != Duplicates::drop || !is_workload) return std::nullopt;
      return Law{expanding_messages(graph, plan), "Σ wave · P(none before has found it)"};
    case LookupVia::walk:
      if (plan.flood.all) return Law{double{1} * plan.walkers * plan.steps, "k · steps"};
      if (!is_workload) return std::nullopt;
      return Law{walk_messages(graph, plan), "4k ∕ (1 − (1 − f)⁴ᵏ), about 1∕f + 2k"};
    case LookupVia::finger:
      if (plan.tokens > 1) return std::nullopt;
      return Law{0.5 * std::log2(peers), "½ log₂ N"};
    case LookupVia::successor:
      if (plan.tokens > 1) return std::nullopt;
      return Law{peers / 2, "N / 2"};
    case LookupVia::one_hop:
      return Law{1, "1"};
    case LookupVia::central:
      return Law{1, "1 and an answer"};
    case LookupVia::automatic:  // one-hop's and the flood's, in shares that the workload decides
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace oxbow::sim
