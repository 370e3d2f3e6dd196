#include "sim/ring_search.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/limits.h"

namespace oxbow::sim {

namespace {

constexpr std::size_t kSideBySide = 24;
constexpr double kTimeoutMs = 500;  // until a member knows that the next one is away

PeerId id_of(PeerNumber peer, std::uint64_t seed) {
  PeerId id;
  std::memcpy(id.bytes.data(), &seed, sizeof seed);
  std::memcpy(id.bytes.data() + sizeof seed, &peer, sizeof peer);
  return id;
}

}  // namespace

RingSearch::RingSearch(SearchNetwork& network, std::uint32_t tokens, std::uint64_t seed)
    : network_(network) {
  const std::uint32_t peers = network.graph.peers();
  if (tokens == 1) {
    std::vector<std::pair<Position, PeerNumber>> drawn(peers);
    for (PeerNumber peer = 0; peer < peers; ++peer) {
      drawn[peer] = {token_of(id_of(peer, seed), 0), peer};
    }
    take_single(std::move(drawn));
    return;
  }
  std::vector<RingMember> members(peers);
  for (PeerNumber peer = 0; peer < peers; ++peer) members[peer] = {id_of(peer, seed), "", tokens};
  take_many(members);
}

RingSearch::RingSearch(SearchNetwork& network, std::span<const RingMember> members)
    : network_(network) {
  OXBOW_ASSERT(members.size() == network.graph.peers(), "every peer is a member");
  const bool all_have_one = std::all_of(members.begin(), members.end(),
                                        [](const RingMember& each) { return each.tokens == 1; });
  if (!all_have_one) {
    take_many(members);
    return;
  }
  std::vector<std::pair<Position, PeerNumber>> drawn;
  for (const RingMember& member : members) {
    drawn.emplace_back(token_of(member.id, 0), static_cast<PeerNumber>(drawn.size()));
  }
  take_single(std::move(drawn));
}

void RingSearch::take_single(std::vector<std::pair<Position, PeerNumber>> tokens) {
  std::sort(tokens.begin(), tokens.end());
  const auto peers = static_cast<std::uint32_t>(tokens.size());
  std::vector<Position> positions(peers);
  peer_of_.resize(peers);
  token_of_.resize(peers);
  for (std::uint32_t token = 0; token < peers; ++token) {
    positions[token] = tokens[token].first;
    peer_of_[token] = tokens[token].second;
    token_of_[tokens[token].second] = TokenNumber{token};
  }
  tokens_ = SortedTokens(std::move(positions));
}

void RingSearch::take_many(std::span<const RingMember> members) {
  OXBOW_ASSERT(network_.availability == nullptr, "members with many tokens do not come and go");
  ring_ = TokenRing::drawn(members);
  const auto peers = static_cast<PeerNumber>(members.size());
  peer_of_member_.resize(peers);
  member_of_peer_.resize(peers);
  for (PeerNumber peer = 0; peer < peers; ++peer) {
    member_of_peer_[peer] = *ring_.find(members[peer].id);
    peer_of_member_[index_of(member_of_peer_[peer])] = peer;
  }
}

PeerNumber RingSearch::owner(Position target) const {
  if (is_single()) return peer_of(tokens_.owner(target));
  return peer_of_member_[index_of(ring_.owner(target))];
}

std::vector<Position> RingSearch::tokens_of(PeerNumber peer) const {
  if (is_single()) return {tokens_[token_of_[peer]]};
  std::vector<Position> positions;
  for (const TokenNumber token : ring_.tokens_of(member_of_peer_[peer])) {
    positions.push_back(ring_.tokens()[token]);
  }
  return positions;
}

std::vector<PeerNumber> RingSearch::path(RingWay way, const RingQuery& query) const {
  std::vector<PeerNumber> path{query.origin};
  if (is_single()) {
    RingLookup lookup{query.target, token_of_[query.origin], 0};
    while (!advance(way, tokens_, lookup)) path.push_back(peer_of(lookup.at));
    return path;
  }
  for (MemberNumber at = member_of_peer_[query.origin];;) {
    const MemberStep step = lookup_step(way, ring_, at, query.target);
    if (step.here) return path;
    at = step.next;
    path.push_back(peer_of_member_[index_of(at)]);
  }
}

void RingSearch::run(RingWay way, std::span<const RingQuery> queries, bool is_known,
                     std::vector<SearchOutcome>& outcomes) {
  outcomes.assign(queries.size(), {});
  owners_.resize(queries.size());
  const bool is_safe = network_.availability == nullptr && network_.loss == 0;
  if (is_single() && is_safe) {
    for (std::size_t first = 0; first < queries.size(); first += kSideBySide) {
      const std::size_t count = std::min(kSideBySide, queries.size() - first);
      run_side_by_side(way, queries.subspan(first, count),
                       std::span(outcomes).subspan(first, count),
                       std::span(owners_).subspan(first, count));
    }
  }
  for (std::size_t i = 0; i < queries.size(); ++i) {
    SearchOutcome& outcome = outcomes[i];
    if (!is_single()) owners_[i] = run_through_members(way, queries[i], outcome);
    if (is_single() && !is_safe) owners_[i] = run_one(way, queries[i], outcome);
    finish(outcome, queries[i].origin, owners_[i], is_known);
  }
}

void RingSearch::forward(SearchOutcome& outcome, PeerNumber from, PeerNumber to) const {
  ++outcome.query_messages;
  outcome.bytes +=
      network_.frames.lookup_step + network_.frames.path_entry * outcome.query_messages;
  outcome.elapsed_ms += network_.latency(from, to) * network_.latency.tick_ms;
}

/// Where nothing is lost a lookup needs its state of 16 bytes alone, and its latency.
void RingSearch::run_side_by_side(RingWay way, std::span<const RingQuery> queries,
                                  std::span<SearchOutcome> outcomes, std::span<PeerNumber> owners) {
  const bool is_unit = std::holds_alternative<UnitLatency>(network_.latency.draw);
  std::array<RingLookup, kSideBySide> lookups;
  std::array<std::uint64_t, kSideBySide> ticks{};
  std::array<std::uint8_t, kSideBySide> active;
  std::size_t left = queries.size();
  for (std::size_t i = 0; i < queries.size(); ++i) {
    lookups[i] = {queries[i].target, token_of_[queries[i].origin], 0};
    active[i] = static_cast<std::uint8_t>(i);
  }
  while (left > 0) {
    std::size_t still = 0;
    for (std::size_t k = 0; k < left; ++k) {
      const std::uint8_t i = active[k];
      const TokenNumber from = lookups[i].at;
      if (advance(way, tokens_, lookups[i])) continue;
      network_.handles_one(peer_of(lookups[i].at));
      if (!is_unit) ticks[i] += network_.latency(peer_of(from), peer_of(lookups[i].at));
      active[still++] = i;
    }
    left = still;
  }
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const std::uint64_t forwards = lookups[i].forwards;
    SearchOutcome& outcome = outcomes[i];
    owners[i] = peer_of(lookups[i].at);
    outcome.query_messages = forwards;
    outcome.bytes = forwards * network_.frames.lookup_step +
                    forwards * (forwards + 1) / 2 * network_.frames.path_entry;
    outcome.elapsed_ms =
        static_cast<double>(is_unit ? forwards : ticks[i]) * network_.latency.tick_ms;
  }
}

