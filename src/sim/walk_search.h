// Random walks over a large network: the decisions of overlay/walk.h, the same as in a Node, over
// dense arrays. A peer costs 8 bytes and a bit. Walkers ask their originator, and tell it,
// directly.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "overlay/walk.h"
#include "sim/bucket_ring.h"
#include "sim/search.h"

namespace oxbow::sim {

struct WalkSettings {
  bool all = false;  ///< walkers go on after a hit
  std::uint32_t walkers = 16;
  std::uint32_t steps = 1024;  ///< of one walker, at most
  bool keep_paths = false;     ///< for path_to()
};

class WalkSearch {
 public:
  /// `network` must outlive it.
  WalkSearch(SearchNetwork& network, WalkSettings settings);

  /// Runs until no walker is under way any more.
  SearchOutcome run(PeerNumber origin, const PeerSet& holders);

  /// Peers that the last search came to, the originator first.
  std::span<const PeerNumber> reached() const { return reached_; }
  /// Where the walker that found it first has been, up to the holder; empty if none did.
  const std::vector<PeerNumber>& path() const { return path_; }

 private:
  enum class Kind : std::uint8_t { step, check, reply, hit, end };
  struct Event {
    PeerNumber to;
    PeerNumber from;
    std::uint16_t walker;
    std::uint16_t steps;  // taken
    Kind kind;
    bool go_on = false;
  };
  static_assert(sizeof(Event) == 16);

  double now_ms() const { return static_cast<double>(ring_.now()) * network_.latency.tick_ms; }
  void forget_last();
  bool visit(PeerNumber peer);
  void take(const Event& event);
  void take_step(const Event& event);
  void step_on(PeerNumber at, PeerNumber from, std::uint16_t walker, std::uint16_t steps);
  PeerNumber choose(PeerNumber at, PeerNumber from);
  void heard_of(std::uint16_t walker, bool ends);
  double ended_ms() const;
  void send(const Event& event, std::uint64_t& counter, std::uint32_t bytes);
  void tell(const Event& event);

  SearchNetwork& network_;
  WalkSettings settings_;
  BucketRing<Event> ring_;
  std::vector<WalkVisit> visits_;  // by peer
  PeerSet visited_;
  std::vector<PeerNumber> reached_;
  std::vector<LinkNumber> choices_;
  std::vector<PeerNumber> came_from_;  // walkers that wait for a reply
  struct Heard {
    Tick at = 0;
    bool has_ended = false;
  };
  std::vector<Heard> heard_;                    // what the originator knows of each walker
  std::vector<std::vector<PeerNumber>> paths_;  // of the walkers
  std::vector<PeerNumber> path_;
  const PeerSet* holders_ = nullptr;
  PeerNumber origin_ = 0;
  SearchOutcome outcome_;
};

}  // namespace oxbow::sim
