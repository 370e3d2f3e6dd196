// Ring lookups among a million members, by the steps of ring/lookup.h. A member is a peer of the
// network; who its neighbors are makes no difference here. With one token each a member costs about
// 28 bytes, and many lookups step side by side, so that they wait for memory together.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "ring/lookup.h"
#include "sim/search.h"

namespace oxbow::sim {

struct RingQuery {
  PeerNumber origin = 0;
  Position target{};
};

class RingSearch {
 public:
  /// Tokens are drawn from the peers' ids, which are drawn from `seed`. With more than one token a
  /// member, nobody may come or go. `network` must outlive it.
  RingSearch(SearchNetwork& network, std::uint32_t tokens, std::uint64_t seed);
  /// Peer i is members[i], with the tokens of its id: the ring that these peers would have on a
  /// real network. There is one for each peer, and no id twice.
  RingSearch(SearchNetwork& network, std::span<const RingMember> members);

  /// One outcome a query, in the same order; `is_known`: the owner has what it is asked for.
  void run(RingWay way, std::span<const RingQuery> queries, bool is_known,
           std::vector<SearchOutcome>& outcomes);

  PeerNumber owner(Position target) const;
  /// In clockwise order from position 0.
  std::vector<Position> tokens_of(PeerNumber peer) const;
  /// Who one lookup comes to while nothing is lost and everybody is there: the originator first,
  /// the owner last.
  std::vector<PeerNumber> path(RingWay way, const RingQuery& query) const;

 private:
  void take_single(std::vector<std::pair<Position, PeerNumber>> tokens);
  void take_many(std::span<const RingMember> members);
  bool is_single() const { return ring_.empty(); }
  PeerNumber peer_of(TokenNumber token) const { return peer_of_[index_of(token)]; }
  void run_side_by_side(RingWay way, std::span<const RingQuery> queries,
                        std::span<SearchOutcome> outcomes, std::span<PeerNumber> owners);
  // These give the owner, or kNoPeer if the lookup was lost.
  PeerNumber run_one(RingWay way, const RingQuery& query, SearchOutcome& outcome);
  PeerNumber run_through_members(RingWay way, const RingQuery& query, SearchOutcome& outcome);
  void forward(SearchOutcome& outcome, PeerNumber from, PeerNumber to) const;
  void finish(SearchOutcome& outcome, PeerNumber origin, PeerNumber owner, bool is_known);

  SearchNetwork& network_;
  // With one token a member:
  SortedTokens tokens_;
  std::vector<PeerNumber> peer_of_;    // of each token
  std::vector<TokenNumber> token_of_;  // of each peer
  std::vector<PeerNumber> owners_;     // of the queries under way
  // With more:
  TokenRing ring_;
  std::vector<PeerNumber> peer_of_member_;
  std::vector<MemberNumber> member_of_peer_;
};

}  // namespace oxbow::sim