PeerNumber RingSearch::run_one(RingWay way, const RingQuery& query, SearchOutcome& outcome) {
  const auto is_there = [&](TokenNumber token) {
    const PeerNumber peer = peer_of(token);
    return peer == query.origin || network_.is_there(peer, outcome.elapsed_ms);
  };
  RingLookup lookup{query.target, token_of_[query.origin], 0};
  // What the members between the target and a member would own is that member's while they are
  // away.
  const auto owns_now = [&](TokenNumber token) {
    for (TokenNumber owner = tokens_.owner(query.target); owner != token;
         owner = tokens_.next(owner)) {
      if (is_there(owner)) return false;
    }
    return true;
  };
  while (!owns_now(lookup.at)) {
    const PeerNumber here = peer_of(lookup.at);
    TokenNumber next = next_token(way, tokens_, lookup.at, query.target);
    while (!is_there(next)) {
      forward(outcome, here, peer_of(next));
      ++outcome.lost;
      outcome.elapsed_ms += kTimeoutMs;
      next = tokens_.next(next);
    }
    forward(outcome, here, peer_of(next));
    if (network_.loses_one()) {
      ++outcome.lost;
      return kNoPeer;
    }
    network_.handles_one(peer_of(next));
    lookup.at = next;
  }
  return peer_of(lookup.at);
}

PeerNumber RingSearch::run_through_members(RingWay way, const RingQuery& query,
                                           SearchOutcome& outcome) {
  MemberNumber at = member_of_peer_[query.origin];
  for (;;) {
    const MemberStep step = lookup_step(way, ring_, at, query.target);
    if (step.here) break;
    forward(outcome, peer_of_member_[index_of(at)], peer_of_member_[index_of(step.next)]);
    if (network_.loses_one()) {
      ++outcome.lost;
      return kNoPeer;
    }
    at = step.next;
    network_.handles_one(peer_of_member_[index_of(at)]);
  }
  return peer_of_member_[index_of(at)];
}

/// The owner (kNoPeer: the lookup was lost) tells the originator directly; it has to tell itself
/// nothing.
void RingSearch::finish(SearchOutcome& outcome, PeerNumber origin, PeerNumber owner,
                        bool is_known) {
  const std::uint64_t forwards = outcome.query_messages - outcome.lost;
  outcome.peers_reached = forwards + 1;
  outcome.max_hops = static_cast<std::uint32_t>(forwards);
  if (owner == kNoPeer) return;
  if (forwards > 0) {
    ++(is_known ? outcome.hit_messages : outcome.done_messages);
    outcome.bytes += network_.frames.lookup_end + network_.frames.path_entry * (forwards + 1);
    outcome.elapsed_ms += network_.latency(owner, origin) * network_.latency.tick_ms;
    if (network_.loses_one()) return;
    network_.handles_one(origin);
  }
  if (!is_known) return;
  outcome.found = true;
  outcome.hops_first_hit = static_cast<std::uint32_t>(forwards);
  outcome.latency_first_hit_ms = outcome.elapsed_ms;
}

}  // namespace oxbow::sim
