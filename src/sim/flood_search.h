// Floods over a million peers: the routing of overlay/flood.h and the arithmetic of overlay/echo.h,
// the same as in a Node, over dense arrays. A peer costs 16 bytes, 4 more when it is reached, and
// 40 more with reports; a copy under way 16; no message is ever encoded. Most copies are
// duplicates, and a duplicate costs one look at the receiver's 16 bytes, which were fetched ahead.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "overlay/echo.h"
#include "overlay/flood.h"
#include "sim/bucket_ring.h"
#include "sim/search.h"

namespace oxbow::sim {

using FloodTtl = std::uint16_t;  ///< the TTL cap of real peers does not bind a simulation

struct FloodSettings {
  bool all = false;  ///< holders route on too
  Duplicates duplicates = Duplicates::drop;
  bool reports = false;  ///< each copy is answered by a QueryDone
};

/// One message that arrived, for whoever wants to watch a flood.
struct FloodStep {
  enum class Kind : std::uint8_t { first_copy, duplicate, hit, done };
  Kind kind = Kind::first_copy;
  PeerNumber from = 0;
  PeerNumber to = 0;
  FloodTtl hops = 0;  ///< of a copy: as received
  double sent_ms = 0;
  double arrived_ms = 0;
};

class FloodSearch {
 public:
  /// `network` must outlive it.
  FloodSearch(SearchNetwork& network, FloodSettings settings);

  /// Runs one flood until nothing is under way any more. ttl ≥ 1.
  SearchOutcome run(PeerNumber origin, const PeerSet& holders, FloodTtl ttl);

  /// Of the last flood, in the order in which they were reached; the originator first.
  std::span<const PeerNumber> reached() const { return reached_; }
  /// The peer that a reached peer had its first copy from; kNoPeer for the originator.
  PeerNumber upstream_of(PeerNumber peer) const { return peers_[peer].upstream; }
  /// Whose hit came first, if one came.
  PeerNumber first_holder() const { return first_holder_; }
  /// With reports: what the originator was told; empty if its patience ended.
  const Totals& reported() const { return reported_; }

  /// Whatever arrives from now on is put down there, too. null: nowhere.
  void record(std::vector<FloodStep>* steps) { steps_ = steps; }

 private:
  using Seen = BasicSeenState<FloodTtl>;
  using CopyState = BasicCopy<FloodTtl>;

  struct Peer {
    std::uint32_t first_link = 0;
    PeerNumber upstream = kNoPeer;
    Seen seen;  // best_ttl 0: not reached
  };
  static_assert(sizeof(Peer) == 16);

  enum class Kind : std::uint8_t { query, hit, done, done_duplicate };
  struct Event {
    PeerNumber to;
    PeerNumber from;
    FloodTtl ttl;   // of a query; of a done: with `hops`, the forwarding that has the totals
    FloodTtl hops;  // of a query; of a hit: the holder's
    std::uint16_t number;
    Kind kind;
    std::uint8_t high = 0;  // of a hit: with `ttl`, its place among the holders that answered
  };
  static_assert(sizeof(Event) == 16);

  /// Which of a peer's forwardings: the first are numbered like their peers, later ones follow.
  using Forwarding = std::uint32_t;
  /// Whose totals a done carries.
  static Forwarding told_by(const Event& done) { return done.ttl | Forwarding{done.hops} << 16; }
  struct Patience {
    Tick ends;
    Forwarding forwarding;
  };

  void forget_last();
  bool keeps_forwardings() const {
    return settings_.reports || settings_.duplicates == Duplicates::reforward;
  }
  double now_ms() const { return static_cast<double>(ring_.now()) * network_.latency.tick_ms; }

  template <class Latency, bool kPlain>
  void drive(const Latency& latency);
  template <class Latency, bool kPlain>
  void receive_query(const Latency& latency, const Event& query);
  template <class Latency>
  void receive_again(const Latency& latency, Peer& peer, const Event& query);
  template <class Latency, bool kPlain>
  std::uint32_t spread(const Latency& latency, PeerNumber from, PeerNumber except,
                       BasicDecision<FloodTtl> decision);
  template <class Latency>
  void send(const Latency& latency, const Event& event);
  template <class Latency>
  void send_hit(const Latency& latency, Event hit);
  template <class Latency>
  void receive_hit(const Latency& latency, const Event& hit);
  template <class Latency>
  void receive_done(const Latency& latency, const Event& done);
  template <class Latency>
  void wait_for_answers(const Latency& latency, Forwarding forwarding, FloodTtl ttl);
  template <class Latency>
  void finish(const Latency& latency, Forwarding forwarding);
  template <class Latency>
  void end_patience(const Latency& latency);
  void note(const Event& event, std::uint32_t ticks, bool is_first);

  Forwarding forwarding_of(PeerNumber peer, std::uint16_t number) const;
  PeerNumber peer_of(Forwarding forwarding) const;
  Tick next_patience() const;

  SearchNetwork& network_;
  FloodSettings settings_;
  std::vector<Peer> peers_;  // and one more, for the end of the last one's links
  BucketRing<Event> ring_;
  std::vector<PeerNumber> reached_;
  std::vector<PeerNumber> answering_;
  const PeerSet* holders_ = nullptr;
  SearchOutcome outcome_;
  PeerNumber origin_ = 0;
  PeerNumber first_holder_ = kNoPeer;
  Totals reported_;
  Tick ended_ = 0;

  // Only with reports or reforwarding:
  std::vector<EchoState> echoes_;  // of first forwardings, by peer; then of later ones
  std::vector<PeerNumber> later_peers_;
  std::unordered_map<std::uint64_t, Forwarding> later_;  // by peer and number
  std::map<FloodTtl, std::deque<Patience>>
      patience_;              // of one TTL they end in the order they began
  bool may_run_out_ = false;  // patience

  std::vector<FloodStep>* steps_ = nullptr;
};

}  // namespace oxbow::sim
