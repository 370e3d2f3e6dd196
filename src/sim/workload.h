// Who asks for what in a workload, and where the copies are: objects of Zipf popularity, placed in
// numbers that are equal, follow the popularity, or its square root (Cohen and Shenker 2002), and
// replicated while the workload runs (Lv, Cao, Cohen, Li, Shenker 2002).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "sim/topology.h"

namespace oxbow::sim {

using ObjectNumber = std::uint32_t;

/// Its key: 16 bytes for the first billion.
std::string key_of(ObjectNumber object);

/// Object i is asked for with a probability that falls like (i + 1)^−exponent; 0: all alike.
class Popularity {
 public:
  Popularity(std::uint32_t objects, double exponent);

  std::uint32_t objects() const { return static_cast<std::uint32_t>(cumulative_.size()); }
  double share(ObjectNumber object) const;  ///< of the queries, in (0, 1]
  ObjectNumber draw(Random& random) const;

 private:
  std::vector<double> cumulative_;  // ends at 1
};

enum class Placement : std::uint8_t { uniform, proportional, square_root };

/// How many copies of each object there are: `fraction` of the peers on average, at least one, at
/// most one a peer. The sum is the same for every placement wherever that is possible.
std::vector<std::uint32_t> allocate_copies(const Popularity& popularity, Placement placement,
                                           std::uint32_t peers, double fraction);

/// Where the copies are. Either their number never changes, and a new one takes the place of one
/// drawn from all; or peers have room for so many objects each, copies accumulate, and at a full
/// peer a new one takes the place of one drawn from its own. Each object's first copy stays where
/// it is.
class Copies {
 public:
  /// On peers drawn at random. `room`: objects that a peer stores at most; 0: the sum stays. Where
  /// more come to one peer at first than it has room for, they stay.
  Copies(std::span<const std::uint32_t> numbers, std::uint32_t peers, Random& random,
         std::uint32_t room = 0);

  /// Peers that hold it, in no order, each once.
  std::span<const PeerNumber> holders(ObjectNumber object) const { return holders_[object]; }
  std::uint64_t size() const { return size_; }

  /// A copy of `object` comes to `peer`, which has none. Nothing happens if it needs the place of
  /// another and all that could go are first copies.
  void add(ObjectNumber object, PeerNumber peer, Random& random);

 private:
  void replace_any(ObjectNumber object, PeerNumber peer, Random& random);
  bool make_room(PeerNumber peer, Random& random);

  struct Place {
    ObjectNumber object;
    std::uint32_t index;  // among its holders
  };

  std::vector<std::vector<PeerNumber>> holders_;   // the first copies first
  std::vector<std::vector<std::uint32_t>> slots_;  // of the copies after the first, in places_
  std::vector<Place> places_;                      // of all copies but the first ones
  // With room at each peer instead:
  std::uint32_t room_ = 0;
  std::vector<std::vector<ObjectNumber>> added_;  // by peer: its copies that are not first ones
  std::vector<std::uint32_t> firsts_;             // by peer: its first copies
  std::uint64_t size_ = 0;
};

}  // namespace oxbow::sim
